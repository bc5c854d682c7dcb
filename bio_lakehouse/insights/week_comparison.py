"""gold.week_comparison: whether the week up to a day differs from the four weeks before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from bio_lakehouse.gold.measures import compared_with
from bio_lakehouse.gold.schemas import WEEK_COMPARISON
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.rules import has_moved
from bio_lakehouse.insights.statistics.weekly_change import movement


@dataclass(frozen=True, slots=True)
class WeekTest:
    """One measure's mean over the seven days up to `as_of` against that over the 28 before.

    `difference` is on the scale of the measure (a column of gold.daily_readiness_performance),
    `interval` its 95 % interval, `p` raw, `q` the Benjamini-Hochberg one over all tests of that
    day's report; all None where too few days are known, and `q` until `decide`.
    """

    user_id: str
    as_of: date
    measure: str
    difference: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    q: float | None = None

    @property
    def moved(self) -> bool:
        """Whether the week moved, as its report says."""
        return has_moved(self.p, self.q, self.interval)


def week_tests(data: InsightData) -> list[WeekTest]:
    """A test for each measure that is compared by days, undecided."""
    return [_week_test(data, measure.column) for measure in compared_with("days")]


def _week_test(data: InsightData, column: str) -> WeekTest:
    moved = movement(data.all_days(column))
    if moved is None:
        return WeekTest(data.user_id, data.as_of, column)
    return WeekTest(data.user_id, data.as_of, column, moved.shift, moved.interval, moved.p)


def to_rows(tests: Iterable[WeekTest]) -> pa.Table:
    """Decided tests as rows of gold.week_comparison."""
    return pa.Table.from_pylist([_row(test) for test in tests], schema=WEEK_COMPARISON.arrow)


def from_rows(rows: pa.Table) -> list[WeekTest]:
    """The tests that `to_rows` was given, by user, day and measure."""
    ordered = rows.sort_by([(name, "ascending") for name in WEEK_COMPARISON.grain])
    return [_test(row) for row in ordered.to_pylist()]


def _row(test: WeekTest) -> dict[str, Any]:
    low, high = test.interval or (None, None)
    return {
        "user_id": test.user_id,
        "day": test.as_of,
        "measure": test.measure,
        "difference": test.difference,
        "interval_low": low,
        "interval_high": high,
        "p": test.p,
        "q": test.q,
    }


def _test(row: Mapping[str, Any]) -> WeekTest:
    low, high = row["interval_low"], row["interval_high"]
    return WeekTest(
        user_id=row["user_id"],
        as_of=row["day"],
        measure=row["measure"],
        difference=row["difference"],
        interval=None if low is None else (low, high),
        p=row["p"],
        q=row["q"],
    )
