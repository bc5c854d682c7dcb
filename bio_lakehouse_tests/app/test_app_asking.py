"""Asking in the app: an answer with its rows and SQL, a follow-up, a refusal, and a correction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bio_lakehouse.app import opened
from bio_lakehouse.app.conversation import EXAMPLES, reader_of
from bio_lakehouse.app.opened import OpenLakes
from bio_lakehouse.app.plain_text import literal
from bio_lakehouse.app.shown import USER as USER_KEY
from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.answers import corrections
from bio_lakehouse.ask.answers.answer_columns import AnswerColumn
from bio_lakehouse.ask.answers.statement_layout import laid_out
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.gold.measures import READINESS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.numbers import NO_VALUE
from bio_lakehouse_tests.app.conftest import page, said
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, USER

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

KEY = "sk-test"


@pytest.fixture
def own(own_lake: Lakehouse) -> Iterator[OpenLakes]:
    """The app over a lake of one's own: answers are kept in its home."""
    yield opened.open_lakes(own_lake.settings, USER)
    opened._lakes.clear()


def ask(at: AppTest, question: str) -> AppTest:
    return at.chat_input[0].set_value(question).run()


def button(at: AppTest, label: str) -> AppTest:
    return next(one for one in at.button if one.label == label).click().run()


def labelled(at: AppTest, label: str) -> bool:
    return any(one.label == label for one in at.button)


def test_what_is_offered_is_answered(own: OpenLakes) -> None:
    answers = [own.own().asking.ask(question, USER) for question in EXAMPLES]
    assert [one.sentence for one in answers if one.why] == []


def test_an_answer_has_its_sentence_and_its_sql(own: OpenLakes) -> None:
    at = ask(page("ask"), EXAMPLES[0])
    assert [one.value for one in at.exception] == []
    answer = own.own().asking.ask(EXAMPLES[0], USER)
    assert answer.sentence in said(at)
    assert at.code[0].value == laid_out(answer.sql)
    assert "Read as: " in said(at)


def test_what_a_model_assumed_and_says_of_its_sql_is_told_as_its_own(full: OpenLakes) -> None:
    plan = Plan(
        "SELECT 1 AS one",
        "one",
        "value",
        "language model",
        assumptions=("A week has 7 days.",),
        explanation="It is 1.",
    )
    answer = Answer("how many?", USER, "It was 1.", plan=plan, model="some-model")
    at = page("ask")
    at.session_state[f"conversation {full.own().settings.home} {full.own().settings.user}"] = [
        answer
    ]
    told = said(at.run())
    assert "some-model assumed: A week has 7 days." in told
    assert "some-model says of its SQL: “It is 1.”" in told


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("name", ["day", "p", "year"])
def test_a_cell_that_is_no_number_is_written_as_it_is(name: str, is_known: bool) -> None:
    column = AnswerColumn(name, 0, "value", READINESS, is_known=is_known)
    written = [column.cell(value) for value in (date(2026, 3, 11), "low_risk", True, None)]
    assert written == ["2026-03-11", "low risk", "yes", NO_VALUE]


def test_an_example_is_asked_by_its_button_and_can_be_followed_up(own: OpenLakes) -> None:
    at = button(page("ask"), EXAMPLES[0])
    at = ask(at, "and the week before?")
    assert [one.value for one in at.exception] == []
    assert len(at.code) == 2
    assert at.code[0].value != at.code[1].value
    at = button(at, "Begin anew")
    assert not at.code


def test_a_question_that_is_declined_has_no_sql(own: OpenLakes) -> None:
    at = ask(page("ask"), "Do I have sleep apnea?")
    assert [one.value for one in at.exception] == []
    assert not at.code
    assert len(at.chat_message) == 2


def test_a_question_that_is_not_understood_offers_others(own: OpenLakes) -> None:
    question = "show me my readness by colour"
    at = ask(page("ask"), question)
    offers = own.own().asking.ask(question, USER).offers
    assert offers
    assert set(offers) <= {one.label for one in at.button}


def test_a_correction_is_tried_and_answers_from_then_on(own: OpenLakes) -> None:
    question = "how purple is my bicycle"
    at = ask(page("ask"), question)
    at.text_area[0].set_value("SELECT count(*) AS rides FROM peloton_workouts").run()
    at = button(at, "Try it")
    lake = own.own().lake
    assert [one.state for one in corrections.read(lake, USER)] == ["candidate"]
    at = button(at, "It is right")
    assert [one.value for one in at.exception] == []
    assert [one.state for one in corrections.read(lake, USER)] == ["verified"]
    assert at.code[-1].value.startswith("SELECT\n  count(*) AS rides")


def test_what_was_tried_is_not_shown_to_another_person_or_under_another_question(
    own_lake: Lakehouse,
) -> None:
    opened.open_lakes(own_lake.settings)
    at = ask(page("ask"), "how purple is my bicycle")
    at.text_area[0].set_value("SELECT count(*) AS rides FROM peloton_workouts").run()
    at = button(at, "Try it")
    assert labelled(at, "It is right")
    at.session_state[USER_KEY] = OTHER_USER
    at = ask(at.run(), "how purple is my bicycle")
    assert not labelled(at, "It is right")
    assert not at.text_area[0].value
    at.session_state[USER_KEY] = USER
    at = button(at.run(), "Begin anew")
    assert not labelled(ask(at, "how green is my bicycle"), "It is right")
    opened._lakes.clear()


MARKED = "![x](http://evil.test/x.png)"


def test_what_a_language_model_says_is_its_own_and_marks_nothing(
    own: OpenLakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = "SELECT count(*) AS rides FROM peloton_workouts"
    plan = Plan(sql, "r", "value", "language model", assumptions=(MARKED,), explanation=MARKED)
    answers = [
        Answer("q", USER, "Said.", plan=plan, model="some-model"),
        Answer("q", USER, MARKED, why="ambiguous", offers=(MARKED,), model="some-model"),
    ]
    monkeypatch.setattr(Asking, "ask", lambda *_: answers.pop(0))
    at = ask(page("ask"), "q")
    shown = " ".join(one.value for one in at.caption)
    assert literal(f"some-model assumed: {MARKED}") in shown
    assert literal(f"some-model says of its SQL: “{MARKED}”") in shown
    at = ask(at, "q")
    assert literal(MARKED) in {one.label for one in at.button}
    assert MARKED not in {one.label for one in at.button}


def test_a_statement_that_is_no_question_is_refused(own: OpenLakes) -> None:
    at = ask(page("ask"), "how purple is my bicycle")
    at.text_area[0].set_value("DROP TABLE peloton_workouts").run()
    at = button(at, "Try it")
    assert at.error
    assert corrections.read(own.own().lake, USER) == ()


def test_a_key_is_no_leave_and_leave_is_asked_with_what_would_be_sent(
    own_lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    changed = own_lake.settings.model_copy(update={"anthropic_api_key": _secret(KEY)})
    opened.open_lakes(changed, USER)
    at = page("ask")
    assert [one.value for one in at.exception] == []
    assert EXAMPLES[0] in at.code[0].value
    assert KEY not in at.code[0].value
    assert reader_of(changed).model is None
    at = button(at, "Send nothing")
    assert not reader_of(changed).is_offered
    assert reader_of(changed).model is None
    button(at, "Allow it after all")
    assert reader_of(changed).model is not None
    opened._lakes.clear()


def _secret(text: str) -> object:
    from pydantic import SecretStr

    return SecretStr(text)
