"""Drift: fields that vendors have begun to send and this version does not know."""

from __future__ import annotations

from collections.abc import Iterable

from bio_lakehouse.lake.log import LogEntry


def first_seen(entries: Iterable[LogEntry]) -> dict[tuple[str, str], LogEntry]:
    """The first file that brought each unknown field, by bronze dataset and field."""
    found: dict[tuple[str, str], LogEntry] = {}
    for entry in sorted(entries, key=lambda entry: (entry.upload_timestamp, entry.file_path)):
        for name in entry.new_fields:
            found.setdefault((entry.data_type or "", name), entry)
    return found
