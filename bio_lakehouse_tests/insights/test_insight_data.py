from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from bio_lakehouse.insights import InsightData, first_day_needed

AS_OF = date(2025, 3, 9)


def daily(days: list[date], **columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"user_id": "me", "day": days} | columns)


def test_series_has_a_place_for_every_calendar_day() -> None:
    rows = daily([AS_OF, AS_OF - timedelta(days=3)], readiness_score=[80, 70])
    data = InsightData("me", AS_OF, rows, pd.DataFrame(), window_days=5)
    assert data.days == tuple(AS_OF - timedelta(days=4 - i) for i in range(5))
    np.testing.assert_array_equal(data.series("readiness_score"), [np.nan, 70, np.nan, np.nan, 80])
    np.testing.assert_array_equal(
        data.next_day("readiness_score"), [70, np.nan, np.nan, 80, np.nan]
    )


def test_later_days_earlier_days_and_other_users_are_ignored() -> None:
    rows = daily(
        [AS_OF + timedelta(days=1), AS_OF, AS_OF - timedelta(days=400)], readiness_score=[1, 2, 3]
    )
    other = daily([AS_OF], readiness_score=[99]).assign(user_id="you")
    data = InsightData("me", AS_OF, pd.concat([rows, other]), pd.DataFrame(), window_days=4)
    assert data.with_lead_in("readiness_score")[
        ~np.isnan(data.with_lead_in("readiness_score"))
    ].tolist() == [2]


def test_days_may_be_dates_or_timestamps_and_values_any_nullable_kind() -> None:
    days = [AS_OF - timedelta(days=i) for i in range(3)]
    columns = {"had_workout": [True, None, False], "readiness_score": [80, None, 70]}
    plain = InsightData("me", AS_OF, daily(days, **columns), pd.DataFrame(), window_days=3)
    typed_rows = daily(days, **columns).astype(
        {"had_workout": "boolean", "readiness_score": "Int64"}
    )
    typed_rows["day"] = pd.to_datetime(typed_rows["day"])
    typed = InsightData("me", AS_OF, typed_rows, pd.DataFrame(), window_days=3)
    for column, expected in (
        ("had_workout", [0, np.nan, 1]),
        ("readiness_score", [70, np.nan, 80]),
    ):
        np.testing.assert_array_equal(plain.series(column), expected)
        np.testing.assert_array_equal(typed.series(column), expected)


def workout(
    day: date, discipline: str | None, output: float | None, minutes: float | None
) -> dict[str, object]:
    return {
        "user_id": "me",
        "day": day,
        "started_at": pd.Timestamp(day),
        "fitness_discipline": discipline,
        "total_output_kj": output,
        "length_minutes": minutes,
    }


def types_of(*workouts: dict[str, object], had_workout: object = True) -> list[object]:
    rows = daily([AS_OF], had_workout=[had_workout])
    columns = list(workout(AS_OF, None, None, None))
    done = pd.DataFrame(list(workouts), columns=columns)
    return InsightData("me", AS_OF, rows, done, window_days=1).workout_types.tolist()


@pytest.mark.parametrize("turned", [False, True])
def test_a_days_type_is_that_of_the_most_output_else_of_the_longest(turned: bool) -> None:
    cases = [
        ([workout(AS_OF, "Cycling", 300, 30), workout(AS_OF, "Yoga", None, 60)], "cycling"),
        ([workout(AS_OF, "Strength", None, 20), workout(AS_OF, "Yoga", None, 45)], "yoga"),
        ([workout(AS_OF, "Cycling", 0, 5), workout(AS_OF, "Walking", None, 45)], "cycling"),
        ([workout(AS_OF, "Strength", None, None), workout(AS_OF, "Yoga", None, 5)], "yoga"),
        ([workout(AS_OF, "Yoga", None, None), workout(AS_OF, "Barre", None, None)], "barre"),
    ]
    for workouts, expected in cases:
        assert types_of(*(reversed(workouts) if turned else workouts)) == [expected]


def test_rest_is_known_not_guessed() -> None:
    assert types_of(had_workout=False) == ["rest"]
    assert types_of(had_workout=None) == [None]
    assert types_of(workout(AS_OF, " ", 1, 1)) == ["unnamed"]


def test_first_day_needed_covers_the_window_and_half_a_year_before() -> None:
    assert first_day_needed(AS_OF, 180) == AS_OF - timedelta(days=359)
