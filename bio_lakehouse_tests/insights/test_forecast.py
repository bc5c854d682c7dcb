from dataclasses import replace
from datetime import timedelta
from math import ceil

import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import InsightData
from bio_lakehouse.insights.expected_readiness import narrate
from bio_lakehouse.insights.forecast import (
    MINIMUM_EVALUATED,
    _beats,
    _complete,
    _features,
    _known_today,
    _predicted,
    _reach,
    _walk_forward,
    forecast,
)


def readiness_of(phi: float, n: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, n)
    for day in range(1, n):
        values[day] = phi * values[day - 1] + np.sqrt(1 - phi**2) * values[day]
    return (78 + 6 * values).round()


def columns(n: int = 240, seed: int = 1, pull: float = 0.0) -> dict[str, np.ndarray]:
    """Readiness that resembles itself and falls by `pull` points for each 100 kJ of the day
    before."""
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
    rested, spent = (
        data | {"total_output_kj": np.append(data["total_output_kj"][:-1], last)}
        for last in (0.0, 499.0)
    )
    assert forecast(person(rested)).value > forecast(person(spent)).value + 5


def test_it_says_so_when_it_does_not_beat_all(person) -> None:
    random_walk = 78 + np.cumsum(np.random.default_rng(3).choice([-1.0, 0.0, 1.0], 240))
    found = forecast(person({"readiness_score": random_walk, "workout_minutes": [None] * 240}))
    assert found.beats_all is False
    assert "not found to be better than all 3" in narrate(found)


def test_a_body_that_gets_fitter_is_not_forecast_from_what_it_was(person) -> None:
    """Readiness that climbs by 20 points in 240 days: its forecasts are not low, and rest on no
    extrapolation."""
    rising = (62 + np.arange(240) / 12 + np.random.default_rng(4).normal(0, 4, 240)).round()
    misses = [
        62 + (240 - back) / 12 - forecast(person({"readiness_score": rising[: 240 - back]})).value
        for back in range(1, 60, 6)
    ]
    assert abs(np.mean(misses)) < 2


def test_the_interval_widens_after_misses_and_narrows_after_hits() -> None:
    """Adaptive conformal inference: the same misses, the large ones lately or long ago."""
    small, large = np.linspace(1, 4, 70), np.linspace(8, 12, 20)
    lately, long_ago = (
        _reach(np.concatenate([small, large])),
        _reach(np.concatenate([large, small])),
    )
    plain = np.sort(np.concatenate([small, large]))[ceil(91 * 0.8) - 1]
    assert long_ago < plain + 0.5 < lately
    assert lately == 12
    assert _reach(np.full(90, 3.0)) == 3.0


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
    short = person(
        {name: values[:280] for name, values in data.items()}, end=as_of - timedelta(days=20)
    )
    assert forecast(replace(person(data), as_of=as_of - timedelta(days=20))) == forecast(short)


def test_past_forecasts_know_nothing_of_the_days_after_them(person) -> None:
    """Neither coefficients, scales nor penalty: the forecasts of the past stay the same whatever
    comes after."""
    data, changed = columns(pull=4.0), columns(pull=4.0)
    for name in ("readiness_score", "sleep_score", "total_output_kj", "workout_minutes"):
        changed[name] = changed[name].astype(float)
        changed[name][200:] = np.random.default_rng(8).normal(50, 30, 40)
    before, after = (_past(person(days)) for days in (data, changed))
    first = next(day for day in range(240) if not np.isnan(before[day, 1]))
    assert first < 190
    assert np.array_equal(before[:199], after[:199], equal_nan=True)
    assert not np.allclose(before[205:238, 1], after[205:238, 1])


def _past(data: InsightData) -> np.ndarray:
    """The row of each day's past forecast."""
    readiness = data.with_lead_in("readiness_score")
    features = _known_today(_features(data))
    rows = _walk_forward(features, readiness)
    made = np.flatnonzero(_complete(features)[:-1] & ~np.isnan(readiness[1:]))
    return np.concatenate([np.full((made[-1] + 1 - len(rows), rows.shape[1]), np.nan), rows])


def test_a_score_of_the_same_day_that_gives_readiness_away_is_of_no_use(person) -> None:
    """Independent days on which the sleep score is the readiness: tomorrow's would be the answer,
    today's is not."""
    readiness = np.random.default_rng(6).normal(78, 6, 240).round()
    found = forecast(person({"readiness_score": readiness, "sleep_score": readiness}))
    assert found.beats_all is False
    assert found.mean_error > 0.7 * 6 * np.sqrt(2 / np.pi)


def test_gains_over_a_gap_are_no_neighbours() -> None:
    """Good and bad stretches of days: what they are worth is counted by the calendar."""
    random = np.random.default_rng(9)
    gains = np.repeat(random.normal(0.3, 1.0, 30), 3)
    apart = np.full(180, np.nan)
    apart[::2] = gains
    assert _beats(apart) == (stats.ttest_1samp(gains, 0, alternative="greater").pvalue < 0.05)
    assert not _beats(gains)


def test_ninety_two_known_days_are_needed(person) -> None:
    """60 to learn from, 30 to be judged by, and a day before the first of them and one after the
    last."""
    found = forecast(person(columns(61 + MINIMUM_EVALUATED)))
    assert (found.value, found.interval, found.n, found.needed) == (
        None,
        None,
        MINIMUM_EVALUATED - 1,
        30,
    )
    assert (
        narrate(found)
        == "Readiness tomorrow: not enough data (29 of 30 past forecasts to judge it by)."
    )
    assert forecast(person(columns(62 + MINIMUM_EVALUATED))).n == MINIMUM_EVALUATED


def test_without_todays_readiness_nothing_is_forecast(person) -> None:
    data = columns()
    data["readiness_score"][-1] = np.nan
    found = forecast(person(data))
    assert found.value is None
    assert narrate(found) == (
        "Readiness on 10 March 2025 cannot be forecast: the readiness of the day before is unknown."
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
    assert said.startswith(
        f"Readiness on 10 March 2025: {found.value:.0f} is expected (80 % interval "
    )
    assert (
        f"90 past forecasts made this way missed by {found.mean_error:.1f} points on average"
        in said
    )
    assert said.endswith("for the mean of all days before: better than all 3.")
