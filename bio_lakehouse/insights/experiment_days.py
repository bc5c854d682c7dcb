"""gold.experiment_days: each assigned day of each self-experiment up to today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from bio_lakehouse.gold.schemas import EXPERIMENT_DAYS
from bio_lakehouse.lake.experiment_log import Experiment, Plan, Unit

Outcomes = Mapping[date, float]
"""The known values of an outcome by their own day."""

INTERVENTION, USUAL = "intervention", "usual"
FEWEST_KNOWN: Mapping[int, int] = {7: 3, 1: 1}
"""How many of a unit's outcomes must be known, by its length in days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedDay:
    """One day of an experiment: what it was assigned to, whether that was kept to (None where
    nobody said), and the day whose outcome counts for it.

    `unit` and `pair` count from 1, `units` is how many the plan has. `is_counted` is False in a
    washout. `is_stopped` is True on the day on which the person ended the experiment early.
    """

    user_id: str
    day: date
    experiment_id: str
    name: str
    unit_kind: Unit
    unit: int
    units: int
    pair: int
    arm: str
    is_counted: bool
    kept: bool | None
    note: str | None
    outcome: str
    outcome_day: date
    is_outcome_known: bool
    first_day: date
    analysed_on: date
    is_stopped: bool
    commitment: str

    @property
    def is_intervention(self) -> bool:
        """Whether the day was assigned to what is tried."""
        return self.arm == INTERVENTION


def assigned_days(experiment: Experiment, last: date, outcomes: Outcomes) -> list[AssignedDay]:
    """An experiment's days up to `last`; later ones are not told, so that nobody acts on them."""
    plan, end = experiment.plan, min(experiment.last_day, last)
    length = (end - plan.first_day).days + 1
    days = (plan.first_day + timedelta(number) for number in range(length))
    commitment = plan.commitment
    return [assigned_day(experiment, commitment, day, outcomes) for day in days]


def assigned_day(
    experiment: Experiment, commitment: str, day: date, known: Outcomes
) -> AssignedDay:
    """One assigned day; `known` are the known outcomes."""
    plan = experiment.plan
    unit, outcome_day = plan.unit_of(day), day + timedelta(plan.lag_days)
    return AssignedDay(
        user_id=plan.user_id,
        day=day,
        experiment_id=plan.experiment_id,
        name=plan.name,
        unit_kind=plan.unit,
        unit=unit + 1,
        units=len(plan.arms),
        pair=unit // 2 + 1,
        arm=INTERVENTION if plan.arms[unit] else USUAL,
        is_counted=is_counted(plan, day),
        kept=experiment.kept.get(day),
        note=experiment.notes.get(day),
        outcome=plan.outcome,
        outcome_day=outcome_day,
        is_outcome_known=outcome_day in known,
        first_day=plan.first_day,
        analysed_on=plan.analysed_on,
        is_stopped=day == experiment.stopped_on,
        commitment=commitment,
    )


def is_counted(plan: Plan, day: date) -> bool:
    """Whether a day's outcome counts: the first day of a week carries over from the one before."""
    return (day - plan.first_day_of(plan.unit_of(day))).days >= plan.washout_days


def unit_mean(begin: date, length: int, lag: int, washout: int, outcomes: Outcomes) -> float | None:
    """The mean of a unit's known outcomes, its washout left out; None where too few are known."""
    days = [begin + timedelta(number + lag) for number in range(washout, length)]
    known = [outcomes[day] for day in days if day in outcomes]
    return sum(known) / len(known) if len(known) >= FEWEST_KNOWN[length] else None


def to_rows(days: Iterable[AssignedDay]) -> pa.Table:
    """Assigned days as rows of gold.experiment_days."""
    rows = [row_of(day) for day in days]
    return pa.Table.from_pylist(rows, schema=EXPERIMENT_DAYS.arrow)


def row_of(day: AssignedDay) -> dict[str, Any]:
    """An assigned day as a row of gold.experiment_days."""
    return {name: getattr(day, name) for name in EXPERIMENT_DAYS.column_names}


def from_rows(rows: pa.Table) -> list[AssignedDay]:
    """The days that `to_rows` was given, by user and day."""
    ordered = rows.sort_by([("user_id", "ascending"), ("day", "ascending")])
    made: list[dict[str, Any]] = ordered.to_pylist()
    return [AssignedDay(**row) for row in made]
