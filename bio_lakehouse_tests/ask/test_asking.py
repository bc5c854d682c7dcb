"""A question to its answer over the demo lake: every way in, one person's rows, nothing logged."""

from __future__ import annotations

import json
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.ask import question_log
from bio_lakehouse.ask.answer import as_json
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.lake.home import ANSWERS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, TODAY, USER, copied

READINESS = "What was my average readiness score last week?"
LAST_WEEK = (date(2026, 3, 2), date(2026, 3, 8))
FIRST_QUESTIONS = {
    READINESS: "verified question",
    "What's the correlation between my sleep and readiness?": "findings",
    "Show me days where my readiness dropped below 70": "verified question",
    "Am I overtraining?": "findings",
    "What's my best workout type when readiness is below 75?": "findings",
    "Show me the correlation between sleep and next-day readiness": "findings",
    "How many workouts did I do in January?": "verified question",
    "Compare my weekday and weekend sleep": "verified question",
    "What was my best readiness week?": "verified question",
    "What's my average output for cycling workouts?": "verified question",
    "lowest hrv on rest days this year": "semantic model",
}


@pytest.fixture(scope="module")
def asking(demo_lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Asking:
    """Over a copy, as asking keeps its answers in the home."""
    return Asking(copied(demo_lake, tmp_path_factory.mktemp("asking")))


@pytest.mark.parametrize(("question", "source"), FIRST_QUESTIONS.items())
def test_the_projects_first_questions_have_answers(
    asking: Asking, question: str, source: str
) -> None:
    answer = asking.ask(question, USER)
    assert (answer.why, answer.source) == (None, source)
    assert answer.rows is not None
    assert answer.sentence.endswith(".")
    assert answer.sql
    assert answer.freshness
    assert answer.seconds > 0


def test_the_sentence_has_the_value_and_the_days_of_the_rows(asking: Asking) -> None:
    answer = asking.ask(READINESS, USER)
    assert answer.rows is not None
    assert answer.plan is not None
    (row,) = answer.rows.to_pylist()
    value = answer.plan.metrics
    figure = asking.model.metrics["readiness"].text(row[next(iter(value))])
    assert f"was {figure} from Monday 2 to Sunday 8 March 2026" in answer.sentence
    assert answer.covers == LAST_WEEK
    assert answer.chart is not None
    assert answer.chart.kind == "number"


def test_what_goes_on_from_a_question_keeps_its_context(asking: Asking) -> None:
    first = asking.ask("average readiness in february", USER)
    then = asking.ask("and in january?", USER, before=first.plan)
    assert then.covers == (date(2026, 1, 1), date(2026, 1, 31))
    assert "readiness" in then.sentence
    alone = asking.ask("and in january?", USER)
    assert alone.why in ("not understood", "ambiguous")
    assert alone.rows is None


def test_what_came_in_since_is_told_although_no_table_changed(own_demo_lake: Lakehouse) -> None:
    question = "average readiness in 2025"
    before = Asking(own_demo_lake).ask(question, USER)
    for entry in own_demo_lake.log.of_user(USER):
        earlier = replace(entry, file_path=f"{entry.file_path}.before")
        own_demo_lake.log.record(replace(earlier, covered_first=date(2024, 12, 1)))
    after = Asking(own_demo_lake).ask(question, USER)
    assert "The data begins on " in " ".join(before.caveats)
    assert "The data begins on " not in " ".join(after.caveats)
    assert after.rows == before.rows


def test_each_person_has_their_own_answer_and_keeps_it(asking: Asking) -> None:
    question = "average steps in february"
    mine, theirs = (asking.ask(question, user) for user in (USER, OTHER_USER))
    again = [asking.ask(question, user) for user in (USER, OTHER_USER)]
    assert mine.rows != theirs.rows
    assert [answer.is_cached for answer in (mine, theirs, *again)] == [False, False, True, True]
    assert [answer.sentence for answer in again] == [mine.sentence, theirs.sentence]


def test_one_object_answers_many_at_once(asking: Asking) -> None:
    months = ("november", "december", "january", "february")
    questions = [f"highest readiness in {month}" for month in months]
    alone = [asking.ask(question, USER).sentence for question in questions]
    for path in (asking.home / ANSWERS).iterdir():
        path.unlink()
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: asking.ask(question, USER), questions))
    assert [answer.sentence for answer in together] == alone
    assert not any(answer.is_cached for answer in together)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("", "not understood"),
        ("?" * 20, "not understood"),
        ("a" * 5_000, "not understood"),
        ("what is the meaning of it all", "not understood"),
        ("do I have sleep apnea?", "declined"),
        ("correlation of hrv and output", "declined"),
    ],
)
def test_where_there_is_no_answer_it_is_said_why(asking: Asking, question: str, why: str) -> None:
    answer = asking.ask(question, USER)
    assert (answer.why, answer.rows, answer.sql) == (why, None, "")
    assert answer.sentence
    assert as_json(answer)["rows"] is None


