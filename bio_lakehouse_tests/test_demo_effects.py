"""The insights find what was put into the demo person, and nothing when nothing was. Minutes long:
run with -m slow.

`python bio_lakehouse_tests/test_demo_effects.py` prints the table of the README.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from bio_lakehouse.insights import Finding, InsightData, insights_of
from bio_lakehouse.sources.demo import Effects, Truth, daily_rows, simulate, workout_rows

END = date(2025, 11, 20)
DAYS = 120
WHOLE_WINDOW = 180
SEEDS = range(40)
EFFECTS_FOUND = {
    "sleep_readiness/next_day": 1,
    "workout_recovery/cycling_vs_rest": -1,
    "intensity_impact/high_vs_low": -1,
    "intensity_impact/output": -1,
}
"""Finding → the sign that the effects put in give it."""

Findings = dict[str, Finding]


def findings_of(truth: Truth) -> Findings:
    """Every finding of the five insights as of the last day, by `insight/finding`."""
    data = InsightData(
        "me", truth.last_day, pd.DataFrame(daily_rows(truth)), pd.DataFrame(workout_rows(truth))
    )
    return {
        f"{insight.name}/{finding.name}": finding
        for insight in insights_of(data)
        for finding in insight.findings
    }


def people(days: int = DAYS, effects: Effects | None = None) -> list[tuple[Truth, Findings]]:
    """Forty demo persons with what is found of each, q over all tests of their report; with all
    effects by default."""
    truths = [simulate(days, seed, END, effects or Effects()) for seed in SEEDS]
    return [(truth, findings_of(truth)) for truth in truths]


def found_in(name: str, persons: list[tuple[Truth, Findings]]) -> float:
    """The share of persons in whom the finding holds."""
    return sum(findings[name].status == "found" for _, findings in persons) / len(persons)


@pytest.fixture(scope="module")
def moved() -> list[tuple[Truth, Findings]]:
    return people()


@pytest.fixture(scope="module")
def unmoved() -> list[tuple[Truth, Findings]]:
    return people(effects=Effects.none())


@pytest.fixture(scope="module")
def moved_for_a_whole_window() -> list[tuple[Truth, Findings]]:
    return people(WHOLE_WINDOW)


@pytest.mark.slow
@pytest.mark.parametrize("name", EFFECTS_FOUND)
def test_an_effect_that_was_put_in_is_found(
    name: str,
    moved_for_a_whole_window: list[tuple[Truth, Findings]],
    moved: list[tuple[Truth, Findings]],
) -> None:
    assert found_in(name, moved_for_a_whole_window) >= 0.8
    assert found_in(name, moved) >= 0.7
    for _, findings in (*moved_for_a_whole_window, *moved):
        if findings[name].status == "found":
            assert (findings[name].effect or 0.0) * EFFECTS_FOUND[name] > 0


@pytest.mark.slow
def test_a_week_of_illness_stands_out(
    moved_for_a_whole_window: list[tuple[Truth, Findings]],
) -> None:
    recognised = 0
    for truth, findings in moved_for_a_whole_window:
        unusual = set(findings["anomaly_detection/readiness"].values["unusual_days"])
        height = {day.day.isoformat() for day in truth.days if day.severity >= 0.9}
        recognised += len(unusual & height) >= 2
    assert recognised >= 0.55 * len(SEEDS)


@pytest.mark.slow
def test_a_week_of_illness_stands_out_in_temperature(moved: list[tuple[Truth, Findings]]) -> None:
    warm = 0
    for truth, findings in moved:
        unusual = set(findings["anomaly_detection/temperature"].values["unusual_days"])
        ill = {day.day.isoformat() for day in truth.days if day.severity >= 0.5}
        warm += bool(unusual & ill)
    assert warm >= 0.9 * len(SEEDS)


@pytest.mark.slow
def test_a_week_of_illness_is_a_streak_without_workouts(
    moved: list[tuple[Truth, Findings]],
) -> None:
    for truth, findings in moved:
        first, last = (end.isoformat() for end in truth.illnesses[0])
        streaks = findings["anomaly_detection/missed_workouts"].values["streaks"]
        assert any(begin <= first and end >= last for begin, end in streaks)


@pytest.mark.slow
def test_with_nothing_put_in_no_test_finds_anything_more_often_than_it_may(
    unmoved: list[tuple[Truth, Findings]],
) -> None:
    found = Counter(
        name
        for _, findings in unmoved
        for name, finding in findings.items()
        if finding.tested and finding.status == "found"
    )
    tested = {
        name
        for _, findings in unmoved
        for name, finding in findings.items()
        if finding.p is not None
    }
    assert tested >= EFFECTS_FOUND.keys()
    assert {name: count for name, count in found.items() if count > 0.05 * len(SEEDS)} == {}


@pytest.mark.slow
def test_with_nothing_put_in_no_week_looks_like_illness(
    unmoved: list[tuple[Truth, Findings]],
) -> None:
    mistaken = 0
    for _, findings in unmoved:
        days = [
            date.fromisoformat(day)
            for day in findings["anomaly_detection/readiness"].values["unusual_days"]
        ]
        mistaken += any(later - earlier < timedelta(days=7) for earlier, later in pairwise(days))
    assert mistaken <= 0.1 * len(SEEDS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("effect", "names"),
    [
        ("sleep_next_day", ["sleep_readiness/next_day"]),
        ("hard_day", ["intensity_impact/high_vs_low", "intensity_impact/output"]),
    ],
)
def test_one_effect_switched_off_is_found_far_less_often(effect: str, names: list[str]) -> None:
    off = ("previous_night", "illness") if effect == "sleep_next_day" else ("fatigue",)
    truths = [simulate(DAYS, seed, END, Effects().without(effect, *off)) for seed in SEEDS]
    found = [
        findings
        for findings in map(findings_of, truths)
        if any(findings[name].status == "found" for name in names)
    ]
    assert len(found) <= 0.1 * len(SEEDS)


if __name__ == "__main__":
    half_a_year, four_months, switched_off = (
        people(WHOLE_WINDOW),
        people(),
        people(effects=Effects.none()),
    )
    print(
        f"| Finding | of {WHOLE_WINDOW} days | of {DAYS} days | of {DAYS} days, effects off |\n"
        "|---|---|---|---|"
    )
    for finding in EFFECTS_FOUND:
        shares = (
            found_in(finding, persons) for persons in (half_a_year, four_months, switched_off)
        )
        print(f"| `{finding}` | {' | '.join(f'{share:.0%}' for share in shares)} |")
