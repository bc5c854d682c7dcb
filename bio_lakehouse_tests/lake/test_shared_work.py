"""Many people's files are taken, and their bronze written and counted, by several processes as by
one: the same arrivals, the same log, the same bytes."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import arrivals, bronze_writing, shared_landing, shared_work
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.bronze_writing import recount, write_bronze
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectInfo
from bio_lakehouse_tests.lake.test_arrivals import lake_at, peloton, ride, trends
from bio_lakehouse_tests.whole_log import entries_of

SOME_TIME = datetime(2026, 3, 1, tzinfo=UTC)
DATASETS = ("oura/trends", "peloton/workouts")
PEOPLE = ("me", "ann", "ben", "cleo")
LONG_S = 60
ROOT = Path(__file__).parents[2]


def with_files(home: Path) -> Lakehouse:
    """Files of four people: one that says the same again, one that takes another's place, a
    damaged one, one at the root of landing and one in nobody's folder."""
    lake = lake_at(home)
    for number, user_id in enumerate(PEOPLE):
        contents = {
            "a.csv": trends(d01=70 + number, d02=80),
            "again.csv": trends(d01=70 + number, d02=80),
            "b.csv": trends(d02=60 + number, d03=90),
            "c.csv": peloton(ride(1, 200), ride(2, 200 + number)),
            "damaged.json": b'{"data": [',
        }
        for name, content in contents.items():
            lake.landing_objects.put(f"landing/{user_id}/{name}", content, SOME_TIME)
    lake.landing_objects.put("landing/at the root.csv", trends(d04=50), SOME_TIME)
    lake.landing_objects.put("landing/No Body/a.csv", trends(d04=50), SOME_TIME)
    return lake


def without_time(entry: LogEntry) -> LogEntry:
    """An entry without what tells when, and by which file of a disk, it came."""
    return replace(entry, upload_timestamp=SOME_TIME, tag="")


def told(found: list[Arrival]) -> list[Arrival]:
    return [replace(one, entry=without_time(one.entry)) for one in found]


