"""The five analyzers by name, and what is asked of all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from plotly.graph_objects import Figure

from bio_lakehouse.insights import (
    anomaly_detection,
    intensity_impact,
    readiness_trend,
    sleep_readiness,
    workout_recovery,
)
from bio_lakehouse.insights.adjustment import decide
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.week_comparison import WeekTest, week_tests
from bio_lakehouse.viz.theme import Mode

Plain = Callable[[Insight, Finding], str | None]
"""A finding as one sentence in natural units; None where nothing may be told of it."""


class Analyzer(Protocol):
    """What each of the five modules offers. `analyze` leaves its findings undecided until
    `adjust`."""

    def analyze(self, data: InsightData) -> Insight: ...

    def visualize(self, insight: Insight, mode: Mode = "light") -> Figure: ...

    def narrate(self, insight: Insight) -> str: ...

    def sentence(self, finding: Finding) -> str: ...

    def plain(self, insight: Insight, finding: Finding) -> str | None: ...


ANALYZERS: dict[str, Analyzer] = {
    name: cast(Analyzer, module)
    for name, module in (
        (sleep_readiness.NAME, sleep_readiness),
        (workout_recovery.NAME, workout_recovery),
        (readiness_trend.NAME, readiness_trend),
        (anomaly_detection.NAME, anomaly_detection),
        (intensity_impact.NAME, intensity_impact),
    )
}


def insights_of(data: InsightData) -> list[Insight]:
    """All five insights of one user as of one day, decided over all tests of that day's report."""
    return decided(data)[0]


def decided(data: InsightData) -> tuple[list[Insight], list[WeekTest]]:
    """All five insights and the comparisons of the week with the weeks before, as of one day.

    They are decided together, so that a finding has one q wherever it is shown.
    """
    return decide([analyzer.analyze(data) for analyzer in ANALYZERS.values()], week_tests(data))


def visualize(insight: Insight, mode: Mode = "light") -> Figure:
    """The insight's figure."""
    return ANALYZERS[insight.name].visualize(insight, mode)


def narrate(insight: Insight) -> str:
    """The insight in plain sentences."""
    return ANALYZERS[insight.name].narrate(insight)


def sentence(insight: Insight, finding: Finding) -> str:
    """One finding of the insight in plain words."""
    return ANALYZERS[insight.name].sentence(finding)


def plain(insight: Insight, finding: Finding) -> str | None:
    """One finding as one sentence in natural units, without a test; None where nothing may be
    told."""
    return ANALYZERS[insight.name].plain(insight, finding)
