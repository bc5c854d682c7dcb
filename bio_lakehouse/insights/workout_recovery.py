"""Is readiness different on the day after each kind of workout than on the day after rest, on days
alike in other ways?"""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.english import capital
from bio_lakehouse.gold.measures import READINESS
from bio_lakehouse.insights import relation_sentences as sentences
from bio_lakehouse.insights.conditions import TRAINING_CONDITIONS, Conditions
from bio_lakehouse.insights.data import REST, InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.group_findings import Groups, compared
from bio_lakehouse.insights.hypotheses import CHOSEN_DAYS, Hypothesis
from bio_lakehouse.insights.rules import MINIMUM_GROUP
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "workout_recovery"
TITLE = "After a workout"


def analyze(data: InsightData) -> Insight:
    """Readiness of the day after each kind of workout against rest, on days alike in weekday,
    drift, that morning's readiness, the night before and the days around (least squares, tested);
    as recorded (Mann-Whitney U, described)."""
    readiness = data.next_day(READINESS.column)
    known = ~np.isnan(readiness)
    types = data.workout_types
    rest: Mask = known & (types == REST)
    kinds = sorted({kind for kind in types if kind is not None} - {REST})
    groups = {kind: known & (types == kind) for kind in kinds} or {
        "workouts": np.zeros(len(types), dtype=np.bool_)
    }
    conditions = Conditions(data)
    findings = tuple(_finding(conditions, kind, days, rest) for kind, days in groups.items())
    return Insight(
        NAME, TITLE, data.user_id, data.as_of, findings, _series(readiness, {REST: rest} | groups)
    )


def _finding(conditions: Conditions, kind: str, days: Mask, rest: Mask) -> Finding:
    hypothesis = Hypothesis(
        f"{kind.replace(' ', '_')}_vs_rest",
        f"Next-day readiness differs between days with {kind} and rest days.",
        conditions.data.window,
        caveats=(CHOSEN_DAYS,),
    )
    kinds = conditions.kinds
    others = [column for name, column in kinds.items() if name != kind]
    given = np.column_stack([conditions.of_training, *others])
    known = np.array([name is not None for name in conditions.data.workout_types])
    groups = Groups(days, rest, (kind, REST))
    return compared(hypothesis, conditions, groups, given, among=known, type=kind)


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
    return sentences.of_groups(finding, _words(finding))


def plain(insight: Insight, finding: Finding) -> str | None:
    """The finding in natural units; None where nothing was found."""
    return sentences.plain_groups(finding, _words(finding))


def _words(finding: Finding) -> sentences.Compared:
    return sentences.Compared(finding.values["type"], REST, TRAINING_CONDITIONS)
