"""The ingestion log in one SQLite file, for a lake on one machine."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import fields, replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import landing, sqlite_log_tables, sqlite_owed_days
from bio_lakehouse.lake.log import FileDay, LogEntry, RowCounts
from bio_lakehouse.lake.log_rows import entry_of, row_of
from bio_lakehouse.lake.sqlite_connections import Connections
from bio_lakehouse.lake.sqlite_log_tables import (
    IS_LONG,
    NEWEST_DAY,
    SHORT_DAYS,
    USABLE,
)
from bio_lakehouse.lake.sqlite_owed_days import SqliteOwedDays
from bio_lakehouse.lake.store_errors import is_unwritable, store_named

NOTHING: Mapping[str, str] = {}
SELECT = "SELECT * FROM ingestion_log"
ABOUT_DAYS = f"""
SELECT * FROM (
    SELECT * FROM ingestion_log INDEXED BY by_newest_day
        WHERE user_id = :user AND {NEWEST_DAY} BETWEEN :first AND :short_until AND NOT ({IS_LONG})
    UNION ALL
    SELECT * FROM ingestion_log INDEXED BY long_files
        WHERE user_id = :user AND {NEWEST_DAY} >= :first AND {IS_LONG})
WHERE {USABLE}"""
"""A user's usable entries, without those that hold and tell of nothing of the days asked for."""
IN_FOLDER = "instr(file_path, :folder) = 1"
OF_USER = f"(user_id = :user OR {IN_FOLDER})"
LISTED = "(SELECT value FROM json_each(?))"
OF_OBJECTS = """
SELECT log.* FROM json_each(?) AS paths JOIN ingestion_log AS log ON log.file_path = paths.value
    OR (log.file_path >= paths.value || '!/' AND log.file_path < paths.value || '!0')"""
"""A zip's entries have its own path, `!/` and a member's name; `0` is what comes after `/`."""
PENDING = "SELECT DISTINCT dataset, day FROM pending_days"
PENDING_OF_USER = f"{PENDING} WHERE user_id = ?"
WAITING = "SELECT DISTINCT day FROM pending_days WHERE user_id = ? AND dataset = ? AND day IN "
FILES_PENDING = """
SELECT file_path FROM ingestion_log JOIN pending_days USING (file_path)
    WHERE day BETWEEN ? AND ? AND status <> 'replaced'
    GROUP BY file_path ORDER BY upload_timestamp, file_path"""
DAYS_OF = """
SELECT file_path, dataset, day, landed, duplicates, current, superseded, withdrawn FROM file_days
    WHERE dataset = ? AND day BETWEEN ? AND ?"""
NEWEST_DAYS = """
SELECT dataset, max(day) FROM file_days JOIN ingestion_log USING (file_path)
    WHERE user_id = ? AND current > 0 GROUP BY dataset"""
STATE = """
SELECT status, count(*), max(upload_timestamp), sum(record_count), sum(quarantined_count)
    FROM ingestion_log GROUP BY status"""
FIRST_DAYS = [
    f"SELECT min({column}) FROM ingestion_log WHERE {USABLE}"
    for column in ("first_day", "covered_first")
]
HAS_DATASET = "instr(',' || data_type || ',', ',' || :dataset || ',') > 0"
HOLDING = "first_day <= :last AND last_day >= :first"
COVERING = "covered_first <= :last AND covered_last >= :first"
USERS_ABOUT = f"""
SELECT DISTINCT user_id FROM ingestion_log
    WHERE {USABLE} AND {HAS_DATASET} AND ({HOLDING} OR (whole AND covered_last >= :first))"""
OF_ORIGINS = "origin IN (SELECT value FROM json_each(:origins))"


def _bounds(first: date, last: date) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat()}


def _write(db: sqlite3.Connection, entry: LogEntry) -> None:
    names = [field.name for field in fields(LogEntry)]
    columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
    statement = f"INSERT OR REPLACE INTO ingestion_log ({columns}) VALUES ({values})"
    db.execute(statement, row_of(entry))


def _distinct(
    db: sqlite3.Connection, column: str, such: str = "TRUE", table: str = "ingestion_log"
) -> set[str]:
    """The values of a column in the rows that are `such`, each found in an index by itself:
    `DISTINCT` would go through all rows."""
    found: set[str] = set()
    query = f"SELECT min({column}) FROM {table} WHERE {such}"
    (value,) = db.execute(query).fetchone()
    while value is not None:
        found.add(value)
        (value,) = db.execute(f"{query} AND {column} > ?", (value,)).fetchone()
    return found


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


def _file_day(row: sqlite3.Row) -> FileDay:
    path, dataset, day, *counts = row
    return FileDay(path, dataset, date.fromisoformat(day), *counts)


def _create(db: sqlite3.Connection) -> None:
    sqlite_log_tables.create(db)
    sqlite_owed_days.create(db)


def _schema(db: sqlite3.Connection) -> set[tuple[str, str]]:
    """The names of all tables and indexes, each with its columns."""
    parts = "sqlite_master AS part LEFT JOIN pragma_table_info(part.name) AS held"
    return {tuple(row) for row in db.execute(f"SELECT part.name, held.name FROM {parts}")}


