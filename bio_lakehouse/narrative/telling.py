"""Claims become sentences and paragraphs: what is told together, and in which frame.

Facts are said together only where they are of one kind: of one group of measures, and with the same
standing. What cannot be joined becomes a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from zlib import crc32

from bio_lakehouse.narrative.claims import Claim, Say
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.forms import FORMS, KIND_OF, OF_FINDINGS, Form, Part
from bio_lakehouse.narrative.frames import applicable, filled

MOST_IN_A_SENTENCE = 4
MOST_OF_A_KIND: Mapping[Say, int] = {"finding": 1, "story": 1, "not_found": 20, "count": 20}
ALWAYS_LISTED = frozenset({"not_found", "count"})
OPENING_WORDS = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the kind of its claim, its frame and the form of it, and the ids that it
    tells."""

    text: str
    say: Say
    form: str
    frame: str
    ids: tuple[str, ...]


def text_of(claims: Sequence[Claim], facts: Facts) -> str:
    """The text of claims: paragraphs with an empty line between them."""
    return "\n\n".join(map(_paragraph, told(claims, facts)))


def _paragraph(sentences: Sequence[Sentence]) -> str:
    return " ".join(sentence.text for sentence in sentences)


def told(claims: Sequence[Claim], facts: Facts) -> list[list[Sentence]]:
    """The sentences of claims that are complete, in paragraphs: findings stand in their own."""
    sentences: list[Sentence] = []
    version = facts.version
    for claim in claims:
        for ids in _together(claim, facts):
            said = tuple((one.say, id_) for one in sentences for id_ in one.ids)
            form = FORMS[claim.say](Part(facts, ids, claim.join, said))
            frame = _frame(form, claim.emphasis, version, sentences)
            text = filled(frame, form.fields)
            sentences.append(Sentence(text, claim.say, form.name, frame, ids))
    return [list(part) for _, part in groupby(sentences, lambda one: one.say in OF_FINDINGS)]


def _frame(form: Form, emphasis: int, version: str, before: Sequence[Sentence]) -> str:
    """The frame wanted most among those that begin like no sentence before; decided by the claim's
    emphasis, its place and the facts' version alone."""
    place = crc32(f"{version} {len(before)}".encode())
    frames = _by_emphasis(applicable(form.name, form.fields), emphasis, place)
    used = {_opening(sentence.frame) for sentence in before}
    return next((frame for frame in frames if _opening(frame) not in used), frames[0])


def _by_emphasis(frames: Sequence[str], emphasis: int, place: int) -> Sequence[str]:
    """Frames in the order in which they are wanted: from the plainest, from the fullest, or with
    emphasis 1 from one of those between, so that letters of different weeks differ."""
    if emphasis == 1 and len(frames) > 2:
        between = frames[1:-1] if len(frames) > 3 else frames[1:]
        start = place % len(between)
        return [*between[start:], *between[:start], frames[0]]
    return frames[::-1] if emphasis else frames


def _opening(frame: str) -> str:
    """How a frame begins: a text in which each sentence begins alike reads like a list."""
    return " ".join(frame.split()[:OPENING_WORDS])


def _together(claim: Claim, facts: Facts) -> Iterator[tuple[str, ...]]:
    """The ids of a claim, by the sentences in which they are told."""
    kind_of = partial(KIND_OF[claim.say], facts)
    most = MOST_OF_A_KIND.get(claim.say, MOST_IN_A_SENTENCE)
    if claim.join == "new sentence" and claim.say not in ALWAYS_LISTED:
        most = 1
    by_kind: dict[Hashable, list[str]] = {}
    for one in claim.ids:
        by_kind.setdefault(kind_of(one), []).append(one)
    for ids in by_kind.values():
        for start in range(0, len(ids), most):
            yield tuple(ids[start : start + most])
