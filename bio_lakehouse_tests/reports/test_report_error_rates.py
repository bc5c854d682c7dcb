"""How often a report of days on which nothing is going on says that something is. Minutes long: run
with -m slow.

`python bio_lakehouse_tests/reports/test_report_error_rates.py` prints the tables of the README,
over people of whom none was looked at while the methods were chosen (`FRESH`); the tests use the
first of them.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from bio_lakehouse.gold import measures
from bio_lakehouse.insights import InsightData
from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse.reports.comparison import compare

AS_OF = date(2025, 3, 9)
DAYS = 240
REPORTS = 1000
README_REPORTS = 3000
FRESH = 3_000_000
UNKNOWN = 0.08
KINDS = ("Cycling", "Strength", "Yoga", "Running", "rest")
SHARES = (0.3, 0.15, 0.1, 0.1, 0.35)


WEEK = "change of the week"
KIND_OF = {
    "Pearson r": "correlations",
    "Spearman ρ": "correlations",
    "rank-biserial": "groups",
    "points a week": "trend",
}


@dataclass(slots=True)
class Rates:
    """Over the reports of one φ: how many hold a false finding, and which intervals hold the true
    effect, 0."""

    phi: float
    reports: int = 0
    false: int = 0
    raw: int = 0
    intervals: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, data: InsightData) -> None:
        insights, tests = decided(data)
        comparisons = compare(data.daily, measures.compared_with("days"), data.as_of, tests)
        tested = [
            finding for insight in insights for finding in insight.findings if finding.p is not None
        ]
        self.reports += 1
        self.false += any(f.status == "found" for f in tested) or any(c.moved for c in comparisons)
        self.raw += any(
            p < 0.05 for p in [f.p for f in tested] + [c.p for c in comparisons if c.p is not None]
        )
        told = [(KIND_OF[f.effect_name], f.interval) for f in tested] + [
            (WEEK, c.interval) for c in comparisons
        ]
        for kind, interval in told:
            if interval is not None:
                self.intervals[kind].append(interval[0] <= 0 <= interval[1])

    @property
    def share(self) -> float:
        return self.false / self.reports

    @property
    def bound(self) -> float:
        """Upper end of the exact one-sided 95 % interval (Clopper & Pearson 1934)."""
        return float(stats.beta.ppf(0.95, self.false + 1, self.reports - self.false))

    @property
    def covered(self) -> dict[str, float]:
        """The share of intervals that hold 0, of each kind of effect."""
        return {kind: float(np.mean(self.intervals[kind])) for kind in KINDS_OF_EFFECT}

    def row(self) -> str:
        shares = (self.raw / self.reports, self.share, self.bound, *self.covered.values())
        return (
            f"| {self.phi} | {self.reports:,} | {' | '.join(f'{share:.1%}' for share in shares)} |"
        )


KINDS_OF_EFFECT = (*dict.fromkeys(KIND_OF.values()), WEEK)
HEAD = (
    "| φ | reports | with a raw p < .05 | with a false finding | upper 95 % bound | intervals "
    f"that hold the truth: {' | '.join(KINDS_OF_EFFECT)} |\n"
    f"|{'---|' * (5 + len(KINDS_OF_EFFECT))}"
)


def ar1(phi: float, count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Independent Gaussian AR(1) series (count, days) with unit variance."""
    values = random.standard_normal((count, DAYS))
    for day in range(1, DAYS):
        values[:, day] = phi * values[:, day - 1] + np.sqrt(1 - phi * phi) * values[:, day]
    return values


def training(random: np.random.Generator) -> NDArray[np.str_]:
    """A kind a day; of every second person the weeks are of training or of rest as a whole."""
    kinds = random.choice(KINDS, DAYS, p=SHARES)
    if random.random() < 0.5:
        kinds = np.where(np.repeat(random.random(DAYS // 7 + 1) < 0.4, 7)[:DAYS], "rest", kinds)
    return kinds


def null_person(phi: float, seed: int) -> InsightData:
    """240 days of ten measures that go on by themselves, and of training that moves none of
    them."""
    random = np.random.default_rng((seed, int(phi * 10)))
    columns = [measure.column for measure in measures.compared_with("days")]
    values = dict(zip(columns, np.round(75 + 7 * ar1(phi, len(columns), random)), strict=True))
    kinds = training(random)
    had = kinds != "rest"
    output = np.where(had, np.round(300 + 80 * ar1(phi, 1, random)[0]), np.nan)
    days = pd.to_datetime([AS_OF - timedelta(days=DAYS - 1 - number) for number in range(DAYS)])
    daily = pd.DataFrame({"day": days, "had_workout": had, "total_output_kj": output} | values)
    daily.loc[random.random(DAYS) < UNKNOWN, columns] = np.nan
    done = daily[had].assign(
        fitness_discipline=kinds[had], started_at=days[had], length_minutes=30.0
    )
    return InsightData("me", AS_OF, daily, done)


def rates_of(phi: float, reports: int = REPORTS) -> Rates:
    rates = Rates(phi)
    for seed in range(FRESH, FRESH + reports):
        rates.add(null_person(phi, seed))
    return rates


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.3, 0.5])
def test_at_most_six_in_a_hundred_reports_say_what_is_not_so(phi: float) -> None:
    rates = rates_of(phi)
    print(f"\n{HEAD}\n{rates.row()}")
    assert rates.share <= 0.06
    assert all(0.93 <= share <= 0.97 for share in rates.covered.values())


def test_without_the_adjustment_most_reports_would() -> None:
    rates = rates_of(0.3, reports=20)
    assert rates.raw > 5 * max(rates.false, 1)


if __name__ == "__main__":
    reports = int(sys.argv[1]) if len(sys.argv) > 1 else README_REPORTS
    print(HEAD)
    for phi in (0.3, 0.5):
        print(rates_of(phi, reports).row(), flush=True)
