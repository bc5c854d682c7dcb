"""The windowed views against an independent reading of their rules: pandas over the filled calendar
of one user."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.tables import violations
from bio_lakehouse_tests.engines.memory_lake import DAILY, engine, table_of

scores = (
    st.none()
    | st.integers(0, 100)
    | st.sampled_from([49, 50, 64, 65, 69, 70, 79, 80, 84, 85, 87, 88])
)
days = st.fixed_dictionaries(
    {
        "readiness_score": scores,
        "sleep_score": scores,
        "hrv_balance_score": st.none() | st.sampled_from([74, 75]),
        "activity_score": st.none() | st.just(50),
        "had_workout": st.none() | st.booleans(),
        "total_output_kj": st.none() | st.sampled_from([0.0, 100.0, 250.5]),
        "readiness_to_output_ratio": st.none() | st.sampled_from([1.49, 1.5, 2.5, 4.0, 4.01]),
    }
)
trained_days = st.fixed_dictionaries(
    {
        "readiness_score": st.integers(30, 95),
        "sleep_score": scores,
        "hrv_balance_score": st.none() | st.sampled_from([74, 75]),
        "activity_score": st.just(50),
        "had_workout": st.sampled_from([True, True, True, False]),
        "total_output_kj": st.just(100.0),
        "readiness_to_output_ratio": st.integers(0, 500).map(lambda cents: cents / 100),
    }
)
trained_lives = st.lists(st.none() | trained_days, min_size=30, max_size=110).map(
    lambda row: {offset: of_day for offset, of_day in enumerate(row) if of_day}
)
histories = st.dictionaries(st.integers(0, 45), days, min_size=1, max_size=30)
lives = histories | trained_lives.filter(bool)
people = st.lists(lives, min_size=4, max_size=4)
"""Of as many people at once since a view is planned for longer than it is computed."""
FIRST_DAY = date(2024, 12, 20)

Calendar = pd.DataFrame


def lake_rows(user_id: str, history: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"user_id": user_id, "day": FIRST_DAY + timedelta(offset)} | row
        for offset, row in sorted(history.items())
    ]


def rows_by_user(people: list[dict[int, dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    users = (f"user {number}" for number in range(len(people)))
    return {user: lake_rows(user, life) for user, life in zip(users, people, strict=True)}


def calendar(rows: list[dict[str, Any]]) -> Calendar:
    """One user's rows, a row for every calendar day; `exists` says which of them the lake has."""
    frame = (
        pd.DataFrame(rows)
        .drop(columns="user_id")
        .set_index(pd.to_datetime([row["day"] for row in rows]))
    )
    frame["exists"] = True
    frame["trained"] = frame["had_workout"].map({True: 1.0, False: 0.0}).astype(float)
    numbers = [
        "readiness_score",
        "sleep_score",
        "total_output_kj",
        "readiness_to_output_ratio",
        "hrv_balance_score",
    ]
    frame[numbers] = frame[numbers].astype(float)
    return frame.asfreq("D")


def mean_of(column: pd.Series[float], count: int) -> pd.Series[float]:
    return column.rolling(count, min_periods=1).mean()


def told_days(frame: Calendar) -> pd.DatetimeIndex:
    """The days with a score or a workout."""
    known = frame[["readiness_score", "sleep_score", "activity_score"]].notna().any(axis=1)
    return frame.index[known | (frame["had_workout"].eq(True))]


def newest(frame: Calendar) -> pd.Timestamp | None:
    counted = told_days(frame)
    return counted.max() if len(counted) else None


def intensity(readiness: float, sleep: float, hrv: float) -> str | None:
    if pd.isna(readiness) or (readiness >= 70 and pd.isna(sleep)):
        return None
    steps = (("peak", 85, 88), ("high", 85, 80), ("moderate", 70, 65), ("low", 50, -1))
    for name, least_readiness, least_sleep in steps:
        rested = sleep >= least_sleep or least_sleep < 0
        if readiness >= least_readiness and rested and (name != "peak" or hrv >= 75):
            return name
    return "recovery_needed"


def energy_state(frame: Calendar) -> Calendar:
    states = [
        intensity(*row)
        for row in zip(
            frame["readiness_score"], frame["sleep_score"], frame["hrv_balance_score"], strict=True
        )
    ]
    return pd.DataFrame(
        {
            "energy_state": states,
            "output_zone": output_zones(frame),
            "readiness_3day_avg": mean_of(frame["readiness_score"], 3),
            "sleep_3day_avg": mean_of(frame["sleep_score"], 3),
            "readiness_delta": frame["readiness_score"].diff(),
            "sleep_delta": frame["sleep_score"].diff(),
        },
        index=frame.index,
    )[frame["exists"].eq(True)]


