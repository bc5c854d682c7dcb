"""Oura's trends exports: one over the older part in seconds, one of a few columns over newer weeks
in minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bio_lakehouse.sources.demo.minutes import MinuteSheet
from bio_lakehouse.sources.demo.oura_records import METERS_A_KCAL, written
from bio_lakehouse.sources.demo.truth import Day, Night, Truth

RECENT_AFTER, RECENT_DAYS = 3, 24


@dataclass(frozen=True)
class TrendsDay:
    """A day and what its cells need: the minutes of the day, and whether times stand in seconds or
    in minutes."""

    day: Day
    sheet: MinuteSheet
    seconds_a_unit: int

    def time(self, name: str) -> int:
        return self.sheet.counts[name] * 60 // self.seconds_a_unit


Cell = Callable[[TrendsDay], object]


def _of_night(value: Callable[[Night], object]) -> Cell:
    return lambda row: value(row.day.night) if row.day.night else None


def _sleep_part(name: str) -> Cell:
    return _of_night(lambda night: night.contributors[name])


def _readiness_part(name: str) -> Cell:
    return lambda row: row.day.readiness.contributors[name] if row.day.readiness else None


def _activity_part(name: str) -> Cell:
    return lambda row: row.day.activity.contributors.get(name)


def _midpoint(night: Night) -> int:
    """Seconds from local midnight to the middle of the night."""
    middle = night.bedtime_start + (night.bedtime_end - night.bedtime_start) / 2
    return (middle.hour * 3600 + middle.minute * 60 + middle.second) // 30 * 30


COLUMNS: tuple[tuple[str, Cell], ...] = (
    ("date", lambda row: row.day.day.isoformat()),
    ("Sleep Score", lambda row: row.day.sleep_score),
    ("Total Sleep Score", _sleep_part("total_sleep")),
    ("REM Sleep Score", _sleep_part("rem_sleep")),
    ("Deep Sleep Score", _sleep_part("deep_sleep")),
    ("Sleep Efficiency Score", _sleep_part("efficiency")),
    ("Restfulness Score", _sleep_part("restfulness")),
    ("Sleep Latency Score", _sleep_part("latency")),
    ("Sleep Timin Score", _sleep_part("timing")),
    ("Total Sleep Duration", _of_night(lambda night: night.total_sleep)),
    ("Total Bedtime ", _of_night(lambda night: night.time_in_bed)),
    ("Awake Time", _of_night(lambda night: night.awake)),
    ("REM Sleep Duration", _of_night(lambda night: night.rem)),
    ("Light Sleep Duration", _of_night(lambda night: night.light)),
    ("Deep Sleep Duration", _of_night(lambda night: night.deep)),
    ("Restless Sleep", _of_night(lambda night: night.restless_periods)),
    ("Sleep Efficiency", _of_night(lambda night: night.efficiency)),
    ("Sleep Latency", _of_night(lambda night: night.latency)),
    ("Sleep Timing", _of_night(_midpoint)),
    ("Bedtime Start", _of_night(lambda night: written(night.bedtime_start))),
    ("Bedtime End", _of_night(lambda night: written(night.bedtime_end))),
    ("Average Resting Heart Rate", _of_night(lambda night: night.average_heart_rate)),
    ("Lowest Resting Heart Rate", _of_night(lambda night: float(night.lowest_heart_rate))),
    ("Average HRV", _of_night(lambda night: night.average_hrv)),
    (
        "Temperature Deviation (°C)",
        lambda row: row.day.readiness.temperature_deviation if row.day.readiness else None,
    ),
    (
        "Temperature Trend Deviation",
        lambda row: row.day.readiness.temperature_trend_deviation if row.day.readiness else None,
    ),
    ("Respiratory Rate", _of_night(lambda night: night.average_breath)),
    ("Activity Score", lambda row: row.day.activity.score),
    ("Stay Active Score", _activity_part("stay_active")),
    ("Move Every Hour Score", _activity_part("move_every_hour")),
    ("Meet Daily Targets Score", _activity_part("meet_daily_targets")),
    ("Training Frequency Score", _activity_part("training_frequency")),
    ("Training Volume Score", _activity_part("training_volume")),
    ("Activity Burn", lambda row: row.day.activity.active_calories),
    ("Total Burn", lambda row: row.day.activity.total_calories),
    ("Steps", lambda row: row.day.activity.steps),
    ("Equivalent Walking Distance", lambda row: row.day.activity.active_calories * METERS_A_KCAL),
    ("Inactive Time", lambda row: row.time("sedentary")),
    ("Rest Time", lambda row: row.time("rest")),
    ("Low Activity Time", lambda row: row.time("low")),
    ("Medium Activity Time", lambda row: row.time("medium")),
    ("High Activity Time", lambda row: row.time("high")),
    ("Non-wear Time", lambda row: row.time("non_wear")),
    ("Average MET", lambda row: row.sheet.average_met),
    ("Long Periods of Inactivity", lambda row: row.sheet.counts["sedentary"] // 334),
    ("Readiness Score", lambda row: row.day.readiness_score),
    ("Previous Night Score", _readiness_part("previous_night")),
    ("Sleep Balance Score", _readiness_part("sleep_balance")),
    ("Previous Day Activity Score", _readiness_part("previous_day_activity")),
    ("Activity Balance Score", _readiness_part("activity_balance")),
    ("Temperature Score", _readiness_part("body_temperature")),
    ("Resting Heart Rate Score", _readiness_part("resting_heart_rate")),
    ("HRV Balance Score", _readiness_part("hrv_balance")),
    ("Recovery Index Score", _readiness_part("recovery_index")),
)

RECENT_COLUMNS: tuple[str, ...] = (
    "Readiness Score",
    "date",
    "Sleep Score",
    "Sleep Timing",
    "Activity Score",
    "Steps",
    "Total Burn",
    "Activity Burn",
    "Inactive Time",
    "Rest Time",
    "Low Activity Time",
    "Medium Activity Time",
    "High Activity Time",
    "Non-wear Time",
    "Average MET",
    "Sleep Timing",
    "Average HRV",
    "Lowest Resting Heart Rate",
    "Bedtime Start",
    "Bedtime End",
)
"""A choice of columns in another order, with one of them twice."""


def trends_exports(truth: Truth, sheets: list[MinuteSheet]) -> dict[str, str]:
    """File name → text of the trends exports for which there is room."""
    exports: dict[str, str] = {}
    older = truth.delivery.export
    if older:
        exports[_name(truth, older)] = _text(truth, older, sheets, COLUMNS, 1)
    start = truth.delivery.api.start + RECENT_AFTER
    if start + RECENT_DAYS < truth.delivery.api.stop:
        recent, by_name = range(start, start + RECENT_DAYS), dict(COLUMNS)
        by_name["Readiness Score"] = lambda row: (
            row.day.readiness.score if row.day.readiness else None
        )
        columns = tuple((name, by_name[name]) for name in RECENT_COLUMNS)
        exports[_name(truth, recent)] = _text(truth, recent, sheets, columns, 60)
    return exports


def _name(truth: Truth, days: range) -> str:
    return f"oura_{truth.days[days[0]].day}_{truth.days[days[-1]].day}_trends.csv"


def _text(
    truth: Truth,
    days: range,
    sheets: list[MinuteSheet],
    columns: tuple[tuple[str, Cell], ...],
    seconds_a_unit: int,
) -> str:
    """Days without a night come last, unsorted; unknown cells are empty or `None`; the last newline
    is missing."""
    rows = [TrendsDay(truth.days[index], sheets[index], seconds_a_unit) for index in days]
    ordered = [row for row in rows if row.day.worn] + [
        row for row in reversed(rows) if not row.day.worn
    ]
    lines = [",".join(name for name, _ in columns)]
    for number, row in enumerate(ordered):
        unknown = "None" if number % 2 else ""
        lines.append(
            ",".join(unknown if (value := cell(row)) is None else str(value) for _, cell in columns)
        )
    return "\n".join(lines)
