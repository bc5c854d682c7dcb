"""All that a log holds: what tests look at, and the lake itself never asks for."""

from __future__ import annotations

from bio_lakehouse.lake.log import IngestionLog, LogEntry


def entries_of(log: IngestionLog) -> list[LogEntry]:
    """Every entry, oldest arrival first."""
    found = [entry for user_id in log.users() for entry in log.of_user(user_id)]
    return sorted(found, key=lambda entry: (entry.upload_timestamp, entry.file_path))
