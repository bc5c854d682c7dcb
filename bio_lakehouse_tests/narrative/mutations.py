"""Makes wrong texts of right ones, in every way in which a model may go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bio_lakehouse.narrative.facts import Facts, Value

SLOT = re.compile(r"\{([^{}]*)\}")
ONES = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
OPPOSITES = {
    "higher": ("lower", "down", "fell", "declining", "worse", "less", "dipped", "sank"),
    "lower": ("higher", "up", "rose", "improving", "better", "more", "climbed", "soared"),
    "not": ("above", "below", "unusually good", "steady", "unchanged", "out of the ordinary"),
    "the highest": ("the lowest", "the best", "a record", "the weakest"),
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLAIMS = (
    "This is because of the rest.",
    "Sleep led to readiness of {readiness_score.week}.",
    "Readiness came from training, {workout_count.week}.",
    "The workouts boosted HRV, now at {hrv_rmssd_ms.week}.",
    "That is thanks to the training, {workout_count.week}.",
    "As a result, HRV was {hrv_rmssd_ms.direction}.",
    "So HRV averaged {hrv_rmssd_ms.week}.",
    "Since you trained, HRV averaged {hrv_rmssd_ms.week}.",
    "HRV of {hrv_rmssd_ms.week} reflects training.",
    "Your HRV of {hrv_rmssd_ms.week} points to an infection.",
    "See a doctor.",
    "This diagnoses a disease.",
    "You have a fever.",
    "The overtraining shows in HRV, {hrv_rmssd_ms.week}.",
    "You should rest.",
    "Try to sleep before midnight.",
    "Half of the nights were quiet.",
    "That is twice the average.",
    "Scores of nights were recorded.",
    "Most nights were known.",
    "A dozen nights were counted.",
    "A couple of days were counted.",
    "Five percent of the nights were counted.",
    "It was the second week.",
    "It was your best week.",
    "The week was better than before.",
    "It was a good week.",
    "Nothing was found.",
    "Sleep and readiness go together.",
    "Strength and readiness are linked.",
    "Readiness was lower with strength.",
    "Strength comes with readiness.",
    "<script>alert(document.cookie)</script>",
    "**Readiness** was {readiness_score.direction}.",
    "# Week",
    "- readiness",
    "[Oura](https://ouraring.com)",
    "`readiness`",
    "Readiness was {readiness_score}.",
    "Readiness averaged {readiness_score.week + 1}.",
    "Readiness averaged {{readiness_score.week}}.",
    "Readiness averaged {readiness_score.week",
    "Readiness averaged {readiness_score.week}{sleep_score.week}.",
    "Readiness averaged -{readiness_score.week}.",
    "Readiness averaged –{readiness_score.week}.",
    "Readiness averaged {readiness_score.week}th.",
    "Readiness averaged {readiness_score.week}.{readiness_score.days}",
    "Readiness averaged {readiness_score.week} {readiness_score.days}.",
    "Readiness averaged ８１.",
    "Readiness averaged ⅷ.",
    "Readiness was h\u0456gher.",
    "Readiness was hi\u200bgher.",
    "Readiness averaged {finding.strength_vs_rest.effect}.",
    "{finding.strength_vs_rest.told} ({finding.strength_vs_rest.q}).",
    "{finding.sleep_next_day.told} ({finding.cycling_vs_rest.effect}).",
    "{finding.cycling_vs_rest.told} ({finding.sleep_next_day.effect}).",
    "Strength in view: {finding.cycling_vs_rest.told}.",
    "{high.hrv_rmssd_ms.label} was {high.readiness_score.value}.",
    "{high.hrv_rmssd_ms.label} was {hrv_rmssd_ms.week}.",
    "HRV averaged {high.hrv_rmssd_ms.value}.",
    "HRV averaged {hrv_rmssd_ms.week} on {high.hrv_rmssd_ms.weekday}.",
    "Readiness averaged {period.week}.",
    "Readiness averaged {high.readiness_score.weekday}.",
    "Readiness came to a total of {readiness_score.week}.",
    "Workouts averaged {workout_count.week}.",
    "In {period.before}, HRV was {hrv_rmssd_ms.direction}.",
    "Before, HRV averaged {hrv_rmssd_ms.week}.",
    "Readiness and sleep averaged {readiness_score.week} and {sleep_score.week}.",
    "Readiness averaged {sleep_score.week} and sleep averaged {readiness_score.week}.",
    "Readiness came on {readiness_score.week}.",
    "HRV averaged {hrv_rmssd_ms.week} across {period.window}.",
    "This week, {finding.sleep_next_day.told}.",
    "Across {period.week}, {finding.sleep_next_day.told}.",
    "In {period.before}, {finding.sleep_next_day.told}.",
    "In {period.before} came {high.readiness_score.label}.",
    "Steps came to {steps.week} a week.",
    "The weekly steps came to {steps.week}.",
    "Workouts came to {workout_count.week} a day.",
    "The daily workouts came to {workout_count.week}.",
    (
        "{high.hrv_rmssd_ms.label} stands here. HRV averaged {hrv_rmssd_ms.week} on "
        "{high.hrv_rmssd_ms.weekday}."
    ),
    (
        "{high.hrv_rmssd_ms.label} stands here. HRV was {hrv_rmssd_ms.direction} since "
        "{high.hrv_rmssd_ms.date}."
    ),
    (
        "{high.hrv_rmssd_ms.label} stands here. HRV averaged {hrv_rmssd_ms.week}, on "
        "{high.hrv_rmssd_ms.weekday}."
    ),
    "{high.hrv_rmssd_ms.label} was HRV at {hrv_rmssd_ms.week}.",
    "Readiness averaged {readiness_score.week} nights.",
    "HRV was {hrv_rmssd_ms.direction}. Readiness too.",
    "HRV was {hrv_rmssd_ms.direction}. And readiness.",
    "HRV was a record, {hrv_rmssd_ms.week}.",
    "Your deep sleep averaged {sleep_score.week}, at ninety.",
    "Readiness averaged 81.",
    "{readiness_score.week}",
)
"""Each is wrong whatever stands around it."""

Mutation = Callable[[str, Facts], Iterator[str]]


def mutations(draft: str, facts: Facts) -> Iterator[str]:
    """Wrong versions of one draft."""
    for mutation in MUTATIONS:
        yield from mutation(draft, facts)


def _slots(draft: str, facts: Facts) -> Iterator[tuple[re.Match[str], Value]]:
    return ((match, facts.values[match[1]]) for match in SLOT.finditer(draft))


def _put(draft: str, match: re.Match[str], text: str) -> str:
    return draft[: match.start()] + text + draft[match.end() :]


def _literal(draft: str, facts: Facts) -> Iterator[str]:
    """The right value, but written out."""
    for match, value in _slots(draft, facts):
        yield _put(draft, match, value.text)


def _off_by_one(draft: str, facts: Facts) -> Iterator[str]:
    for match, value in _slots(draft, facts):
        for step in (1, -1):
            if re.search(r"\d", value.text):
                changed = re.sub(
                    r"\d+", lambda number, by=step: str(int(number[0]) + by), value.text, count=1
                )
                yield _put(draft, match, changed)


def _in_words(draft: str, facts: Facts) -> Iterator[str]:
    for match, value in _slots(draft, facts):
        number = re.match(r"\d+", value.text)
        if value.kind == "figure" and number and int(number[0]) < 100:
            yield _put(
                draft,
                match,
                in_words(int(number[0])) + value.text[number.end() :].translate(NO_DIGITS),
            )


NO_DIGITS = {ord(digit): None for digit in "0123456789"}


def in_words(number: int) -> str:
    """A whole number below 100."""
    if number < 20:
        return ONES[number]
    tens, ones = divmod(number, 10)
    return TENS[tens - 2] + (f"-{ONES[ones]}" if ones else "")


def _other_metric(draft: str, facts: Facts) -> Iterator[str]:
    """The same kind of value, of something else."""
    for match, value in _slots(draft, facts):
        part = value.path.rsplit(".", 1)[1]
        for other in facts.values.values():
            alike = (
                other.kind == value.kind
                and other.path.endswith(f".{part}")
                and bool(other.event) == bool(value.event)
            )
            if (
                alike
                and value.about
                and value.kind != "phrase"
                and other.about.isdisjoint(value.about)
            ):
                yield _put(draft, match, f"{{{other.path}}}")


def _other_event(draft: str, facts: Facts) -> Iterator[str]:
    """The day or figure of another high or finding."""
    for match, value in _slots(draft, facts):
        for other in facts.values.values():
            if (
                value.event
                and value.kind != "phrase"
                and other.event not in ("", value.event)
                and other.kind == value.kind
            ):
                yield _put(draft, match, f"{{{other.path}}}")


def _other_period(draft: str, facts: Facts) -> Iterator[str]:
    for match, value in _slots(draft, facts):
        swapped = {"week": "before", "before": "week"}.get(value.path.rsplit(".", 1)[1])
        path = f"{value.path.rsplit('.', 1)[0]}.{swapped}"
        if value.kind == "figure" and swapped and path in facts.values:
            yield _put(draft, match, f"{{{path}}}")


def _flipped(draft: str, facts: Facts) -> Iterator[str]:
    for match, value in _slots(draft, facts):
        if value.kind == "direction":
            words = next(
                words for start, words in OPPOSITES.items() if value.text.startswith(start)
            )
            yield from (_put(draft, match, word) for word in words)
            yield from (
                _put(draft, match, f"{word} {match[0]}")
                for word in ("not", "hardly", "no", "never", "much")
            )


def _other_weekday(draft: str, facts: Facts) -> Iterator[str]:
    for match, value in _slots(draft, facts):
        if value.kind == "weekday":
            yield from (_put(draft, match, day) for day in WEEKDAYS)


def _unknown(draft: str, facts: Facts) -> Iterator[str]:
    for match, value in _slots(draft, facts):
        yield _put(draft, match, f"{{{value.path}x}}")
        yield _put(draft, match, f"{{{value.path.rsplit('.', 1)[0]}}}")


def _claims(draft: str, facts: Facts) -> Iterator[str]:
    return (f"{draft} {claim}" for claim in CLAIMS)


def _too_long(draft: str, facts: Facts) -> Iterator[str]:
    yield " ".join([draft] * 60)


MUTATIONS: tuple[Mutation, ...] = (
    _literal,
    _off_by_one,
    _in_words,
    _other_metric,
    _other_event,
    _other_period,
    _flipped,
    _other_weekday,
    _unknown,
    _claims,
    _too_long,
)
