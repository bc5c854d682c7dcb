"""A page of Peloton's API."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse_tests.sources.conftest import Read

WORKOUT = {
    "id": "a1",
    "fitness_discipline": "cycling",
    "start_time": 1586615281,
    "timezone": "America/New_York",
    "total_work": 649540.0,
}


def page(*workouts: Any) -> str:
    return json.dumps({"data": workouts, "page": 0, "page_count": 25, "show_next": True})


def test_a_page_is_kept_as_it_came_and_covers_nothing(read: Read) -> None:
    parsed = read(page(WORKOUT))
    (record,) = parsed.records
    assert (parsed.source, parsed.origin, parsed.datasets) == (
        "peloton",
        "api",
        ("peloton/api_workouts",),
    )
    assert (record.key, record.day, record.content) == ("a1", date(2020, 4, 11), WORKOUT)
    assert parsed.coverage is None


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", date(2020, 4, 10)),
        ("Asia/Tokyo", date(2020, 4, 11)),
        (None, date(2020, 4, 10)),
    ],
)
def test_the_day_is_local_where_the_workout_was(read: Read, zone: str | None, day: date) -> None:
    (record,) = read(page(WORKOUT | {"start_time": 1586573000, "timezone": zone})).records
    assert record.day == day


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 5}, "id"),
        ({"start_time": "soon"}, "start_time"),
        ({"start_time": -1}, "start_time"),
        ({"start_time": 1e15}, "start_time"),
        ({"start_time": 0}, "start_time"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": ["UTC"]}, "timezone"),
    ],
)
def test_a_workout_without_identity_or_day_is_rejected(
    read: Read, changed: dict[str, Any], field: str
) -> None:
    parsed = read(page(WORKOUT, WORKOUT | changed, "no workout"))
    assert [(row.line, row.field) for row in parsed.rejected] == [(2, field), (3, None)]


def test_an_empty_page_and_a_bare_list_are_recognised(read: Read) -> None:
    assert read(page()).datasets == ("peloton/api_workouts",)
    assert read(json.dumps([WORKOUT])).records[0].key == "a1"


def test_a_new_field_is_reported_and_kept(read: Read) -> None:
    parsed = read(page(WORKOUT | {"mood": "good"}))
    assert parsed.unknown_fields == ("mood",)
    assert parsed.records[0].content["mood"] == "good"


def test_the_real_page_is_read_whole(read: Read, shared: Path) -> None:
    parsed = read((shared / "real/peloton/api_user_workouts_page0.json").read_bytes())
    assert (len(parsed.records), parsed.rejected, parsed.unknown_fields) == (20, [], ())
