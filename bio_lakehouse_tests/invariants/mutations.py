"""Changes of the code, each of which breaks an invariant: what the machine must find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from bio_lakehouse.build import known_days
from bio_lakehouse.build.known_days import CAUSES
from bio_lakehouse.gold import daily_readiness_performance
from bio_lakehouse.gold.gap_ledger import Cause
from bio_lakehouse.lake import (
    arrivals,
    bronze,
    bronze_plan,
    bronze_store,
    landed_reading,
    quarantine,
    table_writing,
    tables,
    withdrawals,
)
from bio_lakehouse.lake.bronze import DayKey
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.lake.sqlite_owed_days import SqliteOwedDays
from bio_lakehouse.silver import oura, peloton, precedence
from bio_lakehouse.sources.peloton import start
from bio_lakehouse_tests.invariants import checks
from bio_lakehouse_tests.invariants.checks import Check

Real = Callable[..., Any]
Change = Callable[[Real], Real]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of the code: what it does, the invariant that must find it, and where it is made:
    owners and names of functions, and what becomes of them."""

    name: str
    found_by: Check
    change: Change
    places: tuple[tuple[Any, str], ...]

    @contextmanager
    def made(self) -> Iterator[None]:
        """The code with this change; what was read before it is read again."""
        landed_reading.forget_readings()
        with ExitStack() as stack:
            for owner, name in self.places:
                stack.enter_context(patch.object(owner, name, self.change(getattr(owner, name))))
            yield
        landed_reading.forget_readings()


def _gives(value: Any) -> Change:
    """Always the same, whatever was asked."""
    return lambda real: lambda *args, **named: value


def _worst_origin_first(real: Real) -> Real:
    return lambda origins: real(list(reversed(origins)))


def _always_final(real: Real) -> Real:
    return lambda *args: real(*args)._replace(provisional_at="")


def _all_but_marks(real: Real) -> Real:
    def standing(rows: DataFrame) -> DataFrame:
        return rows.where(~F.col("withdrawn"))

    return standing


def _has_every_column(real: Real) -> Real:
    def has(column: str) -> Column:
        return F.lit(True)

    return has


def _everything_is_mine(real: Real) -> Real:
    def lines_of(*asked: Any) -> Iterator[tuple[DayKey, bronze.Line]]:
        for key, line in real(*asked):
            yield key._replace(user_id="me"), line

    return lines_of


def _news_by_name(real: Real) -> Real:
    def is_news(info: Any, entries: list[LogEntry], today: Any) -> bool:
        return not entries

    return is_news


def _times_of_copies_do_not_count(real: Real) -> Real:
    def seen_again(lake: Any, known: LogEntry, file_time: Any) -> Any:
        return real(lake, known, known.file_time)

    return seen_again


def _counts_no_quarantine(real: Real) -> Real:
    return lambda *args: replace(real(*args), quarantined_count=0)


def _owes_nothing_of_the_month_end(real: Real) -> Real:
    def record(log: SqliteLog, entry: LogEntry, pending: Any = None, *rows: Any) -> None:
        changes = pending or {}
        kept = {name: {day for day in days if day.day != 31} for name, days in changes.items()}
        real(log, entry, kept, *rows)

    return record


def _marks_as_it_begins(real: Real) -> Real:
    def begin_run(owed: SqliteOwedDays, run_id: str) -> int:
        begun = int(real(owed, run_id))
        with owed._connection() as db:
            db.execute("DELETE FROM pending_days")
        return begun

    return begin_run


def _appends(real: Real) -> Real:
    def swap(tables: Any, table: Any, before: Any, rows: Any, *_: Any) -> None:
        table.append(rows)

    return swap


def _failed_is_undelivered(real: Real) -> Real:
    failed, undelivered = map(CAUSES.index, (Cause.FETCH_FAILED, Cause.NOT_DELIVERED))

    def causes(known: known_days.KnownDays, spoken_of: Any) -> Any:
        found = real(known, spoken_of)
        found[found == failed] = undelivered
        return found

    return causes


def _always_worn(real: Real) -> Real:
    return lambda lake, calendar, source: calendar.none()


def _whole_rows_of_a_day(real: Real) -> Real:
    """A row of a better origin hides all that others know of its day."""

    def of_known(column: str) -> Column:
        return F.col(precedence._word(column, precedence.RANK))

    return of_known


def _newest_by_arrival(real: Any) -> Any:
    def version(entry: LogEntry) -> str:
        return f"{entry.upload_timestamp.isoformat()}|{entry.checksum}"

    return property(version)


def _clock_is_the_persons(real: Real) -> Real:
    return lambda label, wall, person: person


def _no_covered_day(real: Real) -> Real:
    return lambda *asked: real(*asked).limit(0)


def _no_duplicates(real: Real) -> Real:
    return lambda *asked: [replace(one, duplicates=0) for one in real(*asked)]


