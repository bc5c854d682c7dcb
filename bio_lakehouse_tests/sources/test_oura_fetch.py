"""A stretch of days comes as whole windows: what failed is said, what arrived stays, and the next
run completes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.sources.oura.client import ENDPOINTS, OuraClient
from bio_lakehouse.sources.oura.fetch import (
    READ_BY_DEFAULT,
    Answer,
    FailedWindow,
    Progress,
    Window,
    failure_of,
    fetch,
    readable,
    windows,
)
from bio_lakehouse.sources.oura.http_client import OuraForbidden, OuraUnavailable
from bio_lakehouse.sources.oura.tokens import FileTokenStore
from bio_lakehouse_tests.sources.oura_server import (
    Fault,
    OuraServer,
    connection_to,
    rate_limited,
    signed_in,
)

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2025, 2, 1), date(2025, 3, 31)


@pytest.fixture(scope="module")
def specification_server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 1, 25), date(2025, 4, 5), page_size=40) as running:
        yield running


@pytest.fixture
def server(specification_server: OuraServer) -> OuraServer:
    specification_server.asked.clear()
    specification_server.faults.clear()
    specification_server.accounts.scope = "daily heartrate spo2Daily"
    return specification_server


@pytest.fixture
def client(server: OuraServer, tmp_path: Path) -> Iterator[OuraClient]:
    store = FileTokenStore(tmp_path / "oura-me.json")
    signed_in(server, store)
    with OuraClient(connection_to(server), store, lambda seconds: None) as client:
        yield client


def answers(outcomes: list[Answer | FailedWindow]) -> list[Answer]:
    return [outcome for outcome in outcomes if isinstance(outcome, Answer)]


def failures(outcomes: list[Answer | FailedWindow]) -> list[FailedWindow]:
    return [outcome for outcome in outcomes if isinstance(outcome, FailedWindow)]


def landed(outcomes: list[Answer | FailedWindow]) -> dict[str, list[str]]:
    """Records by endpoint as text, sorted, whatever windows they came in."""
    found: dict[str, list[str]] = {}
    for answer in answers(outcomes):
        records = [json.dumps(record) for record in json.loads(answer.content)["data"]]
        found.setdefault(answer.window.endpoint, []).extend(records)
    return {name: sorted(records) for name, records in found.items()}


def expected(server: OuraServer, name: str, first: date, last: date) -> list[str]:
    endpoint = ENDPOINTS[name]
    days = {first + timedelta(days=offset) for offset in range((last - first).days + 1)}
    return sorted(
        json.dumps(record)
        for record in server.records[name]
        if endpoint.day_of(record, BERLIN) in days
    )


def test_every_record_of_the_days_arrives_once(client: OuraClient, server: OuraServer) -> None:
    started = datetime.now(UTC)
    outcomes = list(fetch(client, FIRST, LAST, BERLIN))
    assert failures(outcomes) == []
    assert landed(outcomes) == {
        name: expected(server, name, FIRST, LAST) for name in READ_BY_DEFAULT
    }
    for answer in answers(outcomes):
        note = answer.note
        assert (note.dataset, note.first_day, note.last_day) == (
            answer.window.endpoint,
            answer.window.first_day,
            answer.window.last_day,
        )
        assert started <= note.fetched_at <= datetime.now(UTC)
        assert json.loads(answer.content)["next_token"] is None
        assert len(json.loads(answer.content)["data"]) == answer.record_count


def test_windows_cover_the_days_once_and_are_short_enough() -> None:
    first, last = date(2020, 1, 15), date(2025, 1, 14)
    for name in READ_BY_DEFAULT:
        own = sorted(window for window in windows(first, last) if window.endpoint == name)
        assert (own[0].first_day, own[-1].last_day) == (first, last)
        assert all(b.first_day - a.last_day == timedelta(days=1) for a, b in pairwise(own))
        longest = max((window.last_day - window.first_day).days + 3 for window in own)
        assert longest <= (9 if name == "heartrate" else 30)


def test_windows_come_newest_first_and_cut_at_the_same_days_every_day() -> None:
    today, tomorrow = windows(FIRST, LAST), windows(FIRST, LAST + timedelta(days=1))
    assert [window.last_day for window in today] == sorted(
        (window.last_day for window in today), reverse=True
    )
    assert {window for window in today if window.last_day < LAST} <= set(tomorrow)


def test_windows_of_one_day_and_of_the_first_days_there_are() -> None:
    assert windows(LAST, LAST, ["sleep"]) == [Window("sleep", LAST, LAST)]
    assert windows(date.min, date(1, 1, 2), ["sleep"]) == [Window("sleep", date.min, date(1, 1, 2))]
    assert windows(date.max, date.max, ["sleep"]) == [Window("sleep", date.max, date.max)]
    assert windows(LAST, LAST - timedelta(days=1)) == []


def test_windows_that_are_done_are_not_asked_for_again(
    client: OuraClient, server: OuraServer
) -> None:
    wanted = ["daily_sleep", "sleep"]
    whole = list(fetch(client, FIRST, LAST, BERLIN, endpoints=wanted))
    server.asked.clear()
    seen: list[Progress] = []
    done = [answer.window for answer in answers(whole)[:2]]
    rest = list(
        fetch(client, FIRST, LAST, BERLIN, endpoints=wanted, done=done, progress=seen.append)
    )
    assert landed(whole[:2] + rest) == landed(whole)
    assert {answer.window for answer in answers(rest)}.isdisjoint(done)
    assert [step.number for step in seen] == list(range(1, len(whole) - 1))
    assert {step.total for step in seen} == {len(whole) - 2}
    assert [step.outcome for step in seen] == rest
    wider = [Window(name, FIRST - timedelta(days=9), LAST) for name in wanted]
    assert list(fetch(client, FIRST, LAST, BERLIN, endpoints=wanted, done=wider)) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, text="oops"),
        Fault(429, {"detail": "slow down"}),
        Fault(cut=True),
        Fault(200, text="<html>"),
        Fault(422, {"detail": []}),
    ],
)
def test_window_that_fails_is_completed_by_the_next_run(
    fault: Fault, client: OuraClient, server: OuraServer
) -> None:
    wanted = ["daily_readiness", "daily_sleep"]
    server.faults["daily_sleep"].extend([fault] * 3)
    first_run = list(fetch(client, FIRST, LAST, BERLIN, endpoints=wanted))
    assert {entry.window.endpoint for entry in failures(first_run)} == {"daily_sleep"}
    assert landed(first_run)["daily_readiness"] == expected(server, "daily_readiness", FIRST, LAST)
    server.faults.clear()
    done = [answer.window for answer in answers(first_run)]
    second_run = list(fetch(client, FIRST, LAST, BERLIN, endpoints=wanted, done=done))
    assert {answer.window for answer in answers(second_run)} == {
        entry.window for entry in failures(first_run)
    }
    assert landed(first_run + second_run)["daily_sleep"] == expected(
        server, "daily_sleep", FIRST, LAST
    )


def test_fetch_that_is_killed_goes_on_where_it_stopped(
    client: OuraClient, server: OuraServer
) -> None:
    wanted = ["daily_activity", "heartrate"]
    running = fetch(client, FIRST, LAST, BERLIN, endpoints=wanted)
    kept = [next(running) for _ in range(4)]
    running.close()  # type: ignore[attr-defined]
    done = [answer.window for answer in answers(kept)]
    rest = list(fetch(client, FIRST, LAST, BERLIN, endpoints=wanted, done=done))
    assert landed(kept + rest) == {name: expected(server, name, FIRST, LAST) for name in wanted}


def test_signed_out_stops_asking_and_keeps_what_came(
    client: OuraClient, server: OuraServer
) -> None:
    outcomes = []
    for outcome in fetch(client, FIRST, LAST, BERLIN, endpoints=["daily_readiness", "heartrate"]):
        outcomes.append(outcome)
        server.accounts.expire_access()
        server.accounts.refresh.clear()
    assert len(answers(outcomes)) == 1
    failed = failures(outcomes)
    assert {type(entry.error) for entry in failed} == {SignInRequired}
    assert len(server.requests_for("heartrate")) + len(server.requests_for("daily_readiness")) == 2
    error = failure_of(failed, len(outcomes))
    assert isinstance(error, SignInRequired)
    assert str(error).startswith(
        f"{len(failed)} of {len(outcomes)} windows did not arrive from Oura"
    )
    assert str(error).count("bio-lakehouse oura login") == 1


def test_forbidden_dataset_is_asked_for_once_and_the_others_arrive(
    client: OuraClient, server: OuraServer
) -> None:
    server.faults["daily_spo2"].append(Fault(403, {"detail": "scope"}))
    outcomes = list(fetch(client, FIRST, LAST, BERLIN, endpoints=["daily_spo2", "daily_sleep"]))
    assert {type(entry.error) for entry in failures(outcomes)} == {OuraForbidden}
    assert {entry.window.endpoint for entry in failures(outcomes)} == {"daily_spo2"}
    assert len(server.requests_for("daily_spo2")) == 1
    assert landed(outcomes)["daily_sleep"] == expected(server, "daily_sleep", FIRST, LAST)
    assert type(failure_of(failures(outcomes), len(outcomes))) is SourceError


def test_oura_being_down_stops_the_asking(client: OuraClient, server: OuraServer) -> None:
    server.faults["heartrate"].extend([Fault(503, text="down")] * 99)
    outcomes = list(fetch(client, FIRST, LAST, BERLIN, endpoints=["heartrate"]))
    assert len(failures(outcomes)) == len(windows(FIRST, LAST, ["heartrate"])) > 3
    assert {type(entry.error) for entry in failures(outcomes)} == {OuraUnavailable}
    assert len(server.requests_for("heartrate")) == 3 * 3


def test_many_failures_are_told_in_few_words(client: OuraClient, server: OuraServer) -> None:
    server.faults["heartrate"].extend([Fault(422, {"detail": []})] * 99)
    failed = failures(list(fetch(client, FIRST, LAST, BERLIN, endpoints=["heartrate"])))
    assert len(failed) > 5
    text = str(failure_of(failed, len(failed)))
    assert text.count("HTTP 422") == 3
    assert text.endswith(f"And {len(failed) - 3} more of the kind.")


def test_one_dataset_that_is_down_does_not_hold_up_the_others(
    client: OuraClient, server: OuraServer
) -> None:
    server.faults["heartrate"].extend([Fault(503, text="down")] * 99)
    outcomes = list(fetch(client, FIRST, LAST, BERLIN, endpoints=["heartrate", "daily_sleep"]))
    assert {entry.window.endpoint for entry in failures(outcomes)} == {"heartrate"}
    assert len(server.requests_for("heartrate")) == 3 * 3
    assert landed(outcomes)["daily_sleep"] == expected(server, "daily_sleep", FIRST, LAST)


def test_oura_is_left_alone_for_as_long_as_it_asks(client: OuraClient, server: OuraServer) -> None:
    server.faults["daily_sleep"].append(rate_limited(4000))
    outcomes = list(
        fetch(client, FIRST, LAST, BERLIN, endpoints=["daily_readiness", "daily_sleep"])
    )
    assert [type(outcome) for outcome in outcomes[:2]] == [Answer, FailedWindow]
    assert answers(outcomes) == outcomes[:1]
    assert "asks to wait 4,000 s" in str(failure_of(failures(outcomes), len(outcomes)))
    assert len(server.asked) == len(server.requests_for("daily_readiness")) + 1


@pytest.mark.parametrize(
    ("scopes", "names"),
    [
        ((), READ_BY_DEFAULT),
        (("daily", "heartrate", "spo2Daily"), READ_BY_DEFAULT),
        (("extapi:daily", "email"), ("daily_readiness", "daily_sleep", "daily_activity", "sleep")),
        (("spo2",), ("daily_spo2",)),
    ],
)
def test_only_what_the_person_is_asked_for_is_read(
    scopes: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert readable(scopes) == names


def test_scopes_with_which_nothing_can_be_read_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"BIO_OURA_SCOPES \(email, tag\) lets nothing be read"):
        readable(("email", "tag"))


def test_same_data_make_the_same_bytes(client: OuraClient) -> None:
    def contents() -> list[bytes]:
        return [answer.content for answer in answers(list(fetch(client, LAST, LAST, BERLIN)))]

    assert contents() == contents()


def test_file_name_names_the_endpoint_exactly(client: OuraClient) -> None:
    outcome = next(fetch(client, LAST, LAST, BERLIN, endpoints=["daily_sleep"]))
    assert isinstance(outcome, Answer)
    assert outcome.file_name == "daily_sleep-2025-03-31-2025-03-31.json"
