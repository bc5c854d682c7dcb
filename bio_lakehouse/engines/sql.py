"""SQL over the lake: guarded questions and the gold views, answered by DuckDB in memory.

A statement is read as Athena's SQL, checked, and said again for DuckDB. Only the tables that it needs are scanned,
through views too, and only the asked user's rows of them, so that no statement can mix two users.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

import duckdb
import pyarrow as pa
from sqlglot import exp

from bio_lakehouse import silver
from bio_lakehouse.engines.athena import macros_of, to_duckdb
from bio_lakehouse.engines.guard import CheckedQuery, check
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold import schemas as gold_schemas
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import in_order

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "temp_directory": "",
    # With several, sums of parts meet in any order, and averages differ in the last digit.
    "threads": 1,
}
ROWS_AT_A_TIME = 100_000


class Tables(Protocol):
    """What of `lake.tables.Tables` is needed here."""

    def names(self) -> list[str]: ...

    def exists(self, full_name: str) -> bool: ...

    def scan(
        self,
        full_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
    ) -> pa.Table: ...


class SqlEngine(Protocol):
    """What answers SQL over the lake, on this machine or in Athena."""

    def create_view(self, view: View) -> bool:
        """Make `view`, or make it anew; True when its text changed."""
        ...

    def query(self, sql: str, user_id: str | None) -> pa.Table:
        """The answer to one guarded SELECT over that user's rows (None: everyone's)."""
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


class DuckDbSql:
    """The engine of a laptop.

    `schemas` are the tables there may be, by full name: one that no ingestion has made yet reads as empty. An answer
    that takes longer than `timeout_s` seconds or more than `largest_answer` bytes is a QueryError.
    """

    def __init__(
        self,
        tables: Tables,
        views_folder: Path,
        schemas: Mapping[str, TableSchema] | None = None,
        *,
        timeout_s: float = 30.0,
        largest_answer: int = 512 * 2**20,
    ) -> None:
        self.tables = tables
        self.views = FolderStore(views_folder)
        self.schemas = schemas or {}
        self.timeout_s = timeout_s
        self.largest_answer = largest_answer

    def create_view(self, view: View) -> bool:
        """Keep the text of `view` for queries; True when it is new or changed."""
        key = _key(view.full_name)
        content = view.sql.encode()
        if self.views.exists(key) and self.views.get(key) == content:
            return False
        self.views.put(key, content)
        return True

    def query(self, sql: str, user_id: str | None) -> pa.Table:
        """The answer to one SELECT in Athena's SQL over that user's rows (None: everyone's).

        Raises QueryError when the statement is anything else, cannot be answered, or takes too much.
        """
        return self._answer(self.check(sql), user_id)

    def rows_of(
        self,
        view_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
    ) -> pa.Table:
        """Rows of a view for the days `first` to `last` (None: no bound), in the order of its grain.

        A view without a day is computed over the days up to `last`; `first` has no meaning for it.
        """
        view = VIEWS.get(view_name.rpartition(".")[2])
        if view is None:
            raise QueryError(f"There is no view {view_name}; the views are {', '.join(VIEWS)}.")
        query = exp.select("*").from_(exp.to_table(view.full_name)).order_by(*view.grain)
        if view.has_day:
            query = query.where(*_within(first, last))
        checked = CheckedQuery(query, frozenset({view.full_name}))
        return self._answer(checked, user_id, None if view.has_day else last)

    def check(self, sql: str) -> CheckedQuery:
        """`sql` as it may be run over this lake; QueryError says why it may not."""
        return check(sql, self.known())

    def known(self) -> frozenset[str]:
        """Full names of all tables and views that there are or may be."""
        return frozenset(
            {*self.tables.names(), *self.schemas, *(view.full_name for view in VIEWS.values())}
        )

    def _answer(
        self, checked: CheckedQuery, user_id: str | None, last: date | None = None
    ) -> pa.Table:
        sql = to_duckdb(_with_athena_names(checked.expression))
        with _connection() as connection:
            needed = self._needed(checked.tables)
            for full_name in needed.keys() - _VIEWS:
                connection.register(full_name, self._scan(full_name, user_id, last))
            for definition in needed.values():
                connection.execute(definition)
            with _interrupted_after(self.timeout_s, connection):
                return self._fetch(connection, sql)

    def _needed(self, full_names: frozenset[str]) -> dict[str, str]:
        """DuckDB's definitions, by full name, of tables and views, each after all that it reads."""
        needed: dict[str, str] = {}
        seen: set[str] = set()
        known = self.known()

        def add(names: frozenset[str]) -> None:
            for full_name in sorted(names - seen):
                seen.add(full_name)
                text = self._view_text(full_name) if full_name in _VIEWS else None
                definition, reads = _definition(full_name, text, known)
                add(reads)
                needed[full_name] = definition

        add(full_names)
        return needed

    def _view_text(self, full_name: str) -> str:
        key = _key(full_name)
        if not self.views.exists(key):
            raise QueryError(f"The view {full_name} is not there yet: run `bio-lakehouse refresh`.")
        return self.views.get(key).decode()

    def _scan(self, full_name: str, user_id: str | None, last: date | None) -> pa.Table:
        schema = self.schemas.get(full_name)
        if schema is not None and not self.tables.exists(full_name):
            return schema.arrow.empty_table()
        has_day = schema is None or schema.day_column is not None
        rows = self.tables.scan(full_name, last=last if has_day else None, user_id=user_id)
        return in_order(rows, schema) if schema else rows

    def _fetch(self, connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
        connection.execute(macros_of(sql))
        answer = connection.sql(sql)
        reader = answer.to_arrow_reader(ROWS_AT_A_TIME)
        batches, size = [], 0
        for batch in reader:
            batches.append(batch)
            size += batch.nbytes
            if size > self.largest_answer:
                raise QueryError(
                    f"The answer is larger than {self.largest_answer / 2**20:.0f} MiB; ask for fewer rows, "
                    "with WHERE, GROUP BY or LIMIT."
                )
        return _with_bigints(
            pa.Table.from_batches(batches, reader.schema), [str(kind) for kind in answer.types]
        )


_VIEWS = {view.full_name for view in VIEWS.values()}


def open_sql(lake: Lakehouse) -> DuckDbSql:
    """The engine over a lake's tables and the views that were created in it."""
    schemas = {
        schema.full_name: schema
        for schema in (*silver.SCHEMAS.values(), *gold_schemas.SCHEMAS.values())
    }
    return DuckDbSql(lake.tables, lake.settings.home / "views", schemas)


def _key(full_name: str) -> str:
    return f"{full_name.partition('.')[2]}.sql"


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
def _definition(
    full_name: str, text: str | None, known: frozenset[str]
) -> tuple[str, frozenset[str]]:
    """What makes a view of that text, or of the registered rows when there is none; and the full names it reads."""
    if text is None:
        rows = exp.Table(this=exp.to_identifier(full_name, quoted=True))
        checked = CheckedQuery(exp.select("*").from_(rows), frozenset())
    else:
        checked = check(text, known)
    sql = to_duckdb(
        exp.Create(this=exp.to_table(full_name), kind="VIEW", expression=checked.expression)
    )
    return macros_of(sql) + sql, checked.tables


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that knows Athena's functions, sees no file and can no longer be configured."""
    with duckdb.connect(":memory:", config=SETTINGS) as connection, _query_errors():
        connection.execute(
            "SET TimeZone = 'UTC'; SET integer_division = true; SET python_enable_replacements = false"
        )
        connection.execute(
            "CREATE SCHEMA bio_silver; CREATE SCHEMA bio_gold; SET lock_configuration = true"
        )
        yield connection


@contextmanager
def _query_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise QueryError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """An engine's error in the words of the question, without those of its translation."""
    text = str(error).partition("\n\nLINE ")[0].partition("\n\tCandidate functions:")[0]
    return f"The statement cannot be answered: {re.sub('athena_', '', text, flags=re.I)}"


@contextmanager
def _interrupted_after(seconds: float, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Interrupt `connection` after that time, and again until it ends: DuckDB forgets one that comes while it plans."""
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
            f"The statement was stopped after {seconds:g} s; ask about fewer rows or days."
        ) from error
    finally:
        ended.set()
        watcher.join()


def _with_bigints(answer: pa.Table, kinds: list[str]) -> pa.Table:
    """`answer` with the sums of whole numbers, DuckDB's HUGEINT, as bigint, as Athena has them."""
    for number, kind in enumerate(kinds):
        if kind == "HUGEINT":
            name = answer.schema.field(number).name
            answer = answer.set_column(number, name, answer.column(number).cast(pa.int64()))
    return answer
