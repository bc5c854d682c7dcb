"""What became of every row: the same precedence as silver's, value by value, over bronze lines.

A row is current when any value that it gives is shown, withdrawn when its vendor has taken its
record back, and superseded else.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from bio_lakehouse.lake.bronze import DayKey, Line
from bio_lakehouse.lake.log import IngestionLog, LogEntry
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.quick_json import read_json
from bio_lakehouse.sources.source import Feed

Lines = Mapping[str, Mapping[DayKey, list[Line]]]
Place = tuple[str, str, date]
"""Source file, bronze dataset and day."""


@dataclass(frozen=True, slots=True)
class RowStates:
    """How many rows of each place are current, and how many withdrawn."""

    current: Counter[Place] = field(default_factory=Counter)
    withdrawn: Counter[Place] = field(default_factory=Counter)

    def add(self, others: RowStates) -> None:
        """Add those of other days or people."""
        self.current.update(others.current)
        self.withdrawn.update(others.withdrawn)


@dataclass(slots=True, eq=False)
class Version:
    """One row that counts: where it stands, and its place among the rows of all origins, which
    sorts. It is itself alone: of the same content there is no other."""

    dataset: str
    key: DayKey
    line: Line

    @property
    def rank(self) -> tuple[bool, str, int, str]:
        best_first = -registry.place_of_origin(self.dataset, self.key.origin)
        at = self.line.provisional_at
        return not at, at, best_first, self.line.version

    @property
    def place(self) -> Place:
        return self.line.source_file, self.dataset, self.key.day


def row_states(lines: Lines) -> RowStates:
    """What became of the rows of some days, of which `lines` has all bronze files of all
    datasets."""
    states = RowStates()
    counting: defaultdict[tuple[str, date, str], list[Version]] = defaultdict(list)
    for dataset, files in lines.items():
        tables = tables_fed(dataset)
        for key, versions in files.items():
            for version in _standing(dataset, key, versions, states):
                for table in tables:
                    counting[table, key.day, key.user_id].append(version)
    shown = {
        version for (table, *_), rows in counting.items() for version in shown_rows(table, rows)
    }
    states.current.update(version.place for version in shown)
    return states


def outranking(log: IngestionLog, entry: LogEntry) -> list[LogEntry]:
    """The files that were there before a file and say of its days something newer, or from a better
    origin."""
    if entry.first_day is None or entry.last_day is None or entry.origin is None:
        return []
    told = (
        other
        for dataset in entry.datasets_told
        for other in log.speaking(entry.user_id, dataset, entry.first_day, entry.last_day)
    )
    return [
        other
        for other in told
        if other.upload_timestamp < entry.upload_timestamp and _ranks_above(other, entry)
    ]


def _ranks_above(other: LogEntry, entry: LogEntry) -> bool:
    if other.origin == entry.origin:
        return other.version > entry.version
    dataset = entry.datasets[0]
    place, other_place = (
        registry.place_of_origin(dataset, str(one.origin)) for one in (entry, other)
    )
    return other_place < place


def _standing(
    dataset: str, key: DayKey, lines: Iterable[Line], states: RowStates
) -> Iterator[Version]:
    """The rows whose records were not withdrawn since; of a withdrawn record the newest row is
    counted as such."""
    by_record: defaultdict[str, list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.version):
        by_record[line.key].append(line)
    for versions in by_record.values():
        ends = [number for number, line in enumerate(versions) if line.withdrawn]
        since = ends[-1] + 1 if ends else 0
        if since == len(versions):
            newest = next(line for line in reversed(versions) if not line.withdrawn)
            states.withdrawn[Version(dataset, key, newest).place] += 1
        yield from (Version(dataset, key, line) for line in versions[since:])


def tables_fed(dataset: str) -> tuple[str, ...]:
    """The silver tables that a bronze dataset feeds; its own name for one that feeds none."""
    feeds = registry.dataset_named(dataset).feeds
    return tuple(feed.table for feed in feeds) or (dataset,)


def shown_rows(table: str, rows: list[Version]) -> set[Version]:
    """The rows of one person's day that a table shows a value of, and the best row of each
    record."""
    if len(rows) == 1:
        return set(rows)
    known = registry.tables().get(table)
    of_one_origin = known is not None and known.of_one_origin
    records = _of_the_days_origin(table, rows) if of_one_origin else _by_record(rows)
    shown: set[Version] = set()
    for versions in records:
        if len(versions) == 1:
            shown.update(versions)
        else:
            shown |= _giving_a_value(table, versions)
    return shown


def _by_record(rows: Iterable[Version]) -> list[list[Version]]:
    records: defaultdict[str, list[Version]] = defaultdict(list)
    for version in rows:
        records[version.line.key].append(version)
    return list(records.values())


def _origins(versions: Iterable[Version]) -> set[str]:
    return {version.key.origin for version in versions}


def _of_the_days_origin(table: str, rows: list[Version]) -> list[list[Version]]:
    """The records of the day's best origin, each with what others say of it.

    A row that speaks of the day alone tells of its main record.
    """
    of_the_day = [version for version in rows if _is_of_the_day(table, version)]
    own = [version for version in rows if not _is_of_the_day(table, version)]
    if not own:
        return _by_record(of_the_day)
    best = max(own, key=lambda version: version.rank).key.origin
    found = [versions for versions in _by_record(own) if best in _origins(versions)]
    main = _main_record(table, found) if of_the_day else None
    if main is None:
        return found + _by_record(of_the_day)
    main.extend(of_the_day)
    return found


def _is_of_the_day(table: str, version: Version) -> bool:
    feed = _feed(version.dataset, table)
    return feed is not None and feed.is_of_the_day


@cache
def _feed(dataset: str, table: str) -> Feed | None:
    feeds = registry.dataset_named(dataset).feeds
    return next((feed for feed in feeds if feed.table == table), None)


def _main_record(table: str, records: list[list[Version]]) -> list[Version] | None:
    """The record of a day that its source takes for the main one, each told by its best version."""
    choose = registry.tables()[table].main_record
    if choose is None:
        return None
    in_order = sorted(records, key=lambda versions: versions[0].line.key)
    best = [max(versions, key=lambda version: version.rank) for versions in in_order]
    place = choose([_record(version.line.record) for version in best])
    return None if place is None else in_order[place]


def _giving_a_value(table: str, versions: list[Version]) -> set[Version]:
    """The best of a record's rows, and those of which a value is shown."""
    ranks = {version: version.rank for version in versions}
    shown = {max(versions, key=ranks.__getitem__)}
    newest: defaultdict[str, dict[str, Version | None]] = defaultdict(dict)
    for version in sorted(versions, key=lambda version: version.line.version):
        origin = version.key.origin
        for column, is_known in values_of(table, version).items():
            newest[column][origin] = version if is_known else None
    for by_origin in newest.values():
        giving = [version for version in by_origin.values() if version is not None]
        if giving:
            shown.add(max(giving, key=ranks.__getitem__))
    return shown


def values_of(table: str, version: Version) -> dict[str, bool]:
    """The columns of a table that a row has, and whether it knows their values."""
    record = _record(version.line.record)
    feed = _feed(version.dataset, table)
    if feed is None:
        return {name: value is not None for name, value in record.items()}
    return feed.columns_of(record)


def _record(text: str) -> dict[str, Any]:
    record: dict[str, Any] = read_json(text, json.loads)
    return record
