"""The one relation that cannot be told yet and that reports follow until it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atanh, ceil
from statistics import NormalDist

from bio_lakehouse.insights.adjustment import OF_RELATIONS
from bio_lakehouse.insights.finding import RELATIONS, Finding, Insight
from bio_lakehouse.insights.rules import FALSE_DISCOVERY_RATE
from bio_lakehouse.reports.told import Followed, finding_key

PLANNED_EFFECT = 0.5
"""A strong correlation or rank-biserial effect."""
POWER = 0.8
ROUNDED_TO = 10
"""Days needed are told as so many tens: they are an estimate."""


@dataclass(frozen=True, slots=True)
class Question:
    """A tested relation, of which `known` of about `needed` days are there that it takes to tell;
    `is_looked_at` unless there are too few days for any test."""

    key: str
    finding: Finding
    known: int
    needed: int
    is_looked_at: bool
    days: int = 0
    """Of how many of the days that are looked at most is known in this report: how far its days
    reach back."""

    @property
    def is_open(self) -> bool:
        """Whether it is not found yet, and days are lacking."""
        return self.finding.status != "found" and self.known < self.needed

    @property
    def can_be_told(self) -> bool:
        """Whether the days that are looked at will hold so many at the rate at which they came: of
        what was not looked at yet, whether they could. Nobody waits for what no day is known of:
        who has no ring need not wait for a relation of sleep."""
        if not self.is_looked_at:
            return self.known > 0 and self.needed <= self.window
        return self.known * self.window >= self.needed * max(self.days, self.known)

    @property
    def window(self) -> int:
        """How many days are looked at."""
        first, last = self.finding.window
        return (last - first).days + 1

    @property
    def followed(self) -> Followed:
        """What a report keeps of it."""
        return Followed(self.key, self.needed, self.is_looked_at)

    @property
    def kind(self) -> str:
        """What may be told: a difference of two groups of days, or a relation."""
        return "difference" if self.finding.values.get("n_first") else "relation"


def questions_of(insights: Sequence[Insight]) -> list[Question]:
    """All tested relations of a report, in its order."""
    days = max((one.n for insight in insights for one in insight.findings), default=0)
    tests = sum(finding.p is not None for insight in insights for finding in insight.findings)
    asked = [
        _question(finding_key(insight, finding.name), finding, tests)
        for insight in insights
        for finding in insight.findings
        if finding.tested and insight.name in RELATIONS
    ]
    return [replace(question, days=days) for question in asked if question is not None]


def followed(questions: Sequence[Question], before: Followed) -> Question | None:
    """The question to follow: that of the report before while it is open.

    Else the open one of whose days the largest share is known, those that were looked at first, and
    of equals the first of the report: neither its effect nor its p has a say. One whose days come
    too seldom to be told within the days that are looked at is never begun.
    """
    kept = asked_before(questions, before)
    if kept is not None and kept.is_open:
        return kept
    new = [one for one in questions if one.is_open and one.can_be_told and one.key != before.key]
    nearest = sorted(new, key=lambda one: (not one.is_looked_at, -one.known / one.needed))
    return next(iter(nearest), None)


def asked_before(questions: Sequence[Question], before: Followed) -> Question | None:
    """What became of the question of the report before. The days that it takes stay those that were
    told, so that a reader sees how far it has come; they are told anew once it can be looked at."""
    question = next((one for one in questions if one.key == before.key), None)
    if question is None or question.is_looked_at != before.is_looked_at:
        return question
    return replace(question, needed=before.needed)


def both_z(tests: int) -> float:
    """z(1 − α/2) + z(0.8), where α is the p at which a report tells one relation of so many: the
    first step of Benjamini-Hochberg in the share of the error rate that they have."""
    level = FALSE_DISCOVERY_RATE * OF_RELATIONS / max(tests, 1)
    return NormalDist().inv_cdf(1 - level / 2) + NormalDist().inv_cdf(POWER)


def pairs_needed(tests: int) -> float:
    """Independent pairs by which a report of so many tests tells a correlation of 0.5 with 80 %
    power: ((z(1 − α/2) + z(0.8)) / atanh 0.5)² + 3, by Fisher's z (Cohen 1988); of five tests
    59.6."""
    return (both_z(tests) / atanh(PLANNED_EFFECT)) ** 2 + 3


def group_days_needed(share_of_first: float, tests: int) -> float:
    """Independent days by which a report of so many tests tells that two groups with a
    rank-biserial effect of 0.5 differ, with 80 % power, where the first has so large a share of the
    days.

    Noether 1987: N = (z(1 − α/2) + z(0.8))² / (12 c (1 − c) (P − ½)²), with P = (1 + 0.5)/2, the
    chance that a day of the one lies above a day of the other; of five tests 91 for groups of one
    size.
    """
    spread = 12 * share_of_first * (1 - share_of_first) * (PLANNED_EFFECT / 2) ** 2
    return both_z(tests) ** 2 / spread


def _question(key: str, finding: Finding, tests: int) -> Question | None:
    if finding.needed is not None:
        return Question(key, finding, finding.n, finding.needed, is_looked_at=False)
    if not finding.n_eff or not finding.n:
        return None
    needed = _independent_needed(finding, tests) * finding.n / finding.n_eff
    return Question(key, finding, finding.n, _in_tens(needed), is_looked_at=True)


def _independent_needed(finding: Finding, tests: int) -> float:
    """Of groups by the person's own split."""
    first, second = (finding.values.get(name) for name in ("n_first", "n_second"))
    if not first or not second:
        return pairs_needed(tests)
    return group_days_needed(first / (first + second), tests)


def _in_tens(days: float) -> int:
    return ceil(days / ROUNDED_TO) * ROUNDED_TO
