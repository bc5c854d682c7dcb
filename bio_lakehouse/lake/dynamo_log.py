"""The ingestion log of a lake on AWS, in DynamoDB: for any number of machines at once.

`dynamo_state` says how changes are made one after the other, `dynamo_entries` where an entry
stands, `dynamo_owed_days` what is owed, and `dynamo_rows` what became of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from bio_lakehouse.lake import dynamo_entries, dynamo_forgetting, dynamo_owed_days
from bio_lakehouse.lake.dynamo_entries import (
    drop_entry,
    entry_at,
    entry_before,
    in_order,
    named_by,
    write_entry,
)
from bio_lakehouse.lake.dynamo_items import DynamoTables, Key, fitted, in_parts
from bio_lakehouse.lake.dynamo_owed_days import PENDING, DynamoOwedDays
from bio_lakehouse.lake.dynamo_rows import DynamoRows, months_of
from bio_lakehouse.lake.dynamo_state import Draft, LakeState
from bio_lakehouse.lake.log import FileDay, LogEntry, RowCounts
from bio_lakehouse.settings import Settings

BEGUN = "begun object"
ENTRIES_AT_ONCE = 15
"""Entries whose status changes together; each has some six items."""


class DynamoLog:
    """The log of a lake on AWS, safe for several processes on several machines.

    Raises `AwsError` when its tables are not there, or may not or cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._tables = DynamoTables(settings)
        self._table = self._tables.state
        self._state = LakeState(self._tables)
        self._rows = DynamoRows(self._tables)
        self.owed = DynamoOwedDays(self._state)

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def is_empty(self) -> bool:
        return not self.users()

    def users(self) -> set[str]:
        return self._counted(dynamo_entries.USER)

    def users_about(self, dataset: str, first: date, last: date) -> set[str]:
        return {
            user_id
            for user_id in self.users()
            if self.overlapping(user_id, dataset, first, last)
            or self.whole(user_id, dataset, first=first)
        }

    def has_built(self) -> bool:
        return self._table.first_of(dynamo_entries.BUILT) is not None

    def first_day(self) -> date | None:
        found = self._table.first_of(dynamo_entries.FIRST_DAY)
        return date.fromisoformat(found["name"].partition("|")[0]) if found else None

    def datasets_with_records(self) -> set[str]:
        return self._counted(dynamo_entries.DATASET)

    def entry(self, file_path: str) -> LogEntry | None:
        return entry_at(self._tables, file_path)

    def of_objects(self, keys: Iterable[str]) -> dict[str, list[LogEntry]]:
        found: dict[str, list[LogEntry]] = {key: [] for key in keys}
        for key, entry in dynamo_entries.of_objects(self._table, list(found)):
            if key in found:
                found[key].append(entry)
        return {key: in_order(entries) for key, entries in found.items()}

    def of_user(self, user_id: str) -> list[LogEntry]:
        return in_order(dynamo_entries.of_user(self._table, user_id))

    def arrived_since(self, time: datetime) -> list[LogEntry]:
        return dynamo_entries.arrived_since(self._tables, time)

    def with_unknown_fields(self) -> list[LogEntry]:
        return named_by(self._tables, self._table.listed(dynamo_entries.UNKNOWN_FIELDS))

    def with_quarantined_rows(self) -> list[LogEntry]:
        return named_by(self._tables, self._table.listed(dynamo_entries.QUARANTINED))

    def checksums(self, paths: Iterable[str]) -> dict[str, str]:
        found = self._table.find_many((dynamo_entries.OBJECT, fitted(path)) for path in paths)
        return {item["file_path"]: item["checksum"] for item in found.values()}

    def with_checksum(self, user_id: str, checksum: str) -> LogEntry | None:
        found = dynamo_entries.with_content(self._tables, user_id, checksum)
        return found[0] if found else None

    def overlapping(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        return self._about(
            user_id,
            (first, last),
            lambda entry: _holds(entry, first, last) and dataset in entry.datasets,
        )

    def covering(self, user_id: str, source: str, first: date, last: date) -> list[LogEntry]:
        return self._about(
            user_id,
            (first, last),
            lambda entry: entry.source == source and _covers(entry, first, last),
        )

    def speaking(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        return self._about(
            user_id,
            (first, last),
            lambda entry: _holds(entry, first, last) and dataset in entry.datasets_told,
        )

    def whole(
        self,
        user_id: str,
        dataset: str,
        *,
        origins: Iterable[str] | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[LogEntry]:
        def asked(entry: LogEntry) -> bool:
            is_late = first is None or (entry.covered_last or date.min) >= first
            is_early = last is None or (entry.covered_first or date.max) <= last
            return entry.whole and dataset in entry.datasets and is_late and is_early

        if origins is None:
            return self._about(user_id, (first or date.min, last or date.max), asked)
        of_origins = (
            entry
            for origin in sorted(set(origins))
            for entry in dynamo_entries.whole_of(self._tables, user_id, origin)
        )
        return in_order(filter(asked, of_origins))

    def record(
        self,
        entry: LogEntry,
        pending: dict[str, set[date]] | None = None,
        repeated: Iterable[FileDay] = (),
    ) -> None:
        """The rows that say nothing new come first: when this ends in the middle, the file is not
        in the log and is taken again."""
        self._rows.add(repeated)

        def work(draft: Draft) -> None:
            write_entry(draft, entry, entry_before(draft, entry.file_path))
            dynamo_owed_days.owe(draft, entry.file_path, entry.user_id, pending or {})

        self._state.change(work)

    def forget(self, file_path: str) -> None:
        def work(draft: Draft) -> None:
            entry = entry_before(draft, file_path)
            if entry is not None:
                drop_entry(draft, entry)

        self._state.change(work)

    def forget_user(self, user_id: str, *, is_trial: bool = False) -> int:
        count = len(self.of_user(user_id))
        if not is_trial:
            dynamo_forgetting.forget_user(self._state, user_id)
        return count

    def rename(self, entry: LogEntry, file_path: str) -> None:
        """Its rows come first: when this ends in the middle, the entry is there under its path, and
        is renamed again."""
        self._rows.rename(_months_of(entry), entry.file_path, file_path)

        def work(draft: Draft) -> None:
            there = entry_before(draft, entry.file_path)
            if there is not None:
                drop_entry(draft, there)
            renamed = replace(entry, file_path=file_path, status="replaced")
            write_entry(draft, renamed, entry_before(draft, file_path))
            dynamo_owed_days.move_pending(draft, entry.file_path, file_path)

        self._state.change(work)

    def begin(self, object_key: str) -> None:
        item = {"kind": BEGUN, "name": fitted(object_key), "object_key": object_key}
        self._table.put(item)

    def finish(self, object_key: str) -> None:
        self._table.delete((BEGUN, fitted(object_key)))

    def interrupted(self) -> set[str]:
        return {item["object_key"] for item in self._table.listed(BEGUN)}

    def pending(self, user_id: str | None = None) -> dict[str, set[date]]:
        return dynamo_owed_days.waiting_of(self._table, user_id)

    def waiting(self, user_id: str, dataset: str, days: Iterable[date]) -> set[date]:
        return self.pending(user_id).get(dataset, set()).intersection(days)

    def files_pending(self, first: date, last: date) -> list[str]:
        paths = dynamo_owed_days.causes_pending(self._table, first, last)
        found = self._table.find_many((dynamo_entries.OBJECT, fitted(path)) for path in paths)
        entries = in_order(map(dynamo_entries.entry_in, found.values()))
        return [entry.file_path for entry in entries if entry.status != "replaced"]

    def users_pending(self, first: date, last: date) -> set[str] | None:
        return dynamo_owed_days.users_pending(self._table, first, last)

    def mark_gold_built(
        self, run_id: str, datasets: Iterable[str], first: date, last: date
    ) -> None:
        dynamo_owed_days.mark_gold_built(self._state, run_id, datasets, first, last)
        ingesting = [
            (PENDING, item["name"]) for item in self._table.listed(dynamo_entries.INGESTING)
        ]
        waiting = self._table.find_many(ingesting)
        done = (key for key in ingesting if key not in waiting)
        for keys in in_parts(done, ENTRIES_AT_ONCE):
            self._state.change(partial(self._mark_ingested, keys))

    def replace_days(self, dataset: str, first: date, last: date, days: Iterable[FileDay]) -> None:
        self._rows.replace(dataset, first, last, days)

    def days(self, first: date, last: date, dataset: str | None = None) -> list[FileDay]:
        return list(self._rows.between(first, last, dataset))

    def state(self) -> str:
        return self._state.head().version

    def newest_days(self, user_id: str) -> dict[str, date]:
        newest = {name: self._rows.newest_day(name, user_id) for name in self._rows.datasets()}
        return {dataset: day for dataset, day in newest.items() if day}

    def counts(self, file_path: str) -> RowCounts:
        entry = self.entry(file_path)
        if entry is None:
            return RowCounts(0, 0, 0, 0, 0, 0)
        days = list(self._rows.of_file(_months_of(entry), file_path))
        _, duplicates, current, superseded, withdrawn = map(sum, zip((0,) * 5, *days, strict=True))
        return RowCounts(
            entry.record_count,
            current,
            superseded,
            withdrawn,
            duplicates,
            entry.quarantined_count,
        )

    def _about(
        self, user_id: str, days: tuple[date, date], asked: Callable[[LogEntry], bool]
    ) -> list[LogEntry]:
        """A user's usable entries about some days of which `asked` is so."""
        found = dynamo_entries.of_user(self._table, user_id, *days)
        return in_order(entry for entry in found if entry.usable and asked(entry))

    def _mark_ingested(self, keys: list[Key], draft: Draft) -> None:
        """Nothing is left to build of files that wait for nothing any more."""
        waiting = self._table.find_many(keys)
        names = [
            (dynamo_entries.OBJECT, name) for kind, name in keys if (kind, name) not in waiting
        ]
        for item in self._table.find_many(names).values():
            entry = dynamo_entries.entry_in(item)
            if entry.status == "ingesting":
                write_entry(draft, replace(entry, status="ingested"), entry)

    def _counted(self, kind: str) -> set[str]:
        return {item["name"] for item in self._table.listed(kind) if item["count"] > 0}


def _months_of(entry: LogEntry) -> list[Key]:
    if entry.first_day is None or entry.last_day is None:
        return []
    return months_of(entry.file_path, entry.datasets, entry.first_day, entry.last_day)


def _holds(entry: LogEntry, first: date, last: date) -> bool:
    return _meets(entry.first_day, entry.last_day, first, last)


def _covers(entry: LogEntry, first: date, last: date) -> bool:
    return _meets(entry.covered_first, entry.covered_last, first, last)


def _meets(begins: date | None, ends: date | None, first: date, last: date) -> bool:
    return begins is not None and ends is not None and begins <= last and ends >= first
