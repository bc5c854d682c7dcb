"""Fetching lands whole answers; after any failure the lake holds what arrived, says what did not, and is completed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bio_lakehouse.errors import SettingsError, SignInRequired
from bio_lakehouse.lake import arrivals, fetching, landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.connection import Patience
from bio_lakehouse_tests.sources.oura_server import Fault, OuraServer, connection_to, rate_limited, signed_in

TODAY = date(2025, 3, 20)
FIRST = TODAY - timedelta(days=7)
BRONZE = ("oura/daily_readiness", "oura/daily_sleep", "oura/daily_activity", "oura/sleep", "oura/daily_spo2")


@pytest.fixture(scope="module")
def specification_server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 2, 20), date(2025, 3, 25), page_size=4) as running:
        yield running


@pytest.fixture
def server(specification_server: OuraServer) -> OuraServer:
    specification_server.faults.clear()
    specification_server.asked.clear()
    specification_server.membership = True
    return specification_server


@pytest.fixture
def lake(tmp_path: Path, server: OuraServer) -> Lakehouse:
    lake = Lakehouse.open(Settings(home=tmp_path / "home", timezone="Europe/Berlin", today_override=TODAY))
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    return lake


def fetch(lake: Lakehouse, server: OuraServer, first: date = FIRST, resume: bool = False) -> fetching.FetchOutcome:
    connection = replace(connection_to(server), patience=Patience(2, 1, 2, attempts=2, longest_wait_seconds=2))
    return fetching.fetch_oura(lake, "me", first, TODAY, connection=connection, resume=resume)


def bronze_days(lake: Lakehouse) -> dict[str, int]:
    arrivals.scan(lake)
    for dataset, days in arrivals.pending(lake).items():
        arrivals.write_bronze(lake, dataset, min(days), max(days))
    return {dataset: len(lake.bronze.keys(dataset, FIRST, TODAY)) for dataset in (*BRONZE, "oura/heartrate")}


WHOLE = dict.fromkeys((*BRONZE, "oura/heartrate"), 8)


def test_what_oura_has_of_the_look_back_lands_and_becomes_bronze(lake: Lakehouse, server: OuraServer) -> None:
    outcome = fetch(lake, server)
    assert (outcome.failed, outcome.error) == ([], None)
    assert bronze_days(lake) == WHOLE
    assert {entry.origin for entry in lake.log.entries()} == {"api"}
    assert all(entry.status == "ingesting" for entry in lake.log.entries())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(status=500), "daily_sleep"),
        (Fault(cut=True), "daily_sleep"),
        (Fault(delay_seconds=1.5), "daily_sleep"),
        (Fault(text="<html>maintenance</html>"), "daily_sleep"),
        (Fault(status=422, body={"detail": [{"loc": ["query"], "msg": "bad", "type": "x"}]}), "bad"),
        (rate_limited(60), "daily_sleep"),
    ],
    ids=["5xx", "cut", "slow", "not json", "422", "429 for too long"],
)
def test_a_window_that_fails_is_said_and_the_next_run_completes_it(
    lake: Lakehouse, server: OuraServer, fault: Fault, said: str
) -> None:
    server.faults["daily_sleep"].extend([fault] * 8)
    outcome = fetch(lake, server)
    assert {failed.window.endpoint for failed in outcome.failed} == {"daily_sleep"}
    assert said in str(outcome.error)
    assert bronze_days(lake) == WHOLE | {"oura/daily_sleep": 0}
    failures = [entry for entry in lake.log.entries() if entry.status == "fetch_failed"]
    assert {entry.data_type for entry in failures} == {"oura/daily_sleep"}
    assert {day for entry in failures for day in entry.covered_days} >= {FIRST, TODAY}
    server.faults.clear()
    assert fetch(lake, server, resume=True).error is None
    assert bronze_days(lake) == WHOLE
    assert not [entry for entry in lake.log.entries() if entry.status == "fetch_failed"]


def test_a_resumed_history_asks_only_for_what_is_missing(lake: Lakehouse, server: OuraServer) -> None:
    server.faults["heartrate"].extend([Fault(status=500)] * 20)
    fetch(lake, server)
    server.faults.clear()
    server.asked.clear()
    fetch(lake, server, resume=True)
    assert {asked.path.rsplit("/", 1)[-1] for asked in server.asked} == {"heartrate"}


def test_a_lapsed_membership_is_said_as_such(lake: Lakehouse, server: OuraServer) -> None:
    server.membership = False
    outcome = fetch(lake, server)
    assert "membership" in str(outcome.error)
    assert outcome.landed == []


def test_without_a_login_the_command_that_signs_in_is_named(lake: Lakehouse, server: OuraServer) -> None:
    (lake.settings.home / "secrets" / "oura-me.json").unlink()
    error = fetch(lake, server).error
    assert isinstance(error, SignInRequired)
    assert "bio-lakehouse oura login" in str(error)


def test_without_an_application_the_settings_are_named(lake: Lakehouse) -> None:
    with pytest.raises(SettingsError, match="BIO_OURA_CLIENT_ID"):
        fetching.fetch_oura(lake, "me", FIRST, TODAY)


def test_the_same_window_fetched_again_lands_again_but_changes_no_day(lake: Lakehouse, server: OuraServer) -> None:
    first = fetch(lake, server)
    bronze_days(lake)
    arrivals.settle(lake, WHOLE, FIRST, TODAY)
    again = fetch(lake, server)
    assert not set(first.landed) & set(again.landed)
    arrivals.scan(lake)
    assert arrivals.pending(lake) == {}
    for entry in lake.log.entries():
        assert lake.log.counts(entry.file_path).balanced


def test_a_restated_day_is_the_only_one_that_changes(lake: Lakehouse, server: OuraServer) -> None:
    fetch(lake, server)
    bronze_days(lake)
    arrivals.settle(lake, WHOLE, FIRST, TODAY)
    day = TODAY - timedelta(days=2)
    record = next(r for r in server.records["daily_readiness"] if r["day"] == day.isoformat())
    before, record["score"] = record["score"], 1
    try:
        fetch(lake, server)
    finally:
        record["score"] = before
    arrivals.scan(lake)
    assert arrivals.pending(lake) == {"oura/daily_readiness": {day}}


def test_each_answer_lies_in_landing_with_its_fetch_note(lake: Lakehouse, server: OuraServer) -> None:
    for key in fetch(lake, server).landed:
        note = landing.read_note(lake.objects, key).fetch
        assert note is not None
        assert note.dataset is not None
        assert note.dataset in key
        assert json.loads(lake.objects.get(key))["next_token"] is None
