"""The sentences of relations: what was tested on days alike in other ways, and beside it the pair
as it was recorded, which is described.

Nothing here says why. What was not found is said to have been looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bio_lakehouse.english import capital, count, span
from bio_lakehouse.insights.finding import Finding
from bio_lakehouse.insights.rules import NIGHT_AFTER, NINE_DAYS
from bio_lakehouse.insights.sentences import Evidence, not_enough_data, support
from bio_lakehouse.numbers import effect_text, halves_text, number_text

FOUND_AT = 0.05
OUTCOME = "readiness on the next day"
CONTAINS_ACTIVITY = "Oura's readiness itself counts the activity of the day before"
NOT_TESTED = "described and not tested"
OBJECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    NINE_DAYS: lambda values: (
        f"It is there only with the nine days {_days(values['nine_days'])}, so it is not told."
    ),
    NIGHT_AFTER: lambda values: (
        "It does not stand out from the night after, which cannot matter, so it is not told."
    ),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """What two series that move together are called; `form` writes a value of the first, and
    `step` is how much more of it is told with how many points."""

    first: str
    second: str
    step: str
    form: Callable[[float], str]
    raw_symbol: str
    conditions: str
    contains_activity: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What two groups of days are called, as they stand behind "after"."""

    first: str
    second: str
    conditions: str


def of_correlation(finding: Finding, words: Relation, counted: str) -> str:
    """The sentence of two series; `counted` is what was looked at."""
    subject = f"{capital(words.first)} and {words.second}"
    if finding.effect is None:
        return nothing_to_say(finding, subject, counted)
    if "raw_effect" not in finding.values:
        return of_an_earlier_version(subject)
    evidence = _evidence(finding, "partial r =", counted)
    raw = f"As recorded {words.raw_symbol} = {effect_text(finding.values['raw_effect'])}"
    described = f"{raw}, {NOT_TESTED}."
    if finding.status != "found":
        return _not_found(finding, subject, "a relation", evidence, described)
    activity = f"; {CONTAINS_ACTIVITY}" if words.contains_activity else ""
    way = "higher" if finding.effect > 0 else "lower"
    amount = f"by {_points(finding.values, 'per')} for every {words.step}"
    return (
        f"A higher {words.first} went with a {way} {words.second}, {amount}, on days alike "
        f"in {words.conditions}{activity} ({evidence}). {described}"
    )


def of_groups(finding: Finding, words: Compared) -> str:
    """The sentence of two groups of days."""
    subject = f"{capital(OUTCOME)} after {words.first} and after {words.second}"
    values = finding.values
    if finding.needed is not None:
        unit = values.get("unit") or f"days after {_short(values)} with a readiness score"
        return not_enough_data(f"readiness after {words.first}", finding.n, finding.needed, unit)
    counted = count(finding.n, "day")
    if "raw_effect" not in values:
        return of_an_earlier_version(subject)
    if finding.effect is None:
        return nothing_to_say(finding, subject, counted)
    evidence = _evidence(finding, "point-biserial r", counted)
    described = _recorded_groups(values)
    if finding.status != "found":
        return _not_found(finding, subject, "a difference", evidence, described)
    way = "higher" if finding.effect > 0 else "lower"
    return (
        f"{capital(OUTCOME)} tended to be {way} after {words.first} than after {words.second}, by "
        f"{_points(values, 'difference')}, on days alike in {words.conditions}; "
        f"{CONTAINS_ACTIVITY} ({evidence}). {described}"
    )


def plain_correlation(finding: Finding, words: Relation) -> str | None:
    """What was found of two series in natural units; None where nothing was."""
    values = finding.values
    if finding.status != "found" or "raw_effect" not in values or finding.effect is None:
        return None
    activity = f"; {CONTAINS_ACTIVITY}" if words.contains_activity else ""
    upper, lower = values["median_upper"], values["median_lower"]
    are_apart = values["lower_to"] < values["upper_from"]
    if (upper - lower) * finding.effect <= 0 or not are_apart:
        more = f"{words.step} more {words.first}"
        points = _rounded_points(values["adjusted_per"])
        return f"On otherwise similar days {more} went with readiness {points}{activity}."
    days = f"{values['n_upper']} and {values['n_lower']} days"
    return (
        f"On a typical day after {article(words.first)} of {words.form(values['upper_from'])} or "
        f"more readiness was {halves_text(upper)}, after one of "
        f"{words.form(values['lower_to'])} or less {halves_text(lower)} ({days}){activity}."
    )


