"""The gate: a draft is either provably made of its facts or objected to, each time with what to do instead.

Figures, dates, weekdays, directions and findings come only out of placeholders; every other word is of a closed
vocabulary; and each placeholder must stand by the name of what it is about, in the period that it is of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bio_lakehouse.narrative.facts import BEFORE, Facts, Kind, Period, Value
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.reading import PARAGRAPH, Reading, Scope, Token, read
from bio_lakehouse.narrative.vocabulary import (
    AVERAGING,
    DAILY,
    EARLIER,
    QUANTIFYING,
    TOTALLING,
    WEEKLY,
    is_known,
    objected_as,
    words,
)

MOST_CHARACTERS = 1200
MOST_PARAGRAPHS = 3
LONGEST_DRAFT = 4 * MOST_CHARACTERS
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
CALLED_AS = dict.fromkeys(AVERAGING, frozenset({"mean", "weekly mean"})) | dict.fromkeys(
    TOTALLING, frozenset({"total"})
)
PRONOUNS = words("it its they their")
NOT_AFTER = words("on since until during across")
UNITS = words("day days night nights week weeks morning mornings time date score scores point points value values")

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
    if len(draft) > LONGEST_DRAFT:
        return (Objection("", 0, f"The draft has {len(draft)} characters; {MOST_CHARACTERS} at most once filled."),)
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


def _marks(reading: Reading) -> Iterator[Objection]:
    for token in reading.tokens:
        if token.sort != "mark":
            continue
        if token.text.isdigit():
            yield _objection(token, _advice("a number"))
        elif token.text in "{}":
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
    """Each figure and direction stands by the name of its topic."""
    for token, value in reading.values:
        if not value.about or value.event:
            continue
        named = reading.nearest(token, lambda other: bool(other.about), _named_in(reading, token))
        if named is None or named.sort != "topic" or not named.about & value.about:
            beside = f"beside {named.text}" if named else "without a name"
            yield _objection(token, f"is {value.meaning} but stands {beside}; put it by the name of what it is about")


def _events(reading: Reading) -> Iterator[Objection]:
    """Each value of a high or of a finding stands by the phrase that names it, with nothing else in between."""
    for token, value in reading.values:
        if not value.event or value.names_itself:
            continue
        beside = reading.nearest(token, _says_something, BESIDE)
        if beside is None or beside.value is None or beside.value.event != value.event:
            yield _objection(token, f"belongs to {{{_phrase_of(value, reading.facts)}}} and must stand beside it")
    for clause in reading.clauses():
        values = [token.value for token in clause if token.value is not None and token.value.about]
        if len({value.event for value in values}) > 1:
            yield _objection(clause[0], "a clause mixes values of different things; give each its own")


def _says_something(token: Token) -> bool:
    return token.sort == "topic" or (token.value is not None and bool(token.value.about))


def _named_in(reading: Reading, token: Token) -> Sequence[Scope]:
    """Where the name of a value's topic is looked for; what “it” stands for has been named before."""
    clause = (other for other in reading.tokens if other.clause == token.clause and other.place < token.place)
    refers_back = any(other.sort == "word" and other.word in PRONOUNS for other in clause)
    return [scope for scope in BESIDE if not (refers_back and scope == ("sentence", "after"))]


def _phrase_of(value: Value, facts: Facts) -> str:
    phrases = (other.path for other in facts.values.values() if other.names_itself and other.event == value.event)
    return next(phrases, value.event)


def _mentions(reading: Reading) -> Iterator[Objection]:
    """What a sentence speaks of is what its values are about, and so in each clause that has values."""
    for sentence in reading.sentences():
        yield from _unbacked(sentence, "is named in a sentence without a value of it; add its placeholder")
    for clause in reading.clauses():
        if any(token.value is not None and token.value.about for token in clause):
            yield from _unbacked(clause, "is named beside values of something else; give it a clause of its own")


def _unbacked(tokens: list[Token], reason: str) -> Iterator[Objection]:
    backed = frozenset[str]().union(*(token.value.about for token in tokens if token.value is not None))
    for token in tokens:
        if token.sort == "topic" and not token.about & backed:
            yield _objection(token, reason)


def _periods(reading: Reading) -> Iterator[Objection]:
    """What is said to be of a time is of that time, and figures of the weeks before are said to be."""
    governed = set[int]()
    for token in reading.tokens:
        period = _period_said(reading, token)
        dated = reading.nearest(token, _is_about_something, DATED) if period else None
        if dated is not None and dated.value is not None:
            governed.add(dated.place)
            if dated.value.period != period:
                yield _objection(token, f"stands by {dated.text}, which is of another time")
    for token, value in reading.values:
        if value.period == "before" and value.about and token.place not in governed:
            yield _objection(token, f"is of the four weeks before; say so beside it, for example with {{{BEFORE}}}")


def _period_said(reading: Reading, token: Token) -> Period:
    """The time that a word or a date of the calendar speaks of; empty for all others."""
    if token.value is not None:
        return "" if token.value.about else token.value.period
    if token.sort == "word" and token.word in EARLIER:
        return "before"
    before = reading.before(token)
    return "week" if token.word == "week" and before is not None and before.word == "this" else ""


def _is_about_something(token: Token) -> bool:
    return token.value is not None and bool(token.value.about)


def _statistics(reading: Reading) -> Iterator[Objection]:
    """Means are called averages, sums totals, figures of a day daily, and nothing else is called any of these."""
    for token in reading.tokens:
        called = _statistics_said(reading, token)
        figure = reading.nearest(token, _is_figure, CALLED) if called else None
        if figure is not None and figure.value is not None and figure.value.statistic not in called:
            yield _objection(token, f"stands by {figure.text}, which is {figure.value.meaning}")


def _statistics_said(reading: Reading, token: Token) -> frozenset[str]:
    """The statistics of which a word may be said; empty for all other words."""
    if token.sort != "word":
        return frozenset()
    before = reading.before(token)
    is_rate = token.word.endswith("ly") or (before is not None and before.word == "a" and token.word != "week")
    if token.word in DAILY:
        return frozenset({"mean"} if is_rate else ())
    if token.word in WEEKLY:
        follows = before is not None and before.word == "a" and _follows_figure(reading, token)
        return frozenset({"total", "weekly mean"} if is_rate or follows else ())
    return CALLED_AS.get(token.word, frozenset())


def _follows_figure(reading: Reading, token: Token) -> bool:
    """`{steps.week} a week` is a rate, “a week in brief” is not."""
    return reading.nearest(token, _is_figure, (("clause", "before"),)) is not None


def _is_figure(token: Token) -> bool:
    return token.value is not None and token.value.kind == "figure"


def _places(reading: Reading) -> Iterator[Objection]:
    """A weekday after “on”, a date after a preposition, a direction after “was”, no unit and no value after a value."""
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
        following = reading.after(token)
        if value.kind == "figure" and following is not None and following.word in UNITS:
            yield _objection(following, f"would be the unit of {token.text}, which has its own")


RULES: tuple[Rule, ...] = (
    _length,
    _marks,
    _words,
    _pairs,
    _known_values,
    _subjects,
    _events,
    _mentions,
    _periods,
    _statistics,
    _places,
)


def _objection(token: Token, reason: str) -> Objection:
    return Objection(token.text, token.sentence, reason)
