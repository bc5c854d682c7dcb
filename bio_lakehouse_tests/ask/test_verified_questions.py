"""Every verified question of the model on the demo lake: it passes the guard, and its rows are
what it says they are."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.ask.semantics.semantic_model import VerifiedQuestion
from bio_lakehouse.backends import open_sql
from bio_lakehouse.engines.guard import check
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import TODAY, USER

MODEL = semantic_model.load()
KNOWN = frozenset(dataset.full_name for dataset in MODEL.datasets.values())
FIRST = TODAY - timedelta(days=40)
MAY_BE_EMPTY = {
    "What came of my experiment?",
    "What workouts did I do yesterday?",
    "Which days had a high overtraining risk?",
    "In which weeks was I overreaching?",
}
"""Questions about what the demo person may never have had."""
ONE_ROW = ("value", "row")

verified = pytest.mark.parametrize("question", MODEL.verified, ids=lambda one: one.question)


def rows_of(question: VerifiedQuestion, lake: Lakehouse) -> pa.Table:
    return open_sql(lake).query(question.filled(FIRST, TODAY), USER)


@verified
def test_it_is_a_select_that_the_guard_lets_through(question: VerifiedQuestion) -> None:
    assert check(question.filled(FIRST, TODAY), KNOWN).tables


@verified
def test_its_rows_are_of_its_shape_and_show_its_metrics(
    question: VerifiedQuestion, demo_lake: Lakehouse
) -> None:
    rows = rows_of(question, demo_lake)

    assert set(question.metrics) <= set(rows.column_names)
    assert rows.num_rows or question.question in MAY_BE_EMPTY
    if question.shape in ONE_ROW and not question.needs_days:
        assert rows.num_rows <= 1


@verified
def test_who_verified_it_and_when_is_told(question: VerifiedQuestion) -> None:
    assert (question.verified_by, question.verified_on) == ("the project", date(2026, 11, 26))
    assert question.reading
    assert len(question.paraphrases) >= 3


def test_a_question_whose_days_are_open_names_them_in_each_paraphrase() -> None:
    times = ("last", "yesterday", "this year", "january")
    for question in MODEL.verified:
        for words in (question.question, *question.paraphrases):
            if question.needs_days:
                assert any(time in words.lower() for time in times), words


def test_days_become_dates() -> None:
    question = VerifiedQuestion("q", "day BETWEEN {first} AND {last}", "me", date(2026, 1, 2))

    filled = question.filled(date(2026, 1, 2), date(2026, 1, 8))
    assert filled == "day BETWEEN DATE '2026-01-02' AND DATE '2026-01-08'"


def test_what_affects_what_is_no_verified_question() -> None:
    """Claims are the findings' alone."""
    for question in MODEL.verified:
        assert "readiness_performance_correlation" not in question.sql
        assert "corr(" not in question.sql.lower()
