"""The tables of self-experiments, from what people said of them and the known outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from bio_lakehouse.build.load import LAST_DAY
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import EXPERIMENT_DAYS, SELF_EXPERIMENT
from bio_lakehouse.insights import experiment_days, self_experiment
from bio_lakehouse.insights.experiment_days import AssignedDay, assigned_days
from bio_lakehouse.insights.experiment_design import MOST_PAIRS
from bio_lakehouse.insights.experiment_sentences import TOLD_DAYS
from bio_lakehouse.insights.self_experiment import ExperimentResult, analyse, is_told
from bio_lakehouse.lake.experiment_log import (
    UNIT_DAYS,
    experiments_of,
    users_with_experiments,
)
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.log import days_between
from bio_lakehouse.lake.tables import Commit

DAYS_READ = 2 + TOLD_DAYS + max(2 * MOST_PAIRS[unit] * days for unit, days in UNIT_DAYS.items())
"""Days up to its own of which a result may be made: the longest plan, and what comes after it."""


def build_experiment_days(lake: Lakehouse) -> Commit:
    """Make gold.experiment_days anew up to today, for every user: a mark, a stop or an outcome is
    news of earlier days."""
    with exclusively(lake, EXPERIMENT_DAYS.full_name):
        rows = experiment_days.to_rows(every_assigned_day(lake))
        return lake.tables.replace(EXPERIMENT_DAYS, rows, lake.settings.first_day, LAST_DAY)


def every_assigned_day(lake: Lakehouse) -> Iterator[AssignedDay]:
    """The assigned days of every user up to their today; of an experiment whose plan cannot be
    trusted none."""
    for user_id in users_with_experiments(lake.objects):
        today = lake.settings.today(user_id)
        for experiment in experiments_of(lake.objects, user_id):
            if not experiment.problem:
                plan = experiment.plan
                known = outcomes_of(lake, user_id, plan.outcome, plan.first_day, today)
                yield from assigned_days(experiment, today, known)


def outcomes_of(
    lake: Lakehouse, user_id: str, column: str, first: date, last: date
) -> dict[date, float]:
    """A user's known values of a column of gold's daily table, by day."""
    if not lake.tables.exists(DAILY.full_name):
        return {}
    rows = lake.tables.scan(DAILY.full_name, first, last, user_id, ["user_id", "day", column])
    pairs = zip(rows["day"].to_pylist(), rows[column].to_pylist(), strict=True)
    return {day: float(value) for day, value in pairs if value is not None}


def build_self_experiment(lake: Lakehouse, first: date, last: date) -> Commit:
    """Replace the results as of the days `first` to `last`, of all users."""
    with exclusively(lake, SELF_EXPERIMENT.full_name):
        rows = self_experiment.to_rows(results_between(lake, first, last))
        return lake.tables.replace(SELF_EXPERIMENT, rows, first, last)


def results_between(lake: Lakehouse, first: date, last: date) -> Iterator[ExperimentResult]:
    """The result of every experiment that came to its planned end, as of each of the days that
    tell it."""
    rows = lake.tables.read(EXPERIMENT_DAYS, first - timedelta(DAYS_READ), last)
    known = experiment_days.from_rows(rows)
    for _, grouped in groupby(known, key=lambda day: (day.user_id, day.experiment_id)):
        days = list(grouped)
        one = days[0]
        if not is_whole(days):
            continue
        told = [day for day in days_between(first, last) if is_told(one.analysed_on, day)]
        if told:
            outcomes = outcomes_of(lake, one.user_id, one.outcome, one.first_day, told[-1])
            yield from (analyse(days, outcomes, as_of) for as_of in told)


def is_whole(days: list[AssignedDay]) -> bool:
    """Whether these are all days of an experiment that was not ended early."""
    one = days[0]
    return len(days) == one.units * UNIT_DAYS[one.unit_kind] and not days[-1].is_stopped


def experiment_days_lack(lake: Lakehouse, day: date) -> bool:
    """Whether gold.experiment_days does not have what people said of the days of which a report of
    `day` tells."""
    if not users_with_experiments(lake.objects):
        return False
    first = day - timedelta(DAYS_READ)
    made = experiment_days.from_rows(lake.tables.read(EXPERIMENT_DAYS, first, day))
    said = (one for one in every_assigned_day(lake) if first <= one.day <= day)
    return made != sorted(said, key=lambda one: (one.user_id, one.day))
