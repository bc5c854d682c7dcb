"""The landing asset against the loopback Oura: what it lands, when it retries, and what
reconciliation finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.assets import landing as landing_asset
from bio_lakehouse.assets.bronze import bronze_asset
from bio_lakehouse.assets.landing import ARRIVED, RECONCILIATION, oura_api
from bio_lakehouse.assets.partitions import daily
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.source import LOGINS as OURA_LOGINS
from bio_lakehouse.sources.oura.tokens import Tokens
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
SLEEP = bronze_asset("oura/sleep")
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


def materialise(
    lake: Lakehouse, days: DayRange, others: Sequence[dg.AssetsDefinition] = ()
) -> dg.ExecuteInProcessResult:
    """A run of the landing asset, and of `others` that are made of it."""
    assets = [
        asset.map_asset_specs(
            lambda spec: spec.replace_attributes(partitions_def=daily(lake.settings))
        )
        for asset in (oura_api, *others)
    ]
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            assets,
            instance=instance,
            resources={"lake": lake},
            tags=range_tags(days),
            raise_on_error=False,
        )


def failure(result: dg.ExecuteInProcessResult) -> str:
    return str(result.failure_data_for_node("landing__oura_api").error.message)


def check(
    result: dg.ExecuteInProcessResult, name: str = RECONCILIATION.name
) -> dg.AssetCheckEvaluation:
    return next(one for one in result.get_asset_check_evaluations() if one.check_name == name)


def said(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    """What the newest day of the landing asset says."""
    *_, newest = result.asset_materializations_for_node("landing__oura_api")
    return {name: value.value for name, value in newest.metadata.items()}


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


def test_without_a_sign_in_it_succeeds_and_says_what_to_do(
    lake: Lakehouse, server: OuraServer
) -> None:
    result = materialise(lake, WEEK, [SLEEP])
    assert result.success
    told = said(result)
    assert told["answers landed"] == 0
    assert str(told["why nothing was asked"]).startswith(
        "Nobody has signed in to Oura. Run `bio-lakehouse oura login`"
    )
    assert (check(result).passed, check(result, ARRIVED.name).passed) == (True, True)
    assert len(result.asset_materializations_for_node("bronze__oura__sleep")) == 8
    assert server.asked == []


def test_without_an_application_it_succeeds_and_names_the_settings(
    lake: Lakehouse, server: OuraServer
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    nameless = Lakehouse.open(lake.settings.model_copy(update={"oura_client_id": ""}))
    result = materialise(nameless, WEEK)
    assert result.success
    assert "BIO_OURA_CLIENT_ID" in str(said(result)["why nothing was asked"])
    assert server.asked == []


def test_a_login_that_holds_nothing_keeps_nobody_elses_days_from_landing(
    lake: Lakehouse, server: OuraServer
) -> None:
    """The person whose login is damaged comes first; in a run of more, what landed is built."""
    fetching.oura_tokens(lake.settings, "ada").save(Tokens("", ""))
    (lake.settings.home / OURA_LOGINS / "oura-ada.json").write_text("nothing")
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    alone = materialise(lake, DayRange(TODAY, TODAY))
    assert not alone.success
    assert "ada: " in failure(alone)
    assert "bio-lakehouse oura login --user ada" in failure(alone)
    build_pending(lake)
    assert {key.user_id for key in lake.bronze.keys("oura/sleep", TODAY, TODAY)} == {"me"}

    result = materialise(lake, DayRange(TODAY, TODAY), [SLEEP])
    assert result.success
    assert said(result)["answers landed"] == {"ada": 0, "me": 6}
    found = check(result, ARRIVED.name)
    assert (found.passed, found.blocking) == (False, False)
    assert str(found.description).startswith("ada: ")
    assert result.asset_materializations_for_node("bronze__oura__sleep")


def test_what_oura_keeps_from_a_person_is_logged_and_bronze_is_built_all_the_same(
    lake: Lakehouse, server: OuraServer
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    server.faults["daily_spo2"].append(Fault(403, {"detail": "Missing scope"}))
    result = materialise(lake, DayRange(TODAY, TODAY), [SLEEP])
    assert result.success
    assert said(result)["answers landed"] == {"me": 5}
    assert "1 of 6 windows did not arrive" in str(check(result, ARRIVED.name).description)
    assert [e.data_type for e in entries_of(lake.log) if e.status == "fetch_failed"] == [
        "oura/daily_spo2"
    ]
    assert result.asset_materializations_for_node("bronze__oura__sleep")


def test_with_more_in_the_run_it_is_retried_before_the_rest_is_built(
    lake: Lakehouse, server: OuraServer, quick: None
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    server.faults["daily_spo2"].extend([Fault(400, {"detail": "Not now."})] * 4)
    result = materialise(lake, DayRange(TODAY, TODAY), [SLEEP])
    assert result.success
    assert len(server.requests_for("daily_spo2")) == 4
    assert not check(result, ARRIVED.name).passed


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


PACKAGE = Path(landing_asset.__file__).parents[1]
ROOT = PACKAGE.parent


def who_says(words: str) -> set[str]:
    """The modules of the package and of what is deployed beside it in which the words stand."""
    modules = [*PACKAGE.rglob("*.py"), *(ROOT / "infra").rglob("*.py")]
    return {p.relative_to(ROOT).as_posix() for p in modules if words in p.read_text("utf-8")}


def test_only_the_asset_the_command_and_the_daily_fetch_of_a_lambda_call_oura() -> None:
    fetch = "bio_lakehouse/lake/scheduled_fetch.py"
    assert who_says("fetch_oura(") == {
        "bio_lakehouse/assets/landing.py",
        "bio_lakehouse/lake/fetching.py",
        "bio_lakehouse/workflows.py",
        fetch,
    }
    assert who_says("fetch_everybody(") == {fetch, "infra/lambdas/oura_ingest/oura_ingest.py"}
