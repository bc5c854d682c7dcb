"""A person's rows taken out of an Iceberg table for good: out of its files, out of its history, and
out of the bounds that its metadata keeps of each file.

The others' rows stay as they are: only files that hold both are written anew, in the same order.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bio_lakehouse.lake.filters import rows_where
from bio_lakehouse.lake.kept_rows import drop_kept_rows
from bio_lakehouse.lake.maintenance import delete_orphans
from bio_lakehouse.lake.tables import Tables

if TYPE_CHECKING:
    from pyiceberg.table import Table

VERSIONS_KEPT = "write.metadata.previous-versions-max"
MARK = "forgotten-at"
ROTATIONS = 2
"""Commits after which the one earlier metadata file that is kept knows no old snapshot."""


def forget_rows(tables: Tables, full_name: str, user_id: str) -> int:
    """Remove a user's rows from a table, and every earlier state of it; how many rows there were.

    Whoever calls it holds the table's lock. Run again after an interruption, it does what is left.
    """
    with tables.catalog.trouble_named(full_name):
        return _forget_rows(tables.catalog.writable.load_table(full_name), user_id)


def _forget_rows(table: Table, user_id: str) -> int:
    rows = rows_of_user(table, user_id)
    if rows:
        table.delete(rows_where(None, None, user_id=user_id))
    if table.current_snapshot() is not None:
        _drop_removed_entries(table)
        _expire_all_earlier(table)
    _rotate_metadata(table)
    delete_orphans(table, datetime.now(UTC) + timedelta(days=1))
    drop_kept_rows(table.metadata_location)
    return rows


def count_rows(tables: Tables, full_name: str, user_id: str) -> int:
    """How many rows a user has in a table now."""
    return rows_of_user(tables.catalog.writable.load_table(full_name), user_id)


def rows_of_user(table: Table, user_id: str) -> int:
    chosen = table.scan(
        row_filter=rows_where(None, None, user_id=user_id), selected_fields=("user_id",)
    )
    return int(chosen.to_arrow().num_rows)


def _drop_removed_entries(table: Table) -> None:
    """A commit keeps entries of the files that it removed, with their bounds: the next one drops
    them, where they stand in manifests of their own; else all rows are written anew."""
    _append_nothing(table)
    if _has_removed_entries(table):
        table.overwrite(table.scan().to_arrow())
        _append_nothing(table)


def _append_nothing(table: Table) -> None:
    table.append(table.schema().as_arrow().empty_table())


def _has_removed_entries(table: Table) -> bool:
    snapshot = table.current_snapshot()
    manifests = snapshot.manifests(table.io) if snapshot else []
    return any(manifest.deleted_files_count != 0 for manifest in manifests)


def _expire_all_earlier(table: Table) -> None:
    current = table.current_snapshot()
    known = {snapshot.snapshot_id for snapshot in table.snapshots()}
    old = sorted(known - ({current.snapshot_id} if current else set()))
    if old:
        table.maintenance.expire_snapshots().by_ids(old).commit()
        table.refresh()


def _rotate_metadata(table: Table) -> None:
    """Let the metadata files that know earlier states go: the catalog drops all but the newest."""
    kept = table.properties.get(VERSIONS_KEPT)
    for number in range(ROTATIONS):
        with table.transaction() as change:
            change.set_properties({VERSIONS_KEPT: "1", MARK: str(number)})
    with table.transaction() as change:
        change.remove_properties(MARK, *([] if kept else [VERSIONS_KEPT]))
        if kept:
            change.set_properties({VERSIONS_KEPT: kept})
