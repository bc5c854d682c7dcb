"""Dagster's web page and daemon, started as `bio-lakehouse ui` starts them, asked for a range of days."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.automation.instance import environment
from bio_lakehouse.automation.partitions import range_tags
from bio_lakehouse.automation.ranges import DayRange
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo

PATIENCE_S = 180
READY = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
LAUNCH = """
mutation ($location: String!, $repository: String!, $assets: [AssetKeyInput!]!, $tags: [ExecutionTag!]) {
  launchRun(executionParams: {
    selector: {
      repositoryLocationName: $location, repositoryName: $repository, jobName: "__ASSET_JOB", assetSelection: $assets
    }
    executionMetadata: {tags: $tags}
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}"""
RUN = """
query ($id: ID!) { runOrError(runId: $id) { ... on Run { status stepStats { stepKey status } } } }"""


class WebPage:
    """A running `dagster dev`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]

    def wait_for(self, query: str, done: Any, **variables: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        answer: Any = None
        while time.monotonic() < deadline:
            try:
                answer = self.ask(query, **variables)
                if done(answer):
                    return answer
            except OSError as error:
                answer = error
            time.sleep(0.5)
        pytest.fail(f"waited {PATIENCE_S} s; last answer: {answer}")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    lake = Lakehouse.open(load_settings(home=tmp_path_factory.mktemp("home")))
    person = demo.simulate(21, 1, lake.settings.today(), timezone=lake.settings.timezone)
    for file in demo.write_files(person, tmp_path_factory.mktemp("files")):
        arrivals.ingest(lake, file, "me")
    return lake


@pytest.fixture(scope="module")
def page(lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebPage]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("log") / "dagster.log"
    workspace = Path(__file__).parents[2] / "workspace.yaml"
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment(lake.settings), stdout=output, stderr=output)
    try:
        yield WebPage(port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def test_a_range_launched_through_the_web_page_succeeds(lake: Lakehouse, page: WebPage) -> None:
    (repository,) = page.wait_for(READY, ready)["repositoriesOrError"]["nodes"]
    last = lake.settings.today()
    tags = range_tags(DayRange(last - timedelta(3), last))
    launched = page.ask(
        LAUNCH,
        location=repository["location"]["name"],
        repository=repository["name"],
        assets=[{"path": path} for path in (["bronze", "oura", "daily_sleep"], ["silver", "oura_daily_sleep"])],
        tags=[{"key": key, "value": value} for key, value in tags.items()],
    )["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run = page.wait_for(RUN, ended, id=launched["run"]["runId"])["runOrError"]
    assert run["status"] == "SUCCESS"
    assert {step["stepKey"]: step["status"] for step in run["stepStats"]} == {
        "bronze__oura__daily_sleep": "SUCCESS",
        "silver__oura_daily_sleep": "SUCCESS",
    }
    assert lake.tables.scan("bio_silver.oura_daily_sleep").num_rows > 0


def ready(answer: Any) -> bool:
    return bool(answer["repositoriesOrError"].get("nodes"))


def ended(answer: Any) -> bool:
    return answer["runOrError"]["status"] in {"SUCCESS", "FAILURE", "CANCELED"}
