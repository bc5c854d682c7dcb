"""What the app starts beside its pages: files land as with the command, one work at a time, and it
ends with the app."""

from __future__ import annotations

import errno
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from bio_lakehouse import workflows
from bio_lakehouse.app.background import BackgroundWork, Work
from bio_lakehouse.app.opened import OpenLake
from bio_lakehouse.app.uploads import MOST_FILES, set_down
from bio_lakehouse.automation.running import is_any_going
from bio_lakehouse.backends import open_sql
from bio_lakehouse.errors import BioLakehouseError, LandingError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.conftest import free_port

SECONDS = 300


@dataclass(frozen=True)
class File:
    """A file as a browser uploads it."""

    name: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def getbuffer(self) -> memoryview:
        return memoryview(self.content)


def peloton(day: str) -> bytes:
    """A download with one workout."""
    header = (
        "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Discipline,"
        "Type,Title,Class Timestamp,Total Output,Avg. Watts,Calories Burned\n"
    )
    row = f"{day} 07:00 (UTC),On Demand,Ann,30,Cycling,Music,30 min Ride,,250,139,300\n"
    return (header + row).encode()


@pytest.fixture
def work() -> Iterator[BackgroundWork]:
    begun = BackgroundWork()
    yield begun
    begun.end()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Lakehouse.open(load_settings(home=tmp_path / "home")).settings.home


def wait_for(until: Callable[[], object]) -> None:
    started = time.monotonic()
    while not until():
        assert time.monotonic() - started < SECONDS
        time.sleep(0.05)


def brought_in(work: BackgroundWork, home: Path, files: list[File]) -> Work:
    """What becomes of files over whose home a UI is open, which builds what lands."""
    folder, paths = set_down(files)
    order = {"kind": "bring in", "home": str(home), "user": "me", "paths": paths}
    (home / "dagster").mkdir(exist_ok=True)
    with FileLock(home / "dagster" / "ui.lock"):
        begun = work.start("Bringing in files", order, files=folder)
        wait_for(lambda: begun.is_over)
    assert not Path(folder.name).exists()
    return begun


def test_files_land_as_with_the_command_and_an_open_ui_builds_them(
    work: BackgroundWork, home: Path
) -> None:
    files = [File("mine.csv", peloton("2026-03-01")), File("other.csv", b"hello,world\n")]
    done = brought_in(work, home, [*files, File("mine.csv", peloton("2026-03-02"))])
    assert done.error == ""
    assert done.outcome is not None
    came = {(file["name"], file["became"]) for file in done.outcome["files"]}
    assert came == {("mine.csv", "brought in"), ("other.csv", "not taken")}
    assert done.outcome["came"] == "Files: 2 came, 1 not taken."
    assert "Dagster UI" in done.outcome["changed"]
    landed = list((home / "landing" / "me").glob("mine*.csv"))
    assert sorted(path.read_bytes() for path in landed) == [
        peloton("2026-03-01"),
        peloton("2026-03-02"),
    ]


def test_one_work_at_a_time_and_it_ends_with_the_app(
    work: BackgroundWork, home: Path, tmp_path: Path
) -> None:
    """A day of workouts takes longer to build than these lines take."""
    file = tmp_path / "mine.csv"
    file.write_bytes(peloton("2026-03-01"))
    order = {"kind": "bring in", "home": str(home), "user": "me", "paths": [str(file)]}
    first = work.start("The first", order)
    with pytest.raises(BioLakehouseError, match="“The first” is still going on"):
        work.start("The second", order)
    work.end()
    wait_for(lambda: first.is_over)
    assert "ended before it was done" in first.error


