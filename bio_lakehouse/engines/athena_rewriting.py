"""A checked statement as it is sent to Athena: over the asked user's rows alone, of the data as it
is now, at the user's own time.

Each table or view becomes a subselect of those rows. In it stands what names the state of its data,
so that Athena, which uses an answer again where the text is the same, never does so after a commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from bio_lakehouse.engines.athena_doubles import in_doubles
from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery, Clock, set_clock
from bio_lakehouse.engines.guard import TOO_DEEP, CheckedQuery
from bio_lakehouse.engines.presto_arrays import spelled_out
from bio_lakehouse.errors import QueryError
from bio_lakehouse.lake.schema import ColumnType, TableSchema

ATHENA_TYPES: dict[ColumnType, str] = {
    "string": "varchar",
    "int": "integer",
    "long": "bigint",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp(6)",
}


@dataclass(frozen=True, slots=True)
class Source:
    """What a table or view is read from: itself where Athena has it, else `text`, a statement that
    was checked, else nothing. `state` names its data, `has_day` says whether it has days, `schema`
    what an empty one looks like."""

    state: str
    has_day: bool
    text: CheckedQuery | None = None
    schema: TableSchema | None = None


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Whose rows are read, up to which day (None: all), at what time, and from what."""

    user_id: str | None
    last: date | None
    clock: Clock
    source_of: Callable[[str], Source]

    def said(self, checked: CheckedQuery) -> str:
        """The statement in Athena's SQL."""
        try:
            return self._bound(checked.expression).sql(
                AthenaQuery, comments=False, unsupported_level=ErrorLevel.IGNORE
            )
        except RecursionError as error:
            raise QueryError(TOO_DEEP) from error

    def _bound(self, query: exp.Query) -> exp.Query:
        said = in_doubles(spelled_out(query))
        set_clock(said, _to_the_millisecond(self.clock))
        for table in [one for one in said.find_all(exp.Table) if one.db]:
            table.replace(self._subselect(table))
        return said

    def _subselect(self, table: exp.Table) -> exp.Subquery:
        source = self.source_of(f"{table.db}.{table.name}")
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name))
        joins = table.args.get("joins")
        rows = exp.Subquery(this=self._rows(table, source), alias=alias)
        if joins:
            rows.set("joins", joins)
        return rows

    def _rows(self, table: exp.Table, source: Source) -> exp.Select:
        if source.text is not None:
            inner = exp.Subquery(
                this=self._bound(source.text.expression),
                alias=exp.TableAlias(this=exp.to_identifier(table.name)),
            )
            return exp.select("*").from_(inner).where(*self._conditions(source, None))
        if source.schema is not None:
            return _no_rows(source.schema)
        named = exp.Table(this=exp.to_identifier(table.name), db=exp.to_identifier(table.db))
        last = self.last if source.has_day else None
        return exp.select("*").from_(named).where(*self._conditions(source, last))

    def _conditions(self, source: Source, last: date | None) -> list[exp.Expr]:
        state = exp.NEQ(this=exp.Literal.string(source.state), expression=exp.Literal.string(""))
        conditions: list[exp.Expr] = [state]
        if self.user_id is not None:
            user = exp.Literal.string(self.user_id)
            conditions.append(exp.EQ(this=exp.column("user_id"), expression=user))
        if last is not None:
            day = exp.cast(exp.Literal.string(last.isoformat()), "date")
            conditions.append(exp.LTE(this=exp.column("day"), expression=day))
        return conditions


def with_lists_as_json(checked: CheckedQuery, places: frozenset[int]) -> CheckedQuery | None:
    """The statement with the columns at `places` as JSON; None where they are not written out, or
    rows are ordered by them."""
    query = checked.expression.copy()
    branches = list(_branches(query))
    if any(branch.is_star for branch in branches) or _orders_by(query, places):
        return None
    for branch in branches:
        for place in places:
            column = branch.selects[place]
            inner = column.unalias().copy()
            as_json = exp.Anonymous(this="json_format", expressions=[exp.cast(inner, "json")])
            column.replace(exp.alias_(as_json, _name_of(query.selects[place], place)))
    return replace(checked, expression=query)


def _name_of(column: exp.Expr, place: int) -> str:
    """What Athena calls a column: a call has no name."""
    is_named = isinstance(column, exp.Alias | exp.Column)
    return column.alias_or_name if is_named else f"_col{place}"


def _branches(query: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs whose rows are the statement's."""
    if isinstance(query, exp.SetOperation):
        yield from _branches(query.left)
        yield from _branches(query.right)
    elif isinstance(query, exp.Subquery):
        yield from _branches(query.unnest())
    elif isinstance(query, exp.Select):
        yield query


def _orders_by(query: exp.Query, places: frozenset[int]) -> bool:
    """Whether an ORDER BY may mean one of those columns, by its name or its place."""
    order = query.args.get("order")
    if order is None:
        return False
    names = {query.selects[place].alias_or_name for place in places}
    numbers = {str(place + 1) for place in places}
    columns = {column.name for column in order.find_all(exp.Column)}
    literals = {one.name for one in order.find_all(exp.Literal)}
    return bool(columns & names or literals & numbers)


def _no_rows(schema: TableSchema) -> exp.Select:
    """What a table that no ingestion has made reads as."""
    columns = [
        exp.alias_(exp.cast(exp.Null(), ATHENA_TYPES[column.type], dialect="trino"), column.name)
        for column in schema.columns
    ]
    return exp.select(*columns).where(exp.false())


def _to_the_millisecond(clock: Clock) -> Clock:
    """Athena's moments have no more digits."""
    return replace(clock, local=_cut(clock.local), in_utc=_cut(clock.in_utc))


def _cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
