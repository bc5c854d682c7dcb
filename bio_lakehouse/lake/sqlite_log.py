"""The ingestion log in one SQLite file, for a lake on one machine."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path

from bio_lakehouse.lake import landing, sqlite_owed_days
from bio_lakehouse.lake.log import FileDay, LogEntry, RowCounts
from bio_lakehouse.lake.log_rows import entry_of, row_of
from bio_lakehouse.lake.sqlite_owed_days import SqliteOwedDays
from bio_lakehouse.lake.store_errors import store_named

CREATE = """
CREATE TABLE IF NOT EXISTS ingestion_log (
    file_path TEXT PRIMARY KEY, checksum TEXT NOT NULL, user_id TEXT NOT NULL,
    upload_timestamp TEXT NOT NULL, size INTEGER NOT NULL, modified TEXT NOT NULL,
    status TEXT NOT NULL, source TEXT, origin TEXT, data_type TEXT,
    record_count INTEGER NOT NULL, quarantined_count INTEGER NOT NULL, first_day TEXT,
    last_day TEXT, covered_first TEXT, covered_last TEXT, retry_on TEXT, unknown_fields TEXT,
    error TEXT, tag TEXT NOT NULL DEFAULT '', fed_datasets TEXT, stamp TEXT, file_time TEXT,
    own_coverage TEXT, whole INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS by_checksum ON ingestion_log (user_id, checksum);
CREATE INDEX IF NOT EXISTS by_user ON ingestion_log (user_id, upload_timestamp);
CREATE INDEX IF NOT EXISTS by_arrival ON ingestion_log (upload_timestamp);
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
SELECT = "SELECT * FROM ingestion_log"
IN_FOLDER = "instr(file_path, :folder) = 1"
OF_USER = f"(user_id = :user OR {IN_FOLDER})"
LISTED = "(SELECT value FROM json_each(?))"
OF_OBJECTS = """
SELECT log.* FROM json_each(?) AS paths JOIN ingestion_log AS log ON log.file_path = paths.value
    OR (log.file_path >= paths.value || '!/' AND log.file_path < paths.value || '!0')"""
"""A zip's entries have its own path, `!/` and a member's name; `0` is what comes after `/`."""
PENDING = "SELECT DISTINCT dataset, day FROM pending_days"
PENDING_OF_USER = f"{PENDING} JOIN ingestion_log USING (file_path) WHERE user_id = ?"
FILES_PENDING = """
SELECT file_path FROM ingestion_log JOIN pending_days USING (file_path)
    WHERE day BETWEEN ? AND ? AND status <> 'replaced'
    GROUP BY file_path ORDER BY upload_timestamp, file_path"""
NEWEST_DAYS = """
SELECT dataset, max(day) FROM file_days JOIN ingestion_log USING (file_path)
    WHERE user_id = ? AND current > 0 GROUP BY dataset"""
STATE = """
SELECT status, count(*), max(upload_timestamp), sum(record_count), sum(quarantined_count)
    FROM ingestion_log GROUP BY status"""
HAS_DATASET = "instr(',' || data_type || ',', ',' || ? || ',') > 0"
HOLDING = "first_day <= ? AND last_day >= ?"
USABLE = "status IN ('ingesting', 'ingested', 'replaced')"


def _write(db: sqlite3.Connection, entry: LogEntry) -> None:
    names = [field.name for field in fields(LogEntry)]
    columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
    statement = f"INSERT OR REPLACE INTO ingestion_log ({columns}) VALUES ({values})"
    db.execute(statement, row_of(entry))


def _day_row(day: FileDay) -> tuple[object, ...]:
    return (
        day.file_path,
        day.dataset,
        day.day.isoformat(),
        day.landed,
        day.duplicates,
        day.current,
        day.superseded,
        day.withdrawn,
    )


def _migrate(db: sqlite3.Connection) -> None:
    """Bring a log of an earlier version to the columns of this one."""
    for table, column, kind in ADDED_COLUMNS:
        if column not in _columns(db, table):
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    if "version" in _columns(db, "ingestion_log"):
        db.executescript(SPLIT_VERSION)


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}


