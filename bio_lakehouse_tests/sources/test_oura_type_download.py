"""Oura's per-type downloads: flattened columns become the API's records again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.oura.type_download import path_of, stamp_in_name
from bio_lakehouse_tests.sources.conftest import Read

READINESS = (
    "day,score,temperature_deviation,timestamp,contributors_hrv_balance,contributors_new_one\n"
    "2024-06-01,78,-0.1,2024-06-01T00:00:00+00:00,71,\n"
)
OURAS_COLUMNS = """
average_breath average_heart_rate average_hrv awake_time bedtime_end bedtime_start day
deep_sleep_duration efficiency latency light_sleep_duration lowest_heart_rate movement_30_sec
period rem_sleep_duration restless_periods score segment_state sleep_midpoint time_in_bed
total_sleep_duration type sleep_phase_5_min timezone bedtime_start_delta bedtime_end_delta
midpoint_at_delta heart_rate_5_min hrv_5_min contributors_total_sleep contributors_deep_sleep
contributors_rem_sleep contributors_efficiency contributors_latency contributors_restfulness
contributors_timing readiness_contributors_activity_balance
readiness_contributors_body_temperature readiness_contributors_hrv_balance
readiness_contributors_previous_day_activity readiness_contributors_previous_night
readiness_contributors_recovery_index readiness_contributors_resting_heart_rate
readiness_contributors_sleep_balance readiness_score readiness_temperature_deviation
readiness_temperature_trend_deviation
"""
SLEEP_COLUMNS = OURAS_COLUMNS.split()


def sleep_file(**cells: str) -> str:
    row = ",".join(cells.get(column, "") for column in SLEEP_COLUMNS)
    return f"{','.join(SLEEP_COLUMNS)}\n{row}\n"


def test_contributors_are_objects_again(read: Read) -> None:
    parsed = read(READINESS, "oura_daily-readiness_2024-06-04T09-46-08.csv")
    (record,) = parsed.records
    assert (parsed.origin, parsed.datasets) == ("type_download", ("oura/daily_readiness",))
    assert (parsed.stamp, parsed.whole) == (datetime(2024, 6, 4, 9, 46, 8, tzinfo=UTC), False)
    assert record.content == {
        "day": "2024-06-01",
        "score": "78",
        "temperature_deviation": "-0.1",
        "timestamp": "2024-06-01T00:00:00+00:00",
        "contributors": {"hrv_balance": "71", "new_one": ""},
    }
    assert parsed.unknown_fields == ("contributors.new_one",)


def test_sleep_has_47_columns_none_of_them_news(read: Read) -> None:
    text = sleep_file(
        day="2024-06-01",
        bedtime_start="2024-05-31T23:00:00-07:00",
        bedtime_end="2024-06-01T06:30:00-07:00",
        average_hrv="44",
        score="81",
        readiness_contributors_hrv_balance="75",
        readiness_score="80",
    )
    parsed = read(text)
    (record,) = parsed.records
    assert len(SLEEP_COLUMNS) == 47
    assert (parsed.datasets, parsed.unknown_fields) == (("oura/sleep",), ())
    assert record.key == "2024-05-31T23:00:00-07:00"
    assert record.content["readiness"]["contributors"]["hrv_balance"] == "75"
    assert record.content["readiness"]["score"] == "80"


@pytest.mark.parametrize(
    ("text", "dataset", "content"),
    [
        (
            "timestamp,bpm,source\n2024-06-02T00:03:11.000Z,58,rest\n",
            "oura/heartrate",
            {"timestamp": "2024-06-02T00:03:11.000Z", "bpm": "58", "source": "rest"},
        ),
        (
            "timestamp,bpm,source,quality,restorative\n2024-06-02T00:03:11Z,58,rest,1,0\n",
            "oura/heartrate",
            {
                "timestamp": "2024-06-02T00:03:11Z",
                "bpm": "58",
                "source": "rest",
                "quality": "1",
                "restorative": "0",
            },
        ),
        (
            "spo2_percentage,day\n97.4,2024-06-01\n",
            "oura/daily_spo2",
            {"spo2_percentage": {"average": "97.4"}, "day": "2024-06-01"},
        ),
        (
            'day,spo2_percentage\n2024-06-01,"{""average"": 97.4}"\n',
            "oura/daily_spo2",
            {"day": "2024-06-01", "spo2_percentage": {"average": 97.4}},
        ),
        (
            'day,steps,met_items\n2024-06-01,9000,"[0.9, 1.3]"\n',
            "oura/daily_activity",
            {"day": "2024-06-01", "steps": "9000", "met": {"items": [0.9, 1.3]}},
        ),
    ],
)
def test_each_type_becomes_the_apis_record(
    read: Read, text: str, dataset: str, content: dict[str, object]
) -> None:
    parsed = read(text)
    assert (parsed.origin, parsed.datasets, parsed.unknown_fields) == (
        "type_download",
        (dataset,),
        (),
    )
    assert [(record.day, record.content) for record in parsed.records] == [
        (date(2024, 6, 1), content)
    ]


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("oura_daily-sleep_2024-06-04T09-46-08.csv", datetime(2024, 6, 4, 9, 46, 8, tzinfo=UTC)),
        ("oura_sleep_2024-06-04T09-46-08 (1).csv", datetime(2024, 6, 4, 9, 46, 8, tzinfo=UTC)),
        ("oura_spo2_2024-06-04T09-46-08-1a2b3c4d.csv", datetime(2024, 6, 4, 9, 46, 8, tzinfo=UTC)),
        ("oura_spo2_2024-16-04T09-46-08.csv", None),
        ("mine_2024-06-04T09-46-08.csv", None),
        ("oura_sleep (1).csv", None),
    ],
)
def test_ouras_name_tells_when_it_was_downloaded(name: str, stamp: datetime | None) -> None:
    assert stamp_in_name(name) == stamp


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("oura_daily-sleep_2024-06-04T09-46-08.csv", "oura/daily_sleep"),
        ("oura_daily-activity_2024-06-04T09-46-08 (2).csv", "oura/daily_activity"),
    ],
)
def test_the_type_in_the_name_decides_where_the_columns_do_not(
    read: Read, name: str, dataset: str
) -> None:
    assert read("day,score\n2024-06-01,81\n", name).datasets == (dataset,)
    with pytest.raises(UnsupportedFile, match="--dataset"):
        read("day,score\n2024-06-01,81\n", "scores.csv")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('"{""average"": 97"', "begins as a JSON object"),
        ("101", "must be"),
        ("high", "not a number"),
    ],
)
def test_a_bad_row_is_rejected_alone(read: Read, cell: str, words: str) -> None:
    parsed = read(f"day,spo2_percentage\n2024-06-01,{cell}\n2024-06-02,97\n")
    assert words in parsed.rejected[0].reason
    assert [record.day.day for record in parsed.records] == [2]


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("contributors_deep_sleep", ("contributors", "deep_sleep")),
        ("readiness_score_delta", ("readiness_score_delta",)),
        ("readiness_score", ("readiness", "score")),
        ("heart_rate_items", ("heart_rate", "items")),
        ("heart_rate_5_min", ("heart_rate_5_min",)),
        ("day", ("day",)),
    ],
)
def test_only_known_objects_are_unflattened(header: str, path: tuple[str, ...]) -> None:
    assert path_of(header) == path


def test_a_table_of_somebody_else_is_none(read: Read) -> None:
    with pytest.raises(UnsupportedFile, match="no known file"):
        read("day,mood,amount,shop,note\n2024-06-01,good,12,baker,\n")
