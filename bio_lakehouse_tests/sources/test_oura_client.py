"""One window of one endpoint arrives whole, or fails with a message that says what to do."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from bio_lakehouse.errors import SignInRequired, SourceError
from bio_lakehouse.sources.oura import client as client_module
from bio_lakehouse.sources.oura import http_client
from bio_lakehouse.sources.oura.client import ENDPOINTS, OuraClient
from bio_lakehouse.sources.oura.connection import RetryPolicy
from bio_lakehouse.sources.oura.http_client import (
    OuraForbidden,
    OuraRefused,
    OuraUnavailable,
    retry_after,
)
from bio_lakehouse.sources.oura.tokens import FileTokenStore, Tokens
from bio_lakehouse_tests.sources.oura_server import (
    CLIENT_SECRET,
    NEW_TOKEN_PATH,
    Fault,
    OuraServer,
    connection_to,
    free_port,
    rate_limited,
    signed_in,
)

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2025, 3, 10), date(2025, 3, 16)
QUICK = RetryPolicy(connect_seconds=0.3, read_seconds=0.3, total_seconds=0.6, attempts=2)


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 3, 1), date(2025, 3, 31)) as running:
        yield running


@pytest.fixture
def store(server: OuraServer, tmp_path: Path) -> FileTokenStore:
    store = FileTokenStore(tmp_path / "oura-me.json")
    signed_in(server, store)
    return store


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(server: OuraServer, store: FileTokenStore, waits: list[float]) -> Iterator[OuraClient]:
    with OuraClient(connection_to(server), store, waits.append) as client:
        yield client


def readiness(client: OuraClient) -> list[str]:
    return [
        record["day"]
        for record in client.records(ENDPOINTS["daily_readiness"], FIRST, LAST, BERLIN)
    ]


def days(first: date, last: date) -> list[str]:
    return [
        (first + timedelta(days=offset)).isoformat() for offset in range((last - first).days + 1)
    ]


@pytest.mark.parametrize("name", ["daily_readiness", "daily_sleep", "daily_activity", "daily_spo2"])
def test_daily_windows_arrive_whole_over_several_pages(
    name: str, client: OuraClient, server: OuraServer
) -> None:
    records = client.records(ENDPOINTS[name], FIRST, LAST, BERLIN)
    assert [record["day"] for record in records] == days(FIRST, LAST)
    assert records == [
        record
        for record in server.records[name]
        if FIRST.isoformat() <= record["day"] <= "2025-03-16"
    ]
    asked = [request.query for request in server.requests_for(name)]
    assert [(query["start_date"], query["end_date"]) for query in asked] == [
        ("2025-03-09", "2025-03-17")
    ] * 2
    assert ["next_token" in query for query in asked] == [False, True]


def test_sleep_periods_of_a_single_day_arrive(client: OuraClient) -> None:
    records = client.records(ENDPOINTS["sleep"], FIRST, FIRST, BERLIN)
    assert [(record["day"], record["type"]) for record in records] == [
        ("2025-03-10", "long_sleep"),
        ("2025-03-10", "late_nap"),
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_heart_rate_is_cut_by_the_local_day(
    zone: str, client: OuraClient, server: OuraServer
) -> None:
    records = client.records(ENDPOINTS["heartrate"], FIRST, FIRST, ZoneInfo(zone))
    local_days = {
        datetime.fromisoformat(record["timestamp"]).astimezone(ZoneInfo(zone)).date()
        for record in records
    }
    assert local_days == {FIRST}
    assert len(records) == 6
    start = datetime.fromisoformat(server.requests_for("heartrate")[0].query["start_datetime"])
    assert start == datetime(2025, 3, 9, tzinfo=ZoneInfo(zone))


def test_heart_rate_of_the_day_the_clock_changes_has_23_hours(client: OuraClient) -> None:
    day = date(2025, 3, 30)
    records = client.records(ENDPOINTS["heartrate"], day, day, BERLIN)
    times = [datetime.fromisoformat(record["timestamp"]) for record in records]
    assert min(times) >= datetime(2025, 3, 29, 23, tzinfo=UTC)
    assert max(times) < datetime(2025, 3, 30, 22, tzinfo=UTC)
    assert len(times) == 6


def test_sandbox_asks_the_sandbox(server: OuraServer, store: FileTokenStore) -> None:
    with OuraClient(connection_to(server, sandbox=True), store) as client:
        records = client.records(ENDPOINTS["daily_sleep"], FIRST, FIRST, BERLIN)
    assert [record["id"] for record in records] == ["sandbox-daily-sleep-2025-03-10"]
    assert server.asked[0].path == "/v2/sandbox/usercollection/daily_sleep"


def test_record_without_a_readable_day_is_kept(client: OuraClient, server: OuraServer) -> None:
    page = {
        "data": [{"id": "a", "day": "yesterday"}, {"id": "b", "day": "2025-03-09"}],
        "next_token": None,
    }
    server.faults["daily_stress"].append(Fault(200, text=json.dumps(page)))
    records = client.records(ENDPOINTS["daily_stress"], FIRST, LAST, BERLIN)
    assert [record["id"] for record in records] == ["a"]


def test_instant_without_an_offset_is_of_no_day_and_kept(
    client: OuraClient, server: OuraServer
) -> None:
    page = {"data": [{"timestamp": "2019-03-10T12:00:00", "bpm": 50}], "next_token": None}
    server.faults["heartrate"].append(Fault(200, text=json.dumps(page)))
    assert client.records(ENDPOINTS["heartrate"], FIRST, LAST, BERLIN) == page["data"]


def test_401_renews_once_and_goes_on(
    client: OuraClient, server: OuraServer, store: FileTokenStore
) -> None:
    server.accounts.expire_access()
    assert readiness(client) == days(FIRST, LAST)
    assert server.accounts.granted_refreshes == 1
    stored = store.load()
    assert stored is not None
    assert server.asked[-1].token == stored.access_token


def test_401_after_renewing_asks_to_sign_in(client: OuraClient, server: OuraServer) -> None:
    server.faults["daily_readiness"].extend([Fault(401, {"detail": "revoked"})] * 2)
    with pytest.raises(
        SignInRequired, match=r"does not accept this login .* bio-lakehouse oura login"
    ):
        readiness(client)
    assert server.accounts.granted_refreshes == 1
    assert len(server.requests_for("daily_readiness")) == 2


def test_401_with_a_revoked_refresh_token_asks_to_sign_in(
    client: OuraClient, server: OuraServer
) -> None:
    server.accounts.expire_access()
    server.accounts.refresh.clear()
    with pytest.raises(SignInRequired, match="bio-lakehouse oura login"):
        readiness(client)


def test_401_on_one_dataset_alone_is_a_missing_grant(
    client: OuraClient, server: OuraServer
) -> None:
    readiness(client)
    server.accounts.scope = "daily"
    server.status_without_scope = 401
    with pytest.raises(
        OuraForbidden,
        match=r"scope spo2 is not granted, or this ring .* Sign in again and allow it: bio-lakehouse",
    ):
        client.records(ENDPOINTS["daily_spo2"], FIRST, LAST, BERLIN)


def test_403_without_the_scope_names_it(server: OuraServer, tmp_path: Path) -> None:
    server.accounts.scope = "daily"
    store = FileTokenStore(tmp_path / "narrow.json")
    signed_in(server, store)
    with OuraClient(connection_to(server), store) as client, pytest.raises(OuraForbidden) as raised:
        client.records(ENDPOINTS["heartrate"], FIRST, LAST, BERLIN)
    assert "the scope heartrate is not granted" in str(raised.value)
    assert "bio-lakehouse oura login" in str(raised.value)
    assert len(server.asked) == 1


def test_403_with_the_scope_is_the_membership(client: OuraClient, server: OuraServer) -> None:
    server.membership = False
    with pytest.raises(
        OuraForbidden, match=r"subscription has expired.*membership has most likely lapsed"
    ):
        readiness(client)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("detail", "message"),
    [
        ("Your Oura membership is not active", "membership has most likely lapsed"),
        ("additional permissions are required", "scope daily is not granted"),
        ("", "membership has most likely lapsed"),
    ],
)
def test_403_where_the_grant_is_unknown_goes_by_what_oura_says(
    detail: str, message: str, server: OuraServer, store: FileTokenStore
) -> None:
    known = store.load()
    assert known is not None
    store.save(Tokens(known.access_token, known.refresh_token))
    server.faults["daily_readiness"].append(Fault(403, {"detail": detail}))
    with (
        OuraClient(connection_to(server), store) as client,
        pytest.raises(OuraForbidden, match=message),
    ):
        readiness(client)


def test_422_is_reported_and_not_tried_again(
    client: OuraClient, server: OuraServer, waits: list[float]
) -> None:
    errors = [
        {
            "loc": ["query", "start_date"],
            "msg": "invalid date",
            "type": "value_error",
            "input": "secret",
        }
    ]
    server.faults["daily_readiness"].append(Fault(422, {"detail": errors}))
    with pytest.raises(
        OuraRefused, match=r"HTTP 422: query\.start_date: invalid date\).*report"
    ) as raised:
        readiness(client)
    assert "2025-03-10 to 2025-03-16" in str(raised.value)
    assert (len(server.asked), waits) == (1, [])


def test_400_is_reported_and_not_tried_again(
    client: OuraClient, server: OuraServer, waits: list[float]
) -> None:
    server.faults["daily_readiness"].append(Fault(400, {"detail": "Start date is after end date"}))
    with pytest.raises(OuraRefused, match="HTTP 400: Start date is after end date"):
        readiness(client)
    assert (len(server.asked), waits) == (1, [])


def test_redirect_is_not_followed_with_the_token(client: OuraClient, server: OuraServer) -> None:
    server.faults["daily_readiness"].append(
        Fault(307, text="moved", headers={"Location": "http://127.0.0.1:1/"})
    )
    with pytest.raises(OuraRefused, match="BIO_OURA_API_URL"):
        readiness(client)


def test_429_waits_as_long_as_it_is_told(
    client: OuraClient, server: OuraServer, waits: list[float]
) -> None:
    server.faults["daily_readiness"].append(rate_limited(17))
    assert readiness(client) == days(FIRST, LAST)
    assert len(waits) == 1
    assert 17 <= waits[0] <= 18


def test_429_that_asks_for_too_long_is_not_waited_for(
    client: OuraClient, server: OuraServer, waits: list[float]
) -> None:
    server.faults["daily_readiness"].append(rate_limited(4000))
    with pytest.raises(OuraUnavailable, match=r"too many requests .*asks to wait 4,000 s"):
        readiness(client)
    assert waits == []


def test_5xx_is_tried_again_with_growing_pauses(
    client: OuraClient, server: OuraServer, waits: list[float]
) -> None:
    server.faults["daily_readiness"].extend([Fault(500, text="oops"), Fault(503, text="<html>")])
    assert readiness(client) == days(FIRST, LAST)
    assert len(waits) == 2
    assert all(0 <= wait <= 2 for wait in waits)


def test_5xx_that_stays_is_given_up(
    client: OuraClient, server: OuraServer, waits: list[float]
) -> None:
    server.faults["daily_readiness"].extend([Fault(502, text="bad gateway")] * 9)
    with pytest.raises(
        OuraUnavailable, match=r"HTTP 502 for daily_readiness 2025-03-10 to 2025-03-16"
    ):
        readiness(client)
    assert (len(server.asked), len(waits)) == (3, 2)


def test_connection_cut_in_the_middle_of_a_page_is_tried_again(
    client: OuraClient, server: OuraServer
) -> None:
    server.faults["daily_readiness"].extend([Fault(), Fault(cut=True)])
    assert readiness(client) == days(FIRST, LAST)
    assert len(server.asked) == 3


def test_connection_that_is_always_cut_leaves_no_part(
    client: OuraClient, server: OuraServer
) -> None:
    server.faults["daily_readiness"].extend([Fault(), *[Fault(cut=True)] * 9])
    with pytest.raises(OuraUnavailable, match=r"broke during .* not whole"):
        readiness(client)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<html>sign in to the hotel network", "not JSON"),
        ("[]", "no list of records"),
        ('{"data": [1]}', "no list"),
    ],
)
def test_answer_of_another_kind_is_given_up(
    text: str, message: str, client: OuraClient, server: OuraServer
) -> None:
    server.faults["daily_readiness"].extend([Fault(200, text=text)] * 3)
    with pytest.raises(OuraUnavailable, match=message):
        readiness(client)


def test_pages_that_repeat_are_bounded(client: OuraClient, server: OuraServer) -> None:
    same = "ZGFpbHlfcmVhZGluZXNzOjA="
    server.faults["daily_readiness"].extend([Fault(next_token=same)] * 20)
    with pytest.raises(OuraUnavailable, match="does not end: after 2 pages"):
        readiness(client)
    assert [asked.query.get("next_token") for asked in server.asked] == [None, same]


def test_pages_without_end_are_bounded(
    client: OuraClient, server: OuraServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MOST_PAGES", 6)
    empty = Fault(200, text='{"data": [], "next_token": "%d"}')
    server.faults["daily_readiness"].extend(
        Fault(200, text=(empty.text or "") % page) for page in range(50)
    )
    with pytest.raises(OuraUnavailable, match="does not end: after 6 pages"):
        readiness(client)
    assert len(server.asked) == 6


def test_slow_answer_is_given_up(server: OuraServer, store: FileTokenStore) -> None:
    server.faults["daily_readiness"].extend([Fault(delay_seconds=0.7)] * 2)
    with (
        OuraClient(
            connection_to(server, retry_policy=QUICK), store, lambda seconds: None
        ) as client,
        pytest.raises(OuraUnavailable, match="answered too slowly for daily_readiness"),
    ):
        readiness(client)


def test_trickle_is_bounded_altogether(server: OuraServer, store: FileTokenStore) -> None:
    server.faults["daily_readiness"].extend([Fault(trickle=True)] * 2)
    with (
        OuraClient(
            connection_to(server, retry_policy=QUICK), store, lambda seconds: None
        ) as client,
        pytest.raises(OuraUnavailable, match="answered too slowly"),
    ):
        readiness(client)


def test_body_that_never_ends_does_not_fill_the_memory(
    client: OuraClient, server: OuraServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "MOST_BYTES", 8 << 20)
    server.faults["daily_readiness"].extend([Fault(flood=True)] * 3)
    with pytest.raises(OuraUnavailable, match=r"broke during .* \(the body is longer than 8 MiB\)"):
        readiness(client)


def test_nobody_at_the_address(server: OuraServer, store: FileTokenStore) -> None:
    connection = connection_to(server, api_url=f"http://127.0.0.1:{free_port()}")
    with (
        OuraClient(connection, store, lambda seconds: None) as client,
        pytest.raises(
            OuraUnavailable, match=r"could not be reached for daily_readiness .*Check the network"
        ),
    ):
        readiness(client)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Wed, 21 Oct 2099 07:28:00 -0000"}, None),
        ({"X-RateLimit-Reset": "nan"}, None),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx.Headers(headers, encoding="latin-1"), "X-RateLimit-Reset") == seconds


def test_retry_after_may_be_an_instant() -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    for headers in (
        {"Retry-After": format_datetime(until, usegmt=True)},
        {"X-RateLimit-Reset": str(int(until.timestamp()))},
    ):
        assert retry_after(httpx.Headers(headers), "X-RateLimit-Reset") == pytest.approx(88, abs=3)
    assert retry_after(httpx.Headers({"X-RateLimit-Reset": str(int(until.timestamp()))})) is None


def test_no_secret_gets_into_messages_or_logs(
    client: OuraClient, server: OuraServer, store: FileTokenStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = store.load()
    assert before is not None
    echo = f"token {before.access_token} is bad"
    server.faults["daily_readiness"].extend(
        [Fault(400, {"detail": echo}), Fault(403, {"detail": echo})]
    )
    server.faults["daily_readiness"].extend([Fault(401, {"detail": echo})] * 2)
    server.faults["token"].append(
        Fault(400, {"error": "invalid_grant", "error_description": before.refresh_token})
    )
    server.faults["token"].append(Fault(400, {"error": before.refresh_token}))
    told = ""
    for _ in range(3):
        try:
            readiness(client)
        except SourceError:
            told += traceback.format_exc()
    assert "token … is bad" in told
    assert "SignInRequired" in told
    secrets = [before.access_token, before.refresh_token, CLIENT_SECRET]
    assert [secret for secret in secrets if secret and secret in told + caplog.text] == []
    assert [asked.path for asked in server.asked].count(NEW_TOKEN_PATH) == 1
