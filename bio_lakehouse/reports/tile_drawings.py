"""Where the tiles' small drawings have their points, in the units of their view boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from bio_lakehouse.reports.comparison import BEFORE, Comparison, WorkoutWeek
from bio_lakehouse.viz.geometry import coordinate

WIDTH = 280
HEIGHT = 88
MARGIN = 8
BAR_WIDTH = 34
BAR_TOP = 18
WEEKS_NEEDED = 2

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """35 days: lines broken where a day is unknown, dots of the week, and the band of the days
    before."""

    lines: tuple[tuple[Point, ...], ...]
    week_lines: tuple[tuple[Point, ...], ...]
    dots: tuple[Point, ...]
    week_dots: tuple[Point, ...]
    band_top: float | None
    band_height: float | None
    median: float | None
    split: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One week's workouts; `height` 0 for none, `text` is `–` where nothing is known."""

    x: float
    y: float
    height: float
    text: str
    is_complete: bool
    is_this_week: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar a week, and of the complete weeks before, from two on, the range and the median."""

    bars: tuple[Bar, ...]
    band_top: float | None
    band_height: float | None
    median: float | None


def sparkline(comparison: Comparison) -> Sparkline:
    """The drawing of one measure: the days before, the week and the band."""
    place = _scale(comparison)
    points = [None if v is None else (_x(i), place(v)) for i, v in enumerate(comparison.values)]
    before, week = points[:BEFORE], points[BEFORE:]
    band = comparison.band
    return Sparkline(
        lines=_lines(before),
        week_lines=_lines(week),
        dots=tuple(point for point in before if point),
        week_dots=tuple(point for point in week if point),
        band_top=place(band.high) if band else None,
        band_height=coordinate(max(place(band.low) - place(band.high), 1)) if band else None,
        median=place(band.median) if band else None,
        split=coordinate((_x(BEFORE - 1) + _x(BEFORE)) / 2),
    )


def _x(index: int) -> float:
    return coordinate(MARGIN + index * (WIDTH - 2 * MARGIN) / 34)


def _scale(comparison: Comparison) -> Callable[[float], float]:
    """Value to y; the days and the band fill the height."""
    band = [comparison.band.low, comparison.band.high] if comparison.band else []
    values = [value for value in comparison.values if value is not None] + band
    low, high = min(values, default=0.0), max(values, default=0.0)
    reach = (high - low) or 1.0
    return lambda value: coordinate(HEIGHT - MARGIN - (value - low) / reach * (HEIGHT - 2 * MARGIN))


def _lines(points: Sequence[Point | None]) -> tuple[tuple[Point, ...], ...]:
    runs = (tuple(filter(None, run)) for there, run in groupby(points, key=bool) if there)
    return tuple(run for run in runs if len(run) > 1)


def bars(weeks: Sequence[WorkoutWeek]) -> Bars:
    """One bar a week, oldest first, as high as its workouts."""
    most = max((week.workouts or 0 for week in weeks), default=0) or 1
    step = (WIDTH - 2 * MARGIN - BAR_WIDTH) / max(len(weeks) - 1, 1)
    drawn = tuple(
        _bar(week, MARGIN + index * step, most, index == len(weeks) - 1)
        for index, week in enumerate(weeks)
    )
    usual = whole_weeks(weeks[:-1])
    if not usual:
        return Bars(drawn, None, None, None)
    low, middle, high = (
        coordinate(HEIGHT - 2 - _rise(count, most))
        for count in (min(usual), median(usual), max(usual))
    )
    return Bars(drawn, high, coordinate(max(low - high, 1)), middle)


def whole_weeks(weeks: Sequence[WorkoutWeek]) -> tuple[int, ...]:
    """Workouts of the weeks that are known whole; empty where fewer than two are."""
    counts = tuple(
        week.workouts for week in weeks if week.is_complete and week.workouts is not None
    )
    return counts if len(counts) >= WEEKS_NEEDED else ()


def _rise(workouts: float, most: int) -> float:
    return workouts / most * (HEIGHT - BAR_TOP - 2)


def _bar(week: WorkoutWeek, x: float, most: int, is_this_week: bool) -> Bar:
    height = coordinate(_rise(week.workouts or 0, most))
    return Bar(
        x=coordinate(x),
        y=coordinate(HEIGHT - 2 - height),
        height=height,
        text="–" if week.workouts is None else str(week.workouts),
        is_complete=week.is_complete,
        is_this_week=is_this_week,
    )
