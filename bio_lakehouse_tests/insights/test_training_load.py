from datetime import date, timedelta
from itertools import pairwise
from math import exp

import pandas as pd
import pytest

from bio_lakehouse.insights.training_load import (
    ACUTE_DECAY,
    CHRONIC_DECAY,
    SCHEMA,
    heart_rate_load,
    power_load,
    states,
    training_load,
    trimp,
    workout_load,
)
from bio_lakehouse.settings import UserProfile

FIRST = date(2025, 1, 1)
PROFILE = UserProfile(user_id="me", timezone="UTC", max_heart_rate=190, threshold_heart_rate=170, ftp=200)
REST = 50

# The day's load of 60 days: an hour at threshold on Mondays, half an hour on Thursdays, rest between; day 45 unknown.
WEEK = [100.0, 0.0, 0.0, 50.0, 0.0, 0.0, 0.0]
LOADS: list[float | None] = [WEEK[i % 7] for i in range(60)]
LOADS[45] = None


def by_hand(last: int, first: int, days: float) -> float:
    """The state on day `last` as the sum of every load since `first`, each decayed on its own."""
    decay = exp(-1 / days)
    return sum((1 - decay) * (LOADS[day] or 0.0) * decay ** (last - day) for day in range(first, last + 1))


def test_decays_are_those_of_42_and_7_days() -> None:
    assert pytest.approx(0.976472, abs=5e-7) == CHRONIC_DECAY
    assert pytest.approx(0.866878, abs=5e-7) == ACUTE_DECAY


def test_sixty_days_by_hand() -> None:
    found = list(states(LOADS))
    for day in range(60):
        if day == 45:
            continue
        first = 0 if day < 45 else 46
        assert found[day]["chronic_load"] == pytest.approx(by_hand(day, first, 42), abs=1e-9)
        assert found[day]["acute_load"] == pytest.approx(by_hand(day, first, 7), abs=1e-9)
        assert found[day]["known_days"] == day - first + 1


def test_first_days_to_the_digits() -> None:
    first, second, third, fourth, *_ = states(LOADS)
    assert first == {
        "chronic_load": pytest.approx(2.352831334776, abs=1e-9),
        "acute_load": pytest.approx(13.312210024982, abs=1e-9),
        "form": None,
        "known_days": 1,
        "state": "building",
    }
    assert second["form"] == pytest.approx(2.352831334776 - 13.312210024982, abs=1e-9)
    assert third["chronic_load"] == pytest.approx(2.352831334776 * exp(-2 / 42), abs=1e-9)
    assert fourth["acute_load"] == pytest.approx(13.312210024982 * exp(-3 / 7) + 6.656105012491, abs=1e-9)


def test_form_is_shown_the_next_day() -> None:
    found = list(states(LOADS))
    for yesterday, today in pairwise(found[:46]):
        assert today["form"] == yesterday["chronic_load"] - yesterday["acute_load"]


def test_an_unknown_day_makes_the_state_null_and_it_begins_again_at_0() -> None:
    found = list(states(LOADS))
    assert (found[45]["chronic_load"], found[45]["acute_load"], found[45]["state"]) == (None, None, None)
    assert found[45]["form"] is not None
    assert found[46]["form"] is None
    assert found[46]["chronic_load"] == (LOADS[46] or 0.0) * (1 - CHRONIC_DECAY)
    assert found[46]["known_days"] == 1


def test_building_until_42_days_in_a_row_are_known() -> None:
    states_of = [state["state"] for state in states([10.0] * 41 + [0.0] * 3)]
    assert states_of == ["building"] * 41 + ["steady"] * 3


def test_power_load_is_100_for_an_hour_at_threshold() -> None:
    assert power_load(60, 200, 200) == 100
    assert power_load(30, 160, 200) == pytest.approx(32)


def test_heart_rate_load_is_100_for_an_hour_at_threshold() -> None:
    assert heart_rate_load(60, 170, REST, 190, 170) == pytest.approx(100)
    share = (140 - 50) / 140
    assert trimp(45, 140, 50, 190) == pytest.approx(45 * share * 0.64 * exp(1.92 * share))
    threshold = (170 - 50) / 140
    expected = 100 * 45 * share * exp(1.92 * share) / (60 * threshold * exp(1.92 * threshold))
    assert heart_rate_load(45, 140, 50, 190, 170) == pytest.approx(expected)
    assert trimp(30, 45, 50, 190) == 0.0


