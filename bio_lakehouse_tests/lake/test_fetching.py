"""Fetching lands whole answers; after any failure the lake holds what arrived, says what did not,
and is completed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bio_lakehouse import display, workflows
from bio_lakehouse.assets.watching import new_fields
from bio_lakehouse.errors import SettingsError, SignInRequired
from bio_lakehouse.lake import arrivals, bronze_writing, fetching, landing
from bio_lakehouse.lake.fetched_windows import FetchedWindows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.connection import RetryPolicy
from bio_lakehouse.sources.oura.fetch import Answer, Window, windows
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse.sources.peloton.download import PelotonBrowser, WorkoutsFile
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.sources.oura_server import Fault, OuraServer, connection_to, signed_in
from bio_lakehouse_tests.whole_log import entries_of

TODAY = date(2025, 3, 20)
FIRST = TODAY - timedelta(days=7)
BRONZE = (
    "oura/daily_readiness",
    "oura/daily_sleep",
    "oura/daily_activity",
    "oura/sleep",
    "oura/daily_spo2",
)


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
    lake = Lakehouse.open(
        Settings(home=tmp_path / "home", timezone="Europe/Berlin", today_override=TODAY)
    )
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    return lake


def fetch(
    lake: Lakehouse, server: OuraServer, first: date = FIRST, resume: bool = False
) -> fetching.FetchOutcome:
    connection = replace(
        connection_to(server), retry_policy=RetryPolicy(2, 1, 2, attempts=2, longest_wait_seconds=2)
    )
    return fetching.fetch_oura(lake, "me", first, TODAY, connection=connection, resume=resume)


def bronze_days(lake: Lakehouse) -> dict[str, int]:
    arrivals.scan(lake)
    for dataset, days in arrivals.pending(lake).items():
        bronze_writing.write_bronze(lake, dataset, min(days), max(days))
    return {
        dataset: len(lake.bronze.keys(dataset, FIRST, TODAY))
        for dataset in (*BRONZE, "oura/heartrate")
    }


WHOLE = dict.fromkeys((*BRONZE, "oura/heartrate"), 8)


def test_what_oura_has_of_the_look_back_lands_and_becomes_bronze(
    lake: Lakehouse, server: OuraServer
) -> None:
    outcome = fetch(lake, server)
    assert (outcome.failed, outcome.error) == ([], None)
    assert bronze_days(lake) == WHOLE
    assert {entry.origin for entry in entries_of(lake.log)} == {"api"}
    assert all(entry.status == "ingesting" for entry in entries_of(lake.log))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(status=500), "daily_sleep"),
        (Fault(cut=True), "daily_sleep"),
        (Fault(delay_seconds=1.5), "daily_sleep"),
        (Fault(text="<html>maintenance</html>"), "daily_sleep"),
        (
            Fault(status=422, body={"detail": [{"loc": ["query"], "msg": "bad", "type": "x"}]}),
            "bad",
        ),
    ],
    ids=["5xx", "cut", "slow", "not json", "422"],
)
def test_a_window_that_fails_is_said_and_the_next_run_completes_it(
    lake: Lakehouse, server: OuraServer, fault: Fault, said: str
) -> None:
    server.faults["daily_sleep"].extend([fault] * 8)
    outcome = fetch(lake, server)
    assert {failed.window.endpoint for failed in outcome.failed} == {"daily_sleep"}
    assert said in str(outcome.error)
    assert bronze_days(lake) == WHOLE | {"oura/daily_sleep": 0}
    failures = [entry for entry in entries_of(lake.log) if entry.status == "fetch_failed"]
    assert {entry.data_type for entry in failures} == {"oura/daily_sleep"}
    assert {day for entry in failures for day in entry.covered_days} >= {FIRST, TODAY}
    server.faults.clear()
    assert fetch(lake, server, resume=True).error is None
    assert bronze_days(lake) == WHOLE
    assert not [entry for entry in entries_of(lake.log) if entry.status == "fetch_failed"]


def test_a_resumed_history_asks_only_for_what_is_missing(
    lake: Lakehouse, server: OuraServer
) -> None:
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


def test_without_a_login_the_command_that_signs_in_is_named(
    lake: Lakehouse, server: OuraServer
) -> None:
    (lake.settings.home / "secrets" / "oura-me.json").unlink()
    with pytest.raises(SignInRequired, match="bio-lakehouse oura login"):
        fetch(lake, server)
    assert (entries_of(lake.log), server.asked) == ([], [])


def test_without_an_application_the_settings_are_named(lake: Lakehouse) -> None:
    with pytest.raises(SettingsError, match="BIO_OURA_CLIENT_ID"):
        fetching.fetch_oura(lake, "me", FIRST, TODAY)


def test_the_same_window_fetched_again_lands_again_but_changes_no_day(
    lake: Lakehouse, server: OuraServer
) -> None:
    first = fetch(lake, server)
    bronze_days(lake)
    mark_built(lake, WHOLE, FIRST, TODAY)
    again = fetch(lake, server)
    assert not set(first.landed) & set(again.landed)
    arrivals.scan(lake)
    assert arrivals.pending(lake) == {}
    for entry in entries_of(lake.log):
        assert lake.log.counts(entry.file_path).balanced


def test_a_restated_day_is_the_only_one_that_changes(lake: Lakehouse, server: OuraServer) -> None:
    fetch(lake, server)
    bronze_days(lake)
    mark_built(lake, WHOLE, FIRST, TODAY)
    day = TODAY - timedelta(days=2)
    record = next(r for r in server.records["daily_readiness"] if r["day"] == day.isoformat())
    before, record["score"] = record["score"], 1
    try:
        fetch(lake, server)
    finally:
        record["score"] = before
    arrivals.scan(lake)
    assert arrivals.pending(lake) == {"oura/daily_readiness": {day}}


def test_each_answer_lies_in_landing_with_its_fetch_note(
    lake: Lakehouse, server: OuraServer
) -> None:
    for key in fetch(lake, server).landed:
        note = landing.read_note(lake.objects, key).fetch
        assert note is not None
        assert note.dataset is not None
        assert note.dataset in key
        assert json.loads(lake.objects.get(key))["next_token"] is None


def test_a_failure_is_made_good_by_any_later_window_that_holds_its_days(
    lake: Lakehouse, server: OuraServer
) -> None:
    server.faults["daily_sleep"].append(Fault(422, {"detail": []}))
    fetch(lake, server)
    assert {window.endpoint for window, _ in FetchedWindows(lake, "me").failed()} == {"daily_sleep"}
    fetch(lake, server, first=FIRST - timedelta(days=20))
    assert dict(FetchedWindows(lake, "me").failed()) == {}


def at(lake: Lakehouse, fetched_at: datetime, window: Window) -> None:
    """That window, landed by a fetch at that time."""
    note = FetchNote(fetched_at, window.endpoint, window.first_day, window.last_day)
    FetchedWindows(lake, "me").land(Answer(window, note, b'{"data":[],"next_token":null}', 0))


def test_what_the_ring_could_still_restate_is_asked_for_again_by_a_resumed_fetch(
    lake: Lakehouse,
) -> None:
    now = datetime.now(UTC)
    today = now.date()
    young, old, fresh = (
        Window("sleep", today - timedelta(a), today - timedelta(b))
        for a, b in ((80, 72), (90, 81), (9, 0))
    )
    at(lake, now - timedelta(days=70), young)
    at(lake, now - timedelta(days=70), old)
    at(lake, now, fresh)
    assert FetchedWindows(lake, "me").done(True, None) == {old, fresh}
    assert FetchedWindows(lake, "me").done(False, None) == set()


def test_a_retry_knows_what_the_run_has_landed_and_nobody_elses(
    lake: Lakehouse, server: OuraServer
) -> None:
    begun = datetime.now(UTC)
    fetch(lake, server)
    mine = FetchedWindows(lake, "me")
    assert mine.done(False, begun) == set(windows(FIRST, TODAY))
    assert mine.done(False, datetime.now(UTC)) == set()
    assert FetchedWindows(lake, "ada").done(False, begun) == set()
    landed = lake.settings.home / "landing" / "me"
    next(landed.glob("*sleep*Z.json")).unlink()
    assert len(mine.done(False, begun)) == len(windows(FIRST, TODAY)) - 1
    old = landed / "oura_old.json"
    for path in (old, old.with_name(f"{old.name}{landing.NOTE_SUFFIX}")):
        path.write_text("nobody reads this")
        os.utime(path, (0, 0))
    assert len(mine.done(False, begun)) == len(windows(FIRST, TODAY)) - 1


def test_a_folder_of_no_user_beside_it_stops_no_fetch(lake: Lakehouse, server: OuraServer) -> None:
    lake.objects.put("landing/Not A User/x.json", b"{}")
    assert fetch(lake, server, resume=True).error is None


def test_the_sandboxs_made_up_data_stay_out_of_a_persons(
    lake: Lakehouse, server: OuraServer
) -> None:
    connection = connection_to(server, sandbox=True)
    outcome = fetching.fetch_oura(lake, "me", TODAY, TODAY, connection=connection)
    assert {key.split("/")[1] for key in outcome.landed} == {fetching.SANDBOX_USER}
    arrivals.scan(lake)
    assert {entry.user_id for entry in entries_of(lake.log)} == {fetching.SANDBOX_USER}


def test_only_what_the_person_was_asked_to_share_is_fetched(
    lake: Lakehouse, server: OuraServer
) -> None:
    outcome = fetching.fetch_oura(
        lake, "me", TODAY, TODAY, connection=connection_to(server, scopes=("heartrate",))
    )
    assert (outcome.error, len(outcome.landed)) == (None, 1)
    assert {asked.path.rsplit("/", 1)[-1] for asked in server.asked} == {"heartrate"}


def test_a_field_that_is_new_is_kept_and_told_once(
    lake: Lakehouse,
    server: OuraServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Through two whole syncs of several windows each."""
    connection = connection_to(server)
    monkeypatch.setattr(fetching, "oura_connection", lambda settings: connection)
    monkeypatch.setattr(workflows, "bring_up_to_date", lambda lake: 1)
    record = next(r for r in server.records["daily_sleep"] if r["day"] == str(TODAY))
    monkeypatch.setitem(record, "dream_score", 7)
    monkeypatch.setitem(
        next(r for r in server.records["daily_sleep"] if r["day"] == str(FIRST)), "dream_score", 8
    )
    told = []
    for _ in range(2):
        display.sync_summary(lake, workflows.run_oura_sync(lake, "me", FIRST - timedelta(days=20)))
        told.append(capsys.readouterr().out.count("dream_score"))
        monkeypatch.setitem(record, "score", 1)
    assert told == [1, 0]
    assert new_fields(entries_of(lake.log)) == ["oura/daily_sleep: dream_score is new"]
    bronze_writing.write_bronze(lake, "oura/daily_sleep", TODAY, TODAY)
    kept = [
        json.loads(line["record"])
        for line in lake.bronze.read("oura/daily_sleep", TODAY, TODAY).to_pylist()
    ]
    assert {line["dream_score"] for line in kept} == {7}
    assert len(kept) == 2


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (None, None, (FIRST, TODAY)),
        (date(2025, 1, 1), None, (date(2025, 1, 1), TODAY)),
        (None, date(2025, 1, 10), (date(2025, 1, 3), date(2025, 1, 10))),
        (None, date(2015, 1, 2), (date(2015, 1, 1), date(2015, 1, 2))),
    ],
)
def test_days_that_are_not_said_are_the_look_back(
    lake: Lakehouse, first: date | None, last: date | None, days: tuple[date, date]
) -> None:
    assert fetching.asked_days(lake.settings, "me", first, last) == days


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (TODAY, FIRST),
        (TODAY, TODAY + timedelta(days=1)),
        (date(2014, 12, 31), TODAY),
        (date.min, date(1, 1, 2)),
        (date.max, date.max),
    ],
)
def test_days_that_are_none_are_refused(lake: Lakehouse, first: date, last: date) -> None:
    with pytest.raises(
        SettingsError,
        match=r"not days to ask for.*2015-01-01 \(BIO_FIRST_DAY\) to 2025-03-20 \(today\)",
    ):
        fetching.asked_days(lake.settings, "me", first, last)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, oura_client_id="id", oura_client_secret="secret")


