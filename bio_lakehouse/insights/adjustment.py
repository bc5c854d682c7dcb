"""Which of the tested claims of one report are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import scipy

from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.week_comparison import WeekTest

FALSE_DISCOVERY_RATE = 0.05


def decide(
    insights: Sequence[Insight], tests: Sequence[WeekTest]
) -> tuple[list[Insight], list[WeekTest]]:
    """Which findings hold and which measures moved: Benjamini-Hochberg 1995 over all tests of one
    report together, one family, one error rate.

    A tested finding is "found" when q ≤ 0.05 and "not found" otherwise. Findings without a p-value
    (described, not enough data) stay as they are. Deciding again changes nothing.
    """
    found = [
        finding.p for insight in insights for finding in insight.findings if finding.p is not None
    ]
    moved = [test.p for test in tests if test.p is not None]
    adjusted = iter(q_values([*moved, *found]))
    compared = [test if test.p is None else replace(test, q=next(adjusted)) for test in tests]
    kept = [replace(insight, findings=_all_decided(insight, adjusted)) for insight in insights]
    return kept, compared


def adjust(insights: Sequence[Insight]) -> list[Insight]:
    """As `decide`, of a report's insights alone."""
    return decide(insights, ())[0]


def q_values(tests: Sequence[float]) -> list[float]:
    """The Benjamini-Hochberg q-value of each p-value."""
    adjusted: list[float] = (
        scipy.stats.false_discovery_control(tests, method="bh").tolist() if tests else []
    )
    return adjusted


def _all_decided(insight: Insight, adjusted: Iterator[float]) -> tuple[Finding, ...]:
    """The insight's findings, those that were tested with the next q-values."""
    return tuple(
        finding if finding.p is None else _decided(finding, next(adjusted))
        for finding in insight.findings
    )


def _decided(finding: Finding, q: float) -> Finding:
    return replace(finding, q=q, status="found" if q <= FALSE_DISCOVERY_RATE else "not found")
