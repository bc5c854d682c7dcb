"""What nothing can make again, copied from one lake to another: a laptop's to its bucket, and back.

Every object keeps its key, and a landed file the time of the file that it is a copy of, as that
decides which of two downloads counts. Nothing that is there is written over: landing takes another
content of the same name beside the one that it has, and all else that differs is left and told.
What was carried once is there the next time: a move that was interrupted is begun again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Literal, NamedTuple

from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import bronze, landing
from bio_lakehouse.lake.arrivals import is_of
from bio_lakehouse.lake.backup import gone_from_landing, only_in_bronze
from bio_lakehouse.lake.bronze_months import MonthKey, parse_key
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.home import EXPERIMENTS, QUESTIONS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectInfo, ObjectStore, checksum
from bio_lakehouse.lake.users import KEY as USERS
from bio_lakehouse.sources.contents import AnyContent

AT_ONCE = 8
REPORTS = "reports"
FOLDERS = (EXPERIMENTS, QUESTIONS, REPORTS)
Became = Literal["copied", "there", "beside", "differs"]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of one object.

    `copied` to its key, `there` already as it is, kept `beside` another content of that name, or
    it `differs` from what is there, which was left. `kept_as` is its key where it went.
    """

    key: str
    became: Became
    size: int
    kept_as: str

    @property
    def kind(self) -> str:
        """The folder or file of the lake that it is of."""
        return self.key.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Move:
    """All that a move looked at, each object once; `is_trial` where nothing was written."""

    carried: tuple[Carried, ...]
    is_trial: bool

    @property
    def differing(self) -> list[str]:
        """Keys of what differs and was left, less reports, of which each lake makes its own."""
        return [one.key for one in self.carried if one.became == "differs" and one.kind != REPORTS]

    def counts(self) -> dict[str, Counter[Became]]:
        """What became of how many, by kind."""
        found: dict[str, Counter[Became]] = {}
        for one in self.carried:
            found.setdefault(one.kind, Counter())[one.became] += 1
        return found


def move(
    source: Lakehouse,
    target: Lakehouse,
    *,
    is_trial: bool = False,
    progress: Progress = lambda *_: None,
) -> Move:
    """Copy from `source` to `target` what nothing can make again of `source`.

    With `is_trial` nothing is written, and what is told is what would be. `StoreError` when what
    arrived is not what was sent.
    """
    landed = [info for info in source.landing_objects.list(landing.PREFIX) if _is_file(info)]
    others = list(_others(source))
    known = source.log.of_objects(info.key for info in landed)
    dated = [_with_known_time(source, info, known[info.key]) for info in landed]
    carry_file = partial(_carry_landed, source, target, is_trial)
    carry_other = partial(_carry_other, source.objects, target.objects, is_trial)
    total, carried = len(landed) + len(others), list[Carried]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for work in (pool.map(carry_file, dated), pool.map(carry_other, others)):
            for one in work:
                carried.append(one)
                progress(one.key, len(carried), total)
    carried += _carry_what_bronze_alone_has(source, target, is_trial)
    return Move(tuple(carried), is_trial)


def _is_file(info: ObjectInfo) -> bool:
    return not info.key.endswith(landing.NOTE_SUFFIX)


def _with_known_time(lake: Lakehouse, info: ObjectInfo, entries: list[LogEntry]) -> ObjectInfo:
    """`info` with the time that counts for its content: a copy that came again may be younger."""
    time = lake.landing_objects.file_time(info)
    own = [entry for entry in entries if entry.file_path == landing.path_of(info.key)]
    times = [entry.file_time for entry in own if is_of(entry, info) and entry.file_time]
    return replace(info, modified=max([time, *times]))


def _others(lake: Lakehouse) -> Iterator[ObjectInfo]:
    if lake.objects.exists(USERS):
        yield lake.objects.info(USERS)
    for folder in FOLDERS:
        yield from lake.objects.list(folder)


