"""From landed files to changed days: whatever the order and however often, the same lake, and every
row counted."""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bio_lakehouse.errors import LandingError, UnknownFormat
from bio_lakehouse.lake import arrivals, bronze, bronze_writing
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import registry
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.whole_log import entries_of

Bronze = dict[str, list[tuple[str, Any, Any]]]
"""What each record of a day of bronze says."""

TODAY = date(2026, 3, 20)
FIRST = date(2026, 1, 1)
HEADER = (
    "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness "
    "Discipline,Type,Title,Class Timestamp,Total Output,Avg. Watts,Avg. Resistance,Avg. Cadence "
    "(RPM),Avg. Speed (mph),Distance (mi),Calories Burned,Avg. Heartrate,Avg. Incline,Avg. Pace "
    "(min/mi)"
)


def ride(day: int, output: int, kind: str = "Music", label: str = "PST") -> str:
    return (
        f"2026-03-{day:02d} 07:30 ({label}),On Demand,Sam Poe,30,Cycling,{kind},30 min "
        f"Ride,,{output},150,,,,,300,,,"
    )


def peloton(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def sleep(**scores: int | None) -> bytes:
    records = [
        {"id": f"s{d}", "day": f"2026-03-{d[1:]}", "score": s, "contributors": {}}
        for d, s in scores.items()
    ]
    return json.dumps({"data": records, "next_token": None}).encode()


def account(**scores: int) -> bytes:
    rows = [
        f'x{d};{{"deep_sleep": {s}}};2026-03-{d[1:]};{s};2026-03-{d[1:]}T00:00:00.000+00:00'
        for d, s in scores.items()
    ]
    return "\n".join(["id;contributors;day;score;timestamp", *rows]).encode()


def trends(**scores: int) -> bytes:
    rows = [f"2026-03-{d[1:]},{s},{s}" for d, s in scores.items()]
    return "\n".join(["date,Sleep Score,Readiness Score", *rows]).encode()


FILES: dict[str, bytes] = {
    "old.csv": peloton(ride(2, 200, "Theme"), ride(3, 210), ride(3, 210)),
    "new.csv": peloton(ride(2, 200), ride(3, 210), ride(4, 220, label="-08")),
    "winter.csv": peloton(ride(2, 200, "Theme", "PDT"), ride(9, 1)),
    "daily_sleep.json": sleep(d03=80, d04=None, d05=70),
    "daily_sleep (1).json": sleep(d04=81, d05=70, d06=60),
    "dailysleep.csv": account(d02=50, d03=51, d04=52),
    "dailysleep (1).csv": account(d01=49, d02=55, d03=51),
    "trends.csv": trends(d01=40, d02=41, d03=42),
}


def lake_at(home: Path, **given: Any) -> Lakehouse:
    return Lakehouse.open(
        Settings(home=home, timezone="America/Los_Angeles", **{"today_override": TODAY} | given)
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    return lake_at(tmp_path / "home")


def ingest(
    lake: Lakehouse,
    name: str,
    content: bytes,
    user: str = "me",
    modified: datetime | None = None,
) -> Arrival:
    path = lake.settings.home.parent / "downloads" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    if modified:
        os.utime(path, (modified.timestamp(), modified.timestamp()))
    (arrival,) = arrivals.ingest(lake, path, user)
    return arrival


def build(lake: Lakehouse) -> None:
    """What a run does as far as bronze and the log are concerned, over the days that are
    pending."""
    changes = arrivals.pending(lake)
    for dataset, days in changes.items():
        bronze_writing.write_bronze(lake, dataset, min(days), max(days))
    for dataset, days in changes.items():
        mark_built(lake, [dataset], min(days), max(days))


def bronze_of(lake: Lakehouse) -> Bronze:
    """Every day of bronze with what it says, less who said it first, which depends on the order."""
    found = {}
    for dataset in registry.bronze_datasets():
        for key, content in lake.bronze.contents(dataset, FIRST, TODAY).items():
            lines = [json.loads(line) for line in content.splitlines()]
            found[key.name] = [(line["key"], line["record"], line["hints"]) for line in lines]
    return found


def assert_balanced(lake: Lakehouse) -> None:
    for entry in entries_of(lake.log):
        if entry.status in ("ingested", "replaced"):
            counts = lake.log.counts(entry.file_path)
            assert counts.balanced, (entry.file_path, counts)


@cache
def bronze_of_all_at_once() -> Bronze:
    with tempfile.TemporaryDirectory() as folder:
        return bronze_of(all_at_once(Path(folder, "home"), FILES))


def all_at_once(home: Path, names: Iterable[str]) -> Lakehouse:
    lake = lake_at(home)
    for name in names:
        ingest(lake, name, FILES[name])
    build(lake)
    return lake


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(sorted(FILES)), st.sets(st.integers(0, len(FILES) - 1)))
def test_any_order_and_any_pauses_give_the_same_bronze(order: list[str], pauses: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_at(Path(folder, "home"))
        for position, name in enumerate(order):
            ingest(lake, name, FILES[name])
            if position in pauses:
                build(lake)
        build(lake)
        assert_balanced(lake)
        assert bronze_of(lake) == bronze_of_all_at_once()


def test_every_row_is_current_superseded_duplicate_or_quarantined(lake: Lakehouse) -> None:
    bad = peloton(ride(2, 200, "Theme"), ride(3, 210), ride(3, 210), ride(88, 5))
    for name, content in {**FILES, "old.csv": bad}.items():
        ingest(lake, name, content)
    build(lake)
    counts = {
        entry.file_path.removeprefix("landing/me/"): lake.log.counts(entry.file_path)
        for entry in entries_of(lake.log)
    }
    assert {
        name: (c.landed, c.current, c.superseded, c.duplicates, c.quarantined)
        for name, c in counts.items()
    } == {
        "old.csv": (4, 1, 1, 1, 1),
        "new.csv": (3, 1, 1, 1, 0),
        "winter.csv": (2, 2, 0, 0, 0),
        "daily_sleep.json": (3, 2, 1, 0, 0),
        "daily_sleep (1).json": (3, 2, 0, 1, 0),
        "dailysleep.csv": (3, 2, 0, 1, 0),
        "dailysleep (1).csv": (3, 2, 1, 0, 0),
        "trends.csv": (3, 3, 0, 0, 0),
    }


def test_the_same_file_again_is_known_and_changes_nothing(lake: Lakehouse) -> None:
    ingest(lake, "old.csv", FILES["old.csv"])
    build(lake)
    for name in ("old.csv", "another name.csv"):
        again = ingest(lake, name, FILES["old.csv"])
        assert (again.repeated, again.failed) == (True, False)
    assert arrivals.pending(lake) == {}
    assert len(list(lake.objects.list("landing"))) == 1


def test_a_full_export_in_which_three_days_changed_asks_for_three_days(lake: Lakehouse) -> None:
    ingest(lake, "a.csv", peloton(*(ride(day, 200) for day in range(1, 11))))
    build(lake)
    changed = {3: 1, 7: 2, 10: 3}
    arrival = ingest(
        lake, "b.csv", peloton(*(ride(day, changed.get(day, 200)) for day in range(1, 11)))
    )
    assert arrivals.pending(lake) == {"peloton/workouts": {date(2026, 3, day) for day in changed}}
    assert (arrival.new_days, arrival.changed_days, arrival.unchanged_days) == (0, 3, 7)


def test_days_that_become_covered_are_changed_days(lake: Lakehouse) -> None:
    arrival = ingest(lake, "a.csv", peloton(ride(2, 200), ride(5, 200)))
    assert arrivals.pending(lake)["peloton/workouts"] == {
        date(2026, 3, day) for day in (2, 3, 4, 5)
    }
    assert arrival.new_days == 4
    build(lake)
    ingest(lake, "b.csv", peloton(ride(2, 200), ride(5, 200), ride(8, 200)))
    assert arrivals.pending(lake)["peloton/workouts"] == {date(2026, 3, day) for day in (6, 7, 8)}


def test_pending_days_outlive_an_interrupted_run(lake: Lakehouse) -> None:
    ingest(lake, "a.csv", FILES["new.csv"])
    pending = arrivals.pending(lake)
    bronze_writing.write_bronze(lake, "peloton/workouts", date(2026, 3, 2), date(2026, 3, 4))
    assert arrivals.pending(lake) == pending
    assert arrivals.scan(lake) == []
    (entry,) = entries_of(lake.log)
    assert entry.status == "ingesting"
    build(lake)
    (entry,) = entries_of(lake.log)
    assert (entry.status, arrivals.pending(lake)) == ("ingested", {})


def test_files_dropped_into_landing_by_hand_are_found(lake: Lakehouse) -> None:
    lake.objects.put("landing/workouts.csv", FILES["new.csv"])
    lake.objects.put("landing/ann/workouts.csv", FILES["new.csv"])
    found = {arrival.path: arrival.entry.user_id for arrival in arrivals.scan(lake)}
    assert found == {"landing/workouts.csv": "me", "landing/ann/workouts.csv": "ann"}
    assert arrivals.scan(lake) == []
    build(lake)
    assert {key.user_id for key in lake.bronze.keys("peloton/workouts", FIRST, TODAY)} == {
        "me",
        "ann",
    }


@pytest.mark.parametrize("fate", ["overwritten", "deleted"])
def test_a_file_that_leaves_landing_keeps_its_rows(lake: Lakehouse, fate: str) -> None:
    lake.objects.put("landing/workouts.csv", peloton(ride(2, 200), ride(3, 210)))
    arrivals.scan(lake)
    build(lake)
    if fate == "deleted":
        lake.objects.delete("landing/workouts.csv")
        lake.objects.put("landing/later.csv", peloton(ride(3, 999), ride(4, 220)))
    else:
        lake.objects.put("landing/workouts.csv", peloton(ride(3, 999), ride(4, 220)))
    arrivals.scan(lake)
    build(lake)
    bronze_writing.write_bronze(lake, "peloton/workouts", FIRST, TODAY)
    bronze_writing.recount(lake, FIRST, TODAY)
    lines = {
        key.day.day: [
            json.loads(line.record).get("Total Output", "withdrawn")
            for line in bronze.decode(content)
        ]
        for key, content in lake.bronze.contents("peloton/workouts", FIRST, TODAY).items()
    }
    assert lines == {2: ["200", "withdrawn"], 3: ["210", "999"], 4: ["220"]}
    assert_balanced(lake)


def outputs(lake: Lakehouse) -> dict[int, list[str]]:
    """By day of March what bronze has of its workout, in order."""
    return {
        key.day.day: [
            json.loads(line.record).get("Total Output", "withdrawn")
            for line in bronze.decode(content)
        ]
        for key, content in lake.bronze.contents("peloton/workouts", FIRST, TODAY).items()
    }


SAME = [ride(day, 200) for day in range(5, 13)]


@pytest.mark.parametrize("name", ["workouts.csv", "again.csv"])
@pytest.mark.parametrize("way", ["brought in", "dropped into landing"])
def test_a_file_that_left_landing_and_comes_again_is_read_again(
    lake: Lakehouse, name: str, way: str
) -> None:
    content = peloton(*SAME, ride(3, 210))
    earlier, later = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC)
    lake.landing_objects.put("landing/me/workouts.csv", content, earlier)
    arrivals.scan(lake)
    build(lake)
    lake.landing_objects.delete("landing/me/workouts.csv")
    between = peloton(*SAME, ride(3, 999), ride(4, 1))
    lake.landing_objects.put("landing/me/between.csv", between, earlier + timedelta(1))
    arrivals.scan(lake)
    build(lake)
    assert [outputs(lake)[day] for day in (3, 4)] == [["210", "999"], ["1"]]
    if way == "brought in":
        ingest(lake, name, content, modified=later)
    else:
        lake.landing_objects.put(f"landing/me/{name}", content, later)
        arrivals.scan(lake)
    build(lake)
    bronze_writing.recount(lake, FIRST, TODAY)
    assert lake.landing_objects.get(f"landing/me/{name}") == content
    assert outputs(lake)[3][-1] == "210"
    assert outputs(lake)[4] == ["1", "withdrawn"]
    assert_balanced(lake)
    assert arrivals.scan(lake) == []
    assert not arrivals.pending(lake)


@pytest.mark.parametrize("fate", ["overwritten", "deleted"])
@pytest.mark.parametrize("copy", ["a.csv", "z.csv"])
def test_a_copy_whose_original_leaves_landing_is_read_in_its_place(
    lake: Lakehouse, fate: str, copy: str
) -> None:
    content = peloton(*SAME)
    lake.objects.put("landing/me/m.csv", content)
    arrivals.scan(lake)
    lake.objects.put(f"landing/me/{copy}", content)
    arrivals.scan(lake)
    build(lake)
    if fate == "deleted":
        lake.objects.delete("landing/me/m.csv")
    else:
        lake.objects.put("landing/me/m.csv", peloton(*SAME, ride(13, 230)))
    arrivals.scan(lake)
    build(lake)
    bronze_writing.recount(lake, FIRST, TODAY)
    entry = lake.log.entry(f"landing/me/{copy}")
    assert entry
    assert entry.status == "ingested"
    assert_balanced(lake)
    assert arrivals.scan(lake) == []
    # An older file that comes now meets the copy's withdrawal.
    lake.landing_objects.put(
        "landing/me/old.csv",
        peloton(*SAME, ride(4, 1)),
        datetime(2026, 3, 1, tzinfo=UTC),
    )
    arrivals.scan(lake)
    build(lake)
    assert outputs(lake)[4] == ["1", "withdrawn"]
    assert_balanced(lake)


def test_a_file_that_is_overwritten_by_one_that_is_there_keeps_its_rows(lake: Lakehouse) -> None:
    lake.objects.put("landing/a.csv", peloton(ride(2, 200)))
    lake.objects.put("landing/b.csv", peloton(ride(3, 210), ride(4, 220)))
    arrivals.scan(lake)
    build(lake)
    lake.objects.put("landing/a.csv", peloton(ride(3, 210), ride(4, 220)))
    arrivals.scan(lake)
    bronze_writing.recount(lake, FIRST, TODAY)
    statuses = {entry.file_path.partition("@")[0]: entry.status for entry in entries_of(lake.log)}
    counts = {entry.status: lake.log.counts(entry.file_path) for entry in entries_of(lake.log)}
    assert (len(statuses), sorted(counts)) == (2, ["duplicate", "ingested", "replaced"])
    assert (counts["replaced"].landed, counts["replaced"].withdrawn) == (1, 1)
    assert_balanced(lake)
    lake.objects.put("landing/a.csv", peloton(ride(9, 5)))
    arrivals.scan(lake)
    build(lake)
    assert_balanced(lake)


def test_a_zip_of_which_only_a_part_was_taken_is_taken_whole(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    accept = arrivals._accept

    def dies_at_the_second(lake: Lakehouse, file: Any, parsed: Any) -> Arrival:
        if file.path.endswith("b.csv"):
            raise Killed
        return accept(lake, file, parsed)

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", peloton(ride(2, 200)))
        archive.writestr("b.csv", peloton(ride(3, 210)))
    lake.objects.put("landing/export.zip", packed.getvalue())
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "_accept", dies_at_the_second)
        with pytest.raises(Killed):
            arrivals.scan(lake)
    assert [entry.file_path for entry in entries_of(lake.log)] == ["landing/export.zip!/a.csv"]
    arrivals.scan(lake)
    assert arrivals.scan(lake) == []
    build(lake)
    assert {key.day.day for key in lake.bronze.keys("peloton/workouts", FIRST, TODAY)} == {2, 3}
    assert_balanced(lake)


def test_what_an_export_holds_beside_what_is_read_is_no_trouble(lake: Lakehouse) -> None:
    unread = b"timestamp;skin_temp\n2026-01-02T00:00:00.000+00:00;34.1\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", peloton(ride(2, 200)))
        archive.writestr("App Data/temperature.csv", unread)
    path = lake.settings.home / "export.zip"
    path.write_bytes(packed.getvalue())
    beside, taken = arrivals.ingest(lake, path, "me")
    assert (taken.failed, beside.failed) == (False, False)
    assert (beside.entry.record_count, beside.entry.datasets) == (0, ())
    assert beside.notes == ("holds Oura's temperature, which is not read; there is nothing to do.",)
    assert all(one.repeated for one in arrivals.ingest(lake, path, "me"))
    assert arrivals.scan(lake) == []
    alone = lake.settings.home / "temperature.csv"
    alone.write_bytes(unread + unread[-30:])
    with pytest.raises(UnknownFormat, match=r"temperature\.csv holds Oura's temperature"):
        arrivals.ingest(lake, alone, "me")
    lake.objects.put("landing/me/temperature.csv", alone.read_bytes())
    assert [one.refused for one in arrivals.scan(lake)] == [True]
    assert_balanced(lake)


