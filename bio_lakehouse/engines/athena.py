"""SQL over the lake on AWS: guarded questions and the gold views, answered by Athena.

What a laptop's engine refuses is refused here by the same guard, and an answer has the same columns
and types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Protocol

import pyarrow as pa

from bio_lakehouse.engines.athena_csv import (
    TornAnswerError,
    is_half_said,
    table_of_csv,
    unreadable_lists,
)
from bio_lakehouse.engines.athena_on_duckdb import Clock
from bio_lakehouse.engines.athena_rewriting import Rewriting, Source, with_lists_as_json
from bio_lakehouse.engines.athena_statements import (
    AthenaPlace,
    AthenaStatements,
    Ran,
    UnknownColumnError,
)
from bio_lakehouse.engines.guard import CheckedQuery, check
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.engines.sql import (
    check_days,
    clocks_of,
    known_names,
    near_columns,
    shape_of,
    view_key,
    view_query,
)
from bio_lakehouse.errors import DamagedFile, QueryError
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse.lake.glue_catalog import GlueTableCatalog
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import ObjectStore, place_of
from bio_lakehouse.lake.schema import TableSchema

Said = Callable[[CheckedQuery], str]
"""What says a checked statement in Athena's SQL."""


class Catalogued(Protocol):
    """What of Glue's catalog is needed here."""

    def listed(self) -> tuple[dict[str, str], frozenset[str]]:
        """Where each table's metadata lies, by full name, and Athena's views."""
        ...


@dataclass(frozen=True, slots=True)
class Lake:
    """The tables that there are, with the state of each, and Athena's views, as one question finds
    them."""

    tables: Mapping[str, str]
    views: frozenset[str]


class AthenaSql:
    """The engine of a lake on AWS.

    `statements` sends to Athena, `views` keeps the texts of the views, `schemas` are the tables
    there may be, of which `make` makes one without rows.
    """

    def __init__(
        self,
        statements: AthenaStatements,
        catalog: Catalogued,
        views: ObjectStore,
        schemas: Mapping[str, TableSchema],
        make: Callable[[TableSchema], object],
        clock_of: Callable[[str | None], Clock],
    ) -> None:
        self.statements = statements
        self.catalog = catalog
        self.views = views
        self.schemas = schemas
        self.make = make
        self.clock_of = clock_of

    def create_view(self, view: View) -> bool:
        """Make `view` in Athena, with its SQL as it is written; True when its text changed."""
        lake, key = self._lake(), view_key(view.full_name)
        is_same = self.views.find_many([key]).get(key) == view.sql.encode()
        if is_same and view.full_name in lake.views:
            return False
        for full_name in view.depends_on:
            if full_name in self.schemas and full_name not in lake.tables:
                self.make(self.schemas[full_name])
        self.statements.run(f"CREATE OR REPLACE VIEW {view.full_name} AS\n{view.sql}")
        self.views.put(key, view.sql.encode())
        return not is_same

    def view_text(self, full_name: str) -> str:
        """The SQL of a view as it was last created; as this version has it while none was."""
        key = view_key(full_name)
        found = self.views.find_many([key]).get(key)
        return VIEWS[full_name.partition(".")[2]].sql if found is None else found.decode()

    def query(
        self, sql: str, user_id: str | None, allowed: frozenset[str] | None = None
    ) -> pa.Table:
        """The answer to one SELECT over that user's rows (None: everyone's).

        `allowed` are the full names that it may read; None: every table and view. Raises QueryError
        when the statement is anything else, cannot be answered, or takes too much.
        """
        lake = self._lake()
        return self._answer(self._checked(sql, lake, allowed), lake, user_id)

    def answer(
        self, sql: str, user_id: str | None, allowed: frozenset[str] | None = None
    ) -> pa.Table:
        """As `query`: Athena runs every statement elsewhere, within its limits."""
        return self.query(sql, user_id, allowed)

    def check_binds(self, sql: str, allowed: frozenset[str] | None = None) -> None:
        """QueryError where `sql` cannot be answered: Athena plans it, and reads nothing."""
        lake = self._lake()
        checked = self._checked(sql, lake, allowed)
        self._run(f"EXPLAIN {self._said(checked, lake, None)}", checked, may_reuse=False)

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
        return self._answer(checked, self._lake(), user_id, None if view.has_day else last)

    def costs(self) -> dict[str, float]:
        """What the statements since this was last asked took of Athena."""
        taken = self.statements.costs()
        return {
            "statements in Athena": taken.statements,
            "answers used again": taken.reused,
            "bytes scanned": taken.bytes_scanned,
            "seconds in Athena": taken.seconds,
            "cost (USD)": taken.usd,
        }

    def _lake(self) -> Lake:
        return Lake(*self.catalog.listed())

    def _checked(self, sql: str, lake: Lake, allowed: frozenset[str] | None) -> CheckedQuery:
        known = known_names(lake.tables, self.schemas)
        return check(sql, known if allowed is None else known & allowed)

    def _answer(
        self, checked: CheckedQuery, lake: Lake, user_id: str | None, last: date | None = None
    ) -> pa.Table:
        said = partial(self._said, lake=lake, user_id=user_id, last=last)
        try:
            return self._asked(checked, said, may_reuse=True)
        except TornAnswerError:
            return self._asked(checked, said, may_reuse=False)

    def _asked(self, checked: CheckedQuery, said: Said, *, may_reuse: bool) -> pa.Table:
        ran = self._run(said(checked), checked, may_reuse=may_reuse)
        wanted = self._shape(checked) if is_half_said(ran.columns) else [None] * len(ran.columns)
        lists = unreadable_lists(ran.columns, wanted)
        as_json = with_lists_as_json(checked, lists) if lists else None
        if as_json is not None:
            ran = self._run(said(as_json), as_json, may_reuse=may_reuse)
        content = self.statements.fetch(ran.answer)
        rows = table_of_csv(content, ran.columns, ran.answer, wanted)
        check_days(rows)
        return rows

    def _said(
        self, checked: CheckedQuery, lake: Lake, user_id: str | None, last: date | None = None
    ) -> str:
        sources = _Sources(self, lake, last is not None)
        return Rewriting(user_id, last, self.clock_of(user_id), sources.of).said(checked)

    def _run(self, sql: str, checked: CheckedQuery, *, may_reuse: bool) -> Ran:
        try:
            return self.statements.run(sql, may_reuse)
        except UnknownColumnError as error:
            told = near_columns(error.name, self._columns(checked.tables))
            raise QueryError(f"{error} {told}") from error

    def _columns(self, full_names: frozenset[str]) -> set[str]:
        """Names of the columns of known tables and views."""
        views = {view.full_name: view.schema for view in VIEWS.values()}
        found = {**self.schemas, **views}
        schemas = [found[full_name] for full_name in full_names if full_name in found]
        return {name for schema in schemas for name in schema.column_names}

    def _shape(self, checked: CheckedQuery) -> Sequence[pa.DataType | None]:
        """The types of the answer as a laptop's engine has them, over no rows; of a table that it
        does not know, none."""
        if not checked.tables <= known_names((), self.schemas):
            return [None] * len(checked.expression.selects)
        return list(shape_of(checked, self.views, self.schemas).types)


