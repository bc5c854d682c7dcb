"""The code is loaded again when a lake's days begin elsewhere, and nothing that goes on notices."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget

from bio_lakehouse.automation.reloading import backfills_go_on, reload
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.automation.ui_process import UserInterface, wait
from bio_lakehouse_tests.automation.watched import trends
from bio_lakehouse_tests.conftest import free_port

CODE = "bio_lakehouse_tests.automation.slow_code"
SELECTOR = f'repositoryLocationName: "{CODE}", repositoryName: "__repository__"'
LAUNCH = f"""
mutation ($config: RunConfigData!) {{ launchRun(executionParams: {{
  selector: {{ {SELECTOR}, jobName: "slow_job" }}, runConfigData: $config
}}) {{ ... on LaunchRunSuccess {{ run {{ runId }} }} ... on PythonError {{ message }} }} }}"""
TICK = f"""
mutation ($cursor: String) {{
  sensorDryRun(selectorData: {{ {SELECTOR}, sensorName: "slow_tick" }}, cursor: $cursor) {{
    ... on DryRunInstigationTick {{ evaluationResult {{ skipReason error {{ message }} }} }}
    ... on PythonError {{ message }}
}} }}"""
FIRST = """{ assetNodes(assetKeys: [{path: ["gold", "energy_state"]}]) { partitionKeys } }"""
SERVER = "{ workspaceOrError { ... on Workspace { locationEntries { versionKey } } } }"

AT_ONCE = {
    "run_coordinator": {
        "module": "dagster._core.run_coordinator",
        "class": "DefaultRunCoordinator",
    }
}
"""Runs are started by whoever asks, without a daemon."""

Ask = Callable[..., Any]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[dg.DagsterInstance, ProxyServerManager, Ask]]:
    """Slow code in a code server, and the web page that asks it."""
    # The web page imports all of GraphQL, 0.7 s of processor that no other test needs.
    from dagster_webserver.app import create_app_from_workspace_process_context
    from starlette.testclient import TestClient

    from bio_lakehouse.automation.web_page import _workspace_file

    with ExitStack() as held:
        instance = held.enter_context(dg.instance_for_test(AT_ONCE, temp_dir=str(tmp_path)))
        code = held.enter_context(
            ProxyServerManager(instance, ModuleTarget(CODE, None, None, None))
        )
        target = WorkspaceFileTarget([str(held.enter_context(_workspace_file(code)))])
        context = held.enter_context(WorkspaceProcessContext(instance, target))
        client = held.enter_context(TestClient(create_app_from_workspace_process_context(context)))

        def ask(query: str, **variables: Any) -> Any:
            answer = client.post("/graphql", json={"query": query, "variables": variables})
            return answer.json()["data"]

        yield instance, code, ask


def test_a_run_and_a_tick_that_go_on_survive_it(
    served: tuple[dg.DagsterInstance, ProxyServerManager, Ask], tmp_path: Path
) -> None:
    instance, code, ask = served
    running, ticking = tmp_path / "running", tmp_path / "ticking"
    config = json.dumps({"ops": {"wait": {"config": {"begun": str(running)}}}})
    before = ask(SERVER)
    run_id = ask(LAUNCH, config=config)["launchRun"]["run"]["runId"]
    wait(running.exists, "the run")
    with ThreadPoolExecutor() as pool:
        tick = pool.submit(ask, TICK, cursor=str(ticking))
        wait(ticking.exists, "the tick")
        reload(code)
        wait(lambda: ask(SERVER) != before, "the page to know of the new server")
        result = tick.result()["sensorDryRun"]["evaluationResult"]
    assert result == {"skipReason": "It ended as it should.", "error": None}
    wait(lambda: instance.get_run_by_id(run_id).is_finished, "the end of the run")  # type: ignore[union-attr]
    assert instance.get_run_by_id(run_id).is_success  # type: ignore[union-attr]
    on_the_new = ask(TICK, cursor="")["sensorDryRun"]["evaluationResult"]
    assert on_the_new == {"skipReason": "There is nothing to wait for.", "error": None}


def test_a_backfill_is_not_disturbed() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert not backfills_go_on(instance)
        backfill = PartitionBackfill(
            backfill_id="one",
            status=BulkActionStatus.REQUESTED,
            from_failure=False,
            tags={},
            backfill_timestamp=time.time(),
        )
        instance.add_backfill(backfill)
        assert backfills_go_on(instance)
        instance.update_backfill(backfill.with_status(BulkActionStatus.COMPLETED_SUCCESS))
        assert not backfills_go_on(instance)


@pytest.mark.slow
def test_partitions_follow_what_lands_twice(tmp_path: Path) -> None:
    """`test_ui_live.py` holds that they follow once."""
    with UserInterface(tmp_path / "home", free_port()) as ui:
        ui.wait_until_it_answers()
        for back in (20, 400):
            partitions_follow(ui, back)


def partitions_follow(ui: UserInterface, days_back: int) -> date:
    """A file of some days ago lands, and is told by the UI as the first day, which is returned."""
    lake = Lakehouse.open(load_settings(home=ui.home))
    first = lake.settings.today() - timedelta(days_back)
    lake.landing_objects.put(f"landing/me/{first}.csv", trends({first: 70}))
    arrivals.scan(lake)
    wait(lambda: first_partition(ui) == str(first), f"{first}")
    return first


def first_partition(ui: UserInterface) -> str:
    request = urllib.request.Request(
        f"{ui.url}/graphql",
        json.dumps({"query": FIRST}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        (node,) = json.load(answer)["data"]["assetNodes"]
    return str(node["partitionKeys"][0])
