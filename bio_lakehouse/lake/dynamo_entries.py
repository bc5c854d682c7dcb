"""Where an entry of the log stands in DynamoDB: as a row of the log's table, and once for each
narrow question in the table of the lake's state.

Two of these are whole copies, as they are asked for each file: by the object in landing, and by
user and day. The others name the row. `places_of` is all that is known of an entry, so that what an
older one had and a newer one has not is taken away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from bio_lakehouse.lake import landing
from bio_lakehouse.lake.dynamo_items import (
    AFTER_ALL,
    DynamoTable,
    DynamoTables,
    Item,
    Key,
    fitted,
    shortened,
)
from bio_lakehouse.lake.dynamo_state import Draft
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.log_rows import entry_of, row_of

OBJECT, ARRIVED, FIRST_DAY = "object", "arrived", "first day"
UNKNOWN_FIELDS, QUARANTINED, INGESTING, BUILT = (
    "unknown fields",
    "quarantined",
    "ingesting",
    "built",
)
USER, DATASET = "user", "dataset"
SHORT, LONG, TIMELESS = "short", "long", "timeless"
SHORT_DAYS = timedelta(days=31)
"""Files of so many days or fewer are found by their last day; longer ones are few."""
ASKED_ONE_BY_ONE = 40
"""Objects; of more of them all that lie between the first and the last are read in one go."""
LONG_KEY = "whole_path"


def write_entry(draft: Draft, entry: LogEntry, before: LogEntry | None) -> None:
    """Put an entry in place of the one before at its path."""
    if before is not None:
        drop_entry(draft, before)
    draft.writes.put(draft.tables.log, _row(entry))
    there = places_of(before) if before else {}
    for key, item in places_of(entry).items():
        if there.get(key) == item:
            draft.keep(*key)
        else:
            draft.put(*key, **item)
    draft.counted.update(_counted(entry))


def drop_entry(draft: Draft, entry: LogEntry) -> None:
    """Take an entry out of the log."""
    draft.writes.delete(draft.tables.log, _row_key(entry))
    for key in places_of(entry):
        draft.delete(*key)
    draft.counted.subtract(_counted(entry))


def entry_at(tables: DynamoTables, file_path: str) -> LogEntry | None:
    found = list(tables.log.listed(_hash_key(file_path)))
    return entry_in(found[-1]) if found else None


def entry_before(draft: Draft, file_path: str) -> LogEntry | None:
    """The entry at a path, as a change of the state finds it."""
    found = draft.find((OBJECT, fitted(file_path)))
    return entry_in(found) if found else None


def entry_in(item: Item) -> LogEntry:
    """The entry of a row, or of a whole copy."""
    row = {name: value for name, value in item.items() if name not in ("kind", "name", LONG_KEY)}
    return entry_of(row | {"file_path": item.get(LONG_KEY, item["file_path"])})


def named_by(tables: DynamoTables, pointers: Iterable[Item]) -> list[LogEntry]:
    """The entries that items of the state name, oldest arrival first."""
    keys = [(_hash_key(item["file_path"]), item["upload_timestamp"]) for item in pointers]
    return in_order(map(entry_in, tables.log.find_many(keys).values()))


def in_order(entries: Iterable[LogEntry]) -> list[LogEntry]:
    return sorted(entries, key=lambda entry: (entry.upload_timestamp, entry.file_path))


def of_object(state: DynamoTable, key: str) -> list[LogEntry]:
    """The entries of an object in landing: of a zip those of the files inside it."""
    path = landing.path_of(key)
    begins = shortened(path)
    ends = f"{path}!0" if begins == path else f"{begins}{AFTER_ALL}"
    found = map(entry_in, state.listed(OBJECT, begins, ends))
    return [entry for entry in found if landing.split_path(entry.file_path)[0] == key]


def of_objects(state: DynamoTable, keys: list[str]) -> Iterator[tuple[str, LogEntry]]:
    """The entries of objects in landing, each with its object's key."""
    if len(keys) <= ASKED_ONE_BY_ONE:
        for key in keys:
            for entry in of_object(state, key):
                yield key, entry
        return
    paths = sorted(shortened(landing.path_of(key)) for key in keys)
    for item in state.listed(OBJECT, paths[0], f"{paths[-1]}{AFTER_ALL}"):
        entry = entry_in(item)
        yield landing.split_path(entry.file_path)[0], entry


