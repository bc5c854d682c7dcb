from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from bio_lakehouse.insights import Insight
from bio_lakehouse.reports.report_model import ReportInputs, ReportModel, model_of
from bio_lakehouse_tests.reports.findings import finding

Make = Callable[..., pd.DataFrame]
MakeInputs = Callable[..., ReportInputs]


@pytest.fixture
def six_months(make_daily: Make) -> pd.DataFrame:
    """180 ordinary days, the last week's readiness and HRV far lower and its heart rate higher."""
    random = np.random.default_rng(11)
    scores = {
        name: np.round(random.normal(mean, 4, 180))
        for name, mean in (("readiness_score", 80), ("sleep_score", 80), ("activity_score", 85))
    }
    heart = {
        "hrv_rmssd_ms": random.normal(55, 4, 180),
        "resting_heart_rate_bpm": random.normal(50, 1, 180),
    }
    daily = make_daily(
        **scores, **heart, workout_count=[1, 0, 1, 0, 0] * 36, total_output_kj=[300.0] * 180
    )
    daily.loc[daily.index[-7:], ["readiness_score", "hrv_rmssd_ms"]] -= 18
    daily.loc[daily.index[-7:], "resting_heart_rate_bpm"] += 6
    return daily


def test_what_moved_makes_the_headline(make_inputs: MakeInputs, six_months: pd.DataFrame) -> None:
    model = model_of(make_inputs(daily=six_months))
    assert (
        model.headline
        == "Readiness and HRV were lower than usual, and resting heart rate was higher"
    )
    assert {c.measure.column for c in model.moved} == {
        "readiness_score",
        "hrv_rmssd_ms",
        "resting_heart_rate_bpm",
    }
    assert model.moved_note.startswith("3 of 5 measures differ")
    assert model.moved_note.endswith("in a year.")
    assert model.lede.startswith("Readiness fell from 83 on the Sunday before to 63 on Monday. ")
    assert "Readiness averaged 62 against 81 in the four weeks before" in model.lede
    assert model.subject == "3–9 March: your week"
    assert (model.first_day, model.last_day) == (date(2025, 3, 3), date(2025, 3, 9))
    assert model.title == "Week of 3–9 March 2025"


def test_at_most_three_things_moved(make_inputs: MakeInputs, six_months: pd.DataFrame) -> None:
    six_months.loc[six_months.index[-7:], ["sleep_score", "activity_score"]] -= 30
    model = model_of(make_inputs(daily=six_months))
    assert len(model.moved) == 3
    assert model.moved_note.startswith("5 of 5 measures differ")
    assert model.moved_note.endswith(" The 3 least likely by chance:")


def test_a_quiet_week_is_headed_by_its_oldest_high(
    make_inputs: MakeInputs, make_daily: Make
) -> None:
    readiness = [95] + [72, 88, 80] * 33
    readiness[-4] = 93
    model = model_of(make_inputs(daily=make_daily(readiness_score=readiness)))
    assert model.moved == ()
    assert model.headline == "A usual week with your highest readiness since November"
    assert "93 on Thursday, your highest since 30 November 2024." in model.lede
    readiness[-4] = 80
    dull = model_of(make_inputs(daily=make_daily(readiness_score=readiness)))
    assert dull.headline == "A usual week"


def test_nothing_at_all(make_inputs: MakeInputs) -> None:
    model = model_of(make_inputs())
    assert model.headline == "No data of this week has arrived"
    assert model.lede == ""
    assert model.notices[0].startswith("Nothing has arrived yet")
    assert model.moved_note == "Not enough data to tell what moved (0 of 56 days before this week)."
    assert all(source.never for source in model.completeness)
    assert {c.week.mean for c in model.comparisons} == {None}
    assert {t.week for t in model.totals} == {None}


def test_one_day_in_the_lake(make_inputs: MakeInputs, make_daily: Make) -> None:
    model = model_of(make_inputs(daily=make_daily(readiness_score=[77], sleep_score=[81])))
    assert model.headline == "The first weeks, getting to know what is usual for you"
    assert model.lede == "Readiness averaged 77 and sleep 81."
    assert model.readiness.week.n == 1
    assert (model.readiness.band, model.readiness.difference) == (None, None)
    assert model.highs == ()


def test_no_peloton_at_all(make_inputs: MakeInputs, six_months: pd.DataFrame) -> None:
    without = six_months.drop(columns=["workout_count", "total_output_kj"])
    model = model_of(make_inputs(daily=without))
    assert [week.workouts for week in model.workout_weeks] == [None] * 5
    assert model.completeness[-1].never
    assert all(line.had_workout is None for line in model.days)
    assert "workout" not in model.lede


def test_no_oura_at_all(
    make_inputs: MakeInputs, make_daily: Make, make_workouts: Make, sunday: date
) -> None:
    daily = make_daily(workout_count=[0] * 34 + [1], workout_minutes=[None] * 34 + [30.0])
    model = model_of(make_inputs(daily=daily, workouts=make_workouts((sunday, "Ride", 30, 250.0))))
    assert model.lede == "1 workout."
    assert model.readiness.week.mean is None
    assert [source.never for source in model.completeness] == [True, True, True, False]


