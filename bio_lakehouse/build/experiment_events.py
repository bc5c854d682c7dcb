"""What a person says of a self-experiment, taken into the lake: a start, marks, a stop.

What follows from it in gold is owed to the days that it is about, so that the next run makes them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from bio_lakehouse.build.experiments import outcomes_of
from bio_lakehouse.english import dated, listed
from bio_lakehouse.errors import ExperimentError
from bio_lakehouse.insights import experiment_design as design
from bio_lakehouse.insights import experiment_sentences as sentences
from bio_lakehouse.insights import self_experiment
from bio_lakehouse.insights.experiment_days import AssignedDay, assigned_days
from bio_lakehouse.lake.experiment_log import (
    Experiment,
    Mark,
    Plan,
    Stop,
    Unit,
    experiments_of,
    keep_event,
    keep_plan,
    next_moment,
)
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.settings import WEEKDAYS

LOCK = "experiments"


def start(
    lake: Lakehouse,
    user_id: str,
    name: str,
    unit: Unit,
    pairs: int | None,
    outcome: str,
    starts: date | None,
) -> Plan:
    """Draw and keep a plan; `ExperimentError` where it could not tell anything, or would overlap
    another of that person's."""
    today = lake.settings.today(user_id)
    ends_on = WEEKDAYS.index(lake.settings.week_ends_on)
    first = design.first_day_of(unit, today, ends_on, starts)
    measure = design.OUTCOMES[outcome]
    count = design.USUAL_PAIRS[unit] if pairs is None else pairs
    with exclusively(lake, LOCK):
        plan = design.draw_plan(user_id, name, unit, measure, first, count)
        refuse_overlap(experiments_of(lake.objects, user_id), plan)
        keep_plan(lake.objects, plan)
    owe(lake, [today] if first == today else [])
    return plan


def refuse_overlap(others: Collection[Experiment], plan: Plan) -> None:
    """Raise `ExperimentError` where another experiment goes on during `plan`: what one does would
    be told of the other."""
    for other in others:
        first, last = other.plan.first_day, other.stopped_on or other.plan.last_outcome_day
        if first <= last and first < plan.analysed_on and plan.first_day <= last:
            raise ExperimentError(
                f"{sentences.named(other.plan.name)} goes on until {dated(last)}, and of two at "
                "once nobody could tell which did what: begin after that with --starts, or end it "
                "with `bio-lakehouse experiment stop`"
            )


def mark(
    lake: Lakehouse, user_id: str, first: date, last: date, kept: bool, note: str
) -> tuple[Experiment, int]:
    """Keep whether what was assigned to these days was kept to: the experiment, and how many days
    are not what they were.

    `ExperimentError` where a day is still to come, or not all are of one experiment.
    """
    words = design.safe_text(note, design.LONGEST_NOTE, "note") if note else ""
    with exclusively(lake, LOCK):
        experiment = experiment_on(lake, user_id, first, last)
        days = [day.day for day in days_so_far(lake, experiment) if first <= day.day <= last]
        before = [(experiment.kept.get(day), experiment.notes.get(day, "")) for day in days]
        changed = [day for day, was in zip(days, before, strict=True) if was != (kept, words)]
        if changed:
            at, plan = next_moment(experiment), experiment.plan
            keep_event(lake.objects, plan, Mark(plan.commitment, at, first, last, kept, words))
    owe(lake, changed)
    return experiment, len(changed)


def experiment_on(lake: Lakehouse, user_id: str, first: date, last: date) -> Experiment:
    """The experiment that these days are of; `ExperimentError` where they are of none."""
    today = lake.settings.today(user_id)
    if last < first:
        raise ExperimentError(f"{first} is after {last}: write the earlier day first")
    if last > today:
        raise ExperimentError(f"{last} is still to come: mark a day when it is over")
    for experiment in reversed(experiments_of(lake.objects, user_id)):
        if experiment.plan.first_day <= first and last <= experiment.last_day:
            return checked(experiment)
    days = f"{first}" if first == last else f"{first} to {last}"
    raise ExperimentError(
        f"no experiment of {user_id!r} has {days}: `bio-lakehouse experiment list` shows which "
        "there are"
    )


