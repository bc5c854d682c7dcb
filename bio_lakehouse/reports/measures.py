"""The measures that the report speaks of, and how their values are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from bio_lakehouse.numbers import (
    NO_VALUE,
    hours_text,
    in_minutes,
    number_text,
    rounded,
    signed_text,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of `gold.daily_readiness_performance` with its title, unit and decimals.

    `form` "hours" writes 7.2 as `7 h 12 min`.
    """

    column: str
    title: str
    unit: str = ""
    decimals: int = 0
    form: Literal["number", "hours"] = "number"

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

    def difference(self, value: float | None, other: float | None) -> Decimal | None:
        """The difference of the two figures that a reader sees; of hours in minutes."""
        if value is None or other is None:
            return None
        return self._figure(value) - self._figure(other)

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
        size = abs(self._figure(value) - self._figure(other))
        return _with_unit(number_text(size, self.change_decimals), self.change_unit)

    def finer(self, decimals: int) -> Measure:
        """The same, written with so many decimals more."""
        return replace(self, decimals=self.decimals + decimals)

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

    def _figure(self, value: float) -> Decimal:
        return in_minutes(value) if self.form == "hours" else rounded(value, self.decimals)


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


READINESS = Measure("readiness_score", "Readiness")
SLEEP = Measure("sleep_score", "Sleep score")
ACTIVITY = Measure("activity_score", "Activity score")
TIME_ASLEEP = Measure("sleep_duration_h", "Time asleep", "h", form="hours")
HRV = Measure("hrv_rmssd_ms", "HRV", "ms")
RESTING_HEART_RATE = Measure("resting_heart_rate_bpm", "Resting heart rate", "bpm")
TEMPERATURE = Measure("temperature_deviation", "Temperature deviation", "°C", 2)
OXYGEN = Measure("spo2_average_pct", "Blood oxygen", "%", 1)
STEPS = Measure("steps", "Steps")
ACTIVE_CALORIES = Measure("active_calories", "Active calories", "kcal")

DAILY = (
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
)

WORKOUTS = Measure("workout_count", "Workouts")
WORKOUT_MINUTES = Measure("workout_minutes", "Workout minutes", "min")
OUTPUT = Measure("total_output_kj", "Output", "kJ")
WORKOUT_OUTPUT = Measure("total_output_kj", "Output in one workout", "kJ")

TOTALS = (WORKOUTS, WORKOUT_MINUTES, OUTPUT)
