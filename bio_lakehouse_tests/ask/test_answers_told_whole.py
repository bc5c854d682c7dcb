"""What an answer has to say beside its value: names of which nothing is on record, weeks and months
that are not whole, stretches of different length, ties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import duckdb
import pyarrow as pa
import pytest

from bio_lakehouse.ask.answers import answer_sentences, names_on_record, whole_periods
from bio_lakehouse.ask.answers.answer_columns import columns_of
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.claims import findings
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.planning import planner
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.ask.ways import Ways
from bio_lakehouse.engines.guard import check
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import USER

MODEL = semantic_model.load()
TODAY = date(2026, 11, 26)
DATA = (date(2025, 10, 23), TODAY)
CIRCUMSTANCES = Circumstances("me", TODAY, *DATA)


def planned(question: str) -> Plan:
    """The planner's plan of a question that must have one."""
    plan = planner.plan(question, MODEL, CIRCUMSTANCES)
    assert isinstance(plan, Plan), plan
    return plan


def unlike(question: str) -> str:
    """What is told of the periods of a question's answer."""
    return " ".join(whole_periods.caveats(planned(question), (), DATA))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("readiness by month", "October 2025 and November 2026 are not whole: only days from 23"
         " October 2025 to 26 November 2026 count."),
        ("readiness by month in 2026", "November 2026 is not whole: only days from 1 January 2026"
         " to 26 November 2026 count."),
        ("average workouts per week", "The week from 20 October 2025 and the week from 23 November"
         " 2026 are not whole: only days from 23 October 2025 to 26 November 2026 count."),
        ("worst month for sleep", "October 2025 and November 2026 are not whole: only days from 23"
         " October 2025 to 26 November 2026 count."),
        ("readiness by month from january to march 2026", ""),
        ("readiness by weekday", ""),
    ],
)  # fmt: skip
def test_weeks_and_months_that_are_not_whole_are_told(question: str, told: str) -> None:
    assert unlike(question) == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("this month vs last month workouts", "These stretches are not of one length: 26 and 31"
         " days."),
        ("how many workouts in may vs july", ""),
        ("compare readiness in october and november", ""),
        ("workouts on weekends vs weekdays", ""),
    ],
)  # fmt: skip
def test_numbers_of_stretches_of_different_length_are_told(question: str, told: str) -> None:
    assert unlike(question) == told


def test_weeks_end_on_the_persons_own_day() -> None:
    plan = planned("average workouts per week")
    days = (date(2026, 11, 1), date(2026, 11, 28))
    assert whole_periods.caveats(plan, (), days, week_ends_on=6) == ()
    assert whole_periods.caveats(plan, (), days, week_ends_on=7) != ()


def test_a_name_is_looked_up_as_it_is_asked_for() -> None:
    looked_up = list(names_on_record.looked_up(planned("how many rides with cody o'rigsby")))
    looked_up += list(names_on_record.looked_up(planned("rides with an instructor named Zaphod")))
    assert [name for name, _ in looked_up][-1:] == ["instructor name “zaphod”"]


def test_several_names_that_fit_are_told() -> None:
    told = names_on_record.told_of("instructor name “mara”", ["Mara & Theo", "Mara Lindqvist"])
    assert (
        told == "The instructor name “mara” fits Mara & Theo and Mara Lindqvist: all of them count."
    )
    assert names_on_record.told_of("instructor name “mara”", ["Mara Lindqvist"]) == ""


@pytest.mark.parametrize(
    "question",
    [
        "how many rides with cody rigsby",
        "average output with cody rigsby",
        "rides with cody rigsby",
    ],
)
def test_an_instructor_who_is_not_on_record_is_no_zero(question: str, demo_lake: Lakehouse) -> None:
    answer = Asking(demo_lake).ask(question, USER)
    assert answer.sentence == (
        "Nothing on record has the instructor name “cody rigsby”, so there is nothing to count or "
        "to show of it."
    )
    assert answer.chart is None


