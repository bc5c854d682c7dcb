"""What one weekly report says, as typed values: computed from plain frames, without reading or
writing anything."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from bio_lakehouse.english import inner, span
from bio_lakehouse.gold import measures
from bio_lakehouse.gold.schemas import BASELINES
from bio_lakehouse.insights import Finding, Insight, Status, sentence
from bio_lakehouse.insights.forecast import Forecast, narrate
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.narrative.story import Story
from bio_lakehouse.reports.comparison import (
    BEFORE,
    HISTORY_NEEDS,
    MOVED_AT,
    WEEK,
    Comparison,
    TotalComparison,
    WorkoutWeek,
    compare,
    compare_totals,
    workout_weeks,
)
from bio_lakehouse.reports.completeness import SourceDays, completeness, newest_days
from bio_lakehouse.reports.training import Training, training_of
from bio_lakehouse.reports.week import (
    DayLine,
    WeeklyHigh,
    days_of,
    known_days,
    week_lines,
    weekly_highs,
)

MOST_MOVES = 3
STATUSES: tuple[Status, ...] = ("found", "not found", "described", "not enough data")
"""What an insight's card is headed by: the first of these that any of its findings has."""
SUPPORT = re.compile(r" \((?=[^()]*(?:95 % interval|\bq [=<]))[^()]*\)")
"""The bracket in which a finding's sentence carries its figures."""


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """What a report is made of: one user's rows (others are dropped), as the tables hold them.

    `daily` is gold.daily_readiness_performance, five weeks or more up to `day` (later days only
    count as freshness), `workouts` silver.peloton_workouts, `coverage` the days that files and
    fetches speak of (`source`: vendor or dataset, `first_day`, `last_day`), `activity`
    silver.oura_daily_activity, `sleep` silver.oura_sleep. `insights` and `week_tests` are as of
    `day` and decided together, `say` writes one of their findings as a sentence, `narratives` are
    longer texts by insight name where there are any. `training` are the user's rows of
    gold.training_load, `forecast` is that made on `day`. `day` is the week's last day, `today` the
    person's today, `data_up_to` the newest arrival (UTC) among the rows, `failed` the days of
    fetches that failed, by dataset.
    """

    user_id: str
    day: date
    today: date
    daily: pd.DataFrame
    workouts: pd.DataFrame
    coverage: pd.DataFrame
    insights: Sequence[Insight] = ()
    say: Callable[[Insight, Finding], str] = sentence
    week_tests: Sequence[WeekTest] = ()
    narratives: Mapping[str, str] = field(default_factory=dict)
    activity: pd.DataFrame | None = None
    sleep: pd.DataFrame | None = None
    training: Sequence[Mapping[str, Any]] = ()
    forecast: Forecast | None = None
    data_up_to: datetime | None = None
    failed: Mapping[str, frozenset[date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding and its sentence."""

    finding: Finding
    sentence: str

    @property
    def claim(self) -> str:
        """The sentence without its bracket of figures, for places that show these beside it."""
        return SUPPORT.sub("", self.sentence)


@dataclass(frozen=True, slots=True)
class InsightCard:
    """One insight: what was found or described, and the caveats of these, each said once.

    `not_found` and `not_enough` count its findings that stand in the lists of that name.
    """

    name: str
    title: str
    narrative: str
    status: str
    lines: tuple[FindingLine, ...]
    caveats: tuple[str, ...]
    not_found: int = 0
    not_enough: int = 0


@dataclass(frozen=True, slots=True)
class ReportModel:
    """One report. `version` names these model: equal versions say the same.

    `forecast` is empty unless past ones were better than every simple rule; then `forecast_note` is
    empty. `narrative` are the paragraphs of a writer, `byline` says who wrote them and what that
    cost. `story` is the week's turning point, where it has one.
    """

    user_id: str
    first_day: date
    last_day: date
    today: date
    notices: tuple[str, ...]
    headline: str
    lede: str
    completeness: tuple[SourceDays, ...]
    readiness: Comparison
    sleep: Comparison
    workout_weeks: tuple[WorkoutWeek, ...]
    moved: tuple[Comparison, ...]
    moved_note: str
    highs: tuple[WeeklyHigh, ...]
    comparisons: tuple[Comparison, ...]
    totals: tuple[TotalComparison, ...]
    days: tuple[DayLine, ...]
    insights: tuple[InsightCard, ...]
    not_found: tuple[FindingLine, ...]
    not_enough: tuple[FindingLine, ...]
    training: Training
    forecast: str
    forecast_note: str
    newest: Mapping[str, date]
    data_up_to: datetime | None
    narrative: tuple[str, ...] = ()
    byline: str = ""
    story: Story | None = None
    version: str = ""

    @property
    def title(self) -> str:
        """`Week of 3–9 March 2025`."""
        return f"Week of {span(self.first_day, self.last_day)}"


def model_of(inputs: ReportInputs, stale_after_days: int = 3) -> ReportModel:
    """The report of the week that ends on `inputs.day`; raises nothing for missing data, it says
    so."""
    own = _own_rows(inputs)
    daily = _up_to(own.daily, own.day)
    workouts = _up_to(own.workouts, own.day)
    comparisons = compare(daily, measures.compared_with("days"), own.day, own.week_tests)
    weeks = workout_weeks(daily, own.day)
    days = week_lines(daily, workouts, own.day)
    newest = newest_days(own.daily)
    moved = most_moved(comparisons)
    highs = weekly_highs(daily, workouts, own.day)
    model = ReportModel(
        user_id=own.user_id,
        first_day=days[0].day,
        last_day=own.day,
        today=own.today,
        notices=notices(own.day, own.today, newest, stale_after_days),
        headline=_headline(comparisons, moved, known_days(days), highs, _is_new(daily, own.day)),
        lede=_lede(comparisons, weeks[-1]),
        completeness=completeness(
            own.daily,
            own.coverage,
            days_of(own.day),
            own.today,
            own.activity,
            own.sleep,
            own.failed,
        ),
        readiness=_of(comparisons, measures.READINESS),
        sleep=_of(comparisons, measures.SLEEP),
        workout_weeks=weeks,
        moved=moved,
        moved_note=_moved_note(comparisons),
        highs=highs,
        comparisons=comparisons,
        totals=compare_totals(weeks, measures.compared_with("weeks")),
        days=days,
        insights=tuple(_card(insight, own) for insight in own.insights),
        not_found=_lines(own, own.insights, "not found"),
        not_enough=_lines(own, own.insights, "not enough data"),
        training=training_of(own.training, own.day),
        forecast=shown_forecast(own.forecast),
        forecast_note=forecast_note(own.forecast),
        newest=newest,
        data_up_to=own.data_up_to,
    )
    return dataclasses.replace(model, version=version_of(model))


def with_narrative(model: ReportModel, text: str, byline: str) -> ReportModel:
    """The same with a written text and who wrote it."""
    told = tuple(paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip())
    changed = dataclasses.replace(model, narrative=told, byline=byline)
    return dataclasses.replace(changed, version=version_of(changed))


def shown_forecast(made: Forecast | None) -> str:
    """The forecast with interval and skill; empty unless it was better than every simple rule."""
    return narrate(made) if made is not None and made.beats_all else ""


def forecast_note(made: Forecast | None) -> str:
    """Why no forecast is shown; empty when one is, or none was asked for."""
    if made is None or made.beats_all:
        return ""
    return (
        narrate(made) if made.beats_all is None else sentences.forecast_not_shown(made.n, BASELINES)
    )


def _own_rows(inputs: ReportInputs) -> ReportInputs:
    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["user_id"] == inputs.user_id] if "user_id" in frame else frame

    return dataclasses.replace(
        inputs,
        daily=own(inputs.daily),
        workouts=own(inputs.workouts),
        coverage=own(inputs.coverage),
        activity=None if inputs.activity is None else own(inputs.activity),
        sleep=None if inputs.sleep is None else own(inputs.sleep),
        insights=[insight for insight in inputs.insights if insight.user_id == inputs.user_id],
        week_tests=[test for test in inputs.week_tests if test.user_id == inputs.user_id],
        training=[row for row in inputs.training if row["user_id"] == inputs.user_id],
    )


def _up_to(frame: pd.DataFrame, last: date) -> pd.DataFrame:
    return frame[pd.to_datetime(frame["day"]) <= pd.Timestamp(last)]


def _of(comparisons: Sequence[Comparison], measure: measures.Measure) -> Comparison:
    return next(comparison for comparison in comparisons if comparison.measure is measure)


def most_moved(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """At most three that moved, the least likely by chance first."""
    found = sorted((c for c in comparisons if c.moved), key=lambda c: c.p or 0.0)
    return tuple(found[:MOST_MOVES])


def _change(comparison: Comparison) -> sentences.Change:
    return sentences.Change(
        comparison.measure.title,
        week=comparison.written.text(comparison.week.mean),
        before=comparison.written.text(comparison.before.mean),
        higher=(comparison.difference or 0) > 0,
    )


def _headline(
    comparisons: Sequence[Comparison],
    moved: Sequence[Comparison],
    known: int,
    highs: Sequence[WeeklyHigh],
    is_new: bool,
) -> str:
    changes = [_change(comparison) for comparison in comparisons if comparison in moved]
    comparable = any(comparison.p is not None for comparison in comparisons)
    rarest = max(highs, key=lambda high: high.days_back or 0, default=None)
    high = f"{inner(rarest.measure.title)} {rarest.since}" if rarest and rarest.since else None
    return sentences.headline(changes, known, comparable, high, first_weeks=is_new)


def _is_new(daily: pd.DataFrame, last: date) -> bool:
    """Whether the lake knows no more than the weeks that a report compares."""
    return daily.empty or pd.to_datetime(daily["day"]).min() > pd.Timestamp(
        last - timedelta(days=WEEK + BEFORE)
    )


def _moved_note(comparisons: Sequence[Comparison]) -> str:
    tested = [comparison for comparison in comparisons if comparison.p is not None]
    if not tested:
        return sentences.too_early_to_compare(max(c.before.n for c in comparisons), HISTORY_NEEDS)
    moved = sum(comparison.moved for comparison in tested)
    return (
        sentences.moved_of(moved, len(tested), MOVED_AT)
        if moved
        else sentences.nothing_moved(len(tested))
    )


def _lede(comparisons: Sequence[Comparison], week: WorkoutWeek) -> str:
    readiness, sleep = (
        _of(comparisons, measure) for measure in (measures.READINESS, measures.SLEEP)
    )
    return sentences.lede(
        readiness.written.text(readiness.week.mean) if readiness.week.n else None,
        sleep.written.text(sleep.week.mean) if sleep.week.n else None,
        week.workouts,
        measures.OUTPUT.text(week.output_kj) if week.output_kj else None,
        whole_week=week.is_complete,
    )


def notices(
    last: date, today: date, newest: Mapping[str, date], stale_after_days: int
) -> tuple[str, ...]:
    """What a reader must know before anything else: nothing there, data that stopped, a week that
    is not over."""
    if not newest:
        return (sentences.nothing_ever(),)
    vendors = {title: title.split()[0] for title in newest}
    ends: dict[str, date] = {}
    for title, vendor in vendors.items():
        ends[vendor] = max(ends.get(vendor, newest[title]), newest[title])
    old = {
        vendor: end
        for vendor, end in ends.items()
        if today - end > timedelta(days=stale_after_days)
    }
    return (
        *(sentences.stale(vendor, end, today) for vendor, end in old.items()),
        *((sentences.unfinished(last, today),) if last >= today else ()),
    )


def _card(insight: Insight, inputs: ReportInputs) -> InsightCard:
    lines = _lines(inputs, [insight], "found", "described")
    caveats = dict.fromkeys(caveat for line in lines for caveat in line.finding.caveats)
    present = Counter(finding.status for finding in insight.findings)
    return InsightCard(
        insight.name,
        insight.title,
        inputs.narratives.get(insight.name, ""),
        next((status for status in STATUSES if present[status]), STATUSES[-1]),
        lines,
        tuple(caveats),
        not_found=present["not found"],
        not_enough=present["not enough data"],
    )


def _lines(
    inputs: ReportInputs, insights: Sequence[Insight], *statuses: Status
) -> tuple[FindingLine, ...]:
    pairs = [
        (insight, finding)
        for insight in insights
        for finding in insight.findings
        if finding.status in statuses
    ]
    return tuple(FindingLine(finding, inputs.say(insight, finding)) for insight, finding in pairs)


def version_of(model: ReportModel) -> str:
    """Twelve hexadecimal digits of the SHA-256 over all that the report says, the moment left
    out."""
    said = dataclasses.asdict(model) | dict.fromkeys(("data_up_to", "today", "notices", "version"))
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:12]
