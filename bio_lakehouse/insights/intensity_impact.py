"""Is readiness different on the day after a high output than after a low one?"""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.english import count
from bio_lakehouse.gold.measures import OUTPUT, READINESS
from bio_lakehouse.insights import sentences
from bio_lakehouse.insights.data import REST, InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.hypotheses import (
    CHOSEN_DAYS,
    MINIMUM_GROUP,
    MINIMUM_PAIRS,
    READINESS_CONTAINS_ACTIVITY,
    Hypothesis,
    compared,
    correlated,
    not_enough,
)
from bio_lakehouse.insights.statistics import compare_groups, spearman
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.insights.statistics.correlation import paired
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "intensity_impact"
TITLE = "Workout output and next-day readiness"
RANK_TEST = "Mann-Whitney U"
CORRELATION_TEST = "Spearman correlation, t test on n_eff"
OUTCOME = "readiness on the next day"
CAVEATS = (READINESS_CONTAINS_ACTIVITY, CHOSEN_DAYS)


def analyze(data: InsightData) -> Insight:
    """Next-day readiness after high against low output (split at the person's median), and along
    with the output.

    High is above the median `total_output_kj` of the window's days with a known output, low at or
    below it.
    """
    output, readiness = data.series(OUTPUT.column), data.next_day(READINESS.column)
    known = ~np.isnan(output)
    median = float(np.median(output[known])) if known.any() else None
    high: Mask = known & (output > (median or 0.0))
    findings = (
        _by_group(
            data,
            readiness,
            high & ~np.isnan(readiness),
            known & ~high & ~np.isnan(readiness),
            median,
        ),
        _by_rank(data, output, readiness),
    )
    groups = {REST: data.workout_types == REST, "low": known & ~high, "high": high}
    return Insight(NAME, TITLE, data.user_id, data.as_of, findings, _series(data, groups, median))


def _by_group(
    data: InsightData, readiness: Series, high: Mask, low: Mask, median: float | None
) -> Finding:
    hypothesis = Hypothesis(
        "high_vs_low",
        "Next-day readiness differs between days with a high and days with a low output.",
        data.window,
        caveats=CAVEATS,
    )
    n_high, n_low = int(high.sum()), int(low.sum())
    if min(n_high, n_low) < MINIMUM_GROUP:
        short = "high" if n_high < n_low else "low"
        return not_enough(hypothesis, RANK_TEST, min(n_high, n_low), MINIMUM_GROUP, short=short)
    return compared(
        hypothesis,
        compare_groups(readiness, high, low),
        readiness,
        high,
        low,
        median_output_kj=median,
    )


def _by_rank(data: InsightData, output: Series, readiness: Series) -> Finding:
    hypothesis = Hypothesis(
        "output", "Output and next-day readiness move together.", data.window, caveats=CAVEATS
    )
    n = int(paired(output, readiness).sum())
    if n < MINIMUM_PAIRS:
        return not_enough(hypothesis, CORRELATION_TEST, n, MINIMUM_PAIRS)
    return correlated(hypothesis, CORRELATION_TEST, "Spearman ρ", spearman(output, readiness))


def _series(data: InsightData, groups: dict[str, Mask], median: float | None) -> dict[str, Any]:
    """Median and quartiles of readiness on the day itself and the day after, for each group."""
    outcomes = {
        "same_day": data.series(READINESS.column),
        "next_day": data.next_day(READINESS.column),
    }
    masks = list(groups.values())
    return {
        "median_output_kj": median,
        "groups": list(groups),
        "days": [int((mask & ~np.isnan(outcomes["next_day"])).sum()) for mask in masks],
        "outcomes": {name: _of_groups(series, masks) for name, series in outcomes.items()},
    }


def _of_groups(readiness: Series, masks: list[Mask]) -> list[list[float] | None]:
    known = ~np.isnan(readiness)
    return [_quartiles(readiness[mask & known]) for mask in masks]


def _quartiles(values: Series) -> list[float] | None:
    """Lower quartile, median and upper quartile; None for too few values to say anything about."""
    return np.quantile(values, (0.25, 0.5, 0.75)).tolist() if len(values) >= MINIMUM_GROUP else None


def visualize(insight: Insight, mode: Mode = "light") -> Figure:
    """Side by side: median readiness of the day itself and of the day after, for rest, low and high
    output."""
    series = insight.series
    finding = insight.findings[0]
    middle = series["median_output_kj"]
    split = (
        {
            "low": f"<br>up to {OUTPUT.text(middle)}",
            "high": f"<br>above {OUTPUT.text(middle)}",
        }
        if middle is not None
        else {}
    )
    names = {REST: "Rest", "low": "Low output", "high": "High output"}
    return charts.medians_by_category(
        [
            f"{names[g]}{split.get(g, '')}<br>n = {n}"
            for g, n in zip(series["groups"], series["days"], strict=True)
        ],
        [
            _bar("That morning", series["outcomes"]["same_day"]),
            _bar("On the day after", series["outcomes"]["next_day"]),
        ],
        title="Readiness, median and quartiles",
        note=charts.refusal(finding.n, finding.needed, "days a group"),
        mode=mode,
    )


def _bar(name: str, quartiles: list[list[float] | None]) -> dict[str, Any]:
    low, middle, high = (_column(quartiles, place) for place in range(3))
    return {"name": name, "medians": middle, "low": low, "high": high}


def _column(quartiles: list[list[float] | None], place: int) -> list[float | None]:
    return [of_group[place] if of_group else None for of_group in quartiles]


def narrate(insight: Insight) -> str:
    """What was found, in plain sentences; the insight must have been through `adjust`."""
    return " ".join(sentence(finding) for finding in insight.findings)


def sentence(finding: Finding) -> str:
    """One finding's sentence."""
    return _group_sentence(finding) if finding.name == "high_vs_low" else _rank_sentence(finding)


def _group_sentence(finding: Finding) -> str:
    values = finding.values
    if finding.needed is not None:
        unit = f"days after {values['short']} output with a readiness score"
        return sentences.not_enough_data("high and low output", finding.n, finding.needed, unit)
    counted = f"{values['n_first']} and {values['n_second']} days"
    evidence = sentences.Evidence(finding.interval, counted, finding.decided_q)
    middle = OUTPUT.text(values["median_output_kj"])
    say = sentences.groups_differ if finding.status == "found" else sentences.groups_alike
    medians = (values["median_first"], values["median_second"])
    first, second = f"an output above {middle}", f"one up to {middle}"
    return say(OUTCOME, first, second, medians, finding.effect or 0.0, evidence)


def _rank_sentence(finding: Finding) -> str:
    counted = count(finding.n, "day")
    if finding.needed is not None:
        return sentences.not_enough_data(f"output and {OUTCOME}", finding.n, finding.needed, "days")
    if finding.effect is None:
        return sentences.never_changed("output", OUTCOME, counted)
    evidence = sentences.Evidence(finding.interval, counted, finding.decided_q)
    say = sentences.go_together if finding.status == "found" else sentences.no_relation
    return say("output", OUTCOME, "Spearman ρ", finding.effect, evidence)
