"""A made-up week as facts: what the gate, the writers and the loopback server are tried on."""

from __future__ import annotations

from datetime import date

from bio_lakehouse.narrative import phrases
from bio_lakehouse.narrative.facts import Facts, FactsBuilder

WEEK = (date(2025, 3, 3), date(2025, 3, 9))
WINDOW = (date(2024, 9, 11), date(2025, 3, 9))
SLEEP = {"sleep_score": "sleep score", "readiness_score": "readiness"}


def example_facts() -> Facts:
    """Readiness as usual, HRV up, resting heart rate down, two highs, and findings of every
    status."""
    builder = FactsBuilder(WEEK, WINDOW)
    add_measures(builder)
    builder.high("hrv_rmssd_ms", "HRV", "74 ms", [date(2025, 3, 6)], since="since 3 May 2024")
    builder.high("readiness_score", "Readiness", "91", [date(2025, 3, 4)])
    add_findings(builder)
    return builder.build()


def add_measures(builder: FactsBuilder) -> None:
    builder.measure(
        "readiness_score",
        "Readiness",
        "81",
        "79",
        difference=2.1,
        standing="usual",
        size="2.1",
        days="7 of 7 days",
    )
    builder.measure(
        "sleep_score",
        "Sleep score",
        "83",
        "84",
        difference=-0.8,
        standing="usual",
        days="6 of 7 days",
    )
    builder.measure(
        "hrv_rmssd_ms",
        "HRV",
        "61 ms",
        "55 ms",
        difference=6.2,
        standing="moved",
        size="6.2 ms",
        interval="95 % interval 2 to 10 ms",
    )
    builder.measure(
        "resting_heart_rate_bpm",
        "Resting heart rate",
        "52 bpm",
        "56 bpm",
        difference=-3.6,
        standing="moved",
        size="3.6 bpm",
    )
    builder.measure(
        "workout_count", "Workouts", "5 workouts", "3.5 workouts a week", statistic="total"
    )
    builder.measure("steps", "Steps", "8,214 a day")


def add_findings(builder: FactsBuilder) -> None:
    builder.finding(
        "sleep_next_day",
        "found",
        phrases.related("sleep score", "readiness score on the day after", 0.41),
        SLEEP,
        effect="r = 0.41",
        interval="95 % interval 0.21 to 0.58",
        n="142 pairs of days",
        q="q = 0.004",
    )
    builder.finding(
        "cycling_vs_rest",
        "found",
        phrases.differing("readiness on the next day", "cycling", "rest", -0.35),
        {"readiness_score": "readiness", "cycling": "cycling", "rest": "rest"},
        effect="rank-biserial −0.35",
        n="48 and 61 days",
    )
    builder.finding(
        "strength_vs_rest",
        "not found",
        phrases.no_difference("readiness on the next day", "strength", "rest"),
        {"readiness_score": "readiness", "strength": "strength", "rest": "rest"},
        effect="rank-biserial 0.05",
        interval="95 % interval −0.20 to 0.31",
        n="22 and 61 days",
        q="q = 0.62",
    )
    builder.finding(
        "trend",
        "not enough data",
        phrases.too_few("a trend in readiness", 41, 60, "days"),
        {"readiness_score": "readiness"},
    )
