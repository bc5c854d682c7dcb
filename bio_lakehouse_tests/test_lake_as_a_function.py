"""The lake is a function of its files and their times: zones, withdrawals and days still going on,
in any order."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from bio_lakehouse import silver
from bio_lakehouse.build.silver import build_silver
from bio_lakehouse.lake import arrivals, bronze_writing, landing
from bio_lakehouse.lake.accounting import outranking
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse_tests.whole_log import entries_of

HOME_ZONE = "America/New_York"
FIRST, TODAY = date(2026, 3, 1), date(2026, 3, 20)
HEADER = (
    "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Discipline,Type,"
    "Title,Class Timestamp,Total Output,Avg. Watts,Calories Burned,Avg. Heartrate"
)
LABELS = {"EST": HOME_ZONE, "EDT": HOME_ZONE, "UTC": "UTC", "Europe/Berlin": "Europe/Berlin"}
WORKOUTS, ACTIVITY = "peloton_workouts", "oura_daily_activity"
ATTRIBUTION = {"source_file", "ingested_at"}
Row = dict[str, Any]
PATIENT = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Delivery:
    """A file on its way to landing: its time, and its fetch where it is an answer."""

    name: str
    content: bytes
    time: datetime
    fetch: FetchNote | None = None


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 on the person's clock, in UTC."""
    local = datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(HOME_ZONE))
    return local.astimezone(UTC)


def download(name: str, time: datetime, label: str, rides: dict[datetime, Row]) -> Delivery:
    """Peloton's CSV of these rides, made in the zone of a label."""
    zone = ZoneInfo(LABELS[label])
    rows = [
        f"{start.astimezone(zone):%Y-%m-%d %H:%M} ({label}),On Demand,Sam Poe,30,Cycling,Music,"
        f"{ride['title']},,{ride['output']},150,300,"
        for start, ride in rides.items()
    ]
    return Delivery(name, "\n".join([HEADER, *rows]).encode(), time)


def answer(endpoint: str, time: datetime, first: int, last: int, records: list[Row]) -> Delivery:
    """A whole answer of Oura's API about the days `first` to `last` of March."""
    content = json.dumps({"data": records, "next_token": None}).encode()
    note = FetchNote(time, endpoint, date(2026, 3, first), date(2026, 3, last))
    return Delivery(f"{endpoint}_{time:%d%H%M}.json", content, time, note)


def lake_of(home: Path, deliveries: list[Delivery], pauses: set[int]) -> Lakehouse:
    """The lake of these files in this order, taken at the end of it and at each pause."""
    lake = Lakehouse.open(Settings(home=home, timezone=HOME_ZONE, today_override=TODAY))
    for number, one in enumerate(deliveries):
        note = Note(fetch=one.fetch) if one.fetch else None
        landing.put(lake.landing_objects, "me", one.name, one.content, note, one.time)
        if number in pauses:
            arrivals.scan(lake)
    arrivals.scan(lake)
    return lake


def shown(lake: Lakehouse, spark: SparkSession, *tables: str) -> dict[str, list[Row]]:
    """The rows of silver tables, less who is named as their source, after building what is
    pending."""
    for dataset in arrivals.pending(lake):
        bronze_writing.write_bronze(lake, dataset, FIRST, TODAY)
    bronze_writing.recount(lake, FIRST, TODAY)
    found = {}
    for table in tables:
        build_silver(lake, spark, table, FIRST, TODAY)
        schema = silver.SCHEMAS[table]
        rows = lake.tables.read(schema, FIRST, TODAY)
        ordered = rows.sort_by([(name, "ascending") for name in schema.grain])
        kept = [name for name in ordered.column_names if name not in ATTRIBUTION]
        found[table] = ordered.select(kept).to_pylist()
    return found


def rows_in(lake: Lakehouse, spark: SparkSession, table: str) -> list[Row]:
    return shown(lake, spark, table)[table]


