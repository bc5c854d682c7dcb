"""What a question whether something holds is about: the kinds of such questions, and the findings
that they are answered from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bio_lakehouse.ask.claims.claim_words import OUTPUT, READINESS, SLEEP, WORKOUTS, Words

Kind = Literal[
    "relation",
    "untested",
    "best workout",
    "overtraining",
    "trend",
    "fitness",
    "week",
    "experiment",
    "tomorrow",
    "forecast worth",
    "advice",
    "tried",
    "unusual",
]
SLEEP_READINESS, WORKOUT_RECOVERY, INTENSITY_IMPACT = (
    "sleep_readiness",
    "workout_recovery",
    "intensity_impact",
)
ANOMALIES = "anomaly_detection"
WATCHED = (
    *((READINESS, "readiness"), (SLEEP, "sleep"), ("hrv_rmssd_ms", "hrv")),
    ("temperature_deviation", "temperature"),
)
"""The findings about days that stand out, by what is asked about."""
NEXT_DAY, SAME_DAY, HIGH_VS_LOW, BY_OUTPUT = "next_day", "same_day", "high_vs_low", "output"
LOW_BELOW, HIGH_FROM = 70, 85
"""Readiness below which a day is low, and from which it is high, as the views say."""

COLUMNS = {READINESS: "readiness_score", SLEEP: "sleep_score", OUTPUT: "total_output_kj"}
"""The columns of what is asked about under a word of its own."""
TRENDING = (
    *("readiness_score", "sleep_score", "activity_score", "sleep_duration_h", "hrv_rmssd_ms"),
    *("resting_heart_rate_bpm", "temperature_deviation", "spo2_average_pct", "steps"),
    *("active_calories", "total_output_kj", "hrv_balance_score"),
)
"""Columns of gold.daily_readiness_performance of which two months can be shown side by side."""
WHOLE_PERSON = ("readiness_score", "sleep_score", "hrv_rmssd_ms", "resting_heart_rate_bpm")
"""What is shown where a question does not say what gets better."""


EVERYTHING = ((SLEEP_READINESS, NEXT_DAY), (WORKOUT_RECOVERY, ""), (INTENSITY_IMPACT, ""))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a question asks about.

    `looked_up` are the findings, each as `(insight, finding)`; an empty finding means all of that
    insight. `columns` are measures of gold.daily_readiness_performance, `untested` what no insight
    looks at, in words, and `outcome` what it was asked of. `below` and `from_` bound the readiness
    of the days that are asked about; `is_correlation` says that a correlation was asked for.
    """

    kind: Kind
    looked_up: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    outcome: str = ""
    below: int | None = None
    from_: int | None = None
    is_correlation: bool = False


TITLES = {
    READINESS: "readiness",
    OUTPUT: "output",
    WORKOUTS: "workouts",
    "hrv_balance_score": "HRV balance",
    "hrv_rmssd_ms": "HRV",
    "resting_heart_rate_bpm": "resting heart rate",
    "sleep_duration_h": "time asleep",
    "active_calories": "active calories",
    SLEEP: "sleep",
}


def titles_of(words: Words, subjects: Iterable[str]) -> tuple[str, ...]:
    """What subjects are called; those without a name of their own as the question says them."""
    return tuple(TITLES.get(one) or words.said(one) for one in sorted(subjects))
