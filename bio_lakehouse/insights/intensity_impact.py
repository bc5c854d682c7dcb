"""Is readiness different on the day after a high output than after a low one, on days alike in
other ways?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.english import count
from bio_lakehouse.gold.measures import OUTPUT, READINESS
from bio_lakehouse.insights import relation_sentences as sentences
from bio_lakehouse.insights.conditions import TRAINING_CONDITIONS, Conditions
from bio_lakehouse.insights.data import REST, InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.group_findings import Groups, compared, too_few
from bio_lakehouse.insights.hypotheses import (
    CHOSEN_DAYS,
    Hypothesis,
    described,
    not_enough,
)
from bio_lakehouse.insights.relations import Pair, Recorded, in_units, tested, thirds
from bio_lakehouse.insights.rules import MINIMUM_GROUP, MINIMUM_PAIRS
from bio_lakehouse.insights.rules import OUTPUT_STEP as STEP
from bio_lakehouse.insights.sentences import not_enough_data
from bio_lakehouse.insights.statistics import spearman
from bio_lakehouse.insights.statistics.adjusted import Columns
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.insights.statistics.correlation import paired
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "intensity_impact"
TITLE = "High and low output"
TEST = "Least squares with conditions, t test on n_eff"
RAW_TEST = "Spearman correlation"

WORDS = sentences.Relation(
    first="output",
    second="readiness on the next day",
    step="100 kJ",
    form=OUTPUT.text,
    raw_symbol="Spearman ρ",
    conditions=TRAINING_CONDITIONS,
    contains_activity=True,
)


def analyze(data: InsightData) -> Insight:
    """Readiness of the day after a high output against a low one (split at the person's median),
    and along with the output, on days alike in weekday, drift, that morning's readiness, the night
    before and the days around (least squares, tested); as recorded (Mann-Whitney U and Spearman ρ,
    described).

    High is above the median `total_output_kj` of the window's days with a known output, low at or
    below it.
    """
    output, readiness = data.series(OUTPUT.column), data.next_day(READINESS.column)
    known = ~np.isnan(output)
    median = float(np.median(output[known])) if known.any() else None
    high: Mask = known & (output > (median or 0.0))
    conditions = Conditions(data)
    findings = (
        _by_group(conditions, Groups(high, known & ~high, ("high", "low")), median),
        _by_output(conditions, output, readiness),
    )
    groups = {REST: data.workout_types == REST, "low": known & ~high, "high": high}
    return Insight(NAME, TITLE, data.user_id, data.as_of, findings, _series(data, groups, median))


def _by_group(conditions: Conditions, groups: Groups, median: float | None) -> Finding:
    hypothesis = Hypothesis(
        "high_vs_low",
        "Next-day readiness differs between days with a high and days with a low output.",
        conditions.data.window,
        caveats=(CHOSEN_DAYS,),
    )
    given, known = _given(conditions)
    return compared(hypothesis, conditions, groups, given, among=known, median_output_kj=median)


def _given(conditions: Conditions) -> tuple[Columns, Mask]:
    """The conditions with the kind of workout and whether it has an output, so that other days
    take part in what the conditions do; and the days of which training is known."""
    with_output = ~np.isnan(conditions.at(OUTPUT.column))
    given = np.column_stack([conditions.of_training, *conditions.kinds.values(), with_output])
    types = conditions.data.workout_types
    return given, with_output | np.array([kind is not None for kind in types])


def _by_output(conditions: Conditions, output: Series, readiness: Series) -> Finding:
    hypothesis = Hypothesis(
        "output",
        "Output and next-day readiness move together.",
        conditions.data.window,
        caveats=(CHOSEN_DAYS,),
    )
    n = int(paired(output, readiness).sum())
    if n < MINIMUM_PAIRS:
        return not_enough(hypothesis, TEST, n, MINIMUM_PAIRS)
    raw = spearman(output, readiness)
    if not np.isfinite(raw.r):
        return described(hypothesis, RAW_TEST, "Spearman ρ", raw, None)
    given, known = _given(conditions)
    with_output = ~np.isnan(output)
    x = np.where(with_output, conditions.at(OUTPUT.column), 0.0)
    pair = Pair(x, conditions.at(READINESS.column, 1), given, known, with_output)
    if refused := too_few(hypothesis, TEST, pair, MINIMUM_PAIRS):
        return refused
    recorded = Recorded.of_correlation("Spearman ρ", raw, **thirds(output, readiness))
    found = tested(hypothesis, TEST, "partial r", pair, recorded)
    if pair.adjusted is None:
        return found
    further = in_units(pair.adjusted, "per", STEP) | {"step": STEP}
    return replace(found, values=found.values | further)


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
    if finding.name == "high_vs_low":
        return sentences.of_groups(finding, _words(finding))
    if finding.needed is not None:
        unit = finding.values.get("unit", "days")
        return not_enough_data(f"output and {WORDS.second}", finding.n, finding.needed, unit)
    return sentences.of_correlation(finding, WORDS, count(finding.n, "day"))


def plain(insight: Insight, finding: Finding) -> str | None:
    """The finding in natural units; None where nothing was found."""
    if finding.name == "high_vs_low":
        return sentences.plain_groups(finding, _words(finding))
    return sentences.plain_correlation(finding, WORDS)


def _words(finding: Finding) -> sentences.Compared:
    median = finding.values.get("median_output_kj")
    if median is None:
        return sentences.Compared("high output", "low output", TRAINING_CONDITIONS)
    middle = OUTPUT.text(median)
    return sentences.Compared(
        f"an output above {middle}", f"one up to {middle}", TRAINING_CONDITIONS
    )
