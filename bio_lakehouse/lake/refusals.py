"""Refusals as a person reads several of them: the list of what is read stands once."""

from __future__ import annotations

from collections.abc import Iterable

from bio_lakehouse.sources import registry


def alone(reason: str) -> str:
    """A refusal without the list of what is read."""
    return reason.replace(f" {registry.what_is_read()}", "")


def listed_once(sentences: Iterable[str]) -> list[str]:
    """Refusals, and after them the list of what is read when any of them had it."""
    said = list(sentences)
    shown = [alone(sentence) for sentence in said]
    return [*shown, registry.what_is_read()] if shown != said else shown
