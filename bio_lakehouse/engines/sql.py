"""SQL over the lake: guarded questions and the gold views, answered by DuckDB in memory.

A statement is read as Athena's SQL, checked, and said again for DuckDB. Only the tables that it
needs are scanned, through views too, and only the asked user's rows of them, so that no statement
can mix two users.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache, partial
from itertools import chain
from threading import Event, Thread
from typing import Protocol
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from bio_lakehouse.engines.athena_on_duckdb import Clock, macros_of, to_duckdb
from bio_lakehouse.engines.guard import TOO_DEEP, CheckedQuery, check
from bio_lakehouse.engines.kept_connection import connection_with
from bio_lakehouse.engines.kept_scans import Days, KeptScans, KeptViews
from bio_lakehouse.errors import BioLakehouseError, DamagedFile, QueryError, TableError
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse.lake.objects import ObjectStore, place_of
from bio_lakehouse.lake.schema import TableSchema, in_order, rows_within
from bio_lakehouse.numbers import mebibytes_text, short_text
from bio_lakehouse.settings import Settings

ROWS_AT_A_TIME = 100_000
MOST_KEPT = 64 * 2**20
"""Bytes of tables that are kept for the next question."""
MOST_OF_A_VIEW = 16 * 2**20
"""Bytes of rows of a view that are kept for whoever asks for some of its days again."""
VIEW_SUFFIX = ".sql"
DEEPEST_RECURSION = 5000
LONGEST_REASON = 400


class Tables(Protocol):
    """What of `lake.tables.Tables` is needed here."""

    def names(self) -> list[str]: ...

    def exists(self, full_name: str) -> bool: ...

    def state(self, full_name: str) -> str | None:
        """What names the rows that a table has now: after a commit another; None: not known."""
        ...

    def scan(
        self,
        full_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table: ...


class SqlEngine(Protocol):
    """What answers SQL over the lake, on this machine or in Athena."""

    def create_view(self, view: View) -> bool:
        """Make `view`, or make it anew; True when its text changed."""
        ...

    def view_text(self, full_name: str) -> str:
        """The SQL of a view as questions are answered with it."""
        ...

    def query(
        self, sql: str, user_id: str | None, allowed: frozenset[str] | None = None
    ) -> pa.Table:
        """The answer to one guarded SELECT over that user's rows (None: everyone's).

        `allowed` are the full names that it may read; None: every table and view.
        """
        ...

    def answer(
        self, sql: str, user_id: str | None, allowed: frozenset[str] | None = None
    ) -> pa.Table:
        """As `query`, within limits of time and memory, whatever the statement says."""
        ...

    def check_binds(self, sql: str, allowed: frozenset[str] | None = None) -> None:
        """QueryError where `sql` cannot be answered, whatever rows there are.

        Not one row of anybody is read for it, so that what the error says may leave the machine.
        """
        ...

    def rows_of(
        self,
        view_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
    ) -> pa.Table:
        """Rows of a view, in the order of its grain."""
        ...

    def costs(self) -> dict[str, float]:
        """What the statements since this was last asked took, where somebody charges for them, by
        what is told of it."""
        ...


class _NoTables:
    """No table that was ever made: each that is known reads as empty."""

    def names(self) -> list[str]:
        return []

    def exists(self, full_name: str) -> bool:
        return False

    def state(self, full_name: str) -> str | None:
        return None

    def scan(
        self,
        full_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        raise TableError(f"There is no table {full_name}.")


class DuckDbSql:
    """The engine of a laptop.

    `schemas` are the tables there may be, by full name: one that no ingestion has made yet reads as
    empty. An answer that takes longer than `timeout_s` seconds or more than `largest_answer` bytes
    is a QueryError, and so is one for which DuckDB needs more than `engine_memory` bytes.
    `clock_of` says what time it is for a user.
    """

    def __init__(
        self,
        tables: Tables,
        views: ObjectStore,
        schemas: Mapping[str, TableSchema] | None = None,
        *,
        timeout_s: float = 30.0,
        largest_answer: int = 512 * 2**20,
        engine_memory: int | None = None,
        clock_of: Callable[[str | None], Clock] = lambda user_id: Clock.utc(),
    ) -> None:
        self.tables = tables
        self.views = views
        self.schemas = schemas or {}
        self.timeout_s = timeout_s
        self.largest_answer = largest_answer
        self.engine_memory = engine_memory
        self.clock_of = clock_of
        self.kept = KeptScans(MOST_KEPT)
        self.kept_views = KeptViews(MOST_OF_A_VIEW)

    def create_view(self, view: View) -> bool:
        """Keep the text of `view` for queries; True when it is new or changed."""
        key = view_key(view.full_name)
        content = view.sql.encode()
        if self.views.exists(key) and self.views.get(key) == content:
            return False
        self.views.put(key, content)
        return True

    def query(
        self, sql: str, user_id: str | None, allowed: frozenset[str] | None = None
    ) -> pa.Table:
        """The answer to one SELECT in Athena's SQL over that user's rows (None: everyone's).

        `allowed` are the full names that it may read; None: every table and view. Raises QueryError
        when the statement is anything else, cannot be answered, or takes too much.
        """
        with _said_in_a_sentence():
            return self._answer(self.check(sql, allowed), user_id)

    def answer(
        self, sql: str, user_id: str | None, allowed: frozenset[str] | None = None
    ) -> pa.Table:
        """As `query`, in a process of its own. Any thread may ask."""
        from bio_lakehouse.engines import bounded_query

        return bounded_query.answer(self, sql, user_id, allowed=allowed)

    def check_binds(self, sql: str, allowed: frozenset[str] | None = None) -> None:
        """QueryError where `sql` cannot be answered: it is run over the same tables without a
        row, within the limits of `answer`."""
        empty = copy(self)
        empty.tables = _NoTables()
        empty.answer(sql, None, allowed)

    def rows_of(
        self,
        view_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
    ) -> pa.Table:
        """Rows of a view for the days `first` to `last` (None: no bound), in the order of its
        grain.

        A view without a day is computed over the days up to `last`; `first` has no meaning for it.
        """
        view, query = view_query(view_name, first, last)
        checked = CheckedQuery(query, frozenset({view.full_name}))
        if user_id is not None:
            return self._answer(checked, user_id, None if view.has_day else last)
        needed = self._needed(checked.tables)
        until, days = (None, (first, last)) if view.has_day else (last, (None, last))
        words = read_by_views(self.view_text(name) for name in needed if name in _VIEWS)
        read = partial(self._answer, checked, None, until, words, days_read(view, *days))
        return self.kept_views.rows(view.full_name, days, self._state(needed), read)

    def _state(self, needed: Mapping[str, str]) -> Hashable | None:
        """What names the definitions and the rows of tables and views; None where that is not
        known."""
        states = [self.tables.state(name) for name in needed if name not in _VIEWS]
        return None if None in states else (*needed.items(), *states)

    def costs(self) -> dict[str, float]:
        """Nothing: this machine charges for none."""
        return {}

    def check(self, sql: str, allowed: frozenset[str] | None = None) -> CheckedQuery:
        """`sql` as it may be run over this lake; QueryError says why it may not.

        `allowed` are the full names that it may read; None: every table and view.
        """
        known = self.known()
        return check(sql, known if allowed is None else known & allowed)

    def known(self) -> frozenset[str]:
        """Full names of all tables and views that there are or may be."""
        return known_names(self.tables.names(), self.schemas)

    def _answer(
        self,
        checked: CheckedQuery,
        user_id: str | None,
        last: date | None = None,
        words: frozenset[str] | None = None,
        days: Days = (None, None),
    ) -> pa.Table:
        with _room_for_nesting():
            sql = to_duckdb(_with_athena_names(checked.expression), self.clock_of(user_id))
        needed = self._needed(checked.tables)
        tables = [name for name in needed if name not in _VIEWS]
        rows = {name: self.scan(name, user_id, last, self._named(name, words)) for name in tables}
        rows = {
            name: rows_within(of, *days) if "day" in of.schema.names else of
            for name, of in rows.items()
        }
        with (
            _query_errors(),
            connection_with(rows, needed, self.engine_memory) as connection,
            _interrupted_after(self.timeout_s, connection),
        ):
            return self._fetch(connection, sql, needed.keys())

    def _needed(self, full_names: frozenset[str]) -> dict[str, str]:
        """DuckDB's definitions, by full name, of tables and views, each after all that it reads."""
        needed: dict[str, str] = {}
        seen: set[str] = set()
        known = self.known()

        def add(names: frozenset[str]) -> None:
            for full_name in sorted(names - seen):
                seen.add(full_name)
                definition, reads = self._definition(full_name, known)
                add(reads)
                needed[full_name] = definition

        add(full_names)
        return needed

    def view_text(self, full_name: str) -> str:
        """The SQL of a view as it was last created; as this version has it while none was."""
        key = view_key(full_name)
        if not self.views.exists(key):
            if any(self.views.list(".")):
                raise DamagedFile.at(place_of(self.views, key), "it is not there")
            return VIEWS[key.removesuffix(VIEW_SUFFIX)].sql
        try:
            return self.views.get(key).decode()
        except UnicodeDecodeError as error:
            raise DamagedFile.at(place_of(self.views, key), error) from error

    def _definition(self, full_name: str, known: frozenset[str]) -> tuple[str, frozenset[str]]:
        if full_name not in _VIEWS:
            return definition_of(full_name, None, known)
        text = self.view_text(full_name)
        try:
            return definition_of(full_name, text, known)
        except QueryError as error:
            raise DamagedFile.at(place_of(self.views, view_key(full_name)), error) from error

    def _named(self, full_name: str, words: frozenset[str] | None) -> tuple[str, ...] | None:
        """The columns of a table's grain, and those that are among the words; None: all of them."""
        schema = self.schemas.get(full_name)
        if schema is None or words is None:
            return None
        return tuple(name for name in schema.column_names if name in schema.grain or name in words)

    def scan(
        self,
        full_name: str,
        user_id: str | None,
        last: date | None = None,
        columns: tuple[str, ...] | None = None,
    ) -> pa.Table:
        """Rows of a known table, of that user and up to that day, in some columns or in all; none
        where the table is not made yet."""
        if full_name not in self.known():
            raise QueryError(f"There is no table {full_name}.")
        schema = self.schemas.get(full_name)
        if schema is not None and not self.tables.exists(full_name):
            return (schema.of(columns) if columns else schema).arrow.empty_table()
        has_day = schema is None or schema.day_column is not None
        until = last if has_day else None

        def read() -> pa.Table:
            rows = self.tables.scan(full_name, last=until, user_id=user_id, columns=columns)
            return in_order(rows, schema) if schema else rows

        state = self.tables.state(full_name)
        return self.kept.rows((full_name, user_id, until, columns), state, read)

    def _fetch(
        self, connection: duckdb.DuckDBPyConnection, sql: str, read: Collection[str]
    ) -> pa.Table:
        connection.execute(macros_of(sql))
        try:
            answer = connection.sql(sql)
        except duckdb.BinderException as error:
            told = _unknown_column(connection, error, read) or _reason(error)
            raise QueryError(told) from error
        reader = answer.to_arrow_reader(ROWS_AT_A_TIME)
        batches, size = [], 0
        for batch in reader:
            batches.append(batch)
            size += batch.nbytes
            if size > self.largest_answer:
                raise QueryError(
                    f"The answer is larger than {mebibytes_text(self.largest_answer)}; ask for "
                    "fewer rows, with WHERE, GROUP BY or LIMIT."
                )
        kinds = [str(kind) for kind in answer.types]
        whole = _with_bigints(pa.Table.from_batches(batches, reader.schema), kinds)
        check_days(whole)
        return whole


_FURTHER = re.compile(r"\n\nLINE |\n+\t?Candidate ")
"""Where an error of DuckDB's goes on about its own text."""
_REFUSED = re.compile(r"Could not convert string '+refused: (.+?)'+ to INT64.*", re.S)
"""How `athena_functions.sql` says that Athena refuses a value."""
_ADVICE = re.compile(r"\s+(?:Use|Try|Consider|You can|To)\b[^.]*(?:\(\.\.\.\)|\bSET\b|\bPRAGMA\b)")
"""Where DuckDB says what to set, which nobody can who asks here."""
DIVIDED_BY_ZERO = (
    "The statement cannot be answered: division by zero. Write NULLIF(…, 0) around what may be "
    "zero: the result is NULL there."
)
_KIND = re.compile(r"^(?:[A-Z][a-z]+ )(?:[a-zA-Z]+ )*Error: ")
_NO_COLUMN = re.compile(
    r'(?:eferenced column|Column) "([^"]+)" (?:not found|does not exist)'
    r'|does not have a column named "([^"]+)"'
)
_VIEWS = {view.full_name for view in VIEWS.values()}
_WORD = re.compile(r"\w+")
_NATURAL = re.compile(r"\bNATURAL\b", re.I)


def clocks_of(settings: Settings) -> Callable[[str | None], Clock]:
    """What time it is for each person of a lake."""
    return lambda user_id: _clock(settings, user_id)


def _clock(settings: Settings, user_id: str | None) -> Clock:
    """That person's wall clock, on the day that `BIO_TODAY_OVERRIDE` says when it is set."""
    now = datetime.now(UTC)
    zone = ZoneInfo(settings.user_profile(user_id or "me").timezone)
    time_of_day = now.astimezone(zone).time()
    local = datetime.combine(settings.today(user_id), time_of_day)
    return Clock(local, now.replace(tzinfo=None))


@contextmanager
def _room_for_nesting() -> Iterator[None]:
    """Calls within calls take some dozens of Python's frames each, wherever this is called from."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEPEST_RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def known_names(tables: Iterable[str], schemas: Iterable[str]) -> frozenset[str]:
    """Full names of those `tables` that there are, and of all tables and views that there may
    be."""
    return frozenset({*tables, *schemas, *_VIEWS})


def view_query(view_name: str, first: date | None, last: date | None) -> tuple[View, exp.Select]:
    """A view, and what asks for its rows of the days `first` to `last` in the order of its
    grain."""
    view = VIEWS.get(view_name.rpartition(".")[2])
    if view is None:
        raise QueryError(f"There is no view {view_name}; the views are {', '.join(VIEWS)}.")
    query = exp.select("*").from_(exp.to_table(view.full_name)).order_by(*view.grain)
    return view, query.where(*_within(first, last)) if view.has_day else query


def shape_of(
    checked: CheckedQuery, views: ObjectStore, schemas: Mapping[str, TableSchema]
) -> pa.Schema:
    """Columns and types of an answer, found over tables without a row."""
    with _said_in_a_sentence():
        return DuckDbSql(_NoTables(), views, schemas)._answer(checked, None).schema


def days_read(view: View, first: date | None, last: date | None) -> Days:
    """The days of which a view's rows of the days `first` to `last` are made, as far as it says
    (None: no bound)."""
    if view.reads is None:
        return None, None
    before, after = view.reads.days_before, view.reads.days_after
    begins = None if first is None or before == "all" else first - timedelta(before)
    ends = None if last is None or after == "all" else last + timedelta(after)
    return begins, ends


def read_by_views(texts: Iterable[str] = ()) -> frozenset[str] | None:
    """All words of all views, and of those of `texts`, in small letters, among which are the names
    of all columns that they read; None where one of them reads all columns of a table.

    They are those of all views, so that one scan of a table does for each.
    """
    return _words_of(frozenset({*texts, *(view.sql for view in VIEWS.values())}))


@lru_cache(maxsize=4)
def _words_of(texts: frozenset[str]) -> frozenset[str] | None:
    if any(map(_reads_all_columns, texts)):
        return None
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def _reads_all_columns(text: str) -> bool:
    """Whether a view may read columns of a table that it does not name."""
    scopes = traverse_scope(sqlglot.parse_one(text, read="athena"))
    stars = [scope for scope in scopes if scope.expression.is_star]
    sources = chain.from_iterable(scope.sources.values() for scope in stars)
    return bool(_NATURAL.search(text)) or any(isinstance(one, exp.Table) for one in sources)


def view_key(full_name: str) -> str:
    """Under what the text of a view is kept."""
    return full_name.partition(".")[2] + VIEW_SUFFIX


def _within(first: date | None, last: date | None) -> list[exp.Expr]:
    bounds = ((exp.GTE, first), (exp.LTE, last))
    return [
        compare(
            this=exp.column("day"),
            expression=exp.cast(exp.Literal.string(bound.isoformat()), "date"),
        )
        for compare, bound in bounds
        if bound
    ]


def _with_athena_names(query: exp.Query) -> exp.Query:
    """`query` with its unnamed columns named as Athena names them: `_col0`, `_col1` …"""
    named = query.copy()
    for number, column in enumerate(named.selects):
        if not isinstance(column, exp.Alias | exp.Column | exp.Star):
            column.replace(exp.alias_(column.copy(), f"_col{number}"))
    return named


@lru_cache(maxsize=256)
def definition_of(
    full_name: str, text: str | None, known: frozenset[str]
) -> tuple[str, frozenset[str]]:
    """What makes a view of that text, or of the registered rows when there is none; and the full
    names it reads."""
    if text is None:
        rows = exp.Table(this=exp.to_identifier(full_name, quoted=True))
        checked = CheckedQuery(exp.select("*").from_(rows), frozenset())
    else:
        checked = check(text, known)
    sql = to_duckdb(
        exp.Create(this=exp.to_table(full_name), kind="VIEW", expression=checked.expression),
        Clock.utc(),
    )
    return macros_of(sql) + sql, checked.tables


@contextmanager
def _said_in_a_sentence() -> Iterator[None]:
    """Whatever engine, translator or Arrow raises, as a QueryError.

    A statement is anybody's text: none of the three promises which errors it ends in.
    """
    try:
        yield
    except (BioLakehouseError, MemoryError):
        raise
    except RecursionError as error:
        raise QueryError(TOO_DEEP) from error
    except Exception as error:
        raise QueryError(_reason(error)) from error


@contextmanager
def _query_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise QueryError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """An engine's error in the words of the question, without those of its translation."""
    is_memory = isinstance(error, duckdb.OutOfMemoryException | MemoryError | pa.ArrowMemoryError)
    if is_memory or "Out of Memory" in str(error):
        return (
            "The statement needs more memory than it may take; "
            "ask about fewer rows, groups or columns, or for shorter texts."
        )
    if "expression depth" in str(error):
        return TOO_DEEP
    if str(error).partition(": ")[2].startswith("Division by zero"):
        return DIVIDED_BY_ZERO
    text = re.sub("athena_", "", _FURTHER.split(str(error))[0], flags=re.I)
    told = _ADVICE.split(_REFUSED.sub(r"\1", _KIND.sub("", text)))[0]
    reason = " ".join(told.split())
    return f"The statement cannot be answered: {_shortened(reason)}"


def _shortened(reason: str) -> str:
    """What an engine quotes of a value may be as long as the value."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"


def _unknown_column(
    connection: duckdb.DuckDBPyConnection, error: duckdb.BinderException, read: Collection[str]
) -> str | None:
    """That a column is in none of the tables that are read, with those of the nearest names."""
    found = _NO_COLUMN.search(str(error))
    if not found:
        return None
    name = found[1] or found[2]
    columns = {column for full_name in read for column in connection.table(full_name).columns}
    hint = near_columns(name, columns)
    return f"There is no column {name} in what the statement reads. {hint}"


def near_columns(name: str, columns: Collection[str]) -> str:
    """Which of `columns` may have been meant, in a sentence."""
    near = get_close_matches(name, columns, n=3, cutoff=0.5)
    return (
        f"Did you mean {' or '.join(near)}?" if near else "`bio-lakehouse tables NAME` shows them."
    )


@contextmanager
def _interrupted_after(seconds: float, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Interrupt `connection` after that time, and again until it ends: DuckDB forgets one that
    comes while it plans."""
    ended, stopped = Event(), Event()

    def watch() -> None:
        if ended.wait(seconds):
            return
        stopped.set()
        while not ended.wait(0.1):
            connection.interrupt()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except (duckdb.Error, OSError) as error:
        if not stopped.is_set():
            raise QueryError(_reason(error)) from error
        raise QueryError(
            f"The statement was stopped after {short_text(seconds)} s; ask about fewer rows or "
            "days."
        ) from error
    finally:
        ended.set()
        watcher.join()


def check_days(answer: pa.Table) -> None:
    """Refuse a day that no calendar here can name."""
    for column in answer.columns:
        moments = pc.list_flatten(column) if pa.types.is_list(column.type) else column
        if not (pa.types.is_date(moments.type) or pa.types.is_timestamp(moments.type)):
            continue
        days = moments.cast(pa.date32(), safe=False).cast(pa.int32()).cast(pa.int64())
        ends = pc.min_max(days).as_py()
        first, last = ends["min"], ends["max"]
        if first is not None and (first < _FIRST_DAY or last > _LAST_DAY):
            raise QueryError("The answer holds a day outside the years 1 to 9999.")


_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = date.min.toordinal() - _EPOCH, date.max.toordinal() - _EPOCH


def _with_bigints(answer: pa.Table, kinds: list[str]) -> pa.Table:
    """`answer` with the sums of whole numbers, DuckDB's HUGEINT, as bigint, as Athena has them."""
    for number, kind in enumerate(kinds):
        if kind == "HUGEINT":
            name = answer.schema.field(number).name
            answer = answer.set_column(number, name, answer.column(number).cast(pa.int64()))
    return answer
