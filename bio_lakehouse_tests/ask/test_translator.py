"""A question by a language model, over a loopback server and the real SDKs of both kinds: a plan or
a sentence comes out in time, and what was used adds up."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.planning import declining
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel, VerifiedQuestion, load
from bio_lakehouse.ask.translation import egress
from bio_lakehouse.ask.translation.language_models import ClaudeModel, LanguageModel, by_name
from bio_lakehouse.ask.translation.openai_compatible import NOT_INSTALLED, OpenAiAccess, OpenAiModel
from bio_lakehouse.ask.translation.translation_prompt import system_of
from bio_lakehouse.ask.translation.translator import (
    OF_A_CLAIM,
    Translation,
    TrySql,
    translate,
)
from bio_lakehouse.claude import held_connection
from bio_lakehouse.claude.prices import Prices
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.errors import SettingsError, StoreError
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.ask import openai_server
from bio_lakehouse_tests.ask.model_answers import GOOD, SQL
from bio_lakehouse_tests.claude import anthropic_server
from bio_lakehouse_tests.claude.anthropic_server import AnthropicServer, Reply, refuses, serving
from bio_lakehouse_tests.engines.memory_lake import engine

QUESTION = "What was my average readiness in the week of the ninth, on weekends?"
TODAY = date(2026, 11, 25)
CIRCUMSTANCES = Circumstances("ann", TODAY, date(2025, 1, 1), date(2026, 11, 24))
EXAMPLE = VerifiedQuestion("How was my readiness?", "SELECT 1", "us", date(2026, 11, 1))
WRONG_COLUMN = SQL.replace("avg(readiness_score)", "avg(readines)")
KEY = SecretStr("sk-test-0123456789-secret")
PRICES = Prices(2.0, 10.0, 2.5, 0.1)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two ways to a model: what its server says, and what one answer uses."""

    name: str
    says: Callable[..., Reply]
    breaks_off: Callable[..., Reply]
    keeps_silent: Reply
    usage: Usage
    limit: str
    refusal: tuple[str, ...]

    def model(self, server: AnthropicServer, seconds: float = 20.0) -> LanguageModel:
        if self.name == "Claude":
            access = anthropic_server.access_to(server, seconds)
            return ClaudeModel(replace(access, api_key=KEY, prices=PRICES))
        return OpenAiModel(
            OpenAiAccess(
                "local",
                "localhost",
                f"{server.url}/v1",
                KEY,
                may_send=True,
                seconds=seconds,
                retries=1,
                prices=PRICES,
            )
        )


KINDS = [
    Kind(
        "Claude",
        anthropic_server.says,
        anthropic_server.breaks_off,
        anthropic_server.keeps_pinging,
        Usage(800, 250, 1200, 300),
        "max_tokens",
        ("", "refusal"),
    ),
    Kind(
        "OpenAI-compatible",
        openai_server.says,
        openai_server.breaks_off,
        openai_server.keeps_waiting,
        Usage(2000, 250, 0, 300),
        "length",
        ("", "stop", "I would rather not."),
    ),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="module")
def model() -> SemanticModel:
    return load()


@pytest.fixture(scope="module")
def try_sql(tmp_path_factory: pytest.TempPathFactory) -> TrySql:
    """An engine without a row, in this process."""
    sql = engine(tmp_path_factory.mktemp("views"))

    def binds(statement: str) -> None:
        sql.query(statement, None)

    return binds


@dataclass(slots=True)
class Asker:
    """Translates the question with the replies of a server, and keeps what was sent."""

    kind: Kind
    model: SemanticModel
    try_sql: TrySql
    server: AnthropicServer | None = None

    def __call__(self, *replies: Reply, seconds: float = 20.0) -> Translation:
        with serving(*replies) as server:
            self.server = server
            reader = self.kind.model(server, seconds)
            examples = [EXAMPLE]
            return translate(QUESTION, self.model, CIRCUMSTANCES, reader, self.try_sql, examples)

    def says(self, *answers: Any) -> Translation:
        texts = [one if isinstance(one, str) else json.dumps(one) for one in answers]
        return self(*(self.kind.says(text) for text in texts))

    @property
    def bodies(self) -> list[str]:
        assert self.server is not None
        return [asked.body.decode() for asked in self.server.asked]


@pytest.fixture
def asker(kind: Kind, model: SemanticModel, try_sql: TrySql) -> Asker:
    return Asker(kind, model, try_sql)


