"""What the commands of self-experiments print, line by line.

Nothing here looks at an outcome by what was assigned, and of assignments to come only the next one
is told unless all are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bio_lakehouse.build.experiment_events import days_so_far, detectable
from bio_lakehouse.command_parts import lake_words
from bio_lakehouse.english import dated
from bio_lakehouse.insights import experiment_sentences as sentences
from bio_lakehouse.insights.experiment_design import BY_COLUMN
from bio_lakehouse.insights.self_experiment import adherence_of
from bio_lakehouse.insights.statistics.randomisation import smallest_p
from bio_lakehouse.lake.experiment_log import Experiment, Plan, experiments_of
from bio_lakehouse.lake.lakehouse import Lakehouse


def plan_lines(lake: Lakehouse, plan: Plan) -> Iterator[str]:
    """What an experiment that was just started will do, and what it can find."""
    measure = BY_COLUMN[plan.outcome]
    yield from design_lines(plan)
    yield from sentences.promised(
        measure, plan.analysed_on, smallest_p(plan.pairs), detectable(lake, plan)
    )
    yield following_line(plan, 0)
    words = lake_words(lake.settings.home, plan.user_id)
    today, mark = f"experiment today{words}", f"experiment mark yes{words}"
    yield f"Each day: bio-lakehouse {today}, and bio-lakehouse {mark} (or no)"
    yield commitment_line(plan)


def design_lines(plan: Plan) -> Iterator[str]:
    """What is compared with what, on which days."""
    yield from sentences.planned(
        plan.name,
        plan.unit,
        BY_COLUMN[plan.outcome],
        plan.pairs,
        plan.first_day,
        plan.last_day,
        plan.washout_days,
    )


def commitment_line(plan: Plan) -> str:
    """The checksum by which a plan that was changed is known."""
    return f"Fixed as SHA-256 {plan.commitment}"


def today_lines(experiment: Experiment, today: date, *, every: bool) -> Iterator[str]:
    """What is assigned now and next; with `every` all that was drawn."""
    plan = experiment.plan
    if experiment.stopped_on:
        yield sentences.ended_early(plan.name, experiment.stopped_on)
    elif today > plan.last_day:
        yield sentences.all_over(plan.name, plan.analysed_on, today)
    elif today < plan.first_day:
        yield sentences.begins(plan.name, plan.first_day)
        yield following_line(plan, 0)
    else:
        yield from current_lines(experiment, today)
    if every:
        yield from (unit_line(plan, unit) for unit in range(len(plan.arms)))


def current_lines(experiment: Experiment, today: date) -> Iterator[str]:
    """What is assigned to the unit that goes on, and to the next, and whether today is marked."""
    plan = experiment.plan
    unit = plan.unit_of(today)
    last = plan.first_day_of(unit + 1) - timedelta(1)
    yield sentences.now(plan.name, plan.unit, plan.arms[unit], unit + 1, len(plan.arms), last)
    if unit + 1 < len(plan.arms):
        yield following_line(plan, unit + 1)
    if today not in experiment.kept:
        yield "Today is not marked yet: bio-lakehouse experiment mark yes (or no)"


def following_line(plan: Plan, unit: int) -> str:
    """What is assigned to a unit, counted from 0, and from which day on."""
    say = sentences.following if unit else sentences.beginning
    return say(plan.name, plan.arms[unit], plan.first_day_of(unit))


def unit_line(plan: Plan, unit: int) -> str:
    """A unit of the plan, counted from 0, and what was drawn for it."""
    words = sentences.assigned(plan.name, plan.arms[unit])
    return f"{plan.first_day_of(unit)}  {plan.unit} {unit + 1}: {words}"


def status_lines(lake: Lakehouse, experiment: Experiment) -> Iterator[str]:
    """The design of an experiment, how it stands, and how far it was kept to."""
    plan, today = experiment.plan, lake.settings.today(experiment.plan.user_id)
    yield from design_lines(plan)
    yield from today_lines(experiment, today, every=False)
    told = adherence_of(days_so_far(lake, experiment))
    if told.days:
        yield f"{sentences.kept_text(told)}."
    if not experiment.has_ended(today):
        yield f"It is analysed on {dated(plan.analysed_on)} and not before."
    yield commitment_line(plan)


def list_lines(lake: Lakehouse, user_id: str) -> Iterator[str]:
    """A line an experiment, oldest first."""
    today, known = lake.settings.today(user_id), experiments_of(lake.objects, user_id)
    if not known:
        yield 'There is none yet: bio-lakehouse experiment start "no alcohol"'
    for experiment in known:
        plan = experiment.plan
        what = f"{sentences.named(plan.name)}, {BY_COLUMN[plan.outcome].in_sentence}"
        pairs = sentences.pairs_text(plan.pairs, plan.unit)
        told = sentences.state(experiment, today)
        yield f"{plan.first_day} to {plan.last_day}  {what}, {pairs}: {told}"
