"""The one way to Claude: a request goes out and an answer comes back within bounded time,
always."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bio_lakehouse.claude import held_connection
from bio_lakehouse.claude.access import ClaudeAccess, api_url
from bio_lakehouse.claude.log_privacy import keep_bodies_out
from bio_lakehouse.claude.receiving import Received
from bio_lakehouse.claude.request import Request
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.numbers import short_text

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types import Message

SILENCE_SECONDS = 30.0
BROKE_OFF = "Claude's answer broke off"
NO_LEAVE = "nobody has given leave to ask Claude"

REASONS = {
    400: "Claude refused the request (400); check {model} and {effort}",
    401: "Anthropic does not accept the key in ANTHROPIC_API_KEY (401)",
    402: "Anthropic asks for payment (402); see the plan of the key in ANTHROPIC_API_KEY",
    403: "the key in ANTHROPIC_API_KEY may not use this model (403)",
    404: "Anthropic does not know the model in {model} (404)",
    429: "Anthropic had too many requests from this key (429)",
    529: "Claude was overloaded (529)",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Claude's whole text, or why there is none, and what was used up either way.

    `failure` is fit to be shown and holds nothing that a server said; it is empty where there is a
    text.
    """

    text: str = ""
    failure: str = ""
    usage: Usage = field(default_factory=Usage)


def ask(access: ClaudeAccess, request: Request, deadline: float) -> Answer:
    """Ask Claude, until `deadline` on the monotonic clock; raises nothing for a service that fails.

    The SDK waits, retries and backs off as it is told to, but never past the deadline.
    """
    if not access.api_key.get_secret_value():
        return Answer(failure=NO_LEAVE)
    client = _client(access)
    stream = _Stream()
    in_time = stream.comes_by(deadline, client, lambda: _receive(client, request, stream))
    usage = _usage(stream)
    if not in_time:
        return Answer(
            failure=f"Claude did not answer within {short_text(access.seconds)} seconds",
            usage=usage,
        )
    failure = _reason(stream.error, access) if stream.error else _unfinished(stream.message)
    return Answer("" if failure else _text(stream.message), failure, usage)


@dataclass(slots=True)
class _Stream(Received):
    """One request's outcome, filled in as it comes; `message` is None until it began."""

    message: Message | None = None


def _client(access: ClaudeAccess) -> Anthropic:
    from anthropic import Anthropic, DefaultHttpxClient

    keep_bodies_out("anthropic._base_client")
    return Anthropic(
        api_key=access.api_key.get_secret_value(),
        base_url=access.base_url,
        timeout=min(access.seconds, SILENCE_SECONDS),
        max_retries=access.retries,
        open_telemetry=False,
        http_client=DefaultHttpxClient(**held_connection.options(access.base_url or api_url())),
    )


def _receive(client: Anthropic, request: Request, into: _Stream) -> None:
    with client.messages.stream(**request) as stream:
        for event in stream:
            if event.type == "message_start":
                into.message = stream.current_message_snapshot


def _unfinished(message: Message | None) -> str:
    """Why a message did not come to its own end; empty when it did."""
    if message is None or message.stop_reason is None:
        return BROKE_OFF
    if message.stop_reason != "end_turn":
        return f"Claude did not finish its answer ({message.stop_reason})"
    return ""


def _text(message: Message | None) -> str:
    """The text of a message; thinking and all else is left out."""
    blocks = message.content if message else []
    return "".join(block.text for block in blocks if block.type == "text").strip()


def _usage(stream: _Stream) -> Usage:
    """What the answer told about its tokens; incomplete when it did not come to its end."""
    if stream.message is None:
        return Usage(complete=stream.was_refused)
    used = stream.message.usage
    return Usage(
        used.input_tokens,
        used.output_tokens,
        used.cache_creation_input_tokens or 0,
        used.cache_read_input_tokens or 0,
        complete=stream.message.stop_reason is not None,
    )


def _reason(error: Exception, access: ClaudeAccess) -> str:
    """Why there is no answer, in our own words: a server's words could hold anything."""
    import anthropic

    if isinstance(error, anthropic.APIStatusError):
        status = 529 if error.type == "overloaded_error" else error.status_code
        if held_connection.is_sent_on(status):
            return f"Anthropic {held_connection.SENT_ON.format(status=status)}"
        if status >= 400:
            reason = REASONS.get(status, f"Anthropic answered with an error ({status})")
            return reason.format(model=access.model_setting, effort=access.effort_setting)
    if isinstance(error, anthropic.APITimeoutError):
        return "Claude did not answer in time"
    if isinstance(error, anthropic.APIConnectionError):
        return "Anthropic could not be reached"
    return BROKE_OFF