def told(translation: Translation) -> str:
    assert isinstance(translation.plan, NoPlan)
    return translation.plan.sentence


def changed(**fields: Any) -> dict[str, Any]:
    return GOOD | fields


def test_a_good_statement_is_a_plan(asker: Asker) -> None:
    translation = asker.says(GOOD)
    assert translation.plan == Plan(
        SQL,
        "average readiness, 9–15 November 2026, where day_of_week(day) >= 6",
        "row",
        "language model",
        "medium",
        (date(2026, 11, 9), date(2026, 11, 15)),
        ("A weekend is Saturday and Sunday.",),
        explanation="It averages readiness over the weekend of that week.",
    )
    assert (translation.tries, translation.usage) == (1, asker.kind.usage)


def test_what_is_sent_is_what_was_shown_and_names_nobody(asker: Asker) -> None:
    asker.says(GOOD)
    assert asker.server is not None
    reader = asker.kind.model(asker.server)
    shown = egress.body(QUESTION, asker.model, CIRCUMSTANCES, reader, [EXAMPLE])
    assert json.loads(asker.bodies[0]) == json.loads(shown)
    assert QUESTION in shown
    assert "2026-11-24" in shown
    assert "ann" not in shown.replace("Answer", "").split()


def test_a_wrong_column_is_repaired(asker: Asker) -> None:
    translation = asker.says(changed(sql=WRONG_COLUMN), GOOD)
    assert isinstance(translation.plan, Plan)
    assert translation.plan.sql == SQL
    assert translation.tries == 2
    assert "readines" not in asker.bodies[0].replace("readiness", "")
    assert "There is no column readines in what the statement reads." in asker.bodies[1]
    assert "Did you mean readiness_score" in asker.bodies[1]


def test_a_column_of_another_table_is_named_with_its_table(asker: Asker) -> None:
    asker.says(changed(sql=SQL.replace("avg(readiness_score)", "avg(average_hrv)")), GOOD)
    repair = asker.bodies[1].partition("There is no column average_hrv in")[2]
    assert "Average hrv is average_hrv_ms in sleeps." in repair


def test_one_that_is_wrong_every_time_is_refused(asker: Asker) -> None:
    translation = asker.says(changed(sql=WRONG_COLUMN))
    assert translation.tries == 3
    assert len(asker.bodies) == 3
    assert "was asked 3 times and gave no statement that can be run" in told(translation)
    assert "There is no column readines" in told(translation)
    assert isinstance(translation.plan, NoPlan)
    assert translation.plan.offers == (EXAMPLE.question,)


def test_tokens_and_cost_of_all_tries_add_up(asker: Asker) -> None:
    one = asker.says(GOOD)
    three = asker.says(changed(sql=WRONG_COLUMN), "prose", GOOD)
    used = asker.kind.usage
    assert three.usage == used + used + used
    assert one.cost_usd == pytest.approx(PRICES.cost(used))
    assert three.cost_usd == pytest.approx(3 * PRICES.cost(used))


UNUSABLE = {
    "prose": ("Your readiness was fine.", "not JSON"),
    "a write": (changed(sql="INSERT INTO gold.energy_state VALUES (1)"), "SELECT"),
    "two statements": (changed(sql=f"{SQL}; DROP TABLE gold.energy_state"), "One statement"),
}