def test_work_that_cannot_begin_does_not_go_on_for_ever(
    work: BackgroundWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: object, **options: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr("bio_lakehouse.app.background.subprocess.Popen", refused)
    with pytest.raises(OSError, match="Cannot allocate memory"):
        work.start("Bringing in files", {"kind": "bring in"})
    assert not work.goes_on


def test_uploads_are_not_left_behind_when_the_app_is_killed(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "mine.csv").write_bytes(peloton("2026-03-01"))
    program = (
        "import sys; from bio_lakehouse.app.work_process import end_with_parent; "
        "end_with_parent(sys.argv[1])"
    )
    words = [sys.executable, "-c", program, str(uploads)]
    subprocess.run(words, stdin=subprocess.DEVNULL, check=False)
    assert not uploads.exists()


def test_what_cannot_be_done_is_a_sentence(work: BackgroundWork, home: Path) -> None:
    order = {"kind": "sign in to oura", "home": str(home), "user": "me"}
    begun = work.start("Signing in to Oura", order)
    wait_for(lambda: begun.is_over)
    assert "BIO_OURA_CLIENT_ID" in begun.error
    assert begun.outcome is None


def test_signing_in_to_oura_tells_the_page_to_open(
    work: BackgroundWork, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIO_OURA_CLIENT_ID", "an-application")
    monkeypatch.setenv("BIO_OURA_CLIENT_SECRET", "its-secret")
    monkeypatch.setenv("BIO_OURA_REDIRECT_URI", f"http://localhost:{free_port()}/callback")
    order = {"kind": "sign in to oura", "home": str(home), "user": "me"}
    begun = work.start("Signing in to Oura", order)
    wait_for(lambda: begun.link or begun.is_over)
    assert begun.error == ""
    assert begun.link.startswith("https://cloud.ouraring.com/oauth/authorize?")
    assert "client_id=an-application" in begun.link
    assert "its-secret" not in begun.link


@pytest.mark.slow
def test_a_file_is_built_into_the_tables_and_its_steps_are_told(
    work: BackgroundWork, home: Path
) -> None:
    folder, paths = set_down([File("mine.csv", peloton("2026-03-01"))])
    order = {"kind": "bring in", "home": str(home), "user": "me", "paths": paths}
    begun = work.start("Bringing in a file", order, files=folder)
    wait_for(lambda: begun.total > 0 or begun.is_over)
    wait_for(lambda: begun.is_over)
    assert begun.error == ""
    assert begun.done == begun.total > 0
    assert begun.outcome is not None
    assert begun.outcome["changed"] == "1 day was brought up to date."
    lake = Lakehouse.open(load_settings(home=home))
    rows = open_sql(lake).query("SELECT total_output_kj FROM peloton_workouts", "me")
    assert rows.to_pylist() == [{"total_output_kj": 250.0}]


def test_a_file_of_which_nothing_is_taken_is_seen_on_the_pages(home: Path, tmp_path: Path) -> None:
    opened = OpenLake(Lakehouse.open(load_settings(home=home)))
    before = opened.version
    file = tmp_path / "mine.csv"
    file.write_bytes(peloton("no day"))
    workflows.land(opened.lake, [file], "me")
    assert opened.lake.log.owed.newest() == 0
    assert opened.version != before


def test_a_run_elsewhere_is_seen_by_its_lock(tmp_path: Path) -> None:
    folder = tmp_path / "running"
    folder.mkdir()
    assert not is_any_going(load_settings(home=tmp_path), tmp_path)
    with FileLock(folder / "some-run.lock"):
        assert is_any_going(load_settings(home=tmp_path), tmp_path)
    assert not is_any_going(load_settings(home=tmp_path), tmp_path)


def test_more_files_than_the_page_takes_are_refused_before_any_is_written(tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="are more than the page takes at once"):
        set_down([File("a.csv", b"")] * (MOST_FILES + 1))


@pytest.mark.parametrize("name", ["../../escape.csv", "/etc/escape.csv", ".hidden", ""])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    folder, (path,) = set_down([File(name, b"content")])
    with folder:
        assert Path(path).resolve().is_relative_to(Path(folder.name).resolve())
        assert Path(path).read_bytes() == b"content"
