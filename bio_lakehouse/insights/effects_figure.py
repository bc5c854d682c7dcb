"""All tested effects of one report in one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from plotly.graph_objects import Figure

from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.scale import OF_CORRELATIONS, OF_GROUPS
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

COMPARABLE = (*OF_CORRELATIONS, *OF_GROUPS)
TITLE = "r on days alike in other ways"


def visualize_effects(insights: Sequence[Insight], mode: Mode = "light") -> Figure:
    """Dot and whisker of every decided correlation and comparison of groups; trends are on another
    scale."""
    return charts.dot_and_whisker(list(_rows(insights)), title=TITLE, mode=mode)


def _rows(insights: Sequence[Insight]) -> Iterator[dict[str, Any]]:
    for insight in insights:
        for finding in insight.findings:
            if (
                finding.effect_name in COMPARABLE
                and finding.decided_q is not None
                and finding.interval
            ):
                yield {
                    "label": _label(finding),
                    "effect": finding.effect,
                    "low": finding.interval[0],
                    "high": finding.interval[1],
                    "found": finding.status == "found",
                }


def _label(finding: Finding) -> str:
    return LABELS.get(finding.name) or f"Readiness after {finding.values['type']}, against rest"


LABELS = {
    "next_day": "Sleep and next-day readiness",
    "high_vs_low": "Readiness after high output, against low",
    "output": "Output and next-day readiness",
}