def log_of(lake: Lakehouse) -> list[LogEntry]:
    entries = map(without_time, entries_of(lake.log))
    return sorted(entries, key=lambda entry: entry.file_path)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many processes, however little there is to read."""
    monkeypatch.setattr(shared_landing, "SHARED_BYTES", 1)
    monkeypatch.setattr(bronze_writing, "SHARED_RECORDS", 1)
    monkeypatch.setattr(shared_work, "MOST_PROCESSES", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    return 2


def test_several_processes_take_files_as_one_does(
    shared: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, seen = with_files(tmp_path / "shared"), list[str]()
    found = arrivals.scan(lake, seen.append)
    with monkeypatch.context() as alone:
        alone.setattr(shared_landing, "SHARED_BYTES", 10**9)
        other = with_files(tmp_path / "alone")
        expected = arrivals.scan(other)
    assert told(found) == told(expected)
    assert sorted(seen) == sorted(one.path for one in found)
    assert log_of(lake) == log_of(other)
    assert lake.log.pending() == other.log.pending() != {}
    assert lake.log.owed.changed().keys() == other.log.owed.changed().keys()
    assert lake.log.interrupted() == set()
    assert arrivals.scan(lake) == []


def test_a_person_has_one_process(shared: int, tmp_path: Path) -> None:
    lake = with_files(tmp_path / "home")
    infos, _ = arrivals.news(lake)
    shares = shared_work.shares_of(shared_landing._by_person(infos))
    folders = [{shared_landing._folder(info.key) for info in share} for share in shares]
    assert len(shares) == shared
    assert all(shares)
    assert sum(map(len, folders)) == len(set().union(*folders)) == len(PEOPLE) + 1
    shared_keys = sorted(info.key for share in shares for info in share)
    assert shared_keys == sorted(info.key for info in infos)


def files_of(lake: Lakehouse) -> dict[str, bytes]:
    return {info.key: lake.objects.get(info.key) for info in lake.objects.list("bronze")}


def test_several_processes_write_bronze_as_one_does(
    shared: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals.scan(with_files(tmp_path / "shared"))
    shutil.copytree(tmp_path / "shared", tmp_path / "alone")
    lake, other = lake_at(tmp_path / "shared"), lake_at(tmp_path / "alone")
    days = date(2026, 2, 20), date(2026, 3, 20)
    written = [write_bronze(lake, dataset, *days) for dataset in DATASETS]
    with monkeypatch.context() as alone:
        alone.setattr(shared_work, "ProcessPoolExecutor", None)
        alone.setattr(bronze_writing, "SHARED_RECORDS", 10**9)
        assert written == [write_bronze(other, dataset, *days) for dataset in DATASETS]
        of_two = [write_bronze(other, dataset, *days, ["ann", "ben"]) for dataset in DATASETS]
    assert written[0].written >= len(PEOPLE)
    assert [one.written for one in of_two] == [0] * len(DATASETS)
    assert [one.versions for one in of_two] == [one.versions for one in written]
    assert [one.lines_by_day for one in of_two] == [one.lines_by_day for one in written]
    assert files_of(lake) == files_of(other)
    assert lake.log.days(*days) == other.log.days(*days) != []


@pytest.mark.parametrize("people", [None, ["ann", "ben", "cleo"]])
def test_several_processes_count_rows_as_one_does(
    shared: int, people: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = with_files(tmp_path / "home")
    arrivals.scan(lake)
    days = date(2026, 2, 20), date(2026, 4, 20)
    for dataset in DATASETS:
        write_bronze(lake, dataset, *days)
    uncounted = lake.log.days(*days)
    recount(lake, *days, people)
    counted = lake.log.days(*days)
    with monkeypatch.context() as alone:
        alone.setattr(shared_work, "ProcessPoolExecutor", None)
        alone.setattr(bronze_writing, "SHARED_RECORDS", 10**9)
        for dataset in DATASETS:
            write_bronze(lake, dataset, *days)
        assert lake.log.days(*days) == uncounted
        recount(lake, *days, people)
    assert lake.log.days(*days) == counted
    theirs = [one for one in counted if not one.file_path.startswith("landing/me/")]
    assert sum(one.current for one in theirs) > sum(one.superseded for one in theirs) > 0
    others = [one for one in uncounted if one.file_path.startswith("landing/me/")]
    assert people is None or all(one in counted for one in others)


def named(lake: Lakehouse, info: ObjectInfo) -> list[str]:
    """What stands for taking a file."""
    if info.key.startswith("landing/ben"):
        raise OSError("the disk has gone")
    return [info.key]


def test_an_error_of_another_process_is_raised_here(shared: int, tmp_path: Path) -> None:
    lake = with_files(tmp_path / "home")
    infos, _ = arrivals.news(lake)
    with pytest.raises(OSError, match="the disk has gone"):
        shared_landing.taken(lake, infos, named, lambda _: None)


def ends_itself(lake: Lakehouse, info: ObjectInfo) -> list[str]:
    """What stands for taking a file in a process that is killed."""
    if multiprocessing.parent_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return [info.key]


def test_a_process_that_is_killed_is_told(shared: int, tmp_path: Path) -> None:
    lake = with_files(tmp_path / "home")
    infos, _ = arrivals.news(lake)
    with pytest.raises(StoreError, match="was ended from outside"):
        shared_landing.taken(lake, infos, ends_itself, lambda _: None)


def says_who_it_is(lake: Lakehouse, info: ObjectInfo) -> list[str]:
    """What stands for taking a file that takes long, in the other process."""
    if multiprocessing.parent_process():
        lake.objects.put("who", str(os.getpid()).encode())
        time.sleep(LONG_S)
    return [info.key]


def test_what_stops_the_work_stops_all_of_it(shared: int, tmp_path: Path) -> None:
    lake = with_files(tmp_path / "home")
    infos, _ = arrivals.news(lake)

    def stopped(_: str) -> None:
        while not lake.objects.exists("who"):
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shared_landing.taken(lake, infos, says_who_it_is, stopped)
    assert has_ended(int(lake.objects.get("who")))


SHARING = """
import sys
from pathlib import Path
from bio_lakehouse.lake import arrivals, shared_landing
from bio_lakehouse_tests.lake import test_shared_work
from bio_lakehouse_tests.lake.test_arrivals import lake_at

shared_landing.SHARED_BYTES = 1
lake = lake_at(Path(sys.argv[1]))
infos, _ = arrivals.news(lake)
shared_landing.taken(lake, infos, test_shared_work.says_who_it_is, lambda _: None)
"""


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="shares work out where there are two cores")
def test_no_process_outlives_the_one_that_has_the_locks(tmp_path: Path) -> None:
    lake = with_files(tmp_path / "home")
    sharing = subprocess.Popen([sys.executable, "-c", SHARING, lake.settings.home], cwd=ROOT)
    try:
        until(lambda: lake.objects.exists("who") or sharing.poll() is not None)
    finally:
        sharing.kill()
        sharing.wait()
    other = int(lake.objects.get("who"))
    until(lambda: has_ended(other))


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def has_ended(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or ") Z" in stat.read_text()


def test_few_files_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_work, "ProcessPoolExecutor", None)
    assert len(arrivals.scan(with_files(tmp_path / "home"))) == 5 * len(PEOPLE) + 2


@pytest.fixture
def one_person(tmp_path: Path) -> Lakehouse:
    lake = lake_at(tmp_path / "home")
    for number in range(3):
        lake.landing_objects.put(f"landing/me/{number}.csv", trends(d01=70 + number))
    return lake


def test_one_persons_files_are_taken_here(
    shared: int, one_person: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_work, "ProcessPoolExecutor", None)
    assert len(arrivals.scan(one_person)) == 3