def test_what_several_groups_share_is_told_of_each() -> None:
    rows = duckdb.connect()
    rows.execute(
        "CREATE TABLE peloton_workouts AS SELECT * FROM (VALUES (DATE '2026-11-02', 'A'), "
        "(DATE '2026-11-03', 'B'), (DATE '2026-11-04', 'A'), (DATE '2026-11-05', 'B'), "
        "(DATE '2026-11-06', 'C')) AS one (day, instructor_name)"
    )
    found = rows.execute(planned("which instructor gives me the most workouts").sql).fetchall()
    assert found == [("A", 2), ("B", 2)]


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("latest bedtime", "latest bedtime"),
        ("best readiness week", "highest mean readiness"),
        ("highest weekly output", "highest weekly output"),
        ("when was my readiness last above 90", "newest day, readiness above 90"),
        ("longest workout in october", "longest workout, 1–31 October 2026"),
        ("longest ride", "longest workout, ride"),
        ("highest heart rate in a workout", "highest mean heart rate in workouts"),
        ("when did i last ride", "newest workout, ride"),
        ("how many nights did i sleep less than 6 hours",
         "number of days, time asleep below 6 h"),
        ("average hrv on days i worked out", "mean HRV, days I worked out"),
        ("which month did i work out most", "highest number of workouts, by month"),
    ],
)  # fmt: skip
def test_a_reading_is_said_as_people_say_it(question: str, reading: str) -> None:
    assert planned(question).reading == reading


def test_the_longest_ride_is_a_ride() -> None:
    plan = planner.verified("longest ride", MODEL, CIRCUMSTANCES)
    assert plan is None
    assert "'Cycling'" in planned("longest ride").sql


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("calories per workout", "“Per workout” was read as the mean over workouts."),
        ("total sleep last week", "“Total” was read as that of each day: each is shown, and the"
         " days are not added up."),
        ("highest heart rate in a workout", "Heart rate in workouts is recorded as a mean: this is"
         " the extreme of these means, and no single reading."),
        ("average workouts per week", "A week without any is not counted among the weeks."),
    ],
)  # fmt: skip
def test_what_was_assumed_is_said_and_lowers_the_confidence(question: str, said: str) -> None:
    plan = planned(question)
    assert said in plan.assumptions
    assert plan.confidence == "medium"


def test_days_before_the_data_are_told_in_their_order() -> None:
    covers = planned("average sleep before 2025").covers
    assert covers is not None
    assert covers[0] <= covers[1] == date(2024, 12, 31)


@pytest.mark.parametrize(
    "question",
    ["sleep when energy is low", "readiness when energy is high last month",
     "hrv trend since new year", "readiness trend last 3 months"],
)  # fmt: skip
def test_plain_questions_are_no_claims(question: str) -> None:
    assert findings.plan(question, MODEL, CIRCUMSTANCES) is None


def test_a_trend_as_such_is_a_finding_and_one_of_named_days_has_these_days() -> None:
    of_all = Ways(MODEL, None, lambda sql: None)
    assert isinstance(findings.plan("hrv trend", MODEL, CIRCUMSTANCES), Plan)
    plan = of_all.understood("hrv trend since january", (), CIRCUMSTANCES, lambda said: None).plan
    assert not isinstance(plan, NoPlan)
    assert plan.covers == (date(2026, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("is my hrv improving since january", findings.OWN_WINDOW),
        ("why was my readiness low on 4 october", findings.NOT_THAT_DAY),
        ("am i overtraining this month", "What was seen is of the newest days, whatever stretch is"
         " asked."),
    ],
)  # fmt: skip
def test_findings_of_other_days_than_were_asked_say_so(question: str, said: str) -> None:
    plan = findings.plan(question, MODEL, CIRCUMSTANCES)
    assert isinstance(plan, Plan)
    assert said in plan.assumptions
    assert plan.confidence == "medium"


