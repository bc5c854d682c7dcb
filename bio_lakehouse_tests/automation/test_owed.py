"""What an arrival owes is made by the next run, wherever the one before was killed or failed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given

from bio_lakehouse.assets import all_assets, all_checks
from bio_lakehouse.assets.keys import GOLD_DAILY, bronze_key, follows_gold
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.cli import main
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.lake.tables import violations
from bio_lakehouse.settings import load_settings
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.test_kill import COMMAND, contents
from bio_lakehouse_tests.automation.watched import TODAY, Watched, names, scores, trends
from bio_lakehouse_tests.lake.counted_changes import STEPS, check_changes
from bio_lakehouse_tests.lake.marking import FOLLOWERS, mark_built

DAYS = 10
FIRST = TODAY - timedelta(DAYS)
INSIGHTS = {name for name in FOLLOWERS if name.startswith("insights/")}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lakehouse:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    return Lakehouse.open(
        load_settings(home=tmp_path / "home", timezone="Europe/Berlin", today_override=TODAY)
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "trends.csv"
    path.write_bytes(trends(scores(DAYS)))
    return path


def status_of(lake: Lakehouse) -> str:
    return CliRunner().invoke(main, ["status", "--home", str(lake.settings.home)]).output


@pytest.mark.parametrize("broken", [pytest.param("view", marks=pytest.mark.thorough), "insights"])
def test_a_step_that_failed_after_gold_is_made_by_the_next_run(
    broken: str, lake: Lakehouse, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BioLakehouseError("no space left")

    with monkeypatch.context() as patch:
        if broken == "view":
            patch.setattr(DuckDbSql, "create_view", fail)
        else:
            patch.setattr("bio_lakehouse.assets.insights.build_insights", fail)
        with pytest.raises(BioLakehouseError, match="no space left"):
            run_ingest(lake, [export], "me")
    assert arrivals.pending(lake) == {}
    assert arrivals.unfinished(lake) == {TODAY - timedelta(back) for back in range(1, DAYS + 1)}
    assert f"{DAYS} days that changed are still to be built" in status_of(lake)
    assert run_ingest(lake, [export], "me").runs > 0
    assert arrivals.unfinished(lake) == set()
    assert len(list((lake.settings.home / "views").rglob("*.sql"))) == len(VIEWS)
    assert set(lake.tables.scan("bio_gold.insights")["day"].to_pylist()) == {TODAY - timedelta(1)}
    assert "still to be built" not in status_of(lake)
    assert run_ingest(lake, [export], "me").runs == 0


def test_a_range_rebuilt_by_hand_leaves_the_insights_to_the_sensor(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    watched.look_twice()
    settings = watched.lake.settings
    launch.materialize_range(settings, "refresh", TODAY - timedelta(5), TODAY)
    assert arrivals.pending(watched.lake) == {}
    owed = what_is_owed(watched.lake)
    assert (owed.changed, owed.following, len(owed.insights)) == ({}, {}, 5)
    (request,) = watched.tick().run_requests or []
    assert request.job_name == "insights_history"
    newest = TODAY - timedelta(1)
    launch.materialize_range(settings, "group:insights", newest, newest)
    assert arrivals.unfinished(watched.lake) == set()
    assert watched.tick().run_requests == []


def test_the_sensor_asks_only_for_what_is_left(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    watched.look_twice()
    watched.mark_built(insights=False)
    watched.drop("more.csv", trends({TODAY - timedelta(2): 80}))
    watched.look_twice()
    mark_built(watched.lake, ["oura/trends"], FIRST, TODAY)
    (request,) = watched.tick().run_requests or []
    assert names(request) == set(FOLLOWERS) - INSIGHTS
    for number in range(3):
        assert str(request.run_key).endswith(f"#{number + 1}")
        watched.submit(request, dg.DagsterRunStatus.FAILURE)
        request = (watched.tick().run_requests or [request])[0]
    assert watched.tick().run_requests == []


@given(steps=STEPS)
def test_no_change_is_forgotten_before_all_have_taken_it_in(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = SqliteLog(tmp_path_factory.mktemp("log") / "log.db")
    with log.together():
        check_changes(log, steps)


def test_every_asset_that_arrivals_owe_marks_its_days(lake: Lakehouse) -> None:
    marking = {
        key
        for asset in all_assets(lake.settings)
        for key in asset.keys
        if [hook.name for hook in asset.hook_defs] == ["mark_days_built"]
    }
    assert marking == {GOLD_DAILY, *follows_gold()}


def everything_of(lake: Lakehouse, first: date, last: date) -> dg.ExecuteInProcessResult:
    """What "Materialize" in the UI comes to, of all that is made of trends but the report."""
    made_of_trends = dg.AssetSelection.assets(bronze_key("oura/trends")).downstream()
    with open_instance(lake.settings) as instance:
        return dg.materialize(
            [*all_assets(lake.settings), *all_checks()],
            instance=instance,
            resources=resources(lake.settings),
            selection=made_of_trends - dg.AssetSelection.groups("reports"),
            partition_key=str(first) if first == last else None,
            tags={} if first == last else range_tags(DayRange(first, last)),
            raise_on_error=False,
        )


def test_insights_stay_owed_to_days_that_another_run_is_to_build(
    lake: Lakehouse, export: Path
) -> None:
    newest = TODAY - timedelta(1)
    arrivals.ingest(lake, export, "me")
    assert everything_of(lake, newest, newest).success
    left = {TODAY - timedelta(back) for back in range(2, DAYS + 1)}
    owed = lake.log.owed.to(["insights/sleep_readiness"])
    assert arrivals.unfinished(lake) == set(owed["insights/sleep_readiness"]) == left
    assert everything_of(lake, min(left), newest).success
    assert arrivals.unfinished(lake) == set()


def found_in_gold(schema: TableSchema, rows: pa.Table) -> list[str]:
    return ["a score of 101"] if schema is DAILY_READINESS_PERFORMANCE else violations(schema, rows)


def test_a_table_that_fails_its_check_leaves_its_days_owed(
    lake: Lakehouse, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals.ingest(lake, export, "me")
    with monkeypatch.context() as patch:
        patch.setattr("bio_lakehouse.assets.checks.violations", found_in_gold)
        failed = everything_of(lake, FIRST, TODAY).get_step_failure_events()
    assert [event.step_key for event in failed] == ["daily_readiness_performance_checks"]
    assert len(arrivals.pending(lake)["oura/trends"]) == DAYS


@pytest.mark.thorough
def test_days_that_could_not_be_marked_are_told_and_built_again(
    lake: Lakehouse, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BioLakehouseError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteLog, "mark_gold_built", fail)
        with pytest.raises(
            BioLakehouseError, match=r"daily_readiness_performance_checks: no space left"
        ):
            run_ingest(lake, [export], "me")
    assert len(arrivals.pending(lake)["oura/trends"]) == DAYS
    assert run_ingest(lake, [export], "me").runs > 0
    assert arrivals.unfinished(lake) == set()


def test_a_change_of_a_clock_far_ahead_settles(lake: Lakehouse, export: Path) -> None:
    arrivals.ingest(lake, export, "me")
    with sqlite3.connect(lake.settings.home / "log.db") as db:
        db.execute("UPDATE pending_days SET recorded_at = '2061-01-01T00:00:00.000000+00:00'")
    mark_built(lake, ["oura/trends"], FIRST, TODAY)
    assert arrivals.pending(lake) == {}


@pytest.mark.slow
def test_a_kill_between_gold_and_insights(lake: Lakehouse, export: Path, tmp_path: Path) -> None:
    from bio_lakehouse_tests.automation.test_kill import kill_when

    environment = {"BIO_TIMEZONE": "Europe/Berlin", "BIO_TODAY_OVERRIDE": str(TODAY)}
    whole = Lakehouse.open(
        load_settings(home=tmp_path / "whole", timezone="Europe/Berlin", today_override=TODAY)
    )
    run_ingest(whole, [export], "me")
    command = [COMMAND, "ingest", "--home", str(lake.settings.home), str(export)]

    def gold_is_built() -> bool:
        return bool(arrivals.unfinished(lake)) and not arrivals.pending(lake)

    kill_when(gold_is_built, command, environment)
    assert contents(lake) != contents(whole)
    assert "still to be built" in status_of(lake)
    subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)
    assert contents(lake) == contents(whole)
    assert arrivals.unfinished(lake) == set()
