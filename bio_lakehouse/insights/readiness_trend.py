"""Where is readiness going?"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import scipy
from plotly.graph_objects import Figure

from bio_lakehouse.english import count
from bio_lakehouse.gold.measures import READINESS
from bio_lakehouse.insights import sentences
from bio_lakehouse.insights.data import LEAD_IN_DAYS, InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.hypotheses import MINIMUM_TREND_DAYS, Hypothesis, not_enough
from bio_lakehouse.insights.statistics import trailing_mean, trend
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "readiness_trend"
TITLE = "Readiness trend"
TEST = "Mann-Kendall with AR(1) variance"
SMOOTHED = "Least-squares line through the 14-day average"
DAYS_A_WEEK = 7

Direction = Literal["improving", "stable", "declining"]


def analyze(data: InsightData) -> Insight:
    """Theil-Sen slope with Mann-Kendall test (tested), and the line through the 14-day average
    (described)."""
    readiness = data.series(READINESS.column)
    averages = {
        days: trailing_mean(data.with_lead_in(READINESS.column), days)[LEAD_IN_DAYS:]
        for days in (7, 14)
    }
    n = int((~np.isnan(readiness)).sum())
    monotone = Hypothesis("trend", "Readiness rises or falls over the window.", data.window)
    smoothed = Hypothesis(
        "smoothed_line",
        "The 14-day average of readiness has a direction.",
        data.window,
        caveats=(
            "Averages over shared days resemble each other, so this line is shown and not tested.",
        ),
        tested=False,
    )
    if n < MINIMUM_TREND_DAYS:
        findings = tuple(
            not_enough(hypothesis, test, n, MINIMUM_TREND_DAYS)
            for hypothesis, test in ((monotone, TEST), (smoothed, SMOOTHED))
        )
    else:
        findings = (_monotone(monotone, readiness), _smoothed(smoothed, averages[14], n))
    return Insight(
        NAME, TITLE, data.user_id, data.as_of, findings, _series(data, readiness, averages)
    )


def _monotone(hypothesis: Hypothesis, readiness: Series) -> Finding:
    result = trend(readiness)
    low, high = result.interval
    return Finding(
        name=hypothesis.name,
        claim=hypothesis.text,
        status="not found",
        test=TEST,
        window=hypothesis.window,
        effect_name="points a week",
        effect=result.slope * DAYS_A_WEEK,
        interval=(low * DAYS_A_WEEK, high * DAYS_A_WEEK),
        n=result.n,
        n_eff=result.n_eff,
        p=result.p,
        caveats=hypothesis.caveats,
        values={"kendall_s": result.s, "autocorrelation": result.autocorrelation},
    )


def _smoothed(hypothesis: Hypothesis, average: Series, n: int) -> Finding:
    known = ~np.isnan(average)
    line = scipy.stats.linregress(np.flatnonzero(known), average[known])
    return Finding(
        name=hypothesis.name,
        claim=hypothesis.text,
        status="described",
        test=SMOOTHED,
        window=hypothesis.window,
        effect_name="points a week",
        effect=float(line.slope) * DAYS_A_WEEK,
        n=n,
        tested=False,
        caveats=hypothesis.caveats,
        values={"intercept": float(line.intercept)},
    )


def direction(finding: Finding) -> Direction | None:
    """What the decided trend is called; None when there are not enough days.

    `stable` means that a trend was looked for and not found.
    """
    if finding.effect is None:
        return None
    if finding.status != "found":
        return "stable"
    return "improving" if finding.effect > 0 else "declining"


def _series(data: InsightData, readiness: Series, averages: dict[int, Series]) -> dict[str, Any]:
    return {
        "days": [day.isoformat() for day in data.days],
        "readiness": with_gaps(readiness),
        "averages": {
            f"{days}-day average": with_gaps(average) for days, average in averages.items()
        },
    }


def with_gaps(values: Series) -> list[float | None]:
    """A calendar series as a list, None where unknown."""
    return [None if np.isnan(value) else float(value) for value in values]


def visualize(insight: Insight, mode: Mode = "light") -> Figure:
    """Daily readiness with its 7- and 14-day averages and the line through the latter."""
    series, (monotone, smoothed) = insight.series, insight.findings
    return charts.line_with_averages(
        series["days"],
        series["readiness"],
        averages=series["averages"],
        line=_line(smoothed, next(iter(series["averages"].values()))),
        title=READINESS.axis_title(),
        note=charts.refusal(monotone.n, monotone.needed, "days"),
        mode=mode,
    )


def _line(smoothed: Finding, average: list[float | None]) -> list[float | None] | None:
    """The described line's height from the first to the last day that has an average; None without
    enough data."""
    if smoothed.effect is None:
        return None
    known = [position for position, value in enumerate(average) if value is not None]
    start, slope = smoothed.values["intercept"], smoothed.effect / DAYS_A_WEEK
    return [
        start + slope * position if known[0] <= position <= known[-1] else None
        for position in range(len(average))
    ]


def narrate(insight: Insight) -> str:
    """What was found, in plain sentences; the insight must have been through `adjust`."""
    enough = [finding for finding in insight.findings if finding.needed is None]
    return " ".join(sentence(finding) for finding in enough or insight.findings[:1])


def sentence(finding: Finding) -> str:
    """One finding's sentence."""
    if finding.needed is not None or finding.effect is None:
        return sentences.not_enough_data("readiness trend", finding.n, finding.needed or 0, "days")
    if not finding.tested:
        return sentences.smoothed_line("readiness", finding.effect, "points")
    evidence = sentences.Evidence(finding.interval, count(finding.n, "day"), finding.decided_q)
    word = direction(finding)
    if word is None or word == "stable":
        return sentences.stable("readiness", finding.effect, "points", evidence)
    return sentences.moving("readiness", word, finding.effect, "points", evidence)
