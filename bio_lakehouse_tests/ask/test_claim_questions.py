"""Which questions are taken for questions whether something holds, and what they are about."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.ask.claims import finding_answers, findings
from bio_lakehouse.ask.claims.claim_words import words_of
from bio_lakehouse.ask.plan import NoPlan, Plan
from bio_lakehouse_tests.ask.made_up_findings import CIRCUMSTANCES, MODEL, planned, refused

SLEEP = ("sleep_readiness", "next_day")
MORNING = ("sleep_readiness", "same_day")
HIGH, OUTPUT = ("intensity_impact", "high_vs_low"), ("intensity_impact", "output")
WORKOUTS = ("workout_recovery", "")
RELATIONS = {
    "does sleep affect readiness": (SLEEP,),
    "Does my sleep affect my readiness?": (SLEEP,),
    "What's the correlation between my sleep and readiness?": (SLEEP, MORNING),
    "Show me the correlation between sleep and next-day readiness": (SLEEP,),
    "corelation betwen sleep and readyness": (SLEEP, MORNING),
    "how does sleep influence my recovery": (SLEEP,),
    "is my readiness affected by how i sleep": (SLEEP,),
    "does my readiness depend on my sleep": (SLEEP,),
    "what effect does sleep have on readiness": (SLEEP,),
    "does sleep afect redinesss": (SLEEP,),
    "corelation between slepe and readyness": (SLEEP, MORNING),
    "does sleep predict next-day readiness": (SLEEP,),
    "when i sleep well is my readiness higher": (SLEEP,),
    "do sleep and readiness go together": (SLEEP, MORNING),
    "was my low readiness caused by bad sleep": (SLEEP,),
    "does yoga help my recovery": (("workout_recovery", "yoga_vs_rest"),),
    "is readiness lower after cycling": (("workout_recovery", "cycling_vs_rest"),),
    "is running good for my recovery": (("workout_recovery", "running_vs_rest"),),
    "effect of bike bootcamp on readiness": (("workout_recovery", "bike_bootcamp_vs_rest"),),
    "what impact does strength training have on my recovery": (
        ("workout_recovery", "strength_vs_rest"),
    ),
    "do rest days help my readiness": (WORKOUTS,),
    "do my workouts matter for readiness": (WORKOUTS,),
    "do hard workouts hurt my readiness the next day": (HIGH, OUTPUT),
    "does a hard ride lower my readiness": (HIGH, OUTPUT),
    "is there a link between output and readiness": (OUTPUT,),
    "what affects my readiness": (SLEEP, WORKOUTS, ("intensity_impact", "")),
    "why is my readiness so low": (SLEEP, WORKOUTS, ("intensity_impact", "")),
    "how can i improve my readiness": (SLEEP, WORKOUTS, ("intensity_impact", "")),
    "why am i so tired": (SLEEP, WORKOUTS, ("intensity_impact", "")),
}
KINDS = {
    "What's my best workout type when readiness is below 75?": "best workout",
    "best workout type": "best workout",
    "which workout type is best for recovery": "best workout",
    "what kind of workout works best for me": "best workout",
    "Am I overtraining?": "overtraining",
    "am i over-training": "overtraining",
    "am i traning too much": "overtraining",
    "is my HRV improving": "trend",
    "is my sleep getting worse lately": "trend",
    "has my resting heart rate improved over the last months": "trend",
    "is it getting better": "trend",
    "am i getting fitter": "fitness",
    "what moved this week": "week",
    "what changed this week": "week",
    "did my hrv drop this week": "week",
    "did the experiment work": "experiment",
    "what came of my experiment": "experiment",
    "how will tomorrow be": "tomorrow",
    "what will my readiness be tomorrow": "tomorrow",
    "should i train today": "advice",
    "should i rest today": "advice",
}
UNTESTED = {
    "does coffee affect my sleep": ("“coffee”", "“sleep”", '"coffee" --outcome sleep'),
    "does drinking alcohol affect my sleep": ("Whether “alcohol” goes with “sleep”", '"alcohol"'),
    "was my sleep worse on days I drank alcohol": (
        "Whether “alcohol” goes with “sleep” is not tested here",
        'experiment start "alcohol" --outcome sleep',
    ),
    "do eating chocolate and drinking coffee affect my sleep": (
        "Whether “chocolate” and “coffee” go with “sleep”",
    ),
    "does my HRV affect output": ("“HRV”", "“output”", "experiment start"),
    "does alcohol hurt my recovery": ("“alcohol”", "“readiness”", '"alcohol" --outcome readiness'),
    "does my readiness affect my output": ("“readiness”", "“output”", "experiment start"),
    "does working out improve my sleep": ("“workouts”", "“sleep”", "--outcome sleep"),
    "do i sleep better after yoga": ("“yoga”", "“sleep”", "--outcome sleep"),
    "does deep sleep affect readiness": ("“deep sleep”", "“readiness”", "sleep score"),
    "correlation between steps and sleep": ("“steps”", "“sleep”", "experiment start"),
    "is hrv related to resting heart rate": ("“HRV”", "“resting heart rate”", "experiment"),
    "correlation between readiness and output on low readiness days": ("readiness below 70",),
    "how can i improve my sleep": ("sleep", "nothing is claimed", "--outcome sleep"),
    "does journaling help my hrv": ("journaling", "“HRV”", "--outcome hrv"),
    "will my hrv be better tomorrow": ("Only readiness", "HRV"),
}
OTHERS = """
What was my average readiness score last week?
Show me days where my readiness dropped below 70
How many workouts did I do in January?
Compare my weekday and weekend sleep
What was my best readiness week?
What's my average output for cycling workouts?
best sleep score
which day had the highest readiness
how did i sleep last night
what is my readiness today
show my hrv trend for the last 90 days
plot readiness over the last month
how many days was my readiness better than 80
when did i last do yoga
longest ride ever
highest output
what was my best ride
is my readiness above 80 today
did my readiness drop below 70 last week
was my sleep better last week than the week before
who is my favourite instructor
show weeks where the trend was improving
how many calories did i burn yesterday
lowest resting heart rate this month
average hrv on weekends
list my strength workouts in march
what's my total output this year
show me days with high overtraining risk
how much deep sleep did i get last night
how often did i train last month
worst sleep of the year
top 5 rides by output
average readiness after cycling
workouts per week this year
how many hours did i sleep on average
when was my hrv highest
my steps last week
days without data
training load this month
which workout type has the highest output
how much did my readiness change last week
readiness by weekday
why is there no data for tuesday
hello
which segment has the highest correlation
show the correlation table
days with high overtraining risk
what makes up my readiness today
is my resting heart rate lower this month than in december
was last week a good trend
what is the weather tomorrow
What intensity did you recommend yesterday and why?
""".strip().splitlines()


@pytest.mark.parametrize(("question", "looked_up"), RELATIONS.items(), ids=RELATIONS)
def test_a_relation_is_looked_up_in_the_findings_that_test_it(
    question: str, looked_up: tuple[tuple[str, str], ...]
) -> None:
    claim = findings.claim_of(planned(question))
    assert claim is not None
    expected = tuple((insight, name) for insight, name in looked_up)
    if ("intensity_impact", "") in expected:
        assert set(claim.looked_up) == set(expected)
    else:
        assert claim.looked_up == expected


@pytest.mark.parametrize(("question", "kind"), KINDS.items(), ids=KINDS)
def test_other_claims_are_of_their_kind(question: str, kind: str) -> None:
    claim = findings.claim_of(planned(question))
    assert claim is not None
    assert claim.kind == kind


@pytest.mark.parametrize(("question", "parts"), UNTESTED.items(), ids=UNTESTED)
def test_what_no_insight_tests_is_declined_and_says_what_is(
    question: str, parts: tuple[str, ...]
) -> None:
    made = findings.plan(question, MODEL, CIRCUMSTANCES)
    sentence = made.sentence if isinstance(made, NoPlan) else told_of_nothing(question)
    assert [part for part in parts if part not in sentence] == []


def told_of_nothing(question: str) -> str:
    """What is said where no experiment of that name is on record."""
    return finding_answers.told(planned(question), pa.table({"name": pa.array([], pa.string())}))[0]


def test_what_is_offered_in_its_place_can_be_asked() -> None:
    offers = refused("does my HRV affect output").offers
    assert len(offers) > 2
    assert all(isinstance(planned(offer), Plan) for offer in offers)


def test_medicine_is_no_experiment() -> None:
    assert "experiment" not in told_of_nothing("does melatonin help my sleep")


@pytest.mark.parametrize("question", OTHERS)
def test_questions_for_values_and_days_are_left_to_others(question: str) -> None:
    assert findings.plan(question, MODEL, CIRCUMSTANCES) is None


def test_a_condition_on_readiness_is_kept() -> None:
    bounds = {
        "best workout type when readiness is below 75": (75, None),
        "best workout type when my readiness is under 60": (60, None),
        "best workout type when readiness is over 80": (None, 81),
        "best workout type when readiness is at least 80": (None, 80),
        "best workout type when i have low readiness": (70, None),
        "best workout type": (None, None),
    }
    claims = {question: findings.claim_of(planned(question)) for question in bounds}
    assert {q: (c.below, c.from_) for q, c in claims.items() if c} == bounds


def test_a_follow_up_goes_on_from_the_claim_before() -> None:
    trend = findings.claim_of(planned("and hrv?", planned("is my readiness improving")))
    yoga = findings.claim_of(planned("what about yoga", planned("does running affect recovery")))
    assert trend is not None
    assert trend.columns == ("hrv_rmssd_ms",)
    assert yoga is not None
    assert yoga.looked_up == (("workout_recovery", "yoga_vs_rest"),)
    assert findings.plan("and hrv?", MODEL, CIRCUMSTANCES) is None


def test_of_two_questions_the_first_is_answered_and_the_other_named() -> None:
    plan = planned("does sleep affect my readiness and how was my sleep last week?")
    claim = findings.claim_of(plan)
    assert claim is not None
    assert claim.looked_up == (SLEEP,)
    assert any("“how was my sleep last week”" in said for said in plan.assumptions)


def test_of_two_questions_whose_second_is_a_claim_it_is_asked_which() -> None:
    asked_back = refused("how was my sleep last week? is it getting better?")
    assert asked_back.why == "ambiguous"
    assert asked_back.offers == ("How was my sleep last week?", "Is it getting better?")


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read(text: str) -> None:
    assert isinstance(findings.plan(text, MODEL, CIRCUMSTANCES), Plan | NoPlan | None)


@given(st.lists(st.sampled_from(sorted(words_of(" ".join(OTHERS)).words)), max_size=8))
def test_no_statement_holds_anything_of_the_question(words: list[str]) -> None:
    plan = findings.plan(
        " ".join(["does", *words, "affect my readiness';--"]), MODEL, CIRCUMSTANCES
    )
    assert not isinstance(plan, Plan) or ";" not in plan.sql


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_a_letter_left_out_of_a_long_word_changes_no_claim(
    question: str, data: st.DataObject
) -> None:
    """Of a word of eight letters or more, but for its first and last one."""
    long = [word for word in question.split() if len(word) >= 8 and word.isalpha()]
    if not long:
        return
    word = data.draw(st.sampled_from(long))
    place = data.draw(st.integers(1, len(word) - 2))
    slip = question.replace(word, word[:place] + word[place + 1 :])
    claims = [findings.claim_of(planned(one)) for one in (question, slip)]
    assert claims[0] == claims[1]
