"""The tables of the log's SQLite file, and what finds entries in them by their days."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

CREATE = """
CREATE TABLE IF NOT EXISTS ingestion_log (
    file_path TEXT PRIMARY KEY, checksum TEXT NOT NULL, user_id TEXT NOT NULL,
    upload_timestamp TEXT NOT NULL, size INTEGER NOT NULL, modified TEXT NOT NULL,
    status TEXT NOT NULL, source TEXT, origin TEXT, data_type TEXT,
    record_count INTEGER NOT NULL, quarantined_count INTEGER NOT NULL, first_day TEXT,
    last_day TEXT, covered_first TEXT, covered_last TEXT, retry_on TEXT, unknown_fields TEXT,
    error TEXT, tag TEXT NOT NULL DEFAULT '', fed_datasets TEXT, stamp TEXT, file_time TEXT,
    own_coverage TEXT, unread TEXT, whole INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS by_checksum ON ingestion_log (user_id, checksum);
CREATE INDEX IF NOT EXISTS by_user ON ingestion_log (user_id, upload_timestamp);
CREATE INDEX IF NOT EXISTS by_arrival ON ingestion_log (upload_timestamp);
CREATE INDEX IF NOT EXISTS ingesting ON ingestion_log (status) WHERE status = 'ingesting';
CREATE INDEX IF NOT EXISTS with_unknown ON ingestion_log (upload_timestamp)
    WHERE unknown_fields IS NOT NULL;
CREATE INDEX IF NOT EXISTS with_quarantined ON ingestion_log (upload_timestamp)
    WHERE quarantined_count > 0;
CREATE TABLE IF NOT EXISTS file_days (
    file_path TEXT NOT NULL, dataset TEXT NOT NULL, day TEXT NOT NULL, landed INTEGER NOT NULL,
    duplicates INTEGER NOT NULL, current INTEGER NOT NULL, superseded INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (dataset, day, file_path));
CREATE INDEX IF NOT EXISTS days_by_file ON file_days (file_path);
CREATE TABLE IF NOT EXISTS begun_objects (object_key TEXT PRIMARY KEY);
"""
ADDED_COLUMNS = (
    ("ingestion_log", "tag", "TEXT NOT NULL DEFAULT ''"),
    ("ingestion_log", "fed_datasets", "TEXT"),
    ("ingestion_log", "own_coverage", "TEXT"),
    ("ingestion_log", "unread", "TEXT"),
    ("ingestion_log", "stamp", "TEXT"),
    ("ingestion_log", "file_time", "TEXT"),
    ("ingestion_log", "whole", "INTEGER NOT NULL DEFAULT 0"),
    ("file_days", "withdrawn", "INTEGER NOT NULL DEFAULT 0"),
)
"""What logs of earlier versions lack: table, column and type."""
SPLIT_VERSION = """
UPDATE ingestion_log SET stamp = nullif(trim(substr(version, 1, 27)), ''), file_time = modified,
    whole = origin IN ('account_export', 'csv_export') OR trim(substr(version, 1, 27)) <> '';
ALTER TABLE ingestion_log DROP COLUMN version;
"""
"""Earlier logs kept a file's rank as text, of which only the fetch time cannot be worked out
again."""
NEWEST_DAY = "max(ifnull(last_day, ''), ifnull(covered_last, ''))"
OLDEST_DAY = "min(ifnull(first_day, '~'), ifnull(covered_first, '~'))"
"""The days that an entry holds or tells of; `~` comes after all days."""
SHORT_DAYS = timedelta(days=31)
IS_LONG = f"{OLDEST_DAY} < date({NEWEST_DAY}, '-{SHORT_DAYS.days} days')"
"""Files of so many days or fewer are found by their last day; longer ones are few."""
USABLE = "status IN ('ingesting', 'ingested', 'replaced')"
INDEXES = f"""
CREATE INDEX IF NOT EXISTS by_newest_day ON ingestion_log (user_id, {NEWEST_DAY});
CREATE INDEX IF NOT EXISTS long_files ON ingestion_log (user_id, {NEWEST_DAY}) WHERE {IS_LONG};
CREATE INDEX IF NOT EXISTS whole_files ON ingestion_log (user_id, origin) WHERE whole;
CREATE INDEX IF NOT EXISTS first_held ON ingestion_log (first_day) WHERE {USABLE};
CREATE INDEX IF NOT EXISTS first_covered ON ingestion_log (covered_first) WHERE {USABLE};
CREATE INDEX IF NOT EXISTS with_records ON ingestion_log (data_type)
    WHERE {USABLE} AND first_day IS NOT NULL;
"""
"""Of columns that a log of an earlier version is given first."""


def create(db: sqlite3.Connection) -> None:
    """Make the log's tables and indexes; a log of an earlier version is brought up to this one."""
    db.executescript(CREATE)
    _migrate(db)
    db.executescript(INDEXES)


def _migrate(db: sqlite3.Connection) -> None:
    """Bring a log of an earlier version to the columns of this one."""
    for table, column, kind in ADDED_COLUMNS:
        if column not in _columns(db, table):
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    if "version" in _columns(db, "ingestion_log"):
        db.executescript(SPLIT_VERSION)


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}
