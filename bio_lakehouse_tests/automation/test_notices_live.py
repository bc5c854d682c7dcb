"""A running `dagster dev` tells a receiver of a bad file, a failed run and a finished report;
schedules turn on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.jobs import THEN_TAG
from bio_lakehouse.automation.run_ranges import ONE_PARTITION, range_tags
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse.sources.oura.source import LOGINS as OURA_LOGINS
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.dagster_dev import DagsterDev, dagster_dev
from bio_lakehouse_tests.receiver import Receiver

pytestmark = pytest.mark.slow

LAUNCH = """
mutation ($job: String!, $tags: [ExecutionTag!]) {
  launchRun(executionParams: {
    selector: {repositoryLocationName: "bio_lakehouse.definitions", repositoryName: "__repository__", jobName: $job}
    executionMetadata: {tags: $tags}
  }) { __typename ... on PythonError { message } ... on InvalidSubsetError { message } }
}"""
SCHEDULES = """
{ repositoriesOrError { ... on RepositoryConnection { nodes { schedules { name scheduleState { status } } } } } }"""
CREDENTIALS = {
    "BIO_OURA_CLIENT_ID": "id",
    "BIO_OURA_CLIENT_SECRET": "secret",
    "BIO_OURA_API_URL": "http://127.0.0.1:9",
}


FOR_MONDAY = {THEN_TAG: "monday_report"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    made = Lakehouse.open(load_settings(home=tmp_path_factory.mktemp("home")))
    person = demo.simulate(40, 4, made.settings.today(), timezone=made.settings.timezone)
    run_ingest(made, demo.write_files(person, tmp_path_factory.mktemp("files")), "me")
    return made


@pytest.fixture
def dev(lake: Lakehouse, receiver: Receiver, tmp_path: Path) -> Iterator[DagsterDev]:
    """With a login that cannot be read any more, and so is a failure that takes a person."""
    kept = lake.settings.home / OURA_LOGINS / "oura-me.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("nothing")
    told = CREDENTIALS | {"BIO_NOTIFY_URLS": receiver.url}
    with dagster_dev(lake, tmp_path / "dagster.log", told) as running:
        yield running


def launch(dev: DagsterDev, job: str, tags: dict[str, str]) -> None:
    asked = [{"key": key, "value": value} for key, value in tags.items()]
    launched: Any = dev.ask(LAUNCH, job=job, tags=asked)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched


def statuses(dev: DagsterDev) -> dict[str, str]:
    (repository,) = dev.ask(SCHEDULES)["repositoriesOrError"]["nodes"]
    return {
        schedule["name"]: schedule["scheduleState"]["status"]
        for schedule in repository["schedules"]
    }


def test_what_happens_is_told(dev: DagsterDev, receiver: Receiver) -> None:
    """The report is asked for as the schedule does, by insights that are made for it."""
    today = dev.lake.settings.today()
    sunday = today - timedelta(today.weekday() + 1)
    dev.lake.landing_objects.put("landing/me/holiday.csv", b"beach,sun\n1,2\n")
    launch(dev, "fetch_oura", range_tags(DayRange(today, today)))
    launch(dev, "insights_history", range_tags(DayRange(sunday, sunday)) | FOR_MONDAY)
    dev.wait(lambda: len(receiver.notices) >= 3, "three notices")
    told = dict(receiver.notices)
    assert len(told) == len(receiver.notices) == 3
    assert told["A file was not taken"].startswith("landing/me/holiday.csv was refused: ")
    failed = told[f"fetch_oura for {today} failed"]
    assert failed.startswith("landing/oura_api: me: ")
    assert "Sign in again with: bio-lakehouse oura login" in failed
    pages = told[f"Your week up to {sunday} is ready"]
    assert pages.endswith(f"/reports/me/weekly-{sunday}.html")
    assert (
        Path(pages.removeprefix("file://")).read_text("utf-8").lower().startswith("<!doctype html>")
    )
    launch(dev, "monday_report", {ONE_PARTITION: str(sunday)})
    dev.wait(lambda: len(receiver.notices) >= 4, "the notice of a report that is made by hand")
    assert receiver.notices[-1] == (f"Your week up to {sunday} is ready", pages)


def test_signing_in_turns_the_schedules_on_at_the_next_start(
    lake: Lakehouse, tmp_path: Path
) -> None:
    with dagster_dev(lake, tmp_path / "before.log") as before:
        off = statuses(before)
    fetching.oura_tokens(lake.settings, "me").save(Tokens("access", "refresh"))
    with dagster_dev(lake, tmp_path / "after.log", CREDENTIALS) as after:
        on = statuses(after)
    oura = {"oura_daily_schedule", "oura_reconciliation_schedule"}
    assert {name for name in off if off[name] != on[name]} == oura
    assert {off[name] for name in oura} == {"STOPPED"}
    assert {name for name, status in on.items() if status == "STOPPED"} <= {
        "peloton_weekly_schedule"
    }
