"""Corrections: a candidate answers nothing, a verified one its question in near words and for other
days, one person's alone, and a backup holds it."""

from __future__ import annotations

import shutil
import stat
from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.ask.answers import corrections
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.errors import QueryError, StoreError
from bio_lakehouse.lake.backup import back_up, restore
from bio_lakehouse.lake.home import ANSWERS, QUESTIONS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.repair import set_damage_aside
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, USER, copied

QUESTION = "How rested was I last week?"
HOURS = "SELECT avg(sleep_duration_h) AS hours FROM daily_readiness_performance WHERE day"
LAST_WEEK = f"{HOURS} BETWEEN DATE '2026-03-02' AND DATE '2026-03-08'"


@pytest.fixture(scope="module")
def whole(demo_lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Asking:
    return Asking(copied(demo_lake, tmp_path_factory.mktemp("corrections")))


@pytest.fixture
def asking(whole: Asking) -> Asking:
    """Over a lake in which nothing was corrected yet."""
    shutil.rmtree(whole.home / QUESTIONS, ignore_errors=True)
    return whole


def file_of(asking: Asking) -> Path:
    return asking.home / corrections.key_of(USER)


def corrected(asking: Asking, question: str = QUESTION, sql: str = LAST_WEEK) -> str:
    """The id of a correction that was verified."""
    candidate, _ = asking.correct(question, sql, USER)
    return asking.verify(candidate.id, USER).id


def test_a_candidate_is_shown_with_its_rows_and_answers_nothing(asking: Asking) -> None:
    candidate, shown = asking.correct(QUESTION, LAST_WEEK, USER)
    assert shown.rows is not None
    assert shown.sentence.startswith("Your average time asleep was ")
    assert candidate.state == "candidate"
    assert asking.ask(QUESTION, USER).source != "verified question"


def test_what_was_verified_stays_so_when_it_is_said_again(asking: Asking) -> None:
    name = corrected(asking)
    asking.correct(QUESTION, LAST_WEEK, USER)
    assert [(one.id, one.state) for one in corrections.read(asking.lake, USER)] == [
        (name, "verified")
    ]


def test_a_verified_one_answers_its_question_in_near_words(asking: Asking) -> None:
    corrected(asking)
    for words in (QUESTION, "how rested was i last week", "how  RESTED was I, last week?"):
        answer = asking.ask(words, USER)
        assert answer.plan is not None
        assert (answer.source, answer.plan.verified_by) == ("verified question", "you")
        assert answer.sentence.startswith("Your average time asleep was ")


def test_its_days_are_those_of_the_question_that_is_asked(asking: Asking) -> None:
    corrected(asking)
    answer = asking.ask("How rested was I in January?", USER)
    assert answer.covers == (date(2026, 1, 1), date(2026, 1, 31))
    assert "DATE '2026-01-31'" in answer.sql


@pytest.mark.parametrize(
    "other",
    [
        "How rested was I?",
        "How tired was I last week?",
        "How rested was I not last week?",
        "How rested was I last week on rest days?",
    ],
)
def test_it_answers_no_other_question(asking: Asking, other: str) -> None:
    corrected(asking)
    answer = asking.ask(other, USER)
    assert answer.plan is None or answer.plan.verified_by != "you"


def test_days_that_are_not_the_questions_are_never_moved(asking: Asking) -> None:
    fixed = f"{HOURS} BETWEEN DATE '2026-03-01' AND DATE '2026-03-08'"
    candidate, _ = asking.correct(QUESTION, fixed, USER)
    assert candidate.is_fixed
    asking.verify(candidate.id, USER)
    settings = asking.lake.settings
    later = settings.model_copy(update={"today_override": date(2026, 3, 18)})
    assert asking.ask(QUESTION, USER).sql == fixed
    assert Asking(Lakehouse.open(later)).ask(QUESTION, USER).sql != fixed


def test_sql_of_one_day_is_not_stretched_over_several(asking: Asking) -> None:
    corrected(asking, "How rested was I yesterday?", f"{HOURS} = DATE '2026-03-10'")
    one = asking.ask("How rested was I on 3 March?", USER)
    assert "DATE '2026-03-03'" in one.sql
    several = asking.ask("How rested was I last month?", USER)
    assert several.plan is None or several.plan.verified_by != "you"


def test_a_later_one_of_the_same_question_takes_its_place(asking: Asking) -> None:
    first = corrected(asking)
    second = corrected(asking, sql=LAST_WEEK.replace("avg", "max"))
    known = corrections.read(asking.lake, USER)
    assert [one.id for one in known] == [second]
    assert "max" in asking.ask(QUESTION, USER).sql
    with pytest.raises(QueryError, match=f"There is no correction {first}"):
        asking.verify(first, USER)


def test_the_answer_changes_with_the_correction(asking: Asking) -> None:
    before = asking.ask("average readiness last week", USER)
    sql = "SELECT 1.5 AS readiness"
    corrected(asking, "average readiness last week", sql)
    after = asking.ask("average readiness last week", USER)
    assert (before.sql != sql, after.sql, after.is_cached) == (True, sql, False)
    corrections.forget(asking.lake, USER, corrections.read(asking.lake, USER)[0].id)
    assert asking.ask("average readiness last week", USER).sql == before.sql


@pytest.mark.parametrize(
    "sql", ["DROP TABLE energy_state", "SELECT nothing FROM energy_state", "hello", ""]
)
def test_what_cannot_be_run_is_not_kept(asking: Asking, sql: str) -> None:
    with pytest.raises(QueryError):
        asking.correct(QUESTION, sql, USER)
    assert corrections.read(asking.lake, USER) == ()


@pytest.mark.parametrize("place", ["{first}", "{last}"])
def test_what_stands_for_days_once_it_is_kept_is_not_taken(asking: Asking, place: str) -> None:
    sql = f"SELECT '{place}' AS name, max(day) AS day FROM daily_readiness_performance"
    with pytest.raises(QueryError, match="write the days themselves"):
        asking.correct(QUESTION, sql, USER)


@pytest.mark.parametrize("sql", ["SELECT day FROM gold.gone", "SELECT day FROM ((("])
def test_one_that_can_no_longer_be_run_is_told_and_nothing_answers_instead(
    asking: Asking, sql: str
) -> None:
    corrected(asking)
    path = file_of(asking)
    lines = path.read_text().splitlines(keepends=True)
    kept = [line if not line.startswith("  sql:") else f"  sql: {sql}\n" for line in lines]
    path.write_text("".join(line for line in kept if not line.startswith("    ")))
    answer = asking.ask(QUESTION, USER)
    assert (answer.why, answer.source) == ("failed", "verified question")
    assert "its statement gave no answer" in answer.sentence


@pytest.mark.parametrize(
    "question", ["and the week before?", "What about yoga?", "the week before"]
)
def test_a_question_that_goes_on_from_another_is_said_in_full(
    asking: Asking, question: str
) -> None:
    with pytest.raises(QueryError, match="say it in full"):
        asking.correct(question, LAST_WEEK, USER)
    assert corrections.read(asking.lake, USER) == ()


def test_nobody_else_has_it(asking: Asking) -> None:
    name = corrected(asking)
    assert corrections.read(asking.lake, OTHER_USER) == ()
    answer = asking.ask(QUESTION, OTHER_USER)
    assert answer.plan is None or answer.plan.verified_by != "you"
    with pytest.raises(QueryError):
        corrections.forget(asking.lake, OTHER_USER, name)
    assert stat.S_IMODE(file_of(asking).stat().st_mode) == 0o600


def test_a_file_that_is_nested_without_an_end_is_named(asking: Asking) -> None:
    corrected(asking)
    file_of(asking).write_text("- " * 5_000)
    with pytest.raises(StoreError, match="is not as it was written"):
        asking.ask(QUESTION, USER)


def test_a_file_that_was_spoilt_is_named_and_left_alone(asking: Asking) -> None:
    corrected(asking)
    path = file_of(asking)
    path.write_text("- {broken", "utf-8")
    with pytest.raises(StoreError, match=r"verified\.yaml is not as it was written"):
        asking.ask(QUESTION, USER)
    assert path.read_text("utf-8") == "- {broken"


def test_a_backup_and_a_repair_keep_corrections_and_no_answers(
    asking: Asking, tmp_path: Path
) -> None:
    corrected(asking)
    asking.ask(QUESTION, USER)
    known = corrections.read(asking.lake, USER)
    back_up(asking.lake, tmp_path / "lake.tar.gz", everything=False, secrets=False)
    restore(tmp_path / "lake.tar.gz", tmp_path / "restored")
    assert corrections.read(Lakehouse.open(Settings(home=tmp_path / "restored")), USER) == known
    assert (asking.home / ANSWERS).is_dir()
    assert not (tmp_path / "restored" / ANSWERS).exists()
    set_damage_aside(asking.lake)
    assert corrections.read(asking.lake, USER) == known
