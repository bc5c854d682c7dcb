"""Rows of an Iceberg scan whose files are as this version writes them.

PyIceberg maps, projects and filters each file by itself, which takes most of the time of a table of
many small months. Files that hold the table's columns under their own numbers, names and types, and
that no delete file is about, are read as they are and filtered once; all else is PyIceberg's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.expressions.visitors import bind, extract_field_ids

if TYPE_CHECKING:
    from pyiceberg.expressions import BooleanExpression
    from pyiceberg.schema import Schema
    from pyiceberg.table import DataScan, FileScanTask

FIELD_ID = b"PARQUET:field_id"


def rows_of(scan: DataScan) -> pa.Table:
    """What `scan.to_arrow()` gives."""
    parts = _parts(scan)
    return _filtered(scan, parts) if parts else scan.to_arrow()


def _parts(scan: DataScan) -> list[pa.Table]:
    """The columns that are needed of each file; none when one of the files is not plain."""
    from pyiceberg.utils.concurrent import ExecutorFactory

    needed = _needed(scan)
    read = ExecutorFactory.get_or_create().map(partial(_part, scan, needed), scan.plan_files())
    parts = list(read)
    return [] if any(part is None for part in parts) else parts


def _part(scan: DataScan, needed: pa.Schema, task: FileScanTask) -> pa.Table | None:
    """The needed columns of a file; None when it is not plain."""
    if task.delete_files:
        return None
    with scan.io.new_input(task.file.file_path).open() as stream:
        file = pq.ParquetFile(stream)
        written = file.schema_arrow
        if not _is_plain(written, scan.table_metadata.schema(), needed):
            return None
        there = [name for name in needed.names if name in written.names]
        return _with_missing(file.read(there, use_threads=False), needed)


def _needed(scan: DataScan) -> pa.Schema:
    """Columns that are shown or filtered by, as the table has them now."""
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    schema = scan.table_metadata.schema()
    shown = {field.field_id for field in scan.projection().fields}
    asked = extract_field_ids(_bound(scan))
    fields = (field for field in schema.fields if field.field_id in shown | asked)
    return schema_to_pyarrow(type(schema)(*fields), include_field_ids=False)


def _bound(scan: DataScan) -> BooleanExpression:
    return bind(scan.table_metadata.schema(), scan.row_filter, scan.case_sensitive)


def _is_plain(file: pa.Schema, schema: Schema, needed: pa.Schema) -> bool:
    """Whether each column of the file is the table's of that number, under its name and type."""
    for field in file:
        number = int((field.metadata or {}).get(FIELD_ID, b"-1"))
        if schema.find_column_name(number) != field.name:
            return False
        if field.name in needed.names and needed.field(field.name).type != _widest(field.type):
            return False
    return True


def _widest(kind: pa.DataType) -> pa.DataType:
    """Texts are read with the offsets that a file has, whatever the table's are."""
    return pa.large_string() if pa.types.is_string(kind) else kind


def _with_missing(there: pa.Table, needed: pa.Schema) -> pa.Table:
    """`there` with all that is needed: null where a file is older than its column."""
    for field in needed:
        if field.name not in there.column_names:
            there = there.append_column(field, pa.nulls(there.num_rows, field.type))
    return there


def _filtered(scan: DataScan, parts: list[pa.Table]) -> pa.Table:
    from pyiceberg.io.pyarrow import expression_to_pyarrow, schema_to_pyarrow

    shown = schema_to_pyarrow(scan.projection(), include_field_ids=False)
    rows = pa.concat_tables(parts, promote_options="permissive")
    rows = rows.filter(expression_to_pyarrow(_bound(scan))).select(shown.names)
    fields = [shown.field(field.name).with_type(field.type) for field in rows.schema]
    return rows.cast(pa.schema(fields))
