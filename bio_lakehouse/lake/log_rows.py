"""An entry of the log as a row of plain values, in whatever store it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from bio_lakehouse.lake.log import LogEntry, day_of

DATES = ("first_day", "last_day", "covered_first", "covered_last", "retry_on")
NAMES = tuple(field.name for field in fields(LogEntry))
TIMES = ("upload_timestamp", "modified", "stamp", "file_time")


def row_of(entry: LogEntry) -> dict[str, Any]:
    """Its values by field, dates and times as text."""
    return {name: _plain(getattr(entry, name)) for name in NAMES}


def entry_of(row: Mapping[str, Any]) -> LogEntry:
    """The entry of a row; a field that the row lacks is as in an entry that does not say it."""
    values = dict(row)
    for name in DATES:
        if values.get(name):
            values[name] = day_of(values[name])
    for name in TIMES:
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    values["whole"] = bool(values.get("whole"))
    return LogEntry(**values)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
