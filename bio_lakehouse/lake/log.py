"""The ingestion log: every file that arrived, what became of its rows, and the days that still must be built."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from bio_lakehouse.lake import owed_days
from bio_lakehouse.lake.owed_days import OwedDays
from bio_lakehouse.lake.store_errors import store_named

Status = Literal[
    "ingesting", "ingested", "duplicate", "validation_failed", "replaced", "fetch_failed"
]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One file that arrived. `file_path` is its landing key (`…zip!/member` inside a zip).

    `record_count` are its source rows; `first_day` and `last_day` bound its records, `covered_first` and
    `covered_last` the days about which it speaks; `whole` says that what it does not hold of them is not there.
    `stamp` is when the download itself says that it was made (a fetch's time), `file_time` how old the file is that
    was brought by hand, `upload_timestamp` when landing first saw the content (all UTC). `retry_on` is the day from
    which rows that were quarantined as lying in the future become usable. `error` says why a file failed, in words
    for a person. `tag` is that of the object in landing; empty in entries that were made before there was one.
    `fed_datasets` are those of which a file that feeds several has columns; None where its own datasets say it, and
    in entries that were made before this was kept.
    """

    file_path: str
    checksum: str
    user_id: str
    upload_timestamp: datetime
    size: int
    modified: datetime
    status: Status
    source: str | None = None
    origin: str | None = None
    data_type: str | None = None
    record_count: int = 0
    quarantined_count: int = 0
    stamp: datetime | None = None
    file_time: datetime | None = None
    whole: bool = False
    first_day: date | None = None
    last_day: date | None = None
    covered_first: date | None = None
    covered_last: date | None = None
    retry_on: date | None = None
    unknown_fields: str | None = None
    error: str | None = None
    tag: str = ""
    fed_datasets: str | None = None

    @property
    def usable(self) -> bool:
        """Whether its rows count, be its content still in landing or only in bronze."""
        return self.status in ("ingesting", "ingested", "replaced")

    @property
    def new_fields(self) -> tuple[str, ...]:
        """Fields that no reader knows, of `unknown_fields`: a JSON list, or names with commas in older logs."""
        text = self.unknown_fields or ""
        if text.startswith("["):
            return tuple(json.loads(text))
        return tuple(text.split(",")) if text else ()

    @property
    def is_wholly_quarantined(self) -> bool:
        """Whether the file had rows and none of them could be used."""
        return 0 < self.record_count == self.quarantined_count

    @property
    def said_at(self) -> datetime:
        """When what it says was true, as far as that is known (UTC)."""
        return self.stamp or self.file_time or self.upload_timestamp

    @property
    def version(self) -> str:
        """Its rank among the files of its origin, as text that sorts.

        The download's own stamp decides, then the newest day inside, the file's time, the time at which landing first
        saw it, the rows, and last the checksum, so that no two contents tie.
        """
        times = (_sortable(self.stamp), _sortable(self.file_time), _sortable(self.upload_timestamp))
        newest = (self.last_day or date.min).isoformat()
        parts = (times[0], newest, *times[1:], f"{self.record_count:010d}", self.checksum)
        return "|".join(parts)

    @property
    def covered_days(self) -> list[date]:
        """The days about which the file speaks."""
        if self.covered_first is None or self.covered_last is None:
            return []
        span = (self.covered_last - self.covered_first).days + 1
        return [self.covered_first + timedelta(offset) for offset in range(span)]

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(self.data_type.split(",")) if self.data_type else ()

    @property
    def datasets_told(self) -> tuple[str, ...]:
        """The datasets about whose days the file speaks."""
        return self.datasets if self.fed_datasets is None else tuple(self.fed_datasets.split(","))


