"""The gate: a draft is either provably made of its facts or objected to, each time with what to do instead.

Figures, dates, weekdays, directions and findings come only out of placeholders; every other word is of a closed
vocabulary; and each placeholder must stand by the name of what it is about, in the period that it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bio_lakehouse.narrative.facts import BEFORE, Facts, Kind, Value
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.reading import Reading, Scope, Token, read
from bio_lakehouse.narrative.vocabulary import (
    AVERAGING,
    EARLIER,
    QUANTIFYING,
    TOTALLING,
    is_known,
    objected_as,
    words,
)

MOST_CHARACTERS = 1200
MOST_PARAGRAPHS = 3
MARKS = frozenset(",.;:()–—-")
OPENERS = frozenset("(")
CLOSERS = frozenset(".,;:)")
COMING = words("come comes came coming stand stands stood")

AFTER_WHICH: dict[Kind, frozenset[str]] = {
    "weekday": words("on since until from and"),
    "date": words("on in of for from since until during across against with ("),
    "direction": words("was were is are been be stood stands also then now too overall meanwhile and but while")
    | frozenset(",;:(–—"),
}
NOT_AFTER = words("on since until during across")

BESIDE: tuple[Scope, ...] = (
    ("clause", "before"),
    ("clause", "after"),
    ("sentence", "before"),
    ("sentence", "after"),
    ("paragraph", "before"),
)
DATED: tuple[Scope, ...] = (("clause", "before"), ("clause", "after"), ("sentence", "after"), ("sentence", "before"))
CALLED: tuple[Scope, ...] = (("clause", "after"), ("clause", "before"), ("sentence", "after"), ("sentence", "before"))


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a draft may not be shown: what was found, in which sentence (0: the whole text), and what to do."""

    found: str
    sentence: int
    reason: str

    def __str__(self) -> str:
        place = f"Sentence {self.sentence}, " if self.sentence else ""
        return f"{place}“{self.found}”: {self.reason}" if self.found else self.reason


Rule = Callable[[Reading], Iterator[Objection]]


def objections(draft: str, facts: Facts) -> tuple[Objection, ...]:
    """All objections to a draft with placeholders; none means that it may be filled and shown."""
    reading = read(draft, facts)
    return tuple(objection for rule in RULES for objection in rule(reading))


def _length(reading: Reading) -> Iterator[Objection]:
    length = len(fill(reading.draft, reading.facts))
    if length > MOST_CHARACTERS:
        yield Objection("", 0, f"The text has {length} characters; {MOST_CHARACTERS} at most.")
    paragraphs = max((token.paragraph for token in reading.tokens), default=0)
    if paragraphs > MOST_PARAGRAPHS:
        yield Objection("", 0, f"The text has {paragraphs} paragraphs; {MOST_PARAGRAPHS} at most.")
    if not any(value.about for _, value in reading.values):
        yield Objection("", 0, "The text names no value; tell the week by placeholders.")


def _marks(reading: Reading) -> Iterator[Objection]:
    for token in reading.tokens:
        if token.sort != "mark":
            continue
        if token.text in "{}":
            yield _objection(token, "a brace that is no placeholder; write {path} with a path of the JSON")
        elif token.text not in MARKS or (token.text == "-" and not _joins_words(reading, token)):
            yield _objection(token, "only plain prose: letters, spaces and , . ; : ( ) – — between words, no markup")


def _joins_words(reading: Reading, token: Token) -> bool:
    around = reading.draft[max(token.start - 1, 0) : token.start + 2]
    return len(around) == 3 and around[0].isalpha() and around[2].isalpha()


def _words(reading: Reading) -> Iterator[Objection]:
    for token in reading.tokens:
        if token.sort == "word" and not is_known(token.text):
            yield _objection(token, _advice(objected_as(token.text)))


def _advice(kind: str) -> str:
    if kind == "unknown":
        return "not a word of the vocabulary"
    if kind in ("a number", "a direction", "a date", "a comparison", "a relation", "a size"):
        return f"{kind} outside a placeholder; name a value of the JSON instead"
    return f"{kind}, which this text may not state"


def _pairs(reading: Reading) -> Iterator[Objection]:
    """Known words that state a cause or a number when no value comes next: since, came from, scores of."""
    for token in reading.tokens:
        earlier, following = reading.before(token), reading.after(token)
        if following is not None and following.sort == "value":
            continue
        after = earlier.word if earlier is not None else ""
        if token.word == "since" or (token.word == "from" and after in COMING):
            yield _objection(token, "states a cause; here this word may only stand before a placeholder")
        elif token.word == "of" and after in QUANTIFYING:
            yield _objection(token, f"“{after} of” states a number; a placeholder must come next")


