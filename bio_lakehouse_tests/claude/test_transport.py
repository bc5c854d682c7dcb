"""The transport against a loopback server, with the real SDK: an answer or a reason comes out in
time, every time."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bio_lakehouse.claude.access import NO_KEY, ClaudeAccess
from bio_lakehouse.claude.request import body_of, request_of, text_block
from bio_lakehouse.claude.transport import NO_LEAVE, Answer, ask
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse_tests.claude.anthropic_server import (
    AnthropicServer,
    Reply,
    access_to,
    breaks_off,
    fails_midway,
    keeps_pinging,
    refuses,
    says,
    says_html,
    says_nothing,
    serving,
)

TEXT = "Readiness averaged 81 this week, a little above that of the four weeks before it."
KEY = "sk-ant-api03-0123456789-secret"


def asked_with(access: ClaudeAccess) -> Answer:
    request = request_of(access, "Be brief.", [text_block("How was the week?")])
    return ask(access, request, time.monotonic() + access.seconds)


def answer_to(*replies: Reply, seconds: float = 20.0) -> tuple[Answer, AnthropicServer]:
    with serving(*replies) as server:
        return asked_with(access_to(server, seconds)), server


def test_a_whole_answer_and_what_it_used() -> None:
    answer, server = answer_to(says(TEXT, thinking="The person may be ill."))
    assert answer == Answer(TEXT, "", Usage(800, 250, 1200, 300))
    assert [asked.path for asked in server.asked] == ["/v1/messages"]


@pytest.mark.parametrize(
    "changes", [{"effort": None}, {"effort": "low", "model": "claude-haiku-5-5"}]
)
def test_the_body_is_known_to_the_byte_before_it_is_sent(changes: dict[str, str | None]) -> None:
    with serving(says(TEXT)) as server:
        access = replace(access_to(server), **changes)  # type: ignore[arg-type]
        shown = body_of(request_of(access, "Be brief.", [text_block("How was the week?")]))
        assert server.asked == []
        asked_with(access)
    assert server.asked[0].body == shown.encode()
    assert server.asked[0].json["model"] == access.model
    assert ("output_config" in server.asked[0].json) == (access.effort is not None)


def test_without_a_key_nothing_is_sent() -> None:
    with serving(says(TEXT)) as server:
        answer = asked_with(replace(access_to(server), api_key=NO_KEY))
        assert answer == Answer(failure=NO_LEAVE)
        assert server.asked == []


STATUSES = [
    (429, "rate_limit_error", "Anthropic had too many requests from this key (429)", 2),
    (529, "overloaded_error", "Claude was overloaded (529)", 2),
    (500, "api_error", "Anthropic answered with an error (500)", 2),
    (
        400,
        "invalid_request_error",
        "Claude refused the request (400); check BIO_CLAUDE_MODEL and BIO_CLAUDE_EFFORT",
        1,
    ),
    (
        401,
        "authentication_error",
        "Anthropic does not accept the key in ANTHROPIC_API_KEY (401)",
        1,
    ),
    (404, "not_found_error", "Anthropic does not know the model in BIO_CLAUDE_MODEL (404)", 1),
]


@pytest.mark.parametrize(("status", "kind", "reason", "requests"), STATUSES)
def test_an_error_by_status(status: int, kind: str, reason: str, requests: int) -> None:
    answer, server = answer_to(refuses(status, kind, retry_after_ms="1"))
    assert answer == Answer(failure=reason)
    assert len(server.asked) == requests


@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit_error"), (529, "overloaded_error")])
def test_the_sdk_tries_again_when_it_is_busy(status: int, kind: str) -> None:
    answer, server = answer_to(refuses(status, kind, retry_after_ms="1"), says(TEXT))
    assert (answer.text, answer.failure) == (TEXT, "")
    assert len(server.asked) == 2


BROKEN = {
    "cut": (breaks_off(TEXT), "Claude's answer broke off"),
    "ended early": (breaks_off(TEXT, cleanly=True), "Claude's answer broke off"),
    "overloaded midway": (fails_midway(TEXT), "Claude was overloaded (529)"),
    "failed midway": (fails_midway(TEXT, "api_error"), "Claude's answer broke off"),
    "html": (says_html, "Claude's answer broke off"),
    "refusal": (says("", "refusal"), "Claude did not finish its answer (refusal)"),
    "out of tokens": (says(TEXT, "max_tokens"), "Claude did not finish its answer (max_tokens)"),
}


@pytest.mark.parametrize(("reply", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_is_not_whole(reply: Reply, reason: str) -> None:
    answer, _ = answer_to(reply)
    assert (answer.text, answer.failure) == ("", reason)


def test_tokens_of_a_cut_answer_are_not_complete() -> None:
    answer, _ = answer_to(breaks_off(TEXT))
    assert answer.usage == Usage(800, 1, 1200, 300, complete=False)


UNANSWERED = {
    "no answer": says_nothing,
    "pings for ever": keeps_pinging,
    "told to wait an hour": refuses(429, "rate_limit_error", retry_after="3600"),
}


@pytest.mark.parametrize("reply", UNANSWERED.values(), ids=UNANSWERED.keys())
def test_nothing_takes_longer_than_it_may(reply: Reply) -> None:
    began = time.monotonic()
    answer, server = answer_to(reply, seconds=0.6)
    assert time.monotonic() - began < 3
    assert (answer.text, answer.failure) == ("", "Claude did not answer within 0.6 seconds")
    assert not answer.usage.complete
    assert len(server.asked) == 1


def test_after_the_time_is_up_nothing_more_is_sent() -> None:
    with serving(refuses(429, "rate_limit_error", retry_after_ms="500"), says(TEXT)) as server:
        answer = asked_with(access_to(server, seconds=0.3))
        time.sleep(0.6)
        assert answer.failure
        assert len(server.asked) == 1


def test_nobody_there() -> None:
    with serving(says(TEXT)) as server:
        access = replace(access_to(server), retries=0)
    assert asked_with(access).failure == "Anthropic could not be reached"


def test_the_key_is_in_no_log_and_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("anthropic", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, logger=name)
    echo = refuses(401, "authentication_error", f"invalid x-api-key: {KEY}")
    for reply in (echo, says(TEXT), says_nothing):
        with serving(reply) as server:
            seconds = 0.6 if reply is says_nothing else 20
            access = replace(access_to(server, seconds), api_key=SecretStr(KEY))
            answer = asked_with(access)
        assert KEY in str(server.asked[0].headers)
        assert KEY not in repr(answer) + repr(access)
    assert caplog.records
    assert KEY not in "\n".join(
        f"{record.getMessage()} {record.exc_text}" for record in caplog.records
    )
