"""Bronze of a range made what landing says, and its rows counted in the log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bio_lakehouse import garbage
from bio_lakehouse.lake import bronze, bronze_store, landing, locks
from bio_lakehouse.lake.accounting import RowStates, row_states
from bio_lakehouse.lake.bronze import BronzeWrite, DayFile, DayKey
from bio_lakehouse.lake.bronze_months import last_day_of, months_between
from bio_lakehouse.lake.bronze_plan import (
    RECORDS_AT_ONCE,
    DayLines,
    day_files,
    under_their_names,
)
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay
from bio_lakehouse.lake.withdrawals import Days
from bio_lakehouse.sources import registry


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
    pieces = _at_once(lake, dataset, first, last, people)
    done = [_write_days(lake, dataset, *days, people) for days in pieces]
    if len(done) > 1:
        garbage.give_back()
    counts = [count for one in done for count in one.counts]
    if people is not None:
        _, others = _by_whose(lake.log.days(first, last, dataset), people)
        counts += others
    lake.log.replace_days(dataset, first, last, counts)
    by_day: Counter[date] = Counter()
    versions: dict[date, str] = {}
    for one in done:
        by_day.update(one.lines_by_day)
        versions |= one.versions
    written, unchanged = sum(one.written for one in done), sum(one.unchanged for one in done)
    return BronzeWrite(dict(by_day), written, unchanged, versions)


def _at_once(
    lake: Lakehouse, dataset: str, first: date, last: date, people: Collection[str] | None
) -> Iterator[Days]:
    """The days in pieces of whole months of which memory holds the lines: all, where few landed."""
    months = list(months_between(first, last))
    told = _most_records(lake, dataset, first, last, people) if months[1:] else 0
    many = told // RECORDS_AT_ONCE + 1
    length = -(-len(months) // many)
    for start in range(0, len(months), length):
        end = last_day_of(months[min(start + length, len(months)) - 1])
        yield max(months[start], first), min(end, last)


def _most_records(
    lake: Lakehouse, dataset: str, first: date, last: date, people: Collection[str] | None
) -> int:
    """How many records the files have of that person who has most of them there, about."""
    about = lake.log.users_about(dataset, first, last)
    most = 0
    for user_id in about if people is None else about.intersection(people):
        holding = lake.log.overlapping(user_id, dataset, first, last)
        most = max(most, sum(entry.record_count for entry in holding))
    return most


@dataclass(frozen=True, slots=True)
class _Written:
    """What writing some days did, and what landed on them by file."""

    lines_by_day: Counter[date]
    counts: list[FileDay]
    written: int
    unchanged: int
    versions: dict[date, str]


def _write_days(
    lake: Lakehouse, dataset: str, first: date, last: date, people: Collection[str] | None
) -> _Written:
    existing: defaultdict[str, dict[DayKey, bytes]] = defaultdict(dict)
    for key, content in lake.bronze.contents(dataset, first, last).items():
        existing[key.user_id][key] = content
    by_day: Counter[date] = Counter()
    counts: list[FileDay] = []
    contents: dict[DayKey, bytes] = {}
    written = unchanged = 0
    users = _users(lake, dataset, first, last, existing.keys())
    for user_id in sorted(users):
        mine = existing[user_id]
        if people is not None and user_id not in people:
            contents |= mine
            for key, content in mine.items():
                by_day[key.day] += content.count(b"\n")
            continue
        wanted = day_files(lake, dataset, (first, last), user_id, mine)
        changes = lake.bronze.changes(wanted, mine)
        lake.bronze.apply(changes)
        for key, lines in _lines_now(lake, wanted, changes, mine).items():
            by_day[key.day] += len(lines)
            counts += bronze.file_days(key, wanted[key].landed, lines)
        contents |= {key: changes.get(key) or mine[key] for key in wanted}
        written += len(changes)
        unchanged += len(wanted.keys() - changes.keys())
    return _Written(by_day, counts, written, unchanged, bronze_store.versions_by_day(contents))


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
    theirs = {path for path in paths if landing.user_of(landing.split_path(path)[0]) in people}
    return (
        [one for one in counted if one.file_path in theirs],
        [one for one in counted if one.file_path not in theirs],
    )


def recount(
    lake: Lakehouse, first: date, last: date, people: Collection[str] | None = None
) -> None:
    """Sort the rows of days `first` to `last` into current, superseded and withdrawn, by file, in
    the log; of others than `people`, where these are said, everything stays."""
    with locks.exclusively(lake, locks.BRONZE), lake.log.together(), garbage.not_looked_for():
        _recount(lake, first, last, people)


def _recount(lake: Lakehouse, first: date, last: date, people: Collection[str] | None) -> None:
    theirs, others = _by_whose(lake.log.days(first, last), people)
    rows, kept = _by_month(theirs), _by_month(others)
    for start, end in _few_at_once(theirs, first, last):
        months = list(months_between(start, end))
        _recount_days(lake, _of(months, rows), _of(months, kept), (start, end), people)


def _by_month(counted: list[FileDay]) -> Mapping[date, list[FileDay]]:
    months: defaultdict[date, list[FileDay]] = defaultdict(list)
    for one in counted:
        months[one.day.replace(day=1)].append(one)
    return months


def _of(months: Iterable[date], counted: Mapping[date, list[FileDay]]) -> list[FileDay]:
    return [one for month in months for one in counted.get(month, ())]


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


def _recount_days(
    lake: Lakehouse,
    rows: list[FileDay],
    others: list[FileDay],
    days: Days,
    people: Collection[str] | None,
) -> None:
    lines = {}
    for dataset in registry.bronze_datasets():
        contents = lake.bronze.contents_of(dataset, *days, people)
        decoded = {key: bronze.decode(content) for key, content in contents.items()}
        lines[dataset] = under_their_names(lake, decoded)
    states = row_states(lines)
    known = defaultdict(list)
    for one in others:
        known[one.dataset].append(one)
    for one in rows:
        known[one.dataset].append(_recounted(one, states))
    for dataset, file_days in known.items():
        lake.log.replace_days(dataset, *days, file_days)


def _recounted(one: FileDay, states: RowStates) -> FileDay:
    place = (one.file_path, one.dataset, one.day)
    current, withdrawn = states.current[place], states.withdrawn[place]
    superseded = one.landed - one.duplicates - current - withdrawn
    return FileDay(*place, one.landed, one.duplicates, current, superseded, withdrawn)
