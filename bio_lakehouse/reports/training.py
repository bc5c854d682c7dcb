"""Training load as the report shows it: 90 days for a chart, and the newest day's state in
words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plotly.graph_objects import Figure

from bio_lakehouse.build.reported import LOAD_DAYS
from bio_lakehouse.insights.load_bounds import is_figure
from bio_lakehouse.insights.workout_load import Lacking
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.reports.comparison import WEEK
from bio_lakehouse.reports.load_state import state_text
from bio_lakehouse.viz.geometry import coordinate
from bio_lakehouse.viz.load_chart import Bounded, LoadSeries, load_over_time

LOAD_CHART = "training_load"
"""Name of its chart beside those of the insights."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Training:
    """What is known of training load in the 90 days up to the report's day.

    There is no series where no load is above 0.
    """

    sentences: tuple[str, ...]
    series: LoadSeries | None


def training_of(rows: Sequence[Row], last: date, lacks: Sequence[Lacking] = ()) -> Training:
    """`rows` are those of gold.training_load of one user, `lacks` what each workout of the 90 days
    without a measured load lacks."""
    by_day = {row["day"]: row for row in rows}
    days = [last - timedelta(days=back) for back in range(LOAD_DAYS - 1, -1, -1)]
    shown: list[Row] = [by_day.get(day, {}) for day in days]
    told = [row for row in shown[-WEEK:] if row.get("state")]
    if not told:
        return Training((sentences.load_unknown(),), None)
    is_loaded = any(row.get("load_high") for row in shown)
    said = (state_text(told[-1]), *unknowns(shown, lacks), *estimated(shown))
    return Training(said, series_of(days, shown) if is_loaded else None)


def unknowns(rows: Sequence[Row], lacks: Sequence[Lacking]) -> tuple[str, ...]:
    """How many workouts and days lie between bounds, between which, and what is lacking."""
    workouts = sum(row.get("unknown_workouts") or 0 for row in rows)
    days = sum(row.get("load") is not None and is_unknown_day(row) for row in rows)
    return (
        *((sentences.bounded_workouts(workouts, LOAD_DAYS, lacks),) if workouts else ()),
        *((sentences.unknown_days(days, LOAD_DAYS),) if days else ()),
    )


def is_unknown_day(row: Row) -> bool:
    """Whether it is not known of the day if there was a workout."""
    return row["training_load"] is None and not row["unknown_workouts"]


def estimated(rows: Sequence[Row]) -> tuple[str, ...]:
    return (sentences.load_estimated(),) if any(row.get("is_estimated") for row in rows) else ()


def series_of(days: Sequence[date], rows: Sequence[Row]) -> LoadSeries:
    """Loads to a tenth, of the days whose state is known."""
    told = [row if row.get("state") else {} for row in rows]

    def column(name: str) -> tuple[float | None, ...]:
        return tuple(None if row.get(name) is None else coordinate(row[name]) for row in told)

    def bounded(name: str) -> Bounded:
        low, high = column(f"{name}_low"), column(f"{name}_high")
        bounds = zip(column(name), low, high, strict=True)
        return Bounded(tuple(figure_of(*of_day) for of_day in bounds), low, high)

    return LoadSeries(
        tuple(day.isoformat() for day in days),
        bounded("load"),
        bounded("chronic_load"),
        bounded("acute_load"),
    )


def figure_of(middle: float | None, low: float | None, high: float | None) -> float | None:
    """The figure between its bounds; None where they lie too far apart for one."""
    if middle is None or low is None or high is None:
        return None
    return middle if low == high or is_figure(middle, low, high) else None


def load_figure(training: Training) -> dict[str, Figure]:
    """The chart by its name; nothing where there is no series."""
    return {LOAD_CHART: load_over_time(training.series)} if training.series else {}
