"""Writing Iceberg tables: one atomic commit replaces a range of days, and an unchanged range is
none."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    TableAlreadyExistsError,
    ValidationException,
)
from pyiceberg.expressions import BooleanExpression
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import TableProperties
from pyiceberg.transforms import MonthTransform
from pyiceberg.types import (
    BooleanType,
    DateType,
    DoubleType,
    IcebergType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestampType,
)
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from bio_lakehouse.lake.content_versions import changed_days
from bio_lakehouse.lake.data_files import kept_or, planned
from bio_lakehouse.lake.filters import rows_where
from bio_lakehouse.lake.kept_rows import KEPT
from bio_lakehouse.lake.maintenance import expire
from bio_lakehouse.lake.month_files import append
from bio_lakehouse.lake.plain_scan import keep_written
from bio_lakehouse.lake.schema import ColumnType, TableSchema
from bio_lakehouse.lake.table_files import damage_found
from bio_lakehouse.lake.tables import Commit, Tables, conform, rows_by_day, same_rows, versions_of
from bio_lakehouse.lake.warehouse_paths import warehouse_of

if TYPE_CHECKING:
    from pyiceberg.table import Table

ICEBERG_TYPES: dict[ColumnType, IcebergType] = {
    "string": StringType(),
    "int": IntegerType(),
    "long": LongType(),
    "double": DoubleType(),
    "boolean": BooleanType(),
    "date": DateType(),
    "timestamp": TimestampType(),
}
PARTITION_FIELD_ID = 1000


@retry(
    retry=retry_if_exception_type((CommitFailedException, ValidationException)),
    stop=stop_after_attempt(6),
    wait=wait_random_exponential(multiplier=0.1, max=3),
    reraise=True,
)
def replace(
    tables: Tables,
    schema: TableSchema,
    rows: pa.Table,
    first: date,
    last: date,
    summary: Mapping[str, str],
    **equal: Any,
) -> Commit:
    """As `Tables.replace`, of rows that are in the schema's form and keep its rules."""
    location = tables.catalog.metadata_location(schema.full_name)
    damage = damage_found(location, tables.catalog.io_properties) if location else nullcontext()
    with tables.catalog.trouble_named(schema.full_name), damage:
        chosen = rows_where(*((first, last) if schema.day_column else (None, None)), **equal)
        return _replaced(tables, schema, rows, chosen, summary)


def _replaced(
    tables: Tables,
    schema: TableSchema,
    rows: pa.Table,
    chosen: BooleanExpression,
    summary: Mapping[str, str],
) -> Commit:
    table = _table(tables, schema)
    before = _rows_before(table, schema, chosen)
    changed = not same_rows(before, rows, schema.grain)
    if changed:
        _swap(tables, table, before, rows, chosen, dict(summary))
        expire(table, tables.retention)
    versions = versions_of(rows, schema)
    return Commit(
        rows.num_rows,
        rows_by_day(rows, schema),
        changed,
        _snapshot_of(table),
        versions,
        changed_days(versions_of(before, schema), versions) if changed else frozenset(),
    )


def _rows_before(table: Table, schema: TableSchema, chosen: BooleanExpression) -> pa.Table:
    if table.current_snapshot() is None:
        return conform(schema.arrow.empty_table(), schema)
    return conform(table.scan(row_filter=chosen).to_arrow(), schema)


def made_ready(tables: Tables, schema: TableSchema) -> int | None:
    """As `Tables.made_ready`."""
    with tables.catalog.trouble_named(schema.full_name):
        return _snapshot_of(_table(tables, schema))


def tidied(tables: Tables, schema: TableSchema) -> int | None:
    """As `Tables.tidied`."""
    with tables.catalog.trouble_named(schema.full_name):
        table = _table(tables, schema)
        expire(table, tables.retention)
        return _snapshot_of(table)


def _table(tables: Tables, schema: TableSchema) -> Table:
    if tables.exists(schema.full_name):
        return _evolved(tables.catalog.writable.load_table(schema.full_name), schema)
    with suppress(NamespaceAlreadyExistsError):
        tables.catalog.writable.create_namespace(schema.database)
    try:
        return tables.catalog.writable.create_table(
            schema.full_name,
            iceberg_schema(schema),
            location=tables.catalog.place_of(schema.full_name),
            partition_spec=_spec(schema),
            properties=_properties(schema),
        )
    except TableAlreadyExistsError:
        return tables.catalog.writable.load_table(schema.full_name)


def _evolved(table: Table, schema: TableSchema) -> Table:
    """`table` with the columns that `schema` has gained since it was made."""
    known = set(table.schema().column_names)
    added = [column for column in schema.columns if column.name not in known]
    if added:
        with table.update_schema() as update:
            for column in added:
                update.add_column(column.name, ICEBERG_TYPES[column.type], doc=column.comment)
    return table


def _snapshot_of(table: Table) -> int | None:
    snapshot = table.current_snapshot()
    return snapshot.snapshot_id if snapshot else None


def _swap(
    tables: Tables,
    table: Table,
    before: pa.Table,
    rows: pa.Table,
    chosen: BooleanExpression,
    summary: dict[str, str],
) -> None:
    is_first = table.current_snapshot() is None
    if before.num_rows:
        table.overwrite(rows, overwrite_filter=chosen, snapshot_properties=summary)
        return
    written = append(table, rows, summary)
    if is_first and warehouse_of(tables.catalog.reading_properties()) is not None:
        _keep(table, written)


def _keep(table: Table, written: Mapping[str, pa.Table]) -> None:
    """Keep a table's first rows as who reads it would, who then opens none of its files."""
    location = table.metadata_location
    files = kept_or(location, lambda: planned(table.scan()))
    if files is not None:
        keep_written(Path(location).with_name(KEPT), files, written)


def iceberg_schema(schema: TableSchema) -> Schema:
    """The schema as Iceberg has it, each column with its comment."""
    return Schema(
        *(
            NestedField(
                number, column.name, ICEBERG_TYPES[column.type], required=False, doc=column.comment
            )
            for number, column in enumerate(schema.columns, start=1)
        )
    )


def _spec(schema: TableSchema) -> PartitionSpec:
    if schema.day_column is None:
        return UNPARTITIONED_PARTITION_SPEC
    source = schema.column_names.index(schema.day_column) + 1
    return PartitionSpec(
        PartitionField(source, PARTITION_FIELD_ID, MonthTransform(), f"{schema.day_column}_month")
    )


def _properties(schema: TableSchema) -> dict[str, str]:
    asked_for = {
        f"{TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX}.{column}": (
            TableProperties.DEFAULT_WRITE_METRICS_MODE_DEFAULT
        )
        for column in schema.grain
    }
    return asked_for | {
        "comment": schema.description,
        # Of a month of few rows, what is counted of other columns takes as long as to write them,
        # and nobody asks for it.
        TableProperties.DEFAULT_WRITE_METRICS_MODE: "none",
        # To begin with the usual one takes longer than such a month, which is not smaller by it.
        TableProperties.PARQUET_COMPRESSION: "snappy",
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": "20",
        # A rebased append would double rows that another writer of the same days has just
        # committed.
        "commit.retry.num-retries": "0",
    }
