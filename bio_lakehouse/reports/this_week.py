"""Energy, recommended training and risk of the newest day of a report's week, as the views tell
them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from bio_lakehouse.backends import open_sql
from bio_lakehouse.gold.measures import READINESS, SLEEP
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.narrative import newest_day_sentences as sentences
from bio_lakehouse.reports.comparison import WEEK
from bio_lakehouse.reports.weeks import SIGNS_OF_LIFE

VIEWS_READ: tuple[View, ...] = (
    VIEWS["energy_state"],
    VIEWS["workout_recommendations"],
    VIEWS["overtraining_risk"],
)
NEWEST = """
SELECT
    energy.user_id,
    energy.day,
    energy.readiness_score,
    energy.sleep_score,
    energy.hrv_balance,
    energy.energy_state,
    advice.recommended_intensity,
    risk.overtraining_risk,
    risk.risk_guidance,
    risk.workouts_last_3_days
FROM bio_gold.energy_state AS energy
LEFT JOIN bio_gold.workout_recommendations AS advice
    ON advice.user_id = energy.user_id AND advice.day = energy.day
LEFT JOIN bio_gold.overtraining_risk AS risk
    ON risk.user_id = energy.user_id AND risk.day = energy.day
WHERE energy.day = DATE '{day}'
"""


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of the newest day: what it is about, and the class in words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ThisWeek:
    """The classes of the newest day with data of a report's week, and what they rest on.

    Without a readiness there are no `lines`, and `basis` says so.
    """

    day: date
    lines: tuple[ClassLine, ...]
    basis: str


def newest_day(daily: pd.DataFrame, last: date) -> date | None:
    """The newest of the seven days up to `last` of which one user's rows of the daily table have a
    score, steps or a workout."""
    days = pd.to_datetime(daily["day"])
    of_week = (days <= pd.Timestamp(last)) & (days > pd.Timestamp(last - timedelta(WEEK)))
    has_data = daily[[name for name in SIGNS_OF_LIFE if name in daily]].notna().any(axis=1)
    newest = days[of_week & has_data].max()
    return None if pd.isna(newest) else newest.date()


def read_newest(lake: Lakehouse, user_id: str, day: date | None) -> dict[str, Any] | None:
    """What the three views say of a day of one user; None without a day or without a row."""
    if day is None:
        return None
    rows = open_sql(lake).query(NEWEST.format(day=day.isoformat()), user_id).to_pylist()
    return rows[0] if rows else None


def this_week_of(row: Mapping[str, Any] | None) -> ThisWeek | None:
    """The box of a row that `read_newest` gave."""
    if row is None:
        return None
    if row["readiness_score"] is None:
        return ThisWeek(row["day"], (), sentences.readiness_unknown(row["day"]))
    lines = (
        ClassLine("Energy", sentences.energy(row["energy_state"])),
        ClassLine("Recommended training", sentences.training(row["recommended_intensity"])),
        ClassLine(
            *sentences.risk(
                row["overtraining_risk"], row["risk_guidance"], row["workouts_last_3_days"]
            )
        ),
    )
    scores = {
        READINESS.title: row[READINESS.column],
        "sleep": row[SLEEP.column],
        "HRV balance": row["hrv_balance"],
    }
    return ThisWeek(
        row["day"], lines, sentences.basis(row["day"], scores, row["workouts_last_3_days"])
    )