def test_of_a_zip_that_comes_again_only_what_was_refused_is_read(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", peloton(ride(2, 200)))
        archive.writestr("b.csv", peloton(ride(3, 210)))
        archive.writestr("c.csv", peloton(ride(3, 210)))
        archive.writestr("readme.txt", b"What is in here.")
    (lake.settings.home / "export.zip").write_bytes(packed.getvalue())
    first = arrivals.ingest(lake, lake.settings.home / "export.zip", "me")
    statuses = ["ingesting", "ingesting", "duplicate", "validation_failed"]
    assert [one.entry.status for one in first] == statuses
    assert all(one.is_news for one in first)
    build(lake)
    read: list[str] = []
    read_file = arrivals.read_file

    def noted(file: Any, context: Any) -> Any:
        read.append(file.name)
        return read_file(file, context)

    monkeypatch.setattr(arrivals, "read_file", noted)
    again = arrivals.ingest(lake, lake.settings.home / "export.zip", "me")
    assert read == ["readme.txt"]
    assert [one.repeated for one in again] == [True, True, True, False]
    assert (again[3].refused, again[3].failed) == (True, True)
    assert not any(one.is_news for one in again)
    assert arrivals.pending(lake) == {}
    assert arrivals.scan(lake) == []
    assert_balanced(lake)


def test_a_file_that_cannot_be_read_for_a_while_loses_nothing(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = lake_at(lake.settings.home, today_override=date(2026, 3, 3))
    early.objects.put("landing/daily_sleep.json", FILES["daily_sleep.json"])
    arrivals.scan(early)
    build(early)

    def unreachable(key: str) -> bytes:
        raise LandingError("the network is down")

    with monkeypatch.context() as patch:
        patch.setattr(lake.landing_objects, "get", unreachable)
        (arrival,) = arrivals.scan(lake)
    assert (arrival.unread, arrival.failed, arrival.entry.error) == (
        True,
        True,
        "the network is down",
    )
    assert [entry.status for entry in entries_of(lake.log)] == ["ingested"]
    (again,) = arrivals.scan(lake)
    assert (again.unread, again.new_days) == (False, 2)


def test_a_log_that_knew_no_tags_is_read_and_its_files_are_no_news(lake: Lakehouse) -> None:
    lake.objects.put("landing/a.csv", peloton(ride(2, 200)))
    arrivals.scan(lake)
    with sqlite3.connect(lake.settings.home / "log.db") as db:
        db.execute("ALTER TABLE ingestion_log DROP COLUMN tag")
    older = lake_at(lake.settings.home)
    assert [entry.tag for entry in entries_of(older.log)] == [""]
    assert arrivals.scan(older) == []
    older.objects.put("landing/a.csv", peloton(ride(2, 200), ride(3, 1)))
    (arrival,) = arrivals.scan(older)
    assert arrival.entry.tag == older.objects.info("landing/a.csv").tag


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.json", b'[{"summary_date": "2022-01-17", "hr_5min": [0]}]', "v1"),
        ("x.json", b'{"data": [{"id": "a", "day": "2026-03-01"', "cut off|truncated|ends"),
        (
            "x.json",
            b'{"data": [{"id": "a", "day": "2026-03-01", "score": 5, "timestamp": "2026-03-01T00:00:00Z"}]}',
            "--dataset",
        ),
    ],
    ids=["v1", "truncated", "ambiguous"],
)
def test_what_cannot_be_used_is_refused_logged_and_asks_for_nothing(
    lake: Lakehouse, name: str, content: bytes, said: str
) -> None:
    arrival = ingest(lake, name, content)
    assert arrival.failed
    assert arrival.entry.status == "validation_failed"
    assert arrival.entry.error is not None
    assert re.search(said, arrival.entry.error)
    assert arrivals.pending(lake) == {}
    assert arrivals.scan(lake) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        ("x.csv", b"", "empty"),
        ("x.zip", b"PK\x05\x06" + b"\0" * 18, "holds no"),
    ],
    ids=["html", "empty", "empty zip"],
)
def test_what_is_no_export_never_enters_landing_and_is_refused_there(
    lake: Lakehouse, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(UnknownFormat, match=said):
        ingest(lake, name, content)
    assert list(lake.objects.list("landing")) == []
    lake.objects.put(f"landing/{name}", content)
    (arrival,) = arrivals.scan(lake)
    assert (arrival.failed, arrival.entry.status) == (True, "validation_failed")
    assert said in str(arrival.entry.error)
    assert arrivals.scan(lake) == []


def test_an_answer_without_a_record_is_no_error(lake: Lakehouse) -> None:
    arrival = ingest(lake, "answer.json", b'{"data": [], "next_token": null}')
    assert (arrival.failed, arrival.entry.status, arrival.entry.error) == (False, "ingested", None)
    assert (arrivals.scan(lake), arrivals.pending(lake)) == ([], {})


def test_the_users_word_settles_an_ambiguous_file(lake: Lakehouse, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(
        b'[{"id": "a", "day": "2026-03-01", "score": 5, "timestamp": "2026-03-01T00:00:00Z"}]'
    )
    assert arrivals.ingest(lake, path, "me")[0].failed
    (arrival,) = arrivals.ingest(lake, path, "me", "daily_sleep")
    assert (arrival.failed, arrival.entry.data_type) == (False, "oura/daily_sleep")


def test_days_in_the_future_wait_in_quarantine_until_they_come(tmp_path: Path) -> None:
    early = lake_at(tmp_path / "home", today_override=date(2026, 3, 3))
    arrival = ingest(early, "daily_sleep.json", FILES["daily_sleep.json"])
    assert (arrival.entry.quarantined_count, arrival.entry.retry_on) == (2, date(2026, 3, 4))
    build(early)
    assert arrivals.scan(early) == []
    late = lake_at(tmp_path / "home")
    (again,) = arrivals.scan(late)
    assert (again.entry.quarantined_count, again.new_days) == (0, 2)
    build(late)
    assert_balanced(late)


def test_two_people_never_meet(lake: Lakehouse) -> None:
    for user, content in (
        ("ann", FILES["old.csv"]),
        ("bob", FILES["new.csv"]),
        ("bob", FILES["old.csv"]),
    ):
        ingest(lake, f"{user}{len(content)}.csv", content, user)
    build(lake)
    for key, content in lake.bronze.contents("peloton/workouts", FIRST, TODAY).items():
        paths = {line.source_file for line in bronze.decode(content)}
        assert {path.split("/")[1] for path in paths} == {key.user_id}
    assert_balanced(lake)


def test_writing_bronze_twice_writes_once(lake: Lakehouse) -> None:
    ingest(lake, "new.csv", FILES["new.csv"])
    first = bronze_writing.write_bronze(lake, "peloton/workouts", FIRST, TODAY)
    again = bronze_writing.write_bronze(lake, "peloton/workouts", FIRST, TODAY)
    assert (first.written, again.written, again.unchanged) == (3, 0, 3)
    assert again.lines_by_day == {date(2026, 3, day): 1 for day in (2, 3, 4)}


def test_orders_of_three_downloads_agree(tmp_path: Path) -> None:
    found = []
    for number, order in enumerate(itertools.permutations(("old.csv", "new.csv", "winter.csv"))):
        (tmp_path / str(number)).mkdir()
        found.append(bronze_of(all_at_once(tmp_path / str(number) / "home", order)))
    assert all(state == found[0] for state in found)


def test_a_file_that_is_looked_at_again_between_bronze_and_gold_is_still_being_built(
    tmp_path: Path,
) -> None:
    """A home that was copied meanwhile has files of other times: bronze has their rows, gold not."""
    lake = lake_at(tmp_path)
    ingest(lake, "mine.csv", trends(d01=80))
    bronze_writing.write_bronze(lake, "oura/trends", FIRST, TODAY)
    (path,) = (tmp_path / "landing" / "me").iterdir()
    os.utime(path, (1, 1))
    arrivals.scan(lake)
    assert [entry.status for entry in entries_of(lake.log)] == ["ingesting"]
    assert not lake.log.has_built()
    mark_built(lake, ["oura/trends"], FIRST, TODAY)
    assert [entry.status for entry in entries_of(lake.log)] == ["ingested"]
