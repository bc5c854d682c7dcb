"""Homes whose bronze lies in one file a day, as earlier versions wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import backup, repair
from bio_lakehouse.lake.bronze import DayKey
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse_tests.lake.marking import build_pending
from bio_lakehouse_tests.lake.test_arrivals import FIRST, TODAY, ingest, lake_at, trends

DATASET = "oura/trends"
Contents = dict[DayKey, bytes]


def contents_of(lake: Lakehouse) -> Contents:
    return lake.bronze.contents(DATASET, FIRST, TODAY)


def by_day(lake: Lakehouse) -> Contents:
    """Turn a lake's bronze into that of an earlier version; what it says."""
    contents = contents_of(lake)
    lake.objects.erase("bronze", lambda _: True)
    for key, lines in contents.items():
        lake.objects.put(key.name, lines)
    return contents


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A lake of two people and two months, of which one file has left landing."""
    lake = lake_at(tmp_path / "home")
    ingest(lake, "mine.csv", trends(d01=80, d02=81))
    ingest(lake, "gone.csv", trends(d03=70))
    ingest(lake, "theirs.csv", trends(d02=60), "ada")
    build_pending(lake)
    lake.landing_objects.delete("landing/me/gone.csv")
    return tmp_path / "home"


def test_a_home_is_brought_over_once_and_says_so(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = by_day(lake_at(home))
    assert len(before) == 4
    assert contents_of(lake_at(home)) == before
    (told,) = [record.getMessage() for record in caplog.records]
    assert (
        told
        == f"Bronze of {home}/bronze was brought over to one file a month: 4 day files became 2."
    )
    assert not list(home.glob("bronze/**/day=*"))
    assert contents_of(lake_at(home)) == before
    assert len(caplog.records) == 1


@pytest.mark.parametrize("ended_before", ["put_many", "delete", "erase", "put"])
def test_one_that_ended_in_the_middle_goes_on(
    home: Path, ended_before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = by_day(lake_at(home))
    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, ended_before, _killed)
        with pytest.raises(KeyboardInterrupt):
            contents_of(lake_at(home))
    assert contents_of(lake_at(home)) == before
    assert not list(home.glob("bronze/**/day=*/*"))


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_day_file_that_is_damaged_is_named_and_repaired(home: Path) -> None:
    before = by_day(lake_at(home))
    gone = next(key for key in before if key.day.day == 3)
    damaged = next(key for key in before if key.day.day == 1)
    (home / damaged.name).write_bytes(before[damaged][:-9])
    with pytest.raises(DamagedFile, match=r"day=2026-03-01/me\.trends_export\.jsonl"):
        _ = lake_at(home).bronze
    assert any(damaged.name in found for found in repair.set_damage_aside(lake_at(home)))
    left = contents_of(lake_at(home))
    assert left == {key: lines for key, lines in before.items() if key != damaged}
    assert gone in left


def test_a_backup_of_such_a_home_is_restored(home: Path, tmp_path: Path) -> None:
    before = by_day(lake_at(home))
    old = lake_at(home)
    old.__dict__["bronze"] = Bronze(FolderStore(tmp_path / "none"))
    backup.back_up(old, tmp_path / "old.tar.gz", everything=True, secrets=False)
    assert list(home.glob("bronze/**/day=*")), "nothing was brought over meanwhile"
    backup.restore(tmp_path / "old.tar.gz", tmp_path / "new")
    assert contents_of(lake_at(tmp_path / "new")) == before


def test_a_lake_that_has_no_bronze_gets_no_mark_of_it(tmp_path: Path) -> None:
    assert contents_of(lake_at(tmp_path)) == {}
    assert not (tmp_path / "bronze").exists()
