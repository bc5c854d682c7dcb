"""What a weekly report says of the person's own experiments: how the one that goes on stands, and
what one came to that has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bio_lakehouse.insights import experiment_sentences
from bio_lakehouse.insights.experiment_days import AssignedDay


def box_of(week: Sequence[AssignedDay], results: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """A sentence an experiment: of `results`, rows of gold.self_experiment as of the report's day,
    what they say; of the one that `week` has days of how it stands.

    Before its end nothing of its outcome is told, whatever the rows of other tables say.
    """
    told = [str(row["narrative"]) for row in results]
    known = {row["experiment_id"] for row in results}
    by_experiment: dict[str, list[AssignedDay]] = {}
    for day in week:
        by_experiment.setdefault(day.experiment_id, []).append(day)
    going_on = (days for name, days in by_experiment.items() if name not in known)
    return (*told, *map(how_it_stands, going_on))


def how_it_stands(days: Sequence[AssignedDay]) -> str:
    """How an experiment stood on the last of its `days` in a week."""
    last = days[-1]
    if last.is_stopped:
        return experiment_sentences.ended_early(last.name, last.day)
    marked = sum(day.kept is not None for day in days)
    if last.unit_kind == "day":
        to_it = sum(day.is_intervention for day in days)
        return experiment_sentences.running_days(
            last.name,
            last.unit,
            last.units,
            (to_it, len(days) - to_it),
            marked,
            last.analysed_on,
        )
    return experiment_sentences.running_week(
        last.name,
        last.is_intervention,
        last.unit,
        last.units,
        (marked, len(days)),
        last.analysed_on,
    )
