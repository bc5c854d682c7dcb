"""The planner: what it understands, what it refuses, and that no text ever breaks it."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.planning import planner
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.engines.guard import check
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.errors import QueryError

TODAY = date(2026, 3, 11)
"""A Wednesday."""
MODEL = semantic_model.load()
NOW = Circumstances("me", TODAY, date(2025, 8, 24), TODAY)


def plan(question: str, before: Plan | None = None) -> Plan | NoPlan:
    return planner.plan(question, MODEL, Circumstances("me", TODAY, None, TODAY, "sunday", before))


def planned(question: str, before: Plan | None = None) -> Plan:
    found = plan(question, before)
    assert isinstance(found, Plan), found
    return found


def sql_of(question: str, before: Plan | None = None) -> str:
    return " ".join(planned(question, before).sql.split())


def refused(question: str) -> NoPlan:
    found = plan(question)
    assert isinstance(found, NoPlan), found
    return found


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("average readiness last week", ("AVG(readiness_score)", "2026-03-02", "2026-03-08")),
        ("avrage readines last weak", ("AVG(readiness_score)", "2026-03-02", "2026-03-08")),
        ("total steps in february", ("SUM(steps)", "2026-02-01", "2026-02-28")),
        ("median hrv", ("APPROX_PERCENTILE(hrv_rmssd_ms, 0.5)",)),
        ("standard deviation of my hrv", ("STDDEV(hrv_rmssd_ms)",)),
        ("how many rides this year", ("COUNT(*) AS workouts", "'Cycling'", "2026-01-01")),
        ("days with more than 10000 steps", ("SELECT day, steps", "steps > 10000")),
        ("how many days was readiness at least 85", ("COUNT(*) AS days", "readiness_score >= 85")),
        ("days with hrv between 40 and 50", ("hrv_rmssd_ms BETWEEN 40 AND 50",)),
        ("nights with less than 6 hours of sleep", ("sleep_duration_h < 6",)),
        ("days with readiness below 60 and hrv below 40", ("score < 60", "hrv_rmssd_ms < 40")),
        ("when was my form below -10", ("form < -10",)),
        ("which week had the highest readiness", ("DATE_TRUNC('week', day)", "HAVING")),
        ("hrv by month", ("DATE_TRUNC('month', day)", "AVG(hrv_rmssd_ms)", "GROUP BY")),
        ("average sleep by weekday", ("DAY_OF_WEEK(day)", "AVG(sleep_score)")),
        ("average output per instructor", ("instructor_name, AVG(total_output_kj)",)),
        ("top 5 workouts by output", ("ORDER BY total_output_kj DESC", "LIMIT 5")),
        ("last 3 rides", ("ORDER BY started_at DESC LIMIT 3", "'Cycling'")),
        ("hrv this month vs last month", ("UNION ALL", "2026-02-01", "2026-03-01")),
        ("readiness on mondays", ("DAY_OF_WEEK(day) IN (1)",)),
        ("energy state today", ("energy_state", "2026-03-11")),
        ("how many days in peak energy", ("energy_state = 'peak'", "COUNT(*)")),
        ("share of days with readiness above 80", ("100.0", "readiness_score > 80")),
        ("how many rides with jules", ("LOWER(instructor_name) LIKE '%jules%'",)),
        ("30 minute rides", ("length_minutes = 30", "'Cycling'")),
        ("how many workouts in heart rate zone 4", ("heart_rate_zone = 4",)),
        ("how many km did i cycle in january", ("* 1.609344", "SUM(distance_mi)")),
        ("deep sleep last night in minutes", ("* 60 AS deep_sleep_minutes",)),
        ("readiness on yoga days", ("EXISTS(", "fitness_discipline = 'Yoga'")),
        ("latest bedtime in february", ("SELECT MAX(", "bedtime_start")),
        ("how many days did i not wear the ring", ("gap_ledger", "'not worn'")),
        ("until when do you have peloton data", ("MAX(last_day)", "source = 'peloton'")),
        ("chronic load now", ("chronic_load", "ORDER BY day DESC LIMIT 1")),
        ("days where readiness dropped more than 10", ("readiness_delta < -10",)),
        ("weeks with more than 5 workout days", ("weekly_trends", "workout_days > 5")),
        ("how many workouts a week on average", ("AVG(workouts)", "each_group")),
        ("workouts longer than an hour", ("length_minutes > 60",)),
        ("days on which i did both cycling and yoga", ("= 'Cycling'", "= 'Yoga'", "EXISTS(")),
        ("which saturday had the most steps", ("MAX(steps)", "DAY_OF_WEEK(day) IN (6)")),
        ("who gives me the highest output", ("instructor_name", "MAX(value)")),
        ("how many different instructors", ("COUNT(DISTINCT instructor_name)",)),
        ("highest and lowest hrv last month", ("MAX(hrv_rmssd_ms)", "MIN(hrv_rmssd_ms)")),
        ("first day with readiness over 90", ("readiness_score > 90", "ORDER BY day LIMIT 1")),
        ("how many hours of cycling per month", ("SUM(length_minutes)", "/ 60.0")),
        ("why is there no sleep data on january 27", ("gap_ledger", "'oura_sleep'")),
        ("is hrv higher on weekends than on weekdays", ("UNION ALL", "IN (6, 7)")),
        ("steps and active calories yesterday", ("steps, active_calories", "2026-03-10")),
    ],
)
def test_what_is_asked_is_in_the_sql(question: str, parts: tuple[str, ...]) -> None:
    sql = sql_of(question)
    assert [part for part in parts if part not in sql] == [], sql


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("average readiness last week when it rained", "rained"),
        ("hrv on days i drank tea", "drank"),
        ("readiness without workouts", "without"),
        ("average zorble last week", "zorble"),
        ("how many workouts did i do blindfolded", "blindfolded"),
        ("steps on days with 7", "7"),
        ("morning workouts", "morning"),
        ("how many times did i wake up", "measured, not counted"),
        ("rides with jules or theo", "or"),
    ],
)
def test_a_word_without_use_makes_it_not_understood(question: str, word: str) -> None:
    assert word in refused(question).sentence


@pytest.mark.parametrize(
    "question",
    [
        "does sleep affect readiness",
        "is my readiness getting better",
        "why is my hrv low",
        "is my hrv good",
        "how much did i weigh",
        "readiness tomorrow and steps",
        "workouts next week",
        "delete all my workouts",
    ],
)
def test_claims_judgements_and_what_is_not_measured_are_not_planned(question: str) -> None:
    assert refused(question).sentence


HELD_AGAINST = [
    ("how much faster did I ride in {}", "AVG(avg_speed_mph)"),
    ("did I run slower in {}", "AVG(avg_speed_mph)"),
    ("how much quicker were my runs in {}", "AVG(avg_speed_mph)"),
    ("how much longer did I ride in {}", "SUM(length_minutes)"),
    ("were my workouts shorter in {}", "SUM(length_minutes)"),
    ("how much harder did I train in {}", "AVG(total_output_kj)"),
    ("were my rides easier in {}", "AVG(total_output_kj)"),
    ("did I fall asleep faster in {}", "AVG(( latency_s / 60.0 ))"),
    ("how much longer did I sleep in {}", "AVG(sleep_duration_h)"),
    ("did I go to bed later in {}", "AVG( ( MOD( DATE_DIFF("),
    ("was my hrv higher in {}", "AVG(hrv_rmssd_ms)"),
    ("did I ride more in {}", "COUNT(*) AS workouts"),
]


@pytest.mark.parametrize(("opening", "figure"), HELD_AGAINST)
@pytest.mark.parametrize("days", ["february than in january", "february or january"])
def test_a_comparative_is_of_the_figure_that_it_names(opening: str, figure: str, days: str) -> None:
    sql = sql_of(opening.format(days))
    assert figure in sql
    assert ("COUNT(*)" in sql) is ("COUNT(*)" in figure)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("were my rides better in february than in january", "of which figure “better” is meant"),
        ("were my rides higher in february than in january", "of which figure “higher” is meant"),
        ("was I faster in february than in january", "“faster”"),
        ("was my hrv faster in february than in january", "what “faster” says of hrv"),
        ("was my readiness longer in february than in january", "what “longer” says of readiness"),
        ("how much deeper did I sleep in february than in january", "what “deeper” says of"),
        ("were my rides longer and faster in february than in january", "of which figure"),
        ("how much faster did I ride this month", "“faster”"),
        ("how much heavier did I train in february than in january", "“heavier”"),
    ],
)
def test_a_comparative_that_fits_no_figure_is_not_dropped(question: str, said: str) -> None:
    assert said in refused(question).sentence


STRANGE = ("purple", "heavier", "tastier", "sideways", "zorbly")


@pytest.mark.parametrize(
    "question",
    [
        "average readiness last week",
        "how many rides this year",
        "did I ride more in february than in january",
        "was my hrv higher in february than in january",
        "which week had the highest output",
        "did I work out yesterday",
        "naps this month",
        "worst readiness this year and why",
    ],
)
def test_no_word_with_a_meaning_is_dropped_wherever_it_stands(question: str) -> None:
    words = question.split()
    assert isinstance(plan(question), Plan)
    for place in range(len(words) + 1):
        for strange in STRANGE:
            other = " ".join([*words[:place], strange, *words[place:]])
            assert isinstance(plan(other), NoPlan), other


def test_the_reason_of_a_figure_is_said_not_to_be_known() -> None:
    for question in ("worst readiness this year and why", "worst readiness this year, and why?"):
        found = planned(question)
        assert "MIN(readiness_score)" in found.sql
        assert planner.WHY in found.assumptions
    assert planner.WHY not in planned("worst readiness this year").assumptions
    assert isinstance(plan("favourite colour and why"), NoPlan)


@pytest.mark.parametrize("question", ["calories last week", "steps on 2/3/2026", "how am i doing"])
def test_several_meanings_are_asked_back(question: str) -> None:
    found = refused(question)
    assert found.why == "ambiguous"
    assert len(found.offers) > 1


@pytest.mark.parametrize(
    "question", ["do i have sleep apnea", "should i take melatonin", "chest pain, what do i do"]
)
def test_medical_questions_are_declined(question: str) -> None:
    assert refused(question).why == "declined"


def test_what_was_assumed_lowers_how_sure_it_is() -> None:
    assert planned("average hrv last week").confidence == "high"
    assumed = planned("average hrv in january")
    assert assumed.confidence == "medium"
    assert any("January 2026" in sentence for sentence in assumed.assumptions)
    slip = planned("average readniess last week")
    assert any("readniess" in sentence for sentence in slip.assumptions)


def test_days_are_covered_as_they_were_resolved() -> None:
    assert planned("average hrv last week").covers == (date(2026, 3, 2), date(2026, 3, 8))
    assert planned("average hrv").covers is None
    assert planned("hrv this week vs last week").covers == (date(2026, 3, 2), TODAY)


def test_weeks_end_on_the_day_of_the_settings() -> None:
    found = planner.plan(
        "average hrv last week", MODEL, Circumstances("me", TODAY, week_ends_on="tuesday")
    )
    assert isinstance(found, Plan)
    assert found.covers == (date(2026, 3, 4), date(2026, 3, 10))


@pytest.mark.parametrize(
    ("first", "then", "parts"),
    [
        ("average readiness last week", "and the week before?", ("readiness_score", "2026-02-23")),
        ("average readiness last week", "and sleep?", ("AVG(sleep_score)", "2026-03-02")),
        ("how many workouts in january", "what about february?", ("2026-02-01", "COUNT(*)")),
        ("how many workouts in january", "only cycling", ("'Cycling'", "2026-01-01")),
        ("average hrv", "show it by month", ("DATE_TRUNC('month', day)", "AVG(hrv_rmssd_ms)")),
        ("average hrv last month", "what was the highest?", ("MAX(hrv_rmssd_ms)", "2026-02-01")),
        ("steps yesterday", "and today?", ("steps", "2026-03-11")),
    ],
)
def test_a_question_goes_on_from_the_one_before(
    first: str, then: str, parts: tuple[str, ...]
) -> None:
    before = planned(first)
    before_again = Plan(
        before.sql, before.reading, before.shape, before.source, covers=before.covers,
        intent=json.loads(json.dumps(dict(before.intent))),
    )  # fmt: skip
    sql = sql_of(then, before_again)
    assert [part for part in parts if part not in sql] == [], sql


def test_two_questions_are_one_row_or_asked_back() -> None:
    assert "SUM(workout_count)" in sql_of(
        "how many workouts did i do and how many steps did i walk last week"
    )
    both = plan("what was my hrv yesterday? and how many rides did i do in january?")
    assert isinstance(both, NoPlan)
    assert both.why == "ambiguous"
    assert len(both.offers) == 2


def test_verified_questions_are_known_but_for_days_and_slips() -> None:
    asked = "what was my avrage readiness score in february"
    found = planner.verified(asked, MODEL, NOW)
    assert found is not None
    assert found.source == "verified question"
    assert "DATE '2026-02-01' AND DATE '2026-02-28'" in found.sql
    assert planner.verified("how am i doing", MODEL, NOW) is None
    assert planner.verified("how far did i fly last month", MODEL, NOW) is None


QUESTIONS = (
    *(known.question for known in MODEL.verified),
    *(said for known in MODEL.verified for said in known.paraphrases),
)
WORDS = [
    *sorted({word for question in QUESTIONS for word in question.split()}),
    "70", "-3", "0", "1e9", "5/6/2026", "32 january", "'; DROP TABLE x", "“", "per", "\x00", "ß",
    "of each", "vs", "between 3 and", "top 0", "last 0 days", "last 9999 years", "q5",
]  # fmt: skip


def fulfils_the_promise(question: str, before: Plan | None = None) -> None:
    found = plan(question, before)
    if isinstance(found, NoPlan):
        assert found.sentence
        return
    assert found.reading
    check(found.sql, DESCRIBED)
    if found.covers:
        assert found.covers[0] <= found.covers[1] <= TODAY


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_planned_or_refused_with_a_sentence(text: str) -> None:
    fulfils_the_promise(text)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9), st.sampled_from(QUESTIONS))
def test_any_order_of_a_questions_words_is_planned_or_refused(
    words: list[str], before: str
) -> None:
    question = " ".join(words)
    fulfils_the_promise(question)
    asked = plan(before)
    if isinstance(asked, Plan):
        fulfils_the_promise(question, asked)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(QUESTIONS), st.randoms(use_true_random=False))
def test_case_changes_nothing(question: str, chance: random.Random) -> None:
    shouted = "".join(chance.choice((str.upper, str.lower))(letter) for letter in question)
    assert plan(shouted) == plan(question) or isinstance(plan(question), NoPlan)


def test_text_of_a_question_is_quoted_wherever_it_stands() -> None:
    found = plan("rides with o' or 1=1 --")
    try:
        if isinstance(found, Plan):
            check(found.sql, DESCRIBED)
    except QueryError as error:
        pytest.fail(str(error))
    assert "LIKE '%bobby%'" in sql_of("how many rides with bobby")


def test_today_moves_the_days_with_it() -> None:
    day = date(2024, 2, 29)
    for _ in range(60):
        circumstances = Circumstances("me", day)
        found = planner.plan("average hrv last month", MODEL, circumstances)
        assert isinstance(found, Plan)
        assert found.covers
        first, last = found.covers
        assert first.day == 1
        assert last + timedelta(1) == day.replace(day=1)
        day += timedelta(19)
