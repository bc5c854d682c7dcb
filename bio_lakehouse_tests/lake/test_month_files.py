"""A file a month, to the byte as PyIceberg's own append makes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.io import pyarrow as writing
from pyiceberg.manifest import DataFile, ManifestFile
from pyiceberg.table import Table

from bio_lakehouse.lake import month_files
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema
from bio_lakehouse.lake.tables import conform
from bio_lakehouse.settings import Settings

COLUMNS = (USER_ID, DAY, Column("score", "int", "A score."), Column("note", "string", "A note."))
BY_MONTH = TableSchema("bio_silver", "scores", "Scores by day.", ("user_id", "day"), COLUMNS)
WHOLE = TableSchema("bio_silver", "notes", "Notes.", ("day",), COLUMNS, day_column=None)
OF_A_FILE = (
    "content",
    "file_format",
    "record_count",
    "file_size_in_bytes",
    "column_sizes",
    "value_counts",
    "null_value_counts",
    "nan_value_counts",
    "lower_bounds",
    "upper_bounds",
    "key_metadata",
    "split_offsets",
    "equality_ids",
    "sort_order_id",
)
OF_A_MANIFEST = (
    "content",
    "partition_spec_id",
    "sequence_number",
    "min_sequence_number",
    "added_files_count",
    "existing_files_count",
    "deleted_files_count",
    "added_rows_count",
    "existing_rows_count",
    "deleted_rows_count",
)


def scores(first: date, days: int) -> pa.Table:
    """A row a day, not in the days' order and in several pieces; some scores are not known."""
    order = [number * 37 % days for number in range(days)]
    parts = [_rows(first, order[: days // 3]), _rows(first, order[days // 3 :])]
    return conform(pa.concat_tables(parts), BY_MONTH)


def _rows(first: date, numbers: list[int]) -> pa.Table:
    return pa.table(
        {
            "user_id": ["me"] * len(numbers),
            "day": pa.array([first + timedelta(number) for number in numbers], pa.date32()),
            "score": pa.array([number if number % 3 else None for number in numbers], pa.int32()),
            "note": [f"of {number}" for number in numbers],
        }
    )


def table_of(home: Path, schema: TableSchema) -> Table:
    tables = Lakehouse.open(Settings(home=home)).tables
    tables.made_ready(schema)
    return tables.catalog.writable.load_table(schema.full_name)


def manifests(table: Table) -> list[ManifestFile]:
    snapshot = table.current_snapshot()
    assert snapshot is not None
    return snapshot.manifests(table.io)


def files(table: Table) -> dict[str, tuple[object, ...]]:
    """Each file's partition, with all else that the manifests say of it and its bytes."""
    entries = [
        entry for manifest in manifests(table) for entry in manifest.fetch_manifest_entry(table.io)
    ]
    return {
        str(entry.data_file.partition): (entry.status, *_told(entry.data_file, table))
        for entry in entries
    }


def _told(file: DataFile, table: Table) -> list[object]:
    with table.io.new_input(file.file_path).open() as stream:
        return [*(getattr(file, name) for name in OF_A_FILE), stream.read()]


def told_of_manifests(table: Table) -> list[list[Any]]:
    return sorted(
        [[getattr(manifest, name) for name in OF_A_MANIFEST] for manifest in manifests(table)],
        key=str,
    )


def as_they_come(rows: pa.Table) -> pa.Table:
    return rows


def by_day(rows: pa.Table) -> pa.Table:
    return rows.sort_by("day")


def by_day_in_pieces(rows: pa.Table) -> pa.Table:
    ordered = rows.sort_by("day")
    return pa.concat_tables([ordered.slice(0, 40), ordered.slice(40)])


@pytest.mark.parametrize("ordered", [as_they_come, by_day, by_day_in_pieces])
@pytest.mark.parametrize("first", [date(2024, 1, 15), date(1969, 11, 3)])
def test_files_and_manifests_are_those_of_pyicebergs_own_append(
    tmp_path: Path, first: date, ordered: Callable[[pa.Table], pa.Table]
) -> None:
    ours, theirs = (table_of(tmp_path / name, BY_MONTH) for name in ("ours", "theirs"))
    for rows in map(ordered, (scores(first, 100), scores(first + timedelta(80), 30))):
        month_files.append(ours, rows)
        theirs.append(rows)
        assert files(ours) == files(theirs)
        assert told_of_manifests(ours) == told_of_manifests(theirs)
    assert len(manifests(ours)) == 2
    assert ours.schema() == theirs.schema()
    summaries = [table.current_snapshot().summary for table in (ours, theirs)]
    assert summaries[0] == summaries[1]


def test_a_column_that_rows_lack_is_null_as_pyiceberg_has_it(tmp_path: Path) -> None:
    ours, theirs = (table_of(tmp_path / name, BY_MONTH) for name in ("ours", "theirs"))
    rows = scores(date(2024, 1, 15), 100).drop_columns(["note"])
    month_files.append(ours, rows)
    theirs.append(rows)
    assert files(ours) == files(theirs)
    assert ours.scan().to_arrow().column("note").null_count == 100


@pytest.mark.parametrize("step", ["_determine_partitions", "compute_statistics_plan"])
def test_what_is_alike_in_all_months_is_not_done_once_a_month(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("PyIceberg does this once a month")

    monkeypatch.setattr(writing, step, refused)
    table = table_of(tmp_path, BY_MONTH)
    month_files.append(table, scores(date(2024, 1, 1), 100))
    assert len(files(table)) == 4
    assert table.scan().to_arrow().num_rows == 100


def test_a_file_that_grows_too_large_is_cut(tmp_path: Path) -> None:
    table = table_of(tmp_path, BY_MONTH)
    with table.transaction() as change:
        change.set_properties({"write.target-file-size-bytes": "500"})
    rows = scores(date(2024, 1, 1), 31)
    month_files.append(table, rows)
    assert sum(manifest.added_files_count or 0 for manifest in manifests(table)) > 1
    assert table.scan().to_arrow().sort_by("day") == rows.sort_by("day")


def test_a_table_without_days_is_appended_to_whole(tmp_path: Path) -> None:
    table = table_of(tmp_path, WHOLE)
    rows = scores(date(2024, 1, 1), 100)
    month_files.append(table, rows)
    assert len(files(table)) == 1
    assert table.scan().to_arrow().sort_by("day") == rows.sort_by("day")
