"""Iceberg tables as they are read, and asked to change (`table_writing.py`).

A question reads plain files, for which PyIceberg is not loaded: that takes it a third of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse import loading
from bio_lakehouse.errors import TableError
from bio_lakehouse.lake.broken_rules import (
    RowFacts,
    bounded_columns,
    broken_rules,
    check_facts,
    required_columns,
)
from bio_lakehouse.lake.catalog import TableCatalog
from bio_lakehouse.lake.content_versions import row_hashes, versions_by_day
from bio_lakehouse.lake.data_files import kept, kept_or, planned
from bio_lakehouse.lake.kept_rows import KEPT, is_small
from bio_lakehouse.lake.plain_scan import rows_of
from bio_lakehouse.lake.schema import TableSchema, in_order
from bio_lakehouse.lake.table_files import damage_found
from bio_lakehouse.lake.warehouse_paths import refuse_outside, warehouse_of

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.table import DataScan

FEW_COLUMNS = 2
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Commit:
    """What replacing a range did: rows now there, by day too, and the snapshot that holds them.

    `versions` are those of the days that have rows now, `changed_days` the days whose rows are not
    what they were.
    """

    rows: int
    rows_by_day: dict[date, int]
    changed: bool
    snapshot_id: int | None
    versions: dict[date, str]
    changed_days: frozenset[date]


class Tables:
    """The Iceberg tables of one lake."""

    def __init__(self, catalog: TableCatalog, retention: timedelta) -> None:
        self.catalog = catalog
        self.retention = retention

    def names(self) -> list[str]:
        """Full names (`bio_silver.oura_sleep`) of all tables, sorted."""
        return self.catalog.names()

    def exists(self, full_name: str) -> bool:
        return self.catalog.metadata_location(full_name) is not None

    def state(self, full_name: str) -> str | None:
        """What names the rows that a table has now: after a commit another; None when there is no
        such table."""
        return self.catalog.metadata_location(full_name)

    def scan(
        self,
        full_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Rows of a table, those of a range of days or of one user where said."""
        location = self.catalog.metadata_location(full_name)
        if location is None:
            raise TableError(
                f"{full_name} is not there yet: ingest some files, or run `bio-lakehouse refresh`"
            )
        scanned = _scan_of_few_columns if columns and len(columns) <= FEW_COLUMNS else _scan
        properties = self.catalog.io_properties
        with self.catalog.trouble_named(full_name), damage_found(location, properties):
            chosen = tuple(columns) if columns else ("*",)
            reading = tuple(self.catalog.reading_properties().items())
            asked = _Asked(location, first, last, user_id, chosen, reading)
            rows = scanned(asked)
            if rows is None:
                whole = tuple(properties().items())
                rows = _scan_by_pyiceberg(replace(asked, properties=whole))
            return rows

    def read(
        self,
        schema: TableSchema,
        first: date | None,
        last: date | None,
        user_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Rows of a range, of one user or of all, in the schema's columns and types and in the
        order of its grain; none when there is no table. Of `columns` alone where said."""
        if columns:
            schema = schema.of(columns)
        if not self.exists(schema.full_name):
            return schema.arrow.empty_table()
        first_day, last_day = (first, last) if schema.day_column else (None, None)
        rows = self.scan(schema.full_name, first_day, last_day, user_id, columns)
        return in_order(conform(rows, schema), schema)

    def replace(
        self,
        schema: TableSchema,
        rows: pa.Table,
        first: date,
        last: date,
        *,
        summary: Mapping[str, str] = NOTHING,
        **equal: Any,
    ) -> Commit:
        """Replace days `first` to `last` of a table by `rows`, in one commit, or in none when they
        are the same.

        A table without a day column is replaced whole. `equal` narrows what is replaced
        (`insight=[…]` takes any of the values), and the commit tells of these rows alone. `summary`
        is said of the snapshot. Rows that break the schema's grain, bounds or nulls raise
        `TableError` before anything is written.
        """
        rows = conform(rows, schema)
        check_rows(schema, rows, first, last)
        there = self._there_already(schema, rows, first, last, **equal)
        if there is not None:
            return there
        with loading.for_good():
            from bio_lakehouse.lake import table_writing

        return table_writing.replace(self, schema, rows, first, last, summary, **equal)

    def _there_already(
        self, schema: TableSchema, rows: pa.Table, first: date, last: date, **equal: Any
    ) -> Commit | None:
        """What is said of replacing rows of a small table by the same, for which nothing has to be
        loaded that writes; None where they are others, or that is not known so quickly."""
        location = self.catalog.metadata_location(schema.full_name)
        files = kept(location) if location else None
        if files is None or not is_small(files):
            return None
        if not set(schema.column_names) <= {column.name for column in files.columns}:
            return None
        days = (first, last) if schema.day_column else (None, None)
        before = conform(_where(self.scan(schema.full_name, *days), **equal), schema)
        if not same_rows(before, rows, schema.grain):
            return None
        counts, versions = rows_by_day(rows, schema), versions_of(rows, schema)
        return Commit(rows.num_rows, counts, False, files.snapshot, versions, frozenset())

    def made_ready(self, schema: TableSchema) -> int | None:
        """Make a table, or give it the columns that it lacks, for what writes to it elsewhere; its
        snapshot, None before the first."""
        with loading.for_good():
            from bio_lakehouse.lake import table_writing

        return table_writing.made_ready(self, schema)

    def tidied(self, schema: TableSchema) -> int | None:
        """Expire what a table no longer needs, after something has written to it elsewhere; its
        snapshot."""
        with loading.for_good():
            from bio_lakehouse.lake import table_writing

        return table_writing.tidied(self, schema)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the table whose metadata lies at `location`, which never changes;
    `properties` are those with which its files are opened."""

    location: str
    first: date | None
    last: date | None
    user_id: str | None
    columns: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]

    def scan(self, *, whole: bool = False) -> DataScan:
        """PyIceberg's scan of what is asked; of all rows where `whole` is said."""
        from pyiceberg.table import StaticTable

        from bio_lakehouse.lake.filters import rows_where

        table = StaticTable.from_metadata(self.location, dict(self.properties))
        if whole:
            return table.scan()
        user = {"user_id": self.user_id} if self.user_id else {}
        chosen = rows_where(self.first, self.last, **user)
        return table.scan(row_filter=chosen, selected_fields=self.columns)

    def rows(self) -> pa.Table | None:
        """Rows of plain files; None where PyIceberg has to read them."""
        warehouse = warehouse_of(dict(self.properties))
        bounds = self.first, self.last, self.user_id
        if warehouse is not None:
            files = kept_or(self.location, lambda: planned(self.scan(whole=True)))
            opened, place = partial(opened_in, warehouse), Path(self.location).with_name(KEPT)
            return rows_of(files, opened, bounds, self.columns, place) if files else None
        scan = self.scan()
        files = planned(scan)
        return rows_of(files, opened_by(scan.io), bounds, self.columns) if files else None