def row_counts(lake: Lakehouse) -> dict[str, tuple[int, ...]]:
    counted = {}
    for entry in entries_of(lake.log):
        counts = lake.log.counts(entry.file_path)
        assert counts.balanced, (entry.file_path, counts)
        counted[entry.file_path] = (counts.current, counts.superseded, counts.withdrawn)
    return counted


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Delivery], dict[datetime, Row], dict[int, int]]:
    """Deliveries of a life, the workouts that its last download has, and the steps that Oura said
    last."""
    hours = draw(st.lists(st.integers(0, 23), min_size=12, max_size=12))
    rides = {
        at(day, hour): {"title": f"Ride {day}", "output": 200 + day}
        for day, hour in enumerate(hours, start=1)
    }
    deliveries = []
    for day in (13, 15, 17):
        gone = draw(st.none() | st.sampled_from(sorted(rides)[:-1]))
        renamed = draw(st.none() | st.sampled_from(sorted(rides)))
        if gone:
            del rides[gone]
        if renamed in rides:
            rides[renamed] = {"title": f"{rides[renamed]['title']} (Encore)", "output": day}
        newest = max(rides)
        rides[newest] = rides[newest] | {"output": day}  # no two downloads are the same bytes
        label = draw(st.sampled_from(sorted(LABELS)))
        deliveries.append(download(f"workouts {day}.csv", at(day, 12), label, dict(rides)))
    steps: dict[int, int] = {}
    for day in (14, 15, 16):
        hour, gone_day = draw(st.integers(6, 22)), draw(st.none() | st.integers(13, day - 1))
        steps = {one: draw(st.integers(5000, 9000)) for one in range(13, day)} | {day: 100 * hour}
        steps.pop(gone_day or 0, None)
        records = [{"day": f"2026-03-{one}", "steps": taken} for one, taken in steps.items()]
        deliveries.append(answer("daily_activity", at(day, hour), 13, day, records))
    return deliveries, rides, steps


@PATIENT
@given(life=lives(), seed=st.integers(0, 999))
def test_a_life_in_any_order_shows_its_last_words(
    sail: SparkSession,
    life: tuple[list[Delivery], dict[datetime, Row], dict[int, int]],
    seed: int,
) -> None:
    deliveries, rides, steps = life
    chance = random.Random(seed)
    shuffled = chance.sample(deliveries, len(deliveries))
    pauses = set(chance.sample(range(len(deliveries)), 2))
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        straight = lake_of(Path(one), deliveries, set())
        muddled = lake_of(Path(other), shuffled, pauses)
        rows = shown(straight, sail, WORKOUTS, ACTIVITY)
        assert shown(muddled, sail, WORKOUTS, ACTIVITY) == rows
        assert row_counts(muddled) == row_counts(straight)
    workouts = {row["started_at"].replace(tzinfo=UTC): row for row in rows["peloton_workouts"]}
    assert {start: row["title"] for start, row in workouts.items()} == {
        start: ride["title"] for start, ride in rides.items()
    }
    zone = ZoneInfo(HOME_ZONE)
    assert all(row["day"] == start.astimezone(zone).date() for start, row in workouts.items())
    told = {row["day"].day: row["steps"] for row in rows["oura_daily_activity"]}
    assert told == steps


def peloton_rows(label: str, *starts: str) -> bytes:
    rows = [
        f"{start} ({label}),On Demand,Sam Poe,30,Cycling,Music,30 min Ride,,150,100,200,"
        for start in starts
    ]
    return "\n".join([HEADER, *rows]).encode()


IN_NEW_YORK = peloton_rows("EST", "2026-03-02 18:10", "2026-03-03 22:30", "2026-03-05 07:05")
IN_UTC = peloton_rows("UTC", "2026-03-02 23:10", "2026-03-04 03:30", "2026-03-05 12:05")


