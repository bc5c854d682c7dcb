"""Where the gate lets a placeholder stand: free of other signs, in its own time, and called what it
is."""

from __future__ import annotations

from collections.abc import Iterator

from bio_lakehouse.narrative.facts import BEFORE, Kind, Period, Value
from bio_lakehouse.narrative.objection import Objection, Rule, objection
from bio_lakehouse.narrative.reading import Reading, Scope, Token
from bio_lakehouse.narrative.vocabulary import (
    AVERAGING,
    COMPARING,
    DAILY,
    DETERMINERS,
    EARLIER,
    SINGLE_TIMES,
    TOTALLING,
    UNITS,
    WEEKLY,
    words,
)

OPENERS = frozenset("(")
CLOSERS = frozenset(".,;:)")
DASHES = frozenset("–—-")

AFTER_WHICH: dict[Kind, frozenset[str]] = {
    "weekday": words("on"),
    "date": words(
        "on in of for from during across over against with cover covers covering spans to at , ("
    ),
    "direction": words(
        "was were is are been stood stands also now overall meanwhile and but while , ; : ( – —"
    ),
}
AFTER_WHICH_DAY = words("on (")
AFTER_WHICH_COUNT = words("from for of on in with across cover covers covering spans (")
CALLED_AS = dict.fromkeys(AVERAGING, frozenset({"mean", "weekly mean"})) | dict.fromkeys(
    TOTALLING, frozenset({"total"})
)
NOT_AFTER = words("on during across over")

DATED: tuple[Scope, ...] = (
    ("clause", "before"),
    ("clause", "after"),
    ("sentence", "after"),
    ("sentence", "before"),
)
CALLED: tuple[Scope, ...] = (
    ("clause", "after"),
    ("clause", "before"),
    ("sentence", "after"),
    ("sentence", "before"),
)


def _known_values(reading: Reading) -> Iterator[Objection]:
    for token in reading.tokens:
        if token.sort != "value":
            continue
        if token.value is None:
            yield objection(token, "no such value in the JSON; use a path that is there")
        elif not _stands_free(reading.draft, token):
            yield objection(
                token, "nothing may touch a placeholder but a space, a bracket or . , ; :"
            )


def _stands_free(draft: str, token: Token) -> bool:
    end = token.start + len(token.text)
    before, after = draft[token.start - 1 : token.start], draft[end : end + 1]
    return (not before or before.isspace() or before in OPENERS) and (
        not after or after.isspace() or after in CLOSERS
    )


def _periods(reading: Reading) -> Iterator[Objection]:
    """What is said to be of a time is of that time, and figures of the weeks before are said to
    be."""
    governed = set[int]()
    for token in reading.tokens:
        period = _period_said(reading, token)
        dated = reading.nearest(token, _is_about_something, DATED) if period else None
        if dated is not None and dated.value is not None:
            governed.add(dated.place)
            if dated.value.period != period:
                yield objection(token, f"stands by {dated.text}, which is of another time")
            leads = token.place < dated.place and period == "before"
            governed |= {other.place for other in _carried_on(reading, dated)} if leads else set()
    for token, value in reading.values:
        if value.period == "before" and value.about and token.place not in governed:
            yield objection(
                token,
                f"is of the four weeks before; say so beside it, for example with {{{BEFORE}}}",
            )


def _carried_times(reading: Reading) -> Iterator[Objection]:
    """A date before the figures of a sentence holds for them until another time is said."""
    for token, value in reading.values:
        dated = None if value.about else reading.nearest(token, _is_about_something, DATED)
        if dated is None or dated.place < token.place:
            continue
        for other, told in _told_until_another_time(reading, token, dated):
            if told.period != value.period:
                yield objection(
                    other,
                    f"is of another time than {token.text}, under which it stands; say its own",
                )


def _told_until_another_time(
    reading: Reading, date: Token, first: Token
) -> Iterator[tuple[Token, Value]]:
    dated = {
        token.clause
        for token in reading.tokens
        if token is not date and _period_said(reading, token)
    }
    for other, value in reading.values:
        if other.sentence == first.sentence and other.place > first.place and value.about:
            if other.clause in dated:
                return
            yield other, value


def _carried_on(reading: Reading, first: Token) -> Iterator[Token]:
    """The further figures of a sentence that began with its time: `in {period.before} HRV averaged
    … and sleep …`."""
    for other, value in reading.values:
        if other.sentence == first.sentence and other.place > first.place and value.about:
            if value.period != "before":
                return
            yield other


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


def _single_times(reading: Reading) -> Iterator[Objection]:
    """“The week before” and “the previous night” are other times than the four weeks before."""
    for token in reading.tokens:
        earlier = reading.before(token)
        beside = (earlier, *reading.following(token, 1), *_after_article(reading, token))
        if token.word in EARLIER and any(
            other is not None and other.word in SINGLE_TIMES for other in beside
        ):
            yield objection(
                token, f"is another time than the four weeks before; write {{{BEFORE}}}"
            )