def _sortable(time: datetime | None) -> str:
    """A time as text that sorts, of one length; blanks, which come first, for an unknown one."""
    if time is None:
        return " " * 27
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class FileDay:
    """Rows of one file, dataset and day: how many landed, and what they are now."""

    file_path: str
    dataset: str
    day: date
    landed: int
    duplicates: int
    current: int = 0
    superseded: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of a file's rows; `landed` equals the sum of the other five.

    `withdrawn` are those of records that a later whole answer or download does not have any more.
    """

    landed: int
    current: int
    superseded: int
    withdrawn: int
    duplicates: int
    quarantined: int

    @property
    def balanced(self) -> bool:
        shown_or_not = self.current + self.superseded + self.withdrawn
        return self.landed == shown_or_not + self.duplicates + self.quarantined


class IngestionLog(Protocol):
    """What the lake asks of its log, wherever that is kept."""

    @property
    def owed(self) -> OwedDays: ...
    def entries(self) -> list[LogEntry]: ...
    def entry(self, file_path: str) -> LogEntry | None: ...
    def record(
        self,
        entry: LogEntry,
        pending: dict[str, set[date]] | None = None,
        repeated: Iterable[FileDay] = (),
    ) -> None: ...
    def forget(self, file_path: str) -> None: ...
    def rename(self, entry: LogEntry, file_path: str) -> None: ...
    def with_checksum(self, user_id: str, checksum: str) -> LogEntry | None: ...
    def overlapping(self, dataset: str, first: date, last: date) -> list[LogEntry]: ...
    def covering(self, user_id: str, source: str, first: date, last: date) -> list[LogEntry]: ...
    def whole(
        self,
        dataset: str,
        *,
        origins: Iterable[str] | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[LogEntry]: ...
    def speaking(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]: ...
    def begin(self, object_key: str) -> None: ...
    def finish(self, object_key: str) -> None: ...
    def interrupted(self) -> set[str]: ...
    def pending(self) -> dict[str, set[date]]: ...
    def settle(
        self, datasets: Iterable[str], first: date, last: date, up_to: int | None = None
    ) -> None: ...
    def replace_days(
        self, dataset: str, first: date, last: date, days: Iterable[FileDay]
    ) -> None: ...
    def days(self, first: date, last: date) -> list[FileDay]: ...
    def counts(self, file_path: str) -> RowCounts: ...


CREATE = """
CREATE TABLE IF NOT EXISTS ingestion_log (
    file_path TEXT PRIMARY KEY, checksum TEXT NOT NULL, user_id TEXT NOT NULL, upload_timestamp TEXT NOT NULL,
    size INTEGER NOT NULL, modified TEXT NOT NULL, status TEXT NOT NULL, source TEXT, origin TEXT, data_type TEXT,
    record_count INTEGER NOT NULL, quarantined_count INTEGER NOT NULL, first_day TEXT,
    last_day TEXT, covered_first TEXT, covered_last TEXT, retry_on TEXT, unknown_fields TEXT, error TEXT,
    tag TEXT NOT NULL DEFAULT '', fed_datasets TEXT, stamp TEXT, file_time TEXT, whole INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS by_checksum ON ingestion_log (user_id, checksum);
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
"""Earlier logs kept a file's rank as text, of which only the fetch time cannot be worked out again."""
HAS_DATASET = "instr(',' || data_type || ',', ',' || ? || ',') > 0"
HOLDING = "first_day <= ? AND last_day >= ?"
USABLE = "status IN ('ingesting', 'ingested', 'replaced')"
DATES = ("first_day", "last_day", "covered_first", "covered_last", "retry_on")
TIMES = ("upload_timestamp", "modified", "stamp", "file_time")


def _write(db: sqlite3.Connection, entry: LogEntry) -> None:
    names = [field.name for field in fields(LogEntry)]
    columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
    statement = f"INSERT OR REPLACE INTO ingestion_log ({columns}) VALUES ({values})"
    db.execute(statement, _to_row(entry))


def _to_row(entry: LogEntry) -> dict[str, object]:
    return {
        k: v.isoformat() if isinstance(v, date | datetime) else v for k, v in asdict(entry).items()
    }


def _from_row(row: sqlite3.Row) -> LogEntry:
    values = dict(row)
    values |= {name: date.fromisoformat(values[name]) for name in DATES if values[name]}
    values |= {name: datetime.fromisoformat(values[name]) for name in TIMES if values[name]}
    values["whole"] = bool(values["whole"])
    return LogEntry(**values)


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
        self.owed = OwedDays(self._connection)
        with self._connection() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(CREATE)
            _migrate(db)
            owed_days.create(db)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with store_named(self.path), closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = NORMAL")
            with connection:
                yield connection

    def entries(self) -> list[LogEntry]:
        """All entries, oldest arrival first."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT * FROM ingestion_log ORDER BY upload_timestamp, file_path"
            ).fetchall()
        return [_from_row(row) for row in rows]

    def entry(self, file_path: str) -> LogEntry | None:
        with self._connection() as db:
            row = db.execute(
                "SELECT * FROM ingestion_log WHERE file_path = ?", (file_path,)
            ).fetchone()
        return _from_row(row) if row else None

    def with_checksum(self, user_id: str, checksum: str) -> LogEntry | None:
        """The entry of that user whose content is the same and was usable, the first one to arrive."""
        with self._connection() as db:
            row = db.execute(
                "SELECT * FROM ingestion_log WHERE user_id = ? AND checksum = ? AND status IN ('ingested', 'ingesting')"
                " ORDER BY upload_timestamp LIMIT 1",
                (user_id, checksum),
            ).fetchone()
        return _from_row(row) if row else None

    def record(
        self,
        entry: LogEntry,
        pending: dict[str, set[date]] | None = None,
        repeated: Iterable[FileDay] = (),
    ) -> None:
        """Write `entry`, the days that it changed and its rows that say nothing new, at once.

        An entry of the same path is replaced; rows of a day that is counted already stay as they are.
        """
        with self._connection() as db:
            _write(db, entry)
            owed_days.add(db, entry.file_path, pending or {})
            db.executemany(
                "INSERT OR IGNORE INTO file_days VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                map(_day_row, repeated),
            )

    def forget(self, file_path: str) -> None:
        """Drop the entry of what was no file (a fetch that failed and has now succeeded)."""
        with self._connection() as db:
            db.execute("DELETE FROM ingestion_log WHERE file_path = ?", (file_path,))

    def rename(self, entry: LogEntry, file_path: str) -> None:
        """Keep what is known of `entry`, its rows too, under another path, as replaced."""
        with self._connection() as db:
            _write(db, replace(entry, file_path=file_path, status="replaced"))
            for table in ("file_days", "pending_days"):
                db.execute(
                    f"UPDATE OR REPLACE {table} SET file_path = ? WHERE file_path = ?",
                    (file_path, entry.file_path),
                )
            db.execute("DELETE FROM ingestion_log WHERE file_path = ?", (entry.file_path,))

    def overlapping(self, dataset: str, first: date, last: date) -> list[LogEntry]:
        """Usable entries that hold records of `dataset` on days `first` to `last`."""
        query = f"SELECT * FROM ingestion_log WHERE {USABLE} AND {HOLDING} AND {HAS_DATASET}"
        return self._found(query, last.isoformat(), first.isoformat(), dataset)

    def covering(self, user_id: str, source: str, first: date, last: date) -> list[LogEntry]:
        """Usable entries of that user and source that speak about any of the days `first` to `last`."""
        speaking = f"SELECT * FROM ingestion_log WHERE {USABLE} AND covered_first <= ? AND covered_last >= ?"
        mine = f"{speaking} AND user_id = ? AND source = ?"
        return self._found(mine, last.isoformat(), first.isoformat(), user_id, source)

    def speaking(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        """Usable entries of that user that hold records of days `first` to `last` and tell of `dataset`."""
        query = f"SELECT * FROM ingestion_log WHERE {USABLE} AND {HOLDING} AND user_id = ?"
        found = self._found(query, last.isoformat(), first.isoformat(), user_id)
        return [entry for entry in found if dataset in entry.datasets_told]

    def whole(
        self,
        dataset: str,
        *,
        origins: Iterable[str] | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[LogEntry]:
        """Usable entries that are whole: what they do not hold of the days that they cover is not there.

        Just those of some origins, or that cover any of the days `first` to `last`, where it is said.
        """
        query = f"SELECT * FROM ingestion_log WHERE {USABLE} AND whole AND {HAS_DATASET}"
        values = [dataset]
        if origins is not None:
            query += " AND origin IN (SELECT value FROM json_each(?))"
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
        return [_from_row(row) for row in rows]

    def begin(self, object_key: str) -> None:
        """Remember that a landed object is being taken, until `finish`."""
        with self._connection() as db:
            db.execute("INSERT OR IGNORE INTO begun_objects VALUES (?)", (object_key,))

    def finish(self, object_key: str) -> None:
        with self._connection() as db:
            db.execute("DELETE FROM begun_objects WHERE object_key = ?", (object_key,))

    def interrupted(self) -> set[str]:
        """Objects whose taking was begun and not finished: by a process that has died, or is still at it."""
        with self._connection() as db:
            return {row["object_key"] for row in db.execute("SELECT object_key FROM begun_objects")}

    def pending(self) -> dict[str, set[date]]:
        """Days that arrivals changed and that no finished run has built yet, by bronze dataset."""
        found: dict[str, set[date]] = {}
        with self._connection() as db:
            for dataset, day in db.execute("SELECT DISTINCT dataset, day FROM pending_days"):
                found.setdefault(dataset, set()).add(date.fromisoformat(day))
        return found

    def settle(
        self, datasets: Iterable[str], first: date, last: date, up_to: int | None = None
    ) -> None:
        """The days of `datasets` are built up to gold's daily table, but for changes after number `up_to` (none).

        A file of which nothing is left to build is ingested.
        """
        with self._connection() as db:
            number = owed_days.last_change(db) if up_to is None else up_to
            db.execute(
                "DELETE FROM pending_days WHERE day BETWEEN ? AND ? AND change <= ?"
                " AND dataset IN (SELECT value FROM json_each(?))",
                (first.isoformat(), last.isoformat(), number, json.dumps(sorted(datasets))),
            )
            db.execute(
                "UPDATE ingestion_log SET status = 'ingested' WHERE status = 'ingesting'"
                " AND file_path NOT IN (SELECT file_path FROM pending_days)"
            )

    def replace_days(self, dataset: str, first: date, last: date, days: Iterable[FileDay]) -> None:
        """Replace what is known of `dataset` on days `first` to `last`."""
        with self._connection() as db:
            db.execute(
                "DELETE FROM file_days WHERE dataset = ? AND day BETWEEN ? AND ?",
                (dataset, first.isoformat(), last.isoformat()),
            )
            db.executemany(
                "INSERT INTO file_days VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_day_row, days)
            )

    def days(self, first: date, last: date) -> list[FileDay]:
        """Row counts of all files and datasets on days `first` to `last`."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT * FROM file_days WHERE day BETWEEN ? AND ?",
                (first.isoformat(), last.isoformat()),
            ).fetchall()
        return [FileDay(**dict(row) | {"day": date.fromisoformat(row["day"])}) for row in rows]

    def counts(self, file_path: str) -> RowCounts:
        """What became of one file's rows up to now."""
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
