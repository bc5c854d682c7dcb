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

from bio_lakehouse.english import span
from bio_lakehouse.gold import measures
from bio_lakehouse.insights import Finding, Insight, Plain, Status, plain, sentence
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse.insights.workout_load import Lacking
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.narrative.story import Story, named
from bio_lakehouse.reports.comparison import (
    BEFORE,
    HISTORY_NEEDS,
    WEEK,
    Comparison,
    TotalComparison,
    WorkoutWeek,
    by_day,
    compare,
    compare_totals,
    workout_weeks,
)
from bio_lakehouse.reports.completeness import PELOTON, SourceDays, completeness, newest_days
from bio_lakehouse.reports.days_before import LOOKBACK_DAYS, DaysBefore
from bio_lakehouse.reports.own_rows import NIGHTS
from bio_lakehouse.reports.since_last_week import SinceLastWeek, WeekBefore, since_last_week
from bio_lakehouse.reports.this_week import ThisWeek, this_week_of
from bio_lakehouse.reports.training import Training, training_of
from bio_lakehouse.reports.turning_point import Week, flagged_days, story_of
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
SUPPORT = re.compile(r" \((?=[^()]*(?:95 % interval[^()]*,|, 95 % interval|\bq [=<]))[^()]*\)")
"""The bracket in which a finding's sentence carries its figures: an interval beside other figures,
or a q."""


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """What a report is made of: one user's rows (others are dropped), as the tables hold them.

    `daily` is gold.daily_readiness_performance, five weeks or more up to `day` (later days only
    count as freshness), `workouts` silver.peloton_workouts, `coverage` the days that files and
    fetches speak of (`source`: vendor or dataset, `first_day`, `last_day`), `activity`
    silver.oura_daily_activity, `sleep` silver.oura_sleep. `insights` and `week_tests` are as of
    `day` and decided together, `say` writes one of their findings as a sentence and `plain` in
    natural units, `narratives` are longer texts by insight name where there are any. `training`
    are the user's rows of gold.training_load, `experiment` what is said of their own experiments.
    `day` is the week's last day, `today` the person's today, `data_up_to` the newest arrival (UTC)
    among the rows, `failed` the days of fetches that failed, by dataset. `nights` are the periods
    of silver.oura_sleep of half a year with their bedtimes, `week_ends` is the last day of the
    calendar week that `day` is in, `lacks` what each workout without a measured load lacks.
    """

    user_id: str
    day: date
    today: date
    daily: pd.DataFrame
    workouts: pd.DataFrame
    coverage: pd.DataFrame
    insights: Sequence[Insight] = ()
    say: Callable[[Insight, Finding], str] = sentence
    plain: Plain = plain
    week_tests: Sequence[WeekTest] = ()
    narratives: Mapping[str, str] = field(default_factory=dict)
    activity: pd.DataFrame | None = None
    sleep: pd.DataFrame | None = None
    training: Sequence[Mapping[str, Any]] = ()
    experiment: tuple[str, ...] = ()
    data_up_to: datetime | None = None
    failed: Mapping[str, frozenset[date]] = field(default_factory=dict)
    nights: pd.DataFrame | None = None
    week_ends: date | None = None
    newest_day: Mapping[str, Any] | None = None
    week_before: WeekBefore | None = None
    lacks: Sequence[Lacking] = ()

    @property
    def is_preview(self) -> bool:
        """Whether the week that `day` is in is not over."""
        return (self.week_ends or self.day) >= self.today

    def arrived(self, today: date) -> tuple[SourceDays, ...]:
        """What has arrived of each day of the week, source by source, as of `today`."""
        return completeness(
            self.daily,
            self.coverage,
            days_of(self.day),
            today,
            self.activity,
            self.sleep,
            self.failed,
        )


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding and its sentence; `natural` says it in natural units, empty where that may not be
    told."""

    finding: Finding
    sentence: str
    natural: str = ""

    @property
    def claim(self) -> str:
        """The sentence without its bracket of figures, for places that show these beside it."""
        return SUPPORT.sub("", self.sentence)


@dataclass(frozen=True, slots=True)
class InsightCard:
    """One insight: what was found or described, and the caveats of what was found, else of what was
    described, each said once.

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
    """One report. `version` names this model: equal versions say the same.

    `narrative` are the paragraphs of a writer, `byline` says who wrote them and what that cost.
    `story` is the week's turning point, None where too little is known. A preview is of a week that
    is not over.
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
    newest: Mapping[str, date]
    data_up_to: datetime | None
    narrative: tuple[str, ...] = ()
    byline: str = ""
    story: Story | None = None
    is_preview: bool = False
    experiment: tuple[str, ...] = ()
    this_week: ThisWeek | None = None
    since_last_week: SinceLastWeek | None = None
    version: str = ""

    @property
    def title(self) -> str:
        """`Week of 3–9 March 2025`; of a preview `Preview: 3–9 March 2025`."""
        days = span(self.first_day, self.last_day)
        return f"Preview: {days}" if self.is_preview else f"Week of {days}"

    @property
    def subject(self) -> str:
        """Of a mail: `3–9 March: a sharp dip on Wednesday`. It is short and names no figure, as it
        may be read on a locked screen."""
        said = self.story.short if self.story else self.headline
        return sentences.subject(self.first_day, self.last_day, said, self.is_preview)


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
    story = story_of(week_of(own, comparisons, moved, highs, weeks))
    model = ReportModel(
        user_id=own.user_id,
        first_day=days[0].day,
        last_day=own.day,
        today=own.today,
        notices=notices(own, newest, stale_after_days),
        headline=_headline(story, known_days(days), _is_new(daily, own.day), weeks[-1], newest),
        lede=_lede(story, comparisons, moved, weeks[-1]),
        completeness=own.arrived(own.today),
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
        training=training_of(own.training, own.day, own.lacks),
        newest=newest,
        data_up_to=own.data_up_to,
        story=story,
        is_preview=own.is_preview,
        experiment=tuple(own.experiment),
        this_week=this_week_of(own.newest_day),
        since_last_week=since_last_week(own.week_before, daily, own.insights, own.plain),
    )
    return dataclasses.replace(model, version=version_of(model))


def with_narrative(model: ReportModel, text: str, byline: str) -> ReportModel:
    """The same with a written text and who wrote it."""
    told = tuple(paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip())
    changed = dataclasses.replace(model, narrative=told, byline=byline)
    return dataclasses.replace(changed, version=version_of(changed))


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
        nights=None if inputs.nights is None else own(inputs.nights),
        insights=[insight for insight in inputs.insights if insight.user_id == inputs.user_id],
        week_tests=[test for test in inputs.week_tests if test.user_id == inputs.user_id],
        training=[row for row in inputs.training if row["user_id"] == inputs.user_id],
    )


def _up_to(frame: pd.DataFrame, last: date) -> pd.DataFrame:
    return frame[pd.to_datetime(frame["day"]) <= pd.Timestamp(last)]


def _from(frame: pd.DataFrame, first: date) -> pd.DataFrame:
    return frame[pd.to_datetime(frame["day"]) >= pd.Timestamp(first)]


def _of(comparisons: Sequence[Comparison], measure: measures.Measure) -> Comparison:
    return next(comparison for comparison in comparisons if comparison.measure is measure)


def most_moved(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """At most three that moved, the least likely by chance first."""
    found = sorted((c for c in comparisons if c.moved), key=lambda c: c.p or 0.0)
    return tuple(found[:MOST_MOVES])


def week_of(
    own: ReportInputs,
    comparisons: tuple[Comparison, ...],
    moved: tuple[Comparison, ...],
    highs: tuple[WeeklyHigh, ...],
    weeks: tuple[WorkoutWeek, ...],
) -> Week:
    """What the week's story is found in: of half a year of one user's rows."""
    since = own.day - timedelta(LOOKBACK_DAYS - 1)
    daily, workouts = (_from(_up_to(f, own.day), since) for f in (own.daily, own.workouts))
    nights = pd.DataFrame(columns=list(NIGHTS)) if own.nights is None else own.nights
    scores = {
        m.column: by_day(daily, m.column, own.day) for m in (measures.READINESS, measures.SLEEP)
    }
    had_workout = by_day(daily, measures.WORKOUTS.column, own.day).clip(upper=1)
    return Week(
        last=own.day,
        comparisons=comparisons,
        moved=moved,
        highs=highs,
        workout_weeks=weeks,
        flagged=flagged_days(own.insights, own.day),
        scores=scores,
        before=DaysBefore(workouts, _from(nights, since), had_workout),
        is_preview=own.is_preview,
    )


def _headline(
    story: Story | None, known: int, is_new: bool, week: WorkoutWeek, newest: Mapping[str, date]
) -> str:
    if story:
        return story.headline
    if {*newest} == {PELOTON.title} and known:
        return sentences.workouts_alone(week.workouts, week.days_known, WEEK)
    return sentences.nothing_to_compare(known, first_weeks=is_new)


def _is_new(daily: pd.DataFrame, last: date) -> bool:
    """Whether the lake knows no more than the weeks that a report compares."""
    return daily.empty or pd.to_datetime(daily["day"]).min() > pd.Timestamp(
        last - timedelta(days=WEEK + BEFORE)
    )


def _moved_note(comparisons: Sequence[Comparison]) -> str:
    tested = [comparison for comparison in comparisons if comparison.p is not None]
    if not tested:
        return sentences.too_early_to_compare(max(c.history for c in comparisons), HISTORY_NEEDS)
    moved = sum(comparison.moved for comparison in tested)
    if not moved:
        return sentences.nothing_moved(len(tested))
    return sentences.moved_of(moved, len(tested), listed=min(moved, MOST_MOVES))


def _lede(
    story: Story | None,
    comparisons: Sequence[Comparison],
    moved: Sequence[Comparison],
    week: WorkoutWeek,
) -> str:
    """The story, what moved, and what the week was beside it, each mean said once."""
    readiness, sleep = (
        _mean(of_measure) if (of_measure := _of(comparisons, measure)) not in moved else None
        for measure in (measures.READINESS, measures.SLEEP)
    )
    output = measures.OUTPUT.text(week.output_kj) if week.output_kj else None
    rest = sentences.lede(readiness, sleep, week.workouts, output, whole_week=week.is_complete)
    said = sentences.moved_means([_means(c) for c in moved])
    return " ".join(filter(None, [story.sentence if story else "", said, rest]))


def _means(moved: Comparison) -> tuple[str, str, str]:
    week, before = (moved.written.mean_text(sample.mean) for sample in (moved.week, moved.before))
    return named(moved.measure), week, before


def _mean(comparison: Comparison) -> str | None:
    week = comparison.week
    return comparison.written.text(week.mean) if week.n else None


def notices(
    inputs: ReportInputs, newest: Mapping[str, date], stale_after_days: int
) -> tuple[str, ...]:
    """What a reader must know before anything else: nothing there, data that stopped, a week that
    is not over."""
    if not newest:
        return (sentences.nothing_ever(),)
    today, ends = inputs.today, dict[str, date]()
    for title, day in newest.items():
        vendor = title.split()[0]
        ends[vendor] = max(ends.get(vendor, day), day)
    old = {
        vendor: end
        for vendor, end in ends.items()
        if today - end > timedelta(days=stale_after_days)
    }
    first, week_ends = days_of(inputs.day)[0], inputs.week_ends or inputs.day
    preview = sentences.preview_of(first, inputs.day, week_ends)
    return (
        *(sentences.stale(vendor, end, today) for vendor, end in old.items()),
        *((preview,) if inputs.is_preview else ()),
    )


def _card(insight: Insight, inputs: ReportInputs) -> InsightCard:
    lines = _lines(inputs, [insight], "found", "described")
    found = [line for line in lines if line.finding.status == "found"]
    caveats = dict.fromkeys(caveat for line in found or lines for caveat in line.finding.caveats)
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
    lines = [
        FindingLine(finding, inputs.say(insight, finding), _natural(inputs, insight, finding))
        for insight, finding in pairs
    ]
    # Two findings of one measure may lack the same days.
    return tuple({line.sentence: line for line in reversed(lines)}.values())[::-1]


def _natural(inputs: ReportInputs, insight: Insight, finding: Finding) -> str:
    """A finding that holds, in natural units; empty for any other."""
    if finding.status not in ("found", "described"):
        return ""
    return inputs.plain(insight, finding) or ""


def version_of(model: ReportModel) -> str:
    """Twelve hexadecimal digits of the SHA-256 over all that the report says, the moment left
    out."""
    said = dataclasses.asdict(model) | dict.fromkeys(("data_up_to", "today", "notices", "version"))
    text = json.dumps(said, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: object) -> object:
    """A set in an order of its own: that in which it says itself differs from run to run."""
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)
