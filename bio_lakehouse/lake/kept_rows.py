"""The rows of a small table's files in one file, kept beside its metadata.

A table of five years has sixty files, and to open and decode them takes fifty times as long as to
read all their rows from one. A data file never changes once it is written, so what was read of it
is kept. It counts while the file has the size and time that it had, and the table the columns that
it had. A damaged one is as none.

Rows of files that the table no longer has go when it is next read whole, and at once when a person
is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import ipc

from bio_lakehouse.lake.data_files import DataFile, TableFiles, is_there, stamp
from bio_lakehouse.lake.objects import write_atomically

KEPT = "rows.arrow"
"""The name beside the metadata."""
FEW_FILES = 4
"""They are read as quickly one by one."""
MOST_CELLS = 1_000_000
"""Of a table whose rows are kept: some 10 MB."""
DIGEST_BYTES = sha256().digest_size
OF = b"of"
"""What the rows are of, in the metadata of their schema."""

Read = Callable[[Sequence[DataFile], Sequence[str]], list[pa.Table] | None]
"""The named columns of each file, null where it has none; None where one of them is not plain."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows, and of each file that the table has, by its path, where its own begin and how many they
    are."""

    rows: pa.Table = field(default_factory=lambda: pa.table({}))
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, file: DataFile, names: Sequence[str]) -> pa.Table:
        return self.rows.select(names).slice(*self.places[file.path])

    def are_of(self, files: Sequence[DataFile]) -> bool:
        """Whether these are the rows of `files`, in their order, and no others."""
        number = sum(number for _, number in self.places.values())
        return [*self.places] == [file.path for file in files] and number == self.rows.num_rows


def parts_of(
    place: Path, table: TableFiles, files: Sequence[DataFile], names: Sequence[str], read: Read
) -> list[pa.Table] | None:
    """The named columns of all rows of `files`, in their order: what is kept at `place`, and the
    others as `read` finds them. All are kept then where these are all files of a small table."""
    if not is_kept(table, files):
        return read(files, names)
    kept = kept_at(place, table)
    if kept.are_of(files):
        return [kept.rows.select(names)]
    is_whole = len(files) == len(table.files)
    asked = [column.name for column in table.columns] if is_whole else names
    found = read([file for file in files if file.path not in kept.places], asked)
    if found is None:
        return read(files, names)
    others = iter(found)
    parts = [kept.of(file, asked) if file.path in kept.places else next(others) for file in files]
    if is_whole:
        keep(place, table, parts)
    return [part.select(names) for part in parts]


def is_kept(table: TableFiles, files: Sequence[DataFile]) -> bool:
    """Whether rows of so many files of a table are kept."""
    return len(files) > FEW_FILES and is_small(table)


def is_small(table: TableFiles) -> bool:
    return sum(file.rows for file in table.files) * len(table.columns) <= MOST_CELLS


def kept_at(place: Path, table: TableFiles) -> KeptRows:
    """What is kept at a place of files that are as they were; nothing where the table had other
    columns then."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        content = memoryview(place.read_bytes())
        rows, digest = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
        if sha256(rows).digest() == digest:
            return _read(pa.py_buffer(rows), table)
    return KeptRows()


def _read(content: pa.Buffer, table: TableFiles) -> KeptRows:
    # As Arrow's own buffers are: how floats are summed may depend on where they begin in memory.
    aligned = ipc.IpcReadOptions(ensure_alignment=ipc.Alignment.At64Byte)
    rows = ipc.open_file(content, options=aligned).read_all()
    told = json.loads(rows.schema.metadata[OF])
    if told["columns"] != _columns(table):
        return KeptRows()
    there, places, begin = {file.path for file in table.files}, {}, 0
    for path, size, time, number in told["files"]:
        if path in there and stamp(path) == (size, time):
            places[path] = begin, number
        begin += number
    return KeptRows(rows.replace_schema_metadata(None), places)


def keep(place: Path, table: TableFiles, parts: Sequence[pa.Table]) -> None:
    """Keep the rows of all files of a table, a part each, of texts the widest offsets that a file
    has; nothing where nothing can be written."""
    with suppress(OSError):
        _keep(place, table, parts)


def _keep(place: Path, table: TableFiles, parts: Sequence[pa.Table]) -> None:
    files = [
        [file.path, *stamp(file.path), part.num_rows]
        for file, part in zip(table.files, parts, strict=True)
    ]
    told = json.dumps({"columns": _columns(table), "files": files}).encode()
    whole = pa.concat_tables(parts, promote_options="permissive").combine_chunks()
    rows = whole.replace_schema_metadata({OF: told})
    sink = pa.BufferOutputStream()
    with ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows)
    content = sink.getvalue()
    write_atomically(place, b"".join([content, sha256(content).digest()]))
    # Somebody may have been forgotten meanwhile, and what was kept before dropped.
    if not all(is_there(file.path) for file in table.files):
        place.unlink(missing_ok=True)


def drop_kept_rows(location: str) -> None:
    """Take away what is kept of the table whose metadata lies at `location`, where that is on this
    machine."""
    Path(location.removeprefix("file://")).with_name(KEPT).unlink(missing_ok=True)


def _columns(table: TableFiles) -> list[list[Any]]:
    """A table's columns as JSON has them."""
    return [list(astuple(column)) for column in table.columns]
