"""Which language model reads a question, where it is asked, and whether it may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from bio_lakehouse.ask.translation.leave import leave_to_ask
from bio_lakehouse.ask.translation.openai_compatible import (
    NOT_INSTALLED,
    OpenAiAccess,
    OpenAiModel,
    is_installed,
)
from bio_lakehouse.claude.access import ClaudeAccess, api_url, has_key, question_access
from bio_lakehouse.claude.prices import Prices, cost_of
from bio_lakehouse.claude.request import Request, body_of, request_of, text_block
from bio_lakehouse.claude.transport import Answer, ask
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"
GEMINI_URL = "https://generativelanguage.googleapis.com/v1beta/openai"
BY_ADDRESS = "openai:"
"""Before the name of a model at BIO_ASK_URL."""
_CLAUDE = re.compile(r"claude-")
_GPT = re.compile(r"(?:gpt-|chatgpt-|o\d)")
_GEMINI = re.compile(r"gemini-")
_REASONS = re.compile(r"(?:gpt-[5-9]|o\d|gemini-(?:2\.5|[3-9]))")
"""Models that are known to take an effort; others refuse a request that names one."""


class LanguageModel(Protocol):
    """What reads a question. Its failures are sentences' ends, fit to be shown; it raises none.

    `address` is where it is asked, `company` who is there in a person's words.
    """

    @property
    def name(self) -> str: ...

    @property
    def company(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def seconds(self) -> float:
        """How long a question may take, with all its tries."""
        ...

    def answer(
        self, system: str, content: Sequence[str], schema: Mapping[str, Any], deadline: float
    ) -> Answer:
        """What it says to `content`, as JSON of `schema`, until `deadline` on the monotonic
        clock; with what it used either way."""
        ...

    def body(self, system: str, content: Sequence[str], schema: Mapping[str, Any]) -> str:
        """The body of that request, to the byte. Nothing is sent."""
        ...

    def cost(self, usages: Iterable[Usage]) -> float | None:
        """USD of requests; None where their price is not known."""
        ...


@dataclass(frozen=True, slots=True)
class ClaudeModel:
    """A Claude, by the one way to it."""

    access: ClaudeAccess
    company: str = "Anthropic"

    @property
    def name(self) -> str:
        return self.access.model

    @property
    def address(self) -> str:
        return self.access.base_url or api_url()

    @property
    def seconds(self) -> float:
        return self.access.seconds

    def answer(
        self, system: str, content: Sequence[str], schema: Mapping[str, Any], deadline: float
    ) -> Answer:
        return ask(self.access, self._request(system, content, schema), deadline)

    def body(self, system: str, content: Sequence[str], schema: Mapping[str, Any]) -> str:
        return body_of(self._request(system, content, schema))

    def cost(self, usages: Iterable[Usage]) -> float | None:
        return cost_of(usages, self.access.model, self.access.prices)

    def _request(self, system: str, content: Sequence[str], schema: Mapping[str, Any]) -> Request:
        return request_of(self.access, system, [text_block(text) for text in content], schema)


def chosen(settings: Settings) -> LanguageModel | None:
    """The model of BIO_ASK_MODEL with leave to ask it now; None where there is no key, no leave,
    or all stays on this machine."""
    model = candidate(settings)
    if model is None or leave_to_ask(settings.home, model.address) is not True:
        return None
    return _model(settings.ask_model, settings, is_allowed=True)


def candidate(settings: Settings) -> LanguageModel | None:
    """The model of BIO_ASK_MODEL where a yes of the home's owner is all that it takes; it has no
    key, so that it can be shown and never asked."""
    return None if lacking(settings.ask_model, settings) else preview(settings)


def preview(settings: Settings, name: str | None = None) -> LanguageModel:
    """A model to show what it would be sent; without a key. SettingsError where nothing says at
    which address it is asked."""
    model = _model(name or settings.ask_model, settings, is_allowed=False)
    if not model.address:
        raise SettingsError(_no_address(model.name))
    return model


def by_name(name: str, settings: Settings, needs_leave: bool = True) -> LanguageModel:
    """The model of that name, ready to be asked; SettingsError says what stands against it.

    Questions about a made-up person need no leave of a home's owner.
    """
    missing = lacking(name, settings)
    if missing:
        raise SettingsError(missing)
    if not _CLAUDE.match(name) and not is_installed():
        raise SettingsError(NOT_INSTALLED)
    address = preview(settings, name).address
    if needs_leave and leave_to_ask(settings.home, address) is not True:
        raise SettingsError(
            f"Nobody has allowed this home to send questions to {address}; to allow it: "
            f"bio-lakehouse ask allow --model {name}"
        )
    return _model(name, settings, is_allowed=True)


@dataclass(frozen=True, slots=True)
class _Server:
    """An OpenAI-compatible server: who is there, its address, its key and the key's setting."""

    company: str
    address: str
    key: SecretStr = field(repr=False)
    variable: str = ""


def _server_of(name: str, settings: Settings) -> _Server:
    """The server that has the model of that name: the company's own, else that at BIO_ASK_URL."""
    if _GPT.match(name):
        return _Server("OpenAI", OPENAI_URL, settings.openai_api_key, "OPENAI_API_KEY")
    if _GEMINI.match(name):
        return _Server("Google", GEMINI_URL, settings.gemini_api_key, "GEMINI_API_KEY")
    address = settings.ask_url.rstrip("/")
    company = f"the server at {urlsplit(address).netloc}"
    return _Server(company, address, settings.ask_api_key)


def lacking(name: str, settings: Settings) -> str:
    """What is missing beside leave, in a sentence; empty where nothing is."""
    if settings.local_only:
        return "BIO_LOCAL_ONLY is set, so nothing is sent to a language model."
    if _CLAUDE.match(name):
        return "" if has_key(settings) else f"{name} needs a key in ANTHROPIC_API_KEY."
    server = _server_of(name, settings)
    if not server.address:
        return _no_address(name)
    if server.variable and not server.key.get_secret_value():
        return f"{name} needs a key in {server.variable}."
    return ""


def _no_address(name: str) -> str:
    return (
        f"BIO_ASK_URL does not say where {name} is asked; set it to the address of an "
        "OpenAI-compatible server, such as http://localhost:11434/v1."
    )


def _model(name: str, settings: Settings, is_allowed: bool) -> LanguageModel:
    if _CLAUDE.match(name):
        return ClaudeModel(question_access(settings, name, is_allowed))
    return OpenAiModel(_openai_access(name, settings, is_allowed))


def _openai_access(name: str, settings: Settings, is_allowed: bool) -> OpenAiAccess:
    server = _server_of(name, settings)
    is_chosen = name == settings.ask_model and settings.ask_prices
    return OpenAiAccess(
        name.removeprefix(BY_ADDRESS),
        server.company,
        server.address,
        server.key,
        may_send=is_allowed and not settings.local_only,
        effort=_effort(name, settings),
        seconds=settings.ask_seconds,
        prices=Prices(*settings.ask_prices) if is_chosen else None,
        key_setting=server.variable or "BIO_ASK_API_KEY",
    )


def _effort(name: str, settings: Settings) -> str:
    """The effort that is told to a model: to one that takes it, or where a person has set it."""
    is_set = "ask_effort" in settings.model_fields_set
    takes = is_set or _REASONS.match(name)
    return settings.ask_effort if takes and settings.ask_effort != "none" else ""