def opened_in(warehouse: Path, path: str) -> Any:
    """A stream of a file of this machine, by Arrow's own way, which is quickest."""
    place = path.removeprefix("file://")
    refuse_outside(place, warehouse)
    return pa.OSFile(place)


def opened_by(io: FileIO) -> Callable[[str], Any]:
    """What makes streams of files elsewhere."""
    return lambda path: io.new_input(path).open()


@lru_cache(maxsize=2)
def _scan(asked: _Asked) -> pa.Table | None:
    """Rows of a table: nine views in a row scan once. None where PyIceberg has to read them."""
    return asked.rows()


@lru_cache(maxsize=2)
def _scan_by_pyiceberg(asked: _Asked) -> pa.Table:
    return asked.scan().to_arrow()


_scan_of_few_columns = lru_cache(maxsize=32)(_scan.__wrapped__)
"""As `_scan`, of so little that a run keeps it: the days of every table are asked for by the gap
ledger, and again by what tells of it."""


def _where(rows: pa.Table, **equal: Any) -> pa.Table:
    """Rows whose columns equal a value, or any value of a list: as `rows_where` of PyIceberg."""
    for name, value in equal.items():
        values = list(value) if isinstance(value, list | tuple | set) else [value]
        wanted = pa.array(values, rows.schema.field(name).type)
        rows = rows.filter(pc.is_in(rows.column(name), value_set=wanted))
    return rows


