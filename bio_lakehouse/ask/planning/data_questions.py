"""Questions about the data themselves: until when there are some, what is missing and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bio_lakehouse.ask.planning import question_words
from bio_lakehouse.ask.planning.draft import Draft
from bio_lakehouse.ask.planning.intent import Condition, Intent
from bio_lakehouse.ask.planning.question_parts import Parts
from bio_lakehouse.ask.planning.time_phrases import Period
from bio_lakehouse.english import listed

_COVERED = re.compile(
    r"\b(?:until when|up to when|since when|how far back|how (?:recent|fresh|up to date)"
    r"|(?:first|last|latest|newest|earliest|oldest) (?:day )?(?:with |of |any )*(?:my )?data"
    r"|(?:last|newest|latest) (?:updated?|sync|synced|import|imported|upload)"
    r"|data (?:go|goes|reach|reaches|start|starts|begin|begins|end|ends) ?(?:back|to|until)?)\b"
)
_MISSING = re.compile(
    r"\b(?:missing|gaps?|why (?:is|are|was|were|do|did|have) (?:there |i |we )?"
    r"(?:no|not|have no)"
    r"|no (?:\w+ )?(?:data|readings|records)"
    r"|(?:not|was|were|did) \w* ?(?:sync|synced|delivered))\b"
)
_VENDORS = {"peloton": "peloton", "bike": "peloton", "oura": "oura", "ring": "oura"}
_TABLES = {
    "sleep": ("oura_daily_sleep", "oura_sleep"),
    "nights": ("oura_sleep",),
    "night": ("oura_sleep",),
    "readiness": ("oura_daily_readiness",),
    "activity": ("oura_daily_activity",),
    "steps": ("oura_daily_activity",),
    "oxygen": ("oura_daily_spo2",),
    "spo2": ("oura_daily_spo2",),
    "workout": ("peloton_workouts",),
    "workouts": ("peloton_workouts",),
}
"""The tables that a word means, where days are missing from them."""
_OWN = question_words.words_of(
    """until up to when since far back recent fresh first last latest newest earliest oldest day
    days data updated update import imported upload go goes reach reaches start starts begin
    begins end ends missing gap gaps why no not there reading readings records sync synced
    delivered late early ? reason cause causes which list show me all any what s dataset
    datasets table tables"""
)


def read(draft: Draft) -> Intent | None:
    """The intent of a question about the data; None for any other."""
    words = set(draft.parts.words)
    text = " ".join(draft.parts.words)
    said: set[str] = set()
    for phrase in draft.parts.phrases:
        said.update(draft.parts.words[phrase.start : phrase.end])
    rest = words - _OWN - set(_VENDORS) - set(_TABLES) - question_words.FILLER - said
    if rest or "many" in words or draft.numbers:
        return None
    if _COVERED.search(text):
        return _coverage(words)
    is_one = bool({"last", "first", "latest", "newest", "earliest", "oldest"} & words - said)
    if _MISSING.search(text) and not is_one:
        return _missing(draft, words)
    return None


def is_missing(parts: Parts) -> bool:
    """Whether a question may be about days that are missing."""
    return bool(_MISSING.search(" ".join(parts.words)))


def _said(tables: Sequence[str]) -> str:
    """`of oura sleep and oura daily sleep`."""
    return f"of {listed([table.replace('_', ' ') for table in dict.fromkeys(tables)])}"


def _vendor(words: set[str]) -> str:
    return next((vendor for word, vendor in _VENDORS.items() if word in words), "")


def _coverage(words: set[str]) -> Intent:
    vendor = _vendor(words)
    own = (Condition("coverage", "source", "=", (vendor,), words=vendor),) if vendor else ()
    return Intent("coverage", "coverage", conditions=own)


def _missing(draft: Draft, words: set[str]) -> Intent | None:
    periods = [p.meaning for p in draft.parts.phrases if isinstance(p.meaning, Period)]
    narrow = sorted(periods, key=_length)
    period = narrow[0] if narrow else None
    tables = tuple(table for word, names in _TABLES.items() if word in words for table in names)
    conditions = []
    if tables:
        own = Condition(
            "gap_ledger", "dataset", "in", tuple(dict.fromkeys(tables)), words=_said(tables)
        )
        conditions.append(own)
    elif _vendor(words):
        conditions.append(Condition("gap_ledger", "source", "=", (_vendor(words),), words="source"))
    first, last = (period.first, period.last) if period else (None, None)
    return Intent("rows", "gap_ledger", conditions=tuple(conditions), first=first, last=last)


def _length(period: Period) -> int:
    if period.first is None or period.last is None:
        return 10**6
    return (period.last - period.first).days
