"""Notices about runs, as a receiver gets them: which run failed, why and what to do; which reports
are ready."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from pydantic import SecretStr

from bio_lakehouse.assets.keys import WEEKLY_REPORT
from bio_lakehouse.assets.landing import oura_api
from bio_lakehouse.assets.partitions import SINGLE_RUN, daily
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reporting import Materialized
from bio_lakehouse.automation import notices
from bio_lakehouse.automation.arrived_files import FILES_TAG, files_tag, names_of
from bio_lakehouse.automation.run_ranges import ARRIVAL_TAG, ONE_PARTITION, range_tags
from bio_lakehouse.automation.sensors import failure_sensor, report_sensor
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources.oura.source import LOGINS
from bio_lakehouse_tests.automation.watched import TODAY
from bio_lakehouse_tests.receiver import Receiver

DAY = DayRange(TODAY, TODAY)
WEEK = DayRange(TODAY.replace(day=14), TODAY)


@pytest.fixture
def lake(tmp_path: Path, receiver: Receiver) -> Lakehouse:
    settings = load_settings(
        home=tmp_path / "home",
        today_override=TODAY,
        oura_client_id="id",
        oura_client_secret="secret",
        notify_urls=(SecretStr(receiver.url),),
    )
    return Lakehouse.open(settings)


@pytest.fixture
def damaged_login(lake: Lakehouse) -> None:
    kept = lake.settings.home / LOGINS / "oura-me.json"
    kept.parent.mkdir()
    kept.write_text("nothing")


def failed_fetch(lake: Lakehouse, job: str, tags: dict[str, str]) -> None:
    """A run of the landing asset with a login that holds nothing, and the sensor that hears of
    it."""
    asset = oura_api.map_asset_specs(
        lambda spec: spec.replace_attributes(partitions_def=daily(lake.settings))
    ).with_attributes(backfill_policy=SINGLE_RUN)
    jobs = [dg.define_asset_job("fetch_oura", [asset])]
    definitions = dg.Definitions([asset], jobs=jobs, resources={"lake": lake})
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def(job).execute_in_process(
            instance=instance,
            tags=tags,
            asset_selection=[asset.key] if job == "__ASSET_JOB" else None,
            raise_on_error=False,
        )
        context = dg.build_run_status_sensor_context(
            "failed_runs",
            result.get_run_failure_event(),
            instance,
            result.dagster_run,
            resources={"lake": lake},
        ).for_run_failure()
        failure_sensor(context)


@pytest.mark.parametrize(
    ("job", "tags", "title"),
    [
        ("fetch_oura", {ONE_PARTITION: "2025-03-20"}, "fetch_oura for 2025-03-20 failed"),
        ("fetch_oura", range_tags(WEEK), "fetch_oura for 2025-03-14 to 2025-03-20 failed"),
        ("fetch_oura", range_tags(DAY), "fetch_oura for 2025-03-20 failed"),
        ("__ASSET_JOB", range_tags(DAY), "landing/oura_api for 2025-03-20 failed"),
    ],
    ids=["a day", "a range", "a range of a day", "an asset by hand"],
)
def test_a_failed_run_is_told_with_its_days_cause_and_next_step(
    lake: Lakehouse,
    receiver: Receiver,
    damaged_login: None,
    job: str,
    tags: dict[str, str],
    title: str,
) -> None:
    failed_fetch(lake, job, tags)
    ((told, body),) = receiver.notices
    assert told == title
    assert body.startswith("landing/oura_api: me: ")
    assert "Sign in again with: bio-lakehouse oura login" in body
    assert body.endswith("re-execute it.")


def test_a_failed_run_for_files_names_them_and_that_it_is_tried_again(
    lake: Lakehouse, receiver: Receiver, damaged_login: None
) -> None:
    paths = ["landing/me/workouts.csv", "landing/me/oura.zip!/a.csv", "landing/me/oura.zip!/b.csv"]
    named = files_tag(names_of(paths))
    failed_fetch(lake, "fetch_oura", range_tags(DAY) | named | {ARRIVAL_TAG: "x"})
    ((_, body),) = receiver.notices
    paragraphs = body.split("\n\n")
    assert paragraphs[1] == "Files: workouts.csv, oura.zip"
    assert paragraphs[2].startswith("The arrival sensor tries it up to three times by itself.")


def test_a_failed_run_of_a_backfill_names_it(
    lake: Lakehouse, receiver: Receiver, damaged_login: None
) -> None:
    failed_fetch(lake, "fetch_oura", range_tags(WEEK) | {"dagster/backfill": "abcdefgh"})
    ((_, body),) = receiver.notices
    assert "It is a part of backfill abcdefgh." in body


def test_a_tag_names_few_files_and_is_short() -> None:
    text = files_tag(f"{number}{'x' * 190}.csv" for number in range(2000))[FILES_TAG]
    assert text.endswith(" and 1997 more")
    assert len(text) < 250
    assert files_tag([]) == {}


@dg.asset(key=WEEKLY_REPORT, partitions_def=dg.DailyPartitionsDefinition("2025-03-01"))
def written() -> Materialized:
    return dg.MaterializeResult()


@dg.job(name="without_days")
def without_days() -> None:
    pass


PAGES = ("2025-03-15", "2025-03-16")


@pytest.mark.parametrize(
    ("tags", "title", "pages"),
    [
        ({ONE_PARTITION: "2025-03-16"}, "Your week up to 2025-03-16 is ready", PAGES[1:]),
        (
            range_tags(DayRange(WEEK.first.replace(day=15), WEEK.first.replace(day=16))),
            "Your 2 weeks up to 2025-03-16 are ready",
            PAGES,
        ),
    ],
    ids=["a day", "a range"],
)
def test_reports_that_are_ready_are_told_with_their_pages(
    lake: Lakehouse,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    tags: dict[str, str],
    title: str,
    pages: tuple[str, ...],
) -> None:
    monkeypatch.setattr(notices, "reported_users", lambda lake, day: ["ann", "me"])
    for day in PAGES:
        lake.objects.put(f"reports/me/weekly-{day}.html", b"<html>")
    job = dg.Definitions([written.with_attributes(backfill_policy=SINGLE_RUN)])
    hear_of_reports(lake, job.resolve_implicit_global_asset_job_def(), tags)
    folder = lake.settings.home / "reports" / "me"
    uris = [(folder / f"weekly-{day}.html").as_uri() for day in pages]
    assert receiver.notices == [(title, "\n".join(uris))]


def hear_of_reports(lake: Lakehouse, job: dg.JobDefinition, tags: dict[str, str]) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, tags=tags)
        context: Any = dg.build_run_status_sensor_context(
            "report_is_ready",
            result.get_run_success_event(),
            instance,
            result.dagster_run,
            resources={"lake": lake},
        )
        report_sensor(context)


def test_a_run_that_wrote_no_report_is_not_told_of(lake: Lakehouse, receiver: Receiver) -> None:
    hear_of_reports(lake, without_days, {})
    assert receiver.notices == []
