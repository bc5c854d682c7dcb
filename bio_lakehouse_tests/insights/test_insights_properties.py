"""What must hold for any days: no look into the future, no user mixed in, unknown anywhere."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bio_lakehouse.insights import InsightData, insights_of, narrate
from bio_lakehouse.insights.table import to_rows

AS_OF = date(2025, 3, 9)
DAYS = 150
DISCIPLINES = ("Cycling", "Strength", "Yoga", None)
CAUSAL = (
    "because",
    "cause",
    "boost",
    "due to",
    "leads to",
    "results in",
    "thanks to",
    "effect of",
    "impact of",
)
RELAXED = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])

people = st.builds(
    lambda seed, unknown, days, trained: (seed, unknown, days, trained),
    st.integers(0, 2**20),
    st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
    st.integers(1, DAYS),
    st.sampled_from([0.0, 0.4, 1.0]),
)


def life(
    person: tuple[int, float, int, float], user: str = "me"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Random days up to AS_OF in which each value is unknown with a given chance, and the workouts
    of them."""
    seed, unknown, count, trained = person
    random = np.random.default_rng(seed)
    days = [AS_OF - timedelta(days=count - 1 - i) for i in range(count)]

    def column(values: np.ndarray) -> list[object]:
        gone = random.random(count) < unknown
        return [None if gone[i] else value for i, value in enumerate(values.tolist())]

    had = random.random(count) < trained
    daily = pd.DataFrame(
        {
            "user_id": user,
            "day": days,
            "readiness_score": column(random.integers(40, 100, count)),
            "sleep_score": column(random.integers(40, 100, count)),
            "hrv_rmssd_ms": column(random.normal(60, 10, count)),
            "total_output_kj": column(random.integers(0, 600, count).astype(float)),
            "had_workout": column(had),
        }
    )
    done = pd.DataFrame(
        [
            {
                "user_id": user,
                "day": day,
                "started_at": pd.Timestamp(day),
                "fitness_discipline": DISCIPLINES[random.integers(4)],
                "total_output_kj": random.choice([None, 0.0, 250.0]),
                "length_minutes": random.choice([None, 20.0, 45.0]),
            }
            for day, trained_then in zip(days, had, strict=True)
            if trained_then
        ],
        columns=[
            "user_id",
            "day",
            "started_at",
            "fitness_discipline",
            "total_output_kj",
            "length_minutes",
        ],
    )
    return daily, done


def answers(daily: pd.DataFrame, workouts: pd.DataFrame, as_of: date = AS_OF) -> list[object]:
    return to_rows(insights_of(InsightData("me", as_of, daily, workouts))).to_pylist()


@RELAXED
@given(people, st.integers(1, 40))
def test_later_days_change_nothing(person: tuple[int, float, int, float], back: int) -> None:
    daily, workouts = life(person)
    as_of = AS_OF - timedelta(days=back)
    until = (daily[daily["day"] <= as_of], workouts[workouts["day"] <= as_of])
    assert answers(daily, workouts, as_of) == answers(*until, as_of)


@RELAXED
@given(people, people, st.integers(0, 2**20))
def test_other_users_and_the_order_of_rows_change_nothing(
    person: tuple[int, float, int, float], other: tuple[int, float, int, float], seed: int
) -> None:
    daily, workouts = life(person)
    theirs_daily, theirs_workouts = life(other, "you")
    mixed = [
        pd.DataFrame(
            theirs.to_dict("records") + mine.to_dict("records"), columns=mine.columns
        ).sample(frac=1, random_state=seed)
        for mine, theirs in ((daily, theirs_daily), (workouts, theirs_workouts))
    ]
    assert answers(*mixed) == answers(daily, workouts)


@RELAXED
@given(people)
def test_what_was_looked_for_is_a_question_and_never_a_result(
    person: tuple[int, float, int, float],
) -> None:
    for insight in insights_of(InsightData("me", AS_OF, *life(person))):
        for finding in insight.findings:
            asked = insight.looked_for(finding)
            is_statement = " differs " in asked or " move together" in asked
            assert asked.startswith("whether ") == is_statement
            assert not asked.endswith(".")
            assert "person" not in asked


@RELAXED
@given(people)
def test_every_answer_is_whole_and_never_causal(person: tuple[int, float, int, float]) -> None:
    for insight in insights_of(InsightData("me", AS_OF, *life(person))):
        said = narrate(insight) + " ".join(f.claim + " ".join(f.caveats) for f in insight.findings)
        assert said.strip().endswith(".")
        assert not [word for word in CAUSAL if word in said.lower()]
        assert "nan" not in said.lower().replace("unnamed", "")
        for finding in insight.findings:
            if finding.status == "not enough data":
                assert finding.needed is not None
                assert finding.n < finding.needed
                assert (
                    f"({finding.n} of {finding.needed} " in said
                    or insight.name == "readiness_trend"
                )
            elif finding.tested:
                assert finding.p is not None
                assert finding.q is not None
                assert 0 <= finding.p <= finding.q <= 1
                assert finding.interval is not None
                assert finding.effect is not None
                assert finding.interval[0] <= finding.effect <= finding.interval[1]
                assert finding.n_eff is not None
                assert finding.n_eff <= finding.n
