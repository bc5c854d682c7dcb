"""What an experiment comes to, and what may be said of it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.gold.measures import HRV, READINESS, TIME_ASLEEP
from bio_lakehouse.insights import experiment_sentences
from bio_lakehouse.insights.experiment_days import assigned_days, from_rows, to_rows
from bio_lakehouse.insights.experiment_sentences import Adherence
from bio_lakehouse.insights.self_experiment import (
    adherence_of,
    analyse,
    described,
    narrate,
    paired_differences,
)
from bio_lakehouse.lake.experiment_log import Experiment
from bio_lakehouse_tests.experiments import MONDAY, days_of, outcomes_with, plan_of

NOISE = np.random.default_rng(8).normal(0, 2, 200)
CAUSAL = ("raised", "lowered")


def test_an_effect_is_found_with_its_size_and_told_as_what_assigning_did() -> None:
    plan = plan_of(measure=HRV)
    known = outcomes_with(plan, -6.0, NOISE)
    kept = {plan.first_day + timedelta(number): number % 10 != 0 for number in range(100)}
    result = analyse(days_of(plan, known, kept=kept), known, plan.analysed_on)
    assert result.status == "effect"
    assert result.test.interval[0] <= -6.0 <= result.test.interval[1]
    said = narrate(result)
    assert said.startswith(
        "In your experiment, assigning a week to “no alcohol” lowered HRV of the "
    )
    assert "following night by 5." in said or "following night by 6." in said
    assert said.endswith(
        "p = 0.008; 8 pairs of weeks, 90 of 112 days marked as kept, 10 as not kept, 12 not marked)."
    )


def test_the_first_day_of_a_week_is_left_out_and_the_next_morning_counts() -> None:
    plan = plan_of()
    known = outcomes_with(plan, 4.0)
    for unit in range(16):
        known[plan.first_day_of(unit) + timedelta(1)] = 0.0
    assert paired_differences(days_of(plan, known), known) == [pytest.approx(4.0)] * 8
    shifted = {day - timedelta(1): value for day, value in outcomes_with(plan, 4.0).items()}
    assert paired_differences(days_of(plan, shifted), shifted) != [pytest.approx(4.0)] * 8


def test_a_day_counts_for_what_it_was_assigned_to_whatever_was_done() -> None:
    plan = plan_of()
    known = outcomes_with(plan, 4.0, NOISE)
    never = {day.day: False for day in days_of(plan, known)}
    loyal, not_at_all = (
        analyse(days_of(plan, known, kept=kept), known, plan.analysed_on) for kept in ({}, never)
    )
    assert loyal.test == not_at_all.test
    assert adherence_of(days_of(plan, known)).unmarked == 112
    assert narrate(loyal).endswith("it is not known how far the plan was lived by.")
    assert "lived by" not in narrate(not_at_all)


def test_one_that_is_stopped_at_once_names_no_mean() -> None:
    nothing = ((None, 0), (None, 0))
    said = experiment_sentences.stopped("tea", "day", HRV, MONDAY, nothing, Adherence(0, 0, 1))
    assert "nothing is known of HRV of the following night; " in said


def test_nothing_is_told_before_the_end_of_a_part_or_of_one_that_was_stopped() -> None:
    plan = plan_of()
    known = outcomes_with(plan, 4.0)
    whole = days_of(plan, known)
    for days, day in (
        (whole, plan.analysed_on - timedelta(1)),
        (whole[:-1], plan.analysed_on),
        (days_of(plan, known, stopped_on=plan.last_day), plan.analysed_on),
    ):
        with pytest.raises(ValueError, match="not to be analysed"):
            analyse(days, known, day)


def test_later_outcomes_than_its_day_are_not_looked_at() -> None:
    plan = plan_of()
    known = outcomes_with(plan, 4.0, NOISE)
    later = known | {plan.analysed_on + timedelta(3): 0.0}
    days = days_of(plan, known)
    results = [analyse(days, outcomes, plan.analysed_on) for outcomes in (known, later)]
    assert results[0] == results[1]


def test_a_pair_with_an_unknown_side_is_left_out_and_counted() -> None:
    plan = plan_of()
    known = outcomes_with(plan, 4.0, NOISE)
    first_week = {plan.first_day + timedelta(number + 1) for number in range(7)}
    fewer = {day: value for day, value in known.items() if day not in first_week}
    result = analyse(days_of(plan, fewer), fewer, plan.analysed_on)
    assert (result.pairs, result.pairs_planned, result.test.pairs) == (7, 8, 7)
    few = {day: value for day, value in known.items() if day > plan.first_day + timedelta(50)}
    result = analyse(days_of(plan, few), few, plan.analysed_on)
    assert result.status == "not enough data"
    assert "cannot be analysed: of 8 pairs of weeks 4 have a known readiness" in narrate(result)


@given(st.integers(0, 2**32), st.sampled_from([READINESS, TIME_ASLEEP]), st.floats(-3, 3))
def test_a_causal_sentence_stands_where_p_allows_it_and_nowhere_else(
    seed: int, measure: object, effect: float
) -> None:
    plan = plan_of(measure=measure)
    known = outcomes_with(plan, effect, np.random.default_rng(seed).normal(0, 3, 112))
    result = analyse(days_of(plan, known), known, plan.analysed_on)
    said = narrate(result)
    assert any(word in said for word in CAUSAL) == (result.test.p <= 0.05)
    low, high = result.test.interval
    assert (low > 0 or high < 0) == (result.test.p <= 0.05)
    if result.status == "inconclusive":
        assert "is possible" in said
        assert "not the same as no effect" in said


def test_one_that_was_stopped_is_described_without_p_and_without_a_cause() -> None:
    plan = plan_of()
    stopped = plan.first_day + timedelta(30)
    known = outcomes_with(plan, 20.0)
    days = assigned_days(Experiment(plan, stopped_on=stopped), plan.last_day, known)
    said = described(days, known)
    assert days[-1].is_stopped
    assert days[-1].day == stopped
    assert "described and not analysed" in said
    assert not [word for word in (*CAUSAL, "p =", "interval") if word in said]


def test_days_come_back_from_their_table_as_they_were() -> None:
    plan = plan_of("day", 6)
    known = outcomes_with(plan, 1.0)
    days = days_of(plan, known, kept={MONDAY: True}, notes={MONDAY: "late"})
    assert from_rows(to_rows(days)) == days
