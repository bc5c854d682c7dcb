"""This week against the four before, held against numbers worked by hand and against simulated
weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.gold.measures import (
    HRV,
    OUTPUT,
    READINESS,
    SLEEP,
    WORKOUT_MINUTES,
    WORKOUTS,
    Measure,
    compared_with,
)
from bio_lakehouse.insights import InsightData
from bio_lakehouse.insights.adjustment import OF_THE_WEEK, decide
from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse.insights.statistics import movement
from bio_lakehouse.insights.week_comparison import from_rows, to_rows, week_tests
from bio_lakehouse.reports.comparison import (
    Band,
    Comparison,
    Sample,
    by_day,
    compare_totals,
    workout_weeks,
)
from bio_lakehouse.reports.comparison import compare as compare_with
from bio_lakehouse.sources.demo import daily_rows, simulate, workout_rows

MakeDaily = Callable[..., pd.DataFrame]
DAILY, TOTALS = compared_with("days"), compared_with("weeks")


def compare(daily: pd.DataFrame, measures: Sequence[Measure], last: date) -> tuple[Comparison, ...]:
    """The comparisons with their tests, decided among themselves."""
    no_workouts = pd.DataFrame(columns=["day"])
    _, tests = decide([], week_tests(InsightData("me", last, daily, no_workouts)))
    return compare_with(daily, measures, last, tests)


def test_means_band_and_difference_by_hand(make_daily: MakeDaily, sunday: date) -> None:
    before = [
        60 + day for day in range(28)
    ]  # 60 … 87: mean 73.5, median 73.5, 10 % and 90 % at 62.7 and 84.3
    daily = make_daily(readiness_score=[*before, 70, 80, None, 90, 60, 80, 70])
    (readiness,) = compare(daily, [READINESS], sunday)
    assert readiness.week == Sample(75.0, 6, 7)
    assert readiness.before == Sample(73.5, 28, 28)
    assert readiness.band == Band(pytest.approx(62.7), 73.5, pytest.approx(84.3), 28)
    assert readiness.difference == 1.5
    assert readiness.days_on("within") == 4
    assert (readiness.days_on("below"), readiness.days_on("above")) == (1, 1)
    assert readiness.first_day == date(2025, 2, 3)
    assert readiness.week_values == (70, 80, None, 90, 60, 80, 70)


def week_in(band: Band, measure: Measure, values: Sequence[float | None]) -> Comparison:
    """A week of those values beside a usual range, and nothing else."""
    nothing = Sample(None, 0, 28)
    first = date(2025, 2, 3)
    return Comparison(measure, first, (*[None] * 28, *values), nothing, nothing, band)


def test_days_are_counted_by_the_figures_that_are_shown() -> None:
    """63 is within `63 to 90`, though the tenth of a hundred days lies at 63.1."""
    sleep = week_in(Band(63.1, 78.0, 90.3, 28), SLEEP, [64, 68, 77, 63, 64, 62, 94])
    assert sleep.usual == "63 to 90"
    assert [sleep.days_on(side) for side in ("below", "within", "above")] == [1, 5, 1]


@pytest.mark.parametrize("measure", DAILY, ids=lambda measure: measure.key)
@given(
    values=st.lists(st.floats(-2, 110) | st.none(), min_size=7, max_size=7),
    ends=st.tuples(st.floats(-2, 110), st.floats(-2, 110)),
)
def test_what_is_shown_and_what_is_counted_agree(
    measure: Measure, values: list[float | None], ends: tuple[float, float]
) -> None:
    low, high = sorted(ends)
    week = week_in(Band(low, low, high, 28), measure, values)
    known = [value for value in values if value is not None]
    figures = {measure.number(value): measure.figure(value) for value in [low, high, *known]}
    shown = [figures[measure.number(value)] for value in known]
    first, last = (figures[text] for text in week.usual.split(" to "))
    assert week.days_on("below") == sum(figure < first for figure in shown)
    assert week.days_on("within") == sum(first <= figure <= last for figure in shown)
    assert week.days_on("above") == sum(figure > last for figure in shown)


def test_calendar_days_count_not_rows(make_daily: MakeDaily, sunday: date) -> None:
    daily = make_daily(readiness_score=range(35)).iloc[[0, 20, 29, 34]]
    (readiness,) = compare(daily, [READINESS], sunday)
    assert readiness.before == Sample(10.0, 2, 28)
    assert readiness.week == Sample(31.5, 2, 7)
    assert readiness.values[1] is None


def test_what_is_unknown_stays_unknown(make_daily: MakeDaily, sunday: date) -> None:
    (readiness, hrv) = compare(make_daily(readiness_score=[None] * 35), [READINESS, HRV], sunday)
    for comparison in (readiness, hrv):
        assert (comparison.week, comparison.before) == (Sample(None, 0, 7), Sample(None, 0, 28))
        assert (comparison.band, comparison.difference, comparison.p, comparison.moved) == (
            None,
            None,
            None,
            False,
        )


def test_fewer_than_fourteen_days_before_give_no_band_and_no_difference(
    make_daily: MakeDaily, sunday: date
) -> None:
    (thirteen,) = compare(make_daily(readiness_score=[70] * 20), [READINESS], sunday)
    (fourteen,) = compare(make_daily(readiness_score=[70] * 21), [READINESS], sunday)
    assert (thirteen.band, thirteen.difference) == (None, None)
    assert (fourteen.band, fourteen.difference) == (Band(70, 70, 70, 14), 0.0)


@pytest.mark.parametrize("dtype", ["Int64", "float64", "object"])
def test_every_nullable_column_reads_alike(make_daily: MakeDaily, sunday: date, dtype: str) -> None:
    daily = make_daily(readiness_score=pd.array([70, None, 72], dtype="Int64").astype(dtype))
    assert by_day(daily, "readiness_score", sunday).iloc[-3:].tolist() == pytest.approx(
        [70, nan, 72], nan_ok=True
    )


def ar1(phi: float, days: int, replicates: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((replicates, days))
    series = np.empty_like(noise)
    series[:, 0] = noise[:, 0]
    for day in range(1, days):
        series[:, day] = phi * series[:, day - 1] + np.sqrt(1 - phi**2) * noise[:, day]
    return series


def test_p_and_interval_are_those_of_the_movement(make_daily: MakeDaily, sunday: date) -> None:
    values = ar1(0.3, days=150, replicates=1, seed=3)[0]
    values[60] = nan
    (readiness,) = compare(make_daily(readiness_score=values), [READINESS], sunday)
    expected = movement(values)
    assert expected is not None
    assert readiness.p == pytest.approx(expected.p)
    assert readiness.interval == pytest.approx(expected.interval)
    assert readiness.difference == pytest.approx(expected.shift)


def test_q_is_over_all_measures_that_could_be_tested(make_daily: MakeDaily, sunday: date) -> None:
    quiet, other = ar1(0.0, days=100, replicates=2, seed=6)
    shifted = other.copy()
    shifted[-7:] += 5
    daily = make_daily(readiness_score=quiet, sleep_score=shifted)
    readiness, sleep, hrv = compare(daily, [READINESS, SLEEP, HRV], sunday)
    assert readiness.p is not None
    assert sleep.p is not None
    assert sleep.q == pytest.approx(2 * sleep.p / OF_THE_WEEK)
    assert readiness.q >= readiness.p
    assert (sleep.moved, readiness.moved, hrv.q) == (True, False, None)


@pytest.mark.parametrize("window_days", [30, 180])
def test_a_finding_has_the_same_q_in_the_table_of_insights_and_on_the_page(
    window_days: int, sunday: date
) -> None:
    truth = simulate(260, 2, sunday)
    daily, workouts = pd.DataFrame(daily_rows(truth)), pd.DataFrame(workout_rows(truth))
    kept, tests = decided(InsightData("me", sunday, daily.tail(200), workouts, window_days))
    assert decide(kept, tests) == (kept, tests)
    read = from_rows(to_rows(tests))
    assert read == sorted(tests, key=lambda test: test.measure)
    comparisons = compare_with(daily, DAILY, sunday, read)
    told = sum(comparison.q is not None for comparison in comparisons)
    assert told == sum(test.p is not None for test in tests) >= len(DAILY) - 1
    assert all(
        comparison.q >= comparison.p for comparison in comparisons if comparison.p is not None
    )


def test_workouts_are_summed_by_week_over_known_days(make_daily: MakeDaily, sunday: date) -> None:
    daily = make_daily(
        workout_count=[1, 0, 1, 0, 0, 0, 0] * 3 + [None] * 7 + [2, 0, 0, 1, 0, 0, None],
        workout_minutes=[30, None, 45, None, None, None, None] * 3
        + [None] * 7
        + [50, None, None, 20, None, None, None],
        total_output_kj=[250, None, None, None, None, None, None] * 3
        + [None] * 7
        + [400.5]
        + [None] * 6,
    )
    weeks = workout_weeks(daily, sunday)
    assert [week.first_day for week in weeks] == [
        sunday - timedelta(days=6 + 7 * back) for back in (4, 3, 2, 1, 0)
    ]
    assert [week.workouts for week in weeks] == [2, 2, 2, None, 3]
    assert [week.minutes for week in weeks] == [75, 75, 75, None, 70]
    assert [week.output_kj for week in weeks] == [250, 250, 250, None, 400.5]
    assert [week.days_known for week in weeks] == [7, 7, 7, 0, 6]
    workouts, _, output = compare_totals(weeks, TOTALS)
    assert (workouts.week, workouts.before, workouts.weeks, workouts.of) == (3, 2.0, 3, 4)
    assert (output.week, output.before, output.weeks) == (400.5, 250.0, 3)
    assert workouts.difference is None  # one day of the week is not known


def test_a_week_of_rest_is_zero_and_a_week_without_output_is_unknown(
    make_daily: MakeDaily, sunday: date
) -> None:
    columns = {"workout_minutes": [None] * 35, "total_output_kj": [None] * 35}
    rest = workout_weeks(make_daily(workout_count=[0] * 35, **columns), sunday)
    yoga = workout_weeks(make_daily(workout_count=[1] * 35, **columns), sunday)
    assert (rest[-1].workouts, rest[-1].minutes, rest[-1].output_kj) == (0, 0.0, 0.0)
    assert (yoga[-1].workouts, yoga[-1].minutes, yoga[-1].output_kj) == (7, None, None)
    assert [
        total.difference for total in compare_totals(rest, [WORKOUTS, WORKOUT_MINUTES, OUTPUT])
    ] == [0, 0, 0]


def test_few_quiet_weeks_list_anything_at_all(make_daily: MakeDaily, sunday: date) -> None:
    """Over all measures together, as a report looks at them: at most one week in twenty, give or
    take."""
    weeks = ar1(0.4, days=120, replicates=100 * 8, seed=8).reshape(100, 8, 120)
    names = [measure.column for measure in DAILY[:8]]
    frames = (make_daily(**dict(zip(names, series, strict=True))) for series in weeks)
    noisy = sum(
        any(comparison.moved for comparison in compare(frame, DAILY[:8], sunday))
        for frame in frames
    )
    assert noisy / len(weeks) <= 0.095
