"""What is known about the days of every person and table, as matrices with a row a person and a
column a day: each table is read once, whoever is in it.

They mean what `gold.gap_ledger.Knowledge` means of one person, which is told day by day there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bio_lakehouse.gold.gap_ledger import NO_SLEEP, NOT_WORN_SECONDS, Cause
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry, days_between
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source

TABLES = {table: registry.feeding(table) for table in registry.tables()}
"""Silver tables and the bronze datasets that feed them."""
CAUSES = tuple(Cause)
NO_CAUSE = -1

Days = npt.NDArray[np.bool_]
"""A row a person, a column a day."""
Spans = defaultdict[str, list[tuple[str, date, date]]]
"""By dataset who tells of it, and from which day to which."""


@dataclass(frozen=True)
class Calendar:
    """Whose days they are, from the first on; `todays` are each person's today as a column."""

    users: tuple[str, ...]
    first: date
    days: int
    todays: npt.NDArray[np.int64]

    @classmethod
    def of(cls, lake: Lakehouse, first: date, last: date, users: Iterable[str]) -> Calendar:
        people = tuple(sorted(users))
        todays = [(lake.settings.today(user) - first).days for user in people]
        return cls(people, first, (last - first).days + 1, np.array(todays, np.int64))

    @cached_property
    def columns(self) -> npt.NDArray[np.int64]:
        return np.arange(self.days, dtype=np.int64)

    @cached_property
    def rows(self) -> dict[str, int]:
        return {user: row for row, user in enumerate(self.users)}

    def none(self) -> Days:
        return np.zeros((len(self.users), self.days), np.bool_)

    def day(self, column: int | np.signedinteger[Any]) -> date:
        return self.first + timedelta(int(column))

    def marked(self, told: pa.Table, where: npt.NDArray[np.bool_] | None = None) -> Days:
        """The days that the rows of a table with `user_id` and `day` name, or those of them that
        are so marked."""
        users = told.column("user_id").combine_chunks().dictionary_encode()
        rows = np.array([self.rows.get(user, -1) for user in users.dictionary.to_pylist()], int)
        days = in_numpy(told.column("day").cast(pa.int32())).astype(np.int64)
        columns = days - (self.first - date(1970, 1, 1)).days
        rows = rows[in_numpy(users.indices)] if told.num_rows else rows[:0]
        known = (rows >= 0) & (columns >= 0) & (columns < self.days)
        known = known if where is None else known & where
        marked = self.none()
        marked[rows[known], columns[known]] = True
        return marked

    def spanned(self, spans: Iterable[tuple[str, date, date]]) -> Days:
        """The days from the first to the last of each person's spans."""
        marked = self.none()
        for user, first, last in spans:
            start, end = (first - self.first).days, (last - self.first).days + 1
            marked[self.rows[user], max(start, 0) : max(end, 0)] = True
        return marked


@dataclass(frozen=True, eq=False)
class KnownDays:
    """What is known about one table's days: see `Knowledge` for each of the five."""

    calendar: Calendar
    recorded: Days
    covered: Days
    unread: Days
    unworn: Days
    failed: Days

    def causes(self, spoken_of: Days) -> npt.NDArray[np.int8]:
        """Why each day has no record, as a place in `CAUSES`; `NO_CAUSE` where it has one, or lies
        before the first day that is `spoken_of` or after the person's today."""
        columns = self.calendar.columns
        todays = self.calendar.todays[:, None]
        found = np.select(
            [
                columns >= todays,
                self.unread,
                self.covered & self.unworn,
                self.covered,
                self.failed,
                columns > firsts(self.recorded)[:, None],
            ],
            [
                CAUSES.index(cause)
                for cause in (
                    Cause.NOT_DUE,
                    Cause.IN_QUARANTINE,
                    Cause.NOT_WORN,
                    Cause.NOTHING_SENT,
                    Cause.FETCH_FAILED,
                    Cause.NOT_DELIVERED,
                )
            ],
            CAUSES.index(Cause.BEFORE_FIRST),
        )
        asked = (columns >= firsts(spoken_of)[:, None]) & (columns <= todays)
        return np.where(asked & ~self.recorded, found, NO_CAUSE).astype(np.int8)


def firsts(days: Days) -> npt.NDArray[np.int64]:
    """The column of each person's first day; one after all where there is none."""
    columns: npt.NDArray[np.int64] = np.where(days.any(axis=1), days.argmax(axis=1), days.shape[1])
    return columns


def known_by_table(
    lake: Lakehouse, first: date, last: date, users: Iterable[str] | None = None
) -> Iterator[tuple[str, KnownDays]]:
    """What is known about each silver table's days `first` to `last`, of these people or of all;
    days before the first of which anything is known are left out."""
    people = tuple(sorted(lake.log.users() if users is None else users))
    usable, not_fetched, in_quarantine = _told(lake, people)
    tables = {table: rows_of(lake, table, ("user_id", "day"), people) for table in TABLES}
    calendar = Calendar.of(
        lake, _begin(first, last, (usable, not_fetched, in_quarantine), tables), last, people
    )
    unworn = {source.name: unworn_days(lake, calendar, source) for source in registry.SOURCES}
    for table, datasets in TABLES.items():
        recorded = calendar.marked(tables.pop(table))
        covered = calendar.spanned(spans_of(usable, datasets))
        if registry.tables()[table].knows_empty_days:
            recorded |= covered
        unread = calendar.spanned(spans_of(in_quarantine, datasets))
        failed = calendar.spanned(spans_of(not_fetched, datasets))
        source = registry.source_of_table(table).name
        yield table, KnownDays(calendar, recorded, covered, unread, unworn[source], failed)


