"""The questions that are nearest to one, by the words that they share."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from bio_lakehouse.ask.planning import question_words
from bio_lakehouse.ask.planning.lexicon import word_compared
from bio_lakehouse.ask.planning.words import tokens

LEAST = 0.15
"""Share of words below which two questions have nothing in common."""


def nearest(question: str, questions: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """The `n` of `questions` that are nearest to a question, the nearest first; fewer where the
    others share no word with it."""
    asked = _content(question)
    scored = [(_nearness(asked, _content(other)), other) for other in dict.fromkeys(questions)]
    near = sorted((pair for pair in scored if pair[0] >= LEAST), key=lambda pair: -pair[0])
    return tuple(other for _, other in near[:n])


def _content(question: str) -> list[str]:
    words = (word for word in tokens(question) if word not in question_words.FILLER | {"?"})
    return [word_compared(word) for word in words]


def _nearness(one: list[str], other: list[str]) -> float:
    shared = set(one) & set(other)
    every = set(one) | set(other)
    if not every:
        return 0.0
    order = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return 0.8 * len(shared) / len(every) + 0.2 * order if shared else 0.0
