"""How often a report of days on which nothing is going on says that something is.

A quick look at each process of `benchmarks/processes.py`; -m slow takes the standard's bounds on
some of them. `python -m bio_lakehouse_tests.benchmarks.standard` prints the tables of the README.
"""

from __future__ import annotations

import pytest

from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse_tests.benchmarks.processes import PROCESSES
from bio_lakehouse_tests.benchmarks.standard import (
    FRESH,
    Row,
    nothing_there,
    report_of_process,
    verdict,
)

REPORTS = 400
SLOW_ROWS = ("ar1-0.5", "ar2-0.3-0.3", "skewed-2.9")


def row_of(name: str, reports: int) -> Row:
    row = Row(name, PROCESSES[name].process)
    for seed in range(FRESH, FRESH + reports):
        row.add(report_of_process(name, seed))
    return row


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_ROWS)
def test_at_most_six_in_a_hundred_reports_say_what_is_not_so(name: str) -> None:
    row = row_of(name, REPORTS)
    assert row.share("false") <= 0.06
    assert all(0.92 <= row.covered(kind) <= 0.98 for kind in ("relations", "groups", "week"))


def test_without_the_adjustment_most_reports_would() -> None:
    raw, said = 0, 0
    for seed in range(FRESH, FRESH + 20):
        insights, tests = decided(PROCESSES["ar1-0.3"].make(seed))
        found = [finding for insight in insights for finding in insight.findings]
        raw += any(one.p is not None and one.p < 0.05 for one in (*found, *tests))
        said += any(one.status == "found" for one in found) or any(one.moved for one in tests)
    assert raw > 4 * max(said, 1)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_makes_the_same_person_of_the_same_seed(name: str) -> None:
    one, again, other = (PROCESSES[name].make(seed).daily for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)
    assert len(one) == 240


def test_a_bound_that_is_not_met_is_named_with_its_row() -> None:
    table = nothing_there({"ar1-0": "by itself"})
    values = dict.fromkeys(table.bounds, 0.95) | {"a false finding in": 0.061}
    missed = [f"ar1-0: {each}" for each in table.missed_by(values)]
    assert missed[0] == "ar1-0: a false finding in 6.1 %"
    assert verdict(missed[:1], set()) == "Not met: ar1-0: a false finding in 6.1 %."
    assert verdict([], set()) == "All bounds of the standard are met."
    assert verdict(missed[:1], {"ar1-0"}).startswith("All bounds of the standard are met. Beyond")
