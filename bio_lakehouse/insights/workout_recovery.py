"""Is readiness different on the day after each kind of workout than on the day after rest?"""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.english import capital
from bio_lakehouse.gold.measures import READINESS
from bio_lakehouse.insights import sentences
from bio_lakehouse.insights.data import REST, InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.hypotheses import (
    CHOSEN_DAYS,
    MINIMUM_GROUP,
    READINESS_CONTAINS_ACTIVITY,
    Hypothesis,
    compared,
    not_enough,
)
from bio_lakehouse.insights.statistics import compare_groups
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "workout_recovery"
TITLE = "Readiness after each kind of workout"
TEST = "Mann-Whitney U"
OUTCOME = "readiness on the next day"


def analyze(data: InsightData) -> Insight:
    """Next-day readiness after every workout type against rest, each by Mann-Whitney U."""
    readiness = data.next_day(READINESS.column)
    known = ~np.isnan(readiness)
    types = data.workout_types
    rest: Mask = known & (types == REST)
    kinds = sorted({kind for kind in types if kind is not None} - {REST})
    groups = {kind: known & (types == kind) for kind in kinds} or {
        "workouts": np.zeros(len(types), dtype=np.bool_)
    }
    findings = tuple(_finding(data, kind, readiness, days, rest) for kind, days in groups.items())
    return Insight(
        NAME, TITLE, data.user_id, data.as_of, findings, _series(readiness, {REST: rest} | groups)
    )


def _finding(data: InsightData, kind: str, readiness: Series, days: Mask, rest: Mask) -> Finding:
    hypothesis = Hypothesis(
        f"{kind.replace(' ', '_')}_vs_rest",
        f"Next-day readiness differs between days with {kind} and rest days.",
        data.window,
        caveats=(READINESS_CONTAINS_ACTIVITY, CHOSEN_DAYS),
    )
    n_kind, n_rest = int(days.sum()), int(rest.sum())
    if min(n_kind, n_rest) < MINIMUM_GROUP:
        short = kind if n_kind <= n_rest else REST
        return not_enough(
            hypothesis, TEST, min(n_kind, n_rest), MINIMUM_GROUP, type=kind, short=short
        )
    return compared(
        hypothesis, compare_groups(readiness, days, rest), readiness, days, rest, type=kind
    )


def _series(readiness: Series, groups: dict[str, Mask]) -> dict[str, Any]:
    """Groups with at least one day: rest first, then those with most days."""
    days = {kind: mask for kind, mask in groups.items() if mask.any()}
    order = sorted(days, key=lambda kind: (kind != REST, -int(days[kind].sum()), kind))
    return {
        "groups": [{"type": kind, "readiness": readiness[days[kind]].tolist()} for kind in order]
    }


def visualize(insight: Insight, mode: Mode = "light") -> Figure:
    """Box plot of next-day readiness by workout type, every day a dot."""
    groups = [
        {
            "label": capital(g["type"]),
            "values": g["readiness"],
            "reference": g["type"] == REST,
            "too_few": len(g["readiness"]) < MINIMUM_GROUP,
        }
        for g in insight.series["groups"]
    ]
    note = None if groups else charts.refusal(0, MINIMUM_GROUP, "days")
    return charts.box_by_group(
        groups, title=READINESS.axis_title("on the day after"), note=note, mode=mode
    )


def narrate(insight: Insight) -> str:
    """What was found, in plain sentences; the insight must have been through `adjust`."""
    return " ".join(sentence(finding) for finding in insight.findings)


def sentence(finding: Finding) -> str:
    """One workout type's sentence."""
    kind = finding.values["type"]
    if finding.needed is not None:
        unit = f"days after {finding.values['short']} with a readiness score"
        return sentences.not_enough_data(f"readiness after {kind}", finding.n, finding.needed, unit)
    values = finding.values
    counted = f"{values['n_first']} and {values['n_second']} days"
    evidence = sentences.Evidence(finding.interval, counted, finding.decided_q)
    say = sentences.groups_differ if finding.status == "found" else sentences.groups_alike
    medians = (values["median_first"], values["median_second"])
    return say(OUTCOME, kind, REST, medians, finding.effect or 0.0, evidence)