def test_nobody_is_sent_to_try_energy() -> None:
    plan = findings.plan("does low energy affect my sleep", MODEL, CIRCUMSTANCES)
    assert isinstance(plan, NoPlan)
    assert 'start "energy"' not in plan.sentence


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("total output per ride", "A total and a figure per workout are two things"),
        ("workouts by hour", "I cannot take “hour” into account"),
        ("workouts in the last hour", "I cannot take “hour” into account"),
        ("running total of workouts", "I cannot tell a running total"),
        ("hrv in july vs july last year", "I see the same days twice"),
    ],
)
def test_what_would_be_answered_as_another_question_is_refused(question: str, said: str) -> None:
    plan = planner.plan(question, MODEL, CIRCUMSTANCES)
    assert isinstance(plan, NoPlan)
    assert said in plan.sentence


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("median output per ride", "fitness_discipline = 'Cycling'"),
        ("average duration per run", "fitness_discipline = 'Running'"),
        ("do i sleep more on weekends than weekdays", "sleep_duration_h"),
        ("biggest drop in readiness", "MIN(readiness_delta)"),
    ],
)
def test_no_word_of_a_question_is_left_out(question: str, part: str) -> None:
    assert part in planned(question).sql


def test_a_change_in_percent_is_no_experiment() -> None:
    assert findings.plan("percent change in hrv", MODEL, CIRCUMSTANCES) is None


def answered(plan: Plan, rows: pa.Table) -> tuple[str, tuple[str, ...]]:
    """The sentence of rows as if they were a plan's answer, and which groups are small."""
    checked = check(plan.sql, frozenset(one.full_name for one in MODEL.datasets.values()))
    columns = columns_of(rows, checked, MODEL, plan.metrics)
    told = answer_sentences.told(plan, rows, checked, columns)
    return told.sentence, answer_sentences.small_groups(plan, rows, columns)


def test_the_best_week_is_a_week() -> None:
    day = date(2026, 8, 30)
    row = {"highest_avg_readiness": 92.3, "day": day, "last_day": day, "times": 1}
    sentence, _ = answered(planned("best readiness week"), pa.Table.from_pylist([row]))
    assert sentence == "Highest mean readiness: 92.3, in the week up to 30 August 2026."


def test_a_month_of_few_nights_is_told() -> None:
    rows = [
        {"month_start": date(2026, 6, 1), "avg_hrv": 131.0, "days_counted": 2},
        {"month_start": date(2026, 7, 1), "avg_hrv": 60.0, "days_counted": 31},
    ]
    _, few = answered(planned("hrv by month"), pa.Table.from_pylist(rows))
    assert few == ("Few to go by: June 2026 (only 2 days).",)


def test_each_figure_of_a_comparison_is_told() -> None:
    rows = [
        {"compared": "weekend", "avg_steps": 9000.0, "total_steps": 90000, "days_counted": 10},
        {"compared": "weekday", "avg_steps": 8000.0, "total_steps": 200000, "days_counted": 25},
    ]
    plan = planned("steps on weekends vs weekdays")
    sentence, _ = answered(plan, pa.Table.from_pylist(rows))
    assert sentence.endswith(
        "weekend average steps 9,000 (10 days) and total steps 90,000; weekday average steps 8,000 "
        "(25 days) and total steps 200,000. Weekend: average steps 1,000 higher than weekday."
    )


def test_a_value_that_several_share_is_said() -> None:
    kept = {"fitness_discipline": "Cycling", "title": "60 min Ride", "instructor_name": "Jo"}
    rows = [
        {"day": date(2026, 10, day), **kept,
         "started_at_local": datetime.fromisoformat(f"2026-10-{day:02}T09:00"),
         "class_length": 60.0}
        for day in (3, 4)
    ]  # fmt: skip
    sentence, _ = answered(planned("longest ride"), pa.Table.from_pylist(rows))
    assert sentence == (
        "Longest workout, ride: 60 min, 2 times – Saturday 3 October 2026, 09:00, Cycling and "
        "Sunday 4 October 2026, 09:00, Cycling."
    )


@pytest.mark.parametrize("question", ["the same for hrv", "and the same for hrv"])
def test_the_same_for_another_figure_is_of_the_same_days(question: str) -> None:
    before = planned("average sleep last week")
    plan = planner.plan(question, MODEL, replace(CIRCUMSTANCES, before=before))
    assert isinstance(plan, Plan)
    assert plan.reading == "mean HRV, 16–22 November 2026"


def test_a_unit_is_nobodys_name() -> None:
    plan = planner.plan("top 3 workout types by minutes", MODEL, CIRCUMSTANCES)
    assert isinstance(plan, NoPlan)
