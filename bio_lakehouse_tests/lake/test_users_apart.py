"""An arrival is planned with its own person's files and days, whoever else is in the lake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.lake import bronze_writing, landed_reading
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import FolderStore, ObjectInfo
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.lake.test_arrivals import (
    FIRST,
    TODAY,
    ingest,
    lake_at,
    peloton,
    ride,
    trends,
)

TRENDS, WORKOUTS = "oura/trends", "peloton/workouts"


class WatchedFolder(FolderStore):
    """A folder that remembers what of it was read, and where it was listed."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.read: list[str] = []
        self.listed: list[str] = []

    def get(self, key: str) -> bytes:
        self.read.append(key)
        return super().get(key)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        self.listed.append(prefix)
        return super().list(prefix)


def watched(lake: Lakehouse) -> WatchedFolder:
    """The lake's store, from now on watched."""
    folder = WatchedFolder(lake.settings.home)
    lake.__dict__["objects"] = folder
    lake.__dict__.pop("bronze", None)
    lake.__dict__.pop("landing_objects", None)
    return folder


def build(lake: Lakehouse) -> None:
    for dataset in (TRENDS, WORKOUTS):
        bronze_writing.write_bronze(lake, dataset, FIRST, TODAY)
    mark_built(lake, [TRENDS, WORKOUTS], FIRST, TODAY)


def scores(days: Iterable[int], score: int) -> bytes:
    return trends(**{f"d{day:02d}": score for day in days})


DAYS = st.sets(st.integers(1, 9), min_size=1)


@settings(max_examples=8)
@given(mine=DAYS, theirs=DAYS, later=DAYS, is_built=st.booleans())
def test_nothing_of_anybody_else_is_read_for_an_arrival(
    mine: set[int],
    theirs: set[int],
    later: set[int],
    is_built: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    lake = lake_at(tmp_path_factory.mktemp("lake") / "home")
    for user_id, days in (("ann", mine), ("ben", theirs)):
        ingest(lake, f"{user_id}.csv", scores(days, 70), user_id)
        rides = [ride(day, 100 + day) for day in sorted(days)]
        ingest(lake, f"{user_id}_rides.csv", peloton(*rides), user_id)
    if is_built:
        build(lake)
    landed_reading.forget_readings()
    store = watched(lake)
    ingest(lake, "later.csv", scores(later, 71), "ann")
    ingest(lake, "rides.csv", peloton(*(ride(day, 300) for day in sorted(later))), "ann")
    assert not [key for key in store.read if "/ben" in key]
    # Where nothing was written yet, nobody knows that no earlier version wrote any.
    listed = [prefix for prefix in store.listed if prefix.startswith("bronze")]
    assert listed == ([] if is_built else ["bronze"])


def test_a_write_asks_for_those_alone_whose_files_say_something_of_its_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_at(tmp_path)
    for user in ("ada", "bob", "cy"):
        ingest(lake, f"{user}.csv", scores([1, 2], 70), user)
    ingest(lake, "mine.csv", scores([9], 80))
    asked: list[str] = []
    overlapping = type(lake.log).overlapping

    def counted(log: object, user_id: str, *given: object) -> object:
        asked.append(user_id)
        return overlapping(log, user_id, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(type(lake.log), "overlapping", counted)
    day = date(2026, 3, 9)
    written = bronze_writing.write_bronze(lake, TRENDS, day, day)
    assert asked == ["me"]
    assert written.written == 1
    assert bronze_writing.write_bronze(lake, TRENDS, FIRST, TODAY).written == 6
    assert bronze_writing.write_bronze(lake, TRENDS, FIRST, TODAY).written == 0
