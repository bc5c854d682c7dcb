"""Rows of an Iceberg scan whose files are as this version writes them.

PyIceberg maps, projects and filters each file by itself, which takes most of the time of a table of
many small months. Files that hold the table's columns under their own numbers, names and types, and
that no delete file is about, are read as they are and filtered once.

No Python value becomes one of Arrow's here: for that pyarrow loads pandas, which takes longer than
all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bio_lakehouse.lake.data_files import DataFile, TableFiles
from bio_lakehouse.lake.kept_rows import is_kept, keep, parts_of
from bio_lakehouse.lake.schema import ARROW_TYPES

Bounds = tuple[date | None, date | None, str | None]
"""The first and the last day, and whose rows; None: no bound."""
MOST_AT_ONCE = 8
FIELD_ID = b"PARQUET:field_id"
TYPES_READ: dict[str, pa.DataType] = {str(name): kind for name, kind in ARROW_TYPES.items()}
TYPES_READ["string"] = pa.large_string()
"""What PyIceberg reads its types as."""


def rows_of(
    table: TableFiles,
    opened: Callable[[str], Any],
    bounds: Bounds = (None, None, None),
    columns: Sequence[str] = ("*",),
    kept: Path | None = None,
) -> pa.Table | None:
    """What PyIceberg's scan gives of the columns, for the rows within `bounds`; None where the
    table's files are not plain.

    `opened` makes a stream of a file's path; `kept` is where rows of a small table are kept, if
    they are.
    """
    first, last, user_id = bounds
    shown = [one.name for one in table.columns if "*" in columns or one.name in columns]
    needed = _needed(table, {*shown, "user_id", "day"})
    if needed is None:
        return None
    files = table.of_days(first, last).files
    reader = _Reader(table, opened)
    if kept is None:
        parts = reader.read(files, needed)
    else:
        parts = parts_of(kept, table, files, needed.names, reader.read_filled)
    if parts is None:
        return None
    rows = _together(parts, needed) if parts else needed.empty_table()
    if user_id:
        rows = _where(rows, "user_id", pc.equal, user_id.__eq__, min)
    if first:
        rows = _where(rows, "day", pc.greater_equal, first.__le__, min)
    if last:
        rows = _where(rows, "day", pc.less_equal, last.__ge__, max)
    return rows.select(shown)


def keep_written(place: Path, table: TableFiles, written: Mapping[str, pa.Table]) -> None:
    """Keep at `place` what has just been written of a small table, by the paths of its files, as
    `rows_of` would read it; nothing where a file is not among them."""
    needed = _needed(table, {column.name for column in table.columns})
    if needed is None or {file.path for file in table.files} != written.keys():
        return
    if is_kept(table, table.files):
        parts = [written[file.path].select(needed.names) for file in table.files]
        read_as = _with_missing(parts[0].slice(0, 0), needed).schema
        keep(place, table, [pa.table(part.columns, schema=read_as) for part in parts])


def _where(
    rows: pa.Table,
    name: str,
    compare: Callable[..., Any],
    holds: Callable[[Any], bool],
    nearest: Callable[[Iterable[Any]], Any],
) -> pa.Table:
    """Rows in which `compare` is true of the column and the value of it that is nearest to the
    bound, among those for which `holds` is. Where they are all, they are not copied."""
    values = rows.column(name).unique()
    places = {value: place for place, value in enumerate(values.to_pylist()) if value is not None}
    found = [value for value in places if holds(value)]
    if not found:
        return rows.slice(0, 0)
    if len(found) == len(values):
        return rows
    return rows.filter(compare(rows.column(name), values[places[nearest(found)]]))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads files of a table, of which `opened` makes streams."""

    table: TableFiles
    opened: Callable[[str], Any]

    def read_filled(self, files: Sequence[DataFile], names: Sequence[str]) -> list[pa.Table] | None:
        """The named columns of each file, null where it has none; None as in `read`."""
        needed = _needed(self.table, set(names))
        parts = None if needed is None else self.read(files, needed)
        return None if parts is None else [_with_missing(part, needed) for part in parts]

    def read(self, files: Sequence[DataFile], needed: pa.Schema) -> list[pa.Table] | None:
        """The needed columns that each file has; None when one of the files is not plain."""
        part = partial(self._part, _PlainSchemas(self.table, needed), needed)
        with ThreadPoolExecutor(MOST_AT_ONCE) as threads:
            parts = list(threads.map(part, files))
        whole = [part for part in parts if part is not None]
        return whole if len(whole) == len(parts) else None

    def _part(self, plain: _PlainSchemas, needed: pa.Schema, data: DataFile) -> pa.Table | None:
        """The needed columns that a file has; None when it is not plain."""
        with self.opened(data.path) as stream:
            file = pq.ParquetFile(stream, pre_buffer=True)
            written = file.schema_arrow
            if written not in plain:
                return None
            there = [name for name in needed.names if name in written.names]
            return file.read(there, use_threads=False)


class _PlainSchemas:
    """The schemas of plain files of a table: one file's is mostly another's, and looked through
    once."""

    def __init__(self, table: TableFiles, needed: pa.Schema) -> None:
        self._table = table
        self._needed = needed
        self._known: list[pa.Schema] = []

    def __contains__(self, file: pa.Schema) -> bool:
        # Which column has which number is in the metadata.
        if any(file.equals(known, check_metadata=True) for known in self._known):
            return True
        if not _is_plain(file, self._table, self._needed):
            return False
        self._known.append(file)
        return True


def _together(parts: Sequence[pa.Table], needed: pa.Schema) -> pa.Table:
    """All rows in the needed columns; those of files of one schema at once."""
    if all(part.schema.equals(parts[0].schema) for part in parts):
        return _with_missing(pa.concat_tables(parts), needed)
    whole = [_with_missing(part, needed) for part in parts]
    return pa.concat_tables(whole, promote_options="permissive")


def _needed(table: TableFiles, names: set[str]) -> pa.Schema | None:
    """The named columns as the table has them now; None when one is of a type that no table here
    has."""
    fields = [column for column in table.columns if column.name in names]
    if any(column.type not in TYPES_READ for column in fields):
        return None
    return pa.schema(
        pa.field(column.name, TYPES_READ[column.type], metadata={"doc": column.comment})
        for column in fields
    )


def _is_plain(file: pa.Schema, table: TableFiles, needed: pa.Schema) -> bool:
    """Whether each column of the file is the table's of that number, under its name and type."""
    names = {column.number: column.name for column in table.columns}
    for field in file:
        number = int((field.metadata or {}).get(FIELD_ID, b"-1"))
        if names.get(number) != field.name:
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
