"""A draft as the gate reads it: words, topics that are named, and values, each with its sentence
and clause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bio_lakehouse.narrative.facts import Facts, Value
from bio_lakehouse.narrative.vocabulary import SEPARATORS

Sort = Literal["value", "topic", "word", "mark"]
Extent = Literal["clause", "sentence", "paragraph"]
Scope = tuple[Extent, Literal["before", "after"]]

SLOT = r"\{[^{}\n]*\}"
TOKEN = re.compile(
    rf"(?P<value>{SLOT})|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)|(?P<gap>\s+)|(?P<mark>\d+|.)",
    re.DOTALL,
)
CLAUSE_MARKS = frozenset(",;:()–—")
PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the draft. Sentences count from 1; clauses count through the draft. `value` is
    None for unknown paths.

    `about` are the topics that a name or a phrase makes the subject of what stands beside it.
    """

    sort: Sort
    text: str
    place: int
    start: int
    sentence: int
    clause: int
    paragraph: int
    value: Value | None = None
    about: frozenset[str] = frozenset()

    @property
    def word(self) -> str:
        return self.text.lower()


Wanted = Callable[[Token], bool]


@dataclass(frozen=True, slots=True)
class Reading:
    """The tokens of a draft in order."""

    draft: str
    facts: Facts
    tokens: tuple[Token, ...]

    @property
    def values(self) -> Iterator[tuple[Token, Value]]:
        return ((token, token.value) for token in self.tokens if token.value is not None)

    def before(self, token: Token) -> Token | None:
        return self.tokens[token.place - 1] if token.place else None

    def after(self, token: Token) -> Token | None:
        return self.tokens[token.place + 1] if token.place + 1 < len(self.tokens) else None

    def following(self, token: Token, most: int) -> tuple[Token, ...]:
        """The next tokens of the same sentence, at most so many."""
        after = self.tokens[token.place + 1 : token.place + 1 + most]
        return tuple(other for other in after if other.sentence == token.sentence)

    def nearest(self, token: Token, wanted: Wanted, scopes: Sequence[Scope]) -> Token | None:
        """The wanted token that stands nearest to `token` in the first of the scopes that has
        one."""
        others = [other for other in self.tokens if other is not token and wanted(other)]
        found = (_in_scope(others, token, scope) for scope in scopes)
        return next((other for other in found if other is not None), None)

    def clauses(self) -> list[list[Token]]:
        return _grouped(self.tokens, lambda token: token.clause)

    def sentences(self) -> list[list[Token]]:
        return _grouped(self.tokens, lambda token: token.sentence)


def read(draft: str, facts: Facts) -> Reading:
    """Takes a draft apart; anything can be read, the gate judges."""
    tokens: list[Token] = []
    sentence, clause, paragraph = 1, 1, 1
    for sort, text, start in _pieces(draft, facts):
        if PARAGRAPH.search(text) and not text.strip():
            sentence, clause, paragraph = sentence + 1, clause + 1, paragraph + 1
        if not text.strip():
            continue
        opens = sort == "word" and text.lower() in SEPARATORS
        clause += opens
        tokens.append(_token(sort, text, facts, len(tokens), start, (sentence, clause, paragraph)))
        clause += text in CLAUSE_MARKS or text == "."
        sentence += text == "."
    return Reading(draft, facts, tuple(tokens))


def _pieces(draft: str, facts: Facts) -> Iterator[tuple[Sort, str, int]]:
    names = _names(facts)
    position = 0
    while position < len(draft):
        named = names.match(draft, position) if names and _begins_word(draft, position) else None
        match = named or TOKEN.match(draft, position)
        assert match is not None
        yield ("topic" if named else _sort(match)), match[0], position
        position = match.end()


def _begins_word(draft: str, position: int) -> bool:
    return position == 0 or not (draft[position - 1].isalnum() or draft[position - 1] == "_")


def _sort(match: re.Match[str]) -> Sort:
    if match.lastgroup == "value":
        return "value"
    return "word" if match.lastgroup == "word" else "mark"


def _names(facts: Facts) -> re.Pattern[str] | None:
    names = sorted(
        {name for names in facts.topics.values() for name in names}, key=len, reverse=True
    )
    written = [r"[ \n-]".join(map(re.escape, re.split(r"[ -]", name))) for name in names]
    return re.compile(rf"(?:{'|'.join(written)})(?:['’]s)?(?!\w)", re.IGNORECASE) if names else None


def _token(
    sort: Sort, text: str, facts: Facts, place: int, start: int, where: tuple[int, int, int]
) -> Token:
    value = facts.values.get(text[1:-1]) if sort == "value" else None
    about = frozenset[str]()
    if sort == "topic":
        about = _topics_called(text, facts)
    elif value is not None and value.kind == "phrase":
        about = value.about
    return Token(sort, text, place, start, *where, value, about)


def _topics_called(name: str, facts: Facts) -> frozenset[str]:
    plain = re.sub(r"['’]s$", "", re.sub(r"[\s-]", " ", name.lower()))
    return frozenset(key for key, names in facts.topics.items() if plain in _plain_names(names))


def _plain_names(names: Iterable[str]) -> set[str]:
    return {name.lower().replace("-", " ") for name in names}


def _grouped(tokens: Sequence[Token], key: Callable[[Token], int]) -> list[list[Token]]:
    groups: dict[int, list[Token]] = {}
    for token in tokens:
        groups.setdefault(key(token), []).append(token)
    return list(groups.values())


def _in_scope(others: Sequence[Token], token: Token, scope: Scope) -> Token | None:
    extent, side = scope
    inside = [other for other in others if getattr(other, extent) == getattr(token, extent)]
    if side == "before":
        return max(
            (other for other in inside if other.place < token.place), key=_place, default=None
        )
    return min((other for other in inside if other.place > token.place), key=_place, default=None)


def _place(token: Token) -> int:
    return token.place