@pytest.mark.parametrize("order", [1, -1])
def test_a_download_in_another_zone_doubles_nothing(
    tmp_path: Path, sail: SparkSession, order: int
) -> None:
    files = [
        Delivery("home.csv", IN_NEW_YORK, at(6, 9)),
        Delivery("away.csv", IN_UTC, at(7, 9)),
    ]
    rows = shown(lake_of(tmp_path, files[::order], {0}), sail, "peloton_workouts")[
        "peloton_workouts"
    ]
    assert [row["day"].day for row in rows] == [2, 3, 5]
    assert sum(row["total_output_kj"] for row in rows) == 450


def night(period_id: str, hours: float) -> Row:
    return {
        "id": period_id,
        "day": "2026-03-10",
        "type": "long_sleep",
        "bedtime_start": "2026-03-09T23:00:00-04:00",
        "bedtime_end": "2026-03-10T07:00:00-04:00",
        "total_sleep_duration": hours * 3600,
    }


def test_a_period_that_oura_replaced_is_gone(tmp_path: Path, sail: SparkSession) -> None:
    files = [
        answer("sleep", at(11, 8), 9, 11, [night("A", 3.6)]),
        answer("sleep", at(12, 8), 9, 12, [night("B", 3.1)]),
    ]
    lake = lake_of(tmp_path, files[::-1], {0})
    assert [row["period_id"] for row in rows_in(lake, sail, "oura_sleep")] == ["B"]
    assert sorted(row_counts(lake).values()) == [(0, 0, 1), (1, 0, 0)]


def test_a_download_that_may_be_torn_withdraws_nothing_and_says_so(
    tmp_path: Path, sail: SparkSession
) -> None:
    rides = {at(day, 8): {"title": f"Ride {day}", "output": 200} for day in range(1, 11)}
    kept = dict(list(rides.items())[3:])
    files = [download("a.csv", at(11, 8), "EST", rides), download("b.csv", at(12, 8), "EST", kept)]
    lake = Lakehouse.open(Settings(home=tmp_path, timezone=HOME_ZONE, today_override=TODAY))
    told = []
    for one in files:
        landing.put(lake.landing_objects, "me", one.name, one.content, None, one.time)
        told += arrivals.scan(lake)
    assert "may be torn" in " ".join(told[1].notes)
    assert len(rows_in(lake, sail, "peloton_workouts")) == 10
    fewer = dict(list(rides.items())[1:])
    whole = download("c.csv", at(13, 8), "UTC", fewer)
    landing.put(lake.landing_objects, "me", whole.name, whole.content, None, whole.time)
    (arrival,) = arrivals.scan(lake)
    assert arrival.notes == (
        "1 record of earlier files withdrawn: it does not have them any more.",
    )
    assert len(rows_in(lake, sail, "peloton_workouts")) == 9


def trends(**scores: int) -> bytes:
    rows = [f"2026-03-{day[1:]},{score},{score}" for day, score in scores.items()]
    return "\n".join(["date,Sleep Score,Activity Score", *rows]).encode()


@pytest.mark.parametrize("order", [1, -1])
def test_an_export_made_again_shows_its_later_score(
    tmp_path: Path, sail: SparkSession, order: int
) -> None:
    files = [
        Delivery("trends.csv", trends(d10=60, d11=70), at(12, 8)),
        Delivery("trends (1).csv", trends(d10=62, d11=70), at(12, 9)),
    ]
    rows = shown(lake_of(tmp_path, files[::order], {0}), sail, "oura_daily_sleep")[
        "oura_daily_sleep"
    ]
    assert [row["score"] for row in rows] == [62, 70]


