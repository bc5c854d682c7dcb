"""Real exports and answers, where the folder with samples is there: every cell of them arrives in
silver."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from bio_lakehouse.build.silver import USERS
from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.lake.bronze_schema import ARROW as BRONZE
from bio_lakehouse.silver import TRANSFORMS
from bio_lakehouse.sources import parse
from bio_lakehouse.sources.peloton.fields import ZONE_LABELS
from bio_lakehouse.sources.records import ParseContext

Row = dict[str, Any]

REAL = Path(__file__).parents[3] / "shared" / "real"
PELOTON = "peloton/workouts_us_167.csv"
CONTEXT = ParseContext(ZoneInfo("America/Chicago"), date(2015, 1, 1), date(2030, 12, 31))
LANDED = datetime.fromisoformat("2030-01-01T00:00:00")

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real samples is not there")

NUMBERS = {
    "Length (minutes)": "length_minutes",
    "Total Output": "total_output_kj",
    "Avg. Watts": "avg_watts",
    "Avg. Resistance": "avg_resistance_pct",
    "Avg. Cadence (RPM)": "avg_cadence_rpm",
    "Avg. Speed (mph)": "avg_speed_mph",
    "Distance (mi)": "distance_mi",
    "Calories Burned": "calories_kcal",
    "Avg. Heartrate": "avg_heart_rate_bpm",
}


def silver(spark: SparkSession, table: str, sample: str) -> list[Row]:
    """The rows of a silver table that one sample file makes."""
    path = REAL / sample
    file = parse(path.name, path.read_bytes(), CONTEXT)
    rows = [
        {
            "user_id": "me",
            "day": record.day,
            "origin": file.origin,
            "record_key": record.key,
            "version": "1",
            "line": record.line,
            "source_file": sample,
            "ingested_at": LANDED,
            "hints": json.dumps(record.hints),
            "record": json.dumps(record.content),
        }
        for record in file.records
    ]
    bronze = to_spark(spark, pa.Table.from_pylist(rows, schema=BRONZE))
    nothing = to_spark(spark, BRONZE.empty_table())
    transform = TRANSFORMS[table]
    frames = [bronze if dataset in file.datasets else nothing for dataset in transform.inputs]
    made = transform.function(*frames, users=to_spark(spark, USERS.empty_table())).toArrow()
    return list(made.to_pylist())


def number(cell: str) -> float | None:
    return None if cell in ("", "None") else float(cell.removesuffix("%"))


def test_every_workout_of_a_download(sail: SparkSession) -> None:
    with (REAL / PELOTON).open(newline="", encoding="utf-8") as lines:
        told = {
            (start_of(row["Workout Timestamp"]), row["Title"].strip()): row
            for row in csv.DictReader(lines)
        }
    made = {
        (row["started_at"].astimezone(UTC), row["title"]): row
        for row in silver(sail, "peloton_workouts", PELOTON)
    }
    assert set(made) == set(told)
    assert [{name: made[key][name] for name in NUMBERS.values()} for key in told] == [
        {name: number(row[header]) for header, name in NUMBERS.items()} for row in told.values()
    ]


def start_of(stamp: str) -> datetime:
    """The start that `2020-01-30 09:30 (CDT)` tells, in UTC."""
    zone = ZoneInfo(ZONE_LABELS[stamp[18:-1]])
    return datetime.fromisoformat(stamp[:16]).replace(tzinfo=zone).astimezone(UTC)


def test_starts_and_days_are_those_of_the_persons_clock(sail: SparkSession) -> None:
    with (REAL / PELOTON).open(newline="", encoding="utf-8") as lines:
        starts = {start_of(row["Workout Timestamp"]) for row in csv.DictReader(lines)}
    made = silver(sail, "peloton_workouts", PELOTON)
    assert {row["started_at"].astimezone(UTC) for row in made} == starts
    for row in made:
        local = row["started_at"].astimezone(CONTEXT.timezone)
        assert row["started_at_local"].replace(tzinfo=None) == local.replace(tzinfo=None)
        assert row["day"] == local.date()


def test_a_trends_day_feeds_four_tables(sail: SparkSession) -> None:
    sample = "oura/trends_54_columns.csv"
    with (REAL / sample).open(newline="", encoding="utf-8") as lines:
        told = {row["date"]: row for row in csv.DictReader(lines)}
    for table, columns in {
        "oura_daily_readiness": {
            "score": "Readiness Score",
            "contributor_hrv_balance": "HRV Balance Score",
        },
        "oura_daily_sleep": {"score": "Sleep Score", "contributor_timing": "Sleep Timin Score"},
        "oura_daily_activity": {
            "steps": "Steps",
            "met_avg": "Average MET",
            "high_activity_time": "High Activity Time",
        },
        "oura_sleep": {"total_sleep_s": "Total Sleep Duration", "average_hrv_ms": "Average HRV"},
    }.items():
        rows = {str(row["day"]): row for row in silver(sail, table, sample)}
        assert set(rows) == set(told)
        for day, row in rows.items():
            assert {name: row[name] for name in columns} == {
                name: number(told[day][h]) for name, h in columns.items()
            }


@pytest.mark.parametrize(
    "dataset", ["daily_readiness", "daily_sleep", "daily_activity", "sleep", "daily_spo2"]
)
def test_every_record_of_an_answer(sail: SparkSession, dataset: str) -> None:
    sample = f"oura/api_v2/{dataset}.json"
    told = json.loads((REAL / sample).read_text(encoding="utf-8"))["data"]
    rows = silver(sail, f"oura_{dataset}", sample)
    assert sorted(str(row["day"]) for row in rows) == sorted(record["day"] for record in told)
    if dataset.startswith("daily") and dataset != "daily_spo2":
        scores = {record["day"]: record.get("score") for record in told}
        assert {str(row["day"]): row["score"] for row in rows} == scores