class SqliteLog:
    """The log of a local lake: one SQLite file, safe for several processes on one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(path)
        self._connection = self._connections.transaction
        self.owed = SqliteOwedDays(self._connection)
        try:
            with self._connection() as db:
                db.execute("PRAGMA journal_mode = WAL")
                _create(db)
        except StoreError as error:
            if not (is_unwritable(error.__cause__) and self._can_be_read()):
                raise

    def _can_be_read(self) -> bool:
        """Whether the file can be read though not written, and lacks nothing of this version."""
        if not self._connections.read_alone():
            return False
        with closing(sqlite3.connect(":memory:")) as fresh, self._connection() as db:
            fresh.row_factory = sqlite3.Row
            _create(fresh)
            return _schema(fresh) <= _schema(db)

    def together(self) -> AbstractContextManager[None]:
        return self._connections.together()

    def is_empty(self) -> bool:
        return not self._exists("SELECT 1 FROM ingestion_log")

    def users(self) -> set[str]:
        with self._connection() as db:
            return _distinct(db, "user_id")

    def users_about(self, dataset: str, first: date, last: date) -> set[str]:
        values = {"dataset": dataset, "first": first.isoformat(), "last": last.isoformat()}
        with self._connection() as db:
            return {row[0] for row in db.execute(USERS_ABOUT, values)}

    def has_built(self) -> bool:
        built = "status = 'ingested' AND first_day IS NOT NULL"
        return self._exists(f"SELECT 1 FROM ingestion_log WHERE {built}")

    def first_day(self) -> date | None:
        with self._connection() as db:
            firsts = [db.execute(query).fetchone()[0] for query in FIRST_DAYS]
        return min([date.fromisoformat(day) for day in firsts if day], default=None)

    def datasets_with_records(self) -> set[str]:
        with self._connection() as db:
            held = _distinct(db, "data_type", f"{USABLE} AND first_day IS NOT NULL")
        return {name for names in held for name in names.split(",")}

    def entry(self, file_path: str) -> LogEntry | None:
        found = self._found(f"{SELECT} WHERE file_path = ?", [file_path])
        return found[0] if found else None

    def of_objects(self, keys: Iterable[str]) -> dict[str, list[LogEntry]]:
        found: dict[str, list[LogEntry]] = {key: [] for key in keys}
        paths = json.dumps([landing.path_of(key) for key in found])
        for entry in self._found(OF_OBJECTS, [paths]):
            found[landing.split_path(entry.file_path)[0]].append(entry)
        return found

    def of_user(self, user_id: str) -> list[LogEntry]:
        return self._found(f"{SELECT} WHERE user_id = ?", [user_id])

    def arrived_since(self, time: datetime) -> list[LogEntry]:
        return self._found(f"{SELECT} WHERE upload_timestamp >= ?", [time.isoformat()])

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
        query = f"{SELECT} INDEXED BY by_checksum WHERE {same}"
        found = self._found(query, [user_id, checksum])
        return found[0] if found else None

    def record(
        self,
        entry: LogEntry,
        pending: dict[str, set[date]] | None = None,
        repeated: Iterable[FileDay] = (),
    ) -> None:
        with self._connection() as db:
            _write(db, entry)
            sqlite_owed_days.add(db, entry.file_path, pending or {}, entry.user_id)
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
        told = f"{HOLDING} AND {HAS_DATASET}"
        return self._about(user_id, first, last, told, {"dataset": dataset})

    def covering(self, user_id: str, source: str, first: date, last: date) -> list[LogEntry]:
        told = f"source = :source AND {COVERING}"
        return self._about(user_id, first, last, told, {"source": source})

    def speaking(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        found = self._about(user_id, first, last, HOLDING)
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
        told = f"whole AND {HAS_DATASET}"
        if first is not None or last is not None:
            told += f" AND {COVERING}"
        days = (first or date.min, last or date.max)
        if origins is None:
            return self._about(user_id, *days, told, {"dataset": dataset})
        asked = {"user": user_id, "dataset": dataset, "origins": json.dumps(sorted(origins))}
        such = f"user_id = :user AND {USABLE} AND {told} AND {OF_ORIGINS}"
        query = f"{SELECT} INDEXED BY whole_files WHERE {such}"
        return self._found(query, asked | _bounds(*days))

    def _about(
        self, user_id: str, first: date, last: date, told: str, asked: Mapping[str, str] = NOTHING
    ) -> list[LogEntry]:
        """A user's usable entries about any of some days of which `told` is so."""
        until = date.max if last > date.max - SHORT_DAYS else last + SHORT_DAYS
        days = _bounds(first, last) | {"short_until": until.isoformat()}
        return self._found(f"{ABOUT_DAYS} AND {told}", {"user": user_id, **days, **asked})

    def _found(self, query: str, values: Sequence[str] | Mapping[str, str] = ()) -> list[LogEntry]:
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

    def waiting(self, user_id: str, dataset: str, days: Iterable[date]) -> set[date]:
        listed = json.dumps([day.isoformat() for day in days])
        with self._connection() as db:
            found = db.execute(f"{WAITING}{LISTED}", (user_id, dataset, listed)).fetchall()
        return {date.fromisoformat(day) for (day,) in found}

    def files_pending(self, first: date, last: date) -> list[str]:
        days = (first.isoformat(), last.isoformat())
        with self._connection() as db:
            return [row["file_path"] for row in db.execute(FILES_PENDING, days)]

    def users_pending(self, first: date, last: date) -> set[str] | None:
        with self._connection() as db:
            return sqlite_owed_days.users_pending(db, first, last)

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

    def days(self, first: date, last: date, dataset: str | None = None) -> list[FileDay]:
        bounds = (first.isoformat(), last.isoformat())
        with self._connection() as db:
            # Rows lie in the order of their datasets: without one all would be gone through.
            names = [dataset] if dataset else sorted(_distinct(db, "dataset", table="file_days"))
            rows = chain.from_iterable(db.execute(DAYS_OF, (name, *bounds)) for name in names)
            return [_file_day(row) for row in rows]

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
