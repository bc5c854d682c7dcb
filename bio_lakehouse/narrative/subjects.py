"""What the gate asks of a draft's subjects: each value by the name of what it is about, each
measure on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bio_lakehouse.gold.measures import taken_by
from bio_lakehouse.narrative.facts import TIMES_AND_DEVICES, Facts, Value
from bio_lakehouse.narrative.objection import Objection, Rule, objection
from bio_lakehouse.narrative.reading import Reading, Scope, Token
from bio_lakehouse.narrative.vocabulary import UNITS, words

PRONOUNS = words("it its they them their")
POINTING = words("this that these those which")
EXPLAINING = frozenset(":–—(")
LINKING = words("with from during across")
NAMED_TIMES = UNITS | words("report page section summary part ring bike account overview")

BESIDE: tuple[Scope, ...] = (
    ("clause", "before"),
    ("clause", "after"),
    ("sentence", "before"),
    ("sentence", "after"),
    ("paragraph", "before"),
)
NEXT_TO: tuple[Scope, ...] = (
    ("clause", "after"),
    ("clause", "before"),
    ("sentence", "after"),
    ("sentence", "before"),
)
IN_SENTENCE: tuple[Scope, ...] = BESIDE[:-1]


def _subjects(reading: Reading) -> Iterator[Objection]:
    """Each figure and direction stands by the name of its topic."""
    for token, value in reading.values:
        if not value.about or value.event:
            continue
        says_itself = _is_done_by_you(reading, token, value)
        scopes = IN_SENTENCE if says_itself else _named_in(reading, token)
        named = reading.nearest(token, lambda other: bool(other.about), scopes)
        if named is None and says_itself:
            continue
        if named is None or named.sort != "topic" or not named.about & value.about:
            beside = f"beside {named.text}" if named else "without a name"
            yield objection(
                token,
                f"is {value.meaning} but stands {beside}; put it by the name of what it is about",
            )


def _is_done_by_you(reading: Reading, token: Token, value: Value) -> bool:
    """`You logged {workout_count.week}`: the text `5 workouts` names what it is about."""
    spoken = {other.word for other in reading.tokens if other.sentence == token.sentence}
    return "you" in spoken and reading.facts.names_itself(value)


def _named_in(reading: Reading, token: Token) -> Sequence[Scope]:
    """Where the name of a value's topic is looked for; what “it” stands for has been named
    before."""
    clause = (
        other
        for other in reading.tokens
        if other.clause == token.clause and other.place < token.place
    )
    refers_back = any(other.sort == "word" and other.word in PRONOUNS for other in clause)
    return [scope for scope in BESIDE if not (refers_back and scope == ("sentence", "after"))]


def _events(reading: Reading) -> Iterator[Objection]:
    """Each value of a high or of a finding stands by the phrase that names it, with nothing else in
    between."""
    for token, value in reading.values:
        if not value.event or value.kind == "phrase":
            continue
        beside = reading.nearest(token, _is_about_something, BESIDE)
        if beside is None or beside.value is None or beside.value.event != value.event:
            yield objection(
                token, f"belongs to {{{_phrase_of(value, reading.facts)}}} and must stand beside it"
            )
    for clause in reading.clauses():
        values = [token.value for token in clause if token.value is not None and token.value.about]
        if len({value.event for value in values}) > 1:
            yield objection(
                clause[0], "a clause mixes values of different things; give each its own"
            )


def _phrase_of(value: Value, facts: Facts) -> str:
    phrases = (
        other.path
        for other in facts.values.values()
        if other.kind == "phrase" and other.event == value.event
    )
    return next(phrases, value.event)


def _mentions(reading: Reading) -> Iterator[Objection]:
    """A measure is named where a value of it is told: in its clause, or in the next clause that
    tells one."""
    for token in reading.tokens:
        if token.sort != "topic":
            continue
        told = [
            other for other in reading.tokens if other.sentence == token.sentence and _tells(other)
        ]
        here = [other for other in told if other.clause == token.clause]
        later = [other for other in told if other.clause > token.clause]
        if not any(_about(other) & token.about for other in told):
            yield objection(
                token, "is named in a sentence without a value of it; add its placeholder"
            )
        elif here and not any(_about(other) & token.about for other in here):
            yield objection(
                token, "is named beside values of something else; give it a clause of its own"
            )
        elif not here and not (later and _about(later[0]) & token.about):
            yield objection(
                token, "is named in a clause without a value; tell its own value right after it"
            )


def _one_subject(reading: Reading) -> Iterator[Objection]:
    """A clause speaks of one measure; two in one clause read as if one came with the other."""
    for clause in reading.clauses():
        subjects = [_about(token) for token in clause if _is_about_something(token)]
        if subjects and not frozenset.intersection(*subjects):
            yield objection(
                clause[0], "begins a clause with two measures in it; give each a clause of its own"
            )


def _links(reading: Reading) -> Iterator[Objection]:
    """“With” and “from” do not tie one measure to another, nor to what “it” and “which” stand
    for."""
    for token in reading.tokens:
        following = [other.word for other in reading.following(token, 2)]
        if token.word in LINKING and _ends_in_pronoun(reading, token):
            yield objection(
                token, f"“{token.word} {following[0]}” ties two things together; the values do not"
            )
        elif token.word in LINKING and _brings_in_another(reading, token):
            yield objection(
                token,
                "brings in another measure; give it a sentence or a clause with “and” or “while”",
            )
        elif token.word == "which" and _relates(reading, token):
            yield objection(token, "ties two things together; begin a new sentence")


def _ends_in_pronoun(reading: Reading, token: Token) -> bool:
    following = reading.following(token, 2)
    if not following or following[0].word not in PRONOUNS | POINTING:
        return False
    return following[0].word in PRONOUNS or len(following) < 2 or following[1].sort != "word"


def _brings_in_another(reading: Reading, token: Token) -> bool:
    """Whether the measure after a linking word is new in a sentence that also tells another."""
    sentence = [
        other
        for other in reading.tokens
        if other.sentence == token.sentence and _is_about_something(other)
    ]
    linked = next(
        (other for other in sentence if other.clause == token.clause and other.place > token.place),
        None,
    )
    if linked is None or any(
        _about(other) & _about(linked) for other in sentence if other.place < token.place
    ):
        return False
    return any(not _about(other) & _about(linked) for other in sentence)


def _explanations(reading: Reading) -> Iterator[Objection]:
    """What stands after a colon, a dash or a bracket belongs to what stands before it: it would
    read as its reason."""
    for token in reading.tokens:
        if token.sort != "mark" or token.text not in EXPLAINING:
            continue
        sentence = [
            other
            for other in reading.tokens
            if other.sentence == token.sentence and other.value is not None
        ]
        told = next(
            (other for other in reversed(sentence) if other.place < token.place and _tells(other)),
            None,
        )
        next_told = next(
            (other for other in sentence if other.place > token.place and _tells(other)), None
        )
        if told is not None and next_told is not None and not _of_the_same(told, next_told):
            yield objection(
                token, "joins two things as if one explained the other; begin a new sentence"
            )


def _references(reading: Reading) -> Iterator[Objection]:
    """What “it” and “that” stand for is what the clause itself tells, not the measure told before
    it."""
    for token in reading.tokens:
        if (
            token.sort != "word"
            or token.word not in PRONOUNS | POINTING
            or _is_determiner(reading, token)
        ):
            continue
        here = next(
            (other for other in reading.tokens if other.clause >= token.clause and _tells(other)),
            None,
        )
        told = [other for other in reading.tokens if other.clause < token.clause and _tells(other)]
        if (
            here is not None
            and here.sentence == token.sentence
            and told
            and not _of_the_same(told[-1], here)
        ):
            yield objection(token, "stands for one thing and tells another; name what you speak of")


def _is_determiner(reading: Reading, token: Token) -> bool:
    """`this week`, but not `that is` or `its HRV`."""
    following = reading.following(token, 1)
    return token.word in POINTING and bool(following) and following[0].word in NAMED_TIMES


def _of_the_same(first: Token, second: Token) -> bool:
    """Whether two values are of one measure, or of one high or finding."""
    if first.value is None or second.value is None:
        return False
    return first.value.event == second.value.event and bool(first.value.about & second.value.about)


def _relates(reading: Reading, token: Token) -> bool:
    """`which is the sleep score`, but not `in which sleep averaged`."""
    before = reading.before(token)
    names = any(other.sort == "topic" and other.clause == token.clause for other in reading.tokens)
    return names and not (before is not None and before.word == "in")


def _measured(reading: Reading) -> Iterator[Objection]:
    """What is said to be of the night, of the morning, of the ring or of the bike is measured
    there."""
    for token in reading.tokens:
        taken = TIMES_AND_DEVICES.get(token.word) if token.sort == "word" else None
        topics = taken_by(taken) if taken else None
        beside = reading.nearest(token, _is_about_something, NEXT_TO) if topics else None
        if topics and beside is not None and not _about(beside) & topics:
            yield objection(token, f"stands by {beside.text}, which is not measured there")


def _is_about_something(token: Token) -> bool:
    return bool(_about(token))


def _tells(token: Token) -> bool:
    return token.value is not None and bool(token.value.about)


def _about(token: Token) -> frozenset[str]:
    return token.value.about if token.value is not None else token.about


RULES: tuple[Rule, ...] = (
    _subjects,
    _events,
    _mentions,
    _one_subject,
    _links,
    _explanations,
    _references,
    _measured,
)