def conform(rows: pa.Table, schema: TableSchema) -> pa.Table:
    """`rows` in the schema's columns, order and types; times lose their zone after conversion to
    UTC."""
    missing = [name for name in schema.column_names if name not in rows.column_names]
    for name in missing:
        rows = rows.append_column(name, pa.nulls(rows.num_rows, schema.arrow.field(name).type))
    columns = [
        _cast(rows.column(name), schema.arrow.field(name).type) for name in schema.column_names
    ]
    nullable = pa.schema([field.with_nullable(True) for field in schema.arrow])
    return pa.table(columns, schema=nullable)


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = column.cast(pa.timestamp("us", "UTC"))
    return column.cast(wanted)


def check_rows(schema: TableSchema, rows: pa.Table, first: date, last: date) -> None:
    """Raise `TableError` when rows break the schema: days outside the range, or what `violations`
    finds."""
    check_facts(schema, facts_of(schema, rows), first, last)


def violations(schema: TableSchema, rows: pa.Table) -> list[str]:
    """What in `rows` breaks the schema's grain, bounds or nulls, in words; empty when nothing
    does."""
    return broken_rules(schema, facts_of(schema, rows))


def facts_of(schema: TableSchema, rows: pa.Table) -> RowFacts:
    """What the schema's rules are about, of `rows`."""
    days = [schema.day_column] if schema.day_column else []
    bounds = {
        name: pc.min_max(rows.column(name)).as_py() for name in [*bounded_columns(schema), *days]
    }
    repeated = _repeated(rows.select(schema.grain))
    return RowFacts(
        nulls={name: rows.column(name).null_count for name in required_columns(schema)},
        lowest={name: bound["min"] for name, bound in bounds.items()},
        highest={name: bound["max"] for name, bound in bounds.items()},
        repeated=repeated.num_rows,
        example=repeated.select(schema.grain).slice(0, 1).to_pylist()[0]
        if repeated.num_rows
        else {},
    )


def _repeated(rows: pa.Table) -> pa.Table:
    """The rows that are there more than once, each once.

    Rows whose hashes all differ do too, which is told in a tenth of the memory of comparing them.
    """
    if len(np.unique(row_hashes(rows))) == rows.num_rows:
        return rows.slice(0, 0)
    groups = rows.group_by(rows.column_names).aggregate([([], "count_all")])
    return groups.filter(pc.greater(groups.column("count_all"), 1))


def same_rows(left: pa.Table, right: pa.Table, order: Sequence[str]) -> bool:
    """Whether two tables of one schema hold the same rows, in whatever order."""
    if left.num_rows != right.num_rows:
        return False
    keys = [(name, "ascending") for name in order]
    return bool(left.sort_by(keys).combine_chunks().equals(right.sort_by(keys).combine_chunks()))


def versions_of(rows: pa.Table, schema: TableSchema) -> dict[date, str]:
    """The content version of each day that has rows; none for a table without days."""
    return versions_by_day(rows, schema.day_column) if schema.day_column else {}


def rows_by_day(rows: pa.Table, schema: TableSchema) -> dict[date, int]:
    return count_by_day(rows, schema.day_column) if schema.day_column else {}


def count_by_day(rows: pa.Table, day_column: str = "day") -> dict[date, int]:
    """How many rows each day has."""
    counts = pc.value_counts(rows.column(day_column))
    days, numbers = counts.field("values").to_pylist(), counts.field("counts").to_pylist()
    return dict(sorted(zip(days, numbers, strict=True)))