def stop(lake: Lakehouse, user_id: str) -> Experiment:
    """End the experiment that goes on, or is next to begin; it is never analysed."""
    today = lake.settings.today(user_id)
    with exclusively(lake, LOCK):
        experiment = current(lake, user_id)
        plan, name = experiment.plan, sentences.named(experiment.plan.name)
        if experiment.stopped_on:
            raise ExperimentError(f"{name} was ended on {dated(experiment.stopped_on)} already")
        if today > plan.last_day:
            raise ExperimentError(f"all days of {name} are over: there is nothing left to end")
        keep_event(lake.objects, plan, Stop(plan.commitment, next_moment(experiment), today))
    owe(lake, [today])
    return replace(experiment, stopped_on=today)


def current(lake: Lakehouse, user_id: str, name: str | None = None) -> Experiment:
    """The experiment that goes on, else the next to begin, else the last; of those of that name
    where one is given. `ExperimentError` where there is none, or its plan was changed."""
    known = experiments_of(lake.objects, user_id)
    found = [one for one in known if name in (None, one.plan.name)]
    if known and not found:
        names = listed([sentences.named(one.plan.name) for one in known])
        raise ExperimentError(f"no experiment of {user_id!r} has that name; there are {names}")
    if not found:
        raise ExperimentError(
            f"{user_id!r} has no experiment: begin one with `bio-lakehouse experiment start "
            '"no alcohol"`'
        )
    today = lake.settings.today(user_id)
    chosen = next((one for one in found if not one.has_ended(today)), found[-1])
    return checked(chosen)


def checked(experiment: Experiment) -> Experiment:
    """The experiment; `ExperimentError` where its plan is not the one that was committed to."""
    if experiment.problem:
        raise ExperimentError(
            f"the plan of {sentences.named(experiment.plan.name)} cannot be trusted, so nothing is "
            f"told of it: {experiment.problem}. Take its folder from a backup"
        )
    return experiment


def days_so_far(lake: Lakehouse, experiment: Experiment) -> list[AssignedDay]:
    """The days of an experiment up to the person's today."""
    plan, today = experiment.plan, lake.settings.today(experiment.plan.user_id)
    known = outcomes_of(lake, plan.user_id, plan.outcome, plan.first_day, today)
    return assigned_days(experiment, today, known)


def result_text(lake: Lakehouse, experiment: Experiment) -> str:
    """What an experiment came to; `ExperimentError`, with how far it was kept to and no word of its
    outcome, before its end."""
    plan, today = experiment.plan, lake.settings.today(experiment.plan.user_id)
    days = days_so_far(lake, experiment)
    if not experiment.has_ended(today):
        told = self_experiment.adherence_of(days)
        raise ExperimentError(sentences.not_yet(plan.name, plan.analysed_on, told))
    outcomes = outcomes_of(lake, plan.user_id, plan.outcome, plan.first_day, today)
    if experiment.stopped_on:
        if not days:
            return sentences.never_began(plan.name, experiment.stopped_on)
        return self_experiment.described(days, outcomes)
    return self_experiment.narrate(self_experiment.analyse(days, outcomes, today))


def detectable(lake: Lakehouse, plan: Plan) -> float | None:
    """The difference that a plan finds with a chance of 80 %, on the person's own past."""
    today = lake.settings.today(plan.user_id)
    first = date.fromordinal(today.toordinal() - design.PAST_DAYS)
    known = outcomes_of(lake, plan.user_id, plan.outcome, first, today)
    return design.detectable_difference(plan, known, today)


def owe(lake: Lakehouse, days: Collection[date]) -> None:
    """What follows gold's daily table is owed to those of the days that the lake has."""
    begun: Any = lake.log.first_day()
    held = [day for day in days if begun and day >= max(begun, lake.settings.first_day)]
    if held:
        lake.log.owed.add_after_gold(held)
