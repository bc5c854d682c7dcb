"""Sleep periods and heart-rate readings of the demo person, as objects of Oura's API v2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bio_lakehouse.sources.demo.nights import EPOCH
from bio_lakehouse.sources.demo.oura_records import record_id, written
from bio_lakehouse.sources.demo.random_streams import Floats, stream
from bio_lakehouse.sources.demo.truth import Day, Night, Truth

SAMPLE_SECONDS = 300
STAGE_CODES = {"deep": "1", "light": "2", "rem": "3", "awake": "4"}

SHORT_PERIODS: tuple[tuple[str, int, int, int, int], ...] = (
    ("sleep", 9, 4, 14, 35),
    ("rest", 13, 6, 20, 20),
    ("late_nap", 17, 8, -6, 40),
    ("deleted", 19, 9, 12, 25),
)
"""Naps and false detections: type, every so many days, at which remainder counted back from the
last day, the hour of the day at which it starts (negative: of the evening before), minutes."""


def period_records(truth: Truth, index: int, zone: ZoneInfo) -> list[dict[str, Any]]:
    """`sleep`: the night of the day at `index`, then its naps, rejected detections and deleted
    periods."""
    day = truth.days[index]
    if day.night is None:
        return []
    before_end = len(truth.days) - 1 - index
    short = [
        _short(truth.seed, day.day, kind, hour, minutes, number, zone)
        for number, (kind, every, remainder, hour, minutes) in enumerate(SHORT_PERIODS, start=1)
        if before_end % every == remainder
    ]
    return [_night(truth.seed, day, day.night), *short]


def _night(seed: int, day: Day, night: Night) -> dict[str, Any]:
    generator = stream(seed, "night", day.day.toordinal())
    stages = _stages(night, generator)
    begins = written(night.bedtime_start)
    samples = night.time_in_bed // SAMPLE_SECONDS
    pulse = _around(generator, samples, night.average_heart_rate, 3.0, night.lowest_heart_rate)
    variability = _around(generator, samples, night.average_hrv, 12.0, 5)
    return {
        **_frame(seed, day.day, "long_sleep", night.bedtime_start, night.bedtime_end, 0),
        "average_breath": night.average_breath,
        "average_heart_rate": night.average_heart_rate,
        "average_hrv": night.average_hrv,
        "awake_time": night.awake,
        "deep_sleep_duration": night.deep,
        "efficiency": night.efficiency,
        "heart_rate": {"interval": float(SAMPLE_SECONDS), "items": pulse, "timestamp": begins},
        "hrv": {"interval": float(SAMPLE_SECONDS), "items": variability, "timestamp": begins},
        "latency": night.latency,
        "light_sleep_duration": night.light,
        "lowest_heart_rate": night.lowest_heart_rate,
        "movement_30_sec": "".join(generator.choice(list("1112"), len(stages)).tolist()),
        "readiness": _readiness(day),
        "readiness_score_delta": 0,
        "rem_sleep_duration": night.rem,
        "restless_periods": night.restless_periods,
        "sleep_phase_30_sec": stages,
        "sleep_phase_5_min": stages[5::10],
        "sleep_score_delta": 0,
        "total_sleep_duration": night.total_sleep,
    }


def _frame(
    seed: int, day: date, kind: str, start: datetime, end: datetime, number: int
) -> dict[str, Any]:
    """The fields that every period has, whatever its type."""
    return {
        "id": record_id(seed, "sleep", day, number),
        "bedtime_end": written(end),
        "bedtime_start": written(start),
        "day": day.isoformat(),
        "low_battery_alert": False,
        "period": number,
        "sleep_algorithm_version": "v2",
        "sleep_analysis_reason": "bedtime_edit"
        if kind == "deleted"
        else "foreground_sleep_analysis",
        "time_in_bed": round((end - start).total_seconds()),
        "type": kind,
    }


def _short(
    seed: int, day: date, kind: str, hour: int, minutes: int, number: int, zone: ZoneInfo
) -> dict[str, Any]:
    """A nap or a false detection: too short for heart figures, so they stand as 0.0, null and
    arrays of nulls."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(hours=hour, minutes=7)
    asleep = max(minutes - 8, 4) * 60
    nothing = {
        "interval": float(SAMPLE_SECONDS),
        "items": [None] * (minutes // 5),
        "timestamp": written(start),
    }
    return {
        **_frame(seed, day, kind, start, start + timedelta(minutes=minutes), number),
        "average_breath": None,
        "average_heart_rate": 0.0,
        "average_hrv": None,
        "awake_time": minutes * 60 - asleep,
        "deep_sleep_duration": 0,
        "efficiency": round(100 * asleep / (minutes * 60)),
        "heart_rate": nothing,
        "hrv": nothing,
        "latency": 120,
        "light_sleep_duration": asleep,
        "lowest_heart_rate": None,
        "movement_30_sec": "1" * (minutes * 2),
        "readiness": None,
        "readiness_score_delta": None,
        "rem_sleep_duration": 0,
        "restless_periods": 4,
        "sleep_phase_30_sec": "4" * (minutes * 2 - asleep // EPOCH) + "2" * (asleep // EPOCH),
        "sleep_phase_5_min": "2" * (minutes // 5),
        "sleep_score_delta": None,
        "total_sleep_duration": asleep,
    }


def _readiness(day: Day) -> dict[str, Any] | None:
    if day.readiness is None:
        return None
    return {
        "contributors": dict(day.readiness.contributors),
        "score": day.readiness_score,
        "temperature_deviation": day.readiness.temperature_deviation,
        "temperature_trend_deviation": day.readiness.temperature_trend_deviation,
    }


def _stages(night: Night, generator: np.random.Generator) -> str:
    """One stage code every 30 seconds: awake until asleep, then pieces of 5 minutes in a shuffled
    order."""
    latency = night.latency // EPOCH
    counts = {
        "deep": night.deep,
        "rem": night.rem,
        "light": night.light,
        "awake": night.awake - night.latency,
    }
    rest = "".join(STAGE_CODES[name] * (seconds // EPOCH) for name, seconds in counts.items())
    pieces = [rest[start : start + 10] for start in range(0, len(rest), 10)]
    order = generator.permutation(len(pieces))
    return STAGE_CODES["awake"] * latency + "".join(pieces[place] for place in order)


def _around(
    generator: np.random.Generator, count: int, mean: float, spread: float, lowest: float
) -> list[float | None]:
    """Samples around a mean, never below `lowest`; the ring finds none in the first one."""
    values: Floats = np.maximum(np.round(mean + spread * generator.standard_normal(count)), lowest)
    return [None, *values[1:].tolist()]


def heart_rate_records(truth: Truth, days: range, zone: ZoneInfo) -> list[dict[str, Any]]:
    """`heartrate`: readings whose local day is one of `days`, in the order of time."""
    wanted = {truth.days[index].day for index in days}
    readings = [reading for index in days for reading in _readings(truth, index)]
    return [
        _reading(moment, bpm, source)
        for moment, bpm, source in sorted(readings)
        if moment.astimezone(zone).date() in wanted
    ]


def _readings(truth: Truth, index: int) -> Iterator[tuple[datetime, int, str]]:
    """Every 5 minutes or so asleep, every 4 to 25 awake, every 2 in a workout; none without the
    ring."""
    day = truth.days[index]
    if day.night is None:
        return
    generator = stream(truth.seed, "heart rate", day.day.toordinal())
    woke = day.night.bedtime_end.astimezone(UTC)
    asleep = day.night.bedtime_start.astimezone(UTC)
    yield from _stretch(
        generator, asleep, woke, (290, 311), (day.night.average_heart_rate, 3.0), "sleep"
    )
    noon = woke + timedelta(hours=7)
    yield from _stretch(generator, woke, noon, (240, 1500), (72, 9.0), "awake")
    yield from _stretch(
        generator, noon, noon + timedelta(minutes=40), (300, 400), (61, 3.0), "rest"
    )
    yield from _stretch(
        generator,
        noon + timedelta(minutes=41),
        woke + timedelta(hours=15),
        (240, 1500),
        (74, 10.0),
        "awake",
    )
    for workout in truth.workouts_of(day.day):
        if workout.heart_rate is not None:
            begins = workout.started_at.astimezone(UTC)
            ends = begins + timedelta(minutes=workout.minutes)
            yield from _stretch(
                generator, begins, ends, (110, 131), (workout.heart_rate, 7.0), "workout"
            )


def _stretch(
    generator: np.random.Generator,
    begins: datetime,
    ends: datetime,
    gap: tuple[int, int],
    pulse: tuple[float, float],
    source: str,
) -> Iterator[tuple[datetime, int, str]]:
    """Readings `gap` seconds apart around a mean and spread of `pulse`; every other time has
    fractional seconds."""
    seconds = int((ends - begins).total_seconds())
    offsets = np.cumsum(generator.integers(*gap, size=seconds // gap[0] + 1))
    values = np.clip(pulse[0] + pulse[1] * generator.standard_normal(len(offsets)), 38, 185)
    for number, (offset, bpm) in enumerate(zip(offsets.tolist(), values.tolist(), strict=True)):
        if offset < seconds:
            yield (
                begins + timedelta(seconds=offset, milliseconds=481 * (number % 2)),
                round(bpm),
                source,
            )


def _reading(moment: datetime, bpm: int, source: str) -> dict[str, Any]:
    precision = "milliseconds" if moment.microsecond else "seconds"
    return {
        "timestamp": moment.astimezone(UTC).isoformat(timespec=precision),
        "timestamp_unix": round(moment.timestamp() * 1000),
        "bpm": bpm,
        "source": source,
    }