@pytest.mark.parametrize("order", [1, -1])
def test_the_evenings_export_beats_the_mornings_answer(
    tmp_path: Path, sail: SparkSession, order: int
) -> None:
    morning = {"id": "a", "day": "2026-03-10", "score": None, "steps": 1200}
    evening = "date,Activity Score,Steps\n2026-03-10,88,9000\n"
    files = [
        answer("daily_activity", at(10, 9), 9, 10, [morning]),
        Delivery("trends.csv", evening.encode(), at(10, 21)),
    ]
    (row,) = shown(lake_of(tmp_path, files[::order], {0}), sail, "oura_daily_activity")[
        "oura_daily_activity"
    ]
    assert (row["score"], row["steps"]) == (88, 9000)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_a_download_may_say_again_what_an_earlier_one_said(
    tmp_path: Path, sail: SparkSession, order: tuple[int, ...]
) -> None:
    rides = {at(day, 8): {"title": f"Ride {day}", "output": 200} for day in range(1, 11)}
    fewer = dict(list(rides.items())[1:])
    files = [
        download("all.csv", at(11, 8), "EST", rides),
        download("fewer.csv", at(12, 8), "EST", fewer),
        download("all again.csv", at(13, 8), "EST", rides),
    ]
    lake = lake_of(tmp_path, [files[number] for number in order], {0, 1})
    assert len(rows_in(lake, sail, "peloton_workouts")) == 10


def test_a_copy_that_changes_nothing_says_nothing(tmp_path: Path) -> None:
    files = [
        Delivery("a.csv", trends(d10=60), at(11, 8)),
        Delivery("b.csv", trends(d10=60), at(12, 8)),
    ]
    lake = Lakehouse.open(Settings(home=tmp_path, timezone=HOME_ZONE, today_override=TODAY))
    found = []
    for one in files:
        landing.put(lake.landing_objects, "me", one.name, one.content, None, one.time)
        found += arrivals.scan(lake)
    assert [(one.repeated, one.changed_days, one.notes) for one in found[1:]] == [(True, 0, ())]


def test_a_download_that_is_cut_at_its_end_is_told(tmp_path: Path) -> None:
    rides = {at(day, 8): {"title": f"Ride {day}", "output": 200} for day in range(1, 11)}
    cut = dict(list(rides.items())[:6])
    files = [download("a.csv", at(11, 8), "EST", rides), download("b.csv", at(12, 8), "EST", cut)]
    lake = lake_of(tmp_path, files[:1], set())
    one = files[1]
    landing.put(lake.landing_objects, "me", one.name, one.content, None, one.time)
    (arrival,) = arrivals.scan(lake)
    assert "may be torn" in " ".join(arrival.notes)


def test_what_a_file_loses_to_is_what_was_there_before_and_ranks_above_it(tmp_path: Path) -> None:
    files = [
        Delivery("later.csv", trends(d10=62, d11=70), at(12, 9)),
        answer("daily_sleep", at(12, 10), 10, 11, [{"day": "2026-03-10", "score": 50}]),
        Delivery("earlier.csv", trends(d10=60, d11=70), at(12, 8)),
        answer("daily_sleep", at(13, 10), 10, 11, [{"day": "2026-03-10", "score": 51}]),
    ]
    lake = lake_of(tmp_path, files, {0, 1, 2})
    found = {
        entry.file_path.rsplit("/", 1)[-1]: {
            other.file_path.rsplit("/", 1)[-1] for other in outranking(lake.log, entry)
        }
        for entry in entries_of(lake.log)
    }
    assert found == {
        "later.csv": set(),
        "daily_sleep_121400.json": set(),
        "earlier.csv": {"later.csv", "daily_sleep_121400.json"},
        "daily_sleep_131400.json": set(),
    }


def test_an_order_that_was_guessed_is_told(tmp_path: Path) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path, timezone=HOME_ZONE, today_override=TODAY))
    for name, score in (("a.csv", 60), ("b.csv", 62)):
        landing.put(lake.landing_objects, "me", name, trends(d10=score), None, at(11, 8))
    assert [one.notes for one in arrivals.scan(lake)] == [(arrivals.ORDER_GUESSED,)] * 2
    landing.put(lake.landing_objects, "me", "c.csv", trends(d10=63), None, at(12, 8))
    assert [one.notes for one in arrivals.scan(lake)] == [()]


def test_zones_and_times_are_the_persons() -> None:
    assert at(10, 9) - at(9, 9) == timedelta(days=1)
