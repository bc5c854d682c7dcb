"""What days are made alike in: which days stand in a row, and that nothing is filled in."""

import numpy as np
import pytest

from bio_lakehouse.insights.conditions import Conditions

DAYS = 180


@pytest.fixture
def conditions(person):
    """A person whose scores tell their day, with one unknown."""
    numbers = np.arange(DAYS, dtype=float)
    numbers[100] = np.nan
    had = [day % 3 != 0 for day in range(DAYS)]
    output = np.where(had, 200.0 + numbers, np.nan)
    columns = {"sleep_score": numbers, "readiness_score": numbers, "had_workout": had}
    return Conditions(person(columns | {"total_output_kj": output}))


def test_a_day_of_later_and_one_of_before(conditions) -> None:
    assert conditions.at("sleep_score", 1)[50] == 51
    assert conditions.at("sleep_score", -2)[50] == 48
    assert np.isnan(conditions.at("sleep_score", 1)[[99, DAYS - 1]]).all()
    assert np.isnan(conditions.at("sleep_score", -1)[0])


def test_a_mean_is_of_the_known_days_and_of_enough(conditions) -> None:
    mean = conditions.mean("sleep_score", (-1, 0, 1), needed=2)
    assert mean[50] == 50
    assert mean[100] == 100
    assert mean[99] == 98.5
    assert np.isnan(conditions.mean("sleep_score", (0, 1, 2), needed=3)[[98, 99, 100]]).all()


def test_the_calendar_has_weekdays_and_a_drift_that_bends_every_45_days(conditions) -> None:
    calendar = conditions.calendar
    weekdays = [day.weekday() for day in conditions.data.days]
    assert [int(row[:6] @ np.arange(1, 7)) for row in calendar] == weekdays
    bends = np.abs(np.diff(calendar[:, 6:].sum(axis=1), n=2)) > 0
    assert (np.flatnonzero(bends) + 1).tolist() == [45, 90, 135]


def test_a_rest_day_has_an_output_of_nothing_and_an_unknown_day_none(person) -> None:
    had = [True, False, None] * 60
    output = [300.0, None, None] * 60
    conditions = Conditions(person({"had_workout": had, "total_output_kj": output}))
    before = conditions.of_training[:, -3]
    assert (before[1], before[2]) == (300.0, 0.0)
    assert np.isnan(before[3])
