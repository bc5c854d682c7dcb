"""The gate before Claude: with which key, model and patience it is asked, and whether it may be
asked at all."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from bio_lakehouse.claude.consent import claude_consent
from bio_lakehouse.claude.prices import ANTHROPIC_URL, Prices
from bio_lakehouse.settings import Settings

Effort = Literal["low", "medium", "high", "xhigh", "max"]
NO_KEY = SecretStr("")
FIRST_OF_EFFORT = (4, 6)
_VERSION = re.compile(r"-(\d{1,2})(?:-(\d{1,2}))?(?:-\d{8})?$")
"""The version at the end of a model's name, before its date."""


@dataclass(frozen=True, slots=True)
class ClaudeAccess:
    """Which Claude, and for how long; with an empty key nothing is ever sent.

    `effort` None leaves it to the model (models before 4.6 take none). `seconds` bound all requests
    of one task together, `retries` are the SDK's own of one request. `base_url` is Anthropic's (or
    the environment's ANTHROPIC_BASE_URL) when None; `prices` are the list prices when None. The
    settings are those that a failure names.
    """

    api_key: SecretStr = field(repr=False)
    model: str
    effort: Effort | None = None
    seconds: float = 90.0
    retries: int = 2
    base_url: str | None = None
    prices: Prices | None = None
    model_setting: str = "BIO_CLAUDE_MODEL"
    effort_setting: str = "BIO_CLAUDE_EFFORT"


def access_of(settings: Settings) -> ClaudeAccess | None:
    """Leave to ask Claude now; None without a key, without the owner's yes, and when all stays on
    this machine.

    A yes can be taken back at any time, so every task asks for its own.
    """
    return None if stays_local(settings) else _access(settings, settings.anthropic_api_key)


@dataclass(frozen=True, slots=True)
class Claude:
    """Claude as a lake's settings know it."""

    settings: Settings = field(repr=False)

    def access(self) -> ClaudeAccess | None:
        """Leave to ask now, if there is any."""
        return access_of(self.settings)


def preview_access(settings: Settings) -> ClaudeAccess:
    """What a request would be made with, to show it; without the key, so that it cannot be sent."""
    return _access(settings, NO_KEY)


def question_access(settings: Settings, model: str, is_allowed: bool) -> ClaudeAccess:
    """What `model` reads a question with; without the key where it may not, so that nothing can be
    sent.

    Leave to read questions is kept apart from that for reports: whoever asks knows of it.
    """
    may_send = is_allowed and not settings.local_only
    takes_effort = settings.ask_effort != "none" and is_of_effort(model)
    return ClaudeAccess(
        settings.anthropic_api_key if may_send else NO_KEY,
        model,
        settings.ask_effort if takes_effort else None,  # type: ignore[arg-type]
        seconds=settings.ask_seconds,
        base_url=api_url(),
        prices=_question_prices(settings, model),
        model_setting="BIO_ASK_MODEL",
        effort_setting="BIO_ASK_EFFORT",
    )


def api_url() -> str:
    """Where Claude is asked: Anthropic's address, or the environment's ANTHROPIC_BASE_URL."""
    return os.environ.get("ANTHROPIC_BASE_URL", "").rstrip("/") or ANTHROPIC_URL


def is_of_effort(model: str) -> bool:
    """Whether a Claude takes an effort: those before 4.6 do not."""
    version = _VERSION.search(model)
    return version is None or (int(version[1]), int(version[2] or 0)) >= FIRST_OF_EFFORT


def _question_prices(settings: Settings, model: str) -> Prices | None:
    asked = settings.ask_prices if model == settings.ask_model else ()
    prices = asked or (settings.claude_prices if model == settings.claude_model else ())
    return Prices(*prices) if prices else None


def has_key(settings: Settings) -> bool:
    return bool(settings.anthropic_api_key.get_secret_value())


def stays_local(settings: Settings) -> bool:
    """Whether nothing goes to Claude: there is no key, or nobody has said that it may be used."""
    return not could_be_asked(settings) or not claude_consent(settings.home)


def could_be_asked(settings: Settings) -> bool:
    """Whether a yes of the home's owner is all that it takes."""
    return has_key(settings) and not settings.local_only


def _access(settings: Settings, api_key: SecretStr) -> ClaudeAccess:
    effort: Effort | None = None if settings.claude_effort == "none" else settings.claude_effort
    prices = Prices(*settings.claude_prices) if settings.claude_prices else None
    return ClaudeAccess(
        api_key,
        settings.claude_model,
        effort,
        seconds=settings.claude_seconds,
        prices=prices,
    )
