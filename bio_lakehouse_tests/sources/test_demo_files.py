from __future__ import annotations

import csv
import json
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.sources.demo import Truth, simulate, write_files

END = date(2025, 11, 20)
SPECIFICATION = Path(__file__).parents[3] / "shared" / "specs" / "oura-openapi-1.35.json"
SCHEMAS = {
    "daily_readiness": "MultiDocumentResponse_PublicDailyReadiness_",
    "daily_sleep": "MultiDocumentResponse_PublicDailySleep_",
    "daily_activity": "MultiDocumentResponse_PublicDailyActivity_",
    "daily_spo2": "MultiDocumentResponse_PublicDailySpO2_",
    "sleep": "MultiDocumentResponse_PublicModifiedSleepModel_",
    "heartrate": "TimeSeriesResponse_PublicHeartRateRow_",
}
TIME_COLUMNS = (
    "Inactive Time",
    "Rest Time",
    "Low Activity Time",
    "Medium Activity Time",
    "High Activity Time",
    "Non-wear Time",
)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate(120, 1, END)


@pytest.fixture(scope="module")
def folder(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "new" / "folder"
    assert write_files(truth, folder) == sorted(folder.iterdir())
    return folder


def answers(folder: Path, dataset: str) -> list[dict[str, Any]]:
    """Every saved answer of one dataset, the earlier fetch first."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob(f"oura_{dataset}_*.json"))]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_person_finds_the_files_that_the_vendors_make(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "dailyactivity.csv",
        "dailyreadiness.csv",
        "dailysleep.csv",
        "oura_2025-07-24_2025-10-06_trends.csv",
        "oura_2025-10-13_2025-11-05_trends.csv",
        "oura_daily_activity_2025-10-10_2025-11-10.json",
        "oura_daily_activity_2025-11-04_2025-11-20.json",
        "oura_daily_readiness_2025-10-10_2025-11-10.json",
        "oura_daily_readiness_2025-11-04_2025-11-20.json",
        "oura_daily_sleep_2025-10-10_2025-11-10.json",
        "oura_daily_sleep_2025-11-04_2025-11-20.json",
        "oura_daily_spo2_2025-10-10_2025-11-10.json",
        "oura_daily_spo2_2025-11-04_2025-11-20.json",
        "oura_heartrate_2025-11-07_2025-11-20.json",
        "oura_sleep_2025-10-10_2025-11-10.json",
        "oura_sleep_2025-11-04_2025-11-20.json",
        "river_m_workouts (1).csv",
        "river_m_workouts.csv",
    ]


def test_the_same_truth_gives_the_same_bytes(truth: Truth, folder: Path, tmp_path: Path) -> None:
    again = write_files(simulate(120, 1, END), tmp_path)
    assert [path.read_bytes() for path in again] == [
        path.read_bytes() for path in sorted(folder.iterdir())
    ]


@pytest.mark.parametrize("days", [1, 2, 13, 14, 40, 90])
def test_any_number_of_days_has_files_without_empty_ones(days: int, tmp_path: Path) -> None:
    paths = write_files(simulate(days, 3, END), tmp_path)
    assert any(path.name.startswith("oura_daily_readiness") for path in paths)
    assert all(
        path.read_text(encoding="utf-8").count("\n") > 0 or path.suffix == ".json" for path in paths
    )


@pytest.mark.parametrize("dataset", SCHEMAS)
def test_answers_fit_the_vendors_specification(folder: Path, dataset: str) -> None:
    if not SPECIFICATION.exists():
        pytest.skip("the published specification is not beside the project")
    schemas = json.loads(SPECIFICATION.read_text())["components"]["schemas"]
    for answer in answers(folder, dataset):
        assert answer["data"]
        assert list(problems(answer, schemas[SCHEMAS[dataset]], schemas, dataset)) == []


def problems(value: Any, schema: dict[str, Any], schemas: dict[str, Any], place: str) -> list[str]:
    """What is wrong with a value under an OpenAPI schema: `$ref`, `anyOf`, types, enums, required
    and unknown names."""
    if "$ref" in schema:
        return problems(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, place)
    if "anyOf" in schema:
        tried = [problems(value, choice, schemas, place) for choice in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    types = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "object": dict,
        "array": list,
    }
    expected = type(None) if schema.get("type") == "null" else types[schema["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        return [f"{place}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    if isinstance(value, list):
        return [
            text
            for item in value
            for text in problems(item, schema["items"], schemas, f"{place}[]")
        ]
    if not isinstance(value, dict):
        return []
    found = [
        f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value
    ]
    found += [f"{place}: {name} is unknown" for name in value if name not in schema["properties"]]
    for name, inner in value.items():
        if name in schema["properties"]:
            found += problems(inner, schema["properties"][name], schemas, f"{place}.{name}")
    return found


def test_the_checker_itself_finds_what_is_wrong() -> None:
    schemas = {
        "Row": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    }
    row = {"$ref": "#/components/schemas/Row"}
    assert problems({"a": 1}, row, schemas, "row") == []
    assert problems({}, row, schemas, "row") == ["row: a is missing"]
    assert problems({"a": "1"}, row, schemas, "row") == ["row.a: '1' is no integer"]
    assert problems({"a": True, "b": 1}, row, schemas, "row") == [
        "row: b is unknown",
        "row.a: True is no integer",
    ]
    assert problems(None, {"anyOf": [row, {"type": "null"}]}, schemas, "row") == []


def test_the_later_fetch_restates_days_of_the_earlier(folder: Path) -> None:
    for dataset in ("daily_readiness", "daily_sleep", "sleep", "daily_activity"):
        earlier, later = (
            {record["id"]: record for record in answer["data"]}
            for answer in answers(folder, dataset)
        )
        both = earlier.keys() & later.keys()
        restated = {key for key in both if earlier[key] != later[key]}
        assert restated
        assert both - restated, f"{dataset}: no unchanged overlap"


def test_the_last_day_of_the_earlier_fetch_had_not_synced(folder: Path) -> None:
    earlier, later = answers(folder, "daily_activity")
    day = earlier["data"][-1]["day"]
    restated = next(record for record in later["data"] if record["day"] == day)
    assert earlier["data"][-1]["non_wear_time"] > 12 * 3600
    assert earlier["data"][-1]["steps"] < restated["steps"]
    assert day not in {record["day"] for record in answers(folder, "daily_readiness")[0]["data"]}


def test_activity_answers_are_whole_days(folder: Path) -> None:
    for answer in answers(folder, "daily_activity"):
        for record in answer["data"]:
            times = (
                "non_wear_time",
                "resting_time",
                "sedentary_time",
                "low_activity_time",
                "medium_activity_time",
            )
            assert sum(record[name] for name in (*times, "high_activity_time")) == 86_400
            assert len(record["met"]["items"]) == 1_440
            assert len(record["class_5_min"]) == 288
            assert record["average_met_minutes"] == pytest.approx(
                sum(record["met"]["items"]) / 1_440, abs=1e-4
            )
    targets = [
        record["meters_to_target"] for record in answers(folder, "daily_activity")[1]["data"]
    ]
    assert min(targets) < 0 < max(targets)


def test_sleep_periods_of_every_type_are_there(folder: Path) -> None:
    records = [record for answer in answers(folder, "sleep") for record in answer["data"]]
    assert {record["type"] for record in records} == {
        "long_sleep",
        "sleep",
        "late_nap",
        "rest",
        "deleted",
    }
    naps = [record for record in records if record["type"] == "sleep"]
    assert all(
        nap["average_heart_rate"] == 0.0 and set(nap["hrv"]["items"]) == {None} for nap in naps
    )
    assert len({record["id"] for record in answers(folder, "sleep")[0]["data"]}) == len(
        answers(folder, "sleep")[0]["data"]
    )


def test_stages_and_samples_of_a_night_fill_it(folder: Path) -> None:
    for record in answers(folder, "sleep")[1]["data"]:
        if record["type"] == "long_sleep":
            stages = record["sleep_phase_30_sec"]
            assert len(stages) * 30 == record["time_in_bed"] == len(record["movement_30_sec"]) * 30
            assert [stages.count(code) * 30 for code in "1234"] == [
                record["deep_sleep_duration"],
                record["light_sleep_duration"],
                record["rem_sleep_duration"],
                record["awake_time"],
            ]
            assert (
                min(value for value in record["heart_rate"]["items"] if value)
                >= record["lowest_heart_rate"]
            )


def test_heart_rate_covers_the_last_two_weeks_irregularly(folder: Path) -> None:
    records = answers(folder, "heartrate")[0]["data"]
    assert {record["source"] for record in records} == {"sleep", "awake", "rest", "workout"}
    fractions = sum("." in record["timestamp"] for record in records) / len(records)
    assert 0.4 < fractions < 0.6
    assert [record["timestamp_unix"] for record in records] == sorted(
        record["timestamp_unix"] for record in records
    )
    assert len({(record["timestamp"], record["source"]) for record in records}) == len(records)
    assert all(35 < record["bpm"] < 190 for record in records)


def test_a_missing_score_is_null_in_the_answer_though_the_trends_export_has_one(
    truth: Truth, folder: Path
) -> None:
    day = next(
        truth.days[i].day
        for i in truth.delivery.api
        if truth.days[i].night and not truth.days[i].readiness_scored
    )
    records = [record for answer in answers(folder, "daily_readiness") for record in answer["data"]]
    assert [record["score"] for record in records if record["day"] == day.isoformat()] == [None]
    recent = next(
        row
        for row in table(folder / "oura_2025-10-13_2025-11-05_trends.csv")
        if row["date"] == str(day)
    )
    assert int(recent["Readiness Score"]) > 0


def test_the_account_export_writes_json_in_three_ways(folder: Path) -> None:
    readiness, asleep, activity = (
        (folder / f"daily{name}.csv").read_text(encoding="utf-8").splitlines()
        for name in ("readiness", "sleep", "activity")
    )
    assert ';{"activity_balance": ' in readiness[1]
    assert asleep[0] == "contributors;day;score;timestamp"
    assert asleep[1].startswith('"{""deep_sleep"": ')
    assert asleep[1].endswith('"')
    assert ';"{""meet_daily_targets"": ' in activity[1]
    assert any(line.startswith(";") for line in readiness[1:])
    assert {line.count(";") for line in readiness} == {5, 6}


def test_an_export_row_without_a_score_has_an_empty_cell(truth: Truth, folder: Path) -> None:
    unscored = [
        truth.days[index].day
        for index in truth.delivery.export
        if not truth.days[index].readiness_scored
    ]
    assert unscored
    text = (folder / "dailyreadiness.csv").read_text(encoding="utf-8")
    for day in unscored:
        assert f";{day};;" in text


def test_the_older_trends_export_counts_seconds_and_the_newer_one_minutes(folder: Path) -> None:
    for name, whole_day in (("2025-07-24_2025-10-06", 86_400), ("2025-10-13_2025-11-05", 1_440)):
        for row in table(folder / f"oura_{name}_trends.csv"):
            assert sum(int(row[column]) for column in TIME_COLUMNS) == whole_day


def test_trends_exports_have_their_traps(truth: Truth, folder: Path) -> None:
    older = (folder / "oura_2025-07-24_2025-10-06_trends.csv").read_text(encoding="utf-8")
    newer = (folder / "oura_2025-10-13_2025-11-05_trends.csv").read_text(encoding="utf-8")
    assert "Sleep Timin Score" in older
    assert "Total Bedtime ," in older
    assert len(older.split("\n")[0].split(",")) == 54
    assert newer.split("\n")[0].count("Sleep Timing") == 2
    assert not older.endswith("\n")
    assert ",None" in older or ",None" in newer
    assert ",," in older
    days = [line.split(",")[0] for line in older.split("\n")[1:]]
    assert days != sorted(days)
    assert sorted(days) == [truth.days[index].day.isoformat() for index in truth.delivery.export]


def test_missed_days_are_in_no_file_of_the_ring(truth: Truth, folder: Path) -> None:
    for path in folder.iterdir():
        if not path.name.startswith("river"):
            text = path.read_text(encoding="utf-8")
            for day in truth.missed_sync:
                assert not re.search(
                    rf'"day": "{day}"|;{day};|^{day},|,{day},', text, re.MULTILINE
                ), path.name


def workouts(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def test_the_newer_download_is_a_superset_with_restated_types(folder: Path) -> None:
    older, newer = (workouts(folder / f"river_m_workouts{suffix}.csv") for suffix in ("", " (1)"))
    assert older[0] == newer[0]
    assert len(older[0]) == 18

    def known(rows: list[list[str]]) -> dict[tuple[str, str, str], str]:
        return {(row[0][:16], row[4], row[6]): row[5] for row in rows[1:]}

    before, after = known(older), known(newer)
    assert before.keys() < after.keys()
    assert {(before[key], after[key]) for key in before if before[key] != after[key]} == {
        ("Theme", "Music")
    }


def test_the_label_is_the_downloads_and_some_rows_have_an_offset(folder: Path) -> None:
    older, newer = (workouts(folder / f"river_m_workouts{suffix}.csv") for suffix in ("", " (1)"))
    labels = [{row[0].partition(" (")[2] for row in rows[1:]} for rows in (older, newer)]
    assert labels[0] == {"EDT)", "-04)"}
    assert labels[1] == {"EST)", "-04)", "-05)"} or labels[1] == {"EST)", "-04)"}


@pytest.mark.parametrize(
    ("zone", "label"), [("Asia/Kolkata", "(IST)"), ("Europe/Berlin", "(CET)"), ("UTC", "(UTC)")]
)
def test_other_zones_are_labelled_so_that_they_can_be_read(
    zone: str, label: str, tmp_path: Path
) -> None:
    write_files(simulate(30, 1, END, timezone=zone), tmp_path)
    assert workouts(tmp_path / "river_m_workouts (1).csv")[1][0].endswith(label)


def test_the_download_has_the_vendors_quirks(folder: Path, tmp_path: Path) -> None:
    text = (folder / "river_m_workouts (1).csv").read_text(encoding="utf-8")
    rows = workouts(folder / "river_m_workouts (1).csv")[1:]
    assert not text.endswith("\n")
    assert len({tuple(row) for row in rows}) < len(rows)
    assert any(row[3] == "None" and not any((row[1], row[2], row[5], row[7])) for row in rows)
    assert any(not any(row[8:16]) for row in rows)
    assert any(row[15] and not row[14] for row in rows)
    assert any(row[8:15] == ["0", "0", "27%", "0", "0.00", "0.00", "0"] for row in rows)
    assert any(row[8] and not row[9] and row[4] == "Bike Bootcamp" for row in rows)
    assert any(row[2] != row[2].strip() for row in rows)
    assert re.search(r'"\d+ min Sweat, Climb, Repeat Ride"', text)
    assert any(row[17] for row in rows)


@pytest.mark.parametrize(("days", "limit"), [(120, 1.0), (1826, 6.0)])
def test_a_demo_is_made_quickly(days: int, limit: float, tmp_path: Path) -> None:
    began = time.process_time()
    write_files(simulate(days, 2, END), tmp_path)
    assert time.process_time() - began < limit
