"""Answers of Oura's API v2: shapes, values at the edge, and which dataset they are."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.oura.endpoints import endpoints_in_name
from bio_lakehouse.sources.oura.known_fields import KNOWN_FIELDS
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse_tests.sources.conftest import Read

SLEEP_SCORE: dict[str, Any] = {
    "id": "s1",
    "contributors": {"deep_sleep": 95, "total_sleep": 71},
    "day": "2025-12-03",
    "score": 71,
    "timestamp": "2025-12-03T00:00:00.000+00:00",
}
READINESS: dict[str, Any] = {
    "id": "r1",
    "contributors": {"hrv_balance": 75, "sleep_regularity": None},
    "day": "2025-12-03",
    "score": None,
    "temperature_deviation": -0.12,
    "temperature_trend_deviation": None,
    "timestamp": "2025-12-03T00:00:00.000+00:00",
}
ACTIVITY: dict[str, Any] = {
    "id": "a1",
    "day": "2025-12-03",
    "score": 83,
    "steps": 9876,
    "active_calories": 512,
    "total_calories": 2510,
    "high_activity_time": 600,
    "non_wear_time": 0,
    "meters_to_target": -1200,
    "met": {
        "interval": 60.0,
        "items": [0.9, 1.3, None],
        "timestamp": "2025-12-03T04:00:00.000-07:00",
    },
    "timestamp": "2025-12-03T04:00:00.000-07:00",
}
PERIOD: dict[str, Any] = {
    "id": "p1",
    "day": "2025-12-03",
    "type": "long_sleep",
    "bedtime_start": "2025-12-02T23:05:12.000-08:00",
    "bedtime_end": "2025-12-03T06:44:00-08:00",
    "total_sleep_duration": 24600,
    "efficiency": 87,
    "average_hrv": 44,
    "average_heart_rate": 54.125,
    "lowest_heart_rate": 49,
}
READING: dict[str, Any] = {
    "timestamp": "2025-12-03T07:59:59.250+00:00",
    "bpm": 61,
    "source": "rest",
}
SPO2: dict[str, Any] = {
    "id": "o1",
    "day": "2025-12-03",
    "spo2_percentage": {"average": 96.8},
    "breathing_disturbance_index": 2.0,
}
TYPED = {
    "oura/daily_sleep": SLEEP_SCORE,
    "oura/daily_readiness": READINESS,
    "oura/daily_activity": ACTIVITY,
    "oura/sleep": PERIOD,
    "oura/heartrate": READING,
    "oura/daily_spo2": SPO2,
}
UNTYPED: dict[str, tuple[dict[str, Any], str]] = {
    "oura/daily_stress": ({"id": "x", "day": "2025-12-03", "stress_high": 3100}, "2025-12-03"),
    "oura/workout": (
        {"id": "w1", "day": "2025-12-03", "activity": "cycling", "intensity": "moderate"},
        "w1",
    ),
    "oura/vO2_max": ({"id": "v1", "day": "2025-12-03", "vo2_max": 44}, "v1"),
    "oura/daily_resilience": (
        {"id": "x", "day": "2025-12-03", "level": "solid", "contributors": {}},
        "2025-12-03",
    ),
    "oura/sleep_time": ({"id": "t1", "day": "2025-12-03", "optimal_bedtime": None}, "t1"),
    "oura/session": ({"id": "m1", "day": "2025-12-03", "mood": "good", "type": "nap"}, "m1"),
    "oura/daily_cardiovascular_age": (
        {"id": "x", "day": "2025-12-03", "vascular_age": 40},
        "2025-12-03",
    ),
    "oura/enhanced_tag": (
        {"id": "e1", "start_time": "2025-12-03T23:10:00-08:00", "comment": "late"},
        "e1",
    ),
    "oura/rest_mode_period": ({"id": "q1", "start_day": "2025-12-03", "episodes": []}, "q1"),
    "oura/ring_battery_level": (
        {"timestamp": "2025-12-03T21:00:00Z", "level": 80, "charging": False},
        "2025-12-03T21:00:00+00:00|",
    ),
    "oura/ring_configuration": (
        {"id": "c1", "hardware_type": "gen4", "set_up_at": "2025-12-03T21:00:00-08:00"},
        "c1",
    ),
    "oura/tag": ({"id": "g1", "day": "2025-12-03", "text": "late", "tags": []}, "g1"),
}


def answer(*records: Any, next_token: str | None = None) -> str:
    return json.dumps({"data": records, "next_token": next_token})


def test_every_bronze_dataset_of_oura_is_covered_here() -> None:
    assert {*TYPED, *UNTYPED, "oura/trends", "peloton/workouts", "peloton/api_workouts"} == set(
        registry.bronze_datasets()
    )
    assert {*TYPED, "oura/trends", "peloton/workouts"} == set(registry.typed_datasets())


@pytest.mark.parametrize("dataset", TYPED)
@pytest.mark.parametrize("shape", ["envelope", "list", "object"])
def test_content_tells_the_dataset_whatever_the_name_and_shape(
    read: Read, dataset: str, shape: str
) -> None:
    record = TYPED[dataset]
    text = {"envelope": answer(record), "list": json.dumps([record]), "object": json.dumps(record)}[
        shape
    ]
    parsed = read(text, "daily_stress.json", dataset="tag")
    assert (parsed.origin, parsed.datasets, parsed.unknown_fields) == ("api", (dataset,), ())
    assert parsed.records[0].content == record
    assert parsed.records[0].line == 1


FETCHED = FetchNote(datetime(2025, 12, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "fetch", "whole"),
    [
        (answer(SLEEP_SCORE), None, True),
        (answer(SLEEP_SCORE, next_token="more"), None, False),
        (answer(SLEEP_SCORE, next_token="more"), FETCHED, False),
        (json.dumps([SLEEP_SCORE]), None, False),
        (json.dumps([SLEEP_SCORE]), FETCHED, True),
        (json.dumps({"data": [SLEEP_SCORE]}), None, False),
        (answer(READING), None, False),
        (answer(READING), FETCHED, True),
    ],
)
def test_an_answer_is_whole_when_it_says_so_or_was_fetched(
    read: Read, text: str, fetch: FetchNote | None, whole: bool
) -> None:
    assert read(text, fetch=fetch).whole is whole


@pytest.mark.parametrize("dataset", sorted({*TYPED, *UNTYPED}))
def test_id_day_and_timestamp_are_no_news_anywhere(read: Read, dataset: str) -> None:
    record = TYPED.get(dataset) or UNTYPED[dataset][0]
    common = {"id": "x", "day": "2025-12-03", "timestamp": "2025-12-03T21:00:00-08:00"}
    parsed = read(answer(common | record))
    assert (parsed.datasets, parsed.unknown_fields) == ((dataset,), ())


def test_resilience_needs_no_contributors(read: Read) -> None:
    record = {"id": "r", "day": "2025-12-03", "level": "solid", "timestamp": "2025-12-03T23:59:00Z"}
    assert read(answer(record)).datasets == ("oura/daily_resilience",)


@pytest.mark.parametrize("dataset", UNTYPED)
def test_datasets_without_a_silver_table_are_kept_too(read: Read, dataset: str) -> None:
    record, key = UNTYPED[dataset]
    (kept,) = read(answer(record)).records
    assert (kept.dataset, kept.key, kept.day) == (dataset, key, date(2025, 12, 3))


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ("oura/daily_sleep", "2025-12-03"),
        ("oura/daily_readiness", "2025-12-03"),
        ("oura/daily_activity", "2025-12-03"),
        ("oura/daily_spo2", "2025-12-03"),
        ("oura/sleep", "p1"),
        ("oura/heartrate", "2025-12-03T07:59:59.250000+00:00|rest"),
    ],
)
def test_keys(read: Read, dataset: str, key: str) -> None:
    assert read(answer(TYPED[dataset])).records[0].key == key


def test_a_period_without_id_is_known_by_its_start(read: Read) -> None:
    (record,) = read(
        answer({name: value for name, value in PERIOD.items() if name != "id"})
    ).records
    assert record.key == "2025-12-02T23:05:12.000-08:00"


@pytest.mark.parametrize(("zone", "day"), [("America/Los_Angeles", 2), ("Europe/Berlin", 3)])
def test_a_reading_belongs_to_the_persons_day(read: Read, zone: str, day: int) -> None:
    (record,) = read(answer(READING), timezone=ZoneInfo(zone)).records
    assert record.day == date(2025, 12, day)


@pytest.mark.parametrize("stamp", ["2025-12-03T07:59:59.250Z", "2025-12-03T08:59:59.250+01:00"])
def test_one_moment_is_one_key_however_it_is_written(read: Read, stamp: str) -> None:
    (record,) = read(answer(READING | {"timestamp": stamp})).records
    assert record.key == "2025-12-03T07:59:59.250000+00:00|rest"


@pytest.mark.parametrize(
    "name",
    [
        "daily_sleep.json",
        "oura_daily_sleep.json",
        "daily_sleep-1a2b3c4d.json",
        "DAILY_SLEEP_2025.json",
        "answers/sleep/daily_sleep.json",
    ],
)
def test_the_name_decides_where_the_content_fits_several(read: Read, name: str) -> None:
    bare = {name: SLEEP_SCORE[name] for name in ("id", "day", "score", "timestamp")}
    assert read(answer(bare), name, dataset="daily_readiness").datasets == ("oura/daily_sleep",)


@pytest.mark.parametrize("dataset", ["daily_activity", "oura/daily_activity"])
def test_the_users_word_decides_where_the_name_does_not(read: Read, dataset: str) -> None:
    assert read(
        answer({"day": "2025-12-03", "score": 7}), "scores.json", dataset=dataset
    ).datasets == ("oura/daily_activity",)


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("scores.json", None),
        ("sleep.json", None),
        ("dailysleep.json", None),
        ("xdaily_sleep.json", None),
        ("daily_sleep daily_readiness.json", None),
        ("scores.json", "heartrate"),
        ("scores.json", "nonsense"),
    ],
)
def test_what_nothing_decides_is_refused_and_never_guessed(
    read: Read, name: str, dataset: str | None
) -> None:
    with pytest.raises(
        UnsupportedFile, match=r"daily_activity, daily_readiness, daily_sleep.*--dataset"
    ):
        read(answer({"id": "x", "day": "2025-12-03", "score": 7}), name, dataset=dataset)


def test_a_fetched_answer_knows_its_endpoint(read: Read) -> None:
    fetch = FetchNote(
        datetime(2025, 12, 5, tzinfo=UTC), "daily_readiness", date(2025, 12, 1), date(2025, 12, 4)
    )
    parsed = read(answer({"day": "2025-12-03", "score": 7}), "daily_sleep.json", fetch=fetch)
    assert parsed.datasets == ("oura/daily_readiness",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sleep.json", {"sleep"}),
        ("sleep_time.json", {"sleep_time"}),
        ("vO2_max.json", {"vO2_max"}),
        ("enhanced_tag.json", {"enhanced_tag"}),
        ("daily_sleep_time.json", {"daily_sleep", "sleep_time"}),
        ("asleep.json", set()),
    ],
)
def test_only_whole_endpoint_names_count(name: str, expected: set[str]) -> None:
    assert endpoints_in_name(name) == expected


def test_an_empty_answer_covers_the_window_that_was_asked_for(read: Read) -> None:
    fetch = FetchNote(
        datetime(2025, 12, 5, tzinfo=UTC), "sleep", date(2025, 12, 1), date(2025, 12, 4)
    )
    parsed = read(answer(), "f.json", fetch=fetch)
    assert (parsed.datasets, parsed.row_count) == (("oura/sleep",), 0)
    assert parsed.coverage == (date(2025, 12, 1), date(2025, 12, 4))


def test_an_empty_answer_without_a_name_is_refused(read: Read) -> None:
    with pytest.raises(UnsupportedFile, match="holds no record"):
        read(answer(), "f.json")


def test_coverage_is_the_days_inside_without_a_window_or_a_whole_answer(read: Read) -> None:
    days = [SLEEP_SCORE | {"day": day} for day in ("2025-12-03", "2025-11-30")]
    fetch = FetchNote(
        datetime(2025, 12, 5, tzinfo=UTC), "daily_sleep", date(2025, 11, 1), date(2025, 12, 4)
    )
    inside = (date(2025, 11, 30), date(2025, 12, 3))
    assert read(answer(*days)).coverage == inside
    assert read(answer(*days, next_token="more"), fetch=fetch).coverage == inside
    assert read(answer(*days), fetch=fetch).coverage == (date(2025, 11, 1), date(2025, 12, 4))


def test_a_window_is_cut_to_the_lake(read: Read) -> None:
    fetch = FetchNote(
        datetime(2026, 7, 15, tzinfo=UTC), "daily_sleep", date(2014, 12, 25), date(2026, 7, 20)
    )
    assert read(answer(SLEEP_SCORE), fetch=fetch).coverage == (date(2015, 1, 1), date(2026, 7, 15))


@pytest.mark.parametrize("dataset", TYPED)
def test_nearly_every_field_may_be_null_or_missing(read: Read, dataset: str) -> None:
    keep = {"timestamp", "bpm"} if dataset == "oura/heartrate" else {"day"}
    record = {name: value if name in keep else None for name, value in TYPED[dataset].items()}
    parsed = read(
        answer(TYPED[dataset], record, {name: record[name] for name in keep if name != "bpm"})
    )
    assert (len(parsed.records), parsed.rejected) == (3, [])


@pytest.mark.parametrize(
    "kind", ["long_sleep", "sleep", "late_nap", "rest", "deleted", None, "something new"]
)
def test_every_type_of_period_is_kept(read: Read, kind: str | None) -> None:
    nap = {
        "average_heart_rate": 0.0,
        "heart_rate": {"interval": 300.0, "items": [None, None], "timestamp": "x"},
    }
    (record,) = read(answer(PERIOD | nap | {"type": kind})).records
    assert record.content["type"] == kind
    assert record.content["average_heart_rate"] == 0.0


BAD = [
    (SLEEP_SCORE, {"score": 140}, "score", "score is 140; it must be 0 to 100"),
    (SLEEP_SCORE, {"score": -1}, "score", "score is -1; it must be 0 to 100"),
    (SLEEP_SCORE, {"score": 84.5}, "score", "score is 84.5, which is not a whole number"),
    (SLEEP_SCORE, {"score": "good"}, "score", "score is 'good', which is not a number"),
    (SLEEP_SCORE, {"score": True}, "score", "score is True, which is not a number"),
    (SLEEP_SCORE, {"score": [71]}, "score", "score is [71], which is not a number"),
    (
        SLEEP_SCORE,
        {"contributors": {"deep_sleep": 101}},
        "contributors.deep_sleep",
        "101; it must be 0 to 100",
    ),
    (SLEEP_SCORE, {"contributors": [95]}, "contributors", "an object with fields is expected"),
    (SLEEP_SCORE, {"day": None}, "day", "day is missing"),
    (SLEEP_SCORE, {"day": "2025-13-01"}, "day", "not a calendar day"),
    (SLEEP_SCORE, {"day": "20251203"}, "day", "not a calendar day"),
    (SLEEP_SCORE, {"day": 20251203}, "day", "not a calendar day"),
    (SLEEP_SCORE, {"day": "2014-12-31"}, "day", "before 2015-01-01"),
    (SLEEP_SCORE, {"day": "2026-07-16"}, "day", "after 2026-07-15"),
    (ACTIVITY, {"steps": 3_000_000_000}, "steps", "not a whole number of usual size"),
    (ACTIVITY, {"steps": -1}, "steps", "it must be 0 to"),
    (ACTIVITY, {"non_wear_time": -60}, "non_wear_time", "it must be 0 to"),
    (ACTIVITY, {"total_calories": 10**400}, "total_calories", "not a number"),
    (PERIOD, {"total_sleep_duration": -1}, "total_sleep_duration", "it must be 0 to"),
    (PERIOD, {"efficiency": 101}, "efficiency", "it must be 0 to 100"),
    (
        PERIOD,
        {"bedtime_start": "2025-12-02T23:05:12"},
        "bedtime_start",
        "not a time with its UTC offset",
    ),
    (
        PERIOD,
        {"bedtime_end": "2025-02-30T23:05:12Z"},
        "bedtime_end",
        "not a time with its UTC offset",
    ),
    (PERIOD, {"type": {"kind": "nap"}}, "type", "a text is expected"),
    (READING, {"timestamp": None}, "timestamp", "not a time with its UTC offset"),
    (READING, {"timestamp": "2014-12-30T12:00:00Z"}, "timestamp", "before 2015-01-01"),
    (READING, {"bpm": -3}, "bpm", "it must be 0 to"),
    (SPO2, {"spo2_percentage": 96.8}, "spo2_percentage", "an object with fields is expected"),
    (SPO2, {"spo2_percentage": {"average": 101}}, "spo2_percentage.average", "it must be 0 to 100"),
]


@pytest.mark.parametrize(("record", "changed", "field", "words"), BAD)
def test_a_value_that_silver_could_not_take_rejects_its_row_alone(
    read: Read, record: dict[str, Any], changed: dict[str, Any], field: str, words: str
) -> None:
    parsed = read(answer(record, record | changed, record))
    (rejected,) = parsed.rejected
    assert (rejected.line, rejected.field, len(parsed.records)) == (2, field, 2)
    assert words in rejected.reason
    assert json.loads(rejected.raw) == record | changed


@pytest.mark.parametrize("score", [0, 100, 71.0, "71", "71.0", None, "", "None"])
def test_scores_may_be_whole_numbers_in_any_writing(read: Read, score: object) -> None:
    assert len(read(answer(SLEEP_SCORE | {"score": score})).records) == 1


@pytest.mark.parametrize("item", [None, 5, "text", [], [SLEEP_SCORE]])
def test_what_is_no_object_is_rejected(read: Read, item: object) -> None:
    parsed = read(answer(SLEEP_SCORE, item))
    assert [row.line for row in parsed.rejected] == [2]


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "-Infinity", "1e999", '"\\ud800"', '{"deep": [1e400]}', '"\\uDC00 alone"'],
)
def test_values_that_json_cannot_keep_are_rejected_even_in_unknown_fields(
    read: Read, value: str
) -> None:
    text = json.dumps(SLEEP_SCORE)
    parsed = read(
        f'[{text}, {text[:-1]}, "extra": {value}}}, {text[:-1]}, "extra": "\\ud83d\\ude00 1e999"}}]'
    )
    assert [row.line for row in parsed.rejected] == [2]
    assert "cannot be kept as JSON" in parsed.rejected[0].reason


def test_new_fields_are_reported_and_kept(read: Read) -> None:
    new = {"ring": {"model": 4}, "contributors": {"deep_sleep": 95, "dreams": 12}}
    parsed = read(answer(SLEEP_SCORE, SLEEP_SCORE | new))
    assert parsed.unknown_fields == ("contributors.dreams", "ring")
    assert parsed.records[1].content["ring"] == {"model": 4}


@pytest.mark.parametrize(
    "record",
    [
        {"timestamp": "2025-12-03T00:00:00Z", "skin_temp": 35.1},
        {"id": "i", "age": 40, "email": "person@example.org"},
    ],
)
def test_oura_data_that_is_not_read_is_refused_by_name(read: Read, record: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFile, match=r"Oura's (temperature|personal info)"):
        read(answer(record))


def test_known_fields_are_those_of_the_published_specification(shared: Path) -> None:
    specification = json.loads((shared / "specs/oura-openapi-1.35.json").read_text())
    schemas = specification["components"]["schemas"]

    def resolved(schema: dict[str, Any]) -> dict[str, Any]:
        options = (schema, *schema.get("anyOf", ()))
        return next((schemas[o["$ref"].rsplit("/", 1)[-1]] for o in options if "$ref" in o), schema)

    for endpoint, known in KNOWN_FIELDS.items():
        responses = specification["paths"][f"/v2/usercollection/{endpoint}"]["get"]["responses"]
        document = resolved(responses["200"]["content"]["application/json"]["schema"])
        fields = resolved(document["properties"]["data"]["items"])["properties"]
        listed = {
            *fields,
            *(
                f"{name}.{inner}"
                for name in fields
                for inner in resolved(fields[name]).get("properties", ())
            ),
        }
        assert known - {"timestamp"} == listed - {"timestamp"}, endpoint


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("daily_readiness", 3),
        ("daily_sleep", 4),
        ("daily_activity", 4),
        ("sleep", 6),
        ("daily_spo2", 3),
        ("daily_stress", 3),
        ("workout", 3),
    ],
)
def test_the_real_answers_are_read_whole(read: Read, shared: Path, file: str, rows: int) -> None:
    parsed = read((shared / f"real/oura/api_v2/{file}.json").read_bytes(), f"{file}.json")
    assert (parsed.datasets, len(parsed.records)) == ((f"oura/{file}",), rows)
    assert (parsed.rejected, parsed.unknown_fields) == ([], ())
