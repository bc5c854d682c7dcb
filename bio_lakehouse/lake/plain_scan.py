"""Rows of an Iceberg scan whose files are as this version writes them.

PyIceberg maps, projects and filters each file by itself, which takes most of the time of a table of
many small months. Files that hold the table's columns under their own numbers, names and types, and
that no delete file is about, are read as they are and filtered once.

No Python value becomes one of Arrow's here: for that pyarrow loads pandas, which takes longer than
all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bio_lakehouse.lake.schema import ARROW_TYPES

if TYPE_CHECKING:
    from pyiceberg.io import InputFile
    from pyiceberg.table import DataScan, FileScanTask

FIELD_ID = b"PARQUET:field_id"
TYPES_READ: dict[str, pa.DataType] = {str(name): kind for name, kind in ARROW_TYPES.items()}
TYPES_READ["string"] = pa.large_string()
"""What PyIceberg reads its types as."""


def rows_of(
    scan: DataScan, first: date | None, last: date | None, user_id: str | None
) -> pa.Table | None:
    """What `scan.to_arrow()` gives, of a scan that is filtered by these and by nothing else; None
    where its files are not plain, or there are none."""
    parts = _parts(scan)
    if not parts:
        return None
    rows = pa.concat_tables(parts, promote_options="permissive")
    if user_id:
        rows = _where(rows, "user_id", pc.equal, user_id.__eq__, min)
    if first:
        rows = _where(rows, "day", pc.greater_equal, first.__le__, min)
    if last:
        rows = _where(rows, "day", pc.less_equal, last.__ge__, max)
    return rows.select([field.name for field in scan.projection().fields])


def _where(
    rows: pa.Table,
    name: str,
    compare: Callable[..., Any],
    holds: Callable[[Any], bool],
    nearest: Callable[[Iterable[Any]], Any],
) -> pa.Table:
    """Rows in which `compare` is true of the column and the value of it that is nearest to the
    bound, among those for which `holds` is."""
    values = rows.column(name).unique()
    places = {value: place for place, value in enumerate(values.to_pylist()) if value is not None}
    found = [value for value in places if holds(value)]
    if not found:
        return rows.slice(0, 0)
    return rows.filter(compare(rows.column(name), values[places[nearest(found)]]))


def _parts(scan: DataScan) -> list[pa.Table]:
    """The columns that are needed of each file; none when one of the files is not plain."""
    from pyiceberg.utils.concurrent import ExecutorFactory

    needed = _needed(scan)
    if needed is None:
        return []
    read = ExecutorFactory.get_or_create().map(partial(_part, scan, needed), scan.plan_files())
    parts = list(read)
    return [] if any(part is None for part in parts) else parts


def _part(scan: DataScan, needed: pa.Schema, task: FileScanTask) -> pa.Table | None:
    """The needed columns of a file; None when it is not plain."""
    if task.delete_files:
        return None
    with _opened(scan.io.new_input(task.file.file_path)) as stream:
        file = pq.ParquetFile(stream, pre_buffer=True)
        written = file.schema_arrow
        if not _is_plain(written, scan, needed):
            return None
        there = [name for name in needed.names if name in written.names]
        return _with_missing(file.read(there, use_threads=False), needed)


def _opened(file: InputFile) -> Any:
    """A stream of a file: Arrow's own where it is on this machine, which is quickest."""
    return file.open() if "://" in file.location else pa.OSFile(file.location)


def _needed(scan: DataScan) -> pa.Schema | None:
    """Columns that are shown or filtered by, as the table has them now; None when one is of a type
    that no table here has."""
    shown = {*scan.projection().column_names, "user_id", "day"}
    fields = [field for field in scan.table_metadata.schema().fields if field.name in shown]
    if any(str(field.field_type) not in TYPES_READ for field in fields):
        return None
    return pa.schema(
        pa.field(field.name, TYPES_READ[str(field.field_type)], metadata={"doc": field.doc or ""})
        for field in fields
    )


def _is_plain(file: pa.Schema, scan: DataScan, needed: pa.Schema) -> bool:
    """Whether each column of the file is the table's of that number, under its name and type."""
    schema = scan.table_metadata.schema()
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
    there = there.select(needed.names)
    fields = [needed.field(field.name).with_type(field.type) for field in there.schema]
    return there.cast(pa.schema(fields))
