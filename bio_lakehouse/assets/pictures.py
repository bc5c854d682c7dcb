"""Small static pictures for the UI: scripts do not run there."""

from collections.abc import Iterable, Sequence

import dagster as dg

from bio_lakehouse.insights import Finding, Insight, visualize
from bio_lakehouse.insights.scale import scale_of
from bio_lakehouse.viz.sparkline import as_markdown, sparkline
from bio_lakehouse.viz.static_svg import static_svg
from bio_lakehouse.viz.whiskers import Effect, whiskers

LINE_DAYS = 90
MOST_CHARTS = 3
"""Of how many users the chart is drawn: it stays in the event log of every run."""


def pictures(insights: Iterable[Insight]) -> dg.MarkdownMetadataValue:
    """The charts of the first users' insights, and the effects of all with their intervals."""
    shown = list(insights)
    charts = [
        (insight.user_id, static_svg(visualize(insight), label=insight.title))
        for insight in shown[:MOST_CHARTS]
    ]
    return markdown([*charts, *((insight.user_id, effects_of(insight)) for insight in shown)])


def markdown(drawn: Iterable[tuple[str, str]]) -> dg.MarkdownMetadataValue:
    """SVGs under the names of their users."""
    return dg.MetadataValue.md(
        "\n\n".join(f"{user_id}\n\n{as_markdown(svg, user_id)}" for user_id, svg in drawn if svg)
    )


def effects_of(insight: Insight) -> str:
    """An SVG of the effects with their intervals; empty for an insight without any."""
    effects = [
        effect_of(insight, finding)
        for finding in insight.findings
        if finding.effect is not None and finding.interval
    ]
    return (
        whiskers(effects, label=f"{insight.title}: each finding with its 95 % interval")
        if effects
        else ""
    )


def effect_of(insight: Insight, finding: Finding) -> Effect:
    """What is drawn of a finding, with its status before what was looked for."""
    low, high = finding.interval or (0.0, 0.0)
    name = f"{finding.status}: {insight.looked_for(finding)} ({finding.effect_name})"
    return Effect(
        name, finding.effect or 0.0, low, high, finding.status == "found", scale_of(finding).reach
    )


def score_line(scores: Sequence[float | None], label: str) -> str:
    """The newest 90 days of a score."""
    return sparkline(
        list(scores)[-LINE_DAYS:], label=label, minimum=0, maximum=100, width=480, height=80
    )
