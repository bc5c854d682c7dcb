"""This week against the person's own four weeks before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bio_lakehouse.gold.measures import (
    OUTPUT,
    WORKOUT_MINUTES,
    WORKOUTS,
    Measure,
    compared_with,
)
from bio_lakehouse.insights.data import as_numbers
from bio_lakehouse.insights.rules import has_moved
from bio_lakehouse.insights.statistics.weekly_change import BEFORE as BEFORE
from bio_lakehouse.insights.statistics.weekly_change import BEFORE_NEEDS, HISTORY_DAYS
from bio_lakehouse.insights.statistics.weekly_change import HISTORY_NEEDS as HISTORY_NEEDS
from bio_lakehouse.insights.statistics.weekly_change import WEEK as WEEK
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse.numbers import NO_VALUE

BAND_NEEDS = BEFORE_NEEDS
MOST_DECIMALS_MORE = 2

Floats = NDArray[np.float64]
Side = Literal["below", "within", "above"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The known values of a stretch of `of` days: `n` of them with this mean (None when none is
    known)."""

    mean: float | None
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Band:
    """Median and middle 80 % (10th to 90th percentile, linear) of the `n` known days before the
    week."""

    low: float
    median: float
    high: float
    n: int

    def side_of(self, value: float, measure: Measure) -> Side:
        """Where a day of the measure lies, by the figures that a reader sees."""
        shown = measure.figure(value)
        if shown < measure.figure(self.low):
            return "below"
        return "above" if shown > measure.figure(self.high) else "within"

    def text(self, measure: Measure) -> str:
        """`72 to 86`: the ends as days of the measure are written, without their unit."""
        return f"{measure.number(self.low)} to {measure.number(self.high)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure: `values` are the 28 days before the week and its 7 days, oldest first, None
    where unknown, `history` the known ones of the 180 days before the week.

    `p` tests the difference of the two means, `interval` is the 95 % one of that difference, `q`
    the Benjamini-Hochberg value over all tests of the report; they are None when too few days are
    known.
    """

    measure: Measure
    first_day: date
    values: tuple[float | None, ...]
    week: Sample
    before: Sample
    band: Band | None
    p: float | None = None
    q: float | None = None
    interval: tuple[float, float] | None = None
    history: int = 0

    @property
    def week_values(self) -> tuple[float | None, ...]:
        """The week's seven values, oldest first."""
        return self.values[BEFORE:]

    @property
    def difference(self) -> float | None:
        """Mean of the week minus mean before, None unless both have enough days."""
        if self.week.mean is None or self.before.mean is None or self.before.n < BAND_NEEDS:
            return None
        return self.week.mean - self.before.mean

    def side_of(self, value: float) -> Side | None:
        """Where a day lies to the band, by the figures that a reader sees; None without a band."""
        return self.band.side_of(value, self.measure) if self.band else None

    def days_on(self, side: Side) -> int:
        """Days of the week on a side of the band, or within it; 0 without a band."""
        return sum(self.side_of(v) == side for v in self.week_values if v is not None)

    @property
    def usual(self) -> str:
        """`72 to 86`: the band as it is written and compared with everywhere; empty without one."""
        return self.band.text(self.measure) if self.band else ""

    @property
    def moved(self) -> bool:
        """Whether the week differs by more than the person's own variation makes likely."""
        return has_moved(self.p, self.q, self.interval)

    @property
    def written(self) -> Measure:
        """The measure with the decimals that it takes to see the difference where one was found."""
        if not self.moved or self.interval is None:
            return self.measure
        choices = [self.measure.finer(more) for more in range(MOST_DECIMALS_MORE + 1)]
        return next(filter(self._is_seen_in, choices), choices[-1])

    @property
    def change(self) -> str:
        """Mean of the week minus mean before as they are written, with its sign; `–` where
        unknown."""
        if self.difference is None:
            return NO_VALUE
        return self.written.change(self.week.mean, self.before.mean)

    def _is_seen_in(self, measure: Measure) -> bool:
        """Whether the two means differ as they are written, by what the interval holds."""
        difference = measure.difference(self.week.mean, self.before.mean)
        low, high = (measure.difference(end, 0.0) for end in self.interval or ())
        if difference is None or low is None or high is None:
            return False
        return difference != 0 and low <= difference <= high


def compare(
    daily: pd.DataFrame, measures: Sequence[Measure], last: date, tests: Sequence[WeekTest] = ()
) -> tuple[Comparison, ...]:
    """Each measure's week up to `last` against the four weeks before, with what `tests` say of it.

    `daily` has one row a day (`day` and the measures' columns), `tests` are the decided ones of
    that user and day; a measure that is not among them is not tested.
    """
    by_measure = _by_day(daily, [measure.column for measure in measures], last)
    tested = {test.measure: test for test in tests}
    return tuple(
        _compared(by_measure[measure.column], measure, last, tested.get(measure.column))
        for measure in measures
    )


def by_day(daily: pd.DataFrame, column: str, last: date) -> pd.Series[float]:
    """`column` over every calendar day from the first in `daily` (or 35 days back) to `last`, NaN
    where unknown."""
    return _by_day(daily, [column], last)[column]


