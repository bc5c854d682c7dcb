"""A lake in memory: tables as Arrow, with the interface of `lake.tables.Tables`, and rows written
as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.schema import ColumnType, TableSchema
from bio_lakehouse.silver.schemas import SCHEMAS as SILVER

WORKOUTS = SILVER["peloton_workouts"]
PERIODS = SILVER["oura_sleep"]
SCHEMAS: dict[str, TableSchema] = {schema.full_name: schema for schema in (*SILVER.values(), DAILY)}
NAMES = {
    "daily": DAILY.full_name,
    "workouts": WORKOUTS.full_name,
    "periods": PERIODS.full_name,
}
"""Full names of the tables, by the short ones."""

READERS: dict[ColumnType, Any] = {
    "string": str,
    "int": int,
    "long": int,
    "double": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


class MemoryTables:
    """Tables held in memory; `scans` says which were read, and for whom."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        self.tables = tables
        self.scans: list[tuple[str, str | None]] = []

    def names(self) -> list[str]:
        return sorted(self.tables)

    def exists(self, full_name: str) -> bool:
        return full_name in self.tables

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
        self.scans.append((full_name, user_id))
        rows = self.tables[full_name]
        if first:
            rows = rows.filter(pc.greater_equal(rows["day"], pa.scalar(first)))
        if last:
            rows = rows.filter(pc.less_equal(rows["day"], pa.scalar(last)))
        rows = rows.filter(pc.equal(rows["user_id"], user_id)) if user_id else rows
        return rows.select(columns) if columns else rows


def engine(folder: Path, *, views: bool = True, **options: Any) -> DuckDbSql:
    """An engine over the tables given by keyword (those of `NAMES`, as Arrow) with all views
    made."""
    tables = {full_name: options.pop(name) for name, full_name in NAMES.items() if name in options}
    sql = DuckDbSql(MemoryTables(tables), FolderStore(folder), SCHEMAS, **options)
    if views:
        for view in VIEWS.values():
            sql.create_view(view)
    return sql


def rows_of_text(text: str, types: dict[str, ColumnType]) -> list[dict[str, Any]]:
    """Rows of a table written with `|` between cells and `-` for null; a user who is not named is
    `me`."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    header, *cells = lines
    return [
        {"user_id": "me"}
        | {name: read_cell(cell, types[name]) for name, cell in zip(header, row, strict=True)}
        for row in cells
    ]


def read_cell(cell: str, kind: ColumnType) -> Any:
    return None if cell == "-" else READERS[kind](cell)


def table_of(schema: TableSchema, rows: list[dict[str, Any]]) -> pa.Table:
    """`rows` with all columns of `schema`, those that are not said null."""
    nullable = pa.schema([field.with_nullable(True) for field in schema.arrow])
    return pa.Table.from_pylist(rows, schema=nullable)


def table_of_text(schema: TableSchema, text: str) -> pa.Table:
    return table_of(
        schema, rows_of_text(text, {column.name: column.type for column in schema.columns})
    )
