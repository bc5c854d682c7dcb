"""What nothing can make again goes from one lake to another whole, once, and over nothing."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.ask.answers.corrections import key_of
from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import arrivals, landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.lake.moving_landing import Carried, Move, move
from bio_lakehouse_tests.lake.marking import build_pending
from bio_lakehouse_tests.lake.test_arrivals import bronze_of, ingest, lake_at, peloton, ride, trends
from bio_lakehouse_tests.whole_log import entries_of

OLD = datetime(2026, 2, 1, 8, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path) -> Lakehouse:
    """A lake with two people's files, and one of each kind that nothing can make again."""
    lake = lake_at(tmp_path / "here")
    ingest(lake, "rides.csv", peloton(ride(1, 100), ride(2, 200)), "ann")
    ingest(lake, "oura.csv", trends(d01=70, d02=71), "ben")
    for key, content in {
        "experiments/ann/x/plan-1.json": b"{}",
        "reports/ann/weekly-2026-03-01.told.json": b"{}",
        "users.toml": b"[ann]\n",
    }.items():
        lake.objects.put(key, content)
    lake.objects.put(key_of("ann"), b"[]\n")
    return lake


@pytest.fixture
def there(tmp_path: Path) -> Lakehouse:
    return lake_at(tmp_path / "there")


def became(moved: Move) -> Counter[str]:
    return Counter(one.became for one in moved.carried)


def all_of(lake: Lakehouse) -> dict[str, bytes]:
    folders = ("landing", "experiments", "reports", "ask")
    keys = [info.key for folder in folders for info in lake.objects.list(folder)]
    return lake.objects.get_many([*keys, "users.toml"])


def test_all_that_nothing_makes_again_arrives_with_its_times(
    here: Lakehouse, there: Lakehouse
) -> None:
    for path in (here.settings.home / "landing").rglob("*.csv"):
        os.utime(path, (OLD.timestamp(), OLD.timestamp()))
    assert became(move(here, there)) == {"copied": 6}
    assert all_of(there) == all_of(here)
    assert {info.modified for info in there.landing_objects.list("landing")} == {OLD}


def test_a_trial_says_the_same_and_writes_nothing(here: Lakehouse, there: Lakehouse) -> None:
    trial = move(here, there, is_trial=True)
    assert list(there.objects.list("landing")) == []
    assert trial.carried == move(here, there).carried


def test_what_was_moved_is_there_the_next_time(here: Lakehouse, there: Lakehouse) -> None:
    move(here, there)
    again = move(here, there)
    assert became(again) == {"there": 6}
    assert again.differing == []
    assert became(move(there, here)) == {"there": 6}


def test_the_progress_counts_every_object(here: Lakehouse, there: Lakehouse) -> None:
    told: list[tuple[int, int]] = []
    move(here, there, progress=lambda _, done, total: told.append((done, total)))
    assert told == [(number, 6) for number in range(1, 7)]


def test_another_content_of_the_same_name_lies_beside(here: Lakehouse, there: Lakehouse) -> None:
    key = "landing/ann/rides.csv"
    there.objects.put(key, b"other")
    (beside,) = [one for one in move(here, there).carried if one.became == "beside"]
    assert there.objects.get(key) == b"other"
    assert there.objects.get(beside.kept_as) == here.objects.get(key)
    assert became(move(here, there)) == {"there": 6}


def test_what_differs_elsewhere_is_left_and_named(here: Lakehouse, there: Lakehouse) -> None:
    there.objects.put("users.toml", b"[zoe]\n")
    there.objects.put("reports/ann/weekly-2026-03-01.told.json", b"[]")
    moved = move(here, there)
    assert moved.differing == ["users.toml"]
    assert became(moved) == {"copied": 4, "differs": 2}
    assert there.objects.get("users.toml") == b"[zoe]\n"


def test_notes_go_with_their_files(here: Lakehouse, there: Lakehouse) -> None:
    note = Note(dataset="daily_sleep")
    key = landing.put(here.landing_objects, "ann", "x.json", b"[]", note)
    move(here, there)
    assert landing.read_note(there.landing_objects, key) == note
    there.objects.put(key + landing.NOTE_SUFFIX, Note(dataset="daily_spo2").to_json())
    assert move(here, there).differing == [key]


def test_what_arrives_otherwise_than_it_was_sent_is_an_error(
    here: Lakehouse, there: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = type(there.objects).put
    monkeypatch.setattr(
        type(there.objects), "put", lambda self, key, content, *more: put(self, key, b"", *more)
    )
    with pytest.raises(StoreError, match="is not what was sent"):
        move(here, there)


def test_lines_that_bronze_alone_has_are_kept(here: Lakehouse, there: Lakehouse) -> None:
    build_pending(here)
    (here.settings.home / "landing" / "ann" / "rides.csv").unlink()
    moved = move(here, there)
    assert Counter(one.kind for one in moved.carried)["bronze"] == 1
    build_pending(there)
    assert bronze_of(there) == bronze_of(here)
    assert {one.file_path for one in entries_of(there.log)} == {
        one.file_path for one in entries_of(here.log)
    }
    assert became(move(here, there))["differs"] == 0


@settings(max_examples=5)
@given(scores=st.lists(st.integers(60, 99), min_size=2, max_size=4), seconds=st.randoms())
def test_downloads_rank_in_the_other_lake_as_in_this_one(
    scores: list[int], seconds: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here, there = (lake_at(tmp_path_factory.mktemp(name) / "home") for name in ("here", "there"))
    times = list(range(len(scores)))
    seconds.shuffle(times)  # type: ignore[attr-defined]
    for number, (score, time) in enumerate(zip(scores, times, strict=True)):
        path = here.settings.home.parent / f"trends-{number}.csv"
        path.write_bytes(trends(d01=score))
        os.utime(path, (OLD.timestamp() + time, OLD.timestamp() + time))
        arrivals.ingest(here, path, "me")
    build_pending(here)
    move(here, there)
    build_pending(there)
    assert bronze_of(there) == bronze_of(here)


def test_a_carried_object_knows_its_kind() -> None:
    assert Carried("landing/ann/x.csv", "copied", 1, "landing/ann/x.csv").kind == "landing"
