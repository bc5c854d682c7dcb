"""Causes of missing days, from real files and the log that they leave."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.build.ledger import build_gap_ledger, ledger_rows
from bio_lakehouse.gold.gap_ledger import Cause
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.completeness import READINESS, SLEEP, completeness, covered_days
from bio_lakehouse.reports.own_rows import coverage_of
from bio_lakehouse.settings import Settings
from bio_lakehouse.silver.schemas import SCHEMAS
from bio_lakehouse.sources.oura.trends import fed_datasets
from bio_lakehouse.status import dataset_statuses
from bio_lakehouse_tests.build.knowledge_one_by_one import known_at_once
from bio_lakehouse_tests.reports.lakes import write
from bio_lakehouse_tests.whole_log import entries_of

FIRST, TODAY = date(2026, 3, 1), date(2026, 3, 20)
EVERYTHING = b"date,Sleep Score,Readiness Score,Activity Score,Steps\n" + b"".join(
    b"2026-03-%02d,81,80,82,5100\n" % day for day in (1, 2, 3)
)
SLEEP_ONLY = b"date,Sleep Score,Total Sleep Score,REM Sleep Score,Deep Sleep Score\n" + b"".join(
    b"2026-03-%02d,82,90,91,92\n" % day for day in (3, 4, 5)
)


def days(*numbers: int) -> set[date]:
    return {date(2026, 3, number) for number in numbers}


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    home = tmp_path / "home"
    return Lakehouse.open(Settings(home=home, timezone="UTC", today_override=TODAY))


def bring(lake: Lakehouse, name: str, content: bytes) -> None:
    path = lake.settings.home.with_name("downloads") / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    list(arrivals.ingest(lake, path, "me"))


def with_two_exports(lake: Lakehouse) -> Lakehouse:
    bring(lake, "everything.csv", EVERYTHING)
    bring(lake, "sleep.csv", SLEEP_ONLY)
    readiness = [{"user_id": "me", "day": day, "score": 80} for day in days(1, 2, 3)]
    write(lake, SCHEMAS["oura_daily_readiness"], readiness, TODAY)
    return lake


def causes(lake: Lakehouse, table: str) -> dict[date, str]:
    rows = ledger_rows(lake, date(2026, 3, 1), date(2026, 3, 5))
    return {row["day"]: row["cause"] for row in rows.to_pylist() if row["dataset"] == table}


def test_an_export_speaks_about_the_datasets_whose_columns_it_has(lake: Lakehouse) -> None:
    with_two_exports(lake)
    known = known_at_once(lake, "me", FIRST)
    assert known["oura_daily_readiness"].covered == days(1, 2, 3)
    assert known["oura_daily_sleep"].covered == days(1, 2, 3, 4, 5)
    assert known["oura_daily_activity"].covered == days(1, 2, 3)
    assert causes(lake, "oura_daily_readiness") == dict.fromkeys(days(4, 5), Cause.NOT_DELIVERED)
    status = {found.table: found for found in dataset_statuses(lake, "me")}
    assert status["oura_daily_readiness"].gaps[0].cause is Cause.NOT_DELIVERED


def test_the_page_says_the_same(lake: Lakehouse) -> None:
    coverage = coverage_of(with_two_exports(lake).log.of_user("me"))
    assert covered_days(coverage, READINESS.datasets) == days(1, 2, 3)
    assert covered_days(coverage, SLEEP.datasets) == days(1, 2, 3, 4, 5)


@pytest.mark.parametrize("order", [1, -1])
def test_the_table_holds_every_missing_day_whatever_came_first(lake: Lakehouse, order: int) -> None:
    rows = {day: {"user_id": "me", "day": date(2026, 3, day), "score": 80} for day in (1, 15)}
    files = {"early.csv": (b"01", 1), "late.csv": (b"15", 15)}
    shown = []
    for name, (day, number) in list(files.items())[::order]:
        bring(lake, name, b"date,Sleep Score\n2026-03-%b,80\n" % day)
        shown.append(rows[number])
        write(lake, SCHEMAS["oura_daily_sleep"], shown, TODAY)
        build_gap_ledger(lake)
    found = lake.tables.read(GAP_LEDGER, date(2026, 1, 1), TODAY).to_pylist()
    told = {row["day"]: row["cause"] for row in found if row["dataset"] == "oura_daily_sleep"}
    missing = days(*range(2, 15), *range(16, 20))
    assert told == dict.fromkeys(missing, "not delivered") | {TODAY: "not due yet"}


def test_each_answer_of_a_bundle_speaks_about_its_own_days(lake: Lakehouse) -> None:
    sleep = [{"id": f"s{day}", "day": f"2026-03-0{day}", "score": 80} for day in (1, 3)]
    readiness = [{"id": "r", "day": "2026-03-05", "score": 70}]
    bundle = {"daily_sleep": sleep, "daily_readiness": readiness, "daily_activity": {"data": []}}
    bring(lake, "bundle.json", json.dumps(bundle).encode())
    covered = {name: known.covered for name, known in known_at_once(lake, "me", FIRST).items()}
    assert covered["oura_daily_sleep"] == days(1, 2, 3)
    assert covered["oura_daily_readiness"] == days(5)
    assert covered["oura_daily_activity"] == set()
    page = coverage_of(lake.log.of_user("me"))
    assert covered_days(page, READINESS.datasets) == days(5)
    assert covered_days(page, SLEEP.datasets) == days(1, 2, 3)


def test_what_a_file_speaks_about_survives_its_replacement_and_its_second_arrival(
    lake: Lakehouse,
) -> None:
    with_two_exports(lake)
    bring(lake, "again.csv", SLEEP_ONLY)
    bring(lake, "sleep.csv", SLEEP_ONLY.replace(b",82,", b",85,"))
    told = {entry.file_path: entry.datasets_told for entry in entries_of(lake.log)}
    assert {told[path] for path in told if "everything" not in path} == {("oura/daily_sleep",)}
    assert known_at_once(lake, "me", FIRST)["oura_daily_readiness"].covered == days(1, 2, 3)


def test_a_log_from_before_this_was_kept_still_opens(lake: Lakehouse) -> None:
    with_two_exports(lake)
    with sqlite3.connect(lake.settings.home / "log.db") as db:
        db.execute("ALTER TABLE ingestion_log DROP COLUMN fed_datasets")
    reopened = Lakehouse.open(lake.settings)
    assert {entry.datasets_told for entry in entries_of(reopened.log)} == {("oura/trends",)}


def test_headers_say_what_is_fed() -> None:
    assert fed_datasets(["date", "steps"]) == ("oura/daily_activity",)
    assert fed_datasets(["date", "average hrv"]) == ("oura/sleep",)
    assert fed_datasets(["date"]) == ()


kinds = st.sampled_from(["long_sleep", "sleep", "late_nap", "rest", "deleted", None])
lives = st.dictionaries(
    st.integers(1, 7),
    st.tuples(st.sampled_from([None, 0, 43_199, 43_200, 80_000]), st.lists(kinds, max_size=3)),
    min_size=1,
)


@settings(max_examples=15)
@given(lives)
def test_ledger_and_page_mean_the_same_by_not_worn(
    tmp_path_factory: pytest.TempPathFactory, life: dict[int, tuple[int | None, list[str | None]]]
) -> None:
    home = tmp_path_factory.mktemp("home")
    lake = Lakehouse.open(Settings(home=home, timezone="UTC", today_override=TODAY))
    activity: list[dict[str, Any]] = [
        {"user_id": "me", "day": date(2026, 3, day), "non_wear_time": seconds}
        for day, (seconds, _) in life.items()
    ]
    periods: list[dict[str, Any]] = [
        {"user_id": "me", "day": date(2026, 3, day), "period_id": f"{day}-{n}", "type": kind}
        for day, (_, of_day) in life.items()
        for n, kind in enumerate(of_day)
    ]
    write(lake, SCHEMAS["oura_daily_activity"], activity, TODAY)
    write(lake, SCHEMAS["oura_sleep"], periods, TODAY)
    shown = completeness(
        as_frame(lake, "oura_daily_activity").assign(steps=1),
        coverage_of(lake.log.of_user("me")),
        [date(2026, 3, day) for day in range(1, 8)],
        TODAY,
        as_frame(lake, "oura_daily_activity"),
        as_frame(lake, "oura_sleep"),
    )[2]
    page = {date(2026, 3, n + 1) for n, status in enumerate(shown.days) if status is Cause.NOT_WORN}
    assert page == known_at_once(lake, "me", FIRST)["oura_sleep"].unworn


def as_frame(lake: Lakehouse, table: str) -> Any:
    return lake.tables.scan(f"bio_silver.{table}").to_pandas()
