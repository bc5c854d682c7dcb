"""The register of measures: what is known about a measured figure is said here, once.

A measure that is added to `MEASURES` with what it is `compared` with stands in the report's table,
in what a narrative may speak of and in the tests that decide what moved; one that is `watched` is
looked at for days that stand out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from bio_lakehouse.english import inner
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.numbers import (
    NO_VALUE,
    hours_text,
    in_minutes,
    number_text,
    rounded,
    signed_text,
)

Compared = Literal["days", "weeks"]
Taken = Literal["night", "morning", "ring", "bike"]
Side = Literal["higher", "lower"]

SCORES = "0–100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measured figure: where it is kept, how it is written and called, and what is asked of it.

    `column` is one of the table of that full name. `form` "hours" writes 7.2 as `7 h 12 min`.
    `good` is the direction that is good in itself, None where neither is. `compared` says what a
    week is held against: its mean over days against that of the four weeks before, or its sum
    against the mean of the weeks before. A measure that `adds_up` is told as so much a day.
    `taken` are the times and devices it is measured by.
    `watched` under its short name means that days on its bad side are looked for.
    """

    column: str
    title: str
    short_name: str
    unit: str = ""
    decimals: int = 0
    form: Literal["number", "hours"] = "number"
    good: Side | None = None
    compared: Compared | None = None
    adds_up: bool = False
    watched: bool = False
    taken: tuple[Taken, ...] = ()
    phrase: str = ""
    table: str = DAILY_READINESS_PERFORMANCE.full_name
    topic: str = ""

    @property
    def key(self) -> str:
        """What no other measure is named: its column, or its own where two share one."""
        return self.topic or self.column

    @property
    def in_sentence(self) -> str:
        """`resting heart rate`, `HRV`: what it is called within a sentence."""
        return self.phrase or inner(self.title)

    @property
    def is_score(self) -> bool:
        """Whether it is a vendor's score of 0 to 100."""
        return self.column.endswith("_score")

    @property
    def bad(self) -> Side | None:
        """The direction that is bad in itself."""
        opposite: dict[Side, Side] = {"higher": "lower", "lower": "higher"}
        return None if self.good is None else opposite[self.good]

    def axis_title(self, of: str = "") -> str:
        """`Readiness (0–100)`, `HRV (ms)`; with `of` as in `Readiness on the day after (0–100)`."""
        unit = SCORES if self.is_score else self.unit
        named = f"{self.title} {of}" if of else self.title
        return f"{named} ({unit})" if unit else named

    def text(self, value: float | None) -> str:
        """The value with its unit; `–` when there is none."""
        if value is None:
            return NO_VALUE
        if self.form == "hours":
            return hours_text(value)
        return _with_unit(self.number(value), self.unit)

    def number(self, value: float | None) -> str:
        """The value without its unit; hours as `7 h 12`."""
        if value is None:
            return NO_VALUE
        if self.form == "hours":
            return hours_text(value, "")
        return number_text(value, self.decimals)

    def mean_text(self, mean: float | None) -> str:
        """A mean over days: `8,214 a day` of what adds up, else the value alone."""
        return f"{self.text(mean)} a day" if self.adds_up else self.text(mean)

    def figure(self, value: float) -> Decimal:
        """The value as a reader sees it; hours in minutes."""
        return in_minutes(value) if self.form == "hours" else rounded(value, self.decimals)

    def difference(self, value: float | None, other: float | None) -> Decimal | None:
        """The difference of the two figures that a reader sees; of hours in minutes."""
        if value is None or other is None:
            return None
        return self.figure(value) - self.figure(other)

    def change_text(self, value: float | None, other: float | None) -> str:
        """That difference with its sign and unit: `+3`, `−12 min`, `±0 ms`."""
        change = self.change(value, other)
        return change if change == NO_VALUE else _with_unit(change, self.change_unit)

    def change(self, value: float | None, other: float | None) -> str:
        """That difference with its sign and without its unit."""
        difference = self.difference(value, other)
        return NO_VALUE if difference is None else signed_text(difference, self.change_decimals)

    def end_of_interval(self, end: float | None) -> str:
        """An end of a difference's interval, written as the difference is; of hours in minutes."""
        return self.change(end, None if end is None else 0.0)

    def size_text(self, value: float, other: float) -> str:
        """That difference without a sign: `3`, `12 min`."""
        size = abs(self.figure(value) - self.figure(other))
        return _with_unit(number_text(size, self.change_decimals), self.change_unit)

    def finer(self, decimals: int) -> Measure:
        """The same, written with so many decimals more."""
        return replace(self, decimals=self.decimals + decimals)

    @property
    def of_many_days(self) -> Measure:
        """The same as a mean of many days is written: with one decimal at least."""
        return replace(self, decimals=max(self.decimals, 1))

    @property
    def change_unit(self) -> str:
        """The unit of a difference."""
        return "min" if self.form == "hours" else self.unit

    @property
    def change_decimals(self) -> int:
        """The decimals of a difference."""
        return 0 if self.form == "hours" else self.decimals

    @property
    def unit_label(self) -> str:
        """The unit as a column of numbers says it once."""
        return "change in min" if self.form == "hours" else self.unit


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


