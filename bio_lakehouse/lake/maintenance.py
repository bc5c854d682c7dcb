"""Expiry of what a table no longer needs: earlier snapshots, and the files that only they named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pyarrow.fs import FileSelector, FileType
from pyiceberg.io.pyarrow import PyArrowFileIO

if TYPE_CHECKING:
    from pyiceberg.table import Table


GRACE = timedelta(minutes=15)
"""How long files that nothing names are left alone whatever the retention: another writer may be about to."""


def expire(table: Table, retention: timedelta) -> int:
    """Drop snapshots older than `retention` (never the current one) and the files left over; how many files went."""
    limit = datetime.now(UTC) - retention
    current = table.current_snapshot()
    old = [
        snapshot.snapshot_id
        for snapshot in table.snapshots()
        if snapshot is not current and snapshot.timestamp_ms < limit.timestamp() * 1000
        if current is None or snapshot.snapshot_id != current.snapshot_id
    ]
    if not old:
        return 0
    table.maintenance.expire_snapshots().by_ids(old).commit()
    table.refresh()
    return delete_orphans(table, min(limit, datetime.now(UTC) - GRACE))


def delete_orphans(table: Table, before: datetime) -> int:
    """Delete files below the table's folder that no snapshot or metadata names and that are older than `before`.

    A commit in flight has written files that no metadata names yet: `before` leaves it its time.
    """
    io = table.io
    if not isinstance(io, PyArrowFileIO):
        return 0
    scheme, netloc, root = PyArrowFileIO.parse_location(table.location())
    filesystem = io.fs_by_scheme(scheme, netloc)
    wanted = {PyArrowFileIO.parse_location(path)[2] for path in files_in_use(table)}
    removed = 0
    for info in filesystem.get_file_info(FileSelector(root, recursive=True)):
        if info.type == FileType.File and info.mtime < before and info.path not in wanted:
            filesystem.delete_file(info.path)
            removed += 1
    return removed


def files_in_use(table: Table) -> Iterator[str]:
    """Every file that the table's metadata names: metadata, manifest lists, manifests and data."""
    yield table.metadata_location
    for logged in table.metadata.metadata_log:
        yield logged.metadata_file
    for statistics in table.metadata.statistics:
        yield statistics.statistics_path
    for snapshot in table.snapshots():
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            yield manifest.manifest_path
            for entry in manifest.fetch_manifest_entry(table.io):
                yield entry.data_file.file_path
