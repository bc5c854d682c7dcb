"""A running `dagster dev` without any login: everything of a day is made in one go, and a dropped
file shows in the graph, in the tick's log and on the runs that follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg
import pytest

from bio_lakehouse.assets.keys import LANDED_FILES, OURA_API
from bio_lakehouse.assets.people import FILES_TAG
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.dagster_dev import BACKFILL, DagsterDev, dagster_dev

pytestmark = pytest.mark.slow

ASSETS = "{ assetNodes { assetKey { path } isMaterializable } }"
TICKS = """
{ sensorOrError(sensorSelector: {repositoryLocationName: "bio_lakehouse.definitions",
    repositoryName: "__repository__", sensorName: "arrivals"}) {
  ... on Sensor { sensorState { ticks(limit: 20) { logEvents { events { message } } } } } } }"""


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterDev]:
    lake = Lakehouse.open(load_settings(home=tmp_path_factory.mktemp("home")))
    person = demo.simulate(40, 4, lake.settings.today(), timezone=lake.settings.timezone)
    run_ingest(lake, demo.write_files(person, tmp_path_factory.mktemp("files")), "me")
    with dagster_dev(lake, tmp_path_factory.mktemp("log") / "dagster.log") as running:
        yield running


def newest(dev: DagsterDev, key: dg.AssetKey, count: int = 1) -> list[dict[str, Any]]:
    """What the newest events of an asset say, the newest first."""
    with open_instance(dev.lake.settings) as instance:
        records = instance.fetch_materializations(key, limit=count).records
    events = [record.asset_materialization for record in records]
    return [{name: value.value for name, value in one.metadata.items()} for one in events if one]


def test_everything_of_a_day_is_made_without_a_login(dev: DagsterDev) -> None:
    """The day is one on which a week ended, which all assets have."""
    today = dev.lake.settings.today()
    sunday = today - timedelta(today.weekday() + 1)
    nodes = dev.ask(ASSETS)["assetNodes"]
    every = [node["assetKey"] for node in nodes if node["isMaterializable"]]
    launched = dev.ask(BACKFILL, assets=every, days=[str(sunday)])["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    dev.wait(lambda: made(dev, sunday) == len(every) and dev.is_idle(), "everything of a day")
    assert {run.status for run in dev.runs()} == {dg.DagsterRunStatus.SUCCESS}
    (told,) = newest(dev, OURA_API)
    assert told["answers landed"] == 0
    assert "BIO_OURA_CLIENT_ID" in told["why nothing was asked"]


def made(dev: DagsterDev, day: date) -> int:
    """How many assets the backfill's runs made of a day."""
    with open_instance(dev.lake.settings) as instance:
        runs = [run for run in instance.get_runs() if "dagster/backfill" in run.tags]
        kind = dg.DagsterEventType.ASSET_MATERIALIZATION
        events = [instance.get_records_for_run(run.run_id, of_type=kind).records for run in runs]
    found = [
        record.event_log_entry.asset_materialization for records in events for record in records
    ]
    return len({one.asset_key for one in found if one and one.partition == str(day)})


def test_a_dropped_file_shows_in_the_graph_the_tick_and_its_runs(dev: DagsterDev) -> None:
    lake, day = dev.lake, dev.lake.settings.today() - timedelta(39)
    lake.landing_objects.put("landing/me/holiday.csv", b"beach,sun\n1,2\n")
    rows = f"date,Sleep Score,Readiness Score\n{day},70,75\n"
    lake.landing_objects.put("landing/me/dropped.csv", rows.encode())
    dev.wait(lambda: len(runs_for(dev, "dropped.csv")) >= 2, "the runs for the file")
    told = {one["file"]: one["outcome"] for one in newest(dev, LANDED_FILES, 2)}
    assert told == {"landing/me/holiday.csv": "refused", "landing/me/dropped.csv": "taken"}
    assert {run.job_name for run in runs_for(dev, "dropped.csv")} >= {
        "refresh_lake",
        "insights_history",
    }
    logged = "\n".join(log_of_ticks(dev))
    assert "landing/me/dropped.csv: taken, 1 rows" in logged
    assert "landing/me/holiday.csv was refused" in logged


def runs_for(dev: DagsterDev, name: str) -> list[dg.DagsterRun]:
    return [run for run in dev.runs() if run.tags.get(FILES_TAG) == name]


def log_of_ticks(dev: DagsterDev) -> list[str]:
    ticks = dev.ask(TICKS)["sensorOrError"]["sensorState"]["ticks"]
    events = [tick["logEvents"]["events"] for tick in ticks]
    return [event["message"] for of_tick in events for event in of_tick]
