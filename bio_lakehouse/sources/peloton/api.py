"""A page of Peloton's API (`/api/user/<id>/workouts`): kept in bronze as it came, no silver table
reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from bio_lakehouse.sources.checking import (
    RowProblem,
    check_storable,
    day_in_lake,
    is_unknown,
    number_of,
    shown,
)
from bio_lakehouse.sources.peloton.fields import API_WORKOUTS
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse.sources.source_rows import Row, split_rows

PAGE_FIELDS = frozenset({"page_count", "show_next", "show_previous"})
_LAST_SECOND = 4_102_444_800  # the year 2100

KNOWN_FIELDS = frozenset(
    """
    created_at device_type end_time fitbit_id fitness_discipline has_pedaling_metrics
    has_leaderboard_metrics id is_total_work_personal_record metrics_type name peloton_id platform
    start_time strava_id status timezone title total_work user_id workout_type created
    device_time_created_at ride peloton effort_zones
    """.split()  # noqa: SIM905 - a list of 24 strings says the same in more lines
)


def looks_like_peloton(items: Sequence[Any]) -> bool:
    """Whether these JSON values are workouts of Peloton's API."""
    return any(
        isinstance(item, dict) and {"fitness_discipline", "start_time"} <= item.keys()
        for item in items
    )


def read(items: Sequence[Any], context: ParseContext) -> ParsedFile:
    """Records of `peloton/api_workouts`, keyed by id; the day is that of `start_time` in the
    workout's `timezone`.

    There is no coverage: a page says nothing about the days without a workout.
    """
    split = split_rows(
        (Row(line, item) for line, item in enumerate(items, 1)), partial(_record, context)
    )
    known = {name for record in split.records for name in record.content}
    return ParsedFile(
        source="peloton",
        origin="api",
        datasets=(API_WORKOUTS,),
        records=split.records,
        rejected=split.rejected,
        more_rejected=split.more_rejected,
        row_count=split.count,
        coverage=None,
        unknown_fields=tuple(sorted(known - KNOWN_FIELDS)),
    )


def _record(context: ParseContext, row: Row) -> Record:
    if not isinstance(row.content, dict):
        raise RowProblem(None, f"{shown(row.content)} is not a workout")
    workout: dict[str, Any] = row.content
    key = workout.get("id")
    if is_unknown(key) or not isinstance(key, str):
        raise RowProblem("id", f"id is {shown(key)}; a workout needs one")
    check_storable(workout)
    day = day_in_lake("start_time", _local_day(workout, context), context)
    return Record(API_WORKOUTS, day, key, row.line, workout)


def _local_day(workout: dict[str, Any], context: ParseContext) -> date:
    seconds = number_of("start_time", workout.get("start_time"))
    if not 0 <= seconds <= _LAST_SECOND:
        raise RowProblem(
            "start_time", f"start_time is {shown(seconds)}, which is not a Unix time in seconds"
        )
    zone = workout.get("timezone")
    if is_unknown(zone):
        return datetime.fromtimestamp(seconds, context.timezone).date()
    if not isinstance(zone, str) or zone not in _zone_names():
        raise RowProblem("timezone", f"timezone is {shown(zone)}, which is not an IANA time zone")
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