def athena_sql(lake: Lakehouse, statements: AthenaStatements | None = None) -> AthenaSql:
    """The engine of a lake on AWS; `statements` are sent as the lake's settings have it unless
    said."""
    settings = lake.settings
    return AthenaSql(
        statements or AthenaStatements(settings, AthenaPlace.of(settings)),
        GlueTableCatalog(settings),
        lake.store_at(f"s3://{settings.s3_bronze_bucket}/views"),
        SCHEMAS,
        lake.tables.made_ready,
        clocks_of(settings),
    )


class _Sources:
    """What each table and view is read from, as a question finds them; views by their texts where
    their tables are to be bounded by day, or where Athena has none of that name."""

    def __init__(self, engine: AthenaSql, lake: Lake, by_text: bool) -> None:
        self.engine = engine
        self.lake = lake
        self.by_text = by_text
        self.known = known_names(lake.tables, engine.schemas)
        self.texts: dict[str, str] = {}

    def of(self, full_name: str) -> Source:
        state = self._state(full_name)
        if full_name in _VIEWS:
            is_there = full_name in self.lake.views and not self.by_text
            return Source(state, False, None if is_there else self._checked(full_name))
        schema = self.engine.schemas.get(full_name)
        has_day = schema is None or schema.day_column is not None
        made = full_name in self.lake.tables
        return Source(state, has_day, schema=None if made else schema)

    def _checked(self, full_name: str) -> CheckedQuery:
        try:
            return _checked_view(self._text(full_name), self.known)
        except QueryError as error:
            place = place_of(self.engine.views, view_key(full_name))
            raise DamagedFile.at(place, error) from error

    def _text(self, full_name: str) -> str:
        if full_name not in self.texts:
            self.texts[full_name] = self.engine.view_text(full_name)
        return self.texts[full_name]

    def _state(self, full_name: str) -> str:
        """What names the data of a table, or of all that a view reads, and its text."""
        said: list[str] = []
        seen: set[str] = set()
        waiting = [full_name]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in _VIEWS:
                said.append(self._text(name))
                waiting += sorted(self._checked(name).tables)
            else:
                said.append(self.lake.tables.get(name, ""))
        return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def _checked_view(text: str, known: frozenset[str]) -> CheckedQuery:
    return check(text, known)


_VIEWS = frozenset(view.full_name for view in VIEWS.values())
