"""Words of the model as people type them, each with the column or class that it must reach."""

from __future__ import annotations

from datetime import date

import pytest

from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.planning import planner
from bio_lakehouse.ask.semantics import semantic_model

MODEL = semantic_model.load()
TODAY = date(2026, 3, 11)
CIRCUMSTANCES = Circumstances("me", TODAY, date(2025, 8, 24), TODAY)


@pytest.mark.parametrize(
    ("question", "column"),
    [
        ("whats my average rhr this month", "resting_heart_rate_bpm"),
        ("avg resting pulse last 2 weeks", "resting_heart_rate_bpm"),
        ("how much rem did i get last night", "rem_sleep_s"),
        ("average time to fall asleep in february", "latency_s"),
        ("what time did i go to bed last night", "bedtime_start"),
        ("when did i wake up yesterday", "bedtime_end"),
        ("how many kilojoules did i do last week", "total_output_kj"),
        ("total miles cycled this year", "distance_mi"),
        ("how long did I sit yesterday", "sedentary_time"),
        ("my respiratory rate last night", "average_breath_per_min"),
        ("heart rate while sleeping last night", "average_heart_rate_bpm"),
        ("average walking pace", "avg_speed_mph"),
        ("acute load today", "acute_load"),
        ("what is tsb", "form"),
        ("sleep regularity this month", "contributor_sleep_regularity"),
        ("how many excellent nights did i have", "'Excellent (88+)'"),
        ("days with peak energy this year", "energy_state = 'peak'"),
        ("how often was high intensity recommended", "recommended_intensity = 'high_intensity'"),
        ("how many high risk days this year", "overtraining_risk = 'high_risk'"),
        ("workouts in heart rate zone 4", "heart_rate_zone = 4"),
        ("when was the ring off", "cause = 'not worn'"),
        ("how many weeks was I overreaching", "trend = 'overreaching'"),
        ("how many weight training sessions this year", "fitness_discipline = 'Strength'"),
        ("how many live rides did i take", "is_live"),
        ("average readiness by energy state", "FROM energy_state GROUP BY energy_state"),
        ("readiness per recommended intensity", "GROUP BY recommended_intensity"),
    ],
)
def test_a_persons_words_reach_their_column(question: str, column: str) -> None:
    plan = planner.plan(question, MODEL, CIRCUMSTANCES)

    assert isinstance(plan, Plan)
    assert column in " ".join(plan.sql.split())


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("morning workouts this month", "morning"),
        ("evening classes in february", "evening"),
        ("weight last month", "weight"),
        ("what is my vo2 max", "vo2"),
    ],
)
def test_what_is_not_known_is_said_and_not_left_out(question: str, word: str) -> None:
    refusal = planner.plan(question, MODEL, CIRCUMSTANCES)

    assert isinstance(refusal, NoPlan)
    assert f"“{word}”" in refusal.sentence