def _after_article(reading: Reading, token: Token) -> list[Token]:
    """What comes after “in the” or “this”: `earlier in the week`."""
    nexts = [
        other
        for other in reading.following(token, 3)
        if other.word not in words("in on of") | DETERMINERS
    ]
    return nexts[:1]


def _comparisons(reading: Reading) -> Iterator[Objection]:
    """A measure is held against its own weeks before, never against another measure."""
    for clause in reading.clauses():
        if clause[0].word not in COMPARING:
            continue
        for token in clause:
            if token.value is not None and token.value.about and token.value.period != "before":
                yield objection(
                    token, f"is of the week; after “{clause[0].text}” stands only {{….before}}"
                )


def _statistics(reading: Reading) -> Iterator[Objection]:
    """Means are called averages, sums totals, figures of a day daily, and nothing else is called
    any of these."""
    for token in reading.tokens:
        called = _statistics_said(reading, token)
        figure = reading.nearest(token, _is_figure, CALLED) if called is not None else None
        if (
            called is not None
            and figure is not None
            and figure.value
            and figure.value.statistic not in called
        ):
            yield objection(token, f"stands by {figure.text}, which is {figure.value.meaning}")


def _statistics_said(reading: Reading, token: Token) -> frozenset[str] | None:
    """The statistics of which a word may be said; None for words that say no statistic."""
    if token.sort != "word":
        return None
    before = reading.before(token)
    is_rate = (
        before is not None
        and before.word == "a"
        and reading.nearest(token, _is_figure, (("clause", "before"),))
    )
    if token.word in DAILY and (token.word.endswith("ly") or is_rate):
        return frozenset({"mean"})
    if token.word in WEEKLY and (token.word.endswith("ly") or is_rate):
        return frozenset({"weekly mean"} if is_rate else {"total", "weekly mean"})
    return CALLED_AS.get(token.word)


def _is_figure(token: Token) -> bool:
    return token.value is not None and token.value.kind == "figure"


def _places(reading: Reading) -> Iterator[Objection]:
    """A weekday after “on”, a date after a preposition, a direction after “was”; no value right
    after a value."""
    for token, value in reading.values:
        previous = reading.before(token)
        word = previous.word if previous else ""
        wanted = _wanted_before(value)
        if previous is not None and previous.sort == "value":
            yield objection(token, f"stands right after {previous.text}; put words between them")
        elif wanted is not None and word not in wanted:
            yield objection(token, f"is a {_role(value)} and does not fit after “{word}”")
        elif (
            wanted is None
            and value.kind == "figure"
            and word in NOT_AFTER | DASHES
            and not _is_based_on(reading, token)
        ):
            yield objection(token, f"is a figure and does not fit after “{word}”")
        elif word in DETERMINERS and value.text.startswith(("a ", "the ", "there ")):
            yield objection(token, f"begins with an article, so it does not fit after “{word}”")


def _is_based_on(reading: Reading, token: Token) -> bool:
    return [other.word for other in reading.tokens[max(token.place - 2, 0) : token.place]] == [
        "based",
        "on",
    ]


def _wanted_before(value: Value) -> frozenset[str] | None:
    """The words after which a value may stand; None for any."""
    if value.kind == "date" and value.event:
        return AFTER_WHICH_DAY
    return AFTER_WHICH_COUNT if value.statistic == "days" else AFTER_WHICH.get(value.kind)


def _role(value: Value) -> str:
    return "count of days" if value.statistic == "days" else value.kind


def _units(reading: Reading) -> Iterator[Objection]:
    """A figure has its own unit and its own rate."""
    for token, value in reading.values:
        following = reading.following(token, 2)
        if value.kind == "figure" and following and _is_unit(following, value):
            yield objection(following[0], f"would be the unit of {token.text}, which has its own")


def _is_unit(following: tuple[Token, ...], value: Value) -> bool:
    first, last = following[0].word, following[-1].word
    if value.text.endswith((" a day", " a week")) and (
        first == "daily" or (first == "a" and last in UNITS)
    ):
        return True
    return first in UNITS or following[0].sort == "topic"


def _intervals(reading: Reading) -> Iterator[Objection]:
    """An interval follows the figure whose interval it is."""
    earlier = ""
    for token, value in reading.values:
        if value.follows and value.follows != earlier:
            yield objection(
                token, f"is the interval of {{{value.follows}}} and must be the next value after it"
            )
        earlier = value.path


RULES: tuple[Rule, ...] = (
    _known_values,
    _periods,
    _carried_times,
    _single_times,
    _comparisons,
    _statistics,
    _places,
    _units,
    _intervals,
)
