"""The kept list of a table's files: it spares PyIceberg, and never says anything else than it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake import data_files, table_writing, tables
from bio_lakehouse.lake.data_files import KEPT
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.table_forgetting import forget_rows
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.scores_of_two import write_scores
from bio_lakehouse_tests.lake.test_plain_scan import FIRST, LAST, SCHEMA


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """Three months of two people, of whose files no list is kept yet."""
    lake = Lakehouse.open(Settings(home=tmp_path))
    write(lake, 1.0)
    kept_file(lake).unlink()
    return lake


def write(lake: Lakehouse, score: float, first: date = FIRST) -> None:
    write_scores(lake, score, first, LAST)


def scores(lake: Lakehouse) -> list[float]:
    tables._scan.cache_clear()
    rows = lake.tables.scan(SCHEMA.full_name, date(2026, 2, 20), date(2026, 3, 2), "me")
    return sorted(rows.column("score").to_pylist())


def kept_file(lake: Lakehouse) -> Path:
    location = lake.tables.state(SCHEMA.full_name)
    assert location is not None
    return Path(location).with_name(KEPT)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An entry for each plan that PyIceberg made."""
    made: list[int] = []
    plan = data_files.planned

    def counted(scan: object) -> object:
        made.append(1)
        return plan(scan)  # type: ignore[arg-type]

    for module in (tables, table_writing):
        monkeypatch.setattr(module, "planned", counted)
    return made


def test_what_is_written_first_is_planned_at_once(plans: list[int], tmp_path: Path) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path))
    write(lake, 1.0)
    assert len(plans) == 1
    assert kept_file(lake).exists()
    assert scores(lake) == [1.0] * 11
    assert len(plans) == 1


def test_a_table_is_planned_once_a_state(lake: Lakehouse, plans: list[int]) -> None:
    assert [scores(lake), scores(lake)] == [[1.0] * 11] * 2
    assert len(plans) == 1

    write(lake, 2.0, date(2026, 3, 1))

    assert [scores(lake), scores(lake)] == [[1.0] * 9 + [2.0] * 2] * 2
    assert len(plans) == 2


def test_the_list_is_one_small_file_of_its_owner_that_names_nobody(lake: Lakehouse) -> None:
    scores(lake)
    kept = kept_file(lake)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert b"ann" not in kept.read_bytes().partition(b"\n")[2].replace(
        str(lake.place).encode(), b""
    )


DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda content: b"",
    lambda content: content[:-1],
    lambda content: content.replace(b"parquet", b"parquex", 1),
    lambda content: b"0" * 64 + b"\n{}",
    lambda content: b"\xff\x00",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_list_is_as_none(
    lake: Lakehouse, plans: list[int], damage: Callable[[bytes], bytes]
) -> None:
    scores(lake)
    kept = kept_file(lake)
    kept.write_bytes(damage(kept.read_bytes()))

    assert [scores(lake), scores(lake)] == [[1.0] * 11] * 2
    assert len(plans) == 2


def test_a_damaged_manifest_is_noticed_all_the_same(lake: Lakehouse) -> None:
    scores(lake)
    for manifest in kept_file(lake).parent.glob("*.avro"):
        manifest.write_bytes(manifest.read_bytes()[:-5])
    with pytest.raises(BioLakehouseError, match="damaged"):
        scores(lake)


def test_a_list_that_names_a_file_outside_is_refused(lake: Lakehouse, tmp_path: Path) -> None:
    scores(lake)
    location = str(lake.tables.state(SCHEMA.full_name))
    files = data_files._read(kept_file(lake), location)
    outside = data_files.DataFile(str(tmp_path.parent / "another.parquet"), None, 1)
    data_files._keep(
        kept_file(lake), location, data_files.TableFiles(files.columns, (outside,), files.said_by)
    )
    with pytest.raises(BioLakehouseError, match="lies outside"):
        scores(lake)


def test_it_goes_when_a_person_is_forgotten(lake: Lakehouse) -> None:
    scores(lake)
    kept = kept_file(lake)
    forget_rows(lake.tables, SCHEMA.full_name, "ann")
    assert not kept.exists()


def test_what_is_kept_is_read_without_pyiceberg(lake: Lakehouse, tmp_path: Path) -> None:
    scores(lake)
    script = f"""
        import sys
        from pathlib import Path
        from bio_lakehouse.lake.lakehouse import Lakehouse
        from bio_lakehouse.settings import Settings
        tables = Lakehouse.open(Settings(home=Path({str(tmp_path)!r}))).tables
        rows = tables.scan({SCHEMA.full_name!r}, user_id="me").num_rows
        print(rows, {{"pyiceberg", "pandas", "sqlalchemy"}} & set(sys.modules))
    """
    words = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "90 set()\n"
