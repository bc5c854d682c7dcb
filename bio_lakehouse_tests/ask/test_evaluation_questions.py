"""The evaluation's questions: every gold can be asked and has rows, every table is asked about."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bio_lakehouse.ask.evaluation.questions import Question, questions_of
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.backends import open_sql
from bio_lakehouse.engines.guard import check
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.gold.schemas import EXPERIMENT_DAYS, SCHEMAS
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.silver.schemas import SCHEMAS as SILVER
from bio_lakehouse_tests.ask.demo_lake import USER

OPEN, HELD_OUT = questions_of("open"), questions_of("held-out")
QUESTIONS = OPEN + HELD_OUT
FIRST_QUESTIONS = (
    "What was my average readiness score last week?",
    "What's the correlation between my sleep and readiness?",
    "Show me days where my readiness dropped below 70",
    "Am I overtraining?",
    "What's my best workout type when readiness is below 75?",
    "Show me the correlation between sleep and next-day readiness",
    "How many workouts did I do in January?",
    "Compare my weekday and weekend sleep",
    "What was my best readiness week?",
    "What's my average output for cycling workouts?",
)
"""Those that the project began with."""
NOT_ASKED_OF = {EXPERIMENT_DAYS.full_name}
"""What was assigned to a day is asked of `bio-lakehouse experiment`."""


def test_the_first_questions_are_among_them() -> None:
    assert set(FIRST_QUESTIONS) <= {one.question for one in OPEN}


def test_each_is_there_once() -> None:
    for name in ("id", "question"):
        counted = Counter((getattr(one, name), one.after) for one in QUESTIONS)
        assert [value for value, count in counted.items() if count > 1] == []


def test_a_third_is_held_out_of_every_kind() -> None:
    assert 3 * len(HELD_OUT) == len(QUESTIONS)
    assert {one.kind for one in HELD_OUT} == {one.kind for one in OPEN}


def normalised(question: str) -> str:
    """A question's words, however it is written."""
    return " ".join(re.findall(r"\w+", question.lower().replace("'", "").replace("’", "")))


def test_no_verified_question_is_held_out() -> None:
    verified = {normalised(one.question) for one in semantic_model.load().verified}
    assert verified & {normalised(one.question) for one in HELD_OUT} == set()


@pytest.fixture(scope="module")
def sql(demo_lake: Lakehouse) -> DuckDbSql:
    engine = open_sql(demo_lake)
    assert isinstance(engine, DuckDbSql)
    return engine


def test_every_table_and_view_is_asked(sql: DuckDbSql) -> None:
    asked = {
        table for one in QUESTIONS for gold in one.gold for table in check(gold, sql.known()).tables
    }
    there = (SCHEMAS | SILVER).values()
    wanted = {table.full_name for table in there} | {view.full_name for view in VIEWS.values()}
    assert wanted - asked <= NOT_ASKED_OF


@pytest.mark.slow
@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one.id)
def test_a_gold_has_values(one: Question, sql: DuckDbSql) -> None:
    for gold in one.gold:
        rows = sql.query(gold, USER).to_pylist()
        assert any(value is not None for row in rows for value in row.values()), gold


def test_findings_are_those_of_the_demo(sql: DuckDbSql) -> None:
    rows = sql.query("SELECT insight, finding FROM insights", USER).to_pylist()
    there = {f"{row['insight']}/{row['finding']}" for row in rows}
    assert {name for one in QUESTIONS for name in one.findings} <= there
