"""The insights' sentences: plain functions of plain values, each saying no more than its figures
carry.

Nothing here says why. What was not found is said to have been looked for, with how many days were
looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bio_lakehouse.english import capital, count, dated, listed, span
from bio_lakehouse.gold.measures import Side
from bio_lakehouse.numbers import (
    effect_text,
    number_text,
    probability_text,
    signed_effect_text,
)

MOST_DAYS_NAMED = 5
Interval = tuple[float, float]
WORDS: Mapping[Side, str] = {"lower": "low", "higher": "high"}
BEYOND: Mapping[Side, str] = {"lower": "below", "higher": "above"}
PAST: Mapping[Side, str] = {"lower": "under", "higher": "over"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What every tested sentence ends with: 95 % interval, what was counted, and q (None when not
    tested)."""

    interval: Interval | None
    counted: str
    q: float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Month:
    """A month's mean, its days, and how many of these are known, as they are written."""

    mean: str
    days: str
    known: str


def probability(q: float) -> str:
    """`q < 0.001`, `q = 0.004`, `q = 0.23`."""
    text = probability_text(q)
    return f"q {text}" if text.startswith("<") else f"q = {text}"


def between(interval: Interval) -> str:
    low, high = (effect_text(end) for end in interval)
    return f"95 % interval {low} to {high}"


def support(evidence: Evidence) -> str:
    """Interval, count and q, as they stand in brackets."""
    parts = (
        evidence.interval and between(evidence.interval),
        evidence.counted,
        None if evidence.q is None else probability(evidence.q),
    )
    return ", ".join(part for part in parts if part)


def not_enough_data(subject: str, n: int, needed: int, unit: str) -> str:
    """`Sleep score and next-day readiness: not enough data (12 of 20 pairs of days).`"""
    return f"{capital(subject)}: not enough data ({n} of {needed} {unit})."


def months(subject: str, first: Month, last: Month) -> str:
    """Two months beside each other, described and not tested."""
    return (
        f"{capital(subject)} averaged {last.mean} over the last month ({last.days}, {last.known} "
        f"known) and {first.mean} over the first ({first.days}, {first.known} known): shown and "
        "not tested."
    )


def smoothed_line(subject: str, per_week: float, unit: str) -> str:
    return (
        f"A straight line through the 14-day average of {subject} has a slope of "
        f"{signed_effect_text(per_week)} {unit} a week; "
        "it is shown and not tested, as averages over shared days hide how far single days scatter."
    )


def no_forecast(day: date) -> str:
    return (
        f"Readiness on {dated(day)} cannot be forecast: the readiness of the day before is unknown."
    )


def tomorrow(
    day: date,
    value: float,
    interval: Interval,
    n: int,
    error: float,
    others: Mapping[str, float],
    better: bool | None,
) -> str:
    """A forecast of readiness, and what `n` past forecasts missed by, against simple rules
    (`others`, by name)."""
    rules = listed([f"{number_text(miss, 1)} for {name}" for name, miss in others.items()])
    worth = f"{'better than' if better else 'not found to be better than'} all {len(others)}"
    return (
        f"Readiness on {dated(day)}: {number_text(value)} is expected "
        f"(80 % interval {number_text(interval[0])} to {number_text(interval[1])}). "
        f"{count(n, 'past forecast')} made this way missed by {number_text(error, 1)} points "
        f"on average, against {rules}: {worth}."
    )


def far_days(subject: str, side: Side, far: Sequence[date], n: int, mean: str, limit: str) -> str:
    """How many days lay more than 1.5 standard deviations beyond the mean, on a side."""
    word, beyond, past = WORDS[side], BEYOND[side], PAST[side]
    spread = f"more than 1.5 standard deviations {beyond} your mean of {mean}, so {past} {limit}"
    if not far:
        return (
            f"{capital(subject)}: looked for {word} days ({spread}) among {count(n, 'day')} and "
            "found none."
        )
    return (
        f"{capital(subject)} was {word} ({spread}) on {len(far)} of {count(n, 'day')}, "
        f"{_named(far)}."
    )


def unusual_days(subject: str, side: Side, unusual: Sequence[date], judged: int) -> str:
    """How many days lay far beyond the person's own 60 days before, on a side."""
    if not judged:
        return f"No day's {subject} could be held against its 60 days before."
    against = f"{count(judged, 'day')} that can be held against the 60 days before"
    if not unusual:
        return f"Looked for unusually {WORDS[side]} {subject} among the {against} and found none."
    verb = "was" if len(unusual) == 1 else "were"
    return (
        f"Of the {against}, {len(unusual)} {verb} unusually {WORDS[side]} in {subject}, "
        f"{_named(unusual)}."
    )


def missed_workouts(stretches: Sequence[Stretch], n: int, shortest: int) -> str:
    """Runs of days without a workout among the `n` days of which that is known."""
    known = f"{count(n, 'day')} of which workouts are known"
    if not stretches:
        return (
            f"Looked for {shortest} days or more in a row without a workout among {known} and "
            "found none."
        )
    times = {1: "Once", 2: "Twice"}.get(len(stretches), f"{len(stretches)} times")
    return (
        f"{times} there were {shortest} days or more in a row without a workout, among {known}; "
        f"{_longest(stretches)}."
    )


def _longest(stretches: Sequence[Stretch]) -> str:
    """`the longest stretch was 5 days 3–7 August 2026`; of those that are as long both, or how many
    and the newest."""
    days = max(stretch.days for stretch in stretches)
    longest = [stretch for stretch in stretches if stretch.days == days]
    longest.sort(key=lambda stretch: stretch.first)
    newest = span(longest[-1].first, longest[-1].last)
    if len(stretches) == 1:
        return f"these were the {days} days {newest}"
    if len(longest) == 1:
        return f"the longest stretch was {days} days {newest}"
    if len(longest) == 2:
        first = span(longest[0].first, longest[0].last)
        return f"the longest stretches were of {days} days each, {first} and {newest}"
    return f"the longest, of {days} days, came {len(longest)} times, most lately {newest}"


def _named(days: Sequence[date]) -> str:
    """`on 3 March`, `on 3 March and 9 April`, or the newest of many."""
    if len(days) > MOST_DAYS_NAMED:
        return f"most lately on {dated(max(days))}"
    return f"on {listed([dated(day) for day in sorted(days)])}"
