"""One bad file costs itself: whatever lies in landing or in a folder, everything else comes in, and
it is told."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.errors import UnknownFormat, UnsupportedFile
from bio_lakehouse.lake import archives, arrivals, bronze_writing, landing, quarantine
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import file_limits, parts
from bio_lakehouse.workflows import Brought, bring_in
from bio_lakehouse_tests.lake.poison import (
    LONG,
    NOT_UTF8,
    encrypted,
    no_files,
    sleep_of,
    zipped,
)
from bio_lakehouse_tests.whole_log import entries_of

TODAY = date(2026, 3, 20)


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    return lake_at(tmp_path / "home")


def lake_at(home: Path) -> Lakehouse:
    return Lakehouse.open(Settings(home=home, timezone="UTC", today_override=TODAY))


def days_of(lake: Lakehouse) -> set[int]:
    """Days of March that arrivals asked for."""
    return {day.day for days in arrivals.pending(lake).values() for day in days}


def folder_of(lake: Lakehouse) -> Path:
    folder = lake.settings.home / "landing" / "me"
    folder.mkdir(parents=True)
    return folder


def test_what_is_no_file_is_passed_over_and_told_every_time(lake: Lakehouse) -> None:
    folder = folder_of(lake)
    expected = {f"landing/me/{name}" for name in no_files(folder)} | {r"landing/me/b\xe4r.csv"}
    (folder / NOT_UTF8).write_bytes(sleep_of("2026-03-01"))
    (folder / LONG).write_bytes(sleep_of("2026-03-02"))
    (folder / "daily_sleep.json").write_bytes(sleep_of("2026-03-03"))
    for news in (2, 0):
        found = arrivals.scan(lake)
        passed_over = {one.path for one in found if one.passed_over}
        assert passed_over == expected
        assert len(found) - len(passed_over) == news
        assert not any(one.failed for one in found)
    assert days_of(lake) == {2, 3}
    assert all(one.file_path.isprintable() for one in entries_of(lake.log))


def test_a_folder_whose_name_is_not_utf8_is_told_once(lake: Lakehouse) -> None:
    folder = folder_of(lake) / NOT_UTF8
    folder.mkdir()
    for name in ("a.json", "b.json"):
        (folder / name).write_bytes(sleep_of("2026-03-01"))
    (told,) = arrivals.scan(lake)
    assert (told.path, told.passed_over) == (r"landing/me/b\xe4r.csv", True)


def test_folders_may_lie_deeper_than_python_calls(lake: Lakehouse) -> None:
    before, depth = Path.cwd(), 1200
    os.chdir(folder_of(lake))
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    (lake.settings.home / "landing" / "a_daily_sleep.json").write_bytes(sleep_of("2026-03-01"))
    found = arrivals.scan(lake)
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()
    os.chdir(before)
    assert [one.failed for one in found if not one.passed_over] == [False]


def test_a_time_that_no_calendar_has_hurts_nobody(lake: Lakehouse) -> None:
    path = folder_of(lake) / "daily_sleep.json"
    path.write_bytes(sleep_of("2026-03-01"))
    os.utime(path, (1e15, 1e15))
    (arrival,) = arrivals.scan(lake)
    assert not arrival.failed


MEMBERS = [
    ("a_daily_sleep.json", sleep_of("2026-03-01")),
    ("../b_daily_sleep.json", sleep_of("2026-03-02", 300)),
    ("c" * 250 + "_daily_sleep.json", sleep_of("2026-03-03", 300)),
    ("d_daily_sleep.json", sleep_of("2026-03-04")),
    ("d_daily_sleep.json", sleep_of("2026-03-05")),
    ("d_daily_sleep (2).json", sleep_of("2026-03-06")),
]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_every_member_of_a_zip_comes_in_whatever_it_is_called(lake: Lakehouse) -> None:
    (folder_of(lake) / "export.zip").write_bytes(zipped(MEMBERS))
    found = arrivals.scan(lake)
    assert len({one.path for one in found}) == 6
    assert days_of(lake) == {1, 2, 3, 4, 5, 6}, "those of rows in quarantine too"
    assert arrivals.scan(lake) == []
    held = [quarantine.read(lake.objects, one.path) for one in found]
    assert [rows[0]["reason"] for rows in held if rows] == ["score is 300; it must be 0 to 100"] * 2
    contents = landing.read_paths(lake.landing_objects, [one.path for one in found])
    assert {content for content, _ in contents.values()} == {content for _, content in MEMBERS}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_cannot_be_unpacked_costs_itself(lake: Lakehouse, method: int) -> None:
    whole = zipped([("a_daily_sleep.json", sleep_of("2026-03-01"))], method)
    (folder_of(lake) / "packed.zip").write_bytes(whole)
    secret = encrypted(zipped([("b_daily_sleep.json", sleep_of("2026-03-02"))]))
    (lake.settings.home / "landing/me/secret.zip").write_bytes(secret)
    packed, locked = arrivals.scan(lake)
    assert "packed in a way" in str(packed.entry.error)
    assert "is encrypted; unpack the zip with its password" in str(locked.entry.error)
    assert arrivals.scan(lake) == []


def test_a_damaged_member_costs_itself(lake: Lakehouse) -> None:
    members = [(f"{name}_daily_sleep.json", sleep_of(f"2026-03-0{name}")) for name in (1, 2)]
    content = bytearray(zipped(members, zipfile.ZIP_STORED))
    content[content.find(b'"score"') + 3] ^= 0xFF
    (folder_of(lake) / "export.zip").write_bytes(content)
    bad, good = arrivals.scan(lake)
    assert "cannot be unpacked (Bad CRC-32" in str(bad.entry.error)
    assert (good.failed, days_of(lake)) == (False, {2})


@settings(max_examples=60)
@given(st.data())
def test_a_zip_that_was_tampered_with_never_ends_the_rest(data: st.DataObject) -> None:
    content = bytearray(zipped([("a_daily_sleep.json", sleep_of("2026-03-01"))]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(4, len(content)))]
    with tempfile.TemporaryDirectory() as home:
        lake = lake_at(Path(home))
        lake.objects.put("landing/me/a.zip", bytes(content))
        lake.objects.put("landing/me/b_daily_sleep.json", sleep_of("2026-03-02"))
        found = arrivals.scan(lake)
        assert {one.path.partition("!")[0] for one in found} == {
            "landing/me/a.zip",
            "landing/me/b_daily_sleep.json",
        }
        assert 2 in days_of(lake)
        assert arrivals.scan(lake) == []


NAMES = st.lists(st.sampled_from(["!", "/", "a", "zip", ".", "\n", "é"]), min_size=1).map("".join)


@given(st.lists(st.tuples(NAMES, st.none() | NAMES), min_size=2, max_size=2, unique=True))
def test_a_path_of_the_log_names_one_file_whatever_names_hold(
    pairs: list[tuple[str, str | None]],
) -> None:
    first, second = (landing.path_of(key, member) for key, member in pairs)
    assert first != second
    assert landing.split_path(first) == pairs[0]


@pytest.mark.parametrize("folder", ["photos!", "x.zip!", "!", "a!b!!"])
def test_a_folder_whose_name_ends_in_an_exclamation_mark_keeps_its_rows(
    lake: Lakehouse, folder: str
) -> None:
    place = folder_of(lake) / folder
    place.mkdir()
    (place / "daily_sleep.json").write_bytes(sleep_of("2026-03-01"))
    (place.parent / "x.zip").write_bytes(zipped([("daily_sleep.json", sleep_of("2026-03-02"))]))
    assert len(arrivals.scan(lake)) == 2
    assert arrivals.scan(lake) == []
    for day in (1, 2):
        written = bronze_writing.write_bronze(
            lake, "oura/daily_sleep", date(2026, 3, day), date(2026, 3, day)
        )
        assert written.lines_by_day == {date(2026, 3, day): 1}


def test_a_folder_that_an_older_log_took_for_a_zip_is_read(lake: Lakehouse) -> None:
    place = folder_of(lake) / "photos!"
    place.mkdir()
    (place / "daily_sleep.json").write_bytes(sleep_of("2026-03-01"))
    (arrival,) = arrivals.scan(lake)
    lake.log.forget(arrival.path)
    misread = "landing/me/photos!/daily_sleep.json"
    lake.log.record(replace(arrival.entry, file_path=misread, status="ingested"))
    (again,) = arrivals.scan(lake)
    assert (again.path, again.repeated) == (arrival.path, False)
    assert [entry.file_path for entry in entries_of(lake.log)] == [arrival.path]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"fetched_at": 5}', b'"x"'])
def test_a_damaged_note_costs_its_file_alone_and_is_told(lake: Lakehouse, content: bytes) -> None:
    folder = folder_of(lake)
    for name, day in (("a_daily_sleep.json", "2026-03-01"), ("b_daily_sleep.json", "2026-03-02")):
        (folder / name).write_bytes(sleep_of(day))
    arrivals.scan(lake)
    (folder / "a_daily_sleep.json.note.json").write_bytes(content)
    (folder / "a_daily_sleep.json").touch()
    bronze_writing.write_bronze(lake, "oura/daily_sleep", date(2026, 3, 1), date(2026, 3, 2))
    for _ in range(2):
        (told,) = arrivals.scan(lake)
        assert (told.path, told.unread) == ("landing/me/a_daily_sleep.json", True)
        assert "a_daily_sleep.json.note.json is damaged" in str(told.entry.error)
    assert lake.bronze.contents("oura/daily_sleep", date(2026, 3, 2), date(2026, 3, 2))


@given(st.text(st.characters(codec=None), min_size=1, max_size=300))
def test_landing_keeps_a_name_that_every_file_system_takes(name: str) -> None:
    safe = landing.safe_name(name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert 0 < len(safe.encode()) <= landing.LONGEST_NAME
    assert "/" not in safe
    assert not safe.startswith(".")


def test_from_a_folder_only_exports_enter_landing(lake: Lakehouse, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    (folder / "inside").mkdir(parents=True)
    foreign = {
        "bank.csv": b"date,amount\n2026-01-01,-5\n",
        "letter.pdf": b"%PDF-1.7 ...",
        "page.html": b"<html>sign in</html>",
        "notes.txt": b"milk\n",
        "long.txt": b"a line\n" * 20_000,
        "other.json": b'[{"colour": "red"}]',
        "large.json": b'[{"colour": "red"}' + b',{"colour": "blue"}' * 20_000 + b"]",
        "photos.zip": zipped([("a.jpg", b"\xff\xd8\xff\0")]),
    }
    for name, content in foreign.items():
        (folder / name).write_bytes(content)
    expected = no_files(folder) | foreign.keys()
    (folder / "inside" / NOT_UTF8.replace("csv", "daily_sleep.json")).write_bytes(
        sleep_of("2026-03-01")
    )
    (folder / "inside" / ("x" * 237 + "_daily_sleep.json")).write_bytes(sleep_of("2026-03-02"))
    brought = Brought()
    bring_in(lake, folder, "me", None, brought)
    told = {Path(path).name for path in brought.passed_over | brought.unread}
    assert told == expected
    assert set(brought.unread) == {str(folder / "round.csv")}
    assert days_of(lake) == {1, 2}
    assert len(list(lake.objects.list("landing"))) == 2


def test_a_file_that_is_given_by_name_and_no_export_is_a_failure(
    lake: Lakehouse, tmp_path: Path
) -> None:
    path = tmp_path / "bank.csv"
    path.write_bytes(b"date,amount\n2026-01-01,-5\n")
    brought = Brought()
    bring_in(lake, path, "me", None, brought)
    bring_in(lake, tmp_path / "nothing", "me", None, brought)
    assert list(brought.unread) == [str(path), str(tmp_path / "nothing")]


def test_a_video_is_told_by_its_first_bytes_alone(lake: Lakehouse, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    with video.open("wb") as file:
        file.truncate(1500 << 20)
    assert peak_bytes(lake, video, UnknownFormat) < 4 << 20


@pytest.mark.parametrize("kind", ["csv", "zip"])
def test_a_known_export_that_is_too_large_is_never_read(
    lake: Lakehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(parts, "LARGEST_AT_ONCE", 8 << 20)
    monkeypatch.setattr(file_limits, "LARGEST_FILE", 8 << 20)
    path = tmp_path / f"trends.{kind}"
    trends = b"date,Sleep Score,Readiness Score\n" + b"2026-03-01,70,71\n" * 600_000
    path.write_bytes(trends if kind == "csv" else zipped([("t.csv", trends)], zipfile.ZIP_STORED))
    assert peak_bytes(lake, path, UnsupportedFile) < 8 << 20
    assert list(lake.objects.list("landing")) == []


def peak_bytes(lake: Lakehouse, path: Path, refusal: type[UnsupportedFile]) -> int:
    """The most memory that a refusal takes, beside what was taken before."""
    entries_of(lake.log)
    tracemalloc.start()
    try:
        with pytest.raises(refusal):
            arrivals.ingest(lake, path, "me")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_video_that_was_dropped_into_landing_is_refused_unread(lake: Lakehouse) -> None:
    with (folder_of(lake) / "video.mp4").open("wb") as file:
        file.truncate(1500 << 20)
    tracemalloc.start()
    (arrival,) = arrivals.scan(lake)
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()
    assert (arrival.failed, arrivals.scan(lake)) == (True, [])


def test_a_zip_that_unpacks_to_everything_is_refused(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_ARCHIVE", 1 << 20)
    (folder_of(lake) / "bomb.zip").write_bytes(zipped([("a.csv", b"0" * (2 << 20))]))
    (arrival,) = arrivals.scan(lake)
    assert "which no export does" in str(arrival.entry.error)


def test_a_copy_in_landing_is_as_old_as_its_original(lake: Lakehouse, tmp_path: Path) -> None:
    path = tmp_path / "daily_sleep.json"
    path.write_bytes(sleep_of("2026-03-01"))
    written = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    os.utime(path, (written.timestamp(), written.timestamp()))
    (arrival,) = arrivals.ingest(lake, path, "me")
    assert arrival.entry.modified == written
    assert lake.landing_objects.info(arrival.path).modified == written


def test_a_file_that_is_overwritten_with_its_size_and_time_kept_is_noticed(
    lake: Lakehouse, tmp_path: Path
) -> None:
    path = tmp_path / "daily_sleep.json"
    path.write_bytes(sleep_of("2026-03-01", 70))
    (arrival,) = arrivals.ingest(lake, path, "me")
    landed = lake.settings.home / arrival.path
    before = landed.stat()
    landed.write_bytes(sleep_of("2026-03-01", 71))
    os.utime(landed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (landed.stat().st_mtime_ns, landed.stat().st_size) == (
        before.st_mtime_ns,
        before.st_size,
    )
    (again,) = arrivals.scan(lake)
    assert (again.repeated, again.entry.checksum != arrival.entry.checksum) == (False, True)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that refuses all")
def test_a_file_that_cannot_be_read_costs_itself(lake: Lakehouse, tmp_path: Path) -> None:
    for folder in (folder_of(lake), tmp_path):
        (folder / "a.csv").symlink_to("/proc/self/mem")
    (tmp_path / "b_daily_sleep.json").write_bytes(sleep_of("2026-03-02"))
    brought = Brought()
    for name in ("a.csv", "b_daily_sleep.json"):
        bring_in(lake, tmp_path / name, "me", None, brought)
    assert list(brought.unread) == [str(tmp_path / "a.csv")]
    assert "cannot be read: Input/output error" in brought.unread[str(tmp_path / "a.csv")]
    (arrival,) = arrivals.scan(lake)
    assert (arrival.path, arrival.unread, days_of(lake)) == ("landing/me/a.csv", True, {2})


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user")
def test_what_may_not_be_read_costs_itself(lake: Lakehouse, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    for name in ("closed/a_daily_sleep.json", "b_daily_sleep.json", "c_daily_sleep.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(sleep_of("2026-03-01"))
    (folder / "closed").chmod(0)
    (folder / "b_daily_sleep.json").chmod(0)
    code = (
        "import os, pathlib, sys\n"
        "from bio_lakehouse.lake import landing\n"
        "os.chdir(sys.argv[1]); os.seteuid(65534)\n"
        "for found in landing.local_files(pathlib.Path('.')):\n"
        "    print(found if isinstance(found, pathlib.Path) else f'{found.path}: {found.reason}')\n"
    )
    for place in (folder, *folder.parents[: len(folder.parents) - 2]):
        place.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "b_daily_sleep.json",
        "c_daily_sleep.json",
        "closed: it cannot be read: Permission denied. Check its rights and its disk",
    ]
