"""The same rows in another order, in other files, give the same averages and loads to the last
bit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from bio_lakehouse.backends import open_sql
from bio_lakehouse.build.insights import build_forecast, build_insights
from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS

TODAY = date(2026, 3, 20)
DAYS = [TODAY - timedelta(back) for back in range(150)]
ORDERS = range(3)


def daily_rows() -> list[dict[str, object]]:
    chance = random.Random(3)
    return [
        {
            "user_id": "me",
            "day": day,
            "readiness_score": chance.randint(50, 95),
            "sleep_score": chance.randint(50, 95),
            "resting_heart_rate_bpm": chance.randint(45, 60),
            "hrv_rmssd_ms": chance.randint(30, 90),
            "sleep_duration_h": chance.random() * 3 + 5,
            "workout_count": 3,
            "had_workout": True,
            "total_output_kj": chance.random() * 400,
            "avg_watts": chance.random() * 200,
            "workout_minutes": chance.random() * 60,
        }
        for day in DAYS
    ]


def workout_rows() -> list[dict[str, object]]:
    chance = random.Random(4)
    return [
        {
            "user_id": "me",
            "day": day,
            "workout_id": f"{day}-{number}",
            "length_minutes": chance.random() * 60 + 1,
            "avg_watts": chance.random() * 200 + 30,
            "total_output_kj": chance.random() * 400,
            "source_origin": "csv_export",
            "source_file": "landing/me/workouts.csv",
            "ingested_at": datetime.combine(TODAY, time()),
        }
        for day in DAYS
        for number in range(3)
    ]


def written(home: Path, order: int) -> Lakehouse:
    """A lake of the same rows, shuffled, in commits of another order."""
    settings = load_settings(home=home, timezone="UTC", today_override=TODAY, ftp=200)
    lake, chance = Lakehouse.open(settings), random.Random(order)
    months = [(date(2025, 10, 1), date(2025, 12, 31)), (date(2026, 1, 1), TODAY)]
    chance.shuffle(months)
    for schema, made in ((DAILY, daily_rows()), (PELOTON_WORKOUTS, workout_rows())):
        chance.shuffle(made)
        for first, last in months:
            part = [row for row in made if first <= row["day"] <= last]  # type: ignore[operator]
            rows = pa.Table.from_pylist(filled(part, schema.column_names), schema=schema.arrow)
            lake.tables.replace(schema, rows, first, last)
    return lake


def filled(rows: Sequence[dict[str, object]], names: Sequence[str]) -> list[dict[str, object]]:
    return [dict.fromkeys(names) | row for row in rows]


def made(lake: Lakehouse) -> dict[str, list[dict[str, object]]]:
    build_training_load(lake, DAYS[-1], TODAY)
    build_insights(lake, TODAY, TODAY)
    build_forecast(lake, TODAY, TODAY)
    sql = open_sql(lake)
    for view in VIEWS.values():
        sql.create_view(view)
    tables = [f"bio_gold.{name}" for name in ("training_load", "insights", "readiness_forecast")]
    found = {name: lake.tables.scan(name).to_pylist() for name in tables}
    found |= {name: sql.rows_of(name).to_pylist() for name in VIEWS}
    averages = "SELECT avg(avg_watts) AS a, sum(total_output_kj) AS s, stddev(length_minutes) AS d"
    asked = sql.query(f"{averages} FROM peloton_workouts", "me")
    return {name: sorted(rows, key=repr) for name, rows in found.items()} | {
        "asked": asked.to_pylist()
    }


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[dict[str, object]]]]:
    return [made(written(tmp_path_factory.mktemp("home"), order)) for order in ORDERS]


def test_any_order_of_the_rows_gives_the_same_to_the_bit(
    answers: list[dict[str, list[dict[str, object]]]],
) -> None:
    first, *others = answers
    for other in others:
        for name, rows in first.items():
            assert repr(other[name]) == repr(rows), name
    assert first["bio_gold.training_load"]


def test_building_again_commits_nothing(tmp_path: Path) -> None:
    lake = written(tmp_path / "home", 9)
    assert build_training_load(lake, DAYS[-1], TODAY).changed
    for _ in range(3):
        again = Lakehouse.open(lake.settings)
        assert not build_training_load(again, DAYS[-1], TODAY).changed
