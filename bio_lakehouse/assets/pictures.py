"""Small static pictures for the UI: scripts do not run there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from bio_lakehouse.insights import Finding, Insight
from bio_lakehouse.viz.sparkline import as_markdown, sparkline
from bio_lakehouse.viz.whiskers import Effect, whiskers

LINE_DAYS = 90
COMPARABLE = 1.0
DAILY_SCORES: Mapping[str, Callable[[Mapping[str, Any]], Sequence[float | None]]] = {
    "readiness_trend": lambda series: series["readiness"],
    "anomaly_detection": lambda series: next(iter(series["values"].values())),
}
"""The scores by day that some insights carry."""


def pictures(insights: Iterable[Insight]) -> dg.MarkdownMetadataValue:
    """A picture of each user's insight: its effects with their intervals, or the days where nothing is tested."""
    return markdown([(insight.user_id, picture_of(insight)) for insight in insights])


def markdown(drawn: Iterable[tuple[str, str]]) -> dg.MarkdownMetadataValue:
    """SVGs under the names of their users."""
    return dg.MetadataValue.md(
        "\n\n".join(f"{user_id}\n\n{as_markdown(svg, user_id)}" for user_id, svg in drawn if svg)
    )


def picture_of(insight: Insight) -> str:
    """An SVG; empty for an insight that has neither an effect nor a score by day."""
    effects = [effect_of(finding) for finding in insight.findings if finding.effect is not None and finding.interval]
    if effects:
        return whiskers(effects, label=f"{insight.title}: effects with their 95 % intervals")
    scores = DAILY_SCORES[insight.name](insight.series) if insight.name in DAILY_SCORES else None
    return score_line(scores, insight.title) if scores else ""


def effect_of(finding: Finding) -> Effect:
    """What is drawn of a finding; a slope's scale is as wide as its interval."""
    low, high = finding.interval or (0.0, 0.0)
    scale = COMPARABLE if abs(low) <= 1 >= abs(high) and "week" not in finding.effect_name else max(abs(low), abs(high))
    name = f"{finding.claim} {finding.effect_name}"
    return Effect(name, finding.effect or 0.0, low, high, finding.status == "found", scale)


def score_line(scores: Sequence[float | None], label: str) -> str:
    """The newest 90 days of a score."""
    return sparkline(list(scores)[-LINE_DAYS:], label=label, minimum=0, maximum=100, width=480, height=80)
