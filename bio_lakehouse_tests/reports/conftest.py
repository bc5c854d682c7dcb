"""Frames of a made-up person, a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from bio_lakehouse.insights import Finding, Insight, InsightData
from bio_lakehouse.insights.adjustment import decide
from bio_lakehouse.insights.week_comparison import WeekTest, week_tests
from bio_lakehouse.reports.report_model import ReportInputs
from bio_lakehouse_tests.reports.findings import SUNDAY, finding

MakeDaily = Callable[..., pd.DataFrame]
MakeInputs = Callable[..., ReportInputs]


@pytest.fixture
def sunday() -> date:
    return SUNDAY


@pytest.fixture
def make_daily() -> MakeDaily:
    """`make_daily(readiness_score=[…])`: one row a day, the last on Sunday 9 March 2025."""

    def make(last: date = SUNDAY, user_id: str = "me", **columns: Sequence[Any]) -> pd.DataFrame:
        length = max((len(values) for values in columns.values()), default=0)
        days = [last - timedelta(days=back) for back in range(length - 1, -1, -1)]
        return pd.DataFrame(
            {"user_id": user_id, "day": pd.to_datetime(days)}
            | {k: list(v) for k, v in columns.items()}
        )

    return make


@pytest.fixture
def make_workouts() -> Callable[..., pd.DataFrame]:
    """`make_workouts((day, title, minutes, output), …)` of one user, all cycling."""

    def make(
        *rows: tuple[date, str, float | None, float | None], user_id: str = "me"
    ) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {
                    "user_id": user_id,
                    "day": day,
                    "workout_id": f"{user_id}-{index}",
                    "started_at_local": pd.Timestamp(day) + pd.Timedelta(hours=7, minutes=index),
                    "fitness_discipline": "Cycling",
                    "title": title,
                    "instructor_name": "Jane Doe",
                    "length_minutes": minutes,
                    "total_output_kj": output,
                    "avg_heart_rate_bpm": None,
                }
                for index, (day, title, minutes, output) in enumerate(rows)
            ],
            columns=[
                "user_id",
                "day",
                "workout_id",
                "started_at_local",
                "fitness_discipline",
                "title",
                "instructor_name",
                "length_minutes",
                "total_output_kj",
                "avg_heart_rate_bpm",
            ],
        )

    return make


@pytest.fixture
def make_coverage() -> Callable[..., pd.DataFrame]:
    """`make_coverage(oura=(first, last), peloton=(first, last))`."""

    def make(user_id: str = "me", **stretches: tuple[date, date]) -> pd.DataFrame:
        rows = [
            {"user_id": user_id, "source": source, "first_day": first, "last_day": last}
            for source, (first, last) in stretches.items()
        ]
        return pd.DataFrame(rows, columns=["user_id", "source", "first_day", "last_day"])

    return make


@pytest.fixture
def insights() -> list[Insight]:
    """One insight that was found, one that was not, and one without enough data."""
    return [
        Insight("sleep_readiness", "Sleep and readiness", "me", SUNDAY, (finding("next_day"),)),
        Insight(
            "workout_recovery",
            "Workouts and readiness",
            "me",
            SUNDAY,
            (
                finding(
                    "strength", claim="Strength and rest differ.", status="not found", p=0.6, q=0.6
                ),
            ),
        ),
        Insight(
            "readiness_trend",
            "Readiness trend",
            "me",
            SUNDAY,
            (
                finding(
                    "trend",
                    status="not enough data",
                    effect=None,
                    interval=None,
                    n_eff=None,
                    p=None,
                    q=None,
                    n=12,
                    needed=60,
                ),
            ),
        ),
    ]


def claim_of(_: Insight, said: Finding) -> str:
    return f"{said.claim} ({said.n} of {said.needed})" if said.needed else said.claim


@pytest.fixture
def make_inputs(
    make_daily: MakeDaily,
    make_workouts: Callable[..., pd.DataFrame],
    make_coverage: Callable[..., pd.DataFrame],
) -> MakeInputs:
    """Inputs of Sunday's report, empty but for what is given; made on the Monday."""

    def make(**given: Any) -> ReportInputs:
        empty: Mapping[str, Any] = {
            "user_id": "me",
            "day": SUNDAY,
            "today": SUNDAY + timedelta(days=1),
            "daily": make_daily(readiness_score=[]),
            "workouts": make_workouts(),
            "coverage": make_coverage(),
            "say": claim_of,
            "plain": lambda *_: None,
        }
        return with_tests(ReportInputs(**(empty | given)))

    return make


def with_tests(inputs: ReportInputs) -> ReportInputs:
    """The same with the tests of each user's week, and the user's insights decided with them."""
    insights, tests = list[Insight](), list[WeekTest]()
    for user_id in sorted({inputs.user_id, *inputs.daily["user_id"]}):
        data = InsightData(user_id, inputs.day, inputs.daily, inputs.workouts)
        own = [insight for insight in inputs.insights if insight.user_id == user_id]
        found, compared = decide(own, week_tests(data))
        insights += found
        tests += compared
    return replace(inputs, insights=insights, week_tests=tests)
