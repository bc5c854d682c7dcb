"""A week's story: the one thing that a reader should take from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Story:
    """What a week's report is headed by, found and written by code.

    `headline` is short and names no figure, `sentence` says it with its figures and ends with a
    full stop. `tells` are the measures' keys and days whose figures the sentence says, so that
    nothing else has to say them again.
    """

    headline: str
    sentence: str
    tells: frozenset[tuple[str, date]]