def test_something_else_is_offered_for_what_is_not_understood(asking: Asking) -> None:
    assert asking.ask("colourless green ideas", USER).offers


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT nothing FROM energy_state", "There is no column nothing"),
        ("DELETE FROM energy_state", "DELETE is refused"),
        ("SELECT * FROM read_csv('/etc/passwd')", "cannot stand in FROM"),
        ("SELECT * FROM information_schema.tables", "engine's own"),
    ],
)
def test_a_statement_that_fails_is_told_in_a_sentence(
    asking: Asking, sql: str, reason: str
) -> None:
    answer = asking.answered(Plan(sql, "a test", "list", "language model"), "a test", USER)
    assert (answer.why, answer.rows) == ("failed", None)
    assert reason in answer.sentence


def test_a_day_without_data_is_not_zero(asking: Asking) -> None:
    answer = asking.ask("average readiness in march 2019", USER)
    assert answer.sentence.startswith(
        "Nothing is on record of readiness from Friday 1 to Sunday 31"
    )
    counted = asking.ask("how many yoga workouts did I do in 2019", USER)
    assert "not known" in counted.sentence
    assert answer.chart is None


def test_what_is_asked_tomorrow_is_asked_anew(own_demo_lake: Lakehouse) -> None:
    today = Asking(own_demo_lake).ask("readiness yesterday", USER)
    settings = own_demo_lake.settings.model_copy(update={"today_override": date(2026, 3, 10)})
    before = Asking(Lakehouse.open(settings)).ask("readiness yesterday", USER)
    assert date(2026, 3, 11) == TODAY
    assert (today.covers, before.covers) == (
        (date(2026, 3, 10), date(2026, 3, 10)),
        (date(2026, 3, 9), date(2026, 3, 9)),
    )
    assert not before.is_cached


def test_nothing_of_a_question_is_in_a_log_or_anywhere_but_among_the_answers(
    asking: Asking, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "what was my xylophonic readiness on 3 march"
    with caplog.at_level(logging.DEBUG):
        asking.ask(secret, USER)
        answer = asking.ask("average hrv from 3 march to 5 march", USER)
    assert answer.rows is not None
    out, error = capfd.readouterr()
    value = str(next(iter(answer.rows.to_pylist()[0].values())))
    for text in (caplog.text, out, error):
        assert "xylophonic" not in text
        assert value not in text
    assert files_with(asking.home, b"xylophonic") == []
    assert {path.parts[-2] for path in files_with(asking.home, b"from 3 march")} <= {ANSWERS}


def test_the_log_of_questions_says_that_one_was_asked_and_nothing_of_it(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = asking.home / question_log.FILE
    path.unlink(missing_ok=True)
    answers = [asking.ask(words, USER) for words in ("lowest hrv in january", "xylophone?")]
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["source"] for line in lines] == [answers[0].source, None]
    assert [line["why"] for line in lines] == [None, answers[1].why]
    allowed = {"at", "milliseconds", "why", "source", "shape", "rows", "is_cached", "model"}
    assert lines[0].keys() == allowed | {"tokens", "cost_usd"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    monkeypatch.setattr(question_log, "LARGEST", 10)
    question_log.note(asking.home, answers[0])
    assert len(path.read_text("utf-8").splitlines()) == 2


def files_with(home: Path, words: bytes) -> list[Path]:
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path for path in files if words in path.read_bytes()]


def test_an_answer_as_json_has_everything(asking: Asking) -> None:
    answer = asking.ask("steps by weekday", USER)
    told = as_json(replace(answer, cost_usd=0.01))
    assert told["columns"] == list(told["rows"][0])
    assert len(told["rows"]) == 7
    assert told["chart"]["kind"] == "bar"
    assert (told["why"], told["cost_usd"], told["source"]) == (None, 0.01, "semantic model")
