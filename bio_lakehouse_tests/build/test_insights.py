"""Insights and forecasts that are made of those people alone of whom something changed are as if
they were made of everybody."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from bio_lakehouse.build import insights
from bio_lakehouse.build.insights import MADE_TOGETHER, build_forecast, build_insights
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import INSIGHTS, READINESS_FORECAST, WEEK_COMPARISON
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS as WORKOUTS
from bio_lakehouse.sources.demo import daily_rows, simulate, workout_rows

TODAY = date(2025, 11, 16)
DAYS = 70
FIRST = TODAY - timedelta(DAYS - 1)
PEOPLE = ("ann", "ben", "cy")
TABLES = (INSIGHTS, WEEK_COMPARISON, READINESS_FORECAST)
LANDED = {
    "source_origin": "api",
    "source_file": "landing/ann/x.json",
    "ingested_at": datetime.fromisoformat("2025-11-17T06:00:00"),
}
Row = dict[str, Any]


def rows_of(people: Collection[str], last: date = TODAY) -> tuple[list[Row], list[Row]]:
    """Days and workouts of the demo up to a day, of other lives for each person."""
    days, workouts = list[Row](), list[Row]()
    for seed, user in enumerate(sorted(people), start=1):
        truth = simulate(DAYS, seed, TODAY)
        told = [row | {"user_id": user} for row in daily_rows(truth)]
        done = [
            row | {"user_id": user, "workout_id": f"{user} {number}"}
            for number, row in enumerate(workout_rows(truth))
        ]
        days += [row for row in told if row["day"] <= last]
        workouts += [row for row in done if row["day"] <= last]
    return days, workouts


def write(lake: Lakehouse, schema: TableSchema, rows: list[Row]) -> None:
    known = [{name: (LANDED | row).get(name) for name in schema.column_names} for row in rows]
    lake.tables.replace(schema, pa.Table.from_pylist(known, schema=schema.arrow), FIRST, TODAY)


def make(lake: Lakehouse, day: date = TODAY, code: str = "1", *, of_changed: bool = True) -> None:
    build_insights(lake, day, day, MADE_TOGETHER, code, of_changed=of_changed)
    build_forecast(lake, day, day, code, of_changed=of_changed)


def there(lake: Lakehouse) -> list[pa.Table]:
    return [lake.tables.read(schema, None, None) for schema in TABLES]


def states(lake: Lakehouse) -> list[str | None]:
    return [lake.tables.state(schema.full_name) for schema in TABLES]


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """Three people's days, with their insights as of the last."""
    settings = load_settings(home=tmp_path / "home", timezone="UTC", today_override=TODAY)
    lake = Lakehouse.open(settings)
    days, workouts = rows_of(PEOPLE)
    write(lake, DAILY, days)
    write(lake, WORKOUTS, workouts)
    make(lake)
    return lake


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, lake: Lakehouse) -> set[str]:
    """Of whom anything is worked out."""
    found, decide, foresee = set[str](), insights.decided, insights.forecast

    def decided(data: InsightData) -> Any:
        found.add(data.user_id)
        return decide(data)

    def forecast(data: InsightData) -> Any:
        found.add(data.user_id)
        return foresee(data)

    monkeypatch.setattr(insights, "decided", decided)
    monkeypatch.setattr(insights, "forecast", forecast)
    return found


def test_whatever_changes_they_are_as_made_of_everybody(lake: Lakehouse, made: set[str]) -> None:
    dice = random.Random(20251116)
    days, workouts = rows_of(PEOPLE)
    ever = set[str]()
    for whose in (["ann"], ["cy", "ben"], ["ben"], ["ann"]):
        kind = dice.choice([days, workouts])
        for user in whose:
            row = dice.choice([row for row in kind if row["user_id"] == user])
            if dice.random() < 0.3:
                kind.remove(row)
            else:
                row |= {"sleep_score": 55, "readiness_score": 60, "total_output_kj": 300.0}
        write(lake, DAILY, days)
        write(lake, WORKOUTS, workouts)
        made.clear()
        make(lake)
        ever |= {*whose}
        # What changed nothing in a table is looked at again until something does.
        assert {*whose} <= made <= ever
        narrow, committed = there(lake), states(lake)
        make(lake, of_changed=False)
        assert states(lake) == committed
        assert all(one.equals(other) for one, other in zip(narrow, there(lake), strict=True))


def test_again_they_commit_nothing_and_nothing_is_worked_out(
    lake: Lakehouse, made: set[str]
) -> None:
    committed = states(lake)
    make(lake)
    assert not made
    assert states(lake) == committed


def test_as_of_another_day_they_are_made_of_everybody(lake: Lakehouse, made: set[str]) -> None:
    make(lake, TODAY - timedelta(1))
    assert made == {*PEOPLE}


def test_other_code_concerns_everybody(lake: Lakehouse, made: set[str]) -> None:
    make(lake, code="2")
    assert made == {*PEOPLE}


def test_whoever_has_none_is_given_them(lake: Lakehouse, made: set[str]) -> None:
    expected = there(lake)
    for schema in (INSIGHTS, READINESS_FORECAST):
        rows = lake.tables.read(schema, TODAY, TODAY)
        others = [row for row in rows.to_pylist() if row["user_id"] != "ben"]
        kept = pa.Table.from_pylist(others, schema=schema.arrow)
        said = insights.MadeOf.now(lake, "1", insights.READ, (TODAY, TODAY)).summary
        lake.tables.replace(schema, kept, TODAY, TODAY, summary=said)
    make(lake)
    assert made == {"ben"}
    assert all(one.equals(other) for one, other in zip(expected, there(lake), strict=True))


def test_a_part_of_the_insights_says_nothing_of_all(lake: Lakehouse, made: set[str]) -> None:
    days, _ = rows_of(PEOPLE)
    for row in days:
        row["sleep_score"] = 60
    write(lake, DAILY, days)
    build_insights(lake, TODAY, TODAY, MADE_TOGETHER[:2], "1")
    made.clear()
    build_insights(lake, TODAY, TODAY, MADE_TOGETHER, "1", of_changed=True)
    assert made == {*PEOPLE}


def test_a_person_whose_days_are_gone_has_none(lake: Lakehouse, made: set[str]) -> None:
    days, workouts = rows_of(PEOPLE)
    write(lake, DAILY, [row for row in days if row["user_id"] != "cy"])
    write(lake, WORKOUTS, [row for row in workouts if row["user_id"] != "cy"])
    make(lake)
    assert not made
    assert {*there(lake)[0]["user_id"].to_pylist()} == {"ann", "ben"}
    assert {*there(lake)[2]["user_id"].to_pylist()} == {"ann", "ben"}