@pytest.mark.parametrize(("answer", "said"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_cannot_be_used_is_sent_back_and_then_refused(
    asker: Asker, answer: Any, said: str
) -> None:
    repaired = asker.says(answer, GOOD)
    assert isinstance(repaired.plan, Plan)
    assert said in asker.bodies[1]
    refused = asker.says(answer)
    assert said in told(refused)
    assert refused.tries == 3


def test_an_order_by_a_place_within_a_star_is_no_fault(asker: Asker) -> None:
    sql = "SELECT * FROM gold.energy_state ORDER BY 3 DESC LIMIT 1"
    translation = asker.says(changed(sql=sql, first_day="", last_day=""))
    assert isinstance(translation.plan, Plan)


def test_whatever_reading_a_statement_ends_in_is_told(kind: Kind, model: SemanticModel) -> None:
    def breaks(sql: str) -> None:
        raise IndexError(sql)

    assert "could not be read here" in told(Asker(kind, model, breaks).says(GOOD))


def test_a_damaged_home_is_no_fault_of_a_statement(kind: Kind, model: SemanticModel) -> None:
    def damaged(sql: str) -> None:
        raise StoreError("a view is not there")

    with pytest.raises(StoreError):
        Asker(kind, model, damaged).says(GOOD)


def test_a_fenced_answer_is_read(asker: Asker) -> None:
    translation = asker.says(f"Here it is:\n```json\n{json.dumps(GOOD)}\n```")
    assert isinstance(translation.plan, Plan)


def test_a_statement_is_never_run_before_it_is_checked(kind: Kind, model: SemanticModel) -> None:
    tried: list[str] = []
    asker = Asker(kind, model, tried.append)
    asker.says(changed(sql="DROP TABLE gold.energy_state"), GOOD)
    assert tried == [SQL]


OUTCOMES = {
    "claim": ("declined", OF_A_CLAIM),
    "medical": ("declined", declining.SENTENCE),
    "ask back": ("ambiguous", "asks back: “Which score?”"),
    "not in the data": ("not understood", "found nothing in the lake that answers this: “Which"),
}


@pytest.mark.parametrize(("outcome", "expected"), OUTCOMES.items(), ids=OUTCOMES.keys())
def test_an_outcome_without_a_statement(
    asker: Asker, outcome: str, expected: tuple[str, str]
) -> None:
    why, sentence = expected
    choices = ["Readiness or sleep?"]
    translation = asker.says(changed(outcome=outcome, sql="", why="Which\nscore?", choices=choices))
    assert isinstance(translation.plan, NoPlan)
    assert translation.plan.why == why
    assert sentence in translation.plan.sentence
    assert translation.tries == 1
    assert (translation.plan.offers == ("Readiness or sleep?",)) == (outcome == "ask back")


STATUSES = {
    401: ("authentication_error", "does not accept the key", 1),
    429: ("rate_limit_error", "had too many requests from this key (429)", 2),
    529: ("overloaded_error", "was overloaded (529)", 2),
    500: ("api_error", "answered with an error (500)", 2),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_service_that_fails_is_a_sentence(asker: Asker, status: int) -> None:
    kind, said, requests = STATUSES[status]
    translation = asker(refuses(status, kind, "Secret.", retry_after_ms="1"))
    assert said in told(translation)
    assert "Secret" not in told(translation)
    assert len(asker.bodies) == requests
    assert (translation.usage, translation.tries) == (Usage(), 1)


def test_an_answer_that_is_not_whole_is_a_sentence(asker: Asker) -> None:
    text, kind = json.dumps(GOOD), asker.kind
    for reply in (kind.breaks_off(text), kind.breaks_off(text, cleanly=True)):
        translation = asker(reply)
        assert "broke off" in told(translation)
        assert not translation.usage.complete
    assert f"did not finish its answer ({kind.limit})" in told(asker(kind.says(text, kind.limit)))
    assert isinstance(asker(kind.says(*kind.refusal)).plan, NoPlan)
    assert isinstance(asker(anthropic_server.says_html).plan, NoPlan)


def test_nothing_takes_longer_than_it_may(asker: Asker) -> None:
    silent = [anthropic_server.says_nothing, asker.kind.keeps_silent]
    for reply in silent:
        began = time.monotonic()
        translation = asker(reply, seconds=0.4)
        assert time.monotonic() - began < 3
        assert "did not answer within 0.4 seconds" in told(translation)
        assert not translation.usage.complete


def test_all_tries_together_take_no_longer_than_one_may(kind: Kind, model: SemanticModel) -> None:
    def slowly(sql: str) -> None:
        time.sleep(0.5)
        raise AssertionError

    with serving(kind.says("prose")) as server:
        reader = kind.model(server, seconds=0.4)
        slow = _slowed(reader, 0.5)
        translation = translate(QUESTION, model, CIRCUMSTANCES, slow, slowly)
    assert translation.tries == 1
    assert "did not answer in time" in told(translation)


def _slowed(reader: LanguageModel, seconds: float) -> LanguageModel:
    """`reader` that is late each time."""

    class Slow:
        name, company, address = reader.name, reader.company, reader.address
        seconds = reader.seconds
        body, cost = reader.body, reader.cost

        def answer(self, *arguments: Any) -> Any:
            answered = reader.answer(*arguments)
            time.sleep(seconds)
            return answered

    return Slow()


def test_rules_and_schema_are_the_same_for_everybody_and_every_day(
    asker: Asker, model: SemanticModel
) -> None:
    assert system_of(model) == system_of(load())
    reader = asker.kind.model(AnthropicServer([], "http://127.0.0.1:9"))
    other = Circumstances("bob", date(2027, 1, 1))
    bodies = [
        json.loads(egress.body(*question, reader))
        for question in ((QUESTION, model, CIRCUMSTANCES), ("Sleep?", model, other))
    ]
    first, second = (_stable(body) for body in bodies)
    assert first == second
    assert len(json.dumps(first)) > 5_000


def _stable(body: dict[str, Any]) -> Any:
    return body["system"] if "system" in body else body["messages"][0]


def test_the_question_goes_on_from_the_one_before(asker: Asker) -> None:
    before = Plan("SELECT 7", "mean sleep", "value", "semantic model")
    reader = asker.kind.model(AnthropicServer([], "http://127.0.0.1:9"))
    followed = replace(CIRCUMSTANCES, before=before)
    body = egress.body("And on weekdays?", asker.model, followed, reader)
    assert "SELECT 7" in body
    assert "mean sleep" in body


def test_without_its_package_a_sentence_says_how_to_get_it(
    model: SemanticModel, try_sql: TrySql, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    asker = Asker(KINDS[1], model, try_sql)
    assert told(asker.says(GOOD)) == NOT_INSTALLED
    assert asker.bodies == []
    settings = load_settings(home=tmp_path, ask_url="http://localhost:1/v1")
    with pytest.raises(SettingsError, match=r"pip install .bio-lakehouse\[openai\]"):
        by_name("qwen3", settings)


def test_the_environments_account_at_openai_goes_to_no_other_server(
    model: SemanticModel, try_sql: TrySql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-somebody")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    asker = Asker(KINDS[1], model, try_sql)
    assert isinstance(asker.says(GOOD).plan, Plan)
    assert asker.server is not None
    assert "of-somebody" not in str(asker.server.asked[0].headers)
    assert asker.server.asked[0].path == "/v1/chat/completions"


def test_neither_key_nor_question_is_in_a_log(
    asker: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "anthropic", "openai", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, logger=name)
    asker.says(changed(sql=WRONG_COLUMN), GOOD)
    asker(refuses(401, "authentication_error", f"bad key {KEY.get_secret_value()}: {QUESTION}"))
    written = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert caplog.records
    assert KEY.get_secret_value() not in written
    assert QUESTION not in written
    assert "readines" not in written


def sends_on(status: int, address: str) -> Reply:
    def reply(handler: Any) -> None:
        handler.send_response(status)
        handler.send_header("location", f"{address}/v1/messages")
        handler.send_header("content-length", "0")
        handler.end_headers()

    return reply


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_question_is_sent_on_to_no_other_address(asker: Asker, status: int) -> None:
    with serving(asker.kind.says(json.dumps(GOOD))) as elsewhere:
        translation = asker(sends_on(status, elsewhere.url))
    assert elsewhere.asked == []
    assert f"sent on to another address ({status}), which is not done" in told(translation)


def test_a_proxy_of_the_environment_reads_nothing_that_goes_to_this_machine(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(asker.kind.says(json.dumps(GOOD))) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert isinstance(asker.says(GOOD).plan, Plan)
    assert proxy.asked == []


@dataclass
class Pouring:
    """A response that has no end."""

    headers: dict[str, str] = field(default_factory=dict)
    read: int = 0

    def iter_raw(self) -> Iterator[bytes]:
        while True:
            self.read += 2**16
            yield b"x" * 2**16


def test_no_more_is_read_than_an_answer_can_have() -> None:
    response = Pouring()
    held_connection.bound(response)
    with pytest.raises(held_connection.TooLargeError):
        list(response.iter_raw())
    assert response.read <= held_connection.LARGEST_ANSWER + 2**16


def test_nothing_is_asked_for_packed_and_what_comes_packed_is_not_unpacked(asker: Asker) -> None:
    asker.says(GOOD)
    assert asker.server is not None
    headers = {name.lower(): value for name, value in asker.server.asked[0].headers.items()}
    assert headers["accept-encoding"] == "identity"
    with pytest.raises(held_connection.TooLargeError):
        held_connection.bound(Pouring({"content-encoding": "gzip"}))
