"""Does a night's sleep score go with the readiness of the day after?"""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.english import count
from bio_lakehouse.gold.measures import READINESS, SLEEP
from bio_lakehouse.insights import sentences
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.hypotheses import MINIMUM_PAIRS, Hypothesis, correlated, not_enough
from bio_lakehouse.insights.statistics import fit_line, line_band, pearson
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.insights.statistics.correlation import paired
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "sleep_readiness"
TITLE = "Sleep and readiness"
TEST = "Pearson correlation, t test on n_eff"
SLEEP_BALANCE = (
    "Readiness contains Oura's two-week sleep balance, so a small part of this is the same "
    "measurement."
)
SAME_NIGHT = "readiness contains the night's sleep"
SUBJECTS = {
    "next_day": ("sleep score", "readiness score on the day after"),
    "same_day": ("sleep score", "readiness score of the same morning"),
}


def analyze(data: InsightData) -> Insight:
    """Pearson r of sleep score with next-day readiness (tested) and with the same morning's
    (described)."""
    sleep = data.series(SLEEP.column)
    next_day = Hypothesis(
        "next_day",
        "Sleep score and next-day readiness move together.",
        data.window,
        caveats=(SLEEP_BALANCE,),
    )
    same_day = Hypothesis(
        "same_day",
        "Sleep score and readiness of the same morning move together.",
        data.window,
        caveats=(f"Partly the same measurement: {SAME_NIGHT}.",),
        tested=False,
    )
    findings = (
        _finding(next_day, sleep, data.next_day(READINESS.column)),
        _finding(same_day, sleep, data.series(READINESS.column)),
    )
    return Insight(NAME, TITLE, data.user_id, data.as_of, findings, _series(data, findings[0]))


def _finding(hypothesis: Hypothesis, sleep: Series, readiness: Series) -> Finding:
    n = int(paired(sleep, readiness).sum())
    if n < MINIMUM_PAIRS:
        return not_enough(hypothesis, TEST, n, MINIMUM_PAIRS)
    result = pearson(sleep, readiness)
    line = fit_line(sleep, readiness, result.n_eff) if np.isfinite(result.r) else None
    return correlated(hypothesis, TEST, "Pearson r", result, line)


def _series(data: InsightData, next_day: Finding) -> dict[str, Any]:
    sleep, readiness = data.series(SLEEP.column), data.next_day(READINESS.column)
    both = paired(sleep, readiness)
    band = (
        line_band(sleep, readiness, next_day.n_eff) if next_day.values and next_day.n_eff else None
    )
    return {
        "days": [day.isoformat() for day, known in zip(data.days, both, strict=True) if known],
        "sleep": sleep[both].tolist(),
        "readiness": readiness[both].tolist(),
        "line": band,
    }


def visualize(insight: Insight, mode: Mode = "light") -> Figure:
    """Scatter of sleep score and next-day readiness with the regression line and its 95 % band."""
    series = insight.series
    return charts.scatter_with_line(
        series["sleep"],
        series["readiness"],
        days=series["days"],
        line=series["line"],
        titles=(SLEEP.axis_title(), READINESS.axis_title("on the day after")),
        note=charts.refusal(insight.findings[0].n, insight.findings[0].needed, "pairs of days"),
        mode=mode,
    )


def narrate(insight: Insight) -> str:
    """What was found, in plain sentences; the insight must have been through `adjust`."""
    return " ".join(sentence(finding) for finding in insight.findings)


def sentence(finding: Finding) -> str:
    """One finding's sentence."""
    first, second = SUBJECTS[finding.name]
    counted = count(finding.n, "pair", "pairs") + " of days"
    if finding.needed is not None:
        return sentences.not_enough_data(
            f"{first} and {second}", finding.n, finding.needed, "pairs of days"
        )
    if finding.effect is None:
        return sentences.never_changed(first, second, counted)
    evidence = sentences.Evidence(finding.interval, counted, finding.decided_q)
    if not finding.tested:
        return sentences.same_measurement(
            "sleep", "readiness", "r", finding.effect, evidence, SAME_NIGHT
        )
    say = sentences.go_together if finding.status == "found" else sentences.no_relation
    return say(first, second, "r", finding.effect, evidence)