def test_who_has_tokens_is_asked_about_be_they_listed_or_not(settings: Settings) -> None:
    (settings.home / "users.toml").write_text('[ben]\ntimezone = "Europe/Berlin"\n')
    assert "bio-lakehouse oura login" in (fetching.why_no_oura(settings) or "")
    with pytest.raises(SignInRequired):
        fetching.oura_users(settings)
    for user_id in ("ada", "ben"):
        fetching.oura_tokens(settings, user_id).save(Tokens("access", "refresh"))
    assert fetching.oura_users(settings) == ["ada", "ben"]
    assert fetching.why_no_oura(settings) is None
    assert "BIO_OURA_CLIENT_ID" in (fetching.why_no_oura(Settings(home=settings.home)) or "")


def test_parameter_store_is_not_asked_for_why_a_schedule_is_off(settings: Settings) -> None:
    in_aws = settings.model_copy(update={"oura_token_store": "ssm:/lake"})
    assert fetching.why_no_oura(in_aws) is None
    assert "BIO_OURA_CLIENT_ID" in (
        fetching.why_no_oura(in_aws.model_copy(update={"oura_client_id": ""})) or ""
    )


def test_each_person_has_a_peloton_login_of_their_own(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "find_spec", lambda name: object())
    assert "bio-lakehouse peloton login" in (fetching.why_no_peloton(settings) or "")
    for user_id in ("ada", "ben", "eve"):
        profile = fetching.peloton_browser(settings, user_id).profile
        profile.mkdir(parents=True)
        if user_id != "eve":
            (profile / "session-cookies.json").write_text("[]")
    assert fetching.peloton_users(settings) == ["ada", "ben"]
    assert fetching.why_no_peloton(settings) is None


def test_everybodys_workouts_are_tried_and_who_failed_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lakehouse.open(settings)
    for user_id in ("ada", "ben"):
        profile = fetching.peloton_browser(settings, user_id).profile
        profile.mkdir(parents=True)
        (profile / "session-cookies.json").write_text("[]")
    monkeypatch.setattr(fetching, "download_workouts", refuse_ada)
    with pytest.raises(SignInRequired, match=r"^ada: the login has expired$"):
        fetching.fetch_everybodys_peloton(lake)
    (landed,) = landing.survey(lake.landing_objects)[0]
    assert landed.key.startswith("landing/ben/workouts_")
    assert landing.read_note(lake.landing_objects, landed.key).fetch is not None


def refuse_ada(browser: PelotonBrowser) -> WorkoutsFile:
    if browser.profile.name == "ada":
        raise SignInRequired("the login has expired")
    return WorkoutsFile("workouts.csv", b"Workout Timestamp\n")
