"""Dagster's web page and daemon as `dagster dev` starts them: a range is launched, a file is
dropped. `test_ui_live.py` drops one where `bio-lakehouse ui` started them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg
import pytest

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.automation.dagster_dev import DagsterDev, dagster_dev
from bio_lakehouse_tests.automation.watched import make_a_table
from bio_lakehouse_tests.lake.marking import mark_built

pytestmark = pytest.mark.thorough

LAUNCH = """
mutation ($assets: [AssetKeyInput!]!, $tags: [ExecutionTag!]) {
  launchRun(executionParams: {
    selector: {
      repositoryLocationName: "bio_lakehouse.definitions", repositoryName: "__repository__", jobName: "__ASSET_JOB",
      assetSelection: $assets
    }
    executionMetadata: {tags: $tags}
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}"""
RUN = """
query ($id: ID!) { runOrError(runId: $id) { ... on Run { status stepStats { stepKey status } } } }"""
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
DROPPED = date(2020, 3, 5)
"""Before the lake's own days: the partitions are told to begin with it."""


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterDev]:
    lake = Lakehouse.open(load_settings(home=tmp_path_factory.mktemp("home")))
    person = demo.simulate(21, 1, lake.settings.today(), timezone=lake.settings.timezone)
    for file in demo.write_files(person, tmp_path_factory.mktemp("files")):
        arrivals.ingest(lake, file, "me")
    make_a_table(lake)
    for dataset, days in arrivals.pending(lake).items():
        mark_built(lake, [dataset], min(days), max(days))
    log = tmp_path_factory.mktemp("log") / "dagster.log"
    with dagster_dev(lake, log, {"BIO_PARTITIONS_FROM": str(DROPPED)}) as running:
        yield running


def test_a_range_launched_through_the_web_page_succeeds(dev: DagsterDev) -> None:
    last = dev.lake.settings.today()
    tags = range_tags(DayRange(last - timedelta(3), last))
    launched = dev.ask(
        LAUNCH,
        assets=[
            {"path": path}
            for path in (["bronze", "oura", "daily_sleep"], ["silver", "oura_daily_sleep"])
        ],
        tags=[{"key": key, "value": value} for key, value in tags.items()],
    )["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched

    def run() -> Any:
        return dev.ask(RUN, id=launched["run"]["runId"])["runOrError"]

    dev.wait(lambda: run()["status"] in ENDED, "the run")
    assert run()["status"] == "SUCCESS"
    assert {step["stepKey"]: step["status"] for step in run()["stepStats"]} == {
        "bronze__oura__daily_sleep": "SUCCESS",
        "bronze_checks": "SUCCESS",
        "freshness_checks": "SUCCESS",
        "silver__oura_daily_sleep": "SUCCESS",
        "silver_checks": "SUCCESS",
    }
    assert dev.lake.tables.scan("bio_silver.oura_daily_sleep").num_rows > 0


def test_a_file_that_is_dropped_becomes_materialised_days(dev: DagsterDev) -> None:
    row = f"date,Sleep Score,Readiness Score\n{DROPPED},71,74\n"
    dev.lake.landing_objects.put("landing/me/dropped.csv", row.encode())
    key = dg.AssetKey(["gold", "daily_readiness_performance"])
    dev.wait(lambda: str(DROPPED) in dev.materialised(key), "the day to be built")
    (built,) = dev.lake.tables.scan(
        "bio_gold.daily_readiness_performance", DROPPED, DROPPED
    ).to_pylist()
    assert (built["sleep_score"], built["readiness_score"]) == (71, 74)
