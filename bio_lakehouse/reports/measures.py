"""The measures that the report speaks of, and how their values are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

NO_VALUE = "–"
MINUS = "−"


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of `gold.daily_readiness_performance` with its title, unit and decimals.

    `form` "hours" writes 7.2 as `7 h 12 min`. `partly_contained` names the measure whose score contains this one.
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
        return (
            hours_text(value) if self.form == "hours" else _with_unit(self.number(value), self.unit)
        )

    def number(self, value: float | None) -> str:
        """The value without its unit, rounded half away from zero, with thousands separated; hours as `7 h 12`."""
        if value is None:
            return NO_VALUE
        return (
            hours_text(value, "")
            if self.form == "hours"
            else _signed_digits(rounded(value, self.decimals))
        )

    def change_text(self, difference: float | None) -> str:
        """A difference with its sign: `+3`, `−12 min`, `±0 ms`."""
        if difference is None:
            return NO_VALUE
        return _with_unit(self.change(difference), "min" if self.form == "hours" else self.unit)

    def change(self, difference: float | None) -> str:
        """A difference with its sign and without its unit; of hours in minutes."""
        if difference is None:
            return NO_VALUE
        figure = (
            rounded(difference * 60, 0)
            if self.form == "hours"
            else rounded(difference, self.decimals)
        )
        sign = "+" if figure > 0 else MINUS if figure < 0 else "±"
        return f"{sign}{abs(figure):,}"

    @property
    def unit_label(self) -> str:
        """The unit as a column of numbers says it once."""
        return "change in min" if self.form == "hours" else self.unit


def rounded(value: float, decimals: int) -> Decimal:
    """`value` rounded half away from zero. The detour over ten digits drops binary dust such as 2.4999999999999996."""
    return Decimal(f"{value:.10f}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def hours_text(hours: float, unit: str = " min") -> str:
    """`7 h 12 min` for 7.2."""
    whole, minutes = divmod(int(rounded(hours * 60, 0)), 60)
    return f"{whole} h {minutes:02d}{unit}"


def _signed_digits(figure: Decimal) -> str:
    return (MINUS if figure < 0 else "") + f"{abs(figure):,}"


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
