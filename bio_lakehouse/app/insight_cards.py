"""The findings as of a day, as the page of insights shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Literal

import pyarrow.compute as pc

from bio_lakehouse.english import count
from bio_lakehouse.gold.schemas import INSIGHTS
from bio_lakehouse.insights.analyzers import plain, sentence
from bio_lakehouse.insights.finding import Finding, Insight, Status
from bio_lakehouse.insights.table import from_rows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.weekly_report import finding_facts

ORDER: tuple[Status, ...] = ("found", "described", "not found", "not enough data")
BADGES: dict[Status, Literal["green", "blue", "gray"]] = {
    "found": "green",
    "described": "blue",
    "not found": "gray",
    "not enough data": "gray",
}
"""Each status with its colour; the word itself stands in the badge."""
OPENINGS: dict[Status, str] = {
    "found": "Found",
    "described": "Looked at and not tested",
    "not found": "Looked for and not found",
    "not enough data": "Not enough days to look yet",
}
"""What came of a question, before the question itself."""
NEAREST = 5


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: its status, its sentence in plain units where one may be told, what was looked
    for, and the figures behind it."""

    status: Status
    looked_for: str
    plain: str
    sentence: str
    figures: tuple[str, ...]
    caveats: tuple[str, ...]


def days_with_insights(lake: Lakehouse, user_id: str) -> list[date]:
    """The days as of which there are findings of a person, oldest first."""
    if not lake.tables.exists(INSIGHTS.full_name):
        return []
    rows = lake.tables.scan(INSIGHTS.full_name, user_id=user_id, columns=["day"])
    days: list[date] = pc.unique(rows.column("day")).to_pylist()
    return sorted(days)


def insights_as_of(lake: Lakehouse, user_id: str, day: date) -> list[Insight]:
    """All insights of a person as of a day, those with something found first."""
    insights = from_rows(lake.tables.read(INSIGHTS, day, day, user_id))
    return sorted(insights, key=lambda insight: ORDER.index(best_status(insight)))


def best_status(insight: Insight) -> Status:
    """The first status, in the order of the page, that any of its findings has."""
    statuses = {finding.status for finding in insight.findings}
    return next(status for status in ORDER if status in statuses)


def finding_lines(insight: Insight) -> list[FindingLine]:
    """Its findings, what was found first."""
    ordered = sorted(insight.findings, key=lambda finding: ORDER.index(finding.status))
    return [finding_line(insight, finding) for finding in ordered]


def finding_line(insight: Insight, finding: Finding) -> FindingLine:
    return FindingLine(
        finding.status,
        insight.looked_for(finding),
        plain(insight, finding) or "",
        sentence(insight, finding),
        finding_facts(finding),
        finding.caveats,
    )


def summary_of(insights: Sequence[Insight]) -> str:
    """How many were looked for, and what came of them, in a sentence."""
    counts = Counter(finding.status for insight in insights for finding in insight.findings)
    told = [f"{counts[status]} {status}" for status in ORDER if counts[status]]
    return f"{count(counts.total(), 'question').capitalize()} looked at: {', '.join(told)}."


def nearest_days(days: Sequence[date], asked: date) -> list[date]:
    """The days nearest to one that has no findings, nearest first."""
    by_distance = sorted(days, key=lambda day: (abs((day - asked).days), day))
    return list(islice(by_distance, NEAREST))