MUTATIONS = (
    Mutation(
        "the worst origin wins",
        checks.silver_says_the_last_word,
        _worst_origin_first,
        ((precedence, "rank"), (oura, "rank")),
    ),
    Mutation(
        "a better origin's unknown value hides what another knows",
        checks.silver_says_the_last_word,
        _whole_rows_of_a_day,
        ((precedence, "_rank_of_known"),),
    ),
    Mutation(
        "what arrived last is newest",
        checks.silver_says_the_last_word,
        _newest_by_arrival,
        ((LogEntry, "version"),),
    ),
    Mutation(
        "what arrived last is newest, in another order",
        checks.order_does_not_matter,
        _newest_by_arrival,
        ((LogEntry, "version"),),
    ),
    Mutation(
        "a day that goes on counts as over",
        checks.silver_says_the_last_word,
        _always_final,
        ((bronze.Said, "line"),),
    ),
    Mutation(
        "withdrawn records stay",
        checks.silver_says_the_last_word,
        _all_but_marks,
        ((oura, "standing"), (peloton, "standing")),
    ),
    Mutation(
        "a file that lacks a column says that it is unknown",
        checks.silver_says_the_last_word,
        _has_every_column,
        ((oura, "has"), (peloton, "has")),
    ),
    Mutation(
        "torn downloads withdraw",
        checks.silver_says_the_last_word,
        _gives({}),
        ((withdrawals, "torn_downloads"),),
    ),
    Mutation(
        "pages of an answer withdraw",
        checks.silver_says_the_last_word,
        _gives(True),
        ((withdrawals, "is_whole"),),
    ),
    Mutation(
        "a download's clock is the person's, whatever its label",
        checks.silver_says_the_last_word,
        _clock_is_the_persons,
        ((start, "zone_of"),),
    ),
    Mutation(
        "the later time of a copy does not count",
        checks.silver_says_the_last_word,
        _times_of_copies_do_not_count,
        ((arrivals, "_seen_again"),),
    ),
    Mutation(
        "a file that was edited is known by its name",
        checks.every_row_is_counted,
        _news_by_name,
        ((arrivals, "is_news"),),
    ),
    Mutation(
        "a row of tomorrow is never tried again",
        checks.every_row_is_counted,
        _gives(None),
        ((quarantine, "comes_due"),),
    ),
    Mutation(
        "the month's last day is not owed",
        checks.silver_says_the_last_word,
        _owes_nothing_of_the_month_end,
        ((SqliteLog, "record"),),
    ),
    Mutation(
        "a run marks its days when it begins",
        checks.silver_says_the_last_word,
        _marks_as_it_begins,
        ((SqliteOwedDays, "begin_run"),),
    ),
    Mutation(
        "a run marks nothing",
        checks.nothing_is_owed,
        _gives(None),
        ((SqliteLog, "mark_gold_built"),),
    ),
    Mutation(
        "everybody's records are mine",
        checks.people_stay_apart,
        _everything_is_mine,
        ((bronze_plan, "lines_of"),),
    ),
    Mutation(
        "rows are added to those that are there",
        checks.silver_says_the_last_word,
        _appends,
        ((table_writing, "_swap"),),
    ),
    Mutation(
        "covered days without a record are left out",
        checks.daily_follows_silver,
        _no_covered_day,
        ((daily_readiness_performance, "covered_days"),),
    ),
    Mutation(
        "days that a file covers first are not owed",
        checks.daily_follows_silver,
        _gives(set()),
        ((arrivals, "newly_covered"),),
    ),
    Mutation(
        "a fetch that failed is told as not delivered",
        checks.missing_days_have_their_cause,
        _failed_is_undelivered,
        ((known_days.KnownDays, "causes"),),
    ),
    Mutation(
        "a ring in the drawer is the vendor's silence",
        checks.missing_days_have_their_cause,
        _always_worn,
        ((known_days, "unworn_days"),),
    ),
    Mutation(
        "rows that cannot be read are dropped",
        checks.every_row_is_counted,
        _gives(None),
        ((quarantine, "write"),),
    ),
    Mutation(
        "a day of which a row lies in quarantine is known",
        checks.daily_follows_silver,
        _gives(None),
        ((arrivals, "unread_of"),),
    ),
    Mutation(
        "a day of which a row lies in quarantine is missing for another cause",
        checks.missing_days_have_their_cause,
        _gives(None),
        ((arrivals, "unread_of"),),
    ),
    Mutation(
        "rows in quarantine are not counted",
        checks.every_row_is_counted,
        _counts_no_quarantine,
        ((arrivals, "entry_of"),),
    ),
    Mutation(
        "duplicates are not counted",
        checks.every_row_is_counted,
        _no_duplicates,
        ((bronze, "file_days"),),
    ),
    Mutation(
        "the same rows are committed again",
        checks.a_second_run_writes_nothing,
        _gives(False),
        ((table_writing, "same_rows"), (tables, "same_rows")),
    ),
    Mutation(
        "the same bronze is written again",
        checks.a_second_run_writes_nothing,
        _gives(False),
        ((bronze_store, "_says"),),
    ),
)


def named(name: str) -> Mutation:
    """The mutation of that name; `KeyError` when there is none."""
    return {mutation.name: mutation for mutation in MUTATIONS}[name]
