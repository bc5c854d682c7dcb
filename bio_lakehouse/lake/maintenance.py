"""Expiry of what a table no longer needs: earlier snapshots, and the files that only they named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bio_lakehouse.lake.table_files import files_in_use

if TYPE_CHECKING:
    from pyiceberg.table import Table


GRACE = timedelta(minutes=15)
"""How long files that nothing names are left alone whatever the retention: another writer may be
about to."""


def expire(table: Table, retention: timedelta) -> int:
    """Drop snapshots older than `retention` (never the current one) and the files left over; how
    many files went."""
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
    """Delete files below the table's folder that no snapshot or metadata names and that are older
    than `before`.

    A commit in flight has written files that no metadata names yet: `before` leaves it its time.
    A file outside of the table's warehouse is `TableError`, and stays.
    """
    from pyarrow.fs import FileSelector, FileType
    from pyiceberg.io.pyarrow import PyArrowFileIO

    io = table.io
    if not isinstance(io, PyArrowFileIO):
        return 0
    scheme, netloc, root = PyArrowFileIO.parse_location(table.location())
    filesystem = io.fs_by_scheme(scheme, netloc)
    wanted = {PyArrowFileIO.parse_location(path)[2] for path in files_in_use(table)}
    removed = 0
    for info in filesystem.get_file_info(FileSelector(root, recursive=True)):
        if info.type == FileType.File and info.mtime < before and info.path not in wanted:
            io.delete(f"{scheme}://{info.path}" if netloc else info.path)
            removed += 1
    return removed
