"""The box of the newest day: what the views say, in plain words, with what it rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.insights.data import days_needed
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.narrative.newest_day_sentences import ENERGY, RISK, TRAINING
from bio_lakehouse.reports.this_week import (
    VIEWS_READ,
    newest_day,
    read_newest,
    this_week_of,
)
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.reports.conftest import MakeDaily
from bio_lakehouse_tests.reports.lakes import write

SUNDAY = date(2025, 11, 23)
KNOWN: dict[str, Any] = {
    "day": SUNDAY,
    "readiness_score": 78,
    "sleep_score": 82,
    "hrv_balance": 70,
    "energy_state": "moderate",
    "recommended_intensity": "moderate_intensity",
    "overtraining_risk": "low_risk",
    "risk_guidance": "Readiness is 70 or above.",
    "workouts_last_3_days": 2,
}


def said_of(**changes: Any) -> list[str]:
    box = this_week_of(KNOWN | changes)
    assert box is not None
    return [*(f"{line.title}: {line.text}" for line in box.lines), box.basis]


def test_one_line_each_and_what_they_rest_on() -> None:
    assert said_of() == [
        "Energy: moderate.",
        "Recommended training: a steady session at moderate effort.",
        "Risk of overtraining: low. Readiness is 70 or above.",
        "Readiness 78, sleep 82, HRV balance 70 on Sunday 23 November 2025; 2 known workout days"
        " among the last three.",
    ]


def test_what_is_unknown_is_said_to_be() -> None:
    unknown_sleep = said_of(
        sleep_score=None,
        hrv_balance=None,
        energy_state=None,
        recommended_intensity=None,
        workouts_last_3_days=None,
    )
    assert unknown_sleep == [
        "Energy: cannot be told: the sleep score of that day is unknown.",
        "Recommended training: cannot be told: the sleep score of that day is unknown.",
        "Risk of overtraining: low by readiness alone: whether there were workouts on the last three"
        " days is unknown. Readiness is 70 or above.",
        "Readiness 78, sleep unknown, HRV balance unknown on Sunday 23 November 2025; whether there"
        " were workouts on the last three days is unknown.",
    ]
    assert said_of(readiness_score=None) == [
        "Readiness on Sunday 23 November 2025 is unknown, so neither energy nor a recommendation"
        " nor a risk can be told."
    ]
    undecided = said_of(readiness_score=67, overtraining_risk=None, risk_guidance=None)
    assert undecided[2].startswith("Risk of overtraining: cannot be told: with readiness from 65")
    assert this_week_of(None) is None


@pytest.mark.parametrize("level", ["high_risk", "moderate_risk"])
def test_a_low_readiness_alone_is_not_told_as_overtraining(level: str) -> None:
    low = {"overtraining_risk": level, "risk_guidance": "Readiness is below 65."}
    unknown, none, some = (said_of(**low, workouts_last_3_days=known)[2] for known in (None, 0, 1))
    word = level.removesuffix("_risk")
    assert unknown == (
        f"Low readiness: readiness is below 65. The lake's rule calls that {word} risk by readiness"
        " alone: whether there were workouts on the last three days is unknown."
    )
    assert none.endswith(
        "by readiness alone: there are no known workout days among the last three."
    )
    assert some == f"Risk of overtraining: {word}. Readiness is below 65."


@pytest.mark.parametrize(
    ("words", "view", "column"),
    [
        (ENERGY, "energy_state", "energy_state"),
        (TRAINING, "workout_recommendations", "recommended_intensity"),
        (RISK, "overtraining_risk", "overtraining_risk"),
    ],
)
def test_there_are_words_for_each_class(words: Mapping[str, str], view: str, column: str) -> None:
    cases = re.findall(rf"CASE((?:(?!CASE).)*?)END AS {column}\b", VIEWS[view].sql, re.S)
    classes = set(re.findall(r"(?:THEN|ELSE) '(\w+)'", cases[-1]))
    assert classes == set(words)


def test_the_newest_day_is_one_of_the_week_with_data(make_daily: MakeDaily) -> None:
    daily = make_daily(SUNDAY, readiness_score=[80, 81, None], steps=[None, 900, None])
    assert newest_day(daily, SUNDAY) == SUNDAY - timedelta(1)
    assert newest_day(daily, SUNDAY - timedelta(2)) == SUNDAY - timedelta(2)
    assert newest_day(daily, SUNDAY + timedelta(6)) is None
    assert newest_day(daily.iloc[:0], SUNDAY) is None


def test_the_views_are_asked_for_that_day_of_that_person(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, today_override=SUNDAY, local_only=True)
    lake = Lakehouse.open(settings)
    days = [SUNDAY - timedelta(back) for back in range(4)]
    mine = {"readiness_score": 48, "sleep_score": 60, "had_workout": False, "workout_count": 0}
    theirs = {"readiness_score": 90, "sleep_score": 90, "hrv_balance_score": 90}
    rows = [{"user_id": "me", "day": day} | mine for day in days]
    rows += [{"user_id": "ada", "day": day} | theirs for day in days]
    write(lake, DAILY, rows, SUNDAY)

    own, others = (this_week_of(read_newest(lake, user, SUNDAY)) for user in ("me", "ada"))
    assert own is not None
    assert [line.text for line in own.lines] == [
        "very low.",
        "a day of rest.",
        "readiness is below 50. The lake's rule calls that high risk by readiness alone: there are"
        " no known workout days among the last three.",
    ]
    assert "no known workout days among the last three" in own.basis
    assert others is not None
    assert others.lines[0].text == "at its peak."
    assert read_newest(lake, "me", SUNDAY + timedelta(1)) is None
    assert read_newest(lake, "me", None) is None


def test_a_page_knows_the_days_that_the_views_read() -> None:
    """Its fingerprint holds them, wherever in the week the newest day is."""
    read = [view.reads.days_before for view in VIEWS_READ if view.reads]
    assert all(isinstance(days, int) and days + 7 <= days_needed(1) for days in read)
