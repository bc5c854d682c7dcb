"""A home that was moved, copied or restored: its tables open where it is, and the original stays as
it was."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bio_lakehouse.errors import DamagedFile, StoreError, TableError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.maintenance import delete_orphans
from bio_lakehouse.lake.repair import set_damage_aside
from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema
from bio_lakehouse.lake.tables import Tables, conform
from bio_lakehouse.lake.warehouse_io import WarehouseIO, io_properties
from bio_lakehouse.settings import Settings

SCHEMA = TableSchema(
    "bio_silver",
    "scores",
    "Scores by day.",
    ("user_id", "day"),
    (USER_ID, DAY, Column("score", "int", "A score.", 0, 100)),
)
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
AN_HOUR = 3600


def tables_of(home: Path) -> Tables:
    return Lakehouse.open(Settings(home=home, snapshot_retention_days=0)).tables


def scores(*values: int) -> pa.Table:
    days = pa.array([date(2026, month, 2) for month, _ in enumerate(values, start=1)], pa.date32())
    return pa.table({"user_id": ["me"] * len(values), "day": days, "score": pa.array(values)})


def contents(tables: Tables) -> list[int]:
    return [row["score"] for row in tables.scan(SCHEMA.full_name).sort_by("day").to_pylist()]


def state(home: Path) -> dict[str, tuple[bytes, int]]:
    """Each file of a home with its bytes and when it was last written."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "original"
    tables_of(folder).replace(SCHEMA, scores(1, 2, 3), FIRST, LAST)
    return folder


def write_often(tables: Tables) -> None:
    """Commits after which expiry has something to delete, each file older than its grace."""
    for score in range(4):
        tables.replace(SCHEMA, scores(score, 50), FIRST, LAST)
        past = time.time() - AN_HOUR
        for path in (tables.catalog.writable.load_table(SCHEMA.full_name).location(),):
            for file in Path(path).rglob("*"):
                os.utime(file, (past, past))
        time.sleep(0.01)


def copied(home: Path) -> Path:
    return Path(shutil.copytree(home, home.with_name("the copy")))


def moved(home: Path) -> Path:
    return home.rename(home.with_name("the copy"))


@pytest.mark.parametrize("how", [copied, moved])
def test_tables_open_under_another_path(
    home: Path, how: Callable[[Path], Path], caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = how(home)
    assert contents(tables_of(elsewhere)) == [1, 2, 3]
    assert f"moved or copied from {home}" in caplog.text
    location = tables_of(elsewhere).catalog.metadata_location(SCHEMA.full_name)
    assert location
    assert Path(location).is_relative_to(elsewhere)
    assert str(home) not in Path(location).read_text()


def test_writing_to_a_copy_leaves_the_original_as_it_was(home: Path) -> None:
    copy = copied(home)
    before = state(home)
    write_often(tables_of(copy))
    assert state(home) == before
    assert contents(tables_of(copy)) == [3, 50]
    write_often(tables_of(home))
    assert contents(tables_of(copy)) == [3, 50]


def test_a_copy_of_a_copy_and_a_home_that_came_back(home: Path) -> None:
    copy = copied(home)
    tables_of(copy).replace(SCHEMA, scores(7), FIRST, LAST)
    back = copied(copy.rename(home.with_name("second")))
    assert contents(tables_of(back)) == [7]
    shutil.rmtree(home)
    back.rename(home)
    assert contents(tables_of(home)) == [7]


def test_a_copy_of_which_a_file_is_missing_is_told_and_nothing_is_taken_from_the_original(
    home: Path,
) -> None:
    copy = copied(home)
    lost = next((copy / "warehouse").rglob("*.parquet"))
    lost.unlink()
    with pytest.raises(DamagedFile, match=lost.name):
        contents(tables_of(copy))


def test_a_copy_without_its_catalog_is_repaired_from_its_own_tables(home: Path) -> None:
    copy = copied(home)
    (copy / "catalog.db").unlink()
    before = state(home)
    said = set_damage_aside(Lakehouse(Settings(home=copy)))
    assert [line for line in said if "were found by their own metadata" in line] == said
    assert not any(str(home) in line for line in said)
    assert contents(tables_of(copy)) == [1, 2, 3]
    assert state(home) == before


def test_a_table_whose_metadata_names_another_home_cannot_write_there(home: Path) -> None:
    """The guard by itself: a table of the original, with the copy's way to files."""
    copy = copied(home)
    before = state(home)
    table = tables_of(home).catalog.writable.load_table(SCHEMA.full_name)
    table.io = WarehouseIO(io_properties(copy / "warehouse"))
    with pytest.raises(TableError, match="lies outside"):
        table.append(conform(scores(9), SCHEMA))
    for touch in (table.io.new_input, table.io.new_output, table.io.delete):
        with pytest.raises(TableError, match="lies outside"):
            touch(table.metadata_location)
    with pytest.raises(TableError, match="lies outside"):
        delete_orphans(table, datetime.now(UTC))
    assert state(home) == before


def test_a_link_in_the_warehouse_leads_nowhere_else(home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept")
    inside = home / "warehouse" / "link"
    inside.symlink_to(tmp_path)
    io = WarehouseIO(io_properties(home / "warehouse"))
    for path in (inside / outside.name, home / "warehouse" / ".." / ".." / outside.name):
        with pytest.raises(TableError, match="lies outside"):
            io.delete(str(path))
        with pytest.raises(TableError, match="lies outside"):
            io.new_output(str(path))
    assert outside.read_text() == "kept"


@pytest.mark.parametrize("name", ["50 % done?", "a#b", "two words", "%20?mode=ro", "ü & é"])
def test_any_name_of_a_folder_holds_tables(tmp_path: Path, name: str) -> None:
    tables = tables_of(tmp_path / name)
    tables.replace(SCHEMA, scores(1, 2), FIRST, LAST)
    write_often(tables)
    assert contents(tables_of(tmp_path / name)) == [3, 50]
    assert {path.name for path in tmp_path.iterdir()} == {name}


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nothing/home"])
def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="home"):
        Lakehouse.open(Settings(home=tmp_path / place))