def _by_day(daily: pd.DataFrame, columns: list[str], last: date) -> pd.DataFrame:
    days = pd.DatetimeIndex(pd.to_datetime(daily["day"]))
    start = pd.Timestamp(last) - pd.Timedelta(days=WEEK + BEFORE - 1)
    known = {column: as_numbers(daily[column]) for column in columns if column in daily}
    calendar = pd.date_range(min(start, days.min()) if len(days) else start, last)
    return pd.DataFrame(known, index=days, dtype=np.float64).reindex(
        index=calendar, columns=columns
    )


def _compared(
    series: pd.Series[float], measure: Measure, last: date, test: WeekTest | None
) -> Comparison:
    values = np.asarray(series, dtype=np.float64)
    before, week = values[-WEEK - BEFORE : -WEEK], values[-WEEK:]
    return Comparison(
        measure,
        first_day=last - timedelta(days=WEEK + BEFORE - 1),
        values=tuple(
            None if np.isnan(value) else float(value) for value in values[-WEEK - BEFORE :]
        ),
        week=_sample(week),
        before=_sample(before),
        band=_band(before),
        p=test.p if test else None,
        q=test.q if test else None,
        interval=test.interval if test else None,
        history=int((~np.isnan(values[-WEEK - HISTORY_DAYS : -WEEK])).sum()),
    )


def _sample(values: Floats) -> Sample:
    known = values[~np.isnan(values)]
    return Sample(float(known.mean()) if known.size else None, int(known.size), int(values.size))


def _band(values: Floats) -> Band | None:
    known = values[~np.isnan(values)]
    if known.size < BAND_NEEDS:
        return None
    low, median, high = np.percentile(known, [10, 50, 90])
    return Band(float(low), float(median), float(high), int(known.size))


@dataclass(frozen=True, slots=True)
class WorkoutWeek:
    """A week's workouts: counts and sums over the days that Peloton's data covers; None when
    unknown.

    `sums` are by column of `gold.daily_readiness_performance`, over the values that are known: None
    when there were workouts but none of them has one.
    """

    first_day: date
    days_known: int
    sums: Mapping[str, float | None]

    @property
    def workouts(self) -> int | None:
        """How many there were."""
        count = self.sums[WORKOUTS.column]
        return None if count is None else int(count)

    @property
    def minutes(self) -> float | None:
        """How long they took."""
        return self.sums[WORKOUT_MINUTES.column]

    @property
    def output_kj(self) -> float | None:
        """What they put out."""
        return self.sums[OUTPUT.column]

    @property
    def is_complete(self) -> bool:
        """Whether it is known of all seven days whether there was a workout."""
        return self.days_known == WEEK


@dataclass(frozen=True, slots=True)
class TotalComparison:
    """A sum of the week against the mean of the complete ones (`weeks`, of `of`) among the weeks
    before."""

    measure: Measure
    week: float | None
    days_known: int
    before: float | None
    weeks: int
    of: int

    @property
    def difference(self) -> float | None:
        """None unless the week is known whole."""
        known = self.week is not None and self.before is not None and self.days_known == WEEK
        return self.week - self.before if known else None  # type: ignore[operator]

    @property
    def written_before(self) -> Measure:
        """The measure in which a mean of weeks is written: of what is counted with a decimal."""
        return self.measure if self.measure.unit else self.measure.finer(1)

    @property
    def change(self) -> str:
        """The week minus the weeks before as they are written, with its sign; `–` where unknown."""
        if self.difference is None:
            return NO_VALUE
        return self.written_before.change(self.week, self.before)


def workout_weeks(daily: pd.DataFrame, last: date) -> tuple[WorkoutWeek, ...]:
    """The four weeks before and the week up to `last`, oldest first."""
    columns = [measure.column for measure in compared_with("weeks")]
    frame = _by_day(daily, columns, last).iloc[-WEEK - BEFORE :]
    starts = range(0, WEEK + BEFORE, WEEK)
    return tuple(_workout_week(frame.iloc[start : start + WEEK]) for start in starts)


def _workout_week(days: pd.DataFrame) -> WorkoutWeek:
    known = days[days[WORKOUTS.column].notna()]
    workouts = _sum(known[WORKOUTS.column])
    sums = {str(column): _sum(known[column], nothing=workouts == 0) for column in known}
    return WorkoutWeek(days.index[0].date(), len(known), sums)


def _sum(values: pd.Series[float], nothing: bool = False) -> float | None:
    if nothing:
        return 0.0
    return float(values.sum()) if values.notna().any() else None


def compare_totals(
    weeks: Sequence[WorkoutWeek], measures: Sequence[Measure]
) -> tuple[TotalComparison, ...]:
    """Each sum of the last of `weeks` against the mean of the complete weeks before it."""
    return tuple(_total(weeks, measure) for measure in measures)


def _total(weeks: Sequence[WorkoutWeek], measure: Measure) -> TotalComparison:
    *before, week = weeks
    sums = [
        value for w in before if w.is_complete and (value := w.sums[measure.column]) is not None
    ]
    mean = float(np.mean(sums)) if sums else None
    return TotalComparison(
        measure, week.sums[measure.column], week.days_known, mean, len(sums), len(before)
    )
