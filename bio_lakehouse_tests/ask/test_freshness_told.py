"""How new the data is that a statement read, told from the log alone."""

from __future__ import annotations

import time
from datetime import date

import pytest

from bio_lakehouse.ask.answers import freshness_told
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, TODAY, USER


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT avg(readiness_score) FROM daily_readiness_performance", ["oura_daily_readiness"]),
        ("SELECT sleep_score FROM energy_state", ["oura_daily_sleep"]),
        (
            "SELECT steps, total_output_kj FROM daily_readiness_performance",
            ["oura_daily_activity", "peloton_workouts"],
        ),
        ("SELECT hrv_rmssd_ms, hrv_balance_score FROM daily_readiness_performance", None),
        ("SELECT title FROM peloton_workouts", ["peloton_workouts"]),
        ("SELECT claim FROM insights", ["oura_daily_readiness", "peloton_workouts"]),
        ("SELECT source FROM coverage", ["oura_daily_readiness", "peloton_workouts"]),
    ],
)
def test_what_an_answer_hangs_on(demo_lake: Lakehouse, sql: str, tables: list[str] | None) -> None:
    found = freshness_told.silver_tables(Asking(demo_lake).checked(sql))
    assert sorted(found) == (tables or ["oura_daily_readiness", "oura_sleep"])


def test_it_is_told_for_each_person_and_quickly(
    demo_lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(demo_lake.log.owed), "changed", lambda self: set())
    checked = Asking(demo_lake).checked("SELECT readiness_score FROM energy_state")
    newest = demo_lake.log.newest_days(USER)["oura/daily_readiness"]
    started = time.process_time()
    told = freshness_told.told(demo_lake, USER, checked)
    assert time.process_time() - started < 0.1
    assert newest == TODAY
    assert told == "Readiness reaches to Wednesday 11 March 2026."
    assert freshness_told.told(demo_lake, "nobody", checked) == "There is nothing of readiness yet."


def test_days_that_wait_are_said(demo_lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = Asking(demo_lake).checked("SELECT title FROM peloton_workouts")
    changed = {date(2026, 3, 9), date(2026, 3, 10)}
    monkeypatch.setattr(type(demo_lake.log.owed), "changed", lambda self: changed)
    told = freshness_told.told(demo_lake, OTHER_USER, checked)
    assert "2 changed days up to 10 March 2026 wait to be built" in told
    assert "may change this answer" in told


def test_the_newest_known_day_of_a_column(demo_lake: Lakehouse) -> None:
    daily = "bio_gold.daily_readiness_performance"
    assert freshness_told.newest_known(demo_lake, USER, daily, "steps") == TODAY
    assert freshness_told.newest_known(demo_lake, USER, daily, "nothing") is None
    assert freshness_told.newest_known(demo_lake, USER, "bio_gold.energy_state", "day") is None
    assert freshness_told.newest_known(demo_lake, "nobody", daily, "steps") is None
