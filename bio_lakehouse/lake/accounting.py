"""What became of every row: the same precedence as silver's, value by value, over bronze lines.

A row is current when any value that it gives is shown, withdrawn when its vendor has taken its record back, and
superseded else.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from bio_lakehouse.lake.bronze import DayKey, Line
from bio_lakehouse.lake.log import IngestionLog, LogEntry
from bio_lakehouse.sources.checking import is_unknown
from bio_lakehouse.sources.datasets import OURA_TRENDS, PELOTON_WORKOUTS
from bio_lakehouse.sources.fields import Field, canonical_header
from bio_lakehouse.sources.oura.fields import API_FIELDS, TRENDS_FIELDS
from bio_lakehouse.sources.peloton.fields import CSV_FIELDS, METRIC_HEADERS
from bio_lakehouse.sources.records import ORIGINS

SLEEP = "oura/sleep"
NIGHT = "long_sleep"
PERIODS = frozenset({SLEEP, "oura/heartrate"})
"""Datasets with several records a day, of which the day's best origin says which there are."""
MET = ("met_avg", "met_max", "met_count")

Lines = Mapping[str, Mapping[DayKey, list[Line]]]
Place = tuple[str, str, date]
"""Source file, bronze dataset and day."""


@dataclass(frozen=True, slots=True)
class RowStates:
    """How many rows of each place are current, and how many withdrawn."""

    current: Counter[Place] = field(default_factory=Counter)
    withdrawn: Counter[Place] = field(default_factory=Counter)


class Version(NamedTuple):
    """One row that counts: where it stands, and its place among the rows of all origins, which sorts."""

    dataset: str
    key: DayKey
    line: Line

    @property
    def rank(self) -> tuple[bool, str, int, str]:
        best_first = len(ORIGINS) - ORIGINS.index(self.key.origin)
        at = self.line.provisional_at
        return not at, at, best_first, self.line.version

    @property
    def place(self) -> Place:
        return self.line.source_file, self.dataset, self.key.day


def row_states(lines: Lines) -> RowStates:
    """What became of the rows of some days, of which `lines` has all bronze files of all datasets."""
    states = RowStates()
    counting: defaultdict[tuple[str, date, str], list[Version]] = defaultdict(list)
    for dataset, files in lines.items():
        for key, versions in files.items():
            for version in _standing(dataset, key, versions, states):
                for fed in fed_datasets(dataset):
                    counting[fed, key.day, key.user_id].append(version)
    shown = {version for (fed, *_), rows in counting.items() for version in shown_rows(fed, rows)}
    states.current.update(version.place for version in shown)
    return states


def outranking(log: IngestionLog, entry: LogEntry) -> list[LogEntry]:
    """The files that were there before a file and say of its days something newer, or from a better origin."""
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
    return ORIGINS.index(str(other.origin)) < ORIGINS.index(str(entry.origin))


def _standing(
    dataset: str, key: DayKey, lines: Iterable[Line], states: RowStates
) -> Iterator[Version]:
    """The rows whose records were not withdrawn since; of a withdrawn record the newest row is counted as such."""
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


def fed_datasets(dataset: str) -> tuple[str, ...]:
    """The datasets whose tables a bronze dataset feeds: its own, or those that a trends row speaks about."""
    return tuple(TRENDS_FIELDS) if dataset == OURA_TRENDS else (dataset,)


def shown_rows(fed: str, rows: list[Version]) -> set[Version]:
    """The rows of one person's day that a table shows a value of, and the best row of each record."""
    records = _of_the_days_origin(fed, rows) if fed in PERIODS else _by_record(rows)
    shown: set[Version] = set()
    for versions in records:
        if len(versions) == 1:
            shown.update(versions)
        else:
            shown |= _giving_a_value(fed, versions)
    return shown


