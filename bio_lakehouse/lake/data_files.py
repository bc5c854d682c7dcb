"""Which data files an Iceberg table has, kept beside its metadata.

To load PyIceberg and to plan a scan takes a question longer than to read its rows. What a plan says
depends on files that never change once they are written, so it is kept: in one file a table, which
counts while the metadata, the manifest list and the manifests that it was made of are as they were,
each of its size and time. A damaged one is as none. It names no person and holds no value of
anybody's; what nothing names goes from a table's folder when a person is forgotten, and so does it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bio_lakehouse.lake.objects import write_atomically

if TYPE_CHECKING:
    from pyiceberg.table import DataScan

KEPT = "data_files.json"
"""The name beside the metadata."""
MOST_BYTES = 8 * 2**20
MONTHS_A_YEAR, EPOCH = 12, 1970


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column as the table has it now, with its number and the name of its type in Iceberg."""

    number: int
    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of so many rows; `month` counts from January 1970, None where they are of any day."""

    path: str
    month: int | None
    rows: int


@dataclass(frozen=True, slots=True)
class TableFiles:
    """A table's columns and files at one state of it, with the files that say so and the snapshot
    (None: nothing was committed yet)."""

    columns: tuple[TableColumn, ...]
    files: tuple[DataFile, ...]
    said_by: tuple[str, ...] = ()
    snapshot: int | None = None

    def of_days(self, first: date | None, last: date | None) -> TableFiles:
        """The files alone that may have rows of these days."""
        lowest, highest = (_month(day) if day else None for day in (first, last))

        def may_have(file: DataFile) -> bool:
            if file.month is None:
                return True
            is_late = lowest is None or file.month >= lowest
            return is_late and (highest is None or file.month <= highest)

        return replace(self, files=tuple(filter(may_have, self.files)))


def _month(day: date) -> int:
    return (day.year - EPOCH) * MONTHS_A_YEAR + day.month - 1


def planned(scan: DataScan) -> TableFiles | None:
    """What PyIceberg plans for `scan`; None where rows are deleted by files of their own."""
    from pyiceberg.transforms import MonthTransform

    metadata = scan.table_metadata
    tasks = list(scan.plan_files())
    if any(task.delete_files for task in tasks):
        return None
    spec = metadata.spec()
    is_by_month = [type(field.transform) for field in spec.fields] == [MonthTransform]

    def month_of(file: Any) -> int | None:
        return file.partition[0] if is_by_month and file.spec_id == spec.spec_id else None

    return TableFiles(
        tuple(
            TableColumn(field.field_id, field.name, str(field.field_type), field.doc or "")
            for field in metadata.schema().fields
        ),
        tuple(
            DataFile(task.file.file_path, month_of(task.file), task.file.record_count)
            for task in tasks
        ),
        tuple(_manifests(scan)),
        metadata.current_snapshot_id,
    )


def _manifests(scan: DataScan) -> Iterator[str]:
    snapshot = scan.snapshot()
    if snapshot:
        yield snapshot.manifest_list
        yield from (manifest.manifest_path for manifest in snapshot.manifests(scan.io))


def kept_or(location: str, plan: Callable[[], TableFiles | None]) -> TableFiles | None:
    """The files of the table whose metadata lies at `location` on this machine: those kept, else
    those that `plan` finds, which are kept then."""
    files = kept(location)
    if files is not None:
        return files
    files = plan()
    if files is not None:
        # Where nothing can be written, nothing is kept.
        with suppress(OSError):
            _keep(Path(location).with_name(KEPT), location, files)
    return files


def kept(location: str) -> TableFiles | None:
    """The files of the table whose metadata lies at `location`, where they are kept."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        return _read(Path(location).with_name(KEPT), location)
    return None


def _keep(path: Path, location: str, files: TableFiles) -> None:
    said_by = (location, *files.said_by)
    content = json.dumps(
        {
            "said_by": [[name, *stamp(name)] for name in said_by],
            "columns": [list(astuple(column)) for column in files.columns],
            "files": [list(astuple(file)) for file in files.files],
            "snapshot": files.snapshot,
        }
    ).encode()
    if len(content) <= MOST_BYTES:
        write_atomically(path, sha256(content).hexdigest().encode() + b"\n" + content)


def _read(path: Path, location: str) -> TableFiles:
    """The kept files; `ValueError`, or what a damaged file leads to, where they do not count."""
    checksum, _, content = path.read_bytes().partition(b"\n")
    if sha256(content).hexdigest().encode() != checksum:
        raise ValueError("damaged")
    told = json.loads(content)
    if told["said_by"][0][0] != location:
        raise ValueError("of another state")
    for name, size, time in told["said_by"]:
        if stamp(name) != (size, time):
            raise ValueError("made of files that are not as they were")
    return TableFiles(
        tuple(TableColumn(*column) for column in told["columns"]),
        tuple(DataFile(*file) for file in told["files"]),
        tuple(name for name, *_ in told["said_by"][1:]),
        told["snapshot"],
    )


def stamp(name: str) -> tuple[int, int]:
    """Size and time of a file of this machine."""
    found = _local(name).stat()
    return found.st_size, found.st_mtime_ns


def is_there(name: str) -> bool:
    return _local(name).exists()


def _local(name: str) -> Path:
    return Path(name.removeprefix("file://"))
