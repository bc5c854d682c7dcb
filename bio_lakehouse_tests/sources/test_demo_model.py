from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from bio_lakehouse.sources.demo import Day, Effects, Truth, simulate
from bio_lakehouse.sources.demo.random_streams import PERSISTENCE
from bio_lakehouse.sources.demo.workouts import bike_speed

END = date(2025, 11, 20)


@pytest.fixture(scope="module")
def year() -> Truth:
    return simulate(400, 7, END)


def test_the_same_arguments_give_the_same_person() -> None:
    assert simulate(120, 3, END) == simulate(120, 3, END)


def test_another_seed_gives_another_person() -> None:
    one, other = simulate(30, 1, END), simulate(30, 2, END)
    assert [day.night for day in one.days] != [day.night for day in other.days]
    assert one.workouts != other.workouts


@pytest.mark.parametrize("days", [1, 2, 13, 14, 59, 60, 89, 90, 120, 401, 2001])
def test_every_day_up_to_the_end_is_there(days: int) -> None:
    truth = simulate(days, 5, END)
    assert [day.day for day in truth.days] == [
        END - timedelta(days=back) for back in reversed(range(days))
    ]
    assert all(truth.first_day <= workout.day <= truth.last_day for workout in truth.workouts)
    assert [*truth.delivery.export, *truth.delivery.missed, *truth.delivery.api] == list(
        range(days)
    )


def test_less_than_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 day"):
        simulate(0, 1, END)


def test_illness_and_missed_sync_come_only_where_there_is_room() -> None:
    assert simulate(59, 1, END).illnesses == ()
    assert len(simulate(60, 1, END).illnesses) == 1
    assert simulate(89, 1, END).missed_sync == ()
    assert len(simulate(90, 1, END).missed_sync) == 3
    assert len(simulate(1826, 1, END).illnesses) == 5


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("days", [60, 75, 90, 120, 200])
def test_a_week_of_illness_begins_after_four_weeks_and_meets_no_gap(days: int, seed: int) -> None:
    truth = simulate(days, seed, END)
    first, last = truth.illnesses[-1]
    assert last - first == timedelta(days=6)
    assert first - truth.first_day >= timedelta(days=28)
    assert not {*truth.missed_sync, *truth.not_worn} & {
        first + timedelta(days=step) for step in range(7)
    }


def test_an_ill_person_does_not_train_and_the_body_shows_it(year: Truth) -> None:
    sick = [day for day in year.days if day.severity >= 0.9]
    well = [day for day in year.days if day.severity == 0 and day.readiness and day.night]
    assert sick
    assert not any(year.workouts_of(day.day) for day in year.days if day.severity > 0)
    assert (
        _mean(day.readiness.score for day in sick) < _mean(day.readiness.score for day in well) - 25
    )
    assert _mean(day.night.average_hrv for day in sick) < 0.7 * _mean(
        day.night.average_hrv for day in well
    )
    assert _mean(day.readiness.temperature_deviation for day in sick) > 0.7
    assert (
        _mean(day.night.lowest_heart_rate for day in sick)
        > _mean(day.night.lowest_heart_rate for day in well) + 5
    )


def test_without_the_ring_there_is_neither_night_nor_readiness(year: Truth) -> None:
    assert len(year.not_worn) == 400 // 40
    for day in year.days:
        off = day.day in year.not_worn
        assert (day.night is None) == (day.readiness is None) == off
        assert (day.activity.non_wear >= 12 * 60) == off
        assert (day.activity.score is None) == off


def test_some_records_come_without_their_score(year: Truth) -> None:
    unscored = [day for day in year.days if day.readiness and day.readiness_score is None]
    assert len(unscored) == 7
    assert sum(1 for day in year.days if day.night and day.sleep_score is None) == 4
    assert any(year.days[index] in unscored for index in year.delivery.api)


