"""What the page of today tells of one person, read from the lake; nothing is computed that a report
would not say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from bio_lakehouse.build.reported import lacking_loads
from bio_lakehouse.english import count, dated, listed, long_day, short_span
from bio_lakehouse.errors import ReportError
from bio_lakehouse.gold.measures import HRV, READINESS, SLEEP, Measure, compared_with
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import TRAINING_LOAD, WEEK_COMPARISON
from bio_lakehouse.insights.tomorrow import tomorrow_line
from bio_lakehouse.insights.week_comparison import WeekTest, from_rows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.comparison import (
    BEFORE,
    WEEK,
    Band,
    Comparison,
    WorkoutWeek,
    compare,
    workout_weeks,
)
from bio_lakehouse.reports.own_rows import rows_of
from bio_lakehouse.reports.this_week import ThisWeek, read_newest, this_week_of
from bio_lakehouse.reports.training import Training, training_of
from bio_lakehouse.reports.weekly_report import moved_text
from bio_lakehouse.reports.weeks import newest_day_with_data

TILES = (READINESS, SLEEP, HRV)
LOAD_DAYS = timedelta(90)


@dataclass(frozen=True, slots=True)
class ScoreTile:
    """One measure on the newest day, against the person's own usual range.

    `days` and `values` are the last five weeks, None where unknown; `standing` says how the value
    lies to the range, or why that cannot be said.
    """

    measure: Measure
    value: str
    standing: str
    days: tuple[date, ...]
    values: tuple[float | None, ...]
    band: Band | None

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything to draw: an axis without a value would look like one of 0."""
        return any(value is not None for value in self.values)


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in the seven days up to `last`, a line each, and what was looked at and did not;
    `last` is None where nothing was compared yet."""

    last: date | None
    lines: tuple[tuple[str, str], ...] = ()
    unmoved: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        if self.last is None:
            return "What moved this week"
        span = short_span(self.last - timedelta(WEEK - 1), self.last)
        return f"What moved, {span}, against the four weeks before"


@dataclass(frozen=True, slots=True)
class TodayFacts:
    """All of it. `day` is the newest day with data, `stale` a sentence where that is long ago."""

    day: date
    freshness: str
    stale: str
    tiles: tuple[ScoreTile, ...]
    classes: ThisWeek | None
    training: Training
    moved: Moved
    workouts: str
    tomorrow: str


def today_facts(lake: Lakehouse, user_id: str) -> TodayFacts | None:
    """What is known of the person's newest day; None where no day of theirs has data."""
    try:
        day = newest_day_with_data(lake, user_id)
    except ReportError:
        return None
    today = lake.settings.today(user_id)
    daily = rows_of(lake, DAILY, user_id, last=day)
    loads = lake.tables.read(TRAINING_LOAD, day - LOAD_DAYS, day, user_id).to_pylist()
    return TodayFacts(
        day=day,
        freshness=freshness_text(day, today),
        stale=stale_text(day, today, lake.settings.stale_after_days),
        tiles=tuple(tile_of(one) for one in compare(daily, TILES, day)),
        classes=this_week_of(read_newest(lake, user_id, day)),
        training=training_of(loads, day, lacking_loads(lake, user_id, day)),
        moved=moved_up_to(lake, user_id, daily, day),
        workouts=workouts_text(workout_weeks(daily, day)),
        tomorrow=tomorrow_line(lake, user_id, today),
    )


def freshness_text(day: date, today: date) -> str:
    """`Newest data: Sunday 22 November 2026, 4 days ago.`"""
    ago = (today - day).days
    when = {0: "today", 1: "yesterday"}.get(ago, f"{ago:,} days ago")
    return f"Newest data: {long_day(day)}, {when}."


def stale_text(day: date, today: date, stale_after_days: int) -> str:
    """That nothing here is about today; empty while the data is new enough."""
    ago = (today - day).days
    if ago <= stale_after_days:
        return ""
    return (
        f"The newest data is {count(ago, 'day')} old. What stands below is of {long_day(day)} and "
        "before; nothing is known of the days since. Bring newer files in on the page Data."
    )


def tile_of(comparison: Comparison) -> ScoreTile:
    """A measure's newest value, and how it lies to the range of the 28 days before the week."""
    measure = comparison.measure
    value, span = comparison.values[-1], range(WEEK + BEFORE)
    return ScoreTile(
        measure,
        measure.text(value),
        standing_of(measure, value, comparison.band),
        tuple(comparison.first_day + timedelta(back) for back in span),
        comparison.values,
        comparison.band,
    )


def standing_of(measure: Measure, value: float | None, band: Band | None) -> str:
    """`within your usual 66 to 84`, in the figures that a reader sees."""
    if value is None:
        return "not known"
    if band is None:
        return "too few days for a usual range"
    return f"{band.side_of(value, measure)} your usual {band.text(measure)}"


def moved_up_to(lake: Lakehouse, user_id: str, daily: pd.DataFrame, day: date) -> Moved:
    """What the newest comparison of a week, at most a week old, says has moved."""
    first = day - timedelta(WEEK - 1)
    rows = lake.tables.read(WEEK_COMPARISON, first, day, user_id)
    tests = from_rows(rows)
    last = max((test.as_of for test in tests), default=None)
    if last is None:
        return Moved(None)
    return moved_of(daily, last, [test for test in tests if test.as_of == last])


def moved_of(daily: pd.DataFrame, last: date, tests: Sequence[WeekTest]) -> Moved:
    """The measures that moved, with their figures, and the names of those that did not."""
    found = compare(daily, compared_with("days"), last, tests)
    lines = [(one.written.title, moved_text(one)) for one in found if one.moved]
    still = [one.measure.in_sentence for one in found if not one.moved and one.p is not None]
    return Moved(last, tuple(lines), tuple(still))


def workouts_text(weeks: Sequence[WorkoutWeek]) -> str:
    """How many workouts the last seven days and the four weeks before had, of which it is known."""
    *before, week = weeks
    if week.workouts is None:
        return "Whether there were workouts in the last seven days is not known."
    known = "" if week.is_complete else f" ({week.days_known} of 7 days known)"
    told = f"{count(week.workouts, 'workout').capitalize()} in the last seven days{known}."
    earlier = [str(one.workouts) for one in before if one.is_complete]
    if not earlier:
        return told
    return f"{told} In the weeks before, oldest first: {listed(earlier)}."


def unmoved_text(moved: Moved) -> str:
    """What was looked at and did not move, in a sentence; empty where nothing was."""
    if not moved.unmoved:
        return ""
    begin = "Also compared" if moved.lines else "Compared"
    return (
        f"{begin}, without a change beyond your own day-to-day variation: {listed(moved.unmoved)}."
    )


def of_day(day: date) -> str:
    """`22 November 2026`, for a heading."""
    return dated(day)