def plain_groups(finding: Finding, words: Compared) -> str | None:
    """What was found of two groups of days in natural units; None where nothing was."""
    values = finding.values
    if finding.status != "found" or "raw_effect" not in values or finding.effect is None:
        return None
    first, second = values["median_first"], values["median_second"]
    if (first - second) * finding.effect <= 0:
        points = _rounded_points(values["adjusted_difference"])
        return (
            f"On otherwise similar days readiness was {points} after {words.first} than after "
            f"{words.second}; {CONTAINS_ACTIVITY}."
        )
    days = f"{values['n_first']} and {values['n_second']} days"
    return (
        f"On a typical day after {words.first} readiness was {halves_text(first)}, after "
        f"{words.second} {halves_text(second)} ({days}); {CONTAINS_ACTIVITY}."
    )


def same_measurement(
    first: str, second: str, symbol: str, r: float, evidence: Evidence, reason: str
) -> str:
    """A correlation of two scores that contain each other: shown, not tested."""
    return (
        f"On the same day, {first} and {second} are partly the same measurement, as {reason}: "
        f"{symbol} = {effect_text(r)} ({support(evidence)}), shown and not tested."
    )


def nothing_to_say(finding: Finding, subject: str, counted: str) -> str:
    """Of two series of which one never changes, or cannot be told from the conditions."""
    if "raw_effect" not in finding.values:
        return f"{subject}: one of the two never changed over {counted}, so nothing can be said."
    return (
        f"{subject}: over {counted} the two cannot be told apart from weekday and other "
        "conditions, so nothing can be said."
    )


def of_an_earlier_version(subject: str) -> str:
    """Of a row that was made before relations were adjusted."""
    return f"{subject}: worked out by an earlier version; build the insights of this day again."


def article(noun: str) -> str:
    """`a sleep score`, `an output`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _not_found(finding: Finding, subject: str, what: str, evidence: str, described: str) -> str:
    reasons = ""
    if finding.q is not None and finding.q <= FOUND_AT:
        objections = finding.values.get("objections", ())
        reasons = "".join(f"{OBJECTIONS[name](finding.values)} " for name in objections)
    return (
        f"{subject}: {what} was looked for and not found on days alike in other ways "
        f"({evidence}). {reasons}{described}"
    )


def _evidence(finding: Finding, symbol: str, counted: str) -> str:
    stands_on = Evidence(finding.interval, counted, finding.decided_q)
    return f"{symbol} {effect_text(finding.effect or 0.0)}, {support(stands_on)}"


def _recorded_groups(values: dict[str, Any]) -> str:
    first, second = (halves_text(values[f"median_{group}"]) for group in ("first", "second"))
    before = ""
    if values.get("morning_first") is not None and values.get("morning_second") is not None:
        mornings = (halves_text(values[f"morning_{group}"]) for group in ("first", "second"))
        before = f", on the mornings before {' and '.join(mornings)}"
    return (
        f"As recorded the medians are {first} and {second} over {values['n_first']} and "
        f"{values['n_second']} days{before}; rank-biserial {effect_text(values['raw_effect'])}, "
        f"{NOT_TESTED}."
    )


def _points(values: dict[str, Any], name: str) -> str:
    """`9.1 points (95 % interval 5.0 to 13.2)`, of the size of the difference."""
    middle = values[f"adjusted_{name}"]
    ends = [values[f"adjusted_{name}_low"], values[f"adjusted_{name}_high"]]
    low, high = (number_text(end, 1) for end in (ends if middle >= 0 else [-ends[1], -ends[0]]))
    return f"{number_text(abs(middle), 1)} points (95 % interval {low} to {high})"


def _rounded_points(difference: float) -> str:
    way = "higher" if difference > 0 else "lower"
    size = number_text(abs(difference), 0 if abs(difference) >= 2 else 1)
    return f"{size} points {way}"


def _short(values: dict[str, Any]) -> str:
    short = str(values["short"])
    return f"{short} output" if short in ("high", "low") else short


def _days(ends: list[str]) -> str:
    first, last = (date.fromisoformat(end) for end in ends)
    return span(first, last)
