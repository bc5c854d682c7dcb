"""Results as counts: by part, by kind, and by who answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from statistics import median
from typing import Any, get_args

from bio_lakehouse.ask.evaluation.judging import Outcome
from bio_lakehouse.ask.evaluation.question_results import Result
from bio_lakehouse.claude.usage import Usage

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Score:
    """What came of some questions.

    `accepted` of the `answerable` were answered. `answered` also counts those that have no answer
    and got one; `answered_right` of them are right. `requests` is how many were put to a language
    model.
    """

    outcomes: Mapping[Outcome, int]
    answerable: int
    accepted: int
    answered: int
    answered_right: int
    median_seconds: float
    worst_seconds: float
    requests: int
    usage: Usage
    cost_usd: float | None

    @property
    def questions(self) -> int:
        return sum(self.outcomes.values())

    @property
    def accepted_share(self) -> float | None:
        """Share of the questions that have an answer which got one."""
        return self.accepted / self.answerable if self.answerable else None

    @property
    def right_share(self) -> float | None:
        """Share of the answers that are right."""
        return self.answered_right / self.answered if self.answered else None


def score(results: Sequence[Result]) -> Score:
    """The score of some results."""
    counted = Counter(one.outcome for one in results)
    answerable = [one for one in results if one.question.has_answer]
    answered = [one for one in results if one.is_accepted]
    seconds = [one.answer.seconds for one in results] or [0.0]
    return Score(
        outcomes={outcome: counted[outcome] for outcome in OUTCOMES},
        answerable=len(answerable),
        accepted=sum(one.is_accepted for one in answerable),
        answered=len(answered),
        answered_right=sum(one.outcome == "right" for one in answered),
        median_seconds=median(seconds),
        worst_seconds=max(seconds),
        requests=sum(bool(one.answer.model) for one in results),
        usage=reduce(add, (one.answer.usage for one in results), Usage()),
        cost_usd=_cost(results),
    )


def _cost(results: Iterable[Result]) -> float | None:
    """What the asked models cost; None where one's price is unknown."""
    costs = [one.answer.cost_usd for one in results if one.answer.model]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def scores_by(results: Iterable[Result], group: Callable[[Result], str]) -> dict[str, Score]:
    """A score for each group, in the order of their first results; those without one left out."""
    groups: dict[str, list[Result]] = {}
    for one in results:
        name = group(one)
        if name:
            groups.setdefault(name, []).append(one)
    return {name: score(members) for name, members in groups.items()}


def by_part(results: Iterable[Result]) -> dict[str, Score]:
    return scores_by(results, lambda one: one.question.part)


def by_kind(results: Iterable[Result]) -> dict[str, Score]:
    return scores_by(results, lambda one: one.question.kind)


def by_source(results: Iterable[Result]) -> dict[str, Score]:
    """Of the answers alone: who gave them."""
    return scores_by(results, lambda one: one.answered_by)


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """Scores and each question's outcome; of a held-out one no more than that."""
    return {
        "all": score_json(score(results)),
        "by_part": {name: score_json(one) for name, one in by_part(results).items()},
        "by_kind": {name: score_json(one) for name, one in by_kind(results).items()},
        "answered_by": {name: score_json(one) for name, one in by_source(results).items()},
        "results": [result_json(one) for one in results],
    }


def score_json(one: Score) -> dict[str, Any]:
    return {
        "questions": one.questions,
        **{outcome.replace(" ", "_"): count for outcome, count in one.outcomes.items()},
        "have_an_answer": one.answerable,
        "accepted": one.accepted,
        "accepted_share": one.accepted_share,
        "answered": one.answered,
        "answered_right": one.answered_right,
        "right_share": one.right_share,
        "median_seconds": one.median_seconds,
        "worst_seconds": one.worst_seconds,
        "put_to_a_model": one.requests,
        "tokens": one.usage.total,
        "cost_usd": one.cost_usd,
    }


def result_json(one: Result) -> dict[str, Any]:
    told = {
        "id": one.question.id,
        "kind": one.question.kind,
        "part": one.question.part,
        "outcome": one.outcome,
        "answered_by": one.answered_by,
        "seconds": one.answer.seconds,
    }
    if one.question.part == "held-out":
        return told
    return told | {
        "question": one.question.question,
        "after": one.question.after,
        "why": one.answer.why,
        "sql": one.answer.sql,
        "gold": list(one.question.gold),
        "findings": list(one.question.findings),
        "behaviour": one.question.behaviour,
    }
