"""gold.self_experiment: what a person's own randomised experiment came to, from its planned end on.

Intention to treat: a day counts for what it was assigned to, whatever was done on it, since only
the assignment was left to chance; how far it was kept to is told beside the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from bio_lakehouse.gold.measures import Measure
from bio_lakehouse.gold.schemas import SELF_EXPERIMENT
from bio_lakehouse.insights import experiment_sentences as sentences
from bio_lakehouse.insights.experiment_days import FEWEST_KNOWN, AssignedDay, Outcomes
from bio_lakehouse.insights.experiment_design import BY_COLUMN, FEWEST_PAIRS
from bio_lakehouse.insights.experiment_sentences import TOLD_DAYS, Adherence
from bio_lakehouse.insights.statistics.randomisation import ALPHA, PairedResult, paired_test
from bio_lakehouse.lake.experiment_log import UNIT_DAYS, Unit

AS_THEY_ARE = (
    *("user_id", "experiment_id", "name", "status", "unit_kind", "outcome"),
    *("first_day", "last_day", "pairs", "pairs_planned", "needed", "commitment"),
)
"""What a row says as the result does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentResult:
    """The analysis of one experiment with what was known as of a day.

    `test` is None with fewer than `needed` of the `pairs_planned` pairs known on both sides.
    """

    user_id: str
    as_of: date
    experiment_id: str
    name: str
    unit_kind: Unit
    outcome: str
    first_day: date
    last_day: date
    test: PairedResult | None
    pairs: int
    pairs_planned: int
    adherence: Adherence
    commitment: str
    needed: int = FEWEST_PAIRS

    @property
    def status(self) -> str:
        """`effect`, `inconclusive` or `not enough data`."""
        if self.test is None:
            return "not enough data"
        return "effect" if self.test.p <= ALPHA else "inconclusive"

    @property
    def measure(self) -> Measure:
        """What the outcome is measured as."""
        return BY_COLUMN[self.outcome]


def analyse(days: Sequence[AssignedDay], outcomes: Outcomes, as_of: date) -> ExperimentResult:
    """The result of an experiment, of which `days` are all days in order.

    Raises ValueError before its planned end, or where a day is missing: nothing is told of a part.
    """
    one = days[0]
    assigned = one.units * UNIT_DAYS[one.unit_kind]
    if as_of < one.analysed_on or len(days) != assigned or days[-1].is_stopped:
        raise ValueError(f"{one.experiment_id} is not to be analysed as of {as_of}")
    known = {day: value for day, value in outcomes.items() if day <= as_of}
    differences = paired_differences(days, known)
    enough = len(differences) >= FEWEST_PAIRS
    seed = int(one.commitment[:8], 16)
    return ExperimentResult(
        user_id=one.user_id,
        as_of=as_of,
        experiment_id=one.experiment_id,
        name=one.name,
        unit_kind=one.unit_kind,
        outcome=one.outcome,
        first_day=one.day,
        last_day=days[-1].day,
        test=paired_test(np.array(differences), seed) if enough else None,
        pairs=len(differences),
        pairs_planned=one.units // 2,
        adherence=adherence_of(days),
        commitment=one.commitment,
    )


def paired_differences(days: Iterable[AssignedDay], outcomes: Outcomes) -> list[float]:
    """Of each pair whose sides are both known the mean as assigned to the intervention less that
    as usual."""
    sides: dict[int, dict[str, list[float]]] = {}
    for day in days:
        of_arm = sides.setdefault(day.pair, {}).setdefault(day.arm, [])
        if day.is_counted and day.outcome_day in outcomes:
            of_arm.append(outcomes[day.outcome_day])
        fewest = FEWEST_KNOWN[UNIT_DAYS[day.unit_kind]]
    found = []
    for pair in sides.values():
        with_it, as_usual = (pair.get(arm, []) for arm in ("intervention", "usual"))
        if min(len(with_it), len(as_usual)) >= fewest:
            found.append(float(np.mean(with_it) - np.mean(as_usual)))
    return found


def adherence_of(days: Iterable[AssignedDay]) -> Adherence:
    """How many days were kept to, were not, and were not marked."""
    marks = Counter(day.kept for day in days)
    return Adherence(marks[True], marks[False], marks[None])


def described(days: Sequence[AssignedDay], outcomes: Outcomes) -> str:
    """What an experiment that was ended early came to, in plain words: no test, no conclusion."""
    one, means = days[0], list[tuple[float | None, int]]()
    for arm in ("intervention", "usual"):
        counted = [day.outcome_day for day in days if day.arm == arm and day.is_counted]
        known = [outcomes[day] for day in counted if day in outcomes]
        means.append((float(np.mean(known)) if known else None, len(known)))
    return sentences.stopped(
        one.name, one.unit_kind, BY_COLUMN[one.outcome], days[-1].day, means, adherence_of(days)
    )


def narrate(result: ExperimentResult) -> str:
    """The result in plain words; only where the test found an effect does it say what changed
    what."""
    test = result.test
    if test is None:
        return sentences.too_few(
            result.name,
            result.unit_kind,
            result.measure,
            result.pairs,
            result.pairs_planned,
            result.needed,
        )
    say = sentences.effect if result.status == "effect" else sentences.inconclusive
    return say(
        sentences.Analysed(
            result.name,
            result.unit_kind,
            result.measure,
            test.effect,
            test.interval,
            test.p,
            test.pairs,
            result.adherence,
        )
    )


def is_told(analysed_on: date, day: date) -> bool:
    """Whether `day` is among those that have the result of an experiment."""
    return analysed_on <= day < analysed_on + timedelta(TOLD_DAYS)


def to_rows(results: Iterable[ExperimentResult]) -> pa.Table:
    """Results as rows of gold.self_experiment."""
    rows = [row_of(result) for result in results]
    return pa.Table.from_pylist(rows, schema=SELF_EXPERIMENT.arrow)


def row_of(result: ExperimentResult) -> dict[str, Any]:
    """A result as a row of gold.self_experiment."""
    test = result.test
    low, high = test.interval if test else (None, None)
    return {
        **{name: getattr(result, name) for name in AS_THEY_ARE},
        "day": result.as_of,
        "effect": test.effect if test else None,
        "interval_low": low,
        "interval_high": high,
        "p": test.p if test else None,
        "assignments": test.assignments if test else None,
        "is_exact": test.is_exact if test else None,
        "days_kept": result.adherence.kept,
        "days_not_kept": result.adherence.not_kept,
        "days_unmarked": result.adherence.unmarked,
        "narrative": narrate(result),
    }