@pytest.mark.parametrize(
    ("minutes", "watts", "heart_rate", "rest", "load", "method"),
    [
        (60, 200, 150, REST, 100.0, "power"),
        (60, None, 170, REST, 100.0, "heart_rate"),
        (60, None, None, REST, None, None),
        (60, None, 150, None, None, None),
        (None, 150, 150, REST, None, None),
        (None, 0, None, REST, 0.0, "power"),
        (0, 150, None, REST, 0.0, "power"),
    ],
)
def test_power_then_heart_rate_then_unknown(minutes, watts, heart_rate, rest, load, method) -> None:
    found = workout_load(minutes, watts, heart_rate, rest, PROFILE)
    assert found.load == pytest.approx(load)
    assert found.method == method


def test_what_is_not_set_of_a_person_is_not_guessed() -> None:
    bare = UserProfile(user_id="me", timezone="UTC")
    assert workout_load(60, 200, 150, REST, bare).load is None
    powerless = PROFILE.model_copy(update={"ftp": None})
    assert workout_load(60, 200, 170, REST, powerless).method == "heart_rate"


def days(count: int, **columns: list[object]) -> pd.DataFrame:
    rows = {"user_id": "me", "day": [FIRST + timedelta(days=i) for i in range(count)]}
    return pd.DataFrame(rows | {"had_workout": [False] * count, "resting_heart_rate_bpm": [50.0] * count} | columns)


def rides(*rows: tuple[int, float | None, float | None, float | None]) -> pd.DataFrame:
    columns = ["user_id", "day", "length_minutes", "avg_watts", "avg_heart_rate_bpm"]
    return pd.DataFrame([("me", FIRST + timedelta(days=day), *rest) for day, *rest in rows], columns=columns)


def test_rows_of_a_short_life() -> None:
    daily = days(6, had_workout=[True, False, None, True, True, False])
    found = training_load(daily, rides((0, 60, 200, None), (0, 30, None, 170), (3, 60, None, None)), PROFILE)
    assert found.schema.equals(SCHEMA.arrow)
    rows = {row["day"].day: row for row in found.to_pylist()}
    assert rows[1]["training_load"] == pytest.approx(150)
    assert (rows[1]["is_estimated"], rows[1]["methods"]) == (True, "heart_rate,power")
    assert (rows[2]["training_load"], rows[2]["is_estimated"], rows[2]["methods"]) == (0.0, False, None)
    assert (rows[3]["training_load"], rows[3]["chronic_load"]) == (None, None)
    assert (rows[4]["training_load"], rows[4]["unknown_workouts"]) == (None, 1)
    assert rows[5]["training_load"] is None
    assert (rows[6]["training_load"], rows[6]["chronic_load"], rows[6]["known_days"]) == (0.0, 0.0, 1)


def test_a_calendar_day_without_a_row_is_unknown() -> None:
    daily = days(5).drop(index=2)
    found = training_load(daily, rides(), PROFILE).to_pylist()
    assert [row["training_load"] for row in found] == [0.0, 0.0, None, 0.0, 0.0]
    assert [row["known_days"] for row in found] == [1, 2, 0, 1, 2]


def test_resting_heart_rate_is_the_median_so_far_and_later_days_change_nothing() -> None:
    daily = days(4, resting_heart_rate_bpm=[None, 48.0, 60.0, 52.0], had_workout=[True] * 4)
    done = rides(*[(day, 45, None, 140) for day in range(4)])
    loads = [row["training_load"] for row in training_load(daily, done, PROFILE).to_pylist()]
    expected = [heart_rate_load(45, 140, rest, 190, 170) for rest in (48, 54, 52)]
    assert loads[0] is None
    assert loads[1:] == pytest.approx(expected)
    earlier = training_load(daily.head(3), done.head(3), PROFILE).to_pylist()
    assert earlier == training_load(daily, done, PROFILE).to_pylist()[:3]


def test_other_users_take_no_part() -> None:
    other = days(3, had_workout=[True] * 3).assign(user_id="you")
    mixed = pd.concat([other, days(3)])
    assert training_load(mixed, rides(), PROFILE).num_rows == 3
    assert training_load(other, rides(), PROFILE).num_rows == 0
