"""What Dagster takes of five years that are launched from the UI as one run: processor seconds,
events and bytes, with our event log and with Dagster's own.

Run it with `python -m bio_lakehouse_tests.benchmarks.dagster_part [--days 1826] [--own-days 30]`.
It makes a demo person, begins the record of runs anew, starts `bio-lakehouse ui`, and launches
bronze, silver and gold of all days by GraphQL, as the page does. The same days are then built by
the plain functions. It prints figures and fails on none. Dagster's own log is tried over fewer
days, and its figures are multiplied. A folder that `--home` names is kept, and used again.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bio_lakehouse.backends import open_sql
from bio_lakehouse.build.recompute import Recompute
from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.automation.dagster_dev import BACKFILL
from bio_lakehouse_tests.automation.ui_process import UI, UserInterface, members
from bio_lakehouse_tests.benchmarks.click_to_done import Clicks
from bio_lakehouse_tests.conftest import free_port

NODES = "{ assetNodes { groupName assetKey { path } } }"
RUNS = "{ runsOrError(limit: 1) { ... on Runs { results { status tags { key value } } } } }"
LAYERS = {"bronze", "silver", "gold"}
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
MOST_SECONDS = 3600
SETTLE_SECONDS, IDLE_SECONDS = 45, 30
ROLES = {"daemon": "daemon", "web_page": "web page", "webserver": "web page"}
BATCH_SIZE = "BIO_EVENT_BATCH_SIZE"


@dataclass(frozen=True)
class Measured:
    """A run over some days: processor seconds by process, events by kind, and bytes by file."""

    days: int
    assets: int
    seconds: Mapping[str, float]
    events: Mapping[str, int]
    files: Mapping[str, int]

    def megabytes(self) -> float:
        return sum(self.files.values()) / 1e6


class Processes:
    """Processor seconds of each process that a UI started, as they were when it was last seen."""

    def __init__(self, ui: UserInterface) -> None:
        self.ui = ui
        self.seen: dict[tuple[int, str], float] = {}

    def look(self) -> None:
        group = self.ui.page()
        for number in members(group) if group else []:
            folder = Path("/proc", str(number))
            try:
                words = folder.joinpath("cmdline").read_text().replace("\0", " ")
                fields = folder.joinpath("stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks = int(fields[11]) + int(fields[12])
            self.seen[number, words] = ticks / os.sysconf("SC_CLK_TCK")

    def idle_rates(self) -> dict[str, float]:
        """Processor seconds a second while nothing is asked, which are no part of a run; first
        what happens once after a start is waited for."""
        time.sleep(SETTLE_SECONDS)
        self.look()
        before = dict(self.seen)
        time.sleep(IDLE_SECONDS)
        self.look()
        found = self.by_role(before)
        return {role: seconds / IDLE_SECONDS for role, seconds in found.items()}

    def by_role(self, before: Mapping[tuple[int, str], float]) -> dict[str, float]:
        """Seconds since `before`; a process that was not there then is the run's."""
        found: Counter[str] = Counter()
        for process, seconds in self.seen.items():
            found[role_of(process[1]) if process in before else "run"] += seconds
            found[role_of(process[1])] -= before.get(process, 0.0)
        return {role: seconds for role, seconds in found.items() if seconds > 0}


def role_of(words: str) -> str:
    return next((role for word, role in ROLES.items() if word in words), "code and others")


def launched(home: Path, days: int, batch_size: int) -> Measured:
    """One run of the layers over the newest days, from the page of a UI."""
    shutil.rmtree(home / "dagster", ignore_errors=True)
    os.environ[BATCH_SIZE] = str(batch_size)
    last = load_settings(home=home).today()
    wanted = [str(last - timedelta(back)) for back in range(days)]
    with UserInterface(home, free_port()) as ui:
        ui.wait_until_it_answers()
        page, processes = Clicks(ui.url), Processes(ui)
        nodes = page.ask(NODES)["assetNodes"]
        assets = [node["assetKey"] for node in nodes if node["groupName"] in LAYERS]
        idle = processes.idle_rates()
        before, started = dict(processes.seen), time.monotonic()
        answer = page.ask(BACKFILL, assets=assets, days=wanted)["launchPartitionBackfill"]
        wait_for(page, answer["backfillId"], processes)
        waited = time.monotonic() - started
        spent = processes.by_role(before)
        seconds = {role: spent[role] - idle.get(role, 0.0) * waited for role in spent}
    return Measured(days, len(assets), seconds, *record_in(home))


def wait_for(page: Clicks, backfill: str, processes: Processes) -> None:
    started, status = time.monotonic(), ""
    while status not in ENDED:
        time.sleep(1)
        processes.look()
        for run in page.ask(RUNS)["runsOrError"]["results"]:
            tags = {tag["key"]: tag["value"] for tag in run["tags"]}
            status = run["status"] if tags.get("dagster/backfill") == backfill else ""
        if time.monotonic() - started > MOST_SECONDS:
            raise SystemExit("waited in vain for the run")
    if status != "SUCCESS":
        raise SystemExit(f"the run ended as {status}")


def record_in(home: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Events by kind, and bytes by file, of the record of runs."""
    folder = home / "dagster"
    with closing(sqlite3.connect(folder / "history" / "runs" / "index.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        counted = database.execute("SELECT dagster_event_type, count(*) FROM event_logs GROUP BY 1")
        events = dict(counted.fetchall())
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return events, {str(path.relative_to(folder)): path.stat().st_size for path in paths}


def plain_seconds(home: Path, days: int) -> float:
    """Processor seconds of the same days by the plain functions."""
    lake = Lakehouse.open(load_settings(home=home))
    last = lake.settings.today()
    before = processor_seconds()
    with spark_session(lake.settings) as spark:
        work = Recompute(lake, spark, open_sql(lake), last - timedelta(days - 1), last)
        for part in work.parts():
            part.build()
    return processor_seconds() - before


def processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


COLUMNS = (
    "event log",
    "days",
    "assets",
    "the run, s",
    "other processes, s",
    "plain functions, s",
    "Dagster's part, s",
    "events",
    "record, MB",
)
HEADER = f"| {' | '.join(COLUMNS)} |\n|---|{'---:|' * (len(COLUMNS) - 1)}"


def say(title: str, run: Measured, plain: float, times: float = 1.0) -> None:
    """A line of the table; `times` multiplies all that grows with days."""
    others = sum(run.seconds.values()) - run.seconds.get("run", 0.0)
    dagster = (sum(run.seconds.values()) - plain) * times
    print(
        f"| {title} | {run.days * times:,.0f} | {run.assets} "
        f"| {run.seconds.get('run', 0.0) * times:,.1f} | {others * times:,.1f} "
        f"| {plain * times:,.1f} | {dagster:,.1f} "
        f"| {sum(run.events.values()) * times:,.0f} | {run.megabytes() * times:,.1f} |"
    )


def made_up_lake(home: Path, days: int) -> None:
    if not (home / "landing").exists():
        command = [sys.executable, "-c", UI, "demo", "--home", str(home), "--days", str(days)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(home: Path, days: int, own_days: int) -> None:
    made_up_lake(home, days)
    ours = launched(home, days, 1000)
    print(HEADER)
    say("Our event log", ours, plain_seconds(home, days))
    if own_days:
        own = launched(home, own_days, 1)
        say("Dagster's own", own, plain_seconds(home, own_days), days / own_days)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=1826)
    parser.add_argument("--own-days", type=int, default=30, help="0 leaves Dagster's own out")
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(chosen.home or Path(folder, "home"), chosen.days, chosen.own_days)


if __name__ == "__main__":
    main()
