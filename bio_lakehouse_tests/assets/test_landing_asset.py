"""The landing asset against the loopback Oura: what it lands, when it retries, and what
reconciliation finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.assets import landing as landing_asset
from bio_lakehouse.assets.landing import oura_api
from bio_lakehouse.assets.partitions import daily
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.marking import build_pending
from bio_lakehouse_tests.sources.oura_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    NEW_TOKEN_PATH,
    Fault,
    OuraServer,
    signed_in,
)
from bio_lakehouse_tests.whole_log import entries_of

TODAY = date(2025, 3, 20)
WEEK = DayRange(TODAY - timedelta(7), TODAY)
MONTH = DayRange(TODAY - timedelta(30), TODAY)


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 2, 1), date(2025, 3, 25), page_size=50) as running:
        yield running


@pytest.fixture
def lake(tmp_path: Path, server: OuraServer) -> Lakehouse:
    settings = Settings(
        home=tmp_path,
        timezone="Europe/Berlin",
        today_override=TODAY,
        oura_client_id=CLIENT_ID,
        oura_client_secret=CLIENT_SECRET,
        oura_api_url=server.url,
        oura_token_urls=(server.url + NEW_TOKEN_PATH,),
    )
    return Lakehouse.open(settings)


def materialise(lake: Lakehouse, days: DayRange) -> dg.ExecuteInProcessResult:
    asset = oura_api.map_asset_specs(
        lambda spec: spec.replace_attributes(partitions_def=daily(lake.settings))
    )
    with dg.instance_for_test() as instance:
        return dg.materialize(
            [asset],
            instance=instance,
            resources={"lake": lake},
            tags=range_tags(days),
            raise_on_error=False,
        )


def failure(result: dg.ExecuteInProcessResult) -> str:
    return str(result.failure_data_for_node("landing__oura_api").error.message)


def check(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (evaluation,) = result.get_asset_check_evaluations()
    return evaluation


def test_a_range_is_one_run_whose_answers_land_and_are_taken(
    lake: Lakehouse, server: OuraServer
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    result = materialise(lake, WEEK)
    assert result.success
    assert {event.partition for event in result.get_asset_materialization_events()} == {
        str(d) for d in WEEK.days
    }
    build_pending(lake)
    assert {key.day for key in lake.bronze.keys("oura/sleep", WEEK.first, WEEK.last)} == set(
        WEEK.days
    )


def test_without_a_sign_in_it_fails_once_and_says_what_to_do(
    lake: Lakehouse, server: OuraServer
) -> None:
    result = materialise(lake, WEEK)
    assert not result.success
    assert "Nobody has signed in to Oura. Run `bio-lakehouse oura login`" in failure(result)
    assert server.asked == []


def test_a_lapsed_membership_fails_with_its_reason(lake: Lakehouse, server: OuraServer) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    server.membership = False
    result = materialise(lake, DayRange(TODAY, TODAY))
    assert not result.success
    assert "me: 6 of 6 windows did not arrive from Oura" in failure(result)
    assert {entry.status for entry in entries_of(lake.log)} == {"fetch_failed"}


def test_after_the_last_retry_the_reason_is_still_there(
    lake: Lakehouse, server: OuraServer, quick: None
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    server.faults["daily_spo2"].extend([Fault(400, {"detail": "Not now."})] * 4)
    result = materialise(lake, DayRange(TODAY, TODAY))
    assert len(server.requests_for("daily_spo2")) == 4
    assert "me: 1 of 1 windows did not arrive from Oura" in failure(result)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = dg.RetryPolicy(max_retries=3, delay=0.01)
    monkeypatch.setattr(oura_api.op, "_retry_policy", policy)


def test_a_retry_asks_only_for_what_did_not_arrive(
    lake: Lakehouse, server: OuraServer, quick: None
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    server.faults["daily_spo2"].append(Fault(400, {"detail": "Not now."}))
    result = materialise(lake, DayRange(TODAY, TODAY))
    assert result.success
    assert len(server.requests_for("daily_spo2")) == 2
    assert len(server.requests_for("daily_sleep")) == 1


def test_reconciliation_agrees_when_nothing_has_changed(
    lake: Lakehouse, server: OuraServer
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    first = check(materialise(lake, MONTH))
    assert (first.passed, first.metadata["records compared"].value) == (True, 0)
    build_pending(lake)
    second = check(materialise(lake, MONTH))
    assert second.passed
    assert second.metadata["records compared"].value >= 23 * 6


def test_reconciliation_finds_what_changed_came_and_went(
    lake: Lakehouse, server: OuraServer
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    materialise(lake, MONTH)
    build_pending(lake)
    restated, lost, recent = (TODAY - timedelta(back) for back in (20, 15, 2))
    for record in server.records["daily_readiness"]:
        if record["day"] in (str(restated), str(recent)):
            record["score"] = 1
    server.records["daily_sleep"] = [
        r for r in server.records["daily_sleep"] if r["day"] != str(lost)
    ]
    added = dict(server.records["daily_spo2"][0], id="late", day=str(restated))
    server.records["daily_spo2"].append(added)
    found = check(materialise(lake, MONTH))
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.WARN
    assert str(found.description).split("; ") == [
        "me: oura/daily_spo2: 1 missing in bronze",
        "oura/daily_readiness: 1 different",
        "oura/daily_sleep: 1 no longer sent",
    ]
    assert found.metadata["days"].value == f"{restated}, {lost}"
    build_pending(lake)
    assert check(materialise(lake, MONTH)).description == "me: oura/daily_sleep: 1 no longer sent"


def test_only_the_asset_calls_oura() -> None:
    package = Path(landing_asset.__file__).parents[1]
    callers = {
        p.relative_to(package).as_posix()
        for p in package.rglob("*.py")
        if "fetch_oura(" in p.read_text()
    }
    assert callers == {"assets/landing.py", "lake/fetching.py", "workflows.py"}
