"""Claude writes, the gate judges, and the templates stand in: a narrative comes out within bounded time, always."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bio_lakehouse.narrative.claude_request import ClaudeAccess, request_of
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.gate import Objection, objections
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.prices import cost_of
from bio_lakehouse.narrative.template_writer import TemplateWriter
from bio_lakehouse.narrative.writer import Narrative, Usage, Writer

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types import Message

MOST_TRIES = 2
MOST_OBJECTIONS = 30
SILENCE_SECONDS = 30.0

REASONS = {
    400: "Claude refused the request (400); check BIO_CLAUDE_MODEL and BIO_CLAUDE_EFFORT",
    401: "Anthropic does not accept the key in ANTHROPIC_API_KEY (401)",
    402: "Anthropic asks for payment (402); see the plan of the key in ANTHROPIC_API_KEY",
    403: "the key in ANTHROPIC_API_KEY may not use this model (403)",
    404: "Anthropic does not know the model in BIO_CLAUDE_MODEL (404)",
    429: "Anthropic had too many requests from this key (429)",
    529: "Claude was overloaded (529)",
}


def writer_for(access: ClaudeAccess | None) -> Writer:
    """Claude's writer with a key, else the templates, which import and send nothing."""
    return (
        ClaudeWriter(access)
        if access is not None and access.api_key.get_secret_value()
        else TemplateWriter()
    )


class ClaudeFailed(Exception):  # noqa: N818
    """Claude gave no whole answer; the message is fit to be shown and holds nothing that a server said."""


@dataclass(slots=True)
class Answer:
    """One request's outcome, filled in as the stream comes; `message` is None until it began."""

    message: Message | None = None
    error: Exception | None = None
    is_over: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class ClaudeWriter:
    """Asks Claude, once more with the gate's objections, then leaves it to the templates."""

    access: ClaudeAccess

    def write(self, facts: Facts) -> Narrative:
        if facts.is_empty:
            return TemplateWriter().write(facts)
        attempt = _Attempt(self.access, facts, time.monotonic() + self.access.seconds)
        try:
            draft = attempt.draft()
        except ClaudeFailed as failure:
            return self._from_templates(facts, attempt, str(failure))
        return Narrative(
            author="Claude", draft=draft, text=fill(draft, facts), **self._account(facts, attempt)
        )

    def _from_templates(self, facts: Facts, attempt: _Attempt, reason: str) -> Narrative:
        written = TemplateWriter().write(facts)
        account = self._account(facts, attempt)
        return Narrative(
            author="templates", draft=written.draft, text=written.text, reason=reason, **account
        )

    def _account(self, facts: Facts, attempt: _Attempt) -> dict[str, Any]:
        return {
            "facts_version": facts.version,
            "model": self.access.model,
            "tries": attempt.tries,
            "usage": attempt.usage,
            "cost_usd": cost_of(attempt.usage, self.access.model, self.access.prices),
            "refused": tuple(map(str, attempt.refused)),
        }


@dataclass(slots=True)
class _Attempt:
    """The requests of one narrative, and what they used up."""

    access: ClaudeAccess
    facts: Facts
    deadline: float
    tries: int = 0
    usage: Usage = field(default_factory=Usage)
    refused: list[Objection] = field(default_factory=list)

    def draft(self) -> str:
        """A text that passed the gate; raises `ClaudeFailed`."""
        text, objected = "", tuple[Objection, ...]()
        while self.tries < MOST_TRIES:
            self.tries += 1
            text = self._ask(request_of(self.facts, self.access, text, objected[:MOST_OBJECTIONS]))
            objected = objections(text, self.facts)
            if not objected:
                return text
            self.refused += objected
        raise ClaudeFailed("the gate refused what Claude wrote, twice")

    def _ask(self, request: dict[str, Any]) -> str:
        """Claude's whole answer. The SDK waits, retries and backs off as it is told to, but never past the deadline."""
        client = _client(self.access)
        answer = Answer()
        threading.Thread(target=_receive, args=(client, request, answer), daemon=True).start()
        in_time = answer.is_over.wait(max(self.deadline - time.monotonic(), 0.0))
        client.close()
        self.usage += _usage(answer)
        if not in_time:
            raise ClaudeFailed(f"Claude did not answer within {self.access.seconds:g} seconds")
        if answer.error is not None:
            raise ClaudeFailed(_reason(answer.error)) from None
        return _whole_text(answer.message)


def _client(access: ClaudeAccess) -> Anthropic:
    from anthropic import Anthropic

    return Anthropic(
        api_key=access.api_key.get_secret_value(),
        base_url=access.base_url,
        timeout=min(access.seconds, SILENCE_SECONDS),
        max_retries=access.retries,
        open_telemetry=False,
    )


def _receive(client: Anthropic, request: dict[str, Any], answer: Answer) -> None:
    try:
        with client.messages.stream(**request) as stream:
            for event in stream:
                if event.type == "message_start":
                    answer.message = stream.current_message_snapshot
    except Exception as error:  # noqa: BLE001 - whatever a network can do must end in the template, not in a report lost
        answer.error = error
    finally:
        answer.is_over.set()


def _whole_text(message: Message | None) -> str:
    """The text of a message that came to its own end; thinking and all else is left out."""
    if message is None or message.stop_reason is None:
        raise ClaudeFailed("Claude's answer broke off")
    if message.stop_reason != "end_turn":
        raise ClaudeFailed(f"Claude did not finish its answer ({message.stop_reason})")
    return "".join(block.text for block in message.content if block.type == "text").strip()


def _usage(answer: Answer) -> Usage:
    """What the answer told about its tokens; incomplete when it did not come to its end."""
    if answer.message is None:
        return Usage(complete=_answered_without_work(answer.error))
    used = answer.message.usage
    return Usage(
        used.input_tokens,
        used.output_tokens,
        used.cache_creation_input_tokens or 0,
        used.cache_read_input_tokens or 0,
        complete=answer.message.stop_reason is not None,
    )


def _answered_without_work(error: Exception | None) -> bool:
    """A refusal by status costs nothing."""
    return getattr(error, "status_code", None) is not None


def _reason(error: Exception) -> str:
    """Why there is no answer, in our own words: a server's words could hold anything."""
    import anthropic

    if isinstance(error, anthropic.APIStatusError):
        status = 529 if error.type == "overloaded_error" else error.status_code
        if status >= 400:
            return REASONS.get(status, f"Anthropic answered with an error ({status})")
    if isinstance(error, anthropic.APITimeoutError):
        return "Claude did not answer in time"
    if isinstance(error, anthropic.APIConnectionError):
        return "Anthropic could not be reached"
    return "Claude's answer broke off"
