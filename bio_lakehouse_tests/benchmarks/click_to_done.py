"""How long a person waits in the UI: for one asset and one day from click to done, and for a
dropped file to be in gold.

`python -m bio_lakehouse_tests.benchmarks.click_to_done [--clicks 5] [--home FOLDER]` makes a demo
person, starts `bio-lakehouse ui` over them and prints figures; it fails on none. A folder that is
named is kept, and used again. Processor seconds are those of all that the UI started.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.automation.ui_process import UI, UserInterface, members
from bio_lakehouse_tests.conftest import free_port

LAUNCH = """
mutation ($path: [String!]!, $day: String!) {
  launchPipelineExecution(executionParams: {
    selector: {
      repositoryLocationName: "bio_lakehouse.definitions", repositoryName: "__repository__",
      pipelineName: "__ASSET_JOB", assetSelection: [{path: $path}]
    }
    runConfigData: "{}", mode: "default",
    executionMetadata: {tags: [{key: "dagster/partition", value: $day}]}
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}"""
RUN = """
query ($id: ID!) { runOrError(runId: $id) { ... on Run {
  status stats { ... on RunStatsSnapshot { enqueuedTime launchTime startTime endTime } }
} } }"""
STORED = """
query ($path: [String!]!, $day: String!) { assetNodeOrError(assetKey: {path: $path}) {
  ... on AssetNode { assetMaterializations(partitions: [$day], limit: 1) { timestamp runId } }
} }"""
CLICKED = (
    ("bronze", "oura", "daily_readiness"),
    ("silver", "oura_daily_readiness"),
    ("gold", "daily_readiness_performance"),
    ("gold", "energy_state"),
    ("insights", "readiness_trend"),
)
DAILY, INSIGHT = CLICKED[2], CLICKED[4]
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
MOST_SECONDS = 300
LANDS_AT = (0.0, 2.0, 4.0)
"""Seconds that a drop waits after the one before was built: ticks come at any time."""


@dataclass
class Clicks:
    """The web page of a UI, as its own buttons ask it."""

    url: str

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["data"]

    def launch(self, asset: tuple[str, ...], day: date) -> str:
        """The id of the run of one asset and one day."""
        launched = self.ask(LAUNCH, path=list(asset), day=day.isoformat())
        answer = launched["launchPipelineExecution"]
        if "run" not in answer:
            raise SystemExit(f"{asset} was not launched: {answer}")
        return str(answer["run"]["runId"])

    def run(self, run_id: str) -> Any:
        return self.ask(RUN, id=run_id)["runOrError"]

    def built_since(self, asset: tuple[str, ...], day: date, moment: float) -> bool:
        node = self.ask(STORED, path=list(asset), day=day.isoformat())["assetNodeOrError"]
        stored = node["assetMaterializations"]
        return bool(stored) and int(stored[0]["timestamp"]) / 1000 > moment


def processor_seconds(ui: UserInterface) -> float:
    """Of the UI's processes and those of them that have ended; 0 where the system does not tell."""
    group = ui.page()
    if group is None or not Path("/proc/self/stat").exists():
        return 0.0
    stats = [Path(f"/proc/{number}/stat").read_text() for number in members(group)]
    fields = [stat.rpartition(")")[2].split() for stat in stats]
    ticks = sum(int(value) for words in fields for value in words[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def waited(until: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    started = time.monotonic()
    while not until():
        if time.monotonic() - started > MOST_SECONDS:
            raise SystemExit(f"waited {MOST_SECONDS} s in vain")
        time.sleep(0.25)
    return time.monotonic() - started


def click(page: Clicks, ui: UserInterface, asset: tuple[str, ...], day: date) -> str:
    """A line about one click: how long each part took, and the processor's work."""
    before, clicked = processor_seconds(ui), time.time()
    run_id = page.launch(asset, day)
    took = waited(lambda: page.run(run_id)["status"] in ENDED)
    run = page.run(run_id)
    moments = [run["stats"][name] for name in ("launchTime", "startTime", "endTime")]
    parts = [later - sooner for sooner, later in zip([clicked, *moments], moments, strict=False)]
    worked = processor_seconds(ui) - before
    figures = " | ".join(f"{seconds:.1f} s" for seconds in (took, *parts, worked))
    return f"| {'/'.join(asset)} | {run['status']} | {figures} |"


def drop(page: Clicks, home: Path, day: date, score: int) -> str:
    """A line about one file: until gold has its day, and until the newest insights are made."""
    rows = ["date,Sleep Score,Readiness Score", f"{day},{score},{score + 5}", ""]
    dropped = time.time()
    Path(home, "landing", "me", f"dropped-{score}-{dropped:.0f}.csv").write_text("\n".join(rows))
    gold = waited(lambda: page.built_since(DAILY, day, dropped))
    newest = load_settings(home=home).today()
    insights = gold + waited(lambda: page.built_since(INSIGHT, newest, dropped))
    return f"| a file of one day | {gold:.1f} s | {insights:.1f} s |"


def score_unlike_others() -> int:
    """A score of this moment, as one that was said before changes nothing."""
    return 40 + int(time.time() / 7) % 55


def made_up_lake(home: Path) -> None:
    if not (home / "landing").exists():
        command = [sys.executable, "-c", UI, "demo", "--home", str(home)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(home: Path, clicks: int) -> None:
    made_up_lake(home)
    day = load_settings(home=home).today() - timedelta(2)
    with UserInterface(home, free_port()) as ui:
        started = time.monotonic()
        ui.wait_until_it_answers()
        page = Clicks(ui.url)
        print(f"The page answers after {time.monotonic() - started:.1f} s\n")
        print("| click | ends as | from click to done | queued | starts | works | processor |")
        print("|---|---|---|---|---|---|---|")
        for asset in CLICKED[:clicks]:
            print(click(page, ui, asset, day), flush=True)
        print("\n| dropped | in gold | newest insights |\n|---|---|---|")
        for number, pause in enumerate(LANDS_AT):
            time.sleep(pause)
            print(drop(page, home, day - timedelta(number), score_unlike_others()), flush=True)
        before = processor_seconds(ui)
        time.sleep(30)
        print(f"\nIdle: {(processor_seconds(ui) - before) / 30:.2f} processor seconds a second")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clicks", type=int, default=len(CLICKED))
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments.home or Path(folder, "home"), arguments.clicks)


if __name__ == "__main__":
    main()