def _by_record(rows: Iterable[Version]) -> list[list[Version]]:
    records: defaultdict[str, list[Version]] = defaultdict(list)
    for version in rows:
        records[version.line.key].append(version)
    return list(records.values())


def _of_the_days_origin(fed: str, rows: list[Version]) -> list[list[Version]]:
    """The records of the day's best origin, each with what others say of it.

    A trends row speaks of the main sleep.
    """
    nights = [version for version in rows if version.dataset == OURA_TRENDS]
    periods = [version for version in rows if version.dataset != OURA_TRENDS]
    if not periods:
        return _by_record(nights)
    best = max(periods, key=lambda version: version.rank).key.origin
    found = [
        versions
        for versions in _by_record(periods)
        if any(version.key.origin == best for version in versions)
    ]
    main = _main_period(found) if nights else None
    if main is None:
        return found + _by_record(nights)
    main.extend(nights)
    return found


def _main_period(periods: list[list[Version]]) -> list[Version] | None:
    """The longest night, by its best version; of equal ones that which began first."""

    def length(period: list[Version]) -> tuple[float, str, str] | None:
        record = _record(max(period, key=lambda version: version.rank).line.record)
        if record.get("type") != NIGHT:
            return None
        asleep = record.get("total_sleep_duration")
        seconds = -1.0 if is_unknown(asleep) else float(str(asleep))
        return -seconds, str(record.get("bedtime_start")), period[0].line.key

    nights = [(found, period) for period in periods if (found := length(period))]
    return min(nights, key=lambda night: night[0])[1] if nights else None


def _giving_a_value(fed: str, versions: list[Version]) -> set[Version]:
    """The best of a record's rows, and those of which a value is shown."""
    shown = {max(versions, key=lambda version: version.rank)}
    said = {version: values_of(fed, version) for version in versions}
    for column in set().union(*said.values()):
        newest: dict[str, Version] = {}
        for version in sorted(versions, key=lambda version: version.line.version):
            if column in said[version]:
                newest[version.key.origin] = version
        giving = [version for version in newest.values() if said[version][column]]
        shown.update(sorted(giving, key=lambda version: version.rank)[-1:])
    return shown


def values_of(fed: str, version: Version) -> dict[str, bool]:
    """The columns of a table that a row has, and whether it knows their values."""
    record = _record(version.line.record)
    if version.dataset == OURA_TRENDS:
        return _cells(record, TRENDS_FIELDS[fed])
    if version.dataset == PELOTON_WORKOUTS:
        return _cells(record, CSV_FIELDS) | _metric_cells(record)
    if version.dataset in API_FIELDS:
        return _members(record, API_FIELDS[version.dataset])
    return {name: value is not None for name, value in record.items()}


def _cells(record: dict[str, Any], fields: Iterable[Field]) -> dict[str, bool]:
    cells = {canonical_header(name): value for name, value in reversed(record.items())}
    found: dict[str, bool] = {}
    for each in fields:
        values = [cells[header] for header in each.headers if header in cells]
        if values:
            found[each.column] = any(_says(each, value) for value in values)
    return found


def _says(column: Field, value: object) -> bool:
    """Whether a value of a column is known."""
    if is_unknown(value):
        return False
    return not column.zero_is_unknown or float(str(value)) != 0


def _metric_cells(record: dict[str, Any]) -> dict[str, bool]:
    fields = [Field(column, header, "double", "") for column, (header, _) in METRIC_HEADERS.items()]
    return {column: known for column, known in _cells(record, fields).items() if known}


def _members(record: dict[str, Any], fields: Iterable[Field]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for each in fields:
        outer, _, inner = each.path.partition(".")
        if outer not in record:
            continue
        within = record[outer]
        if not inner or within is None:
            found[each.column] = _says(each, within)
        elif inner in within:
            found[each.column] = _says(each, within[inner])
    if "met" in record:
        found |= dict.fromkeys(MET, bool((record["met"] or {}).get("items")))
    return found


def _record(text: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(text)
    return record