def _told(lake: Lakehouse, people: Sequence[str]) -> tuple[Spans, Spans, Spans]:
    """What usable files tell of, what failed fetches would have told of, and the days of which rows
    of usable files lie in quarantine."""
    usable, not_fetched, in_quarantine = Spans(list), Spans(list), Spans(list)
    with lake.log.together():
        for entry in chain.from_iterable(map(lake.log.of_user, people)):
            if entry.usable or entry.status == "fetch_failed":
                into = usable if entry.usable else not_fetched
                for dataset, spans in entry.stretches.items():
                    into[dataset] += ((entry.user_id, *span) for span in spans)
            for dataset, days in (entry.unread_by_dataset if entry.usable else {}).items():
                in_quarantine[dataset] += ((entry.user_id, day, day) for day in days)
    return usable, not_fetched, in_quarantine


def _begin(
    first: date, last: date, told_of: Iterable[Spans], tables: Mapping[str, pa.Table]
) -> date:
    """The first day from `first` on of which anything is known."""
    told = chain.from_iterable(chain.from_iterable(spans.values()) for spans in told_of)
    earliest = [begins for _, begins, _ in told]
    counted = [in_numpy(rows.column("day").cast(pa.int32())) for rows in tables.values()]
    earliest += [date(1970, 1, 1) + timedelta(int(days.min())) for days in counted if len(days)]
    return max(first, min(earliest, default=last))


def days_told(
    entries: Iterable[LogEntry], datasets: tuple[str, ...], *, failed: bool
) -> frozenset[date]:
    """The days that usable ones of `entries` tell of `datasets`, or those of their failed
    fetches."""

    def wanted(entry: LogEntry) -> bool:
        return (entry.status == "fetch_failed") if failed else entry.usable

    kept = [entry for entry in entries if wanted(entry)]
    spans = chain.from_iterable(
        entry.stretches.get(dataset, ()) for entry in kept for dataset in datasets
    )
    return frozenset().union(*(days_between(*span) for span in spans))


def spans_of(told: Spans, datasets: Iterable[str]) -> Iterator[tuple[str, date, date]]:
    """Whose files tell of any of the datasets, and from which day to which."""
    return chain.from_iterable(told.get(dataset, ()) for dataset in datasets)


def rows_of(lake: Lakehouse, table: str, columns: Sequence[str], people: Sequence[str]) -> pa.Table:
    """Some columns of a silver table, of one of these people or of everybody; no rows where it is
    not there yet."""
    name = f"bio_silver.{table}"
    if lake.tables.exists(name):
        only = people[0] if len(people) == 1 and len(lake.log.users()) > 1 else None
        return lake.tables.scan(name, user_id=only, columns=columns)
    return pa.table({column: pa.array([], TYPES.get(column, pa.string())) for column in columns})


TYPES = {"day": pa.date32()}


def unworn_days(lake: Lakehouse, calendar: Calendar, source: Source) -> Days:
    """Days of 12 h or more without a source's device on which nothing was slept; none where that is
    not told."""
    wear = source.wear
    if wear is None:
        return calendar.none()
    asked = partial(rows_of, lake, people=calendar.users)
    measured = asked(wear.non_wear_table, ("user_id", "day", wear.non_wear_column))
    told = measured.filter(measured.column(wear.non_wear_column).is_valid())
    periods = asked(wear.sleep_table, ("user_id", "day", wear.sleep_column))
    off = calendar.marked(told, in_numpy(told.column(wear.non_wear_column)) >= NOT_WORN_SECONDS)
    return off & ~calendar.marked(periods, is_sleep(periods.column(wear.sleep_column)))


def is_sleep(kinds: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Which periods were slept, by their kinds; one of no kind was."""
    kind_of_each = kinds.combine_chunks().dictionary_encode(null_encoding="encode")
    slept = [kind not in NO_SLEEP for kind in kind_of_each.dictionary.to_pylist()]
    return np.take(np.array(slept, np.bool_), in_numpy(kind_of_each.indices))


def in_numpy(numbers: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    """Whole numbers or doubles of which none is null. Arrow's own ways there, and each that takes a
    value of Python's, load pandas, which takes longer than all the rest."""
    whole = numbers.combine_chunks() if isinstance(numbers, pa.ChunkedArray) else numbers
    if not len(whole):
        return np.empty(0, np.int64)
    kind = np.dtype(str(whole.type))
    return np.frombuffer(whole.buffers()[1], kind, len(whole), whole.offset * kind.itemsize)
