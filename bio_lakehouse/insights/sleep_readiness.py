"""Does a night's sleep score go with readiness of the day after, on days alike in other ways?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.english import count
from bio_lakehouse.gold.measures import READINESS, SLEEP
from bio_lakehouse.insights import relation_sentences as sentences
from bio_lakehouse.insights.conditions import SLEEP_CONDITIONS, Conditions
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.hypotheses import (
    ALL_KNOWN,
    Hypothesis,
    described,
    line_values,
    not_enough,
)
from bio_lakehouse.insights.relations import Pair, Recorded, in_units, tested, thirds
from bio_lakehouse.insights.rules import MINIMUM_PAIRS, NIGHT_AFTER
from bio_lakehouse.insights.rules import SLEEP_STEP as STEP
from bio_lakehouse.insights.sentences import Evidence, not_enough_data
from bio_lakehouse.insights.statistics import fit_line, line_band, pearson
from bio_lakehouse.insights.statistics.adjusted import Columns
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.insights.statistics.correlation import paired, worth
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "sleep_readiness"
TITLE = "Sleep and readiness"
TEST = "Partial correlation, t test on n_eff"
RAW_TEST = "Pearson correlation"

NIGHT_AFTER_AT = 0.1
"""The one-sided p at which the night before must stand out from the night after."""

SLEEP_BALANCE = (
    "Readiness contains Oura's two-week sleep balance, so a small part of this is the same "
    "measurement."
)
SAME_NIGHT = "readiness contains the night's sleep"
WORDS = sentences.Relation(
    first="sleep score",
    second="readiness score on the day after",
    step="10 points",
    form=SLEEP.text,
    raw_symbol="r",
    conditions=SLEEP_CONDITIONS,
)
SUBJECTS = {
    "next_day": ("sleep score", "readiness score on the day after"),
    "same_day": ("sleep score", "readiness score of the same morning"),
}


def analyze(data: InsightData) -> Insight:
    """Sleep score and next-day readiness on days alike in weekday, drift, training, the night
    between and the days around (partial correlation, tested); as recorded, and with readiness of
    the same morning (Pearson r, described)."""
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
        _next_day(next_day, data),
        _same_day(same_day, sleep, data.series(READINESS.column)),
    )
    return Insight(NAME, TITLE, data.user_id, data.as_of, findings, _series(data))


def _next_day(hypothesis: Hypothesis, data: InsightData) -> Finding:
    sleep, readiness = data.series(SLEEP.column), data.next_day(READINESS.column)
    n = int(paired(sleep, readiness).sum())
    if n < MINIMUM_PAIRS:
        return not_enough(hypothesis, TEST, n, MINIMUM_PAIRS)
    raw = pearson(sleep, readiness)
    if not np.isfinite(raw.r):
        return described(hypothesis, RAW_TEST, "Pearson r", raw, None)
    conditions = Conditions(data)
    pair = _pair(conditions, conditions.at(SLEEP.column), conditions.of_a_night)
    if pair.n < pair.needed:
        return not_enough(hypothesis, TEST, pair.n, pair.needed, unit=ALL_KNOWN)
    line = line_values(fit_line(sleep, readiness, raw.n_eff))
    recorded = Recorded.of_correlation("Pearson r", raw, **line, **thirds(sleep, readiness))
    found = tested(hypothesis, TEST, "partial r", pair, recorded)
    if pair.adjusted is None:
        return found
    further = in_units(pair.adjusted, "per", STEP) | {"step": STEP}
    return replace(found, values=_held_against_night_after(conditions, found, further))


def _pair(conditions: Conditions, sleep: Series, given: Columns) -> Pair:
    everywhere = np.ones(len(sleep), dtype=np.bool_)
    return Pair(sleep, conditions.at(READINESS.column, 1), given, everywhere, everywhere)


def _held_against_night_after(
    conditions: Conditions, found: Finding, further: dict[str, float]
) -> dict[str, Any]:
    """The finding's values, with an objection where the night before a morning has hardly more to
    do with it than the night after it, which cannot matter."""
    difference = conditions.at(SLEEP.column) - conditions.at(SLEEP.column, 2)
    contrast = _pair(conditions, difference, conditions.of_the_night_after).adjusted
    one_sided = 1.0
    if contrast is not None:
        same_way = contrast.slope * (found.effect or 0.0) > 0
        one_sided = contrast.p / 2 if same_way else 1 - contrast.p / 2
    objections = [*found.values["objections"]]
    if one_sided > NIGHT_AFTER_AT:
        objections.append(NIGHT_AFTER)
    values = {"p_against_night_after": one_sided, "objections": objections}
    return found.values | further | values


def _same_day(hypothesis: Hypothesis, sleep: Series, readiness: Series) -> Finding:
    n = int(paired(sleep, readiness).sum())
    if n < MINIMUM_PAIRS:
        return not_enough(hypothesis, RAW_TEST, n, MINIMUM_PAIRS)
    result = pearson(sleep, readiness)
    line = fit_line(sleep, readiness, result.n_eff) if np.isfinite(result.r) else None
    return described(hypothesis, RAW_TEST, "Pearson r", result, line)


def _series(data: InsightData) -> dict[str, Any]:
    sleep, readiness = data.series(SLEEP.column), data.next_day(READINESS.column)
    both = paired(sleep, readiness)
    enough = int(both.sum()) >= MINIMUM_PAIRS
    band = line_band(sleep, readiness, worth(sleep, readiness, both)) if enough else None
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
        unit = finding.values.get("unit", "pairs of days")
        return not_enough_data(f"{first} and {second}", finding.n, finding.needed, unit)
    if finding.name == "same_day" and finding.effect is not None:
        evidence = Evidence(finding.interval, counted, None)
        return sentences.same_measurement(
            "sleep", "readiness", "r", finding.effect, evidence, SAME_NIGHT
        )
    return sentences.of_correlation(finding, WORDS, counted)


def plain(insight: Insight, finding: Finding) -> str | None:
    """The finding in natural units; None where nothing was found."""
    return sentences.plain_correlation(finding, WORDS)
