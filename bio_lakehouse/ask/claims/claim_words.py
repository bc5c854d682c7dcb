"""The words in which people ask whether something holds: normalised, with typing mistakes set
right, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bio_lakehouse import safe_yaml
from bio_lakehouse.ask.planning.words import corrected, distance, tokens

SHORTEST_CORRECTED = 5
SHORT_FOR = {"tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tomo": "tomorrow"}
SLEEP, READINESS, OUTPUT, INTENSITY, WORKOUTS = (
    "sleep",
    "readiness",
    "output",
    "intensity",
    "workouts",
)
KIND = "kind:"
"""What stands before a kind of workout, as in `kind:yoga`."""

_FILE = safe_yaml.load((resources.files(__package__) / "claim_words.yaml").read_text("utf-8"))
SUBJECTS: Mapping[str, Sequence[str]] = {
    subject: phrases.split(", ") for subject, phrases in _FILE["subjects"].items()
}
"""What is asked about by the words for it: columns of measures, what the findings look at, and
kinds of workout."""
NOT_RECORDED, DOING, CLAIM_WORDS, ORDINARY, FILLERS = (
    frozenset(_FILE[name].split())
    for name in ("not_recorded", "doing", "claim_words", "ordinary", "fillers")
)
"""What no source records; what is done with such a thing; words of claims; words of other
questions; words that say nothing of what a question is about."""

_PHRASES: tuple[tuple[tuple[str, ...], str], ...] = tuple(
    sorted(
        (
            (tuple(phrase.split()), subject)
            for subject, phrases in SUBJECTS.items()
            for phrase in phrases
        ),
        key=lambda pair: -len(pair[0]),
    )
)
_SUBJECT_WORDS = frozenset(word for words, _ in _PHRASES for word in words)
_CORRECT = tuple(sorted(_SUBJECT_WORDS | CLAIM_WORDS))
_KNOWN = _SUBJECT_WORDS | CLAIM_WORDS | ORDINARY | NOT_RECORDED | FILLERS


@dataclass(frozen=True, slots=True)
class Named:
    """A subject with where it stands among the question's words."""

    subject: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """A question as plain lower-case words, and the subjects that these name."""

    words: tuple[str, ...]
    named: tuple[Named, ...]

    @property
    def text(self) -> str:
        """All words, for a pattern; with a blank on either side."""
        return f" {' '.join(self.words)} "

    @property
    def subjects(self) -> frozenset[str]:
        return frozenset(one.subject for one in self.named)

    def said(self, subject: str) -> str:
        """The words by which a subject is named; its own name where it is not."""
        named = (one for one in self.named if one.subject == subject)
        one = next(named, None)
        return " ".join(self.words[one.start : one.end]) if one else subject

    def has(self, pattern: str) -> bool:
        """Whether a pattern of whole words is among them."""
        return re.search(rf"\b(?:{pattern})\b", self.text) is not None

    def place(self, pattern: str) -> tuple[int, int] | None:
        """The first and the last word, plus one, of the first match of a pattern."""
        found = re.search(rf"\b(?:{pattern})\b", self.text)
        if found is None:
            return None
        start = len(self.text[: found.start()].split())
        return start, start + len(found[0].split())

    def rest(self, without: Iterable[str]) -> list[str]:
        """Words that name no subject and are not among `without`."""
        taken = {place for one in self.named for place in range(one.start, one.end)}
        left_out = frozenset(without)
        return [
            word
            for place, word in enumerate(self.words)
            if place not in taken and word not in left_out
        ]


def words_of(question: str) -> Words:
    """The question's words, small and corrected, with the subjects that they name."""
    plain = re.sub(r"\bover[ -]+(?=train|reach)", "over", question, flags=re.IGNORECASE)
    said = (SHORT_FOR.get(word, word) for word in tokens(plain) if word != "?")
    words = tuple(map(_as_meant, said))
    return Words(words, tuple(_named(words)))


@lru_cache(maxsize=10_000)
def _as_meant(word: str) -> str:
    """A word with a slip as it was meant: of forms of one word that are as near the longest."""
    if word in _KNOWN or not word.isalpha():
        return word
    meant = corrected(word, _KNOWN, _CORRECT)
    if meant or len(word) < SHORTEST_CORRECTED:
        return meant or word
    near = [known for known in _CORRECT if distance(word, known, 1) == 1]
    is_one_word = len({known[:3] for known in near}) == 1
    return max(near, key=len) if is_one_word else word


def _named(words: Sequence[str]) -> list[Named]:
    found: list[Named] = []
    place = 0
    while place < len(words):
        one = _at(words, place)
        if one is not None:
            found.append(one)
        place = one.end if one else place + 1
    return found


def _at(words: Sequence[str], place: int) -> Named | None:
    for phrase, subject in _PHRASES:
        end = place + len(phrase)
        if tuple(words[place:end]) == phrase:
            return Named(subject, place, end)
    return None
