"""What is said of a self-experiment: plain functions of plain values.

Only here may a sentence say that one thing changed another, and only in `effect`: the lake itself
drew what was done when, so that nothing else stood behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bio_lakehouse.english import count, dated, listed, long_day, short_day, span
from bio_lakehouse.gold.measures import Measure
from bio_lakehouse.lake.experiment_log import Experiment
from bio_lakehouse.numbers import (
    MINUTES_AN_HOUR,
    number_text,
    probability_text,
    signed_text,
)

TOLD_DAYS = 28
"""Days from its end on of which each has the result: four weekly reports."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Adherence:
    """Of how many assigned days the person said that what was assigned was kept to, or was not,
    and of how many nothing."""

    kept: int
    not_kept: int
    unmarked: int

    @property
    def days(self) -> int:
        """All assigned days."""
        return self.kept + self.not_kept + self.unmarked


def named(name: str) -> str:
    """What the person called it, in quotation marks."""
    return f"“{name}”"


def assigned(name: str, is_intervention: bool) -> str:
    """`“no alcohol”`, or `as usual`."""
    return named(name) if is_intervention else "as usual"


def outcome_words(measure: Measure) -> str:
    """`readiness of the next morning`, `HRV of the following night`, `steps of the same day`."""
    if "night" in measure.taken:
        return f"{measure.in_sentence} of the following night"
    when = "next morning" if "morning" in measure.taken else "same day"
    return f"{measure.in_sentence} of the {when}"


def amount(measure: Measure, value: float) -> str:
    """A difference without its sign: `3.1 points`, `12 min`, `1.4 ms`."""
    return f"{number_text(abs(in_change_unit(measure, value)), decimals(measure))} {unit(measure)}"


def reach(measure: Measure, interval: Interval) -> str:
    """`−1.2 to +2.8 points`."""
    low, high = (signed_text(in_change_unit(measure, end), decimals(measure)) for end in interval)
    return f"{low} to {high} {unit(measure)}"


def in_change_unit(measure: Measure, value: float) -> float:
    """A difference in the unit in which it is told: of hours minutes."""
    return value * MINUTES_AN_HOUR if measure.form == "hours" else value


def decimals(measure: Measure) -> int:
    """Decimals of a difference."""
    return 0 if measure.form == "hours" else max(measure.decimals, 1)


def unit(measure: Measure) -> str:
    """The unit of a difference."""
    return "points" if measure.is_score else measure.change_unit or measure.in_sentence


