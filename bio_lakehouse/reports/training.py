"""Training load as the report shows it: 90 days in a small chart, and what can be said of the newest known day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from bio_lakehouse.insights.training_load import BUILDING_DAYS
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.reports.comparison import WEEK
from bio_lakehouse.reports.measures import rounded
from bio_lakehouse.reports.sparkline import Point

DAYS = 90
WIDTH, HEIGHT = 640, 140
MARGIN, TOP = 6, 18

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoadDrawing:
    """Points in a view box of 640 by 140: bars of each day's load (x, y), lines broken where a state is unknown."""

    bars: tuple[Point, ...]
    chronic: tuple[tuple[Point, ...], ...]
    acute: tuple[tuple[Point, ...], ...]
    highest: int


@dataclass(frozen=True, slots=True)
class Training:
    """What is known of training load in the 90 days up to the report's day; no drawing without a load."""

    sentences: tuple[str, ...]
    drawing: LoadDrawing | None


def training_of(rows: Sequence[Row], last: date) -> Training:
    """`rows` are those of gold.training_load of one user."""
    by_day = {row["day"]: row for row in rows}
    days = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    shown: list[Row] = [by_day.get(day, {}) for day in days]
    known = [row for row in shown[-WEEK:] if row.get("state")]
    unknown = sum(row.get("unknown_workouts", 0) for row in shown)
    is_loaded = any(row.get("training_load") for row in shown)
    state = state_text(known[-1]) if known else sentences.load_unknown()
    if unknown and not is_loaded:
        state = sentences.load_untold(DAYS)
    said = (
        state,
        *((sentences.unknown_loads(unknown, DAYS),) if unknown else ()),
        *estimated(shown),
    )
    return Training(said, drawing_of(shown) if is_loaded else None)


def state_text(row: Row) -> str:
    """Chronic and acute load and form of a day; while it is building, that it is."""
    chronic, acute, form = (None if row[name] is None else rounded(row[name], 0) for name in LOADS)
    if row["state"] == "building":
        return sentences.load_building(
            row["day"], row["known_days"], BUILDING_DAYS, str(chronic), str(acute)
        )
    return sentences.load_steady(
        row["day"], str(chronic), str(acute), None if form is None else signed(form)
    )


LOADS = ("chronic_load", "acute_load", "form")


def signed(form: Decimal) -> str:
    return f"{'+' if form > 0 else '−' if form < 0 else ''}{abs(form)}"


def estimated(rows: Sequence[Row]) -> tuple[str, ...]:
    return (sentences.load_estimated(),) if any(row.get("is_estimated") for row in rows) else ()


def drawing_of(rows: Sequence[Row]) -> LoadDrawing:
    """Bars and lines on one scale, from 0 to the highest of them."""
    figures = [
        row.get(name) or 0.0
        for row in rows
        for name in ("training_load", "chronic_load", "acute_load")
    ]
    highest = max(*figures, 1.0)
    loads = [(number, row.get("training_load") or 0.0) for number, row in enumerate(rows)]
    return LoadDrawing(
        bars=tuple(_point(number, load, highest) for number, load in loads if load),
        chronic=_lines([row.get("chronic_load") for row in rows], highest),
        acute=_lines([row.get("acute_load") for row in rows], highest),
        highest=int(rounded(highest, 0)),
    )


def _lines(values: Sequence[float | None], highest: float) -> tuple[tuple[Point, ...], ...]:
    points = [
        None if value is None else _point(number, value, highest)
        for number, value in enumerate(values)
    ]
    runs = (
        tuple(point for point in run if point) for there, run in groupby(points, key=bool) if there
    )
    return tuple(run for run in runs if len(run) > 1)


def _point(number: int, value: float, highest: float) -> Point:
    x = MARGIN + number * (WIDTH - 2 * MARGIN) / (DAYS - 1)
    return round(x, 1), round(HEIGHT - MARGIN - value / highest * (HEIGHT - MARGIN - TOP), 1)
