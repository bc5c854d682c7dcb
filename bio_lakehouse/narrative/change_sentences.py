"""What changed since last week's report: findings, corrections, and the question that is followed.

No sentence says why. What is told of a finding is its own plain sentence.
"""

from __future__ import annotations

from bio_lakehouse.english import capital, count, inner
from bio_lakehouse.gold.measures import Measure
from bio_lakehouse.numbers import NO_VALUE

DAYS_OF_WEEK = 7


def came(said: str) -> str:
    """A finding that was none a week ago."""
    return f"New: {said}"


def answered(said: str) -> str:
    """As `came`, of what was followed as a question."""
    return f"Followed as a question until now, and found: {said}"


def changed(said: str) -> str:
    """A finding whose effect lies outside the interval of a week ago."""
    return f"Different from a week ago: {said}"


def grew(said: str) -> str:
    """A finding that more days and a narrower interval stand behind."""
    return f"Known more closely than a week ago: {said}"


def went(claim: str) -> str:
    """A finding that is none any more; `claim` is what was found, as a sentence."""
    return f"Found a week ago and not any more: {inner(claim)}"


def corrected_mean(measure: Measure, told: float | None, n: int, now: float | None, m: int) -> str:
    """`Last week's report said readiness averaged 81 from 5 of 7 days; it is 79 from 7.`"""
    if told is None:
        return f"{_unknown_before(measure)} averaged {measure.text(now)} from {_of_week(m)}."
    said = f"Last week's report said {measure.in_sentence} averaged {measure.text(told)}"
    return f"{said} from {_of_week(n)}; {_now(measure, now, m)}."


def corrected_sum(measure: Measure, told: float | None, n: int, now: float | None, m: int) -> str:
    """`Last week's report gave workouts as 3, from 6 of 7 days; it is 4 from 7.`"""
    if told is None:
        return f"{_unknown_before(measure)} is {measure.text(now)} from {_of_week(m)}."
    said = f"Last week's report gave {measure.in_sentence} as {measure.text(told)}"
    return f"{said}, from {_of_week(n)}; {_now(measure, now, m)}."


def more_corrected(number: int) -> str:
    """How many figures were corrected beside those that are named."""
    verb = "is" if number == 1 else "are"
    return f"{capital(count(number, 'more figure'))} of it {verb} different now."


def moved_no_more(measure: Measure) -> str:
    """What was told as moved and is not."""
    name = measure.in_sentence
    return f"Last week's report listed {name} as moved; by what is known now it is not."


def moved_after_all(measure: Measure) -> str:
    """What moved and was not told."""
    return (
        f"By what is known now, {measure.in_sentence} moved in the week before; last week's report "
        "did not list it."
    )


def still_open(claim: str, kind: str, known: int, needed: int, window: int) -> str:
    """How many of the days are known that it takes to tell what was not found so far; `claim` is
    what is asked, as a sentence, and `kind` what it is about: a difference or a relation.

    `window` is how far back is looked at most: a lake may be younger.
    """
    return (
        f"Not found so far and still open: whether {_asked(claim)}. It takes about {needed} such "
        f"days to tell a strong {kind}; {_known_within(known, window)}."
    )


def open_again(kind: str, known: int, needed: int, window: int) -> str:
    """As `still_open`, after a sentence that says that it is not found any more."""
    return (
        f"That is open again: it takes about {needed} such days to tell a strong {kind}, and "
        f"{_known_within(known, window)}."
    )


def _known_within(known: int, window: int) -> str:
    verb = "is" if known == 1 else "are"
    return f"{known} {verb} known, looking back {window} days at most"


def too_few_to_look(claim: str, known: int, needed: int, *, of_groups: bool) -> str:
    """As `still_open`, of what was not even looked at; of two groups of days `known` are those of
    the smaller."""
    verb = "is" if known == 1 else "are"
    takes = (
        f"It takes {needed} days of each kind to look; of the rarer kind {known} {verb} known."
        if of_groups
        else f"It takes {needed} days to look, and {known} of them {verb} known."
    )
    return f"Still open: whether {_asked(claim)}. {takes}"


def not_found_after_all(claim: str, kind: str, needed: int) -> str:
    """Once the days have come and nothing was found."""
    return (
        f"Followed until now: whether {_asked(claim)}. The {needed} days or so that it takes have "
        f"come, and it was not found; a weaker {kind} may be there all the same."
    )


def _asked(claim: str) -> str:
    return inner(claim).removesuffix(".")


def _unknown_before(measure: Measure) -> str:
    name = capital(measure.in_sentence)
    return f"{name}, unknown in last week's report,"


def _of_week(n: int) -> str:
    return f"{n} of {DAYS_OF_WEEK} days"


def _now(measure: Measure, value: float | None, n: int) -> str:
    text = measure.text(value)
    return "it is not known any more" if text == NO_VALUE else f"it is {text} from {n}"
