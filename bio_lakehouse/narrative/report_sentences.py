"""The weekly report's sentences: plain functions of plain values, each describing and none
explaining.

No sentence says why a figure is what it is. What is unknown is said to be unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bio_lakehouse.english import (
    capital,
    count,
    inner,
    listed,
    long_day,
    short_span,
    weekday,
)
from bio_lakehouse.insights.workout_load import FTP, MAXIMUM, RESTING, THRESHOLD, Lacking

SUBJECT_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Change:
    """A measure whose mean moved, and whether it is higher than in the four weeks before."""

    title: str
    higher: bool
    plural: bool = False


def nothing_to_compare(known_days: int, *, first_weeks: bool) -> str:
    """The headline of a week that cannot be held against the weeks before: that nothing is known,
    or too little.

    `known_days` counts the week's days of which anything is known; `first_weeks` says whether there
    are no more than a few weeks before at all.
    """
    if not known_days:
        return "No data of this week has arrived"
    early = "The first weeks, getting to know what is usual for you"
    return early if first_weeks else "Too few days are known to tell how this week compares"


def workouts_alone(workouts: int | None, known: int, days: int) -> str:
    """The headline of a week of somebody of whom nothing but workouts is on record."""
    if known < days or workouts is None:
        return f"Workouts are known of {known} of {days} days"
    return f"A week with {count(workouts, 'workout')}" if workouts else "A week without a workout"


def subject(first: date, last: date, said: str, is_preview: bool) -> str:
    """Of a mail: `17–23 November: a sharp dip on Wednesday`, dates first and the headline where
    both fit into 60 characters."""
    days = f"Preview, {short_span(first, last)}" if is_preview else short_span(first, last)
    full = f"{days}: {inner(said)}"
    return full if len(full) <= SUBJECT_LENGTH else f"{days}: your week"


def directions(changes: Sequence[Change]) -> str:
    """What moved: `Readiness and HRV were lower than usual, and steps were higher`."""
    clauses = [_clause(group, word) for word, group in _by_side(changes)]
    return capital(", and ".join([f"{clauses[0]} than usual", *clauses[1:]]))


def short_directions(changes: Sequence[Change]) -> str:
    """The same in few words: `Lower readiness and HRV, higher steps`."""
    return capital(", ".join(f"{word} {_titles(group)}" for word, group in _by_side(changes)))


def _by_side(changes: Sequence[Change]) -> list[tuple[str, list[Change]]]:
    lower = [change for change in changes if not change.higher]
    higher = [change for change in changes if change.higher]
    return [(word, group) for word, group in (("lower", lower), ("higher", higher)) if group]


def _titles(changes: Sequence[Change]) -> str:
    return listed([inner(change.title) for change in changes])


def _clause(changes: Sequence[Change], word: str) -> str:
    is_plural = len(changes) > 1 or changes[0].plural
    return f"{_titles(changes)} {'were' if is_plural else 'was'} {word}"


def lede(
    readiness: str | None,
    sleep: str | None,
    workouts: int | None,
    output: str | None,
    *,
    whole_week: bool = True,
) -> str:
    """One line of what the week was, made of the known figures only; empty when there are none.

    `whole_week` says whether it is known of every day whether there was a workout.
    """
    scores = [
        f"{name} {score}" for name, score in (("readiness", readiness), ("sleep", sleep)) if score
    ]
    averages = [scores[0].replace(" ", " averaged ", 1), *scores[1:]] if scores else []
    noun = "workout" if whole_week else "known workout"
    # A day of which the number is unknown may well have had one.
    is_told = workouts is not None and (whole_week or workouts > 0)
    trained = (
        []
        if workouts is None or not is_told
        else [count(workouts, noun) + (f" and {output}" if output else "")]
    )
    return (
        capital(", with ".join(filter(None, [listed(averages), *trained]))) + "."
        if averages or trained
        else ""
    )


def moved_means(means: Sequence[tuple[str, str, str]]) -> str:
    """`Readiness averaged 68 against 79 in the four weeks before, and HRV 41 ms against 52 ms.`"""
    if not means:
        return ""
    first, *others = means
    clauses = [
        f"{capital(first[0])} averaged {first[1]} against {first[2]} in the four weeks before",
        *(f"{name} {week} against {before}" for name, week, before in others),
    ]
    return f"{listed(clauses)}."


def moved(week: str, before: str, change: str, low: str, high: str, q: str) -> str:
    """`68 on average, 79 in the four weeks before: −11, 95 % interval −16 to −6 (q 0.004).`"""
    return (
        f"{week} on average, {before} in the four weeks before: {change}, "
        f"95\u00a0%\u00a0interval {low} to {high} (q\u00a0{q})."
    )


def moved_of(moved: int, measures: int, *, listed: int) -> str:
    """How many moved, with how often that is said where nothing did, and which are listed where
    not all are."""
    verb = "differs" if moved == 1 else "differ"
    rest = f" The {listed} least likely by chance:" if listed < moved else ""
    return (
        f"{moved} of {measures} measures {verb} from the four weeks before by more than weeks like "
        "yours usually do. Of people in whom nothing changes, at most one in five reads this once "
        f"in a year.{rest}"
    )


def nothing_moved(measures: int) -> str:
    of = f"None of the {measures} measures differs"
    opening = of if measures > 1 else "The one measure that is known does not differ"
    return f"{opening} from the four weeks before by more than weeks like yours usually do."


def too_early_to_compare(known: int, needed: int) -> str:
    if known >= needed:
        return "Not enough days of this week are known to tell what moved."
    return f"Not enough data to tell what moved ({known} of {needed} days before this week)."


def days_within(within: int, known: int, usual: str) -> str:
    """How many of the week's known days lie in the band, for example `5 of 7 days within your usual
    72 to 86.`"""
    return f"{within} of {count(known, 'day')} within your usual {usual}."


def own_median(median: str) -> str:
    return f"Four-week median: {median}"


def usual(span: str) -> str:
    return f"Your usual: {span}."


def no_band(known: int, needed: int) -> str:
    return f"No usual range yet: {known} of {needed} days needed."


def band_basis() -> str:
    return (
        "Shaded: your usual range, the middle 80\u00a0% of the 28 days before this week, of "
        "workouts the fewest and the most in a week. Dashed: the median."
    )


def workouts_before(counts: Sequence[int | None], complete: bool) -> str:
    """The counts of the weeks before, oldest first, for example `The four weeks before: 3, 4, none
    and 2.`"""
    if all(number is None for number in counts):
        return "Nothing is known of the four weeks before."
    said = listed(["no data" if number is None else str(number) for number in counts])
    return f"The four weeks before: {said}{'' if complete else ' (not every day known; dashed)'}."


def stale(source: str, newest: date, today: date) -> str:
    """That a source's newest day lies back, for example `Oura: nothing newer than Monday 3 March
    2025 …`."""
    age = count((today - newest).days, "day")
    return (
        f"{source}: nothing newer than {long_day(newest)} has arrived ({age} before this page was "
        "made)."
    )


def nothing_ever() -> str:
    return "Nothing has arrived yet: no Oura and no Peloton data is in this lake for this user."


def preview_of(first: date, last: date, week_ends: date) -> str:
    """That a page was made before its week was over, and which days it holds."""
    return (
        f"A preview: the week ends on {long_day(week_ends)}. This page holds the seven days from "
        f"{long_day(first)} to {long_day(last)}."
    )


def outdated() -> str:
    return "This page is outdated: what it was made from has changed since it was written."


def perhaps_outdated() -> str:
    """Of a page of an earlier version, of which it is not known what it was made from."""
    return "This page may be outdated: newer data has arrived since it was written."


def missing(source: str, reasons: Sequence[tuple[str, Sequence[date]]]) -> str:
    """`Oura sleep: not worn on Friday, not delivered on Saturday and Sunday.`"""
    clauses = [f"{why} on {listed(list(map(weekday, days)))}" for why, days in reasons]
    return f"{source}: {', '.join(clauses)}."


NEVER = "nothing has arrived yet"


def never_arrived(source: str) -> str:
    return f"{source}: {NEVER}."


def load_steady(day: date, chronic: str, acute: str, form: str | None) -> str:
    known = (
        f" Form on that day: {form} (chronic minus acute load of the day before)." if form else ""
    )
    return (
        f"On {long_day(day)} chronic load was {chronic} (42 days) and acute load {acute} (7 "
        f"days).{known}"
    )


def load_building(day: date, days: int, needed: int, chronic: str, acute: str) -> str:
    return (
        f"Building: {days} of {needed} days are known, and until then chronic load reads low. "
        f"On {long_day(day)} it was {chronic} (42 days), acute load {acute} (7 days)."
    )


def band(low: str, high: str) -> str:
    """What stands in place of a figure whose bounds lie too far apart."""
    return f"between {low} and {high}"


def load_unknown() -> str:
    return (
        "Training load is not known: nothing has arrived that tells of workouts or rest days "
        "up to this week."
    )


FROM_WHERE = {
    FTP: "FTP (BIO_FTP, or users.toml)",
    MAXIMUM: "maximum heart rate (BIO_MAX_HEART_RATE, or users.toml)",
    THRESHOLD: "threshold heart rate (BIO_THRESHOLD_HEART_RATE, or users.toml)",
    RESTING: "resting heart rate (from nights with Oura)",
}
"""What a load is made from, with where it is told."""


def bounded_workouts(workouts: int, days: int, lacks: Sequence[Lacking] = ()) -> str:
    """How workouts without a measured load are counted, and what each of them lacks for one."""
    verb, counts = ("has", "counts") if workouts == 1 else ("have", "count")
    said = (
        f"Of the {days} days, {count(workouts, 'workout')} {verb} no measured load and {counts} as "
        "a range from 0 to what such a workout can reach"
    )
    reasons = Counter(map(_lacking, lacks)).most_common()
    told = (f"{number} {reason}" for reason, number in reasons)
    return f"{said}: {'; '.join(told)}." if reasons else f"{said}."


def _from_where(name: str) -> str:
    return FROM_WHERE.get(name, name)


def _lacking(lacks: Lacking) -> str:
    """`with a heart rate, without a resting heart rate (…)`: what one of them lacks."""
    ways = {"power": lacks.by_power, "heart rate": lacks.by_heart_rate}
    told = [
        f"with {way}, without {listed(list(map(_from_where, names)))}"
        for way, names in ways.items()
        if names
    ]
    return ", or ".join(told) or "with neither power nor heart rate"


def unknown_days(unknown: int, days: int) -> str:
    """How days of which nothing is known are counted."""
    counts = "it counts" if unknown == 1 else "they count"
    return (
        f"Of {count(unknown, 'day')} among the {days} it is not known whether there was a workout; "
        f"{counts} as a range from 0 to your usual training day."
    )


def load_estimated() -> str:
    return "Loads by power are estimates: from average power, as normalised power is not delivered."


def load_basis() -> str:
    return (
        "A load of 100 is an hour at threshold. Pale and shaded: between the bounds of what is "
        "not measured."
    )


def whisker_basis() -> str:
    return (
        "Dot: the correlation. Line: its 95\u00a0% interval; where it crosses 0, none is possible "
        "too. A filled dot was found, an open one was not, or was not tested. The bar at a chart's "
        "right edge shows which part of 0 to 100 is drawn; dotted lines: Oura's 70 (good) and 85 "
        "(optimal)."
    )


METHOD = (
    (
        "Means are over the days that are known; a missing day is left out, never filled in or "
        "counted as zero."
    ),
    (
        "Usual means the middle 80\u00a0% of your own days in the four weeks before this one, so "
        "about one day in five lies outside by its making. Days are held against it by the figures "
        "that are shown."
    ),
    (
        "A measure is listed as moved when the week's mean differs from the four weeks before by "
        "more than your own days make likely, as they vary and resemble those up to eight days "
        "before, none of them counted as farther from their median than 2.5 standard deviations "
        "(t test on the variance of an autoregressive process: q at most 0.05, p below 0.005, and "
        "a 95 % interval without 0)."
    ),
    (
        "n is the number of days or pairs looked at, n_eff how many independent ones they are "
        "worth, q the share of false findings to expect among those listed as found or moved "
        "(Benjamini-Hochberg over all tests of this report, with a fixed share for those of the "
        "week, so that a year of them has a false one for one person in five at most)."
    ),
    (
        "A night is filed under the day on which it ends. Readiness contains the night before it, "
        "so the two are partly the same measurement."
    ),
    (
        "This page describes. Two things that go together need not have anything to do with each "
        "other."
    ),
)