def test_days_add_up(year: Truth) -> None:
    for day in year.days:
        activity = day.activity
        classes = (
            activity.non_wear,
            activity.rest,
            activity.sedentary,
            activity.low,
            activity.medium,
            activity.high,
        )
        assert sum(classes) == 1440
        assert min(classes) >= 0
        assert 0 <= activity.steps < 30_000
        assert 0 <= activity.active_calories < 2_000
        assert 1_400 < activity.total_calories - activity.active_calories < 2_000


def test_nights_add_up(year: Truth) -> None:
    for day in year.days:
        if night := day.night:
            assert (
                night.bedtime_end.timestamp() - night.bedtime_start.timestamp() == night.time_in_bed
            )
            assert night.bedtime_end.date() == day.day
            assert night.total_sleep == night.deep + night.rem + night.light
            assert night.efficiency == pytest.approx(
                100 * night.total_sleep / night.time_in_bed, abs=0.51
            )
            assert 3.3 < night.total_sleep / 3600 < 10.4
            assert min(night.deep, night.rem, night.light, night.awake) > 0
            assert 0 < night.latency <= night.awake
            assert night.lowest_heart_rate < night.average_heart_rate < 85
            assert 90 <= night.spo2_average <= 100


def test_a_night_over_a_clock_change_is_as_long_as_it_was() -> None:
    truth = simulate(3, 1, date(2025, 11, 3))
    night = truth.days[1].night
    assert night is not None
    assert night.bedtime_start.utcoffset() != night.bedtime_end.utcoffset()
    assert (night.bedtime_end.timestamp() - night.bedtime_start.timestamp()) == night.time_in_bed


def test_scores_and_contributors_are_scores(year: Truth) -> None:
    for day in year.days:
        parts = [day.activity.contributors, *([day.night.contributors] if day.night else [])]
        parts += [day.readiness.contributors] if day.readiness else []
        assert all(1 <= value <= 100 for part in parts for value in part.values())
        assert all(
            1 <= score <= 100
            for score in (day.readiness_score, day.sleep_score)
            if score is not None
        )


def test_output_is_power_times_time(year: Truth) -> None:
    rides = [workout for workout in year.workouts if workout.watts]
    assert len(rides) > 120
    for ride in rides:
        assert ride.output == pytest.approx(
            ride.watts * ride.minutes * 0.06, abs=0.06 * ride.minutes / 2 + 0.51
        )
        assert ride.distance == pytest.approx(ride.speed * ride.minutes / 60, abs=0.02)
        assert 60 < ride.watts < 300
        assert ride.output < ride.calories < 1.6 * ride.output


def test_the_bikes_speed_matches_rides_of_known_power() -> None:
    assert [bike_speed(watts) for watts in (0, 116, 149, 200, 230)] == pytest.approx(
        [0, 17, 18.9, 21.2, 22.3], abs=0.3
    )


def test_workouts_never_overlap_and_keep_the_order_of_time(year: Truth) -> None:
    for one, following in pairwise(year.workouts):
        assert one.started_at + timedelta(minutes=one.minutes) <= following.started_at


def test_the_week_holds_every_discipline_and_a_third_of_rest(year: Truth) -> None:
    disciplines = {workout.discipline for workout in year.workouts}
    assert {
        "Cycling",
        "Strength",
        "Yoga",
        "Stretching",
        "Running",
        "Walking",
        "Bike Bootcamp",
    } <= disciplines
    resting = sum(1 for day in year.days if not year.workouts_of(day.day)) / len(year.days)
    assert 0.2 < resting < 0.42


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["previous_night", "sleep_next_day", "hard_day"])
def test_each_effect_moves_readiness_by_what_it_says(name: str, seed: int) -> None:
    full = simulate(300, seed, END)
    without = simulate(300, seed, END, full.effects.without(name))
    asleep = [day.night.score - 84 if day.night else None for day in full.days]
    hard = [-_output(full, day) / 100 for day in full.days]
    causes = {
        "previous_night": asleep,
        "sleep_next_day": [None, *asleep[:-1]],
        "hard_day": [None, *hard[:-1]],
    }
    compared = 0
    for one, other, cause in zip(full.days, without.days, causes[name], strict=True):
        if cause is not None and one.readiness and other.readiness and other.readiness.score < 97:
            expected = getattr(full.effects, name) * cause
            assert one.readiness.score - other.readiness.score == pytest.approx(
                expected, abs=1.01
            ), one.day
            compared += 1
    assert compared > 230


