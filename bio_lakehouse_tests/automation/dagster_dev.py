"""`dagster dev` over a lake: started and ended from Python, watched through its database, asked by
GraphQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from bio_lakehouse.automation.arriving import UNFINISHED
from bio_lakehouse.automation.instance import environment, open_instance
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.conftest import free_port

WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"
BACKFILL = """
mutation ($assets: [AssetKeyInput!]!, $days: [String!]!) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $days, title: "five years"}) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}"""


class DagsterDev:
    """A `dagster dev` that is running."""

    def __init__(
        self, lake: Lakehouse, process: subprocess.Popen[bytes], port: int, log: Path
    ) -> None:
        self.lake = lake
        self.process = process
        self.url = f"http://127.0.0.1:{port}/graphql"
        self.log = log

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["data"]

    def answers(self) -> bool:
        try:
            return bool(
                self.ask(
                    "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"
                )
            )
        except OSError:
            return False

    def runs(self) -> list[dg.DagsterRun]:
        with open_instance(self.lake.settings) as instance:
            return list(instance.get_runs())

    def materialised(self, asset: dg.AssetKey, since: float = 0.0) -> set[str]:
        """Days of an asset that were materialised after a moment."""
        wanted = dg.AssetRecordsFilter(asset_key=asset, after_timestamp=since)
        with open_instance(self.lake.settings) as instance:
            records = instance.fetch_materializations(wanted, limit=5000).records
        return {str(record.partition_key) for record in records}

    def layers(self) -> list[dict[str, list[str]]]:
        """The assets of bronze, silver and gold, as GraphQL takes them."""
        nodes = self.ask("{ assetNodes { groupName assetKey { path } } }")["assetNodes"]
        return [
            node["assetKey"] for node in nodes if node["groupName"] in {"bronze", "silver", "gold"}
        ]

    def is_idle(self) -> bool:
        """Whether runs were made, and all have ended."""
        statuses = {run.status for run in self.runs()}
        return bool(statuses) and not statuses & set(UNFINISHED)

    def wait(self, until: Callable[[], bool], what: str, seconds: float = 480) -> float:
        """Wait until it is so; how long that took, in seconds."""
        started = time.monotonic()
        while not until():
            if time.monotonic() - started > seconds or self.process.poll() is not None:
                raise AssertionError(
                    f"waited for {what}; the log ends with\n{self.log.read_text()[-4000:]}"
                )
            time.sleep(0.5)
        return time.monotonic() - started

    def kill(self) -> None:
        """End it and all that it started with SIGKILL."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def dagster_dev(
    lake: Lakehouse, log: Path, extra: dict[str, str] | None = None
) -> Iterator[DagsterDev]:
    """Start it in a process group of its own; it is ended with everything that it started."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(WORKSPACE),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=environment(lake.settings) | (extra or {}),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    dev = DagsterDev(lake, process, port, log)
    try:
        dev.wait(dev.answers, "the web page")
        yield dev
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                dev.kill()
