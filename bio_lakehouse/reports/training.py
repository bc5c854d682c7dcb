"""Training load as the report shows it: 90 days in a small chart, and the newest day's state in
words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bio_lakehouse.build.reported import LOAD_DAYS
from bio_lakehouse.insights.training_load import BUILDING_DAYS, is_figure
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.numbers import number_text, rounded, signed_text
from bio_lakehouse.reports.comparison import WEEK
from bio_lakehouse.reports.tile_drawings import Point
from bio_lakehouse.viz.geometry import coordinate

WIDTH, HEIGHT = 640, 140
MARGIN, TOP = 6, 18
FLOOR = HEIGHT - MARGIN

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoadDrawing:
    """Points in a view box of 640 by 140.

    Bars of each day's load as far as it is certain (x, y), and of what lies between its bounds
    (x, y of the lower, y of the upper); a line of each state, with the outline of chronic load's
    bounds where they lie apart.
    """

    bars: tuple[Point, ...]
    open_bars: tuple[tuple[float, float, float], ...]
    chronic: tuple[Point, ...]
    chronic_bounds: tuple[Point, ...]
    acute: tuple[Point, ...]
    highest: int


@dataclass(frozen=True, slots=True)
class Training:
    """What is known of training load in the 90 days up to the report's day.

    There is no drawing where no load is above 0.
    """

    sentences: tuple[str, ...]
    drawing: LoadDrawing | None


def training_of(rows: Sequence[Row], last: date) -> Training:
    """`rows` are those of gold.training_load of one user."""
    by_day = {row["day"]: row for row in rows}
    days = [last - timedelta(days=back) for back in range(LOAD_DAYS - 1, -1, -1)]
    shown: list[Row] = [by_day.get(day, {}) for day in days]
    told = [row for row in shown[-WEEK:] if row.get("state")]
    if not told:
        return Training((sentences.load_unknown(),), None)
    is_loaded = any(row.get("load_high") for row in shown)
    said = (state_text(told[-1]), *unknowns(shown), *estimated(shown))
    return Training(said, drawing_of(shown) if is_loaded else None)


def state_text(row: Row) -> str:
    """Chronic and acute load and form of a day; while it is building, that it is."""
    chronic, acute = (figure_text(row, name) for name in ("chronic_load", "acute_load"))
    if row["state"] == "building":
        return sentences.load_building(row["day"], row["state_days"], BUILDING_DAYS, chronic, acute)
    form = None if row["form"] is None else figure_text(row, "form", form_text)
    return sentences.load_steady(row["day"], chronic, acute, form)


def figure_text(row: Row, name: str, write: Callable[[float], str] = number_text) -> str:
    """A load as a figure where its bounds lie near enough, else as the band between them."""
    middle, low, high = (row[column] for column in (name, f"{name}_low", f"{name}_high"))
    figure, least, most = (write(value) for value in (middle, low, high))
    if is_figure(middle, low, high) or least == most:
        return figure
    return sentences.band(least, most)


def form_text(form: float) -> str:
    """`+3`, `−12`, `0`."""
    return signed_text(form).removeprefix("±")


def unknowns(rows: Sequence[Row]) -> tuple[str, ...]:
    """How many workouts and days lie between bounds, and between which."""
    workouts = sum(row.get("unknown_workouts") or 0 for row in rows)
    days = sum(row.get("load") is not None and is_unknown_day(row) for row in rows)
    return (
        *((sentences.bounded_workouts(workouts, LOAD_DAYS),) if workouts else ()),
        *((sentences.unknown_days(days, LOAD_DAYS),) if days else ()),
    )


def is_unknown_day(row: Row) -> bool:
    """Whether it is not known of the day if there was a workout."""
    return row["training_load"] is None and not row["unknown_workouts"]


def estimated(rows: Sequence[Row]) -> tuple[str, ...]:
    return (sentences.load_estimated(),) if any(row.get("is_estimated") for row in rows) else ()


def drawing_of(rows: Sequence[Row]) -> LoadDrawing:
    """Bars and lines on one scale, from 0 to the highest of them."""
    drawn = ("load_high", "chronic_load_high", "acute_load_high")
    highest = max(row.get(name) or 1.0 for row in rows for name in drawn)
    told = [(number, row) for number, row in enumerate(rows) if row.get("state")]

    def line(name: str) -> tuple[Point, ...]:
        return tuple(_point(number, row[name], highest) for number, row in told)

    lows, highs = line("load_low"), line("load_high")
    pairs = list(zip(lows, highs, strict=True))
    outline = (*line("chronic_load_low"), *reversed(line("chronic_load_high")))
    return LoadDrawing(
        bars=tuple(low for low in lows if low[1] < FLOOR),
        open_bars=tuple((*low, high[1]) for low, high in pairs if high[1] < low[1]),
        chronic=line("chronic_load"),
        chronic_bounds=outline,
        acute=line("acute_load"),
        highest=int(rounded(highest)),
    )


def _point(number: int, value: float, highest: float) -> Point:
    x = MARGIN + number * (WIDTH - 2 * MARGIN) / (LOAD_DAYS - 1)
    return coordinate(x), coordinate(FLOOR - value / highest * (FLOOR - TOP))
