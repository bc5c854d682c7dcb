"""Partitions begin with the first day that landed, and what to do when an older one lands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.assets.keys import GOLD_DAILY
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.schedules import schedules
from bio_lakehouse.definitions import definitions_of
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.watched import (
    END,
    START,
    TODAY,
    Watched,
    ranges,
    reason,
    scores,
    trends,
    watch,
)

OLDER = date(2023, 1, 10)


def groups_of(settings: Settings) -> dict[str, str | None]:
    graph = definitions_of(settings).resolve_asset_graph()
    bronze = (key for key in graph.get_all_asset_keys() if key.path[0] == "bronze")
    return {key.to_user_string(): graph.get(key).group_name for key in bronze}


def days_of(settings: Settings) -> list[str]:
    graph = definitions_of(settings).resolve_asset_graph()
    days = graph.get(GOLD_DAILY).partitions_def
    assert days
    return list(days.get_partition_keys())


def test_a_new_lake_has_all_days_and_one_group_of_bronze(settings: Settings) -> None:
    assert days_of(settings)[0] == str(settings.first_day)
    assert set(groups_of(settings).values()) == {"bronze"}
    assert not settings.home.exists()


def test_what_never_came_stands_apart(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    watched.look_twice()
    settings = watched.lake.settings
    found = groups_of(settings)
    assert found.pop("bronze/oura/trends") == "bronze"
    assert set(found.values()) == {"bronze_without_data"}
    assert days_of(settings)[0] == str(TODAY - timedelta(5))


def test_jobs_make_bronze_of_either_group(watched: Watched) -> None:
    def assets_of(settings: Settings) -> dict[str, int]:
        jobs = definitions_of(settings).resolve_all_job_defs()
        return {job.name: len(job.asset_layer.executable_asset_keys) for job in jobs}

    before = assets_of(watched.lake.settings)
    watched.drop("trends.csv", trends(scores(5)))
    watched.look_twice()
    assert assets_of(watched.lake.settings) == before


def test_an_older_day_waits_for_the_reload_and_the_others_do_not(
    watched: Watched, settings: Settings
) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    watched.look_twice()
    build(watched)
    loaded = watch(settings, watched.instance)
    newest = TODAY - timedelta(1)
    loaded.drop("more.csv", trends({OLDER: 70, newest: 81}))
    result = loaded.look_twice()
    assert ranges(result) == [(str(newest), str(newest))]
    build(loaded)
    loaded.drop("older.csv", trends({OLDER: 60}))
    result = loaded.look_twice()
    assert result.run_requests == []
    assert reason(result) == (
        "2023-01-10 landed and is older than the first partition, 2025-03-15: reload the code "
        "location (`bio-lakehouse ui` does so by itself, and the days are built then)."
    )
    reloaded = watch(settings, watched.instance)
    assert ranges(reloaded.look_twice()) == [(str(OLDER), str(OLDER))]


def build(watched: Watched) -> None:
    """What the runs do to bronze, and that they have ended."""
    bronze_writing.write_bronze(watched.lake, "oura/trends", OLDER, TODAY)
    watched.mark_built()


@pytest.mark.thorough
def test_the_command_line_builds_what_it_has_just_brought_in(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    lake = Lakehouse.open(settings)
    for name, days in (("new.csv", scores(2)), ("old.csv", {OLDER: 70})):
        (tmp_path / name).write_bytes(trends(days))
        run_ingest(lake, [tmp_path / name], "me")
        assert arrivals.unfinished(lake) == set()
    days = lake.tables.scan("bio_gold.daily_readiness_performance")["day"].to_pylist()
    assert OLDER in days
    with pytest.raises(BioLakehouseError, match=r"2023-01-10 \(the first that landed; BIO_PART"):
        launch.materialize_range(settings, "refresh", OLDER - timedelta(9), OLDER - timedelta(1))
    outcome = launch.materialize_range(settings, "gold/gap_ledger", OLDER - timedelta(9), OLDER)
    assert (outcome.first, outcome.last) == (OLDER, OLDER)


def test_no_report_is_asked_for_of_a_week_before_the_first_day(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(2)))
    watched.look_twice()
    made = {schedule.name: schedule for schedule in schedules(watched.lake.settings)}
    on_monday = dg.build_schedule_context(
        scheduled_execution_time=datetime(2025, 3, 17, 6, tzinfo=UTC)
    )
    tick = made["monday_report_schedule"].evaluate_tick(on_monday)
    assert not tick.run_requests
    assert tick.skip_message == "The day that this is about is older than the lake."


def test_a_schedule_asks_for_no_day_before_the_first(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(2)))
    watched.look_twice()
    made = {schedule.name: schedule for schedule in schedules(watched.lake.settings)}
    at_night = dg.build_schedule_context(scheduled_execution_time=datetime(2025, 3, 20, tzinfo=UTC))
    requests = made["nightly_recompute_schedule"].evaluate_tick(at_night).run_requests
    assert [(one.tags[START], one.tags[END]) for one in requests or []] == [
        (str(TODAY - timedelta(2)), str(TODAY))
    ]
