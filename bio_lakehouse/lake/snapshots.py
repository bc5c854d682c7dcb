"""What a table's snapshots tell: what was said of the newest when it was committed, and whose rows
are others than they were at an earlier one.

Of two snapshots only those files are read that one of them has and the other has not: of a table
that grew by a day that is a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bio_lakehouse.lake.content_versions import row_hashes
from bio_lakehouse.lake.data_files import TableFiles, planned
from bio_lakehouse.lake.plain_scan import rows_of
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.table_files import damage_found
from bio_lakehouse.lake.tables import Tables, conform, opened_by, opened_in
from bio_lakehouse.lake.warehouse_paths import warehouse_of

if TYPE_CHECKING:
    from pyiceberg.table import StaticTable


def newest_snapshot(tables: Tables, full_name: str) -> int | None:
    """The snapshot that a table's readers see now; None before the first."""
    newest = _newest(tables, full_name)
    return newest[0] if newest else None


def summary_of(tables: Tables, full_name: str) -> Mapping[str, str]:
    """What `Tables.replace` was told to say of a table's newest snapshot, with what Iceberg says of
    it; nothing before the first."""
    newest = _newest(tables, full_name)
    return newest[1] if newest else {}


def first_days_changed(tables: Tables, schema: TableSchema, since: int) -> dict[str, date] | None:
    """By person the first day of which their rows, in the columns of `schema`, are others now than
    at the snapshot `since`; None where that is not kept any more, or cannot be told.

    The columns are `user_id`, `day` and at least those of the grain.
    """
    table = _table(tables, schema.full_name)
    if table is None or table.snapshot_by_id(since) is None:
        return None
    if table.metadata.current_snapshot_id == since:
        return {}
    with damage_found(table.metadata_location, tables.catalog.io_properties):
        before, now = (planned(table.scan(snapshot_id=one)) for one in (since, None))
        if before is None or now is None:
            return None
        either = [_beside(now, before), _beside(before, now)]
        found = [rows_of(part, _opened(table), columns=schema.column_names) for part in either]
    rows = [conform(part, schema) for part in found if part is not None]
    return first_days_differing(*rows) if len(rows) == len(either) else None


def first_days_differing(one: pa.Table, other: pa.Table) -> dict[str, date]:
    """By person the first day of the rows that are in one of two tables of the same columns
    alone."""
    here, there = row_hashes(one), row_hashes(other)
    alone = [one.filter(~np.isin(here, there)), other.filter(~np.isin(there, here))]
    days = pa.concat_tables(alone).group_by("user_id").aggregate([("day", "min")])
    return dict(zip(days["user_id"].to_pylist(), days["day_min"].to_pylist(), strict=True))


def _newest(tables: Tables, full_name: str) -> tuple[int, Mapping[str, str]] | None:
    """The newest snapshot of a table and what was said of it; None before the first."""
    location = tables.catalog.metadata_location(full_name)
    warehouse = warehouse_of(tables.catalog.reading_properties())
    if location is not None and warehouse is not None:
        with damage_found(location, tables.catalog.io_properties):
            return _newest_at(warehouse, location)
    table = _table(tables, full_name)
    snapshot = table.current_snapshot() if table else None
    if snapshot is None:
        return None
    return snapshot.snapshot_id, snapshot.summary.additional_properties if snapshot.summary else {}


@lru_cache(maxsize=16)
def _newest_at(warehouse: Path, location: str) -> tuple[int, Mapping[str, str]] | None:
    """As `_newest`, of a file of this machine, which never changes: PyIceberg, which takes a second
    to load, is not needed for it."""
    with opened_in(warehouse, location) as file:
        metadata = json.loads(file.read())
    number = metadata.get("current-snapshot-id")
    snapshots = metadata.get("snapshots", ())
    summaries = {one["snapshot-id"]: one.get("summary") or {} for one in snapshots}
    return (number, summaries[number]) if number in summaries else None


def _table(tables: Tables, full_name: str) -> StaticTable | None:
    location = tables.catalog.metadata_location(full_name)
    if location is None:
        return None
    with damage_found(location, tables.catalog.io_properties):
        return _opened_at(location, tuple(tables.catalog.reading_properties().items()))


@lru_cache(maxsize=4)
def _opened_at(location: str, properties: tuple[tuple[str, str], ...]) -> StaticTable:
    """A table as its metadata says, which never changes."""
    from pyiceberg.table import StaticTable

    return StaticTable.from_metadata(location, dict(properties))


def _beside(files: TableFiles, others: TableFiles) -> TableFiles:
    """Those of `files` that are not among the others."""
    known = {file.path for file in others.files}
    return replace(files, files=tuple(file for file in files.files if file.path not in known))


def _opened(table: StaticTable) -> Callable[[str], Any]:
    warehouse = warehouse_of(dict(table.io.properties))
    return opened_by(table.io) if warehouse is None else partial(opened_in, warehouse)