def test_later_days_do_not_leak_into_the_week(
    make_inputs: MakeInputs, make_daily: Make, sunday: date
) -> None:
    daily = make_daily(last=sunday + timedelta(days=3), readiness_score=[70] * 35 + [99] * 3)
    model = model_of(make_inputs(daily=daily, today=sunday + timedelta(days=4)))
    assert model.readiness.week.mean == 70
    assert model.newest == {"Oura readiness": sunday + timedelta(days=3)}
    assert model.notices == ()


def test_two_users_are_not_mixed(
    make_inputs: MakeInputs,
    make_daily: Make,
    make_workouts: Make,
    insights: list[Insight],
    sunday: date,
) -> None:
    mine, hers = (
        make_daily(readiness_score=[70] * 35),
        make_daily(user_id="ada", readiness_score=[90] * 35),
    )
    workouts = make_workouts((sunday, "Hers", 30, 300.0), user_id="ada")
    others = [replace(insight, user_id="ada") for insight in insights[:1]]
    both = make_inputs(
        daily=pd.concat([hers, mine]), workouts=workouts, insights=insights[1:] + others
    )
    me, ada = model_of(both), model_of(replace(both, user_id="ada"))
    assert (me.readiness.week.mean, ada.readiness.week.mean) == (70, 90)
    assert [w.title for line in me.days for w in line.workouts] == []
    assert [w.title for line in ada.days for w in line.workouts] == ["Hers"]
    assert [card.name for card in me.insights] == ["workout_recovery", "readiness_trend"]
    assert [card.name for card in ada.insights] == ["sleep_readiness"]


@pytest.mark.parametrize(("days_later", "told"), [(0, True), (3, False), (4, True), (30, True)])
def test_data_that_stopped_is_told_first(
    make_inputs: MakeInputs, make_daily: Make, sunday: date, days_later: int, told: bool
) -> None:
    daily = make_daily(readiness_score=[70] * 35)
    today = sunday + timedelta(days=days_later)
    model = model_of(make_inputs(daily=daily, today=today), stale_after_days=3)
    assert bool(model.notices) is told
    if days_later == 4:
        assert model.notices == (
            (
                "Oura: nothing newer than Sunday 9 March 2025 has arrived (4 days before this page "
                "was made)."
            ),
        )
    if days_later == 0:
        assert model.notices[0].startswith("A preview: the week ends on Sunday 9 March 2025.")
        assert model.title == "Preview: 3–9 March 2025"
        assert "review" not in model.headline
        assert ":" not in model.headline
        assert model.subject.count("review") == 1


def test_each_vendor_goes_stale_on_its_own(make_inputs: MakeInputs, make_daily: Make) -> None:
    daily = make_daily(readiness_score=[70] * 35, workout_count=[1] * 20 + [None] * 15)
    notices = model_of(make_inputs(daily=daily)).notices
    assert notices == (
        (
            "Peloton: nothing newer than Saturday 22 February 2025 has arrived (16 days before "
            "this page was made)."
        ),
    )


def test_a_card_warns_of_what_it_found_and_not_of_what_it_describes_beside(
    make_inputs: MakeInputs,
) -> None:
    found = finding("next_day")
    untested = {"tested": False, "status": "described", "p": None, "q": None}
    other = finding("same_day", caveats=("One measurement.",), **untested)
    for findings, caveats in (((found, other), found.caveats), ((other,), other.caveats)):
        insight = Insight("sleep_readiness", "Sleep and readiness", "me", found.window[1], findings)
        (card,) = model_of(make_inputs(insights=[insight])).insights
        assert card.caveats == caveats


def test_insights_are_sorted_into_found_not_found_and_not_enough(
    make_inputs: MakeInputs, insights: list[Insight]
) -> None:
    model = model_of(
        make_inputs(insights=insights, narratives={"sleep_readiness": "In short: together."})
    )
    assert [card.status for card in model.insights] == ["found", "not found", "not enough data"]
    assert model.insights[0].narrative == "In short: together."
    assert (
        model.insights[0].lines[0].sentence == "Sleep score and next-day readiness move together."
    )
    assert model.insights[0].caveats == ("Readiness contains the night before it.",)
    assert model.insights[1].lines == ()
    assert [line.finding.name for line in model.not_found] == ["strength"]
    assert [line.sentence[-10:] for line in model.not_enough] == ["(12 of 60)"]


def version(inputs: ReportInputs) -> str:
    model: ReportModel = model_of(inputs)
    return model.version


def test_the_version_names_what_is_said(
    make_inputs: MakeInputs, six_months: pd.DataFrame, sunday: date
) -> None:
    inputs = make_inputs(daily=six_months)
    assert version(inputs) == version(make_inputs(daily=six_months.sample(frac=1, random_state=1)))
    moment = datetime.fromisoformat("2025-03-10T06:12:45")
    assert version(inputs) == version(
        replace(inputs, data_up_to=moment, today=sunday + timedelta(days=9))
    )
    changed = six_months.copy()
    changed.loc[changed.index[-1], "readiness_score"] += 1
    assert version(inputs) != version(replace(inputs, daily=changed))
