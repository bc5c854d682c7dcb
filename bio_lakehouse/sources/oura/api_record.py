"""One record in the shape of Oura's API v2, from an answer or from a row of the account export."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date
from typing import Any

from bio_lakehouse.sources.checking import (
    RowProblem,
    calendar_day,
    check,
    check_storable,
    day_in_lake,
    instant,
    is_unknown,
    shown,
)
from bio_lakehouse.sources.fields import Field
from bio_lakehouse.sources.oura.fields import API_FIELDS
from bio_lakehouse.sources.records import ParseContext, Record
from bio_lakehouse.sources.rows import Row

HEARTRATE = "oura/heartrate"

_LOCAL_STAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}.*")
_DAY_FIELDS = ("day", "start_day")
_STAMP_FIELDS = ("start_datetime", "start_time", "bedtime_start", "timestamp")
_PATHS: dict[str, tuple[tuple[Field, tuple[str, ...]], ...]] = {
    dataset: tuple((field, tuple(field.path.split("."))) for field in fields) for dataset, fields in API_FIELDS.items()
}


def record_reader(dataset: str, context: ParseContext, doubtful: bool) -> Callable[[Row], Record]:
    """What turns a row of that bronze dataset into a record, raising `RowProblem`.

    `doubtful` says that the file may hold values that JSON cannot, so that each record is looked at.
    """

    def read(row: Row) -> Record:
        content = row.content
        if not isinstance(content, dict):
            raise RowProblem(None, f"{shown(content)} is not an object with fields")
        if doubtful:
            check_storable(content)
        day = day_in_lake("timestamp" if dataset == HEARTRATE else "day", day_of(dataset, content, context), context)
        for field, path in _PATHS.get(dataset, ()):
            check(field, value_at(content, path))
        return Record(dataset, day, key_of(dataset, content, day), row.line, content)

    return read


def value_at(content: Mapping[str, Any], path: tuple[str, ...]) -> object:
    """The value under a dotted path, None where a level is unknown; raises `RowProblem` where a level is no object."""
    value: Any = content
    for depth, name in enumerate(path):
        if not isinstance(value, Mapping):
            above = ".".join(path[:depth])
            raise RowProblem(above, f"{above} is {shown(value)}; an object with fields is expected")
        value = value.get(name)
        if is_unknown(value):
            return None
    return value


def day_of(dataset: str, content: Mapping[str, Any], context: ParseContext) -> date:
    """A reading's date in the person's zone; else `day`; without a silver table else the local date of its start."""
    if dataset == HEARTRATE:
        return instant("timestamp", content.get("timestamp")).astimezone(context.timezone).date()
    if dataset in API_FIELDS:
        return calendar_day("day", content.get("day"))
    for name in (*_DAY_FIELDS, *_STAMP_FIELDS):
        value = content.get(name)
        if not is_unknown(value):
            stamp = _LOCAL_STAMP.fullmatch(value) if isinstance(value, str) and name in _STAMP_FIELDS else None
            return calendar_day(name, stamp[1] if stamp else value)
    raise RowProblem("day", "day is missing")


def key_of(dataset: str, content: Mapping[str, Any], day: date) -> str:
    """The record's identity within user and dataset: its day, its id or start, or a reading's UTC time and source."""
    if dataset == HEARTRATE:
        moment = instant("timestamp", content.get("timestamp")).astimezone(UTC)
        return f"{moment.isoformat()}|{content.get('source') or ''}"
    if dataset.startswith("oura/daily_"):
        return day.isoformat()
    names = ("id", "bedtime_start", "start_datetime", "start_time", "timestamp")
    return next((str(content[name]) for name in names if not is_unknown(content.get(name))), day.isoformat())
