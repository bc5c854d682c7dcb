"""The kept rows of a small table: they spare its files, and never say anything else than these."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake import kept_rows, tables
from bio_lakehouse.lake.data_files import planned
from bio_lakehouse.lake.filters import rows_where
from bio_lakehouse.lake.kept_rows import KEPT
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import write_atomically
from bio_lakehouse.lake.plain_scan import Bounds, keep_written
from bio_lakehouse.lake.table_forgetting import forget_rows
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.scores_of_two import write_scores
from bio_lakehouse_tests.lake.test_plain_scan import SCHEMA, WIDER, scan_of

FIRST, LAST = date(2025, 9, 1), date(2026, 3, 31)
MONTHS = 7
BOUNDS: list[Bounds] = [
    (None, None, None),
    (None, None, "me"),
    (date(2025, 9, 20), date(2026, 3, 3), "ann"),
    (date(2026, 2, 3), None, None),
]


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """Seven months of two people, each in a file, of which nothing is kept yet."""
    lake = Lakehouse.open(Settings(home=tmp_path))
    write(lake, 1.0)
    kept_file(lake).unlink()
    return lake


def write(lake: Lakehouse, score: float, first: date = FIRST) -> None:
    write_scores(lake, score, first, LAST)


def read(lake: Lakehouse, bounds: Bounds = BOUNDS[0], columns: tuple[str, ...] = ()) -> pa.Table:
    """What is there, and in no cache of this process."""
    for scan in (tables._scan, tables._scan_of_few_columns):
        scan.cache_clear()
    return lake.tables.scan(SCHEMA.full_name, *bounds, columns)


def kept_file(lake: Lakehouse) -> Path:
    return Path(str(lake.tables.state(SCHEMA.full_name))).with_name(KEPT)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The data files that were opened."""
    found: list[str] = []
    open_file = tables.opened_in

    def counted(warehouse: Path, path: str) -> object:
        found.append(path)
        return open_file(warehouse, path)

    monkeypatch.setattr(tables, "opened_in", counted)
    return found


@pytest.mark.parametrize("columns", [(), ("day",), ("note", "score")], ids=str)
@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
def test_the_rows_are_those_of_pyiceberg(
    lake: Lakehouse, bounds: Bounds, columns: tuple[str, ...]
) -> None:
    late = {"user_id": "me", "day": LAST, "score": None, "note": "late"}
    rows = pa.Table.from_pylist([late], WIDER.arrow)
    lake.tables.replace(WIDER, rows, date(2026, 3, 1), LAST)
    table = lake.tables.catalog.writable.load_table(SCHEMA.full_name)
    expected = scan_of(table, bounds, columns or ("*",)).to_arrow()

    read(lake)
    assert kept_file(lake).exists()
    found = read(lake, bounds, columns)

    assert found.cast(expected.schema).equals(expected)
    assert (found.schema.metadata or {}) == (expected.schema.metadata or {})


def test_each_file_is_opened_once(lake: Lakehouse, opened: list[str]) -> None:
    assert read(lake, columns=("day",)).num_rows == read(lake).num_rows
    assert len(opened) == len(set(opened)) == MONTHS

    write(lake, 2.0, date(2026, 3, 1))
    opened.clear()

    for bounds in ((date(2025, 10, 1), LAST, None), BOUNDS[0], BOUNDS[2]):
        assert set(read(lake, bounds).column("score").to_pylist()) == {1.0, 2.0}
    assert len(opened) == 2
    assert len(set(opened)) == 1


def test_what_is_written_first_is_kept_as_it_would_be_read(
    lake: Lakehouse, opened: list[str], tmp_path: Path
) -> None:
    new = Lakehouse.open(Settings(home=tmp_path / "new"))
    write(new, 1.0)
    at_once = kept_file(new).read_bytes()
    found = read(new)
    assert not opened

    kept_file(new).unlink()
    read_later = read(new)
    assert len(opened) == MONTHS
    assert found.equals(read_later, check_metadata=True)
    assert found.schema.equals(read_later.schema, check_metadata=True)
    assert kept_file(new).read_bytes() == at_once


def test_rows_that_another_one_has_added_to_are_not_kept(lake: Lakehouse, tmp_path: Path) -> None:
    table = lake.tables.catalog.writable.load_table(SCHEMA.full_name)
    files = planned(table.scan())
    assert files is not None
    place = tmp_path / "kept"
    rows = {file.path: read(lake).slice(0, file.rows) for file in files.files}
    keep_written(place, files, dict(list(rows.items())[1:]))
    assert not place.exists()
    keep_written(place, files, rows)
    assert place.exists()


def test_it_is_a_file_of_its_owner(lake: Lakehouse) -> None:
    read(lake)
    assert kept_file(lake).stat().st_mode & 0o777 == 0o600


DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda content: b"",
    lambda content: content[:-1],
    lambda content: content[:500] + b"\xff" + content[501:],
    lambda content: content[:-32] + b"0" * 32,
    lambda content: b"\xff\x00",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_one_is_as_none(
    lake: Lakehouse, opened: list[str], damage: Callable[[bytes], bytes]
) -> None:
    before = read(lake)
    kept_file(lake).write_bytes(damage(kept_file(lake).read_bytes()))
    opened.clear()

    assert read(lake).equals(before)
    assert len(opened) == MONTHS
    assert read(lake).equals(before)
    assert len(opened) == MONTHS


def test_a_damaged_data_file_is_noticed_all_the_same(lake: Lakehouse) -> None:
    read(lake)
    data = next((kept_file(lake).parents[1] / "data").rglob("*.parquet"))
    data.write_bytes(data.read_bytes()[:-5])
    with pytest.raises(BioLakehouseError, match="damaged"):
        read(lake)


def test_rows_that_were_taken_out_go_with_the_next_whole_reading(lake: Lakehouse) -> None:
    read(lake)
    table = lake.tables.catalog.writable.load_table(SCHEMA.full_name)
    table.delete(rows_where(None, None, user_id="ann"))

    assert set(read(lake).column("user_id").to_pylist()) == {"me"}
    assert b"ann" not in kept_file(lake).read_bytes()


def test_it_goes_when_a_person_is_forgotten(lake: Lakehouse) -> None:
    read(lake)
    forget_rows(lake.tables, SCHEMA.full_name, "ann")
    assert not kept_file(lake).exists()


def test_whoever_reads_while_a_person_is_forgotten_keeps_nothing(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written_late(path: Path, content: bytes) -> None:
        forget_rows(lake.tables, SCHEMA.full_name, "ann")
        write_atomically(path, content)

    monkeypatch.setattr(kept_rows, "write_atomically", written_late)
    assert set(read(lake).column("user_id").to_pylist()) == {"me", "ann"}
    assert not kept_file(lake).exists()


def test_a_large_table_is_not_kept(lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_rows, "MOST_CELLS", read(lake).num_rows * 3 - 1)
    kept_file(lake).unlink()
    read(lake)
    assert not kept_file(lake).exists()


def test_where_nothing_can_be_written_nothing_is_kept(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(kept_rows, "write_atomically", full)
    new = Lakehouse.open(lake.settings.model_copy(update={"home": lake.settings.home / "new"}))
    write(new, 1.0)
    assert not kept_file(new).exists()
    assert read(lake).num_rows == 2 * ((LAST - FIRST).days + 1)
    assert not kept_file(lake).exists()