@pytest.mark.parametrize("seed", range(3))
def test_illness_moves_readiness_by_what_it_says_and_through_sleep_and_rest(seed: int) -> None:
    full = simulate(300, seed, END)
    without = simulate(300, seed, END, full.effects.without("illness"))
    effects = full.effects
    for index in range(1, len(full.days)):
        one, other = full.days[index], without.days[index]
        before, other_before = full.days[index - 1], without.days[index - 1]
        if one.severity == 0 or not (
            one.night and other.night and before.night and other_before.night
        ):
            continue
        expected = effects.previous_night * (one.night.score - other.night.score)
        expected += effects.sleep_next_day * (before.night.score - other_before.night.score)
        expected -= (
            effects.hard_day * (_output(full, before) - _output(without, other_before)) / 100
        )
        expected -= effects.illness * one.severity
        assert one.readiness
        assert other.readiness
        assert one.readiness.score - other.readiness.score == pytest.approx(expected, abs=2.5), (
            one.day
        )


def test_fitness_raises_readiness_power_and_variability_over_the_last_months() -> None:
    fit = simulate(180, 4, END)
    flat = simulate(180, 4, END, fit.effects.without("fitness"))
    gained = [
        one.readiness.score - other.readiness.score
        for one, other in zip(fit.days, flat.days, strict=True)
        if one.readiness and other.readiness and one.readiness.score < 99
    ]
    weeks = np.arange(len(gained)) / 7
    assert np.polyfit(weeks, gained, 1)[0] == pytest.approx(fit.effects.fitness, rel=0.15)
    rides = [
        (one.watts, other.watts)
        for one, other in zip(fit.workouts, flat.workouts, strict=True)
        if one.watts
    ]
    assert rides[0][0] < rides[0][1]
    assert rides[-1][0] > rides[-1][1]


def test_fitness_never_runs_away_over_years() -> None:
    scores = np.array([day.readiness.score for day in simulate(1826, 2, END).days if day.readiness])
    assert 65 < scores.mean() < 85
    assert np.mean(scores >= 99) < 0.02


def test_switching_one_effect_off_leaves_every_other_draw_as_it_was() -> None:
    full = simulate(120, 9, END)
    without = simulate(120, 9, END, full.effects.without("hard_day", "sleep_next_day"))
    assert [day.activity for day in full.days] == [day.activity for day in without.days]
    assert full.workouts == without.workouts


def test_with_nothing_put_in_readiness_is_persistent_noise_around_a_level() -> None:
    truth = simulate(2000, 1, END, Effects.none())
    scores = np.array([day.readiness.score if day.readiness else np.nan for day in truth.days])
    pairs = np.column_stack([scores[:-1], scores[1:]])
    lag_1 = np.corrcoef(pairs[~np.isnan(pairs).any(axis=1)].T)[0, 1]
    assert lag_1 == pytest.approx(PERSISTENCE, abs=0.07)
    assert truth.illnesses == ()
    assert abs(np.nanmean(scores[:1000]) - np.nanmean(scores[1000:])) < 1


def test_sleep_itself_is_persistent() -> None:
    scores = np.array(
        [day.night.score for day in simulate(2000, 1, END, Effects.none()).days if day.night]
    )
    assert np.corrcoef(scores[:-1], scores[1:])[0, 1] == pytest.approx(PERSISTENCE, abs=0.12)


def _output(truth: Truth, day: Day) -> int:
    return sum(workout.output or 0 for workout in truth.workouts_of(day.day))


def _mean(values: object) -> float:
    return float(np.mean(list(values)))  # type: ignore[call-overload]
