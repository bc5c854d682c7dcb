"""The command with a language model: nothing leaves before a yes, exactly what was shown leaves
after it, and the model's statement is answered over the person's rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.evaluation.evaluate import models_named, runs_of
from bio_lakehouse.ask.evaluation.questions import Question
from bio_lakehouse.ask.translation.leave import forbid_all, record_leave_to_ask
from bio_lakehouse.cli import main
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.ask.model_answers import GOOD
from bio_lakehouse_tests.claude.anthropic_server import AnthropicServer, refuses, says, serving

QUESTION = "on which of my days with a proper workout was I least ready, going by weekday?"
SQL = (
    "SELECT day_of_week(day) AS weekday, min(readiness_score) AS readiness, "
    "count(readiness_score) AS days FROM gold.daily_readiness_performance "
    "WHERE total_output_kj > 0 GROUP BY 1 ORDER BY 1"
)
ANSWER = GOOD | {"sql": SQL, "first_day": "", "last_day": "", "explanation": "By weekday."}


@pytest.fixture
def server(own_demo_lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnthropicServer]:
    """A server in place of Anthropic's, and a key, beside the demo lake."""
    with serving(says(json.dumps(ANSWER))) as found:
        monkeypatch.setenv("BIO_HOME", str(own_demo_lake.settings.home))
        monkeypatch.setenv("BIO_TODAY_OVERRIDE", str(own_demo_lake.settings.today_override))
        monkeypatch.setenv("ANTHROPIC_BASE_URL", found.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
        yield found


def ask(*words: str) -> Result:
    return CliRunner().invoke(main, ["ask", *words, QUESTION])


def answer_to(*words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(ask("--json", *words).stdout)
    return told


def test_nothing_leaves_before_a_yes_and_then_what_was_shown(
    own_demo_lake: Lakehouse, server: AnthropicServer
) -> None:
    shown = ask("--show-egress").stdout.rstrip("\n")
    without = ask("--json")
    assert "To allow it: bio-lakehouse ask allow" in without.stderr
    assert json.loads(without.stdout)["model"] is None
    record_leave_to_ask(own_demo_lake.settings.home, server.url, allowed=True)
    assert answer_to("--local-only")["model"] is None
    assert server.asked == []

    told = answer_to()
    assert [asked.body.decode() for asked in server.asked] == [shown]
    assert (told["source"], told["model"]) == ("language model", "claude-sonnet-5-5")
    assert told["sql"] == SQL
    assert told["explanation"] == "By weekday."
    assert "By weekday" not in told["sentence"]
    assert len(told["rows"]) > 1
    assert told["cost_usd"] == pytest.approx(0.00713)


def test_where_the_model_fails_the_question_is_read_here(
    own_demo_lake: Lakehouse, server: AnthropicServer
) -> None:
    record_leave_to_ask(own_demo_lake.settings.home, server.url, allowed=True)
    server.replies = [refuses(401, "authentication_error")]
    question = "average hrv in february"
    told = CliRunner().invoke(main, ["ask", question])
    assert "Anthropic does not accept the key in ANTHROPIC_API_KEY (401)" in told.stdout
    assert "read without a language model" in told.stdout
    assert told.exit_code == 0


def test_what_stands_in_for_the_model_is_not_kept_and_its_own_answer_is(
    own_demo_lake: Lakehouse, server: AnthropicServer
) -> None:
    record_leave_to_ask(own_demo_lake.settings.home, server.url, allowed=True)
    sql = "SELECT max(hrv_rmssd_ms) AS hrv FROM gold.daily_readiness_performance"
    server.replies = [refuses(401, "authentication_error"), says(json.dumps(ANSWER | {"sql": sql}))]
    answers = []
    for _ in range(3):
        told = CliRunner().invoke(main, ["ask", "--json", "highest hrv on rest days"])
        answers.append(json.loads(told.stdout))
    assert [told["source"] for told in answers] == [
        "semantic model",
        "language model",
        "language model",
    ]
    assert [told["is_cached"] for told in answers] == [False, False, True]
    assert (answers[2]["cost_usd"], answers[2]["rows"]) == (0.0, answers[1]["rows"])
    assert len(server.asked) == 2


def test_a_model_that_is_named_and_cannot_be_asked_is_an_error(server: AnthropicServer) -> None:
    told = ask("--model", "gpt-5-mini")
    assert told.exit_code == 1
    assert "gpt-5-mini needs a key in OPENAI_API_KEY" in told.stderr
    assert server.asked == []


def test_an_evaluation_puts_its_questions_to_the_model_that_is_named(
    own_demo_lake: Lakehouse, server: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Question("by-weekday", "ranking", QUESTION, gold=(SQL,))
    home = own_demo_lake.settings.home
    models = models_named(["claude-haiku-4-5"], load_settings())
    runs = runs_of(home, [asked], models, lambda *_: None)
    [without], [by_model] = runs.values()
    assert (without.answered_by == "language model", without.answer.model) == (False, "")
    assert (by_model.outcome, by_model.answered_by) == ("right", "claude-haiku-4-5")
    assert server.asked[0].json["model"] == "claude-haiku-4-5"
    monkeypatch.setenv("BIO_LOCAL_ONLY", "true")
    with pytest.raises(SettingsError, match="BIO_LOCAL_ONLY"):
        models_named(["claude-haiku-4-5"], load_settings())
    assert len(server.asked) == 1


def test_a_conversation_with_a_named_model_sends_nothing_after_leave_was_taken_back(
    own_demo_lake: Lakehouse, server: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = own_demo_lake.settings.home
    record_leave_to_ask(home, server.url, allowed=True)
    answered = Asking.ask

    def forbidding(*arguments: Any) -> Answer:
        answer = answered(*arguments)
        forbid_all(home, server.url)
        return answer

    monkeypatch.setattr(Asking, "ask", forbidding)
    command = ["ask", "--json", "--model", "claude-haiku-4-5"]
    told = CliRunner().invoke(main, command, input=f"{QUESTION}\n{QUESTION} again\n")
    first, second = (json.loads(line) for line in told.stdout.splitlines())
    assert (first["model"], second["model"]) == ("claude-haiku-4-5", None)
    assert len(server.asked) == 1
