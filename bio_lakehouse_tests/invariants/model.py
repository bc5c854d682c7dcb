"""What a lake must say, worked out in plain dictionaries from everything that was ever said to it.

It is written from the contract (README, "Which version counts"; the views' rules; the causes of a
missing day) and knows nothing of how the lake does it: no bronze, no log, no tables, no order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from bio_lakehouse_tests.invariants.daily_model import (
    ONCE_A_DAY,
    Record,
    Shown,
    Value,
    by_day,
    daily_row,
    main_night,
    workouts_of,
)

Cell = tuple[str, str]
"""A silver table and one of its columns."""
Days = tuple[date, date]

BEST_FIRST = ("api", "account_export", "type_download", "trends_export", "csv_export")
SNAPSHOTS = ("account_export", "csv_export")
REACHES_BACK = "peloton/workouts"
LARGEST_LOSS = 0.2
NOT_WORN_S = 12 * 3600
WORKOUTS = "peloton_workouts"
NIGHTS = "oura_sleep"


@dataclass(frozen=True, slots=True)
class Row:
    """One source row: the record that it is about, and what it says in each column that it has.

    A row that nobody can read is not `usable`; `has_day` says that its day is readable all the
    same.
    """

    day: date
    key: str
    values: Mapping[Cell, Value]
    usable: bool = True
    has_day: bool = True


@dataclass(frozen=True, slots=True)
class Payload:
    """One file or answer, as it arrived.

    `said_at` is the time of the fetch (`is_fetched`) or of the file. `window` are the days that
    were asked for, `tables` those about which it speaks. `is_whole` says that what it lacks is not
    there. Of one that has left landing `gone_at` is how many files had come by then, and
    `known_until` the day up to which its rows had come due.
    """

    number: int
    path: str
    user: str
    dataset: str
    origin: str
    tables: tuple[str, ...]
    rows: tuple[Row, ...]
    said_at: datetime
    is_fetched: bool
    is_whole: bool
    window: Days | None = None
    gone_at: int | None = None
    known_until: date | None = None

    @property
    def source(self) -> str:
        return self.dataset.partition("/")[0]


@dataclass(frozen=True, slots=True)
class FailedFetch:
    """A window that was asked for and did not arrive."""

    user: str
    table: str
    days: Days


@dataclass(frozen=True, slots=True)
class Said:
    """One row that can be used, and the payload that holds it; `since` is when its origin began to
    say this."""

    payload: Payload
    row: Row
    version: tuple[Any, ...]
    is_provisional: bool
    since: datetime

    @property
    def rank(self) -> tuple[Any, ...]:
        """What was said once its day was over counts by where it came from; before that the later
        news: the same again is none."""
        best = -BEST_FIRST.index(self.payload.origin)
        if self.is_provisional:
            return (0, self.since, best, self.version)
        return (1, best, self.version)


class Model:
    """What everything that was said comes to, up to today."""

    def __init__(
        self,
        payloads: Iterable[Payload],
        today: date,
        zones: Mapping[str, ZoneInfo],
        failed: Iterable[FailedFetch] = (),
    ) -> None:
        self.payloads = list(payloads)
        self.today = today
        self.zones = zones
        self.failed = list(failed)
        self.torn = self._torn()
        standing = [said for said in self.said() if not self._is_withdrawn(said)]
        self.standing = list(_since_when(standing))

    def usable(self, payload: Payload) -> list[Row]:
        """The rows that can be read and whose day has come."""
        until = payload.known_until or self.today
        return [row for row in payload.rows if row.usable and row.day <= until]

    def unread(self, payload: Payload) -> set[date]:
        """The days that have come of rows that cannot be used, where these can be read."""
        until = payload.known_until or self.today
        rows = (row for row in payload.rows if row.has_day and not row.usable)
        return {row.day for row in rows if row.day <= until}

    def quarantined(self, payload: Payload) -> int:
        return len(payload.rows) - len(self.usable(payload))

    def version(self, payload: Payload) -> tuple[Any, ...]:
        """Newer is told by a fetch's time, then the newest day inside, then the file's time."""
        newest = max((row.day for row in self.usable(payload)), default=date.min)
        stamp = payload.said_at.isoformat() if payload.is_fetched else ""
        return (stamp, newest, payload.said_at)

    def said(self) -> Iterator[Said]:
        for payload in self.payloads:
            version = self.version(payload)
            local = payload.said_at.astimezone(self.zones[payload.user]).date()
            for row in self.usable(payload):
                yield Said(payload, row, version, row.day >= local, payload.said_at)

    def covered(self, payload: Payload) -> Days | None:
        """The days that a payload speaks about: those asked for, else from its first to its
        last."""
        if payload.window:
            return payload.window
        days = [row.day for row in self.usable(payload)]
        return (min(days), max(days)) if days else None

    def _withdraws(self, payload: Payload) -> bool:
        readable = all(row.usable for row in payload.rows)
        return payload.is_whole and readable and payload.number not in self.torn

    def _torn(self) -> set[int]:
        """Downloads with over a fifth fewer rows than the last before them that was not torn."""
        series: defaultdict[tuple[str, str, str], list[Payload]] = defaultdict(list)
        for one in self.payloads:
            if one.origin in SNAPSHOTS and one.is_whole and all(row.usable for row in one.rows):
                series[one.user, one.dataset, one.origin].append(one)
        torn = set()
        for downloads in series.values():
            before = 0
            for one in sorted(downloads, key=self.version):
                if len(one.rows) < before * (1 - LARGEST_LOSS):
                    torn.add(one.number)
                else:
                    before = len(one.rows)
        return torn

    def _is_withdrawn(self, said: Said) -> bool:
        """Whether some later whole payload of the same origin covers the day and lacks the
        record."""
        return any(
            self._withdraws(later)
            and self.version(later) > said.version
            and self._could_withdraw(later, said)
            and not self._has(later, said.row)
            for later in self.payloads
            if (later.user, later.dataset, later.origin)
            == (said.payload.user, said.payload.dataset, said.payload.origin)
        )

    def _could_withdraw(self, later: Payload, said: Said) -> bool:
        days = self.covered(later)
        if days is None:
            return False
        first = date.min if later.dataset == REACHES_BACK else days[0]
        met = later.gone_at is None or said.payload.number < later.gone_at
        return met and first <= said.row.day <= days[1]

    def _has(self, payload: Payload, row: Row) -> bool:
        return any((other.day, other.key) == (row.day, row.key) for other in self.usable(payload))

    def silver(self, table: str) -> Shown:
        """Every record of a table, value by value."""
        records: defaultdict[Record, list[Said]] = defaultdict(list)
        for said in self.standing:
            if table in said.payload.tables:
                records[said.payload.user, said.row.day, said.row.key].append(said)
        return {
            record: self._values(table, versions)
            for record, versions in records.items()
            if any(map(_tells(table), versions))
        }

    def _values(self, table: str, versions: list[Said]) -> dict[str, Value]:
        cells = {cell for said in versions for cell in said.row.values if cell[0] == table}
        return {column: _value((table, column), versions) for _, column in cells}

    def daily(self) -> Shown:
        """Gold's daily row of each person's day that has a record or is covered."""
        parts: defaultdict[Record, dict[str, Value]] = defaultdict(dict)
        for payload in self.payloads:
            for day in self._covered_days(payload):
                spoke = payload.dataset == REACHES_BACK
                parts[payload.user, day, ""] |= {"spoke": True} if spoke else {}
            for day in self.unread(payload):
                is_workout = payload.dataset == REACHES_BACK
                parts[payload.user, day, ""] |= {"unread": True} if is_workout else {}
        for table, columns in ONCE_A_DAY.items():
            for (user, day, _), values in self.silver(table).items():
                told = {name: values.get(column) for column, name in columns.items()}
                parts[user, day, ""] |= told
        for (user, day), nights in by_day(self.silver(NIGHTS)).items():
            parts[user, day, ""] |= main_night(nights)
        for (user, day), workouts in by_day(self.silver(WORKOUTS)).items():
            parts[user, day, ""] |= workouts_of(list(workouts.values()))
        return {record: daily_row(values) for record, values in parts.items()}

    def _covered_days(self, payload: Payload) -> list[date]:
        """The days of which it says all: not those of which a row cannot be read."""
        span, unread = self.covered(payload), self.unread(payload)
        return [day for day in days_between(*span) if day not in unread] if span else []

    def missing(self, tables: Iterable[str]) -> dict[tuple[str, str, date], str]:
        """Every missing day of every person's tables, with its cause."""
        found = {}
        for user in sorted({one.user for one in [*self.payloads, *self.failed]}):
            unworn = self._unworn(user)
            for table in tables:
                for day, cause in self._causes(user, table, unworn).items():
                    found[user, table, day] = cause
        return found

    def _causes(self, user: str, table: str, unworn: set[date]) -> dict[date, str]:
        recorded = {day for whose, day, _ in self.silver(table) if whose == user}
        told = [one for one in self.payloads if one.user == user and table in one.tables]
        covered = {day for one in told for day in self._covered_days(one)}
        if table == WORKOUTS:
            recorded |= covered
        failed = {
            day
            for one in self.failed
            if (one.user, one.table) == (user, table)
            for day in days_between(*one.days)
        }
        unread = {day for one in told for day in self.unread(one)}
        spoken = recorded | covered | unread | failed
        causes = {}
        for day in days_between(min(spoken, default=self.today), self.today) if spoken else ():
            if day in recorded:
                continue
            if day >= self.today:
                causes[day] = "not due yet"
            elif day in unread:
                causes[day] = "in quarantine"
            elif day in covered:
                causes[day] = "not worn" if day in unworn else "vendor sent nothing"
            elif day in failed:
                causes[day] = "fetch failed"
            elif recorded and day > min(recorded):
                causes[day] = "not delivered"
            else:
                causes[day] = "before the first record"
        return causes

    def _unworn(self, user: str) -> set[date]:
        """Days of twelve hours or more without the ring, on which nothing was slept."""
        off = {
            day
            for (whose, day, _), values in self.silver("oura_daily_activity").items()
            if whose == user and (values.get("non_wear_time") or 0) >= NOT_WORN_S  # type: ignore[operator]
        }
        slept = {day for whose, day, _ in self.silver(NIGHTS) if whose == user}
        return off - slept


