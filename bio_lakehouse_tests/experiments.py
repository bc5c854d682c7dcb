"""Self-experiments for tests: plans that were drawn, and made-up outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from bio_lakehouse.gold.measures import READINESS, Measure
from bio_lakehouse.insights.experiment_days import AssignedDay, assigned_days
from bio_lakehouse.insights.experiment_design import draw_plan
from bio_lakehouse.lake.experiment_log import Experiment, Plan, Unit

MONDAY = date(2026, 3, 2)


def plan_of(
    unit: Unit = "week",
    pairs: int = 8,
    measure: Measure = READINESS,
    name: str = "no alcohol",
    first_day: date = MONDAY,
    draw: Callable[[int], int] = lambda pairs: 0b1011001110001011 % 2**pairs,
) -> Plan:
    return draw_plan("me", name, unit, measure, first_day, pairs, draw)


def outcomes_with(
    plan: Plan, effect: float, noise: np.ndarray | None = None, level: float = 75.0
) -> dict[date, float]:
    """An outcome of each assigned day, higher by `effect` where the intervention was assigned."""
    length = (plan.last_day - plan.first_day).days + 1
    values = np.zeros(length) if noise is None else noise[:length]
    found = {}
    for number, value in enumerate(values):
        day = plan.first_day + timedelta(number)
        lifted = effect * plan.arms[plan.unit_of(day)]
        found[day + timedelta(plan.lag_days)] = level + float(value) + lifted
    return found


def days_of(plan: Plan, outcomes: dict[date, float], **events: object) -> list[AssignedDay]:
    return assigned_days(replace(Experiment(plan), **events), plan.last_day, outcomes)
