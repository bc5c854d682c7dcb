"""Bronze of a range made what landing says, and its rows counted in the log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import NamedTuple

from bio_lakehouse import garbage
from bio_lakehouse.lake import bronze, bronze_store, landing, locks
from bio_lakehouse.lake.accounting import RowStates, row_states
from bio_lakehouse.lake.bronze import BronzeWrite, DayFile, DayKey
from bio_lakehouse.lake.bronze_months import MonthKey, last_day_of, months_between
from bio_lakehouse.lake.bronze_plan import (
    RECORDS_AT_ONCE,
    DayLines,
    day_files,
    under_their_names,
)
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay
from bio_lakehouse.lake.shared_work import can_be_shared, shares_of, worked_on
from bio_lakehouse.lake.withdrawals import Days
from bio_lakehouse.sources import registry

SHARED_RECORDS = 25_000
"""Of people's files that take two seconds; a further process takes half of one to begin."""


def write_bronze(
    lake: Lakehouse,
    dataset: str,
    first: date,
    last: date,
    people: Collection[str] | None = None,
) -> BronzeWrite:
    """Make days `first` to `last` of `dataset` in bronze what landing says; only what differs is
    written. Of others than `people`, where these are said, everything stays."""
    with locks.exclusively(lake, locks.BRONZE), lake.log.together(), garbage.not_looked_for():
        return _write_bronze(lake, dataset, first, last, people)


def _write_bronze(
    lake: Lakehouse, dataset: str, first: date, last: date, people: Collection[str] | None
) -> BronzeWrite:
    records = _records(lake, dataset, first, last, people)
    is_shared = sum(records.values()) >= SHARED_RECORDS and can_be_shared(lake)
    pieces = list(_at_once(first, last, max(records.values(), default=0)))
    write = partial(_write_days, lake, dataset, people, is_shared)
    done = list(chain.from_iterable(map(write, pieces)))
    if len(pieces) > 1:
        garbage.give_back()
    counts = [count for one in done for count in one.counts]
    if people is not None:
        _, others = _by_whose(lake.log.days(first, last, dataset), people)
        counts += others
    lake.log.replace_days(dataset, first, last, counts)
    by_day: Counter[date] = Counter()
    for one in done:
        by_day.update(one.lines_by_day)
    versions = bronze_store.versions_by_day(chain.from_iterable(one.digests for one in done))
    written, unchanged = sum(one.written for one in done), sum(one.unchanged for one in done)
    return BronzeWrite(dict(by_day), written, unchanged, versions)


def _records(
    lake: Lakehouse, dataset: str, first: date, last: date, people: Collection[str] | None
) -> dict[str, int]:
    """How many records the files of each person have there, about; not looked up of a month."""
    if first.replace(day=1) == last.replace(day=1):
        return {}
    about = lake.log.users_about(dataset, first, last)
    found = {}
    for user_id in about if people is None else about.intersection(people):
        holding = lake.log.overlapping(user_id, dataset, first, last)
        found[user_id] = sum(entry.record_count for entry in holding)
    return found