def days_between(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(number)


def _since_when(standing: Iterable[Said]) -> Iterator[Said]:
    """The same, each with the time since when its origin has been saying it; final once any that
    say it are."""
    records: defaultdict[tuple[Any, ...], list[Said]] = defaultdict(list)
    for said in standing:
        whose = (said.payload.user, said.payload.dataset, said.payload.origin)
        records[*whose, said.row.day, said.row.key].append(said)
    for versions in records.values():
        ordered = sorted(versions, key=lambda one: one.version)
        for _, same in groupby(ordered, key=lambda one: dict(one.row.values)):
            run = list(same)
            provisional = all(one.is_provisional for one in run)
            for one in run:
                yield replace(one, is_provisional=provisional, since=run[0].payload.said_at)


def _tells(table: str) -> Any:
    """Whether a row has a record of a table: one of a trends export only where it says something
    of it."""

    def tells(said: Said) -> bool:
        own = [value for (name, _), value in said.row.values.items() if name == table]
        return said.payload.origin != "trends_export" or any(value is not None for value in own)

    return tells


def _value(cell: Cell, versions: list[Said]) -> Value:
    """Of each origin the newest word on a column; of those that know a value the best."""
    newest: dict[str, Said] = {}
    for said in sorted(versions, key=lambda one: one.version):
        if cell in said.row.values:
            newest[said.payload.origin] = said
    knowing = [said for said in newest.values() if said.row.values[cell] is not None]
    return max(knowing, key=lambda one: one.rank).row.values[cell] if knowing else None
