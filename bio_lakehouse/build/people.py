"""Rows of a table by whose they are: what is made anew of some people leaves all others' as they
were."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import conform


def rows_of_people(rows: pa.Table, people: Collection[str] | None) -> pa.Table:
    """Those rows that are of some people; all where it is not said of whom."""
    return rows if people is None else rows.filter(_is_of(rows, people))


def rows_of_others(
    lake: Lakehouse, schema: TableSchema, first: date, last: date, people: Collection[str] | None
) -> pa.Table:
    """What a table has of all other people than `people` on days `first` to `last`; nothing where
    everybody's rows are made anew."""
    if people is None:
        return conform(schema.arrow.empty_table(), schema)
    rows = conform(lake.tables.read(schema, first, last), schema)
    return rows.filter(pc.invert(_is_of(rows, people)))


def read_of_people(
    lake: Lakehouse,
    schema: TableSchema,
    first: date | None,
    last: date | None,
    people: Collection[str] | None,
) -> pa.Table:
    """What a table has, in the schema's columns, of some people on days `first` to `last` (None: no
    bound); of all where it is not said of whom."""
    columns, only = schema.column_names, None
    if people is not None and len(people) == 1:
        (only,) = people
    rows = lake.tables.read(schema, first, last, only, columns)
    return rows if only else rows_of_people(rows, people)


def _is_of(rows: pa.Table, people: Collection[str]) -> pa.ChunkedArray:
    column = rows.column("user_id")
    return pc.is_in(column, value_set=pa.array(sorted(people), column.type))
