"""A running `dagster dev`: what is dropped into landing becomes materialised days without a
hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import boto3
import dagster as dg
import pytest
from moto.server import ThreadedMotoServer

from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.automation.dagster_dev import DagsterDev, dagster_dev

pytestmark = pytest.mark.slow

AWS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
DAYS = 60


@pytest.fixture(scope="module", params=["folder", "s3"])
def dev(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DagsterDev]:
    home, log = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("log") / "dagster.log"
    if request.param == "folder":
        with dagster_dev(Lakehouse.open(load_settings(home=home)), log) as running:
            yield running
        return
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    extra = AWS | {"BIO_LANDING_URL": "s3://body/mine", "BIO_S3_ENDPOINT_URL": url}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in extra.items():
            patch.setenv(name, value)
        boto3.client("s3", endpoint_url=url).create_bucket(Bucket="body")
        with dagster_dev(Lakehouse.open(load_settings(home=home)), log, extra) as running:
            yield running
    server.stop()


def drop(lake: Lakehouse, name: str, scores: dict[date, int]) -> None:
    rows = [f"{day},{score},{score + 3}" for day, score in scores.items()]
    lake.landing_objects.put(
        f"landing/me/{name}", "\n".join(["date,Sleep Score,Readiness Score", *rows, ""]).encode()
    )


def materialised(dev: DagsterDev, since: float = 0.0) -> dict[str, set[str]]:
    """Days by asset, of what was materialised after a moment."""
    names = ("bronze/oura/trends", "silver/oura_daily_sleep", "gold/daily_readiness_performance")
    return {name: dev.materialised(dg.AssetKey(name.split("/")), since) for name in names}


def is_built(dev: DagsterDev, key: str, runs_before: int) -> bool:
    entry = dev.lake.log.entry(key)
    done = entry is not None and entry.status == "ingested" and not arrivals.pending(dev.lake)
    return done and len(dev.runs()) >= runs_before + 2 and dev.is_idle()


def test_files_become_days_and_only_changed_ones_do(dev: DagsterDev, record_property: Any) -> None:
    lake, today = dev.lake, dev.lake.settings.today()
    scores = {today - timedelta(back): 60 + back % 30 for back in range(DAYS, 0, -1)}
    older = {today - timedelta(back): 70 for back in range(DAYS + 10, DAYS, -1)}
    drop(lake, "first.csv", scores)
    drop(lake, "second.csv", older)
    took = dev.wait(lambda: is_built(dev, "landing/me/second.csv", 0), "the first arrival")
    record_property("seconds from drop to built", took)
    assert lake.log.entry("landing/me/first.csv").status == "ingested"
    every_day = {str(today - timedelta(back)) for back in range(1, DAYS + 11)}
    assert all(days == every_day for days in materialised(dev).values())
    assert {run.status for run in dev.runs()} == {dg.DagsterRunStatus.SUCCESS}
    insights = [run for run in dev.runs() if run.job_name == "insights_history"]
    assert len(insights) == 1
    assert lake.tables.scan("bio_gold.insights").num_rows > 0

    runs = len(dev.runs())
    drop(lake, "again.csv", scores)
    dev.wait(lambda: lake.log.entry("landing/me/again.csv") is not None, "the same file again")
    time.sleep(20)
    assert lake.log.entry("landing/me/again.csv").status == "duplicate"
    assert len(dev.runs()) == runs

    changed = {today - timedelta(back): 95 for back in (50, 20, 2)}
    moment = time.time()
    drop(lake, "newest.csv", scores | changed)
    dev.wait(lambda: is_built(dev, "landing/me/newest.csv", runs), "the newer export")
    assert all(days == {str(day) for day in changed} for days in materialised(dev, moment).values())
    rows = lake.tables.scan("bio_silver.oura_daily_sleep", columns=["day", "score"]).to_pylist()
    assert {row["day"] for row in rows if row["score"] == 95} == set(changed)