def _known_values(reading: Reading) -> Iterator[Objection]:
    for token in reading.tokens:
        if token.sort != "value":
            continue
        if token.value is None:
            yield _objection(token, "no such value in the JSON; use a path that is there")
        elif not _stands_free(reading.draft, token):
            yield _objection(token, "nothing may touch a placeholder but a space, a bracket or . , ; :")


def _stands_free(draft: str, token: Token) -> bool:
    end = token.start + len(token.text)
    before, after = draft[token.start - 1 : token.start], draft[end : end + 1]
    return (not before or before.isspace() or before in OPENERS) and (not after or after.isspace() or after in CLOSERS)


def _subjects(reading: Reading) -> Iterator[Objection]:
    """Each value by the name of its topic; each value of an event by the phrase that names the event."""
    for token, value in reading.values:
        if value.event and not value.names_itself:
            phrase = reading.nearest(token, _is_phrase, BESIDE)
            if phrase is None or phrase.value is None or phrase.value.event != value.event:
                yield _objection(token, f"belongs to {{{_phrase_of(value, reading.facts)}}} and must stand beside it")
        elif value.about and not value.names_itself:
            named = reading.nearest(token, lambda other: bool(other.about), BESIDE)
            if named is None or named.sort != "topic" or not named.about & value.about:
                beside = f"beside {named.text}" if named else "without a name"
                yield _objection(
                    token, f"is {value.meaning} but stands {beside}; put it by the name of what it is about"
                )


def _is_phrase(token: Token) -> bool:
    return token.value is not None and token.value.names_itself


def _phrase_of(value: Value, facts: Facts) -> str:
    return next(other.path for other in facts.values.values() if other.names_itself and other.event == value.event)


def _mentions(reading: Reading) -> Iterator[Objection]:
    """What a sentence or a clause with values speaks of is what its values are about."""
    for sentence in reading.sentences():
        yield from _unbacked(
            sentence, "is named in a sentence without a value of it; add its placeholder or leave it out"
        )
    for clause in reading.clauses():
        if any(token.value is not None and token.value.about for token in clause):
            yield from _unbacked(clause, "is named beside values of something else; give it a clause of its own")


def _unbacked(tokens: list[Token], reason: str) -> Iterator[Objection]:
    backed = frozenset[str]().union(*(token.value.about for token in tokens if token.value is not None))
    for token in tokens:
        if token.sort == "topic" and not token.about & backed:
            yield _objection(token, reason)


def _periods(reading: Reading) -> Iterator[Objection]:
    """A word for the weeks before goes with a figure of the weeks before, and such a figure with such a word."""
    governed = set[int]()
    for token in filter(_is_earlier, reading.tokens):
        dated = reading.nearest(token, _is_dated, DATED)
        if dated is not None and dated.value is not None:
            governed.add(dated.place)
            if dated.value.period != "before":
                yield _objection(token, f"stands by {dated.text}, which is of this week and not of the weeks before")
    for token, value in reading.values:
        if value.period == "before" and value.about and token.place not in governed:
            yield _objection(token, f"is of the four weeks before; say so beside it, for example with {{{BEFORE}}}")


def _is_earlier(token: Token) -> bool:
    if token.value is not None:
        return token.value.path == BEFORE
    return token.sort == "word" and token.word in EARLIER


def _is_dated(token: Token) -> bool:
    return token.value is not None and bool(token.value.period) and bool(token.value.about)


def _statistics(reading: Reading) -> Iterator[Objection]:
    """Means are called averages, sums totals, and nothing else is called either."""
    for token in reading.tokens:
        called = "mean" if token.word in AVERAGING else "total" if token.word in TOTALLING else None
        figure = reading.nearest(token, _is_figure, CALLED) if called and token.sort == "word" else None
        if figure is not None and figure.value is not None and figure.value.statistic != called:
            yield _objection(token, f"stands by {figure.text}, which is {figure.value.meaning}")


def _is_figure(token: Token) -> bool:
    return token.value is not None and token.value.kind == "figure"


def _places(reading: Reading) -> Iterator[Objection]:
    """A weekday after “on”, a date after a preposition, a direction after “was”, and no two values side by side."""
    for token, value in reading.values:
        previous = reading.before(token)
        word = previous.word if previous else ""
        wanted = AFTER_WHICH.get(value.kind)
        if previous is not None and previous.sort == "value":
            yield _objection(token, f"stands right after {previous.text}; put words between them")
        elif wanted is not None and word not in wanted:
            yield _objection(token, f"is a {value.kind} and does not fit after “{word}”")
        elif value.kind == "figure" and word in NOT_AFTER:
            yield _objection(token, f"is a figure and does not fit after “{word}”")


RULES: tuple[Rule, ...] = (
    _length,
    _marks,
    _words,
    _pairs,
    _known_values,
    _subjects,
    _mentions,
    _periods,
    _statistics,
    _places,
)


def _objection(token: Token, reason: str) -> Objection:
    return Objection(token.text, token.sentence, reason)
