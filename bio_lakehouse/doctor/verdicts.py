"""What a check found: how it stands, why, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bio_lakehouse.settings import Settings

Outcome = Literal["ok", "warning", "problem", "skipped"]
HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands, why, and what to do; nothing to do when it is ok."""

    name: str
    outcome: Outcome
    why: str
    next_step: str = ""


Examine = Callable[[Settings], Iterable[Check]]


def ok(name: str, why: str) -> Check:
    return Check(name, "ok", why)


def warning(name: str, why: str, next_step: str) -> Check:
    return Check(name, "warning", why, next_step)


def problem(name: str, why: str, next_step: str) -> Check:
    return Check(name, "problem", why, next_step)


def skipped(name: str, why: str, next_step: str = "") -> Check:
    return Check(name, "skipped", why, next_step)


def without_secrets(check: Check, settings: Settings) -> Check:
    """A check whose texts hold no secret of the settings, whatever an error has quoted."""
    why, next_step = check.why, check.next_step
    for secret in sorted(secrets_of(settings), key=len, reverse=True):
        why, next_step = why.replace(secret, HIDDEN), next_step.replace(secret, HIDDEN)
    return replace(check, why=why, next_step=next_step)


def secrets_of(settings: Settings) -> set[str]:
    """Every secret of the settings, and the passwords in their addresses."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        for secret in value if isinstance(value, tuple) else (value,):
            if isinstance(secret, SecretStr):
                found |= _spellings(secret.get_secret_value())
    return found - {""}


def _spellings(secret: str) -> set[str]:
    try:
        password = urlsplit(secret).password or ""
    except ValueError:
        password = ""
    return {secret, password, unquote(password)}
