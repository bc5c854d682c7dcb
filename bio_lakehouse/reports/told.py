"""What each report told, kept beside its page, so that a later report can correct it though the
page has been renewed since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from bio_lakehouse.errors import ReportError
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import place_of

if TYPE_CHECKING:
    from bio_lakehouse.reports.report_model import ReportModel


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """A week's mean or sum (None when unknown) over so many known days."""

    value: float | None
    known: int


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """What of a tested finding a later one is held against."""

    claim: str
    status: str
    effect_name: str = ""
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """The question that a report follows, by `insight/finding` (empty for none), and how many days
    it said that it takes; to look at all unless it `is_looked_at`."""

    key: str = ""
    needed: int = 0
    is_looked_at: bool = True


NO_QUESTION = Followed()


@dataclass(frozen=True, slots=True)
class Told:
    """What a report told: figures and what moved by measure, findings by `insight/finding`, and
    the question that it followed. `is_whole` unless its week was not over when it was made."""

    is_whole: bool
    figures: Mapping[str, ToldFigure] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    findings: Mapping[str, ToldFinding] = field(default_factory=dict)
    question: Followed = NO_QUESTION


def told_key(user_id: str, day: date) -> str:
    """`reports/<user>/weekly-YYYY-MM-DD.told.json`."""
    return f"reports/{user_id}/weekly-{day.isoformat()}.told.json"


def told_of(model: ReportModel, insights: Iterable[Insight]) -> Told:
    """What a report tells that a later one may have to correct."""
    means = {one.measure.key: ToldFigure(one.week.mean, one.week.n) for one in model.comparisons}
    sums = {one.measure.key: ToldFigure(one.week, one.days_known) for one in model.totals}
    since = model.since_last_week
    return Told(
        is_whole=model.today > model.last_day,
        figures=means | sums,
        moved=tuple(one.measure.key for one in model.comparisons if one.moved),
        findings=findings_told(insights),
        question=since.followed if since else NO_QUESTION,
    )


def findings_told(insights: Iterable[Insight]) -> dict[str, ToldFinding]:
    """The tested findings of insights, by `insight/finding`."""
    return {
        finding_key(insight, finding.name): _told(finding)
        for insight in insights
        for finding in insight.findings
        if finding.tested
    }


def _told(finding: Finding) -> ToldFinding:
    low, high = finding.interval or (None, None)
    effect = finding.effect
    return ToldFinding(
        finding.claim, finding.status, finding.effect_name, effect, low, high, finding.n
    )


def finding_key(insight: Insight, finding: str) -> str:
    """`workout_recovery/cycling_vs_rest`."""
    return f"{insight.name}/{finding}"


def first_told(lake: Lakehouse, user_id: str, day: date) -> Told | None:
    """What the report up to `day` told when it was first made of a week that was over; None where
    that is not known."""
    entries = map(_from_json, _entries(lake, told_key(user_id, day)))
    return next((entry for entry in entries if entry.is_whole), None)


def note_told(lake: Lakehouse, user_id: str, day: date, told: Told) -> None:
    """Keep what a report tells, after what it told before; nothing where that is the same.

    The caller holds the lock of whoever writes pages.
    """
    key = told_key(user_id, day)
    entries, entry = _entries(lake, key), json.loads(json.dumps(asdict(told)))
    if not entries or entries[-1] != entry:
        lake.objects.put(key, json.dumps([*entries, entry], indent=1).encode())


def _entries(lake: Lakehouse, key: str) -> list[dict[str, Any]]:
    """What was told, oldest first."""
    if not lake.objects.exists(key):
        return []
    try:
        entries: list[dict[str, Any]] = json.loads(lake.objects.get(key))
    except ValueError as error:
        raise ReportError(
            f"{place_of(lake.objects, key)}, which keeps what a report told, cannot be read"
            f" ({error}): restore it from a backup, or delete it; then nothing of it is corrected"
        ) from error
    return entries


def _from_json(entry: Mapping[str, Any]) -> Told:
    return Told(
        is_whole=entry["is_whole"],
        figures={name: ToldFigure(**one) for name, one in entry["figures"].items()},
        moved=tuple(entry["moved"]),
        findings={name: ToldFinding(**one) for name, one in entry["findings"].items()},
        question=Followed(**entry["question"]),
    )
