"""Which days stood out from a person's own, and when were workouts missed?"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.gold.measures import Measure, Side, watched
from bio_lakehouse.insights import sentences
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.hypotheses import Hypothesis, not_enough
from bio_lakehouse.insights.readiness_trend import with_gaps
from bio_lakehouse.insights.rules import MINIMUM_ANOMALY_DAYS
from bio_lakehouse.insights.statistics import far_days, limit_of, streaks, unusual_days
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "anomaly_detection"
TITLE = "Days that stand out"
TEST = (
    "1.5 SD beyond the mean of the window on the bad side; 3.5 robust SD beyond the median of the "
    "60 days before, more where the 180 days before trail off to that side"
)
STREAK_TEST = "Runs of 3 days or more without a workout"
STREAK_DAYS = 3
CHANCE = "About 7 in 100 ordinary days lie more than 1.5 SD from their mean on the side looked at."
SHARED = (
    "Readiness contains the night's sleep, HRV and temperature, so their days are partly the same "
    "measurement."
)
UNUSUAL_IN_A_THOUSAND = 1


def analyze(data: InsightData) -> Insight:
    """Far and unusual days of each watched measure, and streaks without a workout: described, not
    tested."""
    measures = watched()
    findings = (*(_measured(data, measure) for measure in measures), _missed_workouts(data))
    series = {
        "days": [day.isoformat() for day in data.days],
        "values": {m.short_name: with_gaps(data.series(m.column)) for m in measures},
    }
    return Insight(NAME, TITLE, data.user_id, data.as_of, findings, series)


def by_chance() -> str:
    """How many days are unusual by their making, in one measure and in all that are watched."""
    together = UNUSUAL_IN_A_THOUSAND * len(watched())
    return (
        f"About {UNUSUAL_IN_A_THOUSAND} in 1,000 ordinary days is marked unusual in a measure, "
        f"so up to {together} in 1,000 in the {len(watched())} that are watched."
    )


def _measured(data: InsightData, measure: Measure) -> Finding:
    values = data.series(measure.column)
    hypothesis = Hypothesis(
        measure.short_name,
        f"Days on which {measure.in_sentence} stood out {sentences.BEYOND[_side(measure)]} your "
        "own days.",
        data.window,
        caveats=(CHANCE, by_chance(), SHARED),
        tested=False,
    )
    n = int((~np.isnan(values)).sum())
    if n < MINIMUM_ANOMALY_DAYS:
        return not_enough(hypothesis, TEST, n, MINIMUM_ANOMALY_DAYS)
    return hypothesis.finding("described", TEST, n, values=_marked(data, values, measure))


def _side(measure: Measure) -> Side:
    """The bad one."""
    if measure.bad is None:
        raise ValueError(f"{measure.key} is watched and has no bad side: say which is good")
    return measure.bad


def _marked(data: InsightData, values: Series, measure: Measure) -> dict[str, Any]:
    known, side = values[~np.isnan(values)], _side(measure)
    unusual, judged = (
        mask[-data.window_days :] for mask in unusual_days(data.all_days(measure.column), side)
    )
    return {
        "mean": float(known.mean()),
        "sd": float(known.std(ddof=1)),
        "threshold": limit_of(values, side),
        f"{sentences.WORDS[side]}_days": _days(data, far_days(values, side)),
        "unusual_days": _days(data, unusual),
        "judged": int(judged.sum()),
    }


def _days(data: InsightData, mask: Mask) -> list[str]:
    return [data.days[position].isoformat() for position in np.flatnonzero(mask)]


def _missed_workouts(data: InsightData) -> Finding:
    had_workout = data.series("had_workout")
    hypothesis = Hypothesis(
        "missed_workouts",
        "Three days or more in a row without a workout.",
        data.window,
        tested=False,
    )
    n = int((~np.isnan(had_workout)).sum())
    if n < MINIMUM_ANOMALY_DAYS:
        return not_enough(hypothesis, STREAK_TEST, n, MINIMUM_ANOMALY_DAYS)
    runs = [
        [data.days[first].isoformat(), data.days[last].isoformat()]
        for first, last in streaks(had_workout == 0, STREAK_DAYS)
    ]
    return hypothesis.finding("described", STREAK_TEST, n, values={"streaks": runs})


def visualize(insight: Insight, mode: Mode = "light") -> Figure:
    """Timeline of each measure that was watched when the insight was made, with its far and unusual
    days marked and workout-free stretches shaded."""
    findings = {finding.name: finding for finding in insight.findings}
    values = insight.series["values"]
    panels = [
        _panel(measure, findings[measure.short_name], values[measure.short_name])
        for measure in watched()
        if measure.short_name in values
    ]
    streaks = findings["missed_workouts"].values.get("streaks", [])
    return charts.timeline_with_marks(insight.series["days"], panels, streaks, mode=mode)


def _panel(measure: Measure, finding: Finding, values: list[float | None]) -> dict[str, Any]:
    word = sentences.WORDS[_side(measure)]
    return {
        "title": measure.axis_title().replace(" (", "<br>("),
        "values": values,
        "texts": [measure.text(value) for value in values],
        "side": word,
        "far": finding.values.get(f"{word}_days", []),
        "unusual": finding.values.get("unusual_days", []),
        "threshold": finding.values.get("threshold"),
        "is_score": measure.is_score,
        "note": charts.refusal(finding.n, finding.needed, "days"),
    }


def narrate(insight: Insight) -> str:
    """Which days stood out, in plain sentences."""
    return " ".join(sentence(finding) for finding in insight.findings)


def sentence(finding: Finding) -> str:
    """One measure's sentences, or those of the streaks."""
    if finding.name == "missed_workouts":
        return _streak_sentence(finding)
    measure = next(measure for measure in watched() if measure.short_name == finding.name)
    side = _side(measure)
    if finding.needed is not None:
        looked_for = f"days of {sentences.WORDS[side]} {measure.in_sentence}"
        return sentences.not_enough_data(looked_for, finding.n, finding.needed, "days")
    values = finding.values
    mean, limit = (measure.of_many_days.text(values[name]) for name in ("mean", "threshold"))
    far = list(map(date.fromisoformat, values[f"{sentences.WORDS[side]}_days"]))
    unusual = list(map(date.fromisoformat, values["unusual_days"]))
    return " ".join(
        (
            sentences.far_days(measure.in_sentence, side, far, finding.n, mean, limit),
            sentences.unusual_days(measure.in_sentence, side, unusual, values["judged"]),
        )
    )


def _streak_sentence(finding: Finding) -> str:
    if finding.needed is not None:
        unit = "days of which workouts are known"
        return sentences.not_enough_data("missed workouts", finding.n, finding.needed, unit)
    stretches = [
        sentences.Stretch(*map(date.fromisoformat, run)) for run in finding.values["streaks"]
    ]
    return sentences.missed_workouts(stretches, finding.n, STREAK_DAYS)


def plain(insight: Insight, finding: Finding) -> str | None:
    """None: days that stand out are told as days, not as a finding."""
    return None
