"""What counts as right, wrong, refused, failed and asked back."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest
from rich.console import Console

from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.evaluation.judging import NEWEST_FINDINGS, Outcome, outcome_of
from bio_lakehouse.ask.evaluation.question_results import Result
from bio_lakehouse.ask.evaluation.questions import Behaviour, Question
from bio_lakehouse.ask.evaluation.score_tables import tables
from bio_lakehouse.ask.evaluation.scores import score
from bio_lakehouse.ask.plan import Plan, Source, Why

FINDINGS = pa.table(
    {
        "insight": ["sleep_readiness", "readiness_trend"],
        "finding": ["next_day", "trend"],
        "narrative": ["Sleep goes before readiness.", "Readiness rose."],
    }
)
TABLES = {"gold": pa.table({"a": [5.0]}), NEWEST_FINDINGS: FINDINGS}
FIGURE = Question("figure", "figure", "How much?", gold=("gold",))
CLAIM = Question("claim", "claim", "Does it?", findings=("sleep_readiness/next_day",))


def answer(rows: pa.Table, assumed: tuple[str, ...] = (), source: Source = "findings") -> Answer:
    plan = Plan("SELECT 1", "", "value", source, assumptions=assumed)
    return Answer("?", "me", "", plan=plan, rows=rows)


def no_answer(why: Why) -> Answer:
    return Answer("?", "me", "No.", why=why)


def meeting(behaviour: Behaviour) -> Question:
    gold = ("gold",) if behaviour == "ask back" else ()
    return Question("met", "met", "Is it?", gold=gold, behaviour=behaviour)


RIGHT, OTHER = pa.table({"b": [5.0]}), pa.table({"b": [6.0]})
CASES: dict[str, tuple[Question, Answer, Outcome]] = {
    "the gold's rows": (FIGURE, answer(RIGHT), "right"),
    "other rows": (FIGURE, answer(OTHER), "wrong"),
    "no rows": (FIGURE, answer(RIGHT.slice(0, 0)), "wrong"),
    "not understood": (FIGURE, no_answer("not understood"), "refused"),
    "declined": (FIGURE, no_answer("declined"), "refused"),
    "asked back": (FIGURE, no_answer("ambiguous"), "asked back"),
    "failed": (FIGURE, no_answer("failed"), "failed"),
    "a finding by name": (CLAIM, answer(FINDINGS.drop(["narrative"])), "right"),
    "a finding in its words": (CLAIM, answer(FINDINGS.select(["narrative"])), "right"),
    "another finding": (CLAIM, answer(FINDINGS.slice(1)), "wrong"),
    "a bare figure for a claim": (CLAIM, answer(pa.table({"correlation": [0.4]})), "wrong"),
    "a doctor's question, declined": (meeting("decline"), no_answer("declined"), "right"),
    "a doctor's question, refused": (meeting("decline"), no_answer("not understood"), "refused"),
    "a doctor's question, answered": (meeting("decline"), answer(RIGHT), "wrong"),
    "what is not there, refused": (meeting("refuse"), no_answer("not understood"), "right"),
    "what is not there, failed": (meeting("refuse"), no_answer("failed"), "failed"),
    "what is not there, answered": (meeting("refuse"), answer(RIGHT), "wrong"),
    "vague, asked back": (meeting("ask back"), no_answer("ambiguous"), "right"),
    "vague, with an assumption": (meeting("ask back"), answer(RIGHT, ("Today.",)), "right"),
    "vague, without one": (meeting("ask back"), answer(RIGHT), "wrong"),
    "vague, assumed and wrong": (meeting("ask back"), answer(OTHER, ("Today.",)), "wrong"),
}


@pytest.mark.parametrize(("question", "given", "outcome"), CASES.values(), ids=CASES)
def test_an_outcome(question: Question, given: Answer, outcome: Outcome) -> None:
    assert outcome_of(question, given, TABLES.__getitem__) == outcome


def test_a_score_counts_what_was_answered_and_how_much_of_it_is_right() -> None:
    results = [Result(question, given, outcome) for question, given, outcome in CASES.values()]
    counted = score(results)
    assert counted.questions == len(CASES)
    assert counted.outcomes == {
        "right": 7,
        "wrong": 8,
        "refused": 3,
        "failed": 2,
        "asked back": 1,
    }
    assert (counted.accepted, counted.answerable) == (7, 11)
    assert (counted.answered_right, counted.answered) == (4, 12)


def test_a_model_has_its_own_name_and_no_other_has_it() -> None:
    by_model = Answer("?", "me", "", plan=answer(RIGHT).plan, rows=RIGHT, model="claude-x")
    assert Result(FIGURE, by_model, "right").answered_by == "findings"
    plan = Plan("SELECT 1", "", "value", "language model")
    by_model = Answer("?", "me", "", plan=plan, rows=RIGHT, model="claude-x")
    assert Result(FIGURE, by_model, "right").answered_by == "claude-x"
    assert Result(FIGURE, no_answer("failed"), "failed").answered_by == ""


def test_each_run_has_a_column_of_its_own() -> None:
    results = [Result(question, given, outcome) for question, given, outcome in CASES.values()]
    shown = Console(width=120, record=True, file=io.StringIO())
    for table in tables({"no model": results, "claude-x": results[:1]}):
        shown.print(table)
    lines = shown.export_text().splitlines()
    (head,) = (line for line in lines if {"no", "model", "claude-x"} == set(line.split()))
    (wrong,) = (line for line in lines if line.split()[:1] == ["wrong"])
    assert head.index("no model") < head.index("claude-x")
    assert wrong.split() == ["wrong", "8", "0"]
    assert sum("findings" in line for line in lines) == 2