def _carry_landed(
    source: Lakehouse, target: Lakehouse, is_trial: bool, info: ObjectInfo
) -> Carried:
    """Copy a landed file with its note, which comes first: nobody reads the file without it."""
    mine, theirs, key = source.landing_objects, target.landing_objects, info.key
    note = landing.read_note(mine, key)
    if theirs.exists(key) and theirs.checksum_of(key) == mine.checksum_of(key):
        known = landing.read_note(theirs, key)
        if note in (known, landing.Note()):
            return Carried(key, "there", info.size, key)
        if known.fetch == note.fetch and known.dataset:
            return Carried(key, "differs", info.size, key)
    content = mine.content(key, info.size)
    place = landing.place_for(theirs, key, content, note)
    is_there = theirs.exists(place)
    if not is_trial:
        landing.put_at(theirs, key, content, note, info.modified)
        _require_same(theirs, place, content)
    became: Became = "copied" if place == key else "beside"
    return Carried(key, "there" if is_there else became, info.size, place)


def _carry_other(
    mine: ObjectStore, theirs: ObjectStore, is_trial: bool, info: ObjectInfo
) -> Carried:
    key = info.key
    if theirs.exists(key):
        is_same = theirs.checksum_of(key) == mine.checksum_of(key)
        return Carried(key, "there" if is_same else "differs", info.size, key)
    if not is_trial:
        content = mine.get(key)
        theirs.put(key, content, mine.file_time(info))
        _require_same(theirs, key, content)
    return Carried(key, "copied", info.size, key)


def _require_same(store: ObjectStore, key: str, content: AnyContent) -> None:
    if store.checksum_of(key) != checksum(content):
        raise _not_what_was_sent(store, key)


def _not_what_was_sent(store: ObjectStore, key: str) -> StoreError:
    return StoreError(
        f"{store.uri(key)} is not what was sent: look whether something else writes there, and "
        "run it again"
    )


def _carry_what_bronze_alone_has(
    source: Lakehouse, target: Lakehouse, is_trial: bool
) -> list[Carried]:
    """Days of bronze with lines of files that have left landing, and what the log knows of
    these."""
    names = sorted(only_in_bronze(source))
    if not names:
        return []
    gone = {entry.file_path: entry for entry in gone_from_landing(source)}
    months = [month for name in names if (month := parse_key(name))]
    found = {month: _days_of(source.bronze.month(month), gone) for month in months}
    # The log first: bronze without one is taken for a damaged home.
    for path, days in _days_by_file(found).items():
        if not is_trial and target.log.entry(path) is None:
            target.log.record(_to_build(gone[path]), days)
    return [_carry_days(target.bronze, month, days, is_trial) for month, days in found.items()]


class _Day(NamedTuple):
    """A day's lines as they are stored, and those of them that bronze alone has."""

    content: bytes
    alone: list[bronze.Line]


DaysOfMonth = dict[date, _Day]


def _days_of(days: Mapping[date, bytes], gone: Collection[str]) -> DaysOfMonth:
    """Those of a month's days that have lines of files that are `gone`."""
    found: DaysOfMonth = {}
    for day, content in days.items():
        alone = [line for line in bronze.decode(content) if line.source_file in gone]
        if alone:
            found[day] = _Day(content, alone)
    return found


def _days_by_file(found: Mapping[MonthKey, DaysOfMonth]) -> dict[str, dict[str, set[date]]]:
    """Of which datasets and days each file has lines."""
    by_file: defaultdict[str, dict[str, set[date]]] = defaultdict(dict)
    for month, days in found.items():
        for day, kept in days.items():
            for line in kept.alone:
                by_file[line.source_file].setdefault(month.dataset, set()).add(day)
    return by_file


def _to_build(entry: LogEntry) -> LogEntry:
    """An entry in a lake that has built nothing of it."""
    return entry if entry.status == "replaced" else replace(entry, status="ingesting")


def _carry_days(theirs: Bronze, month: MonthKey, days: DaysOfMonth, is_trial: bool) -> Carried:
    """Days where there are none; one that has the lines of files that are gone is there."""
    known, key = theirs.month(month), month.object_key
    size = sum(len(day.content) for day in days.values())
    new = {month.day(day): kept.content for day, kept in days.items() if day not in known}
    if new and not is_trial:
        theirs.apply(new)
        kept = theirs.month(month)
        if any(kept.get(day.day) != content for day, content in new.items()):
            raise _not_what_was_sent(theirs.objects, key)
    if not all(_has(known[day], kept.alone) for day, kept in days.items() if day in known):
        return Carried(key, "differs", size, key)
    return Carried(key, "copied" if new else "there", size, key)


def _has(content: bytes, lines: list[bronze.Line]) -> bool:
    known = {(line.source_file, line.version) for line in bronze.decode(content)}
    return all((line.source_file, line.version) in known for line in lines)
