"""The columns of findings that a person reads: what is claimed, what came of it, how much, how
sure. The rows have further ones, which the sentence and programs are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bio_lakehouse.ask.claims.finding_sentences import measure_of, name_of
from bio_lakehouse.gold.measures import Measure
from bio_lakehouse.numbers import NO_VALUE, number_text, signed_effect_text, signed_text

INTERVAL = "interval"
"""Two columns of a finding, the ends of an interval, shown as one."""
ENDS = (("points_low", "points_high"), ("interval_low", "interval_high"))
RELATION = ("claim", "status", "points", INTERVAL, "n", "q")
BEST = ("workout_type", "against_rest", "points", INTERVAL, "n", "q")
OVERTRAINING = (
    *("day", "readiness_score", "overtraining_risk", "workouts_last_3_days"),
    *("chronic_load", "acute_load", "form"),
)
TREND = ("measure", "first_month", "last_month", "week_difference", INTERVAL, "q")
WEEK = ("measure", "difference", INTERVAL, "q")
EXPERIMENT = ("name", "status", "outcome", "effect", INTERVAL, "p", "pairs")
UNUSUAL = ("insight", "finding", "status", "n", "day")
TOMORROW = ("forecast_day", "readiness_score", INTERVAL, "past_forecasts")
ADVICE = ("day", "readiness_score", "sleep_score", "recommended_intensity", "overtraining_risk")
SHOWN = (
    *(RELATION, BEST, OVERTRAINING, TREND, WEEK),
    *(EXPERIMENT, UNUSUAL, TOMORROW, ADVICE),
)
POINTS, EFFECT, MEASURE = "points", "effect", "measure"
MEANS = frozenset({"first_month", "last_month"})
DIFFERENCES = frozenset({"week_difference", "difference"})


def shown_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Which of a finding's columns are shown; all of them where no kind of question has these."""
    there = {*names, *(INTERVAL for low, high in ENDS if {low, high} <= set(names))}
    return next((some for some in SHOWN if there.issuperset(some)), tuple(names))


def interval_text(row: Mapping[str, Any]) -> str:
    """`+2.6 to +6.4`: the ends of a row's interval, as what it is about is written."""
    low, high = next((row[low], row[high]) for low, high in ENDS if low in row)
    if low is None or high is None:
        return NO_VALUE
    if "forecast_day" in row:
        return f"{number_text(low)} to {number_text(high)}"
    return f"{_end(row, low)} to {_end(row, high)}"


def figure_text(row: Mapping[str, Any], name: str) -> str | None:
    """A figure whose unit stands elsewhere in its row, and what a measure is called; None for any
    other."""
    value = row[name]
    if value is None:
        return None
    if name == MEASURE:
        return name_of(value)
    measure = _measure(row)
    if name in MEANS and measure:
        return measure.of_many_days.mean_text(value)
    if name in DIFFERENCES and measure:
        return _finer(measure).change_text(value, 0.0)
    if name in (*DIFFERENCES, POINTS, EFFECT):
        return _end(row, value)
    return None


def _end(row: Mapping[str, Any], value: float) -> str:
    measure = _measure(row)
    if measure:
        return _finer(measure).end_of_interval(value)
    return signed_text(value, 1) if POINTS in row else signed_effect_text(value)


def _measure(row: Mapping[str, Any]) -> Measure | None:
    return measure_of(row[MEASURE]) if MEASURE in row else None


def _finer(measure: Measure) -> Measure:
    return measure if measure.form == "hours" else measure.of_many_days
