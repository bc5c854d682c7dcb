"""Training load that is made of those people alone of whom something changed is as if it were made
of everybody."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.build import load
from bio_lakehouse.build.load import build_training_load, loads_of
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import TRAINING_LOAD as LOADS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema, in_order
from bio_lakehouse.lake.table_forgetting import forget_rows
from bio_lakehouse.lake.tables import Commit, conform
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS as WORKOUTS

TODAY = date(2026, 3, 4)
DAYS = 40
FIRST = TODAY - timedelta(DAYS - 1)
PEOPLE = ("ann", "ben", "cy")
LANDED = {
    "source_origin": "api",
    "source_file": "landing/ann/x.json",
    "ingested_at": datetime.fromisoformat("2026-03-04T06:00:00"),
}
Row = dict[str, Any]
Change = tuple[str, int, Row | None, Row | None]
"""A person's day, counted back from today, as it is from now on: its row and its workout."""

told_days = st.none() | st.fixed_dictionaries(
    {
        "had_workout": st.none() | st.booleans(),
        "resting_heart_rate_bpm": st.none() | st.integers(45, 60),
        "sleep_score": st.none() | st.integers(0, 100),
    }
)
workouts = st.none() | st.fixed_dictionaries(
    {
        "length_minutes": st.integers(20, 60),
        "avg_heart_rate_bpm": st.none() | st.integers(110, 170),
        "avg_watts": st.none() | st.integers(80, 250),
    }
)
changes = st.tuples(st.sampled_from(PEOPLE), st.integers(0, DAYS - 1), told_days, workouts)


def lake_at(home: Path, **measures: int) -> Lakehouse:
    return Lakehouse.open(
        load_settings(home=home, timezone="UTC", today_override=TODAY, **measures)
    )


def put(lake: Lakehouse, schema: TableSchema, told: Sequence[tuple[str, date, Row | None]]) -> None:
    """People's days of a table are these rows, or none; all others stay."""
    days = {(user, day): row for user, day, row in told}
    there = lake.tables.read(schema, None, None).to_pylist()
    kept = [row for row in there if (row["user_id"], row["day"]) not in days]
    own = [LANDED | row | {"user_id": user, "day": day} for (user, day), row in days.items() if row]
    known = [{name: one.get(name) for name in schema.column_names} for one in [*kept, *own]]
    lake.tables.replace(schema, pa.Table.from_pylist(known, schema=schema.arrow), FIRST, TODAY)


def change(lake: Lakehouse, *changes: Change) -> None:
    days = [(user, TODAY - timedelta(back), told, done) for user, back, told, done in changes]
    put(lake, DAILY, [(user, day, told) for user, day, told, _ in days])
    put(lake, WORKOUTS, [(user, day, workout(user, day, done)) for user, day, _, done in days])


def workout(user: str, day: date, done: Row | None) -> Row | None:
    return done and done | {"workout_id": f"{user} {day}", "fitness_discipline": "Cycling"}


def narrowly(lake: Lakehouse, code: str = "1") -> Commit:
    return build_training_load(lake, TODAY, TODAY, code, of_changed=True)


def whole(lake: Lakehouse) -> pa.Table:
    return in_order(conform(loads_of(lake), LOADS), LOADS)


def there(lake: Lakehouse) -> pa.Table:
    return lake.tables.read(LOADS, None, None)