class SqliteLog:
    """The log of a local lake: one SQLite file, safe for several processes on one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.owed = SqliteOwedDays(self._connection)
        with self._connection() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(CREATE)
            _migrate(db)
            sqlite_owed_days.create(db)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with store_named(self.path), closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = NORMAL")
            with connection:
                yield connection

    def is_empty(self) -> bool:
        return not self._exists("SELECT 1 FROM ingestion_log")

    def users(self) -> set[str]:
        with self._connection() as db:
            return {row[0] for row in db.execute("SELECT DISTINCT user_id FROM ingestion_log")}

    def has_built(self) -> bool:
        built = "status = 'ingested' AND first_day IS NOT NULL"
        return self._exists(f"SELECT 1 FROM ingestion_log WHERE {built}")

    def first_day(self) -> date | None:
        query = f"SELECT min(covered_first), min(first_day) FROM ingestion_log WHERE {USABLE}"
        with self._connection() as db:
            days = [date.fromisoformat(day) for day in db.execute(query).fetchone() if day]
        return min(days, default=None)

    def datasets_with_records(self) -> set[str]:
        held = f"{USABLE} AND first_day IS NOT NULL AND data_type IS NOT NULL"
        query = f"SELECT DISTINCT data_type FROM ingestion_log WHERE {held}"
        with self._connection() as db:
            return {name for (names,) in db.execute(query) for name in names.split(",")}

    def entry(self, file_path: str) -> LogEntry | None:
        found = self._found(f"{SELECT} WHERE file_path = ?", file_path)
        return found[0] if found else None

    def of_objects(self, keys: Iterable[str]) -> dict[str, list[LogEntry]]:
        found: dict[str, list[LogEntry]] = {key: [] for key in keys}
        for entry in self._found(OF_OBJECTS, json.dumps([landing.path_of(key) for key in found])):
            found[landing.split_path(entry.file_path)[0]].append(entry)
        return found

    def of_user(self, user_id: str) -> list[LogEntry]:
        return self._found(f"{SELECT} WHERE user_id = ?", user_id)

    def arrived_since(self, time: datetime) -> list[LogEntry]:
        return self._found(f"{SELECT} WHERE upload_timestamp >= ?", time.isoformat())

    def with_unknown_fields(self) -> list[LogEntry]:
        return self._found(f"{SELECT} WHERE unknown_fields IS NOT NULL")

    def with_quarantined_rows(self) -> list[LogEntry]:
        return self._found(f"{SELECT} WHERE {USABLE} AND quarantined_count > 0")

    def checksums(self, paths: Iterable[str]) -> dict[str, str]:
        query = f"SELECT file_path, checksum FROM ingestion_log WHERE file_path IN {LISTED}"
        with self._connection() as db:
            return dict(map(tuple, db.execute(query, (json.dumps(list(paths)),))))

    def with_checksum(self, user_id: str, checksum: str) -> LogEntry | None:
        same = "user_id = ? AND checksum = ? AND status IN ('ingested', 'ingesting')"
        found = self._found(f"{SELECT} WHERE {same}", user_id, checksum)
        return found[0] if found else None

    def record(
        self,
        entry: LogEntry,
        pending: dict[str, set[date]] | None = None,
        repeated: Iterable[FileDay] = (),
    ) -> None:
        with self._connection() as db:
            _write(db, entry)
            sqlite_owed_days.add(db, entry.file_path, pending or {})
            db.executemany(
                "INSERT OR IGNORE INTO file_days VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                map(_day_row, repeated),
            )

    def forget(self, file_path: str) -> None:
        with self._connection() as db:
            db.execute("DELETE FROM ingestion_log WHERE file_path = ?", (file_path,))

    def forget_user(self, user_id: str, *, is_trial: bool = False) -> int:
        count = len(self.of_user(user_id))
        if is_trial:
            return count
        of_files = f"file_path IN (SELECT file_path FROM ingestion_log WHERE {OF_USER})"
        with self._connection() as db:
            values = {"user": user_id, "folder": f"{landing.PREFIX}/{user_id}/"}
            for table in ("file_days", "pending_days"):
                db.execute(f"DELETE FROM {table} WHERE {of_files} OR {IN_FOLDER}", values)
            db.execute(f"DELETE FROM ingestion_log WHERE {OF_USER}", values)
            db.execute("DELETE FROM begun_objects WHERE instr(object_key, :folder) = 1", values)
            sqlite_owed_days.forget_user(db, user_id)
        self._compact()
        return count

    def _compact(self) -> None:
        """Leave nothing of deleted rows in free pages and in the write-ahead log."""
        with store_named(self.path), closing(sqlite3.connect(self.path, timeout=30)) as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rename(self, entry: LogEntry, file_path: str) -> None:
        with self._connection() as db:
            _write(db, replace(entry, file_path=file_path, status="replaced"))
            for table in ("file_days", "pending_days"):
                db.execute(
                    f"UPDATE OR REPLACE {table} SET file_path = ? WHERE file_path = ?",
                    (file_path, entry.file_path),
                )
            db.execute("DELETE FROM ingestion_log WHERE file_path = ?", (entry.file_path,))

    def overlapping(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        holding = f"{SELECT} WHERE user_id = ? AND {USABLE} AND {HOLDING} AND {HAS_DATASET}"
        return self._found(holding, user_id, last.isoformat(), first.isoformat(), dataset)

    def covering(self, user_id: str, source: str, first: date, last: date) -> list[LogEntry]:
        covering = "covered_first <= ? AND covered_last >= ?"
        query = f"{SELECT} WHERE user_id = ? AND source = ? AND {USABLE} AND {covering}"
        return self._found(query, user_id, source, last.isoformat(), first.isoformat())

    def speaking(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        query = f"{SELECT} WHERE user_id = ? AND {USABLE} AND {HOLDING}"
        found = self._found(query, user_id, last.isoformat(), first.isoformat())
        return [entry for entry in found if dataset in entry.datasets_told]

    def whole(
        self,
        user_id: str,
        dataset: str,
        *,
        origins: Iterable[str] | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[LogEntry]:
        query = f"{SELECT} WHERE user_id = ? AND {USABLE} AND whole AND {HAS_DATASET}"
        values = [user_id, dataset]
        if origins is not None:
            query += f" AND origin IN {LISTED}"
            values.append(json.dumps(sorted(origins)))
        if first:
            query += " AND covered_last >= ?"
            values.append(first.isoformat())
        if last:
            query += " AND covered_first <= ?"
            values.append(last.isoformat())
        return self._found(query, *values)

    def _found(self, query: str, *values: str) -> list[LogEntry]:
        with self._connection() as db:
            rows = db.execute(f"{query} ORDER BY upload_timestamp, file_path", values).fetchall()
        return [entry_of(dict(row)) for row in rows]

    def _exists(self, query: str) -> bool:
        with self._connection() as db:
            return db.execute(f"{query} LIMIT 1").fetchone() is not None

    def begin(self, object_key: str) -> None:
        with self._connection() as db:
            db.execute("INSERT OR IGNORE INTO begun_objects VALUES (?)", (object_key,))

    def finish(self, object_key: str) -> None:
        with self._connection() as db:
            db.execute("DELETE FROM begun_objects WHERE object_key = ?", (object_key,))

    def interrupted(self) -> set[str]:
        with self._connection() as db:
            return {row["object_key"] for row in db.execute("SELECT object_key FROM begun_objects")}

    def pending(self, user_id: str | None = None) -> dict[str, set[date]]:
        found: defaultdict[str, set[date]] = defaultdict(set)
        query = PENDING if user_id is None else PENDING_OF_USER
        with self._connection() as db:
            for dataset, day in db.execute(query, () if user_id is None else (user_id,)):
                found[dataset].add(date.fromisoformat(day))
        return dict(found)

    def files_pending(self, first: date, last: date) -> list[str]:
        days = (first.isoformat(), last.isoformat())
        with self._connection() as db:
            return [row["file_path"] for row in db.execute(FILES_PENDING, days)]

    def mark_gold_built(
        self, run_id: str, datasets: Iterable[str], first: date, last: date
    ) -> None:
        with self._connection() as db:
            sqlite_owed_days.mark_gold_built(db, run_id, datasets, first, last)
            db.execute(
                "UPDATE ingestion_log SET status = 'ingested' WHERE status = 'ingesting'"
                " AND file_path NOT IN (SELECT file_path FROM pending_days)"
            )

    def replace_days(self, dataset: str, first: date, last: date, days: Iterable[FileDay]) -> None:
        with self._connection() as db:
            db.execute(
                "DELETE FROM file_days WHERE dataset = ? AND day BETWEEN ? AND ?",
                (dataset, first.isoformat(), last.isoformat()),
            )
            db.executemany(
                "INSERT INTO file_days VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_day_row, days)
            )

    def days(self, first: date, last: date) -> list[FileDay]:
        with self._connection() as db:
            rows = db.execute(
                "SELECT * FROM file_days WHERE day BETWEEN ? AND ?",
                (first.isoformat(), last.isoformat()),
            ).fetchall()
        return [FileDay(**dict(row) | {"day": date.fromisoformat(row["day"])}) for row in rows]

    def state(self) -> str:
        with self._connection() as db:
            arrivals = [tuple(row) for row in db.execute(STATE)]
            (pending,) = db.execute("SELECT count(*) FROM pending_days").fetchone()
        return f"{arrivals} {pending}"

    def newest_days(self, user_id: str) -> dict[str, date]:
        with self._connection() as db:
            rows = db.execute(NEWEST_DAYS, (user_id,)).fetchall()
        return {dataset: date.fromisoformat(day) for dataset, day in rows}

    def counts(self, file_path: str) -> RowCounts:
        with self._connection() as db:
            sums = db.execute(
                "SELECT coalesce(sum(current), 0), coalesce(sum(superseded), 0),"
                " coalesce(sum(withdrawn), 0), coalesce(sum(duplicates), 0)"
                " FROM file_days WHERE file_path = ?",
                (file_path,),
            ).fetchone()
        entry = self.entry(file_path)
        landed, quarantined = (entry.record_count, entry.quarantined_count) if entry else (0, 0)
        current, superseded, withdrawn, duplicates = (int(rows) for rows in sums)
        return RowCounts(landed, current, superseded, withdrawn, duplicates, quarantined)
