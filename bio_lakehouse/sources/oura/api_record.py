"""One record in the shape of Oura's API v2, from an answer or from a row of the account export."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date
from functools import lru_cache, partial
from typing import Any

from bio_lakehouse.sources.checking import (
    BLANKS,
    NUMBER,
    RowProblem,
    calendar_day,
    check,
    check_order,
    check_storable,
    day_in_lake,
    instant,
    is_unknown,
    shown,
)
from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.oura.fields import API_FIELDS, MOST_MET
from bio_lakehouse.sources.records import ParseContext, Record
from bio_lakehouse.sources.source_rows import Row

ACTIVITY = "oura/daily_activity"
OF_A_MOMENT = ("oura/heartrate", "oura/ring_battery_level")
"""Datasets whose records are readings and have no day of their own."""

_NO_HINTS: dict[str, str] = {}
_LOCAL_STAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}.*")
_DAY_FIELDS = ("day", "start_day")
_STAMP_FIELDS = ("start_datetime", "start_time", "bedtime_start", "set_up_at", "timestamp")
_KEY_FIELDS = ("id", "bedtime_start", "start_datetime", "start_time", "timestamp")


def _paths(fields: Iterable[Field]) -> tuple[tuple[Field, tuple[str, ...]], ...]:
    read = [field for field in fields if field.column != "recorded_at"]
    return tuple((field, tuple(field.path.split("."))) for field in read)


_PATHS = {dataset: _paths(fields) for dataset, fields in API_FIELDS.items()}


def record_reader(dataset: str, context: ParseContext, doubtful: bool) -> Callable[[Row], Record]:
    """What turns a row of that bronze dataset into a record, raising `RowProblem`.

    `doubtful` says that the file may hold values that JSON cannot, so that each record is looked
    at.
    """
    identify = (
        _identified_reading if dataset in OF_A_MOMENT else partial(_identified_record, dataset)
    )
    paths = _PATHS.get(dataset, ())

    def read(row: Row) -> Record:
        content = row.content
        if not isinstance(content, dict):
            raise RowProblem(None, f"{shown(content)} is not an object with fields")
        if doubtful:
            check_storable(content)
        day, key = identify(content, context)
        try:
            for field, path in paths:
                check(field, value_at(content, path))
            if dataset == ACTIVITY:
                _check_minutes(value_at(content, ("met", "items")))
            check_order("bedtime_start", "bedtime_end", content.get)
        except RowProblem as problem:
            raise problem.on(day) from None
        return Record(dataset, day, key, row.line, content, _NO_HINTS)

    return read


def _check_minutes(items: object) -> None:
    """Raise `RowProblem` for a metabolic equivalent that no minute can have; what is no number is
    unknown."""
    values = items if isinstance(items, list) else []
    try:
        most = max(filter(None, values), default=0)
    except TypeError:
        most = max(map(_number, values), default=0)
    if _number(most) > MOST_MET:
        raise RowProblem("met.items", f"met.items has {shown(most)}; the most is {MOST_MET}")


def _number(value: object) -> float:
    """A number, or the one in a text; 0 for all else."""
    if isinstance(value, str):
        text = value.strip(BLANKS)
        return float(text) if NUMBER.fullmatch(text) else 0
    return value if isinstance(value, int | float) else 0


def value_at(content: dict[str, Any], path: tuple[str, ...]) -> object:
    """The value under a dotted path, None where a level is unknown; raises `RowProblem` where a
    level is no object."""
    value: object = content
    if len(path) == 1:
        return content.get(path[0])
    for depth, name in enumerate(path):
        if not isinstance(value, dict):
            if is_unknown(value):
                return None
            above = ".".join(path[:depth])
            raise RowProblem(above, f"{above} is {shown(value)}; an object with fields is expected")
        value = value.get(name)
    return value


def _identified_reading(content: dict[str, Any], context: ParseContext) -> tuple[date, str]:
    """A reading of a moment: its date in the person's zone; its UTC time and source."""
    moment = instant("timestamp", content.get("timestamp"))
    day = _one_object(moment.astimezone(context.timezone).date())
    day_in_lake("timestamp", day, context)
    return day, f"{moment.astimezone(UTC).isoformat()}|{content.get('source') or ''}"


@lru_cache(maxsize=8192)
def _one_object(day: date) -> date:
    """Of equal days one, as hundreds of readings share it."""
    return day


def _identified_record(
    dataset: str, content: dict[str, Any], context: ParseContext
) -> tuple[date, str]:
    """Any other record: its `day`, which is the key of a daily one; else its id, else its start."""
    day = calendar_day("day", content.get("day")) if dataset in API_FIELDS else _start_day(content)
    day_in_lake("day", day, context)
    if dataset.startswith("oura/daily_"):
        return day, day.isoformat()
    return day, next(
        (str(content[name]) for name in _KEY_FIELDS if not is_unknown(content.get(name))),
        day.isoformat(),
    )


def _start_day(content: dict[str, Any]) -> date:
    """`day`, else the local date on which it started."""
    for name in (*_DAY_FIELDS, *_STAMP_FIELDS):
        value = content.get(name)
        if not is_unknown(value):
            stamp = (
                _LOCAL_STAMP.fullmatch(value)
                if isinstance(value, str) and name in _STAMP_FIELDS
                else None
            )
            return calendar_day(name, stamp[1] if stamp else value)
    raise RowProblem("day", "day is missing")
