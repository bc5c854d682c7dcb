import numpy as np
import pytest

from bio_lakehouse.insights.statistics import far_days, streaks, trailing_mean, unusual_days
from bio_lakehouse.insights.statistics.anomalies import reach_of, skewness_down


def test_low_is_more_than_one_and_a_half_deviations_below_the_mean() -> None:
    values = np.array([80.0] * 8 + [70.0, np.nan, 40.0])
    threshold = np.nanmean(values) - 1.5 * np.nanstd(values, ddof=1)
    assert 40 < threshold < 70
    assert np.flatnonzero(far_days(values, "lower")).tolist() == [10]


def test_a_drop_is_unusual_and_is_held_against_the_days_before_it_only() -> None:
    values = np.random.default_rng(3).normal(80, 4, 120).round()
    values[100] = 50
    unusual, judged = unusual_days(values, "lower")
    assert np.flatnonzero(unusual).tolist() == [100]
    assert np.flatnonzero(judged).tolist() == list(range(28, 120))
    shortened, _ = unusual_days(values[:101], "lower")
    assert shortened[100]


def test_the_day_itself_is_left_out() -> None:
    values = np.array([80.0, 82.0] * 30 + [30.0])
    before = values[:-1]
    centre, spread = (
        np.median(before),
        1.482602218505602 * np.median(np.abs(before - np.median(before))),
    )
    assert (values[-1] - centre) / spread < -3.5
    assert unusual_days(values, "lower")[0][-1]


def test_a_high_day_is_not_an_unusually_low_one() -> None:
    values = np.random.default_rng(3).normal(80, 3, 90).round()
    values[80] = 100
    assert not unusual_days(values, "lower")[0].any()


def test_twenty_seven_known_days_before_are_too_few() -> None:
    values = np.random.default_rng(4).normal(80, 3, 60)
    values[1:33] = np.nan
    values[59] = 10.0
    assert not unusual_days(values, "lower")[1].any()
    values[1] = 80.0
    assert unusual_days(values, "lower")[1].tolist() == [False] * 59 + [True]


def test_days_that_are_mostly_alike_fall_back_to_the_mean_deviation() -> None:
    values = np.array([80.0] * 40 + [81.0, 79.0] * 5 + [60.0])
    assert unusual_days(values, "lower")[0][-1]
    assert not unusual_days(np.append(values[:-1], 79.0), "lower")[0][-1]


def test_days_without_any_variation_cannot_be_judged() -> None:
    unusual, judged = unusual_days(np.array([80.0] * 40 + [60.0]), "lower")
    assert not unusual.any()
    assert not judged.any()


@pytest.mark.parametrize("values", [np.arange(40.0), np.array([np.nan] * 40)])
def test_the_other_side_is_the_same_turned_round(values: np.ndarray) -> None:
    random = np.random.default_rng(7)
    days = np.concatenate([values, random.normal(80, 4, 120)])
    days[140] = 20
    lower, upper = unusual_days(days, "lower"), unusual_days(-days, "higher")
    np.testing.assert_array_equal(lower, upper)
    np.testing.assert_array_equal(far_days(days, "lower"), far_days(-days, "higher"))


def test_a_person_whose_days_trail_off_is_held_to_more() -> None:
    random = np.random.default_rng(8)
    even, skewed = random.normal(0, 1, 200), -random.lognormal(0, 0.7, 200)
    assert skewness_down(even) < 0.15
    assert skewness_down(skewed) == pytest.approx(0.7, abs=0.2)
    assert skewness_down(-skewed) == 0.0
    assert reach_of(0.0) == 3.5
    assert reach_of(0.1) < reach_of(0.2)
    assert reach_of(1e-9) == pytest.approx(3.5)


def test_an_earlier_illness_does_not_hide_the_next() -> None:
    values = np.random.default_rng(4).normal(80, 4, 260)
    values[150:157] -= 30
    values[230:233] -= 24
    unusual, _ = unusual_days(values, "lower")
    assert unusual[150:157].sum() >= 5
    assert unusual[230:233].any()


def test_trailing_mean_counts_days_not_rows() -> None:
    values = np.array([70.0, np.nan, np.nan, 76.0, 80.0])
    assert trailing_mean(values, 3) == pytest.approx([70, 70, 70, 76, 78])
    assert np.isnan(trailing_mean(np.array([np.nan, 5.0]), 3)[0])


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([0, 1, 1, 1, 0, 1, 1], [(1, 3)]),
        ([1, 1, 1, 1], [(0, 3)]),
        ([0, 0], []),
        ([1, 1, 1, 0, 1, 1, 1], [(0, 2), (4, 6)]),
    ],
)
def test_streaks(flags: list[int], expected: list[tuple[int, int]]) -> None:
    assert streaks(np.array(flags, dtype=bool), 3) == expected