def _at_once(first: date, last: date, records: int) -> Iterator[Days]:
    """The days in pieces of whole months of which memory holds the lines of that person who has
    most `records`: all, where few landed."""
    months = list(months_between(first, last))
    many = records // RECORDS_AT_ONCE + 1
    length = -(-len(months) // many)
    for start in range(0, len(months), length):
        end = last_day_of(months[min(start + length, len(months)) - 1])
        yield max(months[start], first), min(end, last)


@dataclass(slots=True)
class _Written:
    """What writing some days did, and what landed on them by file; `digests` are of the bytes of
    each day that there is now. It is added to."""

    lines_by_day: Counter[date] = field(default_factory=Counter)
    counts: list[FileDay] = field(default_factory=list)
    digests: list[tuple[DayKey, bytes]] = field(default_factory=list)
    written: int = 0
    unchanged: int = 0


class _Person(NamedTuple):
    """Whose days are written, and the files of bronze that there are of them."""

    user_id: str
    months: list[MonthKey]


def _write_days(
    lake: Lakehouse, dataset: str, people: Collection[str] | None, is_shared: bool, days: Days
) -> list[_Written]:
    """What writing days of some people did, in the shares of the processes that did it, and what
    there is of all others."""
    held: defaultdict[str, list[MonthKey]] = defaultdict(list)
    for key in lake.bronze.months(dataset, *days):
        held[key.user_id].append(key)
    known = [
        _Person(user_id, held[user_id])
        for user_id in sorted(_users(lake, dataset, *days, held.keys()))
    ]
    theirs = [one for one in known if people is None or one.user_id in people]
    others = [one for one in known if people is not None and one.user_id not in people]
    shares = shares_of([[one] for one in theirs]) if is_shared else [theirs]
    done = worked_on(lake, partial(_write_people, dataset, days), shares)
    return [*done, _left_alone(lake, days, others)]


def _write_people(dataset: str, days: Days, lake: Lakehouse, people: Sequence[_Person]) -> _Written:
    done = _Written()
    existing: defaultdict[str, dict[DayKey, bytes]] = defaultdict(dict)
    for key, content in _there(lake, days, people).items():
        existing[key.user_id][key] = content
    for user_id, _ in people:
        mine = existing[user_id]
        wanted = day_files(lake, dataset, days, user_id, mine)
        changes = lake.bronze.changes(wanted, mine)
        lake.bronze.apply(changes)
        for key, lines in _lines_now(lake, wanted, changes, mine).items():
            done.lines_by_day[key.day] += len(lines)
            done.counts.extend(bronze.file_days(key, wanted[key].landed, lines))
        now = [(key, changes.get(key) or mine[key]) for key in wanted]
        done.digests.extend((key, bronze.digest_of(content)) for key, content in now)
        done.written += len(changes)
        done.unchanged += len(wanted.keys() - changes.keys())
    return done


def _there(lake: Lakehouse, days: Days, people: Sequence[_Person]) -> dict[DayKey, bytes]:
    months = chain.from_iterable(one.months for one in people)
    return lake.bronze.contents_in(months, *days)


def _left_alone(lake: Lakehouse, days: Days, people: Sequence[_Person]) -> _Written:
    """What bronze has of people whose days stay as they are."""
    left = _Written()
    for key, content in _there(lake, days, people).items():
        left.lines_by_day[key.day] += content.count(b"\n")
        left.digests.append((key, bronze.digest_of(content)))
    return left


def _users(
    lake: Lakehouse, dataset: str, first: date, last: date, held: Collection[str]
) -> set[str]:
    """Whose days a write looks at: of those whose files say something of them, and of those known
    whose lines are `held`, which may have to go."""
    about = lake.log.users_about(dataset, first, last)
    others = set(held) - about
    return about | (others & lake.log.users() if others else set())


def _lines_now(
    lake: Lakehouse,
    wanted: dict[DayKey, DayFile],
    changes: dict[DayKey, bytes],
    before: dict[DayKey, bytes],
) -> DayLines:
    """What days hold once `changes` are written; one that stays may name another file as its
    source."""
    same = {key: bronze.decode(before[key]) for key in wanted.keys() - changes.keys()}
    made = {key: wanted[key].lines for key in wanted.keys() & changes.keys()}
    return under_their_names(lake, same) | made


def _by_whose(
    counted: list[FileDay], people: Collection[str] | None
) -> tuple[list[FileDay], list[FileDay]]:
    """The counts of these people's files, by where they lie in landing, and those of all others';
    everybody's are the former where it is not said whose."""
    if people is None:
        return counted, []
    paths = {one.file_path for one in counted}
    theirs = {path for path in paths if _user_of(path) in people}
    return (
        [one for one in counted if one.file_path in theirs],
        [one for one in counted if one.file_path not in theirs],
    )


def _user_of(path: str) -> str:
    """Whose file of landing it is."""
    return landing.user_of(landing.split_path(path)[0])


def recount(
    lake: Lakehouse, first: date, last: date, people: Collection[str] | None = None
) -> None:
    """Sort the rows of days `first` to `last` into current, superseded and withdrawn, by file, in
    the log; of others than `people`, where these are said, everything stays."""
    with locks.exclusively(lake, locks.BRONZE), lake.log.together(), garbage.not_looked_for():
        _recount(lake, first, last, people)


def _recount(lake: Lakehouse, first: date, last: date, people: Collection[str] | None) -> None:
    rows, others = _by_whose(lake.log.days(first, last), people)
    pieces = list(_few_at_once(rows, first, last))
    states = _what_became(lake, rows, pieces, people)
    for dataset in sorted({one.dataset for one in chain(rows, others)}):
        recounted = (_recounted(one, states) for one in rows if one.dataset == dataset)
        kept = (one for one in others if one.dataset == dataset)
        lake.log.replace_days(dataset, first, last, chain(kept, recounted))


def _what_became(
    lake: Lakehouse, rows: list[FileDay], pieces: list[Days], people: Collection[str] | None
) -> RowStates:
    """What became of `rows`, counted by several processes where they are many."""
    if sum(one.landed for one in rows) < SHARED_RECORDS or not can_be_shared(lake):
        return _states(pieces, people, lake)
    paths = {one.file_path for one in rows}
    whose = sorted(set(map(_user_of, paths)))
    shares = shares_of([[user_id] for user_id in whose])
    states = RowStates()
    for of_share in worked_on(lake, partial(_states_of, pieces), shares):
        states.add(of_share)
    return states


def _states_of(pieces: list[Days], lake: Lakehouse, people: Sequence[str]) -> RowStates:
    return _states(pieces, frozenset(people), lake)


def _states(pieces: list[Days], people: Collection[str] | None, lake: Lakehouse) -> RowStates:
    states = RowStates()
    for days in pieces:
        states.add(_states_on(lake, days, people))
    return states


def _few_at_once(known: list[FileDay], first: date, last: date) -> Iterator[Days]:
    """The days in pieces of whole months on which not many more rows landed than memory holds at
    once: what became of a row is told by its own day."""
    landed: Counter[date] = Counter()
    for one in known:
        landed[one.day.replace(day=1)] += one.landed
    start, rows = first, 0
    for month in months_between(first, last):
        rows += landed[month]
        end = min(last_day_of(month), last)
        if rows >= RECORDS_AT_ONCE or end == last:
            yield start, end
            start, rows = end + timedelta(days=1), 0


def _states_on(lake: Lakehouse, days: Days, people: Collection[str] | None) -> RowStates:
    lines = {}
    for dataset in registry.bronze_datasets():
        contents = lake.bronze.contents_of(dataset, *days, people)
        decoded = {key: bronze.decode(content) for key, content in contents.items()}
        lines[dataset] = under_their_names(lake, decoded)
    return row_states(lines)


def _recounted(one: FileDay, states: RowStates) -> FileDay:
    place = (one.file_path, one.dataset, one.day)
    current, withdrawn = states.current[place], states.withdrawn[place]
    superseded = one.landed - one.duplicates - current - withdrawn
    return FileDay(*place, one.landed, one.duplicates, current, superseded, withdrawn)
