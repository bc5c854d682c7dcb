"""What the watching checks find, what is told of it, and when schedules ask for what."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.assets import watching
from bio_lakehouse.automation import notices
from bio_lakehouse.automation.schedules import schedules
from bio_lakehouse.build import missing_days
from bio_lakehouse.build.known_days import TABLES
from bio_lakehouse.gold.gap_ledger import Knowledge
from bio_lakehouse.lake.fetching import oura_tokens
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse_tests.build.knowledge_as_days import tables_as_days

TODAY = date(2025, 3, 20)
MONDAY = datetime(2025, 3, 17, 6, tzinfo=UTC)
NOW = datetime.now(UTC)
ENTRY = LogEntry(
    "landing/me/a.csv",
    "1",
    "me",
    NOW,
    10,
    NOW,
    "ingested",
    "oura",
    "api",
    "oura/sleep",
    record_count=9,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, timezone="Europe/Berlin", today_override=TODAY)


def days(first: int, last: int) -> frozenset[date]:
    return frozenset(TODAY - timedelta(back) for back in range(last, first + 1))


def known_as(monkeypatch: pytest.MonkeyPatch, knowledge: dict[str, Knowledge]) -> None:
    def known_by_table(lake: Lakehouse, first: date, last: date) -> object:
        return tables_as_days(knowledge, first, TODAY)

    monkeypatch.setattr(missing_days, "known_by_table", known_by_table)


def found_missing(lake: Lakehouse) -> tuple[list[str], list[str]]:
    """What is overdue, and what was not delivered."""
    missing = missing_days.missing_days(lake)
    return watching.overdue(missing), watching.undelivered(missing)


def test_the_newest_due_day_is_yesterday_at_oura_and_a_week_ago_at_peloton(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lakehouse.open(settings)
    lake.log.record(ENTRY)
    whole = {table: Knowledge(days(20, 1), days(20, 1)) for table in TABLES}
    known_as(monkeypatch, whole | {"peloton_workouts": Knowledge(days(20, 8), days(20, 8))})
    assert found_missing(lake) == ([], [])
    known_as(
        monkeypatch, whole | {"oura_sleep": Knowledge(days(20, 3), days(20, 3), failed=days(1, 1))}
    )
    overdue, undelivered = found_missing(lake)
    assert overdue == [
        "me: oura_sleep of 2025-03-19 is missing (fetch failed), newest is 2025-03-17"
    ]
    assert undelivered == [
        "me: oura_sleep 2025-03-18 to 2025-03-18 (not delivered)",
        "me: oura_sleep 2025-03-19 to 2025-03-19 (fetch failed)",
    ]


def test_a_dataset_that_never_came_since_its_fetch_fails_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lakehouse.open(settings)
    lake.log.record(ENTRY)
    known_as(
        monkeypatch, {"oura_daily_spo2": Knowledge(frozenset(), frozenset(), failed=days(2, 1))}
    )
    assert found_missing(lake) == (
        ["me: oura_daily_spo2 of 2025-03-19 is missing (fetch failed), none ever came"],
        ["me: oura_daily_spo2 2025-03-18 to 2025-03-19 (fetch failed)"],
    )


def test_a_day_that_the_vendor_left_out_is_no_delay(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lakehouse.open(settings)
    lake.log.record(ENTRY)
    known_as(monkeypatch, {"oura_sleep": Knowledge(days(20, 3), days(20, 1))})
    assert found_missing(lake) == ([], [])


def test_refused_files_and_rows_set_aside_are_found_for_a_month(settings: Settings) -> None:
    refused = replace(
        ENTRY, file_path="landing/me/b.csv", status="validation_failed", error="is no export"
    )
    rows = replace(ENTRY, quarantined_count=2)
    lake = Lakehouse.open(settings)
    for entry in (refused, rows, replace(ENTRY, file_path="landing/me/c.csv")):
        lake.log.record(entry)
    assert watching.set_aside(watching.recent(lake)) == [
        "landing/me/b.csv: is no export",
        "landing/me/a.csv: 2 of 9 rows are in quarantine",
    ]
    lake.log.record(replace(refused, upload_timestamp=NOW - timedelta(31)))
    lake.log.record(replace(rows, retry_on=TODAY))
    assert watching.set_aside(watching.recent(lake)) == []


def test_a_field_is_new_for_a_week_after_its_first_file() -> None:
    before = replace(ENTRY, unknown_fields="a", upload_timestamp=NOW - timedelta(20))
    assert watching.new_fields([before, replace(ENTRY, unknown_fields="a,b")]) == [
        "oura/sleep: b is new"
    ]
    assert watching.new_fields([before]) == []


def test_a_warning_counts_what_was_found() -> None:
    result = watching.warning("drift", ["x is new", "y is new"])
    assert (result.passed, result.severity, result.description) == (
        False,
        dg.AssetCheckSeverity.WARN,
        "x is new; y is new",
    )
    assert watching.warning("drift", []).passed


def by_name(settings: Settings) -> dict[str, dg.ScheduleDefinition]:
    return {schedule.name: schedule for schedule in schedules(settings)}


def asked(
    schedule: dg.ScheduleDefinition, scheduled: datetime = MONDAY
) -> tuple[str | None, str | None]:
    with dg.build_schedule_context(scheduled_execution_time=scheduled) as context:
        (request,) = schedule.evaluate_tick(context).run_requests or []
    return tuple(
        request.tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end")
    )  # type: ignore[return-value]


def test_schedules_ask_for_their_days_at_their_time(settings: Settings) -> None:
    made = by_name(settings)
    assert {(s.cron_schedule, s.execution_timezone, *asked(s)) for s in made.values()} == {
        ("0 2 * * *", "UTC", "2025-03-13", "2025-03-20"),
        ("0 9 * * *", "Europe/Berlin", "2025-03-13", "2025-03-20"),
        ("30 9 * * 6", "Europe/Berlin", "2025-02-18", "2025-03-20"),
        ("0 8 * * 0", "Europe/Berlin", None, None),
        ("0 7 * * 1", "Europe/Berlin", "2025-03-16", "2025-03-16"),
    }


def test_a_report_that_is_made_up_for_on_a_later_day_is_still_that_of_the_week(
    settings: Settings,
) -> None:
    """Dagster asks for the newest missed time when the machine is on again: Thursday, here, for
    Monday."""
    report = by_name(settings)["monday_report_schedule"]
    assert settings.today().isoweekday() == 4
    assert asked(report, MONDAY) == ("2025-03-16", "2025-03-16")
    in_auckland = settings.model_copy(update={"timezone": "Pacific/Auckland"})
    early = datetime(2025, 3, 16, 18, tzinfo=UTC)
    assert asked(by_name(in_auckland)["monday_report_schedule"], early) == (
        "2025-03-16",
        "2025-03-16",
    )


def test_a_schedule_without_credentials_is_off_and_says_why(settings: Settings) -> None:
    made = by_name(settings)
    off = {
        name
        for name, schedule in made.items()
        if schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    }
    assert off == {"oura_daily_schedule", "oura_reconciliation_schedule", "peloton_weekly_schedule"}
    assert "Off: BIO_OURA_CLIENT_ID" in (made["oura_daily_schedule"].description or "")
    assert "Off: " in (made["peloton_weekly_schedule"].description or "")


def test_schedules_are_on_once_somebody_has_signed_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = load_settings(
        **settings.without_secrets() | {"oura_client_id": "id", "oura_client_secret": "secret"}
    )
    assert "bio-lakehouse oura login" in (
        by_name(credentials)["oura_daily_schedule"].description or ""
    )
    oura_tokens(settings, "me").save(Tokens("access", "refresh"))
    profile = settings.home / "peloton-browser" / "me"
    profile.mkdir(parents=True)
    (profile / "session-cookies.json").write_text("[]")
    monkeypatch.setattr("bio_lakehouse.lake.fetching.find_spec", lambda _: object())
    statuses = {schedule.default_status for schedule in schedules(credentials)}
    assert statuses == {dg.DefaultScheduleStatus.RUNNING}


class Sent:
    """Notices that were sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.notices: list[tuple[str, str]] = []
        monkeypatch.setattr(notices, "notify", self.take)

    def take(self, settings: Settings, title: str, body: str) -> bool:
        self.notices.append((title, body))
        return True


def test_a_url_that_names_no_channel_is_logged_and_fails_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = load_settings(notify_urls="nothing")
    assert not notices.tell(settings, logging.getLogger("bio_lakehouse"), "Title", "Body")
    assert "Title was not sent: BIO_NOTIFY_URLS" in caplog.text
