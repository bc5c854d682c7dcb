"""The files of an Iceberg table: which there are, and which of them cannot be read.

PyIceberg is loaded where something is wrong: who only reads plain files does without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from bio_lakehouse.errors import BioLakehouseError, DamagedFile

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.manifest import ManifestFile
    from pyiceberg.table import Table

ARROWS_OF_AWS = "AWS Error "


@contextmanager
def damage_found(location: str, properties: Callable[[], dict[str, str]]) -> Iterator[None]:
    """An error that a damaged file of the table at `location` explains becomes `DamagedFile`.

    PyIceberg, Avro, Arrow and JSON each have errors of their own for one, so the files are looked
    at when anything unexpected comes up; where they are sound the error goes on as it was.
    """
    try:
        yield
    except BioLakehouseError:
        raise
    except Exception as error:
        if not (_is_of_a_commit(error) or _says_nothing_of_files(error)):
            check_files(location, properties())
        raise


def check_files(location: str, properties: dict[str, str]) -> None:
    """Read every file of the current state of the table whose metadata lies at `location`.

    Raises `DamagedFile` with the first that is missing or cannot be read.
    """
    from pyiceberg.table import StaticTable

    with _named(location):
        table = StaticTable.from_metadata(location, properties)
    snapshot = table.current_snapshot()
    if snapshot is None:
        return
    with _named(snapshot.manifest_list):
        manifests = snapshot.manifests(table.io)
    for manifest in manifests:
        for path in _data_files(manifest, table.io):
            _read_all(path, table.io)


def files_in_use(table: Table) -> Iterator[str]:
    """Every file that the table's metadata names: metadata, manifest lists, manifests and data."""
    yield table.metadata_location
    for logged in table.metadata.metadata_log:
        yield logged.metadata_file
    for statistics in table.metadata.statistics:
        yield statistics.statistics_path
    for snapshot in table.snapshots():
        yield snapshot.manifest_list
    for manifest in _manifests(table):
        yield manifest.manifest_path
        for entry in manifest.fetch_manifest_entry(table.io):
            yield entry.data_file.file_path


def _manifests(table: Table) -> Iterable[ManifestFile]:
    """Each manifest once: a snapshot names most of those of the one before."""
    lists = [snapshot.manifests(table.io) for snapshot in table.snapshots()]
    return {one.manifest_path: one for one in chain.from_iterable(lists)}.values()


def _data_files(manifest: ManifestFile, io: FileIO) -> list[str]:
    with _named(manifest.manifest_path):
        return [entry.data_file.file_path for entry in manifest.fetch_manifest_entry(io)]


def _read_all(path: str, io: FileIO) -> None:
    with _named(path), io.new_input(path).open() as file:
        pq.ParquetFile(file).read()


@contextmanager
def _named(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise DamagedFile.at(path, "it is not there") from error
    except Exception as error:
        if _says_nothing_of_files(error):
            raise
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DamagedFile.at(path, reason) from error


def _is_of_a_commit(error: Exception) -> bool:
    from pyiceberg.exceptions import CommitFailedException, ValidationException

    return isinstance(error, CommitFailedException | ValidationException)


def _says_nothing_of_files(error: Exception) -> bool:
    """Whether the way to the files failed, AWS's or that of rights, which says nothing of them."""
    if isinstance(error, OSError):
        return isinstance(error, PermissionError) or ARROWS_OF_AWS in str(error)
    return type(error).__module__.partition(".")[0] == "botocore"
