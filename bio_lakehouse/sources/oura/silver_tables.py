"""Oura's silver tables, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bio_lakehouse.sources.checking import is_unknown
from bio_lakehouse.sources.declared_fields import UTC_OFFSET, Field, derived
from bio_lakehouse.sources.oura.fields import API_FIELDS
from bio_lakehouse.sources.source import Table

NIGHT = "long_sleep"

MET_COLUMNS: tuple[Field, ...] = (
    derived("met_avg", "double", "Mean metabolic equivalent of the day (MET).", 0),
    derived(
        "met_max",
        "double",
        "Highest metabolic equivalent of a minute (MET); unknown from a trends export.",
        0,
    ),
    derived("met_count", "int", "Minutes for which a metabolic equivalent is known.", 0),
)

_SLEEP = API_FIELDS["oura/sleep"]


def main_period(periods: Sequence[dict[str, Any]]) -> int | None:
    """The place of the longest night among sleep periods; of equal ones that which began first."""
    nights = [
        (_seconds_asleep(period), str(period.get("bedtime_start")), place)
        for place, period in enumerate(periods)
        if period.get("type") == NIGHT
    ]
    if not nights:
        return None
    return min(nights, key=lambda night: (-night[0], night[1], night[2]))[2]


def _seconds_asleep(period: dict[str, Any]) -> float:
    asleep = period.get("total_sleep_duration")
    return -1.0 if is_unknown(asleep) else float(str(asleep))


TABLES = (
    Table(
        "oura_daily_readiness",
        "Oura's readiness score of a day, with what contributed to it.",
        API_FIELDS["oura/daily_readiness"],
    ),
    Table(
        "oura_daily_sleep",
        (
            "Oura's sleep score of a day (the night that ended that morning), with what "
            "contributed to it."
        ),
        API_FIELDS["oura/daily_sleep"],
    ),
    Table(
        "oura_daily_activity",
        "Oura's activity score, steps, energy and times in activity of a day.",
        API_FIELDS["oura/daily_activity"] + MET_COLUMNS,
    ),
    Table(
        "oura_sleep",
        "Sleep periods, naps and rests, filed under the day on which the person woke up.",
        (*_SLEEP[:4], UTC_OFFSET, *_SLEEP[4:]),
        identity=("period_id",),
        required=("period_id",),
        of_one_origin=True,
        main_record=main_period,
    ),
    Table(
        "oura_heartrate",
        "Heart-rate readings, filed under the date in the person's time zone.",
        API_FIELDS["oura/heartrate"],
        identity=("recorded_at", "source"),
        required=("recorded_at",),
        of_one_origin=True,
    ),
    Table(
        "oura_daily_spo2",
        "Blood oxygen during the night that ended that morning.",
        API_FIELDS["oura/daily_spo2"],
    ),
)
