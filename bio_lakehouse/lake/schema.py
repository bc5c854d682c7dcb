"""A table's schema, written once: it becomes the Iceberg table, the column docs and the blocking
check."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

ColumnType = Literal["string", "int", "long", "double", "boolean", "date", "timestamp"]

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass(frozen=True)
class Column:
    """One column: name, type, what it says (with its unit), the bounds of its values, and whether
    it may be null."""

    name: str
    type: ColumnType
    comment: str
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False


@dataclass(frozen=True)
class TableSchema:
    """A table of the lake: `database` is `bio_silver` or `bio_gold`; `grain` are the columns that
    identify a row.

    `day_column` is what replaces a range of days; None for a table that is replaced whole.
    """

    database: str
    name: str
    description: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    day_column: str | None = "day"

    @property
    def full_name(self) -> str:
        return f"{self.database}.{self.name}"

    def of(self, names: Collection[str]) -> TableSchema:
        """The same table with those columns alone."""
        return replace(self, columns=tuple(one for one in self.columns if one.name in names))

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema; times are UTC in microseconds, without a zone."""
        return pa.schema(
            [pa.field(c.name, ARROW_TYPES[c.type], nullable=not c.required) for c in self.columns]
        )


USER_ID = Column("user_id", "string", "Whose row it is.", required=True)
DAY = Column("day", "date", "The person's local calendar day.", required=True)
QUARANTINE = "quarantine"
"""The origin of what is told of a day by a row that cannot be used."""
PROVENANCE = (
    Column("source_origin", "string", "Where the winning record version came from.", required=True),
    Column("source_file", "string", "Landing file of the winning record version.", required=True),
    Column("ingested_at", "timestamp", "When that file was landed (UTC).", required=True),
)


def in_order(rows: pa.Table, schema: TableSchema) -> pa.Table:
    """`rows` in the order of the grain, of all their columns where those of the grain are not all
    there.

    What is added up in floating point depends on its order in the last digit, and files have none.
    """
    grain = [name for name in schema.grain if name in rows.column_names]
    names = grain if len(grain) == len(schema.grain) else rows.column_names
    return rows.sort_by([(name, "ascending") for name in names]).combine_chunks()


def rows_within(rows: pa.Table, first: date | None, last: date | None) -> pa.Table:
    """Those rows that are of the days `first` to `last`; None: no bound."""
    if first is not None:
        rows = rows.filter(pc.greater_equal(rows["day"], first))
    if last is not None:
        rows = rows.filter(pc.less_equal(rows["day"], last))
    return rows