def of_user(
    state: DynamoTable, user_id: str, first: date = date.min, last: date = date.max
) -> Iterator[LogEntry]:
    """A user's entries that hold or tell of any of the days `first` to `last`; those without a day
    too where no days are said."""
    latest = min(last, date.max - SHORT_DAYS) + SHORT_DAYS
    yield from _of_span(state, user_id, SHORT, first, latest)
    yield from _of_span(state, user_id, LONG, first, date.max)
    if (first, last) == (date.min, date.max):
        yield from map(entry_in, state.listed(_files(user_id, TIMELESS)))


def with_content(tables: DynamoTables, user_id: str, checksum: str) -> list[LogEntry]:
    """A user's entries of a content that were taken."""
    begins = f"{checksum}|"
    return named_by(tables, tables.state.listed(_content(user_id), begins, f"{begins}{AFTER_ALL}"))


def whole_of(tables: DynamoTables, user_id: str, origin: str) -> list[LogEntry]:
    """A user's whole files of an origin."""
    begins = f"{origin}|"
    return named_by(tables, tables.state.listed(_whole(user_id), begins, f"{begins}{AFTER_ALL}"))


def arrived_since(tables: DynamoTables, time: datetime) -> list[LogEntry]:
    return named_by(tables, tables.state.listed(ARRIVED, _sortable(time)))


def places_of(entry: LogEntry) -> dict[Key, Item]:
    """The items of the lake's state that an entry has, by their keys."""
    path, arrived = fitted(entry.file_path), _sortable(entry.upload_timestamp)
    row = {name: value for name, value in row_of(entry).items() if value is not None}
    pointer = {name: row[name] for name in ("file_path", "upload_timestamp")}
    span, last = _span_of(entry)
    places: dict[Key, Item] = {
        (OBJECT, path): row,
        (_files(entry.user_id, span), f"{last}|{path}"): row,
        (ARRIVED, f"{arrived}|{path}"): pointer,
    }
    if entry.status in ("ingested", "ingesting"):
        places[_content(entry.user_id), f"{entry.checksum}|{arrived}|{path}"] = pointer
    if entry.unknown_fields is not None:
        places[UNKNOWN_FIELDS, path] = pointer
    if entry.status == "ingesting":
        places[INGESTING, path] = pointer
    if entry.usable:
        places |= _usable_places(entry, path, pointer)
    return places


def _usable_places(entry: LogEntry, path: str, pointer: Item) -> dict[Key, Item]:
    places: dict[Key, Item] = {}
    days = [day for day in (entry.first_day, entry.covered_first) if day]
    if days:
        places[FIRST_DAY, f"{min(days)}|{path}"] = pointer
    if entry.whole:
        places[_whole(entry.user_id), f"{entry.origin}|{path}"] = pointer
    if entry.quarantined_count > 0:
        places[QUARANTINED, path] = pointer
    if entry.status == "ingested" and entry.first_day:
        places[BUILT, path] = pointer
    return places


def _counted(entry: LogEntry) -> Counter[Key]:
    """The users that have entries, and the datasets of which there are records: one more by it."""
    counted: Counter[Key] = Counter([(USER, entry.user_id)])
    if entry.usable and entry.first_day:
        counted.update((DATASET, dataset) for dataset in entry.datasets)
    return counted


def _span_of(entry: LogEntry) -> tuple[str, str]:
    """Whether an entry holds or tells of few days or many, and the last of them."""
    ends = (entry.first_day, entry.last_day, entry.covered_first, entry.covered_last)
    days = [day for day in ends if day]
    if not days:
        return TIMELESS, ""
    span = SHORT if max(days) - min(days) <= SHORT_DAYS else LONG
    return span, max(days).isoformat()


def _of_span(
    state: DynamoTable, user_id: str, span: str, first: date, last: date
) -> Iterator[LogEntry]:
    ends = f"{last.isoformat()}{AFTER_ALL}"
    yield from map(entry_in, state.listed(_files(user_id, span), first.isoformat(), ends))


def _row(entry: LogEntry) -> Item:
    row = row_of(entry)
    key = _hash_key(entry.file_path)
    return row if key == entry.file_path else row | {"file_path": key, LONG_KEY: entry.file_path}


def _row_key(entry: LogEntry) -> Key:
    return _hash_key(entry.file_path), entry.upload_timestamp.isoformat()


def _hash_key(file_path: str) -> str:
    return fitted(file_path)


def kinds_of(user_id: str) -> set[str]:
    """The kinds of items that are about one user alone."""
    spans = {_files(user_id, span) for span in (SHORT, LONG, TIMELESS)}
    return spans | {_content(user_id), _whole(user_id)}


def _files(user_id: str, span: str) -> str:
    return f"{span} files of {user_id}"


def _content(user_id: str) -> str:
    return f"contents of {user_id}"


def _whole(user_id: str) -> str:
    return f"whole files of {user_id}"


def _sortable(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
