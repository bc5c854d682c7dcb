"""All that is a person's is written out whole, in open formats, and nothing of anybody else."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
import zipfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bio_lakehouse.cli import main
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.errors import StoreError
from bio_lakehouse.exporting import Export, export
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.tables import conform
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.marking import build_pending
from bio_lakehouse_tests.lake.speaking_of import places
from bio_lakehouse_tests.lake.test_arrivals import TODAY, ingest, peloton, ride, trends

MINE, OTHERS = "zaragoza", "benedict"
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """A lake of two, with something of both in every layer."""
    home = tmp_path_factory.mktemp("lake") / "home"
    lake = Lakehouse.open(Settings(home=home, today_override=TODAY))
    people = (MINE, OTHERS)
    days = pa.array([date(2026, 3, 1)] * 2, pa.date32())
    values = {"user_id": people, "day": days, "dataset": people, "source": people}
    rows = conform(pa.table(values | {"cause": [FORMULA, OTHERS]}), GAP_LEDGER)
    lake.tables.replace(GAP_LEDGER, rows, date(2026, 3, 1), date(2026, 3, 1))
    for user_id in people:
        ingest(lake, f"{user_id}.csv", peloton(ride(1, 100), ride(40, 100)), user_id)
        ingest(lake, "trends.csv", trends(d01=70), user_id)
        for key in ("experiments/{}/x/plan.json", "reports/{}/weekly-2026-03-01.told.json"):
            lake.objects.put(key.format(user_id), user_id.encode())
        lake.objects.put(f"ask/{user_id}/verified.yaml", user_id.encode())
    lake.objects.put("users.toml", f"[{MINE}]\nftp = 200\n[{OTHERS}]\nftp = 210\n".encode())
    build_pending(lake)
    return Lakehouse.open(Settings(home=home, today_override=TODAY))


@pytest.fixture(scope="module")
def written(lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Export:
    return export(lake, MINE, tmp_path_factory.mktemp("out") / "mine")


def test_it_has_every_layer_and_nobody_else(lake: Lakehouse, written: Export) -> None:
    assert places(written.path, OTHERS) == []
    objects = [path.relative_to(written.path) for path in written.path.rglob("*") if path.is_file()]
    for key in map(str, objects):
        if key.split("/", maxsplit=1)[0] in ("landing", "bronze", "quarantine", "ask", "reports"):
            assert (written.path / key).read_bytes() == lake.objects.get(key)
    assert written.files == {
        "landing": 2,
        "bronze": 2,
        "quarantine": 1,
        "experiments": 1,
        "ask": 1,
        "reports": 1,
        "tables": 2 * len(DESCRIBED),
        "log": 2,
        "profile.json": 1,
        "columns.csv": 1,
        "README.md": 1,
        "manifest.json": 1,
    }
    assert written.rows["tables/gap_ledger"] == 1
    assert json.loads((written.path / "profile.json").read_bytes())["ftp"] == 200


def test_the_manifest_has_every_file_as_it_is(written: Export) -> None:
    manifest = json.loads((written.path / "manifest.json").read_bytes())
    lying = {
        str(path.relative_to(written.path)): path
        for path in written.path.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in lying.items()}
    assert {name: about["sha256"] for name, about in manifest["files"].items()} == sums


def test_parquet_has_values_as_they_are_and_csv_is_safe_to_open(written: Export) -> None:
    table = pq.read_table(written.path / "tables/gap_ledger.parquet")
    assert table.to_pylist()[0]["cause"] == FORMULA
    with (written.path / "tables/gap_ledger.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["cause"] == f"'{FORMULA}"


def test_it_says_what_is_what(written: Export) -> None:
    guide = (written.path / "README.md").read_text("utf-8")
    assert all(f"`{schema.name}`" in guide for schema in DESCRIBED.values())
    with (written.path / "columns.csv").open(newline="") as file:
        told = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    columns = {(one.name, column) for one in DESCRIBED.values() for column in one.column_names}
    assert told == columns


def test_a_zip_has_the_same_and_only_its_owner_reads_it(
    lake: Lakehouse, written: Export, tmp_path: Path
) -> None:
    packed = tmp_path / "mine.zip"
    words = ["export", "--home", str(lake.settings.home), "--user"]
    done = CliRunner().invoke(main, [*words, MINE, str(packed)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "Begin with README.md" in " ".join(done.output.split())
    assert CliRunner().invoke(main, [*words, "nobody", str(tmp_path / "y")]).exit_code == 1
    with zipfile.ZipFile(packed) as archive:
        assert (
            set(archive.namelist()) - {"manifest.json"}
            == json.loads((written.path / "manifest.json").read_bytes())["files"].keys()
        )
        assert archive.testzip() is None
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [packed]
    open_to_others = [path for path in written.path.rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o700


def test_nothing_is_written_over_and_a_half_export_is_none(
    lake: Lakehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there.zip").write_bytes(b"mine")
    with pytest.raises(StoreError, match="is there already"):
        export(lake, MINE, tmp_path / "there.zip")
    with pytest.raises(StoreError, match="lies in the home itself"):
        export(lake, MINE, lake.settings.home / "x")
    monkeypatch.setattr("bio_lakehouse.exporting._tables", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(lake, MINE, tmp_path / "half")
    assert [path.name for path in tmp_path.iterdir()] == ["there.zip"]
