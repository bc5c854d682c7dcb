"""A question's words: as they are compared, with plurals, contractions and slips of the keyboard
taken back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

LONGEST_QUESTION = 1_000
"""Characters beyond which a question is not read."""

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "−": "-"})
_CONTRACTIONS = (
    (r"\b(what|how|when|where|which|who|that|it|there)'?s\b", r"\1 is"),
    (r"\b(\w+)n't\b", r"\1 not"),
    (r"\bdidnt\b", "did not"),
    (r"\bi'm\b|\bim\b", "i am"),
    (r"\b(\w+)'(?:ve|ll|d|re)\b", r"\1"),
    (r"(\w)'s\b|(\ws)'(?!\w)", r"\1\2"),
    (r"\bvs\.", "vs"),
    (r"\bavg\.", "avg"),
    (r"(\d),(?=\d{3}\b)", r"\1"),
    (r"\b(\d+(?:\.\d+)?)k\b", lambda found: plain_number(float(found[1]) * 1000)),
    (r"\b(\d+)\s*h\s*(\d{1,2})\s*(?:m|min|mins)?\b", lambda found: _hours(found[1], found[2])),
    (r"\b(\d{1,2}):(\d{2})\s*(?:h|hours)\b", lambda found: _hours(found[1], found[2])),
    (r"\b(\d+(?:\.\d+)?)(h|hrs?|hours?|mins?|minutes?|kj|kcal|bpm|ms|w|d)\b", r"\1 \2"),
    (r"(\d)\s*\+(?!\d)", r"\1 or more"),
    (r">=|≥", " at least "),
    (r"<=|≤", " at most "),
    (r">", " above "),
    (r"<", " below "),
    (r"(?<![\d.])=", " equal "),
    (r"%", " percent "),
    (r"&", " and "),
)
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        [
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        start=2,
    )
}
_NUMBERS |= {"fourteen": "14", "twenty": "20", "thirty": "30", "sixty": "60", "ninety": "90"}
_WORD = re.compile(
    r"(?<![\w.)])-\d+(?:\.\d+)?|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d+(?:\.\d+)?|[a-z]+\d*|\?"
)


def _hours(hours: str, minutes: str) -> str:
    return f"{plain_number(int(hours) + int(minutes) / 60)} hours"


def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers of `text` in small letters; a question mark is a word."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_QUESTION]).casefold().translate(_QUOTES)
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", plain)
        if not unicodedata.combining(letter)
    )
    for pattern, said in _CONTRACTIONS:
        plain = re.sub(pattern, said, plain)
    found = _WORD.findall(plain)
    return tuple(_NUMBERS.get(word, word) for word in found)


def plain_number(value: float) -> str:
    """A number as a machine reads it back: `70`, `7.5`."""
    return str(int(value)) if value == int(value) else repr(value)


_AND_WHY = re.compile(r",?\s+and\s+why(?:\s+(?:so|is\s+that|was\s+that))?[\s?!.]*$", re.I)


def without_why(question: str) -> str | None:
    """The question before `and why`; None where it does not end so."""
    rest = _AND_WHY.sub("", question)
    return None if rest == question else rest


def is_number(word: str) -> bool:
    return word.removeprefix("-").replace(".", "", 1).isdigit()


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """A word without the ending of its plural: `class` of `classes`, `day` of `days`."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word[:-1]


SHORTEST_SLIP, LONG_WORD = 5, 9
"""Letters from which a word may be a slip, and from which it may be one of two letters."""


def distance(one: str, other: str, most: int = 2) -> int:
    """Letters to insert, leave out, replace or swap with their neighbour to make `other` of
    `one`; anything above `most` is `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, last, row = row, before, [place]
        for column, wanted in enumerate(other, start=1):
            cost = min(before[column], row[-1]) + 1
            cost = min(cost, before[column - 1] + (letter != wanted))
            is_swap = place > 1 and column > 1 and letter == other[column - 2]
            if is_swap and one[place - 2] == wanted:
                cost = min(cost, last[column - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)


def corrected(
    word: str,
    known: Collection[str],
    targets: Iterable[str],
    compared: Callable[[str], str] = stem,
) -> str | None:
    """What `word` was meant to be, of `targets`: the one word that is nearest to it.

    A word of fewer than five letters, with digits or among `known` is left as it is (None), as is
    one with two words equally near (by what `compared` makes of them).
    """
    if word in known or len(word) < SHORTEST_SLIP or not word.isalpha():
        return None
    most = 2 if len(word) >= LONG_WORD else 1
    near: dict[int, set[str]] = {}
    for target in targets:
        if _may_be(word, target, most):
            near.setdefault(distance(word, target, most), set()).add(target)
    nearest = min((steps for steps in near if steps <= most), default=None)
    if nearest is None:
        return None
    meant = {compared(target) for target in near[nearest]}
    return min(near[nearest]) if len(meant) == 1 else None


def _may_be(word: str, target: str, most: int) -> bool:
    """Whether they begin alike: a first letter is seldom the wrong one."""
    is_near = len(target) > 3 and abs(len(word) - len(target)) <= most
    return is_near and (word[0] == target[0] or word[:2] == target[1::-1])
