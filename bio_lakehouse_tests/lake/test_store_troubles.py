"""A full disk, a lock, missing rights: one sentence that names the file and the next step; homes
are private."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bio_lakehouse.errors import DamagedFile, StoreError
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.backup import back_up, restore
from bio_lakehouse.lake.home import is_repair_unfinished
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import alone_in
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.repair import repairing
from bio_lakehouse.lake.sqlite_connections import Connections
from bio_lakehouse.lake.store_errors import OF_SYSTEM, store_named
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.command_line import run
from bio_lakehouse_tests.whole_log import entries_of

ROW = {"id": "a", "day": "2026-03-01", "score": 71, "timestamp": "2026-03-01T00:00:00+00:00"}
LIMITED = """
import resource, sys
sys.dont_write_bytecode = True  # a module's kept code must not be cut
from bio_lakehouse.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
main(sys.argv[2:])
"""

SOMEBODY_ELSE = """
import os, sys
import bio_lakehouse.display, bio_lakehouse.engines.sql, bio_lakehouse.status
import bio_lakehouse.lake.repair, bio_lakehouse.workflows
from bio_lakehouse.cli import main
os.setuid(65534)
main(sys.argv[1:])
"""


class Usage(NamedTuple):
    """What `shutil.disk_usage` says."""

    total: int
    used: int
    free: int


def sentence(text: str) -> str:
    assert "Traceback" not in text
    assert text.count("Error: ") == 1
    return text[text.index("Error: ") :]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "daily_sleep.json"
    path.write_text(json.dumps([ROW]))
    return path


@pytest.mark.parametrize("limit", [16, 20_000, 200_000])
def test_a_full_disk_is_a_sentence(tmp_path: Path, export: Path, limit: int) -> None:
    """Files may not grow beyond a limit, which is what a full disk does at different moments."""
    home = tmp_path / "home"
    words = ["ingest", "--home", str(home), str(export)]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"BIO_TODAY_OVERRIDE": "2026-03-02", "BIO_FIRST_DAY": "2026-02-20"},
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert str(home) in "".join(said.splitlines())
    assert "Traceback" not in said
    assert "free some space" in " ".join(said.split()) or "check the disk" in said
    assert "Exception while" not in said
    assert "Falling back" not in said


def test_a_locked_log_is_a_sentence(
    tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    entries_of(Lakehouse.open(Settings(home=home)).log)
    genuine = sqlite3.connect
    with closing(genuine(home / "log.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(sqlite3, "connect", lambda path, **_: genuine(path, timeout=0.1))
        said = sentence(run(home, "ingest", str(export)).output)
    assert "log.db" in said
    assert "locked by another program" in said


@pytest.mark.parametrize("code", sorted(OF_SYSTEM))
def test_every_trouble_of_the_system_names_the_file_and_a_next_step(code: int) -> None:
    with (
        pytest.raises(StoreError, match=r"^/lake/x: .+; .+\.$"),
        store_named(Path("/lake/x")),
    ):
        raise RuntimeError("in between") from OSError(code, os.strerror(code))


def test_a_database_without_room_beside_it_names_the_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a database cannot be written beside, SQLite says that the disk does not answer."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    for free, told in {1 << 30: "does not answer", 0: "free some space"}.items():
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: Usage(1 << 40, 0, free))
        with pytest.raises(StoreError, match=told), store_named(tmp_path / "not" / "there.db"):
            raise error


def test_what_is_no_trouble_of_files_goes_on_as_it_is() -> None:
    with pytest.raises(ValueError, match="as it is"), store_named(Path("/lake/x")):
        raise ValueError("as it is")
    with pytest.raises(OSError, match="timed out"), store_named(Path("/lake/x")):
        raise OSError(errno.ETIMEDOUT, "timed out")


def test_a_database_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedFile, match=str(path)):
        entries_of(Lakehouse.open(Settings(home=tmp_path)).log)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("words", [["status"], ["query", "SELECT 1"], ["repair"]])
def test_a_home_of_somebody_else_is_a_sentence(words: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o755)
        home = Path(place, "home")
        entries_of(Lakehouse.open(Settings(home=home)).log)
        done = subprocess.run(
            [sys.executable, "-c", SOMEBODY_ELSE, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd="/",
            env=os.environ | {"BIO_HOME": str(home)},
        )
    assert done.returncode == 1
    assert str(home) in sentence(done.stderr)


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o750])
def test_a_home_that_was_there_is_closed_and_what_is_written_is_private(
    tmp_path: Path, mode: int
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    lake = Lakehouse.open(Settings(home=home))
    lake.objects.put("landing/me/x.json", b"{}")
    entries_of(lake.log)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert not [path for path in home.rglob("*") if path.stat().st_mode & 0o077]


def test_a_folder_that_is_no_lake_is_left_as_it_is_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "holiday.jpg").touch()
    tmp_path.chmod(0o755)
    lake = Lakehouse.open(Settings(home=tmp_path))
    lake.objects.put("landing/me/x.json", b"{}")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert "holds other things too" in caplog.text
    assert not (tmp_path / "landing").stat().st_mode & 0o077


@pytest.mark.parametrize("begin", [partial(alone_in, name="bronze"), repairing])
def test_a_lock_without_room_for_its_file_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: Callable[[Path], Any]
) -> None:
    def full(path: str, *_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        with pytest.raises(StoreError, match=r"\.lock: the disk is full"), begin(tmp_path):
            pass
    with begin(tmp_path):
        pass


def test_a_repair_that_cannot_begin_leaves_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries_of(Lakehouse.open(Settings(home=tmp_path)).log)
    genuine = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, 1 << 40, 0))
        assert "free some space" in sentence(run(tmp_path, "repair").output)
    assert not is_repair_unfinished(tmp_path)
    with closing(genuine(tmp_path / "log.db")) as other, monkeypatch.context() as patch:
        other.execute("BEGIN EXCLUSIVE")
        patch.setattr(sqlite3, "connect", lambda path, **_: genuine(path, timeout=0.1))
        assert "locked by another program" in sentence(run(tmp_path, "repair").output)
    assert not is_repair_unfinished(tmp_path)
    assert run(tmp_path, "repair").exit_code == 0


def only_to_be_read(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """SQLite opens no file of a home but to read it alone."""
    genuine = sqlite3.connect

    def connect(path: str | Path, **options: Any) -> sqlite3.Connection:
        if "mode=ro" in str(path) or Path(path).name in (":memory:", "copy.db"):
            return genuine(path, **options)
        error = sqlite3.OperationalError("it cannot be opened")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(sqlite3, "connect", connect)


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR]
)
def test_a_log_that_cannot_be_written_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path))
    lake.objects.put("landing/me/x.csv", b"date,Sleep Score,Readiness Score\n2026-03-02,70,71\n")
    arrivals.scan(lake)
    before = entries_of(lake.log)
    assert before
    only_to_be_read(monkeypatch, code)
    alone = Lakehouse.open(Settings(home=tmp_path))
    assert entries_of(alone.log) == before
    with pytest.raises(StoreError, match=r"log\.db: it is read-only"):
        alone.log.begin("landing/me/y.csv")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, 1 << 40, 0))
    with pytest.raises(StoreError, match=r"log\.db: the disk is full"):
        alone.log.begin("landing/me/y.csv")


@pytest.mark.parametrize("code", [sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN])
def test_a_home_that_can_be_read_alone_can_be_backed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path / "home"))
    lake.objects.put("landing/me/x.csv", b"date,Sleep Score,Readiness Score\n2026-03-02,70,71\n")
    arrivals.scan(lake)
    with monkeypatch.context() as patch:
        only_to_be_read(patch, code)
        alone = Lakehouse.open(Settings(home=tmp_path / "home"))
        back_up(alone, tmp_path / "lake.tar.gz", everything=False, secrets=False)
    restore(tmp_path / "lake.tar.gz", tmp_path / "new")
    again = Lakehouse.open(Settings(home=tmp_path / "new"))
    assert entries_of(again.log) == entries_of(lake.log) != []


@pytest.mark.parametrize("change", ["DROP INDEX by_newest_day", "DROP TABLE pending_days"])
def test_a_log_of_an_earlier_version_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    entries_of(Lakehouse.open(Settings(home=tmp_path)).log)
    with closing(sqlite3.connect(tmp_path / "log.db")) as db, db:
        db.execute(change)
    only_to_be_read(monkeypatch, sqlite3.SQLITE_READONLY)
    with pytest.raises(StoreError, match=r"log\.db: it is read-only"):
        _ = Lakehouse.open(Settings(home=tmp_path)).log


def test_a_database_whose_changes_wait_beside_it_is_not_read_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, genuine = tmp_path / "x.db", sqlite3.connect
    with closing(genuine(path)) as db, db:
        db.execute("CREATE TABLE t (a)")

    def connect(address: str, **options: Any) -> sqlite3.Connection:
        if "mode=ro" in address:
            raise sqlite3.OperationalError("disk I/O error")
        return genuine(address, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert Connections(path).read_alone()
    (tmp_path / "x.db-wal").write_bytes(b"changes")
    assert not Connections(path).read_alone()


def test_half_a_file_is_never_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = FolderStore(tmp_path)
    store.put("bronze/x", b"before")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match=r"bronze/x: the disk is full"):
        store.put("bronze/x", b"after")
    assert store.get("bronze/x") == b"before"
    assert [path.name for path in (tmp_path / "bronze").iterdir()] == ["x"]