READINESS = Measure(
    column="readiness_score",
    title="Readiness",
    short_name="readiness",
    good="higher",
    compared="days",
    watched=True,
    taken=("morning", "ring"),
)
SLEEP = Measure(
    column="sleep_score",
    title="Sleep score",
    short_name="sleep",
    good="higher",
    compared="days",
    watched=True,
    taken=("night", "ring"),
)
ACTIVITY = Measure(
    column="activity_score",
    title="Activity score",
    short_name="activity",
    good="higher",
    compared="days",
    taken=("ring",),
)
TIME_ASLEEP = Measure(
    column="sleep_duration_h",
    title="Time asleep",
    short_name="time asleep",
    unit="h",
    form="hours",
    compared="days",
    taken=("night", "ring"),
)
HRV = Measure(
    column="hrv_rmssd_ms",
    title="HRV",
    short_name="hrv",
    unit="ms",
    good="higher",
    compared="days",
    watched=True,
    taken=("night", "ring"),
)
RESTING_HEART_RATE = Measure(
    column="resting_heart_rate_bpm",
    title="Resting heart rate",
    short_name="resting heart rate",
    unit="bpm",
    good="lower",
    compared="days",
    taken=("night", "morning", "ring"),
)
TEMPERATURE = Measure(
    column="temperature_deviation",
    title="Temperature deviation",
    short_name="temperature",
    unit="°C",
    decimals=2,
    good="lower",
    compared="days",
    watched=True,
    taken=("night", "ring"),
)
OXYGEN = Measure(
    column="spo2_average_pct",
    title="Blood oxygen",
    short_name="oxygen",
    unit="%",
    decimals=1,
    good="higher",
    compared="days",
    taken=("night", "ring"),
)
STEPS = Measure(
    column="steps",
    title="Steps",
    short_name="steps",
    compared="days",
    adds_up=True,
    taken=("ring",),
)
ACTIVE_CALORIES = Measure(
    column="active_calories",
    title="Active calories",
    short_name="active calories",
    unit="kcal",
    compared="days",
    adds_up=True,
    taken=("ring",),
)
WORKOUTS = Measure(
    column="workout_count",
    title="Workouts",
    short_name="workouts",
    compared="weeks",
    taken=("bike",),
)
WORKOUT_MINUTES = Measure(
    column="workout_minutes",
    title="Workout minutes",
    short_name="minutes",
    unit="min",
    compared="weeks",
    taken=("bike",),
    phrase="workout time",
)
OUTPUT = Measure(
    column="total_output_kj",
    title="Output",
    short_name="output",
    unit="kJ",
    compared="weeks",
    taken=("bike",),
)
WORKOUT_OUTPUT = Measure(
    column="total_output_kj",
    title="Output in one workout",
    short_name="workout output",
    unit="kJ",
    taken=("bike",),
    table="bio_silver.peloton_workouts",
    topic="workout_output",
)

MEASURES = (
    READINESS,
    SLEEP,
    ACTIVITY,
    TIME_ASLEEP,
    HRV,
    RESTING_HEART_RATE,
    TEMPERATURE,
    OXYGEN,
    STEPS,
    ACTIVE_CALORIES,
    WORKOUTS,
    WORKOUT_MINUTES,
    OUTPUT,
    WORKOUT_OUTPUT,
)
"""All of them, in the order in which a reader meets them."""


def compared_with(compared: Compared) -> tuple[Measure, ...]:
    """The measures of which a week is held against days or against weeks before."""
    return tuple(measure for measure in MEASURES if measure.compared == compared)


def watched() -> tuple[Measure, ...]:
    """The measures in which days that stand out on the bad side are looked for."""
    return tuple(measure for measure in MEASURES if measure.watched)