@given(st.lists(st.lists(changes, min_size=1, max_size=3), min_size=1, max_size=4))
@settings(deadline=None, max_examples=8)
def test_whatever_changes_it_is_as_made_of_everybody(steps: Sequence[Sequence[Change]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        lake = lake_at(Path(home), ftp=200, max_heart_rate=190)
        began = {"had_workout": True}, {"length_minutes": 30}
        change(lake, *((user, 20, *began) for user in PEOPLE))
        narrowly(lake)
        for step in steps:
            change(lake, *step)
            before = there(lake)
            commit = narrowly(lake)
            assert there(lake).equals(whole(lake))
            assert commit.changed == (not there(lake).equals(before))
            told = build_training_load(lake, TODAY, TODAY, "1")
            assert not told.changed
            days = told.versions.keys() & commit.versions.keys()
            assert {day: commit.versions[day] for day in days} == {
                day: told.versions[day] for day in days
            }
            assert commit.changed_days <= commit.versions.keys() | days_gone(before, lake)


def days_gone(before: pa.Table, lake: Lakehouse) -> set[date]:
    return {*before["day"].to_pylist()} - {*there(lake)["day"].to_pylist()}


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """Three people's days with a workout each."""
    lake = lake_at(tmp_path / "home", ftp=200, max_heart_rate=190)
    did = {"length_minutes": 30, "avg_watts": 150}
    days = [(user, back) for user in PEOPLE for back in (30, 20, 1)]
    change(lake, *((user, back, {"had_workout": True}, did) for user, back in days))
    narrowly(lake)
    return lake


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose load is worked out."""
    found, work_out = list[str](), load.training_load

    def noted(daily: Any, workouts: Any, profile: Any, zones: Any) -> pa.Table:
        found.append(profile.user_id)
        return work_out(daily, workouts, profile, zones)

    monkeypatch.setattr(load, "training_load", noted)
    return found


def test_of_nobody_else_is_anything_worked_out(lake: Lakehouse, made: list[str]) -> None:
    change(lake, ("ben", 0, {"had_workout": False}, None))
    assert narrowly(lake).changed_days == {TODAY}
    assert made == ["ben"]
    assert there(lake).equals(whole(lake))


def test_what_it_is_not_made_from_changes_nothing(lake: Lakehouse, made: list[str]) -> None:
    change(lake, ("ben", 1, {"had_workout": True, "sleep_score": 80}, None))
    narrowly(lake)
    made.clear()
    change(lake, ("ben", 1, {"had_workout": True, "sleep_score": 90}, None))
    commit = narrowly(lake)
    assert made == []
    assert not commit.changed
    assert commit.versions.keys() == {TODAY} & commit.versions.keys()


def test_again_it_commits_nothing(lake: Lakehouse, made: list[str]) -> None:
    snapshot = lake.tables.state(LOADS.full_name)
    assert not narrowly(lake).changed
    assert made == []
    assert lake.tables.state(LOADS.full_name) == snapshot


def test_a_day_long_ago_is_carried_on(lake: Lakehouse, made: list[str]) -> None:
    change(lake, ("ann", 30, {"had_workout": True}, {"length_minutes": 90, "avg_watts": 180}))
    commit = narrowly(lake)
    assert made == ["ann"]
    assert min(commit.changed_days) == TODAY - timedelta(30)
    assert commit.versions == build_training_load(lake, FIRST, TODAY, "1").versions
    assert there(lake).equals(whole(lake))


def test_other_settings_or_other_code_concern_everybody(lake: Lakehouse, made: list[str]) -> None:
    home = lake.settings.home
    (home / "users.toml").write_text("[ben]\nftp = 300\n", "utf-8")
    other = lake_at(home, ftp=200, max_heart_rate=190)
    assert narrowly(other).changed
    assert sorted(made) == [*PEOPLE]
    assert there(other).equals(whole(other))
    made.clear()
    assert not narrowly(other, "2").changed
    assert sorted(made) == [*PEOPLE]


def test_where_it_is_not_known_what_it_was_made_of_it_is_made_of_everybody(
    lake: Lakehouse, made: list[str]
) -> None:
    forget_rows(lake.tables, DAILY.full_name, "cy")
    forget_rows(lake.tables, LOADS.full_name, "cy")
    assert not narrowly(lake).changed
    assert sorted(made) == ["ann", "ben"]


def test_a_person_whose_days_are_gone_has_no_load(lake: Lakehouse, made: list[str]) -> None:
    change(lake, *(("cy", back, None, None) for back in (30, 20, 1)))
    assert narrowly(lake).changed
    assert made == []
    assert {*there(lake)["user_id"].to_pylist()} == {"ann", "ben"}
    assert there(lake).equals(whole(lake))
