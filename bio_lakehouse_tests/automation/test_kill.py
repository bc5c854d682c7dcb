"""Kill -9 in the middle of an ingest, a fetch, an arrival's run and a backfill: run again, the
tables are the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.lake import arrivals, fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.dagster_dev import BACKFILL, DagsterDev, dagster_dev
from bio_lakehouse_tests.sources.oura_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    NEW_TOKEN_PATH,
    Fault,
    OuraServer,
    signed_in,
)

pytestmark = pytest.mark.slow

DAYS = 90
FETCHED = DayRange(date(2025, 2, 20), date(2025, 3, 20))
OF_THE_ARRIVAL = {"ingested_at", "source_file"}
COMMAND = str(Path(sys.executable).with_name("bio-lakehouse"))


def contents(lake: Lakehouse) -> dict[str, list[str]]:
    """All rows of all tables, without which file brought them and when.

    Coverage has a row a file, and a fetch that is run again lands the same days once more: those
    count once.
    """
    found = {}
    for name in lake.tables.names():
        rows = lake.tables.scan(name).to_pylist()
        texts = [repr({k: v for k, v in row.items() if k not in OF_THE_ARRIVAL}) for row in rows]
        found[name] = sorted(set(texts) if name == "bio_silver.coverage" else texts)
    return found


def open_lake(home: Path, **values: Any) -> Lakehouse:
    return Lakehouse.open(load_settings(home=home, timezone="Europe/Berlin", **values))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    today = load_settings(timezone="Europe/Berlin").today()
    return demo.write_files(
        demo.simulate(DAYS, 5, today, timezone="Europe/Berlin"), tmp_path_factory.mktemp("files")
    )


@pytest.fixture(scope="module")
def uninterrupted(
    files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    lake = open_lake(tmp_path_factory.mktemp("uninterrupted"))
    run_ingest(lake, files, "me")
    return contents(lake)


def kill_when(reached: Callable[[], bool], command: list[str], environment: dict[str, str]) -> None:
    """Start a command, and end it with SIGKILL as soon as something is so."""
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    while not reached():
        assert process.poll() is None, "the command ended before it could be killed"
        time.sleep(0.05)
    process.kill()
    assert process.wait() == -9


MOMENTS = {
    "landed": "landing/me/*",
    "bronze": "bronze/*/*/*",
    "silver": "warehouse/bio_silver/*/data",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_ingest(
    moment: str, files: list[Path], uninterrupted: dict[str, list[str]], tmp_path: Path
) -> None:
    command = [COMMAND, "ingest", "--home", str(tmp_path), *map(str, files)]
    environment = {"BIO_TIMEZONE": "Europe/Berlin"}
    kill_when(lambda: any(tmp_path.glob(MOMENTS[moment])), command, environment)
    assert contents(open_lake(tmp_path)) != uninterrupted
    subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)
    lake = open_lake(tmp_path)
    assert contents(lake) == uninterrupted
    assert arrivals.pending(lake) == {}


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 2, 1), date(2025, 3, 25), page_size=50) as running:
        yield running


def test_a_fetch(server: OuraServer, tmp_path: Path) -> None:
    environment = {
        "BIO_TIMEZONE": "Europe/Berlin",
        "BIO_TODAY_OVERRIDE": str(FETCHED.last),
        "BIO_OURA_CLIENT_ID": CLIENT_ID,
        "BIO_OURA_CLIENT_SECRET": CLIENT_SECRET,
        "BIO_OURA_API_URL": server.url,
        "BIO_OURA_TOKEN_URLS": server.url + NEW_TOKEN_PATH,
    }
    made = []
    for name in ("whole", "killed"):
        lake = open_lake(tmp_path / name, today_override=FETCHED.last)
        signed_in(server, fetching.oura_tokens(lake.settings, "me"))
        command = [
            COMMAND,
            "oura",
            "sync",
            "--home",
            str(lake.settings.home),
            "--from",
            str(FETCHED.first),
        ]
        if name == "killed":
            server.faults["heartrate"].extend([Fault(delay_seconds=2)] * 3)
            landed = lake.settings.home / "landing" / "me"
            kill_when(
                lambda folder=landed: len(list(folder.glob("*heartrate*.json"))) > 1,
                command,
                environment,
            )
            server.faults.clear()
        subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)
        made.append(contents(lake))
    assert len(made[0]["bio_silver.oura_daily_sleep"]) == len(list(FETCHED.days))
    assert made[1] == made[0]


def in_a_run(dev: DagsterDev, folder: str) -> bool:
    started = any(run.status == dg.DagsterRunStatus.STARTED for run in dev.runs())
    return started and any(dev.lake.settings.home.glob(folder))


def is_built(dev: DagsterDev) -> bool:
    done = not arrivals.pending(dev.lake) and dev.is_idle()
    return done and any(run.job_name == "insights_history" and run.is_success for run in dev.runs())


def test_an_arrivals_run_and_a_backfill(
    files: list[Path],
    uninterrupted: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIO_TIMEZONE", "Europe/Berlin")
    lake, log = open_lake(tmp_path / "home"), tmp_path / "dagster.log"
    for file in files:
        lake.landing_objects.put(f"landing/me/{file.name}", file.read_bytes())
    with dagster_dev(lake, log) as dev:
        dev.wait(lambda: in_a_run(dev, MOMENTS["silver"]), "an arrival's run in silver")
        dev.kill()
    with dagster_dev(lake, log) as dev:
        dev.wait(lambda: is_built(dev), "the second attempt")
        assert (
            sorted(run.status.value for run in dev.runs() if run.job_name == "refresh_lake").count(
                "FAILURE"
            )
            == 1
        )
        assert contents(lake) == uninterrupted
        launch_backfill(dev)
        dev.wait(lambda: in_a_run(dev, MOMENTS["silver"]), "the backfill's run")
        dev.kill()
    with dagster_dev(lake, log) as dev:
        before = len(dev.runs())
        launch_backfill(dev)
        dev.wait(lambda: len(dev.runs()) > before and dev.is_idle(), "the backfill again")
        assert dev.runs()[0].is_success
    assert contents(lake) == uninterrupted


def launch_backfill(dev: DagsterDev) -> None:
    last = dev.lake.settings.today()
    days = [str(last - timedelta(back)) for back in range(DAYS)]
    answer = dev.ask(BACKFILL, assets=dev.layers(), days=days)["launchPartitionBackfill"]
    assert answer["__typename"] == "LaunchBackfillSuccess", answer
