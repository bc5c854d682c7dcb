"""A home in one file and back: whole, private, without secrets, and never over anything that is
there."""

from __future__ import annotations

import gzip
import json
import sqlite3
import stat
import tarfile
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import backup
from bio_lakehouse.lake.arrivals import scan
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.whole_log import entries_of

SLEEP = {"id": "a", "day": "2026-03-01", "score": 71, "timestamp": "2026-03-01T00:00:00+00:00"}
CANARY = b"a-token-that-nobody-may-see"


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """A lake with a file in landing, a token, and something that can be made again."""
    lake = Lakehouse.open(Settings(home=tmp_path / "home"))
    for key, content in {
        "landing/me/daily_sleep.json": json.dumps([SLEEP]).encode(),
        "landing/me/.hidden ü.bin": b"as it came",
        "secrets/oura.json": CANARY,
        ".env": CANARY,
        "warehouse/bio_silver/x.parquet": b"made again",
        "reports/me/weekly-2026-03-01.html": b"<h1>",
        "users.toml": b"[me]\n",
    }.items():
        lake.objects.put(key, content)
    scan(lake)
    return lake


def back_up(lake: Lakehouse, target: Path, **more: bool) -> backup.Archive:
    return backup.back_up(lake, target, **{"everything": False, "secrets": False} | more)


def names(path: Path) -> set[str]:
    with tarfile.open(path) as archive:
        return set(archive.getnames()) - {backup.MANIFEST}


def test_what_comes_back_is_what_was(lake: Lakehouse, tmp_path: Path) -> None:
    target, home = tmp_path / "lake.tar.gz", tmp_path / "new"
    back_up(lake, target)
    backup.restore(target, home)
    for key in ("landing/me/daily_sleep.json", "landing/me/.hidden ü.bin", "users.toml"):
        before, after = lake.settings.home / key, home / key
        assert after.read_bytes() == before.read_bytes()
        assert after.stat().st_mtime_ns == before.stat().st_mtime_ns
    assert entries_of(Lakehouse.open(Settings(home=home)).log) == entries_of(lake.log)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert not [path for path in home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]


def test_the_archive_is_private_and_has_no_secrets_unless_asked(
    lake: Lakehouse, tmp_path: Path
) -> None:
    target = tmp_path / "lake.tar.gz"
    back_up(lake, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert CANARY not in gzip.decompress(target.read_bytes())
    assert not any(name.startswith("warehouse") for name in names(target))
    whole = tmp_path / "whole.tar.gz"
    back_up(lake, whole, everything=True, secrets=True)
    assert CANARY in gzip.decompress(whole.read_bytes())
    assert "warehouse/bio_silver/x.parquet" in names(whole)


def test_bronze_that_nothing_else_has_is_kept(lake: Lakehouse, tmp_path: Path) -> None:
    from bio_lakehouse.lake.bronze_writing import write_bronze

    entry = lake.log.entry("landing/me/daily_sleep.json")
    assert entry
    assert entry.first_day
    write_bronze(lake, "oura/daily_sleep", entry.first_day, entry.first_day)
    back_up(lake, tmp_path / "before.tar.gz")
    assert not any(name.startswith("bronze") for name in names(tmp_path / "before.tar.gz"))
    (lake.settings.home / "landing" / "me" / "daily_sleep.json").unlink()
    back_up(lake, tmp_path / "after.tar.gz")
    assert any(
        name.startswith("bronze/oura/daily_sleep") for name in names(tmp_path / "after.tar.gz")
    )


def test_nothing_is_overwritten(lake: Lakehouse, tmp_path: Path) -> None:
    target = tmp_path / "lake.tar.gz"
    back_up(lake, target)
    content = target.read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        back_up(lake, target)
    with pytest.raises(StoreError, match="in the home itself"):
        back_up(lake, lake.settings.home / "lake.tar.gz")
    with pytest.raises(StoreError, match="no folder"):
        back_up(lake, tmp_path / "nowhere" / "lake.tar.gz")
    with pytest.raises(StoreError, match="is not empty"):
        backup.restore(target, lake.settings.home)
    assert target.read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} == {"home", target.name}


@pytest.mark.parametrize("how", ["cut", "changed", "no archive", "missing", "without a manifest"])
def test_a_torn_archive_restores_nothing(lake: Lakehouse, tmp_path: Path, how: str) -> None:
    target, home = tmp_path / "lake.tar.gz", tmp_path / "new"
    back_up(lake, target)
    content = target.read_bytes()
    if how == "cut":
        target.write_bytes(content[: len(content) // 2])
    elif how == "changed":
        plain = gzip.decompress(content)
        target.write_bytes(gzip.compress(plain.replace(b'"score": 71', b'"score": 99')))
    elif how == "no archive":
        target.write_bytes(b"<html>")
    elif how == "without a manifest":
        with tarfile.open(target, "w:gz") as archive:
            archive.add(lake.settings.home / "users.toml", "users.toml")
    else:
        target.unlink()
    with pytest.raises(StoreError, match=r"lake\.tar\.gz"):
        backup.restore(target, home)
    assert not home.exists()
    assert not list(tmp_path.glob(".new*"))


def test_an_archive_cannot_write_outside_the_home(tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    (tmp_path / "payload").write_text("x")
    with tarfile.open(evil, "w:gz") as archive:
        archive.add(tmp_path / "payload", "../escaped")
    with pytest.raises(StoreError, match="no whole backup"):
        backup.restore(evil, tmp_path / "new")
    assert not (tmp_path / "escaped").exists()


def test_a_log_that_is_written_to_is_copied_whole(lake: Lakehouse, tmp_path: Path) -> None:
    """Each entry comes with its copy in one transaction: an archive has both or neither."""
    entry, ended = entries_of(lake.log)[0], threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            lake.log.record(_numbered(entry, number))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(lake, tmp_path / f"{number}.tar.gz")
    finally:
        ended.set()
        writer.join()
    for number in range(3):
        home = tmp_path / f"home-{number}"
        backup.restore(tmp_path / f"{number}.tar.gz", home)
        with closing(sqlite3.connect(home / "log.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _numbered(entry: LogEntry, number: int) -> LogEntry:
    return replace(entry, file_path=f"landing/me/{number}", upload_timestamp=datetime.now(UTC))
