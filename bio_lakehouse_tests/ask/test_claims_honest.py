"""Claims are answered from what was tested, whichever way a question takes: never from a bare
correlation of the rows, and with no word of a cause but an experiment's own."""

from __future__ import annotations

import re

import pytest

from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.ask.ways import Ways
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import TODAY, USER

CLAIMS = """
Does sleep affect my readiness?
What's the correlation between my sleep and readiness?
Show me the correlation between sleep and next-day readiness
corelation of sleep and readyness
sleep vs readiness correlation
correlation between hrv and output
correlation of sleep and output
corr of sleep score and hrv
pearson r of steps and hrv
covariance of sleep and hrv
regression of readiness on sleep
correlation of readiness and output
is readiness related to output
what is the link between steps and sleep
is my hrv correlated with my readiness
sleep and output correlation
readiness and output correlation
how strongly does sleep go with output
does coffee affect my sleep
does my HRV affect output
does working out improve my sleep
do i sleep better after yoga
does a bad night ruin my workout
do hard workouts hurt my recovery
does cycling lower my readiness
is strength training making me tired
what affects my readiness
what influences my hrv
how can i improve my sleep
why is my hrv so low
What's my best workout type when readiness is below 75?
best workout type
which workout is best for recovery
is yoga better than cycling
am i getting fitter
is my hrv improving
is my readiness getting better
am I overtraining
what moved this week
did my experiment work
does magnesium help my sleep
how will tomorrow be
should i sleep more
does the weekend affect my sleep
""".strip().splitlines()
BARE = re.compile(r"\bcorr\w*\s*\(|\bregr_|covar|_corr\b|readiness_performance_correlation", re.I)
CAUSAL = re.compile(
    r"\b(cause[sd]?|because|affect[sed]*|improv\w+|boost\w*|due to|leads? to|thanks to|makes? you|"
    r"raise[sd]|lowered|reduce[sd]?|drives?|influence\w*|results? in|harm\w*|hurts?)\b",
    re.IGNORECASE,
)
CIRCUMSTANCES = Circumstances(USER, TODAY, newest_day=TODAY)
ASKED = (
    "What's the correlation between my sleep and readiness?",
    "What's my best workout type when readiness is below 75?",
    "Am I overtraining?",
    "is my hrv improving",
    "what moved this week",
    "how will tomorrow be",
    "does magnesium help my sleep",
    "does coffee affect my sleep",
    "what affects my readiness",
    "am i getting fitter",
)


@pytest.mark.parametrize("question", CLAIMS)
def test_a_claim_is_never_read_from_a_bare_correlation(question: str) -> None:
    ways = Ways(semantic_model.load(), None, lambda sql: None)
    understood = ways.understood(question, (), CIRCUMSTANCES, lambda text: None)
    plan = understood.plan
    if isinstance(plan, NoPlan):
        assert plan.sentence
    else:
        assert plan.source in ("findings", "verified question")
        assert BARE.findall(plan.sql) == []


@pytest.mark.parametrize("question", ASKED)
def test_what_is_answered_names_no_cause(demo_lake: Lakehouse, question: str) -> None:
    answer = Asking(demo_lake).ask(question, USER)
    assert answer.why is None, answer.sentence
    assert isinstance(answer.plan, Plan)
    told = " ".join((answer.sentence, *answer.caveats, *answer.assumptions))
    is_experiment = bool(answer.rows) and "self_experiment" in answer.sql
    assert is_experiment or CAUSAL.findall(told) == []
    assert "no sign" not in told.lower()
