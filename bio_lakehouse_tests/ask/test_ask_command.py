"""The command `ask`: an answer, its SQL or JSON, several in a row, corrections, and a terminal that
texts of data do not command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from bio_lakehouse import ask_conversation
from bio_lakehouse.answers import Heading, print_cells
from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.answers import corrections
from bio_lakehouse.ask.answers.statement_layout import laid_out
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.ask_commands import converse, show
from bio_lakehouse.ask_conversation import Conversation
from bio_lakehouse.ask_display import MOST_LINES
from bio_lakehouse.cli import main
from bio_lakehouse.english import WEEKDAYS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.terminal import OUT
from bio_lakehouse_tests.ask.demo_lake import USER, copied

QUESTION = "average readiness last week"


@pytest.fixture(scope="module")
def lake(demo_lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    lake = copied(demo_lake, tmp_path_factory.mktemp("command"))
    assert lake.tables.names()
    return lake


@pytest.fixture(autouse=True)
def home(lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIO_TODAY_OVERRIDE", str(lake.settings.today_override))
    monkeypatch.setenv("BIO_HOME", str(lake.settings.home))
    return lake.settings.home


def ask(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["ask", *words], input=typed)


def test_a_sentence_comes_first_and_the_way_it_came_last() -> None:
    result = ask(QUESTION)
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert re.match(
        r"Your average readiness was \d+ from Monday 2 to Sunday 8 March 2026", lines[0]
    )
    assert lines[lines.index("SELECT") + 1] == "  avg(readiness_score) AS readiness,"
    assert any(line.startswith("Readiness reaches to Wednesday 11 March 2026") for line in lines)
    assert re.match(r"verified question, high confidence, .+, \d+\.\d\d s$", lines[-1])


@pytest.mark.parametrize("words", [("--sql", QUESTION), (QUESTION, "--sql")])
def test_only_the_sql(words: tuple[str, ...]) -> None:
    lines = ask(*words).output.splitlines()
    assert lines[:2] == ["SELECT", "  avg(readiness_score) AS readiness,"]
    assert lines[-1] == "  day BETWEEN CAST('2026-03-02' AS DATE) AND CAST('2026-03-08' AS DATE)"


def test_words_without_quotes_are_a_question_too() -> None:
    assert json.loads(ask("--json", *QUESTION.split()).output)["question"] == QUESTION


def test_many_rows_are_cut_and_json_has_them_all() -> None:
    shown = ask("show my readiness over the last 90 days").output
    rows = json.loads(ask("--json", "show my readiness over the last 90 days").output)["rows"]
    assert f"The first 20 of {len(rows)} rows" in shown
    assert len(rows) > 60


def test_no_answer_is_exit_code_1_with_questions_that_have_one() -> None:
    result = ask("what is the meaning of it all")
    assert result.exit_code == 1
    assert "What can be asked:" in result.output
    assert ask("--sql", "do I have the flu").exit_code == 1


def test_questions_that_are_piped_in_go_on_from_each_other() -> None:
    result = ask("--json", typed=f"{QUESTION}\n\nand the week before?\n")
    first, then = (json.loads(line) for line in result.output.splitlines())
    assert first["covers"] == ["2026-03-02", "2026-03-08"]
    assert then["covers"] == ["2026-02-23", "2026-03-01"]
    assert ask(typed=f"{QUESTION}\nasdf\n").exit_code == 1


def test_help_teaches_the_question_and_the_commands() -> None:
    told = ask("--help").output
    assert "--local-only" in told
    assert "corrections" in told
    assert "question [OPTIONS]" not in told


def test_a_correction_from_candidate_to_answer() -> None:
    sql = "SELECT max(readiness_score) AS readiness FROM daily_readiness_performance"
    kept = ask("correct", "my peak form", "--sql", sql)
    name = re.search(r"ask verify ([0-9a-f]{8})", kept.output)
    assert name is not None
    assert "Your highest readiness on record was " in kept.output
    assert f"{name[1]} my peak form (candidate)" in ask("corrections").output
    assert "“my peak form” is answered" in ask("verify", name[1]).output
    assert ask("my peak form", "--sql").output.split() == sql.split()
    assert "Forgotten: “my peak form”." in ask("forget", name[1]).output
    assert "Nothing was corrected yet" in ask("corrections").output
    assert ask("verify", name[1]).exit_code == 1


def test_a_correction_that_cannot_be_run_says_so() -> None:
    result = ask("correct", "all of it", "--sql", "DELETE FROM insights")
    assert result.exit_code == 1
    assert "Only a SELECT can be asked" in result.output


def test_a_stranger_is_told_who_there_is() -> None:
    result = ask("--user", "nobody", QUESTION)
    assert result.exit_code == 1
    assert "there is no user 'nobody'" in result.output


def test_no_text_of_data_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan("SELECT 1 -- \x1b[31m", "x", "list", "semantic model", assumptions=("a\x1b]0;b",))
    answer = Answer(
        "q",
        USER,
        "said \x1b[2J [red]loud[/]",
        plan=plan,
        rows=pa.table({"title": ["\x1b[2J"], "other": ["\u202e"]}),
        caveats=("\x07",),
        freshness="\x9b",
    )
    show(answer, sql_only=False, as_object=False, indent=None)
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert "[red]loud[/]" in out


def test_a_conversation_on_a_terminal(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = "SELECT min(steps) AS steps FROM daily_readiness_performance"
    full = "average readiness in january"
    lines = ["sql", "correct", QUESTION, "and in january?", "sql", "help", "", "correct", full, sql]
    typed = iter(lines)
    monkeypatch.setenv("BIO_USER", "somebody_else")

    def read(prompt: str) -> str:
        line = next(typed, None)
        if line is None:
            raise EOFError
        return line

    monkeypatch.setattr("builtins.input", read)
    monkeypatch.setattr(ask_conversation.click, "confirm", lambda text: False)
    told: list[Answer] = []
    Conversation(Asking(lake), USER, told.append).on_terminal()
    out = capsys.readouterr().out
    assert [answer.why for answer in told] == [None, None]
    assert "There is no SQL yet" in out
    assert "There is nothing to correct yet" in out
    assert "DATE '2026-01-01'" in out or "CAST('2026-01-01' AS DATE)" in out
    command = next(line for line in out.splitlines() if line.startswith("Kept as a candidate: "))
    assert command.endswith(f" --user {USER}")


def test_figures_stand_in_the_table_as_in_the_sentence_and_json_has_all_digits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sql = "SELECT avg(readiness_score) AS readiness, 1 AS q FROM gold.daily_readiness_performance"
    rows = pa.table({"readiness": [84.5714285], "q": [0.000125967]})
    answer = Answer("q", USER, "s", plan=Plan(sql, "x", "row", "semantic model"), rows=rows)
    show(answer, sql_only=False, as_object=False, indent=None)
    table = capsys.readouterr().out
    show(answer, sql_only=False, as_object=True, indent=None)
    assert "│      84.6 │ < 0.001 │" in table
    assert json.loads(capsys.readouterr().out)["rows"][0]["readiness"] == 84.5714285


def test_a_claim_shows_the_columns_that_tell_it_and_says_how_many_more_there_are() -> None:
    shown = ask("does sleep affect my readiness").output
    headings = [line for line in shown.splitlines() if "claim" in line and "┃" in line]
    assert [one.strip() for one in headings[0].strip("┃").split("┃")] == [
        *("claim", "status", "points", "interval", "n", "q"),
    ]
    assert "17 more columns with --json" in shown
    assert "narrative" not in shown.partition("SELECT")[0]


def test_a_terminal_leaves_long_sql_to_the_option_that_prints_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = "am I overtraining"
    piped = ask(question).output
    with monkeypatch.context() as seen:
        seen.setattr(OUT, "_force_terminal", True)
        shown = ask(question).output
    whole = ask("--sql", question).output.splitlines()
    assert len(whole) > MOST_LINES
    assert f"Its SQL has {len(whole)} lines: --sql prints them" in shown
    assert "SELECT" not in shown
    assert "SQL below" not in shown
    assert piped.splitlines()[-len(whole) - 1 : -1] == whole
    assert laid_out(json.loads(ask("--json", question).output)["sql"]).splitlines() == whole


def test_a_weekday_is_shown_once_and_ordered_by_its_number() -> None:
    question = "steps by weekday"
    shown = ask(question).output
    assert "weekday number" not in shown
    assert "more column" not in shown
    days = re.findall(r"│ (\w+day) ", shown)
    assert days == [*WEEKDAYS]
    assert json.loads(ask("--json", question).output)["rows"][0]["weekday_number"] == 1


def test_all_sql_is_laid_out_in_one_way(lake: Lakehouse) -> None:
    asking = Asking(lake)
    for verified in semantic_model.load().verified:
        sql = re.sub(r"\{\w+\}", "DATE '2026-03-01'", verified.sql)
        shown = laid_out(sql)
        assert shown == laid_out(shown)
        assert shown.startswith(("SELECT\n", "WITH "))
        assert asking.checked(shown).expression == asking.checked(sql).expression
    assert laid_out("SELECT 'a") == "SELECT 'a"


def test_input_that_is_closed_is_no_question(
    monkeypatch: pytest.MonkeyPatch, lake: Lakehouse
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    shown: list[Answer] = []
    monkeypatch.setattr("bio_lakehouse.ask_commands.show", lambda answer, **_: shown.append(answer))
    assert not converse(Asking(lake), USER, "", sql_only=False, as_object=False)
    assert shown[0].sentence.startswith("There is no question")


def test_sql_is_sent_on_to_where_it_is_answered() -> None:
    assert "bio-lakehouse query" in ask("select avg(steps) from gold.weekly_trends").output
    assert "bio-lakehouse query" in ask("; drop table oura_sleep").output
    assert "This is SQL" not in ask("select the workouts from last week").output


def test_a_correction_needs_a_question() -> None:
    assert "There is no question" in ask("correct", " ", "--sql", "SELECT 1").output


def test_bytes_that_are_no_text_are_told_and_break_nothing(lake: Lakehouse) -> None:
    half = "\udcff"
    assert "blah" in Asking(lake).ask(f"blah {half}", USER).sentence
    correction, answer = Asking(lake).correct(
        f"my {half} day", f"SELECT 1 AS a, '{half}' AS b", USER
    )
    assert correction.question == "my \ufffd day"
    assert half not in answer.sql
    Asking(lake).ask("my day", USER)
    corrections.forget(lake, USER, correction.id)


def test_a_small_value_of_no_known_unit_is_not_written_as_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = pa.table({"a": [0.0004, 1e300], "b": [1e-300, -0.5]})
    plan = Plan("SELECT 0.0004 AS a, 1e-300 AS b", "x", "list", "language model")
    show(Answer("q", USER, "s", plan=plan, rows=rows), sql_only=False, as_object=False, indent=None)
    assert {"0.0004", "1e-300", "1e+300", "−0.50"} <= set(capsys.readouterr().out.split())


def test_only_findings_have_their_units_in_other_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = pa.table({"measure": ["resting_heart_rate_bpm"], "difference": [-0.25]})
    told = {}
    for source in ("findings", "semantic model"):
        plan = Plan("SELECT 'a' AS measure, -0.25 AS difference", "x", "row", source)
        answer = Answer("q", USER, "s", plan=plan, rows=rows)
        show(answer, sql_only=False, as_object=False, indent=None)
        told[source] = capsys.readouterr().out
    assert "│ resting heart rate │   −0.3 bpm │" in told["findings"]
    assert "│ resting_heart_rate_bpm │      −0.25 │" in told["semantic model"]


def test_headings_of_several_words_take_lines_only_where_there_is_no_room(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    headings = [Heading("average readiness score"), Heading("days counted", is_number=True)]
    heads = {}
    for width in (80, 30):
        monkeypatch.setattr(OUT, "width", width)
        assert print_cells(headings, [["78", "7"]])
        heads[width] = [line for line in capsys.readouterr().out.splitlines() if "┃" in line]
    assert heads[80] == ["┃ average readiness score ┃ days counted ┃"]
    assert [line.split("┃")[1].strip() for line in heads[30]] == ["average", "readiness", "score"]
