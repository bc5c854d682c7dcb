"""What the gate says of a draft that may not be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bio_lakehouse.narrative.reading import Reading, Token


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a draft may not be shown: what was found, in which sentence (0: the whole text), and what
    to do."""

    found: str
    sentence: int
    reason: str

    def __str__(self) -> str:
        place = f"Sentence {self.sentence}, " if self.sentence else ""
        return f"{place}“{self.found}”: {self.reason}" if self.found else self.reason


Rule = Callable[[Reading], Iterator[Objection]]


def objection(token: Token, reason: str) -> Objection:
    return Objection(token.text, token.sentence, reason)
