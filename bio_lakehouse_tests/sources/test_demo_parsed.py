"""What the parsers read back from the demo person's files is the truth that was written."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bio_lakehouse.sources import parse
from bio_lakehouse.sources.demo import Truth, simulate, workout_rows, write_files
from bio_lakehouse.sources.records import ParseContext, ParsedFile

END = date(2025, 11, 20)
RANKS = {"trends_export": 0, "account_export": 1, "api": 2, "csv_export": 2}


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate(150, 11, END)


@pytest.fixture(scope="module")
def files(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> list[ParsedFile]:
    context = ParseContext(ZoneInfo(truth.timezone), date(2015, 1, 1), END)
    paths = write_files(truth, tmp_path_factory.mktemp("demo"))
    return [parse(path.name, path.read_bytes(), context) for path in paths]


@pytest.fixture(scope="module")
def current(files: list[ParsedFile]) -> dict[str, dict[str, dict[str, Any]]]:
    """Dataset → key → content that wins: the higher origin, then the file with the newer day, then
    the longer one."""
    winners: dict[str, dict[str, dict[str, Any]]] = {}
    for file in sorted(files, key=lambda file: (RANKS[file.origin], file.coverage, file.row_count)):
        for record in file.records:
            winners.setdefault(record.dataset, {})[record.key] = record.content
    return winners


def test_every_row_of_every_file_is_usable_and_known(files: list[ParsedFile]) -> None:
    assert [file.rejected for file in files] == [[]] * len(files)
    assert [file.unknown_fields for file in files] == [()] * len(files)
    assert all(file.row_count == len(file.records) > 0 for file in files)
    assert {dataset for file in files for dataset in file.datasets} == {
        "peloton/workouts",
        "oura/daily_readiness",
        "oura/daily_sleep",
        "oura/daily_activity",
        "oura/daily_spo2",
        "oura/heartrate",
        "oura/sleep",
        "oura/trends",
    }


def test_files_of_the_ring_cover_all_days_but_the_missed_ones(
    truth: Truth, files: list[ParsedFile]
) -> None:
    windows = [file.coverage for file in files if file.source == "oura" and file.coverage]
    uncovered = [
        day.day
        for day in truth.days
        if not any(first <= day.day <= last for first, last in windows)
    ]
    assert uncovered == list(truth.missed_sync)
    assert len(uncovered) == 3


def test_scores_read_back_are_the_truth(
    truth: Truth, current: dict[str, dict[str, dict[str, Any]]]
) -> None:
    delivered = [day for day in truth.days if day.day not in truth.missed_sync]
    assert _scores(current["oura/daily_readiness"]) == {
        str(d.day): d.readiness_score for d in delivered if d.readiness
    }
    assert _scores(current["oura/daily_sleep"]) == {
        str(d.day): d.sleep_score for d in delivered if d.night
    }
    assert _scores(current["oura/daily_activity"]) == {
        str(d.day): d.activity.score for d in delivered
    }


def _scores(records: dict[str, dict[str, Any]]) -> dict[str, int | None]:
    return {
        key: None if record.get("score") in (None, "") else int(record["score"])
        for key, record in records.items()
    }


def test_contributors_read_back_are_the_truth(
    truth: Truth, current: dict[str, dict[str, dict[str, Any]]]
) -> None:
    for day in truth.days:
        if day.readiness and day.day not in truth.missed_sync:
            record = current["oura/daily_readiness"][str(day.day)]
            assert record["contributors"] == day.readiness.contributors
            assert float(record["temperature_deviation"]) == day.readiness.temperature_deviation
        if day.night and day.day not in truth.missed_sync:
            assert (
                current["oura/daily_sleep"][str(day.day)]["contributors"] == day.night.contributors
            )


def test_activity_read_back_is_the_truth(
    truth: Truth, current: dict[str, dict[str, dict[str, Any]]]
) -> None:
    for day in truth.days:
        if day.day not in truth.missed_sync:
            record, activity = current["oura/daily_activity"][str(day.day)], day.activity
            assert int(record["steps"]) == activity.steps
            assert int(record["total_calories"]) == activity.total_calories
            assert int(record["non_wear_time"]) == 60 * activity.non_wear
            assert int(record["high_activity_time"]) == 60 * activity.high
            assert len(record["met"]["items"]) == 1_440


def test_nights_read_back_are_the_truth(
    truth: Truth, current: dict[str, dict[str, dict[str, Any]]]
) -> None:
    nights = {
        record["day"]: record
        for record in current["oura/sleep"].values()
        if record["type"] == "long_sleep"
    }
    for index, day in enumerate(truth.days):
        if not day.night or index in truth.delivery.missed:
            continue
        if index in truth.delivery.api:
            record = nights[str(day.day)]
            assert record["total_sleep_duration"] == day.night.total_sleep
            assert record["average_hrv"] == day.night.average_hrv
            assert record["lowest_heart_rate"] == day.night.lowest_heart_rate
        else:
            row = current["oura/trends"][str(day.day)]
            assert int(row["Total Sleep Duration"]) == day.night.total_sleep
            assert float(row["Average HRV"]) == day.night.average_hrv
            assert float(row["Lowest Resting Heart Rate"]) == day.night.lowest_heart_rate


def test_workouts_read_back_are_the_truth(
    truth: Truth, current: dict[str, dict[str, dict[str, Any]]]
) -> None:
    rows = workout_rows(truth)
    records = current["peloton/workouts"]
    keys = [f"{row['started_at_local']:%Y-%m-%dT%H:%M}|{row['fitness_discipline']}" for row in rows]
    assert records.keys() == set(keys)
    for key, row in zip(keys, rows, strict=True):
        assert records[key]["Title"] == row["title"]
        assert (records[key]["Type"] or None) == row["class_type"]
        assert _number(records[key]["Total Output"]) == row["total_output_kj"]
        assert _number(records[key]["Avg. Heartrate"]) == row["avg_heart_rate_bpm"]
        assert _number(records[key]["Length (minutes)"]) == row["length_minutes"]


def _number(text: str) -> float | None:
    return None if text in ("", "None") else float(text)
