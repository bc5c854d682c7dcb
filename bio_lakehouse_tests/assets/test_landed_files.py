"""Files in the graph: an event for each that landed, which makes nothing stale and tells nothing
of what is in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from bio_lakehouse.assets import landed_files
from bio_lakehouse.assets.keys import LANDED_FILES, OURA_API, PELOTON_DOWNLOAD, bronze_key
from bio_lakehouse.assets.landed_files import event_of, landed_events
from bio_lakehouse.automation.run_ranges import ONE_PARTITION
from bio_lakehouse.lake import arrivals, landing, quarantine
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse_tests.automation.watched import TODAY, Watched, scores, trends, watch

PELOTON = (
    b"Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Discipline,Type,"
    b"Title,Class Timestamp,Total Output,Avg. Watts,Avg. Resistance,Avg. Cadence (RPM),"
    b"Avg. Speed (mph),Distance (mi),Calories Burned,Avg. Heartrate,Avg. Incline,"
    b"Avg. Pace (min/mi)\n"
)


@pytest.fixture
def settings(tmp_path: object) -> Settings:
    return load_settings(
        home=f"{tmp_path}/home", timezone="Europe/Berlin", today_override=TODAY, settle_seconds=0
    )


@pytest.fixture
def watched(settings: Settings) -> Iterator[Watched]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield watch(settings, instance)


@pytest.fixture
def lake(settings: Settings) -> Lakehouse:
    return Lakehouse.open(settings)


def land(lake: Lakehouse, name: str, content: bytes, note: Note | None = None) -> Arrival:
    key = landing.put(lake.landing_objects, "me", name, content, note)
    (arrival,) = arrivals.take(lake, lake.landing_objects.info(key))
    return arrival


def said(event: dg.AssetMaterialization | dg.AssetObservation) -> dict[str, object]:
    return {name: value.value for name, value in event.metadata.items()}


def test_a_file_that_was_taken_says_its_rows_days_and_checksum(lake: Lakehouse) -> None:
    arrival = land(lake, "trends.csv", trends(scores(5)))
    event = event_of(lake, arrival)
    assert event.asset_key == LANDED_FILES
    assert said(event) == {
        "file": "landing/me/trends.csv",
        "outcome": "taken",
        "datasets": "oura/trends",
        "sha256": arrival.entry.checksum,
        "first day": "2025-03-15",
        "last day": "2025-03-19",
        "bytes": len(trends(scores(5))),
        "rows": 5,
        "rows in quarantine": 0,
        "days new": 5,
        "days changed": 0,
        "days unchanged": 0,
    }
    assert event.description == (
        "landing/me/trends.csv: taken, 5 rows, 5 days new, 0 changed, 0 unchanged"
    )


def test_rows_in_quarantine_are_counted_and_where_they_lie(lake: Lakehouse) -> None:
    day = TODAY - timedelta(2)
    told = said(event_of(lake, land(lake, "trends.csv", trends({day: 70, TODAY: 199}))))
    assert (told["outcome"], told["rows in quarantine"]) == ("taken in part", 1)
    where = lake.settings.home / quarantine.key_of("landing/me/trends.csv")
    assert told["quarantine"] == str(where)
    assert where.exists()


def test_a_refused_file_says_why_and_a_copy_of_what_it_is_one(lake: Lakehouse) -> None:
    refused = said(event_of(lake, land(lake, "holiday.csv", b"beach,sun\n1,2\n")))
    assert refused["outcome"] == "refused"
    assert "holiday.csv" in str(refused["reason"])
    land(lake, "trends.csv", trends(scores(5)))
    copy = said(event_of(lake, land(lake, "again.csv", trends(scores(5)))))
    assert (copy["outcome"], copy["reason"]) == (
        "said again",
        "same content as landing/me/trends.csv",
    )


def test_a_file_belongs_to_what_brought_it(lake: Lakehouse) -> None:
    fetched = datetime(2025, 3, 20, 8, tzinfo=UTC)
    download = land(lake, "workouts.csv", PELOTON, Note(fetch=FetchNote(fetched, "workouts")))
    assert event_of(lake, download).asset_key == PELOTON_DOWNLOAD
    answer = b'{"data": [], "next_token": null}'
    note = Note(fetch=FetchNote(fetched, "daily_sleep", TODAY, TODAY))
    event = event_of(lake, land(lake, "oura_daily_sleep.json", answer, note))
    assert (event.asset_key, type(event)) == (OURA_API, dg.AssetObservation)
    dropped = event_of(lake, land(lake, "by-hand.csv", PELOTON + b"\n"))
    assert dropped.asset_key == LANDED_FILES


def test_no_value_of_a_body_is_in_an_event(lake: Lakehouse) -> None:
    content = trends({TODAY - timedelta(1): 61, TODAY - timedelta(2): 163})
    event = event_of(lake, land(lake, "trends.csv", content))
    assert not {str(value) for value in said(event).values()} & {"61", "66", "163", "168"}
    assert not [value for value in ("61", "66", "163", "168") if value in str(event.description)]


def test_of_very_many_files_the_rest_is_counted_and_troubles_come_first(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landed_files, "MOST_EVENTS", 2)
    taken = [land(lake, f"{n}.csv", trends({TODAY - timedelta(n + 1): 70})) for n in range(3)]
    refused = land(lake, "z.csv", b"beach,sun\n1,2\n")
    first, second, rest = landed_events(lake, [*taken, refused])
    assert [said(first)["outcome"], said(second)["outcome"]] == ["refused", "taken"]
    assert said(rest) == {"files": 2, "taken": 2}
    assert str(rest.description).startswith("2 more files at once: 2 taken.")


def test_thousands_of_files_leave_a_tick_its_time(lake: Lakehouse, watched: Watched) -> None:
    arrival = land(lake, "trends.csv", trends(scores(5)))
    events = landed_events(lake, [arrival] * 5000)
    started = time.monotonic()
    for event in events:
        watched.instance.report_runless_asset_event(event)
    assert len(events) == landed_files.MOST_EVENTS + 1
    assert time.monotonic() - started < 30


def test_a_tick_tells_the_graph_of_files_once(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    watched.drop("holiday.csv", b"beach,sun\n1,2\n")
    assert watched.tick().asset_events == []
    events = watched.tick().asset_events
    assert [said(event)["outcome"] for event in events] == ["refused", "taken"]
    assert watched.tick().asset_events == []


def test_a_file_makes_no_day_stale(watched: Watched) -> None:
    bronze = bronze_key("oura/trends")
    watched.drop("trends.csv", trends(scores(5)))
    report(watched, watched.look_twice())
    day = str(TODAY - timedelta(1))
    materialise_bronze(watched, day)
    assert status(watched, bronze, day) == StaleStatus.FRESH
    watched.drop("more.csv", trends({date(2025, 1, 1): 70}))
    report(watched, watched.look_twice())
    assert len(watched.instance.fetch_materializations(LANDED_FILES, limit=9).records) == 2
    assert status(watched, bronze, day) == StaleStatus.FRESH


def report(watched: Watched, result: dg.SensorResult) -> None:
    """As Dagster's daemon does with what a tick gives."""
    for event in result.asset_events:
        watched.instance.report_runless_asset_event(event)


def materialise_bronze(watched: Watched, day: str) -> None:
    job = watched.repository.get_job("refresh_lake").get_subset(
        asset_selection={bronze_key("oura/trends")}
    )
    result = job.execute_in_process(
        instance=watched.instance, tags={ONE_PARTITION: day}, resources={"lake": watched.lake}
    )
    assert result.success


def status(watched: Watched, key: dg.AssetKey, day: str) -> StaleStatus:
    resolver = CachingStaleStatusResolver(
        watched.instance,
        watched.repository.asset_graph,
        LoadingContextForTest(watched.instance),
    )
    return resolver.get_status(key, day)