def p_text(p: float) -> str:
    """`p = 0.016`, `p < 0.001`."""
    text = probability_text(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def pairs_text(pairs: int, unit_kind: str) -> str:
    """`8 pairs of weeks`."""
    return f"{count(pairs, 'pair')} of {unit_kind}s"


def kept_text(adherence: Adherence) -> str:
    """`52 of 56 days marked as kept`, and what was not."""
    others = [
        *([f"{adherence.not_kept} as not kept"] if adherence.not_kept else []),
        *([f"{adherence.unmarked} not marked"] if adherence.unmarked else []),
    ]
    told = f"{adherence.kept} of {adherence.days} days marked as kept"
    return ", ".join([told, *others])


@dataclass(frozen=True, slots=True)
class Analysed:
    """What the sentences of a result are made of: the mean difference of the pairs in the measure's
    own unit with its 95 % interval, and the two-sided p over `pairs` of units."""

    name: str
    unit_kind: str
    measure: Measure
    difference: float
    interval: Interval
    p: float
    pairs: int
    adherence: Adherence

    @property
    def difference_text(self) -> str:
        return amount(self.measure, self.difference)

    @property
    def interval_text(self) -> str:
        return reach(self.measure, self.interval)

    @property
    def basis_text(self) -> str:
        """`p = 0.012; 8 pairs of weeks, 52 of 56 days marked as kept`."""
        pairs = pairs_text(self.pairs, self.unit_kind)
        return f"{p_text(self.p)}; {pairs}, {kept_text(self.adherence)}"


def effect(of: Analysed) -> str:
    """The result of an experiment that found an effect: intention to treat, so what assigning
    did."""
    verb = "raised" if of.difference > 0 else "lowered"
    return (
        f"In your experiment, assigning a {of.unit_kind} to {named(of.name)} {verb} "
        f"{outcome_words(of.measure)} by {of.difference_text} (95 % interval {of.interval_text}, "
        f"{of.basis_text}).{little_marked(of.adherence)}"
    )


def little_marked(adherence: Adherence) -> str:
    """What a reader must know where hardly anything was marked; empty where it was."""
    if 2 * adherence.unmarked <= adherence.days:
        return ""
    return " Most days were not marked, so it is not known how far the plan was lived by."


def inconclusive(of: Analysed) -> str:
    """The result of one that found none, with what it leaves possible."""
    side = "higher" if of.difference > 0 else "lower"
    return (
        f"Your experiment {named(of.name)} is over and does not tell: {outcome_words(of.measure)} "
        f"was {of.difference_text} {side} on average where a {of.unit_kind} was assigned to it, "
        f"and everything from {of.interval_text} is possible (95 % interval, {of.basis_text}). "
        f"That is not the same as no effect.{little_marked(of.adherence)}"
    )


def too_few(
    name: str, unit_kind: str, measure: Measure, pairs: int, planned: int, needed: int
) -> str:
    """The result of one of which too little is known."""
    return (
        f"Your experiment {named(name)} is over and cannot be analysed: of "
        f"{pairs_text(planned, unit_kind)} {pairs} have a known {measure.in_sentence} on both "
        f"sides, and {needed} are needed."
    )


def stopped(
    name: str,
    unit_kind: str,
    measure: Measure,
    day: date,
    means: Sequence[tuple[float | None, int]],
    adherence: Adherence,
) -> str:
    """What one that was ended early came to: described and not analysed. `means` are the mean and
    the number of known outcomes as assigned to the intervention, then as usual."""
    sides = zip((f"where {named(name)} was assigned", "as usual"), means, strict=True)
    told = [f"{_mean(measure, mean)} {where} ({n} known)" for where, (mean, n) in sides]
    averaged = f"{outcome_words(measure)} averaged {listed(told)}"
    if not any(n for _, n in means):
        averaged = f"nothing is known of {outcome_words(measure)}"
    return (
        f"You ended {named(name)} on {dated(day)}, before its end, so it is described and not "
        f"analysed: {averaged}; {kept_text(adherence)}. "
        f"Whoever may stop when a {unit_kind} looks right finds what was never there, so nothing "
        "can be concluded from it."
    )


def never_began(name: str, day: date) -> str:
    """What one came to that was ended before its first day."""
    return f"You ended {named(name)} on {dated(day)}, before its first day."


def _mean(measure: Measure, mean: float | None) -> str:
    return "unknown" if mean is None else measure.of_many_days.text(mean)


def not_yet(name: str, analysed_on: date, adherence: Adherence) -> str:
    """Why a result is not told yet, with what may be told."""
    so_far = kept_text(adherence) if adherence.days else "no day has been assigned yet"
    return (
        f"{named(name)} is analysed on {dated(analysed_on)} and not before: whoever looks earlier, "
        f"and may stop, finds what is not there. So far: {so_far}"
    )


def planned(
    name: str,
    unit_kind: str,
    measure: Measure,
    pairs: int,
    first: date,
    last: date,
    washout_days: int,
) -> tuple[str, ...]:
    """What an experiment will do, a line each."""
    washout = (
        f" The first day of a {unit_kind} is left out, as it may carry over from the one before."
        if washout_days
        else f" What carries over from one {unit_kind} to the next counts against the difference."
    )
    return (
        f"{named(name)}: {pairs_text(pairs, unit_kind)}, {span(first, last)}.",
        f"Of each pair one {unit_kind} is assigned to {named(name)} and the other is as usual. "
        "Which comes first was drawn by chance and is fixed.",
        f"Outcome: {outcome_words(measure)}.{washout}",
    )


def promised(
    measure: Measure, analysed_on: date, smallest_p: float, detectable: float | None
) -> tuple[str, ...]:
    """When an experiment is analysed and what it can find, a line each."""
    power = (
        "Too little is known of your last 180 days to say which difference it can find."
        if detectable is None
        else f"On your own last 180 days it finds a difference of {amount(measure, detectable)} "
        "with a chance of 80 %; a smaller one often stays unseen."
    )
    return (
        f"It is analysed on {dated(analysed_on)} and not before. The smallest p that it can reach "
        f"is {probability_text(smallest_p).removeprefix('< ')}.",
        power,
    )


def now(
    name: str, unit_kind: str, is_intervention: bool, number: int, units: int, last: date
) -> str:
    """What is assigned to the week or day that is going on."""
    until = f", up to {long_day(last)}" if unit_kind == "week" else ""
    this = "This week" if unit_kind == "week" else "Today"
    return f"{this}: {assigned(name, is_intervention)} ({unit_kind} {number} of {units}{until})."


def following(name: str, is_intervention: bool, first: date) -> str:
    """What is assigned to the next week or day."""
    return f"Next, from {long_day(first)}: {assigned(name, is_intervention)}."


def beginning(name: str, is_intervention: bool, first: date) -> str:
    """What is assigned to the first unit, and from which day on."""
    return f"From {long_day(first)}: {assigned(name, is_intervention)}."


def running_week(
    name: str,
    is_intervention: bool,
    number: int,
    units: int,
    marked: tuple[int, int],
    analysed_on: date,
) -> str:
    """How an experiment in weeks stood at the end of a report's week, of which so many days of so
    many were marked."""
    return (
        f"Experiment {named(name)}, week {number} of {units}. Assigned to this week: "
        f"{assigned(name, is_intervention)}. {marks_of(*marked)} {after(analysed_on)}"
    )


def running_days(
    name: str,
    number: int,
    units: int,
    assigned_days: tuple[int, int],
    marked: int,
    analysed_on: date,
) -> str:
    """How an experiment in days stood at the end of a report's week, of which so many days were
    assigned to the intervention and as usual."""
    to_it, as_usual = assigned_days
    return (
        f"Experiment {named(name)}, day {number} of {units}. Assigned in this week: {named(name)} "
        f"to {count(to_it, 'day')}, as usual to {count(as_usual, 'day')}. "
        f"{marks_of(marked, to_it + as_usual)} {after(analysed_on)}"
    )


def marks_of(marked: int, days: int) -> str:
    """`Marked 5 of 7 days.`"""
    return f"Marked {marked} of {count(days, 'day')}."


def after(analysed_on: date) -> str:
    """On which day it is analysed."""
    return f"It is analysed on {dated(analysed_on)} and not before."


def begins(name: str, first: date) -> str:
    """That an experiment is still to begin."""
    return f"{named(name)} begins on {long_day(first)}."


def all_over(name: str, analysed_on: date, today: date) -> str:
    """That nothing is assigned any more, and when or where its result is told."""
    if today >= analysed_on:
        return f"All days of {named(name)} are over: `bio-lakehouse experiment result` tells it."
    return f"All days of {named(name)} are over; it is analysed from {dated(analysed_on)} on."


def ended_early(name: str, day: date) -> str:
    """That an experiment was stopped, in the report of that week."""
    return (
        f"Experiment {named(name)} was ended early, on {short_day(day)}: it is described and not "
        "analysed."
    )


def state(experiment: Experiment, today: date) -> str:
    """How an experiment stands, in a few words."""
    plan = experiment.plan
    if experiment.problem:
        return f"not to be trusted, as {experiment.problem}"
    if experiment.stopped_on:
        return f"ended early on {experiment.stopped_on}"
    if experiment.has_ended(today):
        return "over; bio-lakehouse experiment result tells what it came to"
    if today < plan.first_day:
        return f"begins on {long_day(plan.first_day)}"
    if today > plan.last_day:
        return f"analysed on {plan.analysed_on}"
    return f"{plan.unit} {plan.unit_of(today) + 1} of {len(plan.arms)}"
