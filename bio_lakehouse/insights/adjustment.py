"""Which of the tested claims of one report are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import scipy

from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.rules import FALSE_DISCOVERY_RATE
from bio_lakehouse.insights.week_comparison import WeekTest

OF_THE_WEEK = 0.08
"""The share of the error rate that the comparisons of the week have together. A week is compared 52
times a year with days of its own, so that these add up: 52 × 0.08 × 0.05 is a false one in at most
one year in five."""
OF_RELATIONS = 0.1
"""The share of the other findings beside them. Their 180 days are mostly those of the report
before: a year of reports looks at them anew about a dozen times, so that 12 × 0.1 × 0.05 is a false
one in at most 6 people of 100. Where no week can be compared they have all of the rate."""


def decide(
    insights: Sequence[Insight], tests: Sequence[WeekTest]
) -> tuple[list[Insight], list[WeekTest]]:
    """Which findings hold and which measures moved: Benjamini-Hochberg 1995 over all tests of one
    report together, one family, one error rate, of which the comparisons of the week and the other
    findings have shares that were fixed beforehand (weights: Genovese, Roeder & Wasserman 2006,
    Biometrika 93:509).

    A tested finding is "found" when q ≤ 0.05 and there are no `objections` in its values, and "not
    found" otherwise. Findings without a p-value (described, not enough data) stay as they are.
    Deciding again changes nothing.
    """
    found = [
        finding.p for insight in insights for finding in insight.findings if finding.p is not None
    ]
    moved = [test.p for test in tests if test.p is not None]
    of_relations = OF_RELATIONS if moved else 1.0
    shares = [*_shares(OF_THE_WEEK, len(moved)), *_shares(of_relations, len(found))]
    adjusted = iter(q_values([*moved, *found], shares))
    compared = [test if test.p is None else replace(test, q=next(adjusted)) for test in tests]
    kept = [replace(insight, findings=_all_decided(insight, adjusted)) for insight in insights]
    return kept, compared


def adjust(insights: Sequence[Insight]) -> list[Insight]:
    """As `decide`, of a report's insights alone."""
    return decide(insights, ())[0]


def q_values(tests: Sequence[float], shares: Sequence[float]) -> list[float]:
    """The Benjamini-Hochberg q-value of each p-value, which has that share of the error rate.

    Shares add up to at most 1; of `n` equal ones of 1/`n` it is the q-value of 1995. Never below p.
    """
    if not tests:
        return []
    raw = np.asarray(tests)
    weighted = np.minimum(raw / (len(raw) * np.asarray(shares)), 1.0)
    adjusted = scipy.stats.false_discovery_control(weighted, method="bh")
    found: list[float] = np.maximum(adjusted, raw).tolist()
    return found


def _shares(together: float, tests: int) -> list[float]:
    return [together / max(tests, 1)] * tests


def _all_decided(insight: Insight, adjusted: Iterator[float]) -> tuple[Finding, ...]:
    """The insight's findings, those that were tested with the next q-values."""
    return tuple(
        finding if finding.p is None else _decided(finding, next(adjusted))
        for finding in insight.findings
    )


def _decided(finding: Finding, q: float) -> Finding:
    found = q <= FALSE_DISCOVERY_RATE and not finding.values.get("objections")
    return replace(finding, q=q, status="found" if found else "not found")
