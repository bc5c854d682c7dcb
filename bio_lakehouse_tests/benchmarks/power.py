"""How often what was put into the demo person is found: the table of the README.

`python -m bio_lakehouse_tests.benchmarks.power [--people 40]` makes up people of 180 and of 120
days, and of 180 with all effects switched off, and prints in how many each finding holds. It ends
with 1 where one is found in fewer than it must be. A person takes about 0.15 s.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd

from bio_lakehouse.insights import Finding, InsightData, insights_of
from bio_lakehouse.sources.demo import Effects, Truth, daily_rows, simulate, workout_rows

END = date(2025, 11, 20)
DAYS = 120
WHOLE_WINDOW = 180
PEOPLE = 40
EFFECTS_FOUND = {
    "sleep_readiness/next_day": 1,
    "workout_recovery/cycling_vs_rest": -1,
    "intensity_impact/high_vs_low": -1,
    "intensity_impact/output": -1,
}
"""Finding → the sign that the effects put in give it."""

NEEDED = {name: 0.65 if "high_vs_low" in name else 0.8 for name in EFFECTS_FOUND}
"""Finding → the share of people of 180 days in whom it must be found."""

TITLES = {
    "sleep_readiness/next_day": "Sleep score and next-day readiness",
    "workout_recovery/cycling_vs_rest": "Readiness after cycling, against rest",
    "intensity_impact/high_vs_low": "Readiness after high output, against low",
    "intensity_impact/output": "Output and next-day readiness",
}

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


def people(
    days: int = DAYS, effects: Effects | None = None, seeds: Iterable[int] = range(PEOPLE)
) -> list[tuple[Truth, Findings]]:
    """Demo persons with what is found of each, q over all tests of their report; with all effects
    by default."""
    truths = [simulate(days, seed, END, effects or Effects()) for seed in seeds]
    return [(truth, findings_of(truth)) for truth in truths]


def found_in(name: str, persons: Sequence[tuple[Truth, Findings]]) -> float:
    """The share of persons in whom the finding holds."""
    return sum(findings[name].status == "found" for _, findings in persons) / len(persons)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where power falls short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    seeds = range(parser.parse_args(arguments).people)
    whole = people(WHOLE_WINDOW, seeds=seeds)
    columns = (
        whole,
        people(seeds=seeds),
        people(WHOLE_WINDOW, Effects.none(), seeds),
    )
    print(
        f"| Finding | {WHOLE_WINDOW} days of data | must be | {DAYS} days | "
        f"{WHOLE_WINDOW} days, effects switched off |\n|---|---|---|---|---|"
    )
    for name, title in TITLES.items():
        first, *others = (f"{found_in(name, persons):.0%}" for persons in columns)
        print(f"| {title} | {first} | {NEEDED[name]:.0%} | {' | '.join(others)} |")
    return int(any(found_in(name, whole) < share for name, share in NEEDED.items()))


if __name__ == "__main__":
    sys.exit(main())