def output_zones(frame: Calendar) -> list[str | None]:
    ratios = frame["readiness_to_output_ratio"]
    before = ratios.shift(1).rolling(90, min_periods=20)
    quarter, three_quarters, most = (before.quantile(share) for share in (0.25, 0.75, 0.95))
    return [
        output_zone(*row)
        for row in zip(
            ratios,
            frame["trained"],
            frame["readiness_score"],
            quarter.round(6),
            three_quarters.round(6),
            most.round(6),
            strict=True,
        )
    ]


def output_zone(
    ratio: float,
    trained: float,
    readiness: float,
    quarter: float,
    three_quarters: float,
    most: float,
) -> str | None:
    if trained == 0:
        return "no_workout"
    if pd.isna(ratio) or pd.isna(most):
        return None
    if ratio > most and readiness < 70:
        return "overreaching"
    if ratio > three_quarters:
        return "high_performance"
    return "moderate" if ratio > quarter else "undertrained"


def dashboard_30day(frame: Calendar) -> Calendar:
    last = newest(frame)
    averages = pd.DataFrame(
        {
            "readiness_7day_avg": mean_of(frame["readiness_score"], 7),
            "sleep_7day_avg": mean_of(frame["sleep_score"], 7),
            "output_7day_avg": mean_of(frame["total_output_kj"], 7),
            "readiness_30day_avg": mean_of(frame["readiness_score"], 30),
            "sleep_30day_avg": mean_of(frame["sleep_score"], 30),
        }
    )[frame["exists"].eq(True)]
    return averages.iloc[:0] if last is None else averages[last - pd.Timedelta(days=29) : last]


def overtraining_risk(frame: Calendar) -> Calendar:
    readiness = frame["readiness_score"]
    workouts = frame["trained"].rolling(3, min_periods=1).sum()
    rests = frame["trained"].eq(0).rolling(3, min_periods=1).sum()
    zones = pd.Series(output_zones(frame), frame.index)
    falling = (readiness < 65) & (readiness < readiness.shift(1)) & (readiness < readiness.shift(2))
    strained = (readiness < 70) & (workouts == 3) | zones.eq("overreaching") | (readiness < 65)
    spared = (readiness >= 70) | (rests > 0) & zones.notna()
    risk = (
        pd.Series("low_risk", frame.index)
        .where(spared, None)
        .mask(strained, "moderate_risk")
        .mask(falling | (readiness < 50), "high_risk")
    )
    return pd.DataFrame(
        {
            "readiness_vs_3day": readiness - mean_of(readiness, 3).shift(1),
            "workouts_last_3_days": workouts,
            "overtraining_risk": risk.where(readiness.notna(), None),
        }
    )[frame["exists"].eq(True)]


def weekly_trends(frame: Calendar) -> Calendar:
    monday = frame.index - pd.to_timedelta(frame.index.weekday, unit="D")
    groups = frame[frame["exists"].eq(True)].groupby(monday[frame["exists"].eq(True)])
    weeks = pd.DataFrame(
        {
            "days_with_readiness": groups["readiness_score"].count(),
            "avg_readiness": groups["readiness_score"].mean(),
            "weekly_output_kj": groups["total_output_kj"].sum(min_count=1),
            "workout_days": groups["trained"].sum(min_count=1),
        }
    )
    before = weeks.reindex(weeks.index - pd.Timedelta(days=7)).set_index(weeks.index)
    weeks["readiness_change"] = weeks["avg_readiness"] - before["avg_readiness"]
    weeks["output_change"] = weeks["weekly_output_kj"] - before["weekly_output_kj"]
    weeks["workout_days_change"] = weeks["workout_days"] - before["workout_days"]
    weeks.index += pd.Timedelta(days=6)
    told = told_days(frame)
    first = told.min() if len(told) else pd.Timestamp.max
    begun = weeks.index - pd.Timedelta(days=6) >= first
    begun_before = weeks.index - pd.Timedelta(days=13) >= first
    weeks["is_complete"] = begun & (weeks.index <= (newest(frame) or pd.Timestamp.min))
    enough = (weeks["days_with_readiness"] >= 4) & (before["days_with_readiness"].to_numpy() >= 4)
    weeks["trend"] = [
        trend(readiness, output) if usable else None
        for readiness, output, usable in zip(
            weeks["readiness_change"],
            weeks["output_change"],
            enough & weeks["is_complete"] & begun_before,
            strict=True,
        )
    ]
    return weeks


def trend(readiness: float, output: float) -> str | None:
    if pd.isna(output):
        return None
    names = {
        (1, 1): "improving",
        (-1, -1): "declining",
        (-1, 1): "overreaching",
        (1, -1): "recovering",
    }
    return names.get(((readiness > 0) - (readiness < 0), (output > 0) - (output < 0)), "stable")


