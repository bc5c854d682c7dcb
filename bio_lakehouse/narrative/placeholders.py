"""Puts the values' texts in the place of their placeholders."""

from __future__ import annotations

import re

from bio_lakehouse.english import capital
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.reading import SLOT


def fill(draft: str, facts: Facts) -> str:
    """The text that a reader sees; a phrase or direction that opens a sentence gets its capital.

    A placeholder that names nothing is left as it stands; the gate objects to it.
    """

    def text_of(match: re.Match[str]) -> str:
        value = facts.values.get(match[0][1:-1])
        if value is None:
            return match[0]
        before = draft[: match.start()].rstrip()
        opens = not before or before.endswith(".") or draft[: match.start()].endswith("\n\n")
        return (
            capital(value.text) if opens and value.kind in ("phrase", "direction") else value.text
        )

    return re.sub(SLOT, text_of, draft)
