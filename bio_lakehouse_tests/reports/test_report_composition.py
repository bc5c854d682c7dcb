"""A report made from a real lake of two users, written once, renewed when data arrives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.errors import ReportError, SourceError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.fetched_windows import FetchedWindows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.reports import composition, pages
from bio_lakehouse.reports.own_rows import coverage_of
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver import SCHEMAS as SILVER
from bio_lakehouse.sources.demo import Truth, daily_rows, simulate, workout_rows
from bio_lakehouse.sources.oura.fetch import FailedWindow, Window
from bio_lakehouse_tests.kept_home import kept
from bio_lakehouse_tests.reports.lakes import LANDED, write

SUNDAY = date(2025, 11, 16)
TODAY = SUNDAY + timedelta(days=1)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate(120, 17, SUNDAY)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, truth: Truth) -> Path:
    """120 days of the demo person as `me` and one day of `ada`."""
    lake = opened(tmp_path_factory.mktemp("home"))
    write(
        lake,
        DAILY,
        [*daily_rows(truth), {"user_id": "ada", "day": SUNDAY, "readiness_score": 91}],
        TODAY,
    )
    workouts = [row | {"workout_id": str(index)} for index, row in enumerate(workout_rows(truth))]
    write(lake, SILVER["peloton_workouts"], workouts, TODAY)
    write(lake, SILVER["coverage"], [file_about(truth.days[0].day, LANDED)], TODAY)
    for day in (SUNDAY, SUNDAY - timedelta(days=7)):
        build_for_report(lake, day)
    return lake.settings.home


@pytest.fixture
def lake(home: Path) -> Iterator[Lakehouse]:
    with kept(home):
        yield opened(home)


def opened(home: Path) -> Lakehouse:
    return Lakehouse.open(load_settings(home=home, timezone="UTC", today_override=TODAY))


def file_about(first: date, landed: datetime) -> dict[str, Any]:
    """A row of coverage: a file that speaks about the days from `first` to Sunday."""
    about = {"user_id": "me", "source": "oura", "first_day": first, "last_day": SUNDAY}
    return about | {"origin": "api", "source_file": f"{landed}", "ingested_at": landed}


def log_fetch(lake: Lakehouse, dataset: str, first: date, last: date) -> None:
    entry = LogEntry(
        file_path="landing/me/x.json",
        checksum="c",
        user_id="me",
        upload_timestamp=LANDED,
        size=1,
        modified=LANDED,
        status="ingested",
        source="oura",
        origin="api",
        data_type=dataset,
        covered_first=first,
        covered_last=last,
    )
    lake.log.record(entry)


def test_a_report_is_written_once(lake: Lakehouse) -> None:
    made = composition.make(lake, "me", SUNDAY)
    page = lake.settings.home / "reports" / "me" / "weekly-2025-11-16.html"
    assert made.key == "reports/me/weekly-2025-11-16.html"
    assert (made.uri, made.size, made.changed) == (page.as_uri(), page.stat().st_size, True)
    first = page.read_bytes()
    again = composition.make(lake, "me", SUNDAY)
    assert not again.changed
    assert again.model.version == made.model.version
    assert page.read_bytes() == first
    assert len(made.model.insights) == 5
    assert made.model.data_up_to == LANDED
    assert pages.written_reports(lake, "me") == [SUNDAY]


def test_each_user_has_their_own(lake: Lakehouse, truth: Truth) -> None:
    assert composition.reported_users(lake, SUNDAY) == ["ada", "me"]
    ada = composition.make(lake, "ada", SUNDAY).model
    assert (ada.readiness.week.mean, ada.readiness.week.n, ada.lede) == (
        91,
        1,
        "Readiness averaged 91.",
    )
    assert [line.workouts for line in ada.days] == [()] * 7
    me = composition.make(lake, "me", SUNDAY).model
    known = [
        row["readiness_score"]
        for row in daily_rows(truth)[-7:]
        if row["readiness_score"] is not None
    ]
    assert me.readiness.week.mean == pytest.approx(sum(known) / len(known))


def test_coverage_comes_from_the_log_by_dataset(lake: Lakehouse) -> None:
    log_fetch(lake, "oura/daily_readiness", SUNDAY - timedelta(days=6), SUNDAY)
    coverage = coverage_of(lake.log.of_user("me"))
    assert coverage.to_dict("records") == [
        {
            "user_id": "me",
            "source": "oura/daily_readiness",
            "origin": "api",
            "first_day": SUNDAY - timedelta(days=6),
            "last_day": SUNDAY,
        }
    ]
    assert coverage_of(lake.log.of_user("ada")).empty


def test_a_lake_without_days_says_what_to_do(lake: Lakehouse, tmp_path: Path) -> None:
    with pytest.raises(
        ReportError, match=r"no day of 'bob' up to 2025-11-16; there are days of ada, me"
    ):
        composition.make(lake, "bob", SUNDAY)
    with pytest.raises(ReportError, match=r"no day of 'me' up to 2020-01-05"):
        composition.make(lake, "me", date(2020, 1, 5))
    empty = Lakehouse.open(load_settings(home=tmp_path / "empty"))
    with pytest.raises(ReportError, match=r"run `bio-lakehouse ingest FILE` or `demo` first"):
        composition.make(empty, "me", SUNDAY)
    assert composition.reported_users(empty, SUNDAY) == []


def test_one_day_is_enough_for_a_page(lake: Lakehouse) -> None:
    made = composition.make(lake, "ada", SUNDAY)
    assert made.model.headline == "The first weeks, getting to know what is usual for you"
    assert {card.status for card in made.model.insights} == {"not enough data"}


def test_days_whose_fetch_failed_are_told_as_such(lake: Lakehouse) -> None:
    failed = Window("daily_sleep", SUNDAY - timedelta(days=1), SUNDAY)
    FetchedWindows(lake, "me").fail(FailedWindow(failed, SourceError("Oura did not answer")))
    days = composition.gather(lake, "me", SUNDAY, TODAY).failed
    assert days["oura/daily_sleep"] == {failed.first_day, failed.last_day}
    assert days["oura/daily_readiness"] == frozenset()
    assert set(composition.gather(lake, "ada", SUNDAY, TODAY).failed.values()) == {frozenset()}