RULES: list[Callable[[Calendar], Calendar]] = [
    energy_state,
    dashboard_30day,
    overtraining_risk,
    weekly_trends,
]


@pytest.fixture(scope="module")
def made_views() -> Path:
    folder = Path(tempfile.mkdtemp())
    engine(folder)
    return folder


@settings(max_examples=10)
@given(people=people)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_view_follows_its_rules_over_any_history(
    rule: Callable[[Calendar], Calendar],
    made_views: Path,
    people: list[dict[int, dict[str, Any]]],
) -> None:
    rows = rows_by_user(people)
    found = lake(made_views, [row for own in rows.values() for row in own]).rows_of(rule.__name__)

    for user_id, own in rows.items():
        expected = rule(calendar(own))
        assert rows_of(found, user_id, expected) == expected_rows(expected)


INTENSITIES = ("rest_day", "low_intensity", "moderate_intensity", "high_intensity")
ENERGIES = ("recovery_needed", "low", "moderate", "high", "peak")


@settings(max_examples=10)
@given(people=people)
def test_no_view_reassures_where_another_warns(
    made_views: Path, people: list[dict[int, dict[str, Any]]]
) -> None:
    rows = rows_by_user(people)
    sql = lake(made_views, [row for own in rows.values() for row in own])
    names = ("workout_recommendations", "energy_state", "overtraining_risk")
    views = [sql.rows_of(name).to_pylist() for name in names]
    for recommended, energy, risk in zip(*views, strict=True):
        assert recommended["user_id"] == energy["user_id"] == risk["user_id"]
        assert recommended["day"] == energy["day"] == risk["day"]
        told = (
            recommended["recommended_intensity"],
            energy["energy_state"],
            risk["overtraining_risk"],
        )
        assert may_stand_together(*told), told
        assert "no sign" not in str(risk["risk_guidance"]).lower()
        if energy["output_zone"] == "overreaching":
            assert risk["overtraining_risk"] in ("moderate_risk", "high_risk")


def may_stand_together(intensity: str | None, energy: str | None, risk: str | None) -> bool:
    warns = intensity == "rest_day" or energy == "recovery_needed" or risk == "high_risk"
    reassures = intensity == "high_intensity" or energy == "peak" or risk == "low_risk"
    most = {"high_risk": "low_intensity", "moderate_risk": "moderate_intensity"}.get(str(risk))
    if most and intensity and INTENSITIES.index(intensity) > INTENSITIES.index(most):
        return False
    if intensity and energy and abs(INTENSITIES.index(intensity) - ENERGIES.index(energy)) > 1:
        return False
    return not (warns and reassures)


@settings(max_examples=4)
@given(ann=histories, bob=histories)
def test_one_users_rows_are_the_same_whoever_else_is_in_the_lake(
    made_views: Path, ann: dict[int, dict[str, Any]], bob: dict[int, dict[str, Any]]
) -> None:
    both = lake(made_views, lake_rows("ann", ann) + lake_rows("bob", bob))
    alone = lake(made_views, lake_rows("ann", ann))

    for name in (
        "readiness_performance_correlation",
        "sleep_performance_prediction",
        "workout_recommendations",
    ):
        of_all = [row for row in both.rows_of(name).to_pylist() if row["user_id"] == "ann"]
        assert (
            of_all
            == both.rows_of(name, user_id="ann").to_pylist()
            == alone.rows_of(name).to_pylist()
        )


@settings(max_examples=4)
@given(ann=histories, bob=histories)
def test_rows_keep_to_the_declared_bounds_nulls_and_grain(
    made_views: Path, ann: dict[int, dict[str, Any]], bob: dict[int, dict[str, Any]]
) -> None:
    sql = lake(made_views, lake_rows("ann", ann) + lake_rows("bob", bob))

    broken = {name: violations(view.schema, sql.rows_of(name)) for name, view in VIEWS.items()}
    assert not any(broken.values()), broken


def lake(folder: Path, rows: list[dict[str, Any]]) -> DuckDbSql:
    return engine(folder, views=False, daily=table_of(DAILY, rows))


def rows_of(found: pa.Table, user_id: str, expected: Calendar) -> list[dict[str, Any]]:
    """The user's rows that were found, in the columns that are compared."""
    own = [row for row in found.to_pylist() if row["user_id"] == user_id]
    return [{name: row[name] for name in ("day", *expected.columns)} for row in own]


def expected_rows(expected: Calendar) -> list[dict[str, Any]]:
    return [
        {"day": day.date()} | {name: comparable(value) for name, value in row.items()}
        for day, row in zip(expected.index, expected.to_dict("records"), strict=True)
    ]


def comparable(value: Any) -> Any:
    if not isinstance(value, str) and pd.isna(value):
        return None
    return pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
