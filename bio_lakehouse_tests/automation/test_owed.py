"""What an arrival owes is made by the next run, wherever the one before was killed or failed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.assets.keys import follows_gold
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.cli import main
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.settings import load_settings
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.test_kill import COMMAND, contents
from bio_lakehouse_tests.automation.watched import TODAY, Watched, names, scores, trends

FIRST = TODAY - timedelta(30)
FOLLOWERS = sorted(key.to_user_string() for key in follows_gold())
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
    path.write_bytes(trends(scores(30)))
    return path


def status_of(lake: Lakehouse) -> str:
    return CliRunner().invoke(main, ["status", "--home", str(lake.settings.home)]).output


@pytest.mark.parametrize("broken", ["view", "insights"])
def test_a_step_that_failed_after_gold_is_made_by_the_next_run(
    broken: str, lake: Lakehouse, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BioLakehouseError("no space left")

    with monkeypatch.context() as patch:
        if broken == "view":
            patch.setattr(DuckDbSql, "create_view", fail)
        else:
            patch.setattr("bio_lakehouse.assets.insights.build_insights", fail)
        with pytest.raises(BioLakehouseError, match="no space left"):
            run_ingest(lake, [export], "me")
    assert arrivals.pending(lake) == {}
    assert arrivals.unfinished(lake) == {TODAY - timedelta(back) for back in range(1, 31)}
    assert "30 days that changed are still to be built" in status_of(lake)
    assert run_ingest(lake, [export], "me").runs > 0
    assert arrivals.unfinished(lake) == set()
    assert len(list((lake.settings.home / "views").rglob("*.sql"))) == 8
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
    arrivals.mark_built(watched.lake, ["oura/trends"], FIRST, TODAY)
    (request,) = watched.tick().run_requests or []
    assert names(request) == set(FOLLOWERS) - INSIGHTS
    for number in range(3):
        assert str(request.run_key).endswith(f"#{number + 1}")
        watched.submit(request, dg.DagsterRunStatus.FAILURE)
        request = (watched.tick().run_requests or [request])[0]
    assert watched.tick().run_requests == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(0, 3)),
        st.tuples(st.just("begin"), st.integers(0, 1)),
        st.tuples(st.just("gold"), st.integers(0, 1)),
        st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 1)),
    ),
    max_size=25,
)


@given(steps=STEPS)
def test_no_change_is_forgotten_before_all_have_taken_it_in(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = SqliteLog(tmp_path_factory.mktemp("log") / "log.db")
    day, data, begun, gold = date(2025, 1, 1), 0, [0, 0], 0
    taken = {"a": 0, "b": 0}
    for step, number in [("begin", 0), ("begin", 1), *steps]:
        if step == "arrive":
            data += 1
            log.owed.add(f"file{data}", {"oura/sleep": {day}})
        elif step == "begin":
            begun[number] = data
            log.owed.begin_run(f"run{number}-{data}")
        elif step == "gold":
            known = log.owed.begin_run(f"run{number}-{begun[number]}")
            log.mark_built(["oura/sleep"], day, day, known)
            gold = max(gold, begun[number])
        else:
            owed = log.owed.payable(step, day, day)
            if gold == data:
                taken[step] = data
            log.owed.pay(step, owed, taken)
        assert (log.owed.changed() == {}) == all(seen == data for seen in taken.values())
        assert (day in log.pending().get("oura/sleep", set())) == (gold < data)


def test_a_change_of_a_clock_far_ahead_settles(lake: Lakehouse, export: Path) -> None:
    arrivals.ingest(lake, export, "me")
    with sqlite3.connect(lake.settings.home / "log.db") as db:
        db.execute("UPDATE pending_days SET recorded_at = '2061-01-01T00:00:00.000000+00:00'")
    known = lake.log.owed.begin_run("run")
    arrivals.mark_built(lake, ["oura/trends"], FIRST, TODAY, known)
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
