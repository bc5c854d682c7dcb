"""What a plan is, and which are refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import ExperimentError
from bio_lakehouse.gold.measures import HRV, READINESS, STEPS
from bio_lakehouse.insights import experiment_design as design
from bio_lakehouse.insights.data import days_needed
from bio_lakehouse.insights.experiment_sentences import TOLD_DAYS
from bio_lakehouse_tests.experiments import MONDAY, plan_of

UNITS = st.sampled_from(["week", "day"])


@given(UNITS, st.integers(6, 12), st.integers(0, 2**12))
def test_each_pair_has_one_of_each_and_the_coin_says_which_is_first(
    unit: str, pairs: int, bits: int
) -> None:
    plan = plan_of(unit, pairs, draw=lambda count: bits % 2**count)
    sides = list(zip(plan.arms[::2], plan.arms[1::2], strict=True))
    assert all(first != second for first, second in sides)
    assert [first for first, _ in sides] == [bool(bits >> pair & 1) for pair in range(pairs)]


def test_without_a_given_coin_the_operating_systems_is_thrown() -> None:
    plans = {plan_of(pairs=12, draw=design.secrets.randbits).arms for _ in range(20)}
    assert len(plans) > 15
    assert len({plan_of().commitment for _ in range(3)}) == 3


@pytest.mark.parametrize(
    ("unit", "pairs", "reason"),
    [
        ("week", 5, "smallest p that they can reach is 0.063"),
        ("day", 1, "It takes 6 pairs"),
        ("week", 13, "more than the 12"),
        ("day", 61, "more than the 60"),
    ],
)
def test_a_plan_that_could_not_tell_is_refused_with_the_reason(
    unit: str, pairs: int, reason: str
) -> None:
    with pytest.raises(ExperimentError, match=reason):
        plan_of(unit, pairs)


def test_every_plan_and_its_result_lie_in_the_shortest_window_of_insights() -> None:
    for unit, most in design.MOST_PAIRS.items():
        plan = plan_of(unit, most)
        told = (plan.analysed_on - plan.first_day).days + TOLD_DAYS
        assert told <= days_needed(28)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 6))
def test_weeks_begin_the_day_after_they_end_and_never_today(today: date, ends_on: int) -> None:
    first = design.first_day_of("week", today, ends_on, None)
    assert (first - timedelta(1)).weekday() == ends_on
    assert 1 <= (first - today).days <= 7
    assert design.first_day_of("day", today, ends_on, None) == today + timedelta(1)
    assert design.first_day_of("week", today, ends_on, first) == first


def test_a_day_that_is_over_or_within_a_week_is_refused() -> None:
    with pytest.raises(ExperimentError, match="is over"):
        design.first_day_of("day", MONDAY, 6, MONDAY - timedelta(1))
    with pytest.raises(ExperimentError, match="no week begins on 2026-03-03: the next one does on"):
        design.first_day_of("week", MONDAY, 6, MONDAY + timedelta(1))


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x1b[31mb", "a\u202eb", "a\x00"])
def test_a_name_that_says_nothing_or_commands_a_terminal_is_refused(name: str) -> None:
    with pytest.raises(ExperimentError):
        plan_of(name=name)


def test_a_name_is_one_line() -> None:
    assert plan_of(name="  no\n alcohol ").name == "no alcohol"


def test_a_night_counts_for_the_day_before_it_and_steps_for_their_own() -> None:
    assert [design.lag_of(measure) for measure in (READINESS, HRV, STEPS)] == [1, 1, 0]
    assert plan_of().analysed_on == MONDAY + timedelta(112 + 1)


def test_what_is_detectable_comes_from_ones_own_days() -> None:
    known = {MONDAY - timedelta(back): float(70 + back * 37 % 11) for back in range(1, 181)}
    calm = {day: 70 + (value - 70) / 10 for day, value in known.items()}
    found, finer = (
        design.detectable_difference(plan_of(), outcomes, MONDAY) for outcomes in (known, calm)
    )
    assert found == pytest.approx(10 * finer)
    assert design.detectable_difference(plan_of(), {}, MONDAY) is None
