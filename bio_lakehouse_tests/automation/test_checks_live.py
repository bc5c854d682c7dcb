"""A running `dagster dev`: checks executed alone, with a day and in a backfill, asked for as the
page asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from bio_lakehouse.assets.checks import NAME
from bio_lakehouse.assets.keys import GAP_LEDGER, table_key
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.dagster_dev import BACKFILL, DagsterDev, dagster_dev

pytestmark = pytest.mark.slow

CHECKS = """
{ assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks {
  name canExecuteIndividually jobNames } } } } }"""
LAUNCH = """
mutation ($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
REPOSITORY = """
{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"""
ENERGY, RISK = table_key("bio_gold.energy_state"), table_key("bio_gold.overtraining_risk")


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterDev]:
    lake = Lakehouse.open(load_settings(home=tmp_path_factory.mktemp("home")))
    files = tmp_path_factory.mktemp("files")
    today = lake.settings.today()
    rows = [f"{today - timedelta(back)},{60 + back},{65 + back}" for back in range(30, 0, -1)]
    lines = ["date,Sleep Score,Readiness Score", *rows, ""]
    (files / "trends.csv").write_text("\n".join(lines), "utf-8")
    run_ingest(lake, [files / "trends.csv"], "me")
    with dagster_dev(lake, files / "dagster.log") as running:
        yield running


def launch(
    dev: DagsterDev, assets: list[dg.AssetKey], checks: list[dg.AssetCheckKey], **tags: str
) -> str:
    """The run that the page's button starts, once it has ended."""
    (node,) = dev.ask(REPOSITORY)["repositoriesOrError"]["nodes"]
    selector = {
        "repositoryLocationName": node["location"]["name"],
        "repositoryName": node["name"],
        "pipelineName": "__ASSET_JOB",
        "assetSelection": [{"path": key.path} for key in assets],
        "assetCheckSelection": [
            {"assetKey": {"path": check.asset_key.path}, "name": check.name} for check in checks
        ],
    }
    given = [{"key": f"dagster/{name}", "value": value} for name, value in tags.items()]
    params = {"selector": selector, "mode": "default", "executionMetadata": {"tags": given}}
    started = dev.ask(LAUNCH, params=params)["launchPipelineExecution"]
    assert started["__typename"] == "LaunchRunSuccess", started
    dev.wait(dev.is_idle, "the run")
    return str(started["run"]["runId"])


def evaluated(dev: DagsterDev, run_id: str) -> set[dg.AssetCheckKey]:
    """The checks that a run has evaluated, after it went well."""
    with open_instance(dev.lake.settings) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.is_success
        records = instance.get_records_for_run(
            run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
    events = [record.event_log_entry.dagster_event for record in records]
    return {event.asset_check_evaluation_data.asset_check_key for event in events if event}


def test_the_page_can_execute_every_check_alone_but_those_of_a_fetch(dev: DagsterDev) -> None:
    found: dict[str, Any] = {}
    for node in dev.ask(CHECKS)["assetNodes"]:
        for check in node["assetChecksOrError"]["checks"]:
            found["/".join([*node["assetKey"]["path"], check["name"]])] = check
    fetched = {name for name in found if name.startswith("landing/")}
    assert len(found) - len(fetched) >= 40
    assert fetched
    ways = {check["canExecuteIndividually"] for name, check in found.items() if name not in fetched}
    assert ways == {"CAN_EXECUTE"}


def test_a_check_is_executed_alone(dev: DagsterDev) -> None:
    check = dg.AssetCheckKey(GAP_LEDGER, "quarantine")
    assert evaluated(dev, launch(dev, [], [check])) == {check}


def test_a_day_that_is_launched_is_checked(dev: DagsterDev) -> None:
    check = dg.AssetCheckKey(ENERGY, NAME)
    day = str(dev.lake.settings.today() - timedelta(1))
    assert evaluated(dev, launch(dev, [ENERGY], [check], partition=day)) == {check}


def test_a_backfill_checks_what_it_makes(dev: DagsterDev) -> None:
    today = dev.lake.settings.today()
    days = [str(today - timedelta(back)) for back in (3, 2, 1)]
    before = {run.run_id for run in dev.runs()}
    assets = [{"path": key.path} for key in (ENERGY, RISK)]
    dev.ask(BACKFILL, assets=assets, days=days)
    dev.wait(lambda: {run.run_id for run in dev.runs()} > before and dev.is_idle(), "the backfill")
    (started,) = {run.run_id for run in dev.runs()} - before
    assert evaluated(dev, started) >= {dg.AssetCheckKey(key, NAME) for key in (ENERGY, RISK)}
