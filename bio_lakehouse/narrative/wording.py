"""What the gate asks of a draft's characters and words: plain prose that states nothing by
itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bio_lakehouse.narrative.objection import Objection, Rule, objection
from bio_lakehouse.narrative.reading import Reading, Token
from bio_lakehouse.narrative.vocabulary import (
    BASE_FORMS,
    BEING,
    DETERMINERS,
    IDIOMS,
    QUANTIFYING,
    STATING,
    UNITS,
    is_known,
    objected_as,
    words,
)

MARKS = frozenset(",.;:()–—-")
ODD_SPACE = re.compile(r"[^\S \n]")
COMING = words("come comes came coming stand stands stood")
LISTING = words("finally lastly")
HAVING = words("have has had")
OUTSIDE = words("number direction date comparison relation size")


def _marks(reading: Reading) -> Iterator[Objection]:
    if ODD_SPACE.search(reading.draft):
        yield Objection("", 0, "Only plain spaces and line ends may stand between words.")
    for token in reading.tokens:
        if token.sort != "mark":
            continue
        if token.text.isdigit():
            yield objection(token, _advice("a number"))
        elif token.text in "{}":
            yield objection(
                token, "a brace that is no placeholder; write {path} with a path of the JSON"
            )
        elif token.text not in MARKS or (token.text == "-" and not _joins_words(reading, token)):
            yield objection(
                token,
                "only plain prose: letters, spaces and , . ; : ( ) – — between words, no markup",
            )


def _joins_words(reading: Reading, token: Token) -> bool:
    around = reading.draft[max(token.start - 1, 0) : token.start + 2]
    return len(around) == 3 and around[0].isalpha() and around[2].isalpha()


def _words(reading: Reading) -> Iterator[Objection]:
    idiomatic = _idiomatic(reading.tokens)
    for token in reading.tokens:
        if token.sort == "word" and token.place not in idiomatic and not is_known(token.text):
            yield objection(token, _advice(objected_as(token.text)))


def _idiomatic(tokens: Sequence[Token]) -> frozenset[int]:
    """Places of the words that are known only as a part of a whole phrase."""
    spoken = [token.word if token.sort == "word" else "" for token in tokens]
    return frozenset(
        place
        for start in range(len(spoken))
        for idiom in IDIOMS
        if tuple(spoken[start : start + len(idiom)]) == idiom
        for place in range(start, start + len(idiom))
    )


def _advice(kind: str) -> str:
    if kind == "unknown":
        return "not a word of the vocabulary"
    if kind.split()[-1] in OUTSIDE:
        return f"{kind} outside a placeholder; name a value of the JSON instead"
    return f"{kind}, which this text may not state"


def _pairs(reading: Reading) -> Iterator[Objection]:
    """Known words that state a cause, a number, an order or advice beside certain others."""
    for token in reading.tokens:
        earlier, following = reading.before(token), reading.after(token)
        before, after = earlier.word if earlier else "", following.word if following else ""
        at_value = following is not None and following.sort == "value"
        if token.word == "from" and before in COMING and not at_value:
            yield objection(
                token, "states a cause; here this word may only stand before a placeholder"
            )
        elif token.word == "of" and before in QUANTIFYING and not at_value:
            yield objection(token, f"“{before} of” states a number; a placeholder must come next")
        elif token.word == "then" and after != "and":
            yield objection(
                token, "says that things came one after the other, which the values do not say"
            )
        elif token.word in LISTING and earlier is not None and earlier.sentence == token.sentence:
            yield objection(
                token,
                "only opens a sentence; elsewhere it says that things came one after the other",
            )
        elif token.word == "set" and after != "against":
            yield objection(token, "advice; “set” may only stand before “against”")
        elif token.word == "to" and (before in HAVING | BEING or after in BASE_FORMS):
            yield objection(token, "advice, which this text may not state")


def _commands(reading: Reading) -> Iterator[Objection]:
    """`Log sleep`, `have rest`, `time for rest`: a verb that opens a clause, or a time, with a
    measure next."""
    for clause in reading.clauses():
        spoken = [token for token in clause if token.word not in DETERMINERS]
        for first, *rest in (spoken[place : place + 3] for place in range(len(spoken))):
            follow = [token.sort for token in rest]
            opens = first is spoken[0] or (
                first is spoken[1] and spoken[0].word in words("and but while")
            )
            is_command = opens and first.word in BASE_FORMS and follow[:1] == ["topic"]
            is_time_for = (
                first.word in UNITS
                and rest
                and rest[0].word in words("for to")
                and follow[1:] == ["topic"]
            )
            if is_command or is_time_for:
                yield objection(
                    first, "reads as advice to the reader; describe the measure instead"
                )


def _statements(reading: Reading) -> Iterator[Objection]:
    """A sentence that states something has a value of the JSON that says it."""
    for sentence in reading.sentences():
        if not any(token.value is not None and token.value.about for token in sentence):
            stating = (
                token for token in sentence if token.sort == "word" and token.word in STATING
            )
            yield from (
                objection(token, "states something without a value of the JSON")
                for token in stating
            )


RULES: tuple[Rule, ...] = (_marks, _words, _pairs, _commands, _statements)
