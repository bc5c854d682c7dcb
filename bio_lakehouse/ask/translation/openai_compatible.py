"""A model behind an OpenAI-compatible server, which may be on this machine: a request goes out and
an answer comes back within bounded time, always."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bio_lakehouse.claude import held_connection
from bio_lakehouse.claude.log_privacy import keep_bodies_out
from bio_lakehouse.claude.prices import Prices, cost_of
from bio_lakehouse.claude.receiving import Received
from bio_lakehouse.claude.transport import SILENCE_SECONDS, Answer
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.numbers import short_text

if TYPE_CHECKING:
    from openai import OpenAI

NOT_INSTALLED = (
    'An OpenAI-compatible server needs the package `openai`: pip install "bio-lakehouse[openai]".'
)
BROKE_OFF = "broke off its answer"
NO_LEAVE = "nobody has given leave to ask it"
LONGEST_TEXT = 100_000
"""Characters of an answer after which no more is read: no server is asked to keep to fewer tokens,
as they differ in how they are told so."""
ANY_KEY = "none"
"""The SDK wants some key; a server on this machine looks at none."""

REASONS = {
    400: "refused the request (400); check BIO_ASK_MODEL and BIO_ASK_EFFORT",
    401: "does not accept the key in {key} (401)",
    402: "asks for payment (402)",
    403: "does not allow this key to use the model (403)",
    404: "does not know the model or the address (404); check BIO_ASK_MODEL and BIO_ASK_URL",
    429: "had too many requests from this key (429)",
    503: "was overloaded (503)",
    529: "was overloaded (529)",
}

Request = dict[str, Any]
"""Arguments of `chat.completions.create`."""


@dataclass(frozen=True, slots=True)
class OpenAiAccess:
    """Which model, where and for how long; without `may_send` nothing is ever sent.

    `effort` is left out when empty, `retries` are the SDK's own of one request, `prices` are the
    company's list prices when None.
    """

    model: str
    company: str
    address: str
    api_key: SecretStr = field(repr=False)
    may_send: bool = False
    effort: str = ""
    seconds: float = 60.0
    retries: int = 2
    prices: Prices | None = None
    key_setting: str = "BIO_ASK_API_KEY"


@dataclass(frozen=True, slots=True)
class OpenAiModel:
    """A model of an OpenAI-compatible server."""

    access: OpenAiAccess

    @property
    def name(self) -> str:
        return self.access.model

    @property
    def company(self) -> str:
        return self.access.company

    @property
    def address(self) -> str:
        return self.access.address

    @property
    def seconds(self) -> float:
        return self.access.seconds

    def answer(
        self, system: str, content: Sequence[str], schema: Mapping[str, Any], deadline: float
    ) -> Answer:
        return ask(self.access, request_of(self.access, system, content, schema), deadline)

    def body(self, system: str, content: Sequence[str], schema: Mapping[str, Any]) -> str:
        request = request_of(self.access, system, content, schema)
        return json.dumps(request, ensure_ascii=False, separators=(",", ":"))

    def cost(self, usages: Iterable[Usage]) -> float | None:
        access = self.access
        return cost_of(usages, access.model, access.prices, access.address)


def is_installed() -> bool:
    return importlib.util.find_spec("openai") is not None


def request_of(
    access: OpenAiAccess, system: str, content: Sequence[str], schema: Mapping[str, Any]
) -> Request:
    """One question of a user; the answer is bound to `schema` where the server can do that."""
    effort = {"reasoning_effort": access.effort} if access.effort else {}
    form = {"name": "translation", "schema": dict(schema), "strict": True}
    return {
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": "\n\n".join(content)},
        ],
        "model": access.model,
        **effort,
        "response_format": {"type": "json_schema", "json_schema": form},
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def ask(access: OpenAiAccess, request: Request, deadline: float) -> Answer:
    """Ask the server, until `deadline` on the monotonic clock; raises nothing for one that
    fails."""
    if not access.may_send:
        return Answer(failure=NO_LEAVE)
    if not is_installed():
        return Answer(failure=NOT_INSTALLED)
    client = _client(access)
    stream = _Stream()
    in_time = stream.comes_by(deadline, client, lambda: _receive(client, request, stream))
    if not in_time:
        late = f"{access.company} did not answer within {short_text(access.seconds)} seconds"
        return Answer(failure=late, usage=stream.used())
    failure = _failure(stream, access)
    return Answer("" if failure else stream.text.strip(), failure, stream.used())


@dataclass(slots=True)
class _Stream(Received):
    """One request's outcome, filled in as it comes; `has_begun` once something came."""

    has_begun: bool = False
    text: str = ""
    refusal: str = ""
    end: str = ""
    usage: Usage | None = None

    def used(self) -> Usage:
        """What the answer told about its tokens, at its end; a refusal by status costs nothing."""
        return self.usage or Usage(complete=self.was_refused)

    def add(self, chunk: Any) -> None:
        self.has_begun = True
        for choice in chunk.choices or ():
            self.text += choice.delta.content or ""
            self.refusal += choice.delta.refusal or ""
            self.end = choice.finish_reason or self.end
        self.usage = _usage(chunk.usage) or self.usage


def _client(access: OpenAiAccess) -> OpenAI:
    from openai import DefaultHttpxClient, Omit, OpenAI

    keep_bodies_out("openai._base_client")
    # What the environment says of an account at OpenAI is no other server's business.
    without_account: Any = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
    return OpenAI(
        api_key=access.api_key.get_secret_value() or ANY_KEY,
        base_url=access.address,
        timeout=min(access.seconds, SILENCE_SECONDS),
        max_retries=access.retries,
        default_headers=without_account,
        http_client=DefaultHttpxClient(**held_connection.options(access.address)),
    )


def _receive(client: OpenAI, request: Request, into: _Stream) -> None:
    chunks: Any = client.chat.completions.create(**request)
    with chunks:
        for chunk in chunks:
            into.add(chunk)
            if len(into.text) > LONGEST_TEXT:
                into.end = "length"
                break


def _usage(told: Any) -> Usage | None:
    """Tokens as a server counts them: those of the cache are among those of the prompt."""
    if told is None:
        return None
    details = told.prompt_tokens_details
    read = (details.cached_tokens or 0) if details else 0
    return Usage((told.prompt_tokens or 0) - read, told.completion_tokens or 0, 0, read)


def _failure(stream: _Stream, access: OpenAiAccess) -> str:
    """Why an answer did not come to its own end; empty when it did."""
    if stream.error:
        reason = BROKE_OFF if stream.has_begun else _reason(stream.error, access)
        return f"{access.company} {reason}"
    if stream.refusal or stream.end == "content_filter":
        return f"{access.company} refused to answer this question"
    if stream.end == "length":
        return f"{access.company} did not finish its answer (length)"
    return "" if stream.end == "stop" else f"{access.company} {BROKE_OFF}"


def _reason(error: Exception, access: OpenAiAccess) -> str:
    """What the server did, in our own words: its own could hold anything."""
    import openai

    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if held_connection.is_sent_on(status):
            return held_connection.SENT_ON.format(status=status)
        reason = REASONS.get(status, f"answered with an error ({status})")
        return reason.format(key=access.key_setting)
    if isinstance(error, openai.APITimeoutError):
        return "did not answer in time"
    if isinstance(error, openai.APIConnectionError):
        return "could not be reached"
    return BROKE_OFF
