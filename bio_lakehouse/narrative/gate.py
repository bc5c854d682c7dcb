"""The gate: a draft is either provably made of its facts or objected to, each time with what to do
instead.

Figures, dates, weekdays, directions and findings come only out of placeholders; every other word is
of a closed vocabulary; and each placeholder must stand by the name of what it is about, in the
period that it is of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bio_lakehouse.narrative import placement, subjects, wording
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.objection import Objection, Rule
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.reading import PARAGRAPH, Reading, read

__all__ = ["MOST_CHARACTERS", "Objection", "objections"]

MOST_CHARACTERS = 1200
MOST_PARAGRAPHS = 3
LONGEST_DRAFT = 4 * MOST_CHARACTERS


def objections(draft: str, facts: Facts) -> tuple[Objection, ...]:
    """All objections to a draft with placeholders; none means that it may be filled and shown."""
    if len(draft) > LONGEST_DRAFT:
        return (
            Objection(
                "",
                0,
                f"The draft has {len(draft)} characters; {MOST_CHARACTERS} at most once filled.",
            ),
        )
    reading = read(draft, facts)
    return tuple(objection for rule in RULES for objection in rule(reading))


def _length(reading: Reading) -> Iterator[Objection]:
    length = len(fill(reading.draft, reading.facts))
    if length > MOST_CHARACTERS:
        yield Objection("", 0, f"The text has {length} characters; {MOST_CHARACTERS} at most.")
    paragraphs = max((token.paragraph for token in reading.tokens), default=0)
    if paragraphs > MOST_PARAGRAPHS:
        yield Objection("", 0, f"The text has {paragraphs} paragraphs; {MOST_PARAGRAPHS} at most.")
    if not all(part.rstrip().endswith(".") for part in re.split(PARAGRAPH, reading.draft)):
        yield Objection("", 0, "Each paragraph ends with a full stop.")
    if not any(value.about for _, value in reading.values):
        yield Objection("", 0, "The text names no value; tell the week by placeholders.")


RULES: tuple[Rule, ...] = (_length, *wording.RULES, *placement.RULES, *subjects.RULES)
