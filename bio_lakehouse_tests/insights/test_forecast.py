from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bio_lakehouse.insights.forecast import MINIMUM_EVALUATED, _predicted, forecast, narrate


def readiness_of(phi: float, n: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, n)
    for day in range(1, n):
        values[day] = phi * values[day - 1] + np.sqrt(1 - phi**2) * values[day]
    return (78 + 6 * values).round()


def columns(n: int = 240, seed: int = 1, pull: float = 0.0) -> dict[str, np.ndarray]:
    """Readiness that resembles itself and falls by `pull` points for each 100 kJ of the day before."""
    random = np.random.default_rng(seed)
    output = random.integers(0, 500, n).astype(float)
    readiness = readiness_of(0.3, n, seed)
    readiness[1:] -= (pull * (output[:-1] - 250) / 100).round()
    return {
        "readiness_score": readiness,
        "sleep_score": random.normal(80, 5, n).round(),
        "total_output_kj": output,
        "workout_minutes": output / 8,
        "had_workout": output > 0,
    }


def test_what_readiness_follows_is_learnt_and_beats_all_rules(person) -> None:
    data = columns(pull=4.0)
    found = forecast(person(data))
    assert found.beats_all is True
    assert found.n == 90
    assert found.mean_error < min(found.baseline_errors.values())
    rested, spent = (data | {"total_output_kj": np.append(data["total_output_kj"][:-1], last)} for last in (0.0, 499.0))
    assert forecast(person(rested)).value > forecast(person(spent)).value + 5


def test_it_says_so_when_it_does_not_beat_all(person) -> None:
    random_walk = 78 + np.cumsum(np.random.default_rng(3).choice([-1.0, 0.0, 1.0], 240))
    found = forecast(person({"readiness_score": random_walk, "workout_minutes": [None] * 240}))
    assert found.beats_all is False
    assert "not found to be better than all 3" in narrate(found)


def test_eighty_of_a_hundred_days_lie_inside_the_interval(person, as_of) -> None:
    inside, made = 0, 0
    for seed in range(8):
        data = columns(300, seed)
        for back in range(1, 60, 4):
            known = {name: values[: 300 - back] for name, values in data.items()}
            found = forecast(person(known, end=as_of - timedelta(days=back)))
            assert found.day == as_of - timedelta(days=back - 1)
            inside += found.interval[0] <= data["readiness_score"][300 - back] <= found.interval[1]
            made += 1
    assert 0.72 <= inside / made <= 0.88


def test_later_days_change_nothing(person, as_of) -> None:
    data = columns(300)
    short = person({name: values[:280] for name, values in data.items()}, end=as_of - timedelta(days=20))
    assert forecast(replace(person(data), as_of=as_of - timedelta(days=20))) == forecast(short)


def test_ninety_known_days_are_needed(person) -> None:
    found = forecast(person(columns(60 + MINIMUM_EVALUATED)))
    assert (found.value, found.interval, found.n, found.needed) == (None, None, MINIMUM_EVALUATED - 1, 30)
    assert narrate(found) == "Readiness tomorrow: not enough data (29 of 30 past forecasts to judge it by)."
    assert forecast(person(columns(61 + MINIMUM_EVALUATED))).n == MINIMUM_EVALUATED


def test_without_todays_readiness_nothing_is_forecast(person) -> None:
    data = columns()
    data["readiness_score"][-1] = np.nan
    found = forecast(person(data))
    assert found.value is None
    assert (
        narrate(found) == "Readiness on 10 March 2025 cannot be forecast: the readiness of the day before is unknown."
    )


def test_columns_unknown_today_are_left_out(person) -> None:
    data = columns()
    without = data | {"sleep_score": np.full(240, np.nan), "total_output_kj": np.full(240, np.nan)}
    today_unknown = {name: values.astype(float) for name, values in data.items()}
    today_unknown["sleep_score"][-7:] = np.nan
    today_unknown["total_output_kj"][-7:] = np.nan
    assert forecast(person(without)).value == pytest.approx(forecast(person(today_unknown)).value)


def test_ridge_is_least_squares_shrunk_no_further_than_the_data_asks() -> None:
    random = np.random.default_rng(5)
    features = random.normal(size=(400, 3))
    outcomes = 50 + features @ [5.0, -3.0, 0.0] + random.normal(0, 0.5, 400)
    today = np.array([1.0, 1.0, 1.0])
    design = np.column_stack([np.ones(400), features])
    expected = np.append(1.0, today) @ np.linalg.lstsq(design, outcomes, rcond=None)[0]
    assert _predicted(features, outcomes, today) == pytest.approx(expected, abs=0.05)


def test_the_sentence_carries_every_figure(person) -> None:
    found = forecast(person(columns(pull=4.0)))
    said = narrate(found)
    assert said.startswith(f"Readiness on 10 March 2025: {found.value:.0f} is expected (80 % interval ")
    assert f"90 past forecasts made this way missed by {found.mean_error:.1f} points on average" in said
    assert said.endswith("for the mean of all days before: better than all 3.")
