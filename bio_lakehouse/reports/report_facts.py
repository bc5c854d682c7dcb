"""What the weekly narrative may speak of, taken from a report's model and the insights behind
it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import repeat, zip_longest
from typing import Literal

from bio_lakehouse.english import count, dated, weekday
from bio_lakehouse.gold.measures import WORKOUTS, Measure, watched
from bio_lakehouse.insights import Finding, Insight, Plain, plain
from bio_lakehouse.insights.data import REST
from bio_lakehouse.insights.statistics.weekly_change import WEEK_NEEDS
from bio_lakehouse.narrative.facts import (
    DayFact,
    Direction,
    ExtremeFact,
    Facts,
    FindingFact,
    Group,
    MeasureFact,
    Standing,
    StoryFact,
    TotalFact,
)
from bio_lakehouse.reports.comparison import BEFORE, WEEK, Comparison, TotalComparison
from bio_lakehouse.reports.report_model import ReportModel
from bio_lakehouse.reports.turning_point import flagged_days
from bio_lakehouse.reports.week import HIGHS, WeeklyHigh

MOST_EXTREME_DAYS = 3
KINDS = frozenset(
    {
        "workouts",
        "cycling",
        "running",
        "walking",
        "rowing",
        "outdoor",
        "circuit",
        "cardio",
        "strength",
        "yoga",
        "stretching",
        "meditation",
        "bike bootcamp",
        "tread bootcamp",
        "row bootcamp",
    }
)
"""Kinds of workouts that a text may name: Peloton's disciplines."""

NEXT_DAY = "the next day’s readiness"
LINK = "a link between"
Told = frozenset[tuple[str, date]]
"""Measures' keys and days whose figures the story says."""


def facts_of(model: ReportModel, insights: Sequence[Insight], plain: Plain = plain) -> Facts:
    """Aggregates of the week and the findings; no day's row, no workout's title, nothing of another
    user.

    `plain` says a finding in natural units. What moved comes first, the least likely by chance
    before the others, as in the headline.
    """
    told = model.story.tells if model.story else frozenset()
    days = _days(model, insights, told)
    stood_out = {day.id.partition(".")[2] for day in days}
    return Facts(
        measures=tuple(_measures(model)),
        totals=tuple(_totals(model)),
        highs=tuple(_highs(model, told)),
        lows=tuple(low for low in _lows(model, told) if low.id not in stood_out),
        days=tuple(days),
        findings=tuple(_findings(insights, plain)),
        story=_story(model),
        window=_window(insights),
    )


def _story(model: ReportModel) -> StoryFact | None:
    if model.story is None:
        return None
    names = {one.measure.key: one.measure.in_sentence for one in model.comparisons}
    days = sorted((day, key) for key, day in model.story.tells if key in names)
    about = (f"{names[key]} on {weekday(day)}" for day, key in days)
    return StoryFact(sentence=model.story.sentence, about=tuple(about))


def _window(insights: Sequence[Insight]) -> str:
    windows = (finding.window for insight in insights for finding in insight.findings)
    first, last = next(windows, (None, None))
    if first is None or last is None:
        return ""
    return f"the {(last - first).days + 1} days up to {dated(last)}"


def _measures(model: ReportModel) -> Iterator[MeasureFact]:
    by_surety = sorted(model.comparisons, key=lambda c: (not c.moved, c.p or 0.0 if c.moved else 0))
    return (_measure(comparison) for comparison in by_surety if comparison.week.n)


def _measure(comparison: Comparison) -> MeasureFact:
    measure, week, before = comparison.written, comparison.week, comparison.before
    few = week.n < WEEK_NEEDS
    is_compared = comparison.difference is not None and not few
    text = measure.text(week.mean) if week.n == 1 else measure.mean_text(week.mean)
    standing = _standing(comparison) if is_compared else "untested"
    return MeasureFact(
        id=measure.key,
        name=measure.in_sentence,
        group=group_of(measure),
        week=text,
        known=week.n,
        of=week.of,
        few=few,
        before=measure.mean_text(before.mean) if is_compared else None,
        standing=standing,
        direction=_direction(comparison) if standing == "moved" else None,
        size=size_text(comparison),
    )


def group_of(measure: Measure) -> Group:
    """Measures of the body, of the day's activity and of training never stand in one sentence."""
    if "bike" in measure.taken:
        return "training"
    return "body" if {"night", "morning"} & set(measure.taken) else "activity"


def _standing(comparison: Comparison) -> Standing:
    if comparison.q is None:
        return "untested"
    return "moved" if comparison.moved else "usual"


def _direction(comparison: Comparison) -> Direction:
    return "higher" if (comparison.difference or 0.0) > 0 else "lower"


def size_text(comparison: Comparison) -> str | None:
    """How far apart the two means are as they are written: `27`, `13 min`.

    Of what adds up or is a percentage it would not read as a difference.
    """
    week, before = comparison.week.mean, comparison.before.mean
    measure = comparison.written
    if comparison.difference is None or week is None or before is None:
        return None
    return None if measure.adds_up or measure.unit == "%" else measure.size_text(week, before)


def _totals(model: ReportModel) -> Iterator[TotalFact]:
    """Only of weeks that are known whole. Of a week without a workout that says all; minutes and
    output of nothing are left out."""
    workouts = model.workout_weeks[-1].workouts
    for total in model.totals:
        measure = total.measure
        if total.week is None or total.days_known < WEEK:
            continue
        if measure is WORKOUTS or workouts:
            yield TotalFact(
                id=measure.key,
                name=measure.in_sentence,
                week=total_text(measure, total.week),
                before=_weekly(total),
                counted=measure is WORKOUTS,
            )


def _weekly(total: TotalComparison) -> str | None:
    """`8.3 workouts a week`; None unless all of the weeks before are known."""
    if total.before is None or total.weeks < total.of:
        return None
    return f"{total_text(total.measure, total.before)} a week"


def total_text(measure: Measure, value: float) -> str:
    """`1 workout`, `no workouts`, `8.3 workouts`, `130 min`."""
    if measure is not WORKOUTS:
        return measure.text(value)
    if float(value).is_integer():
        return count(int(value), "workout")
    return f"{measure.finer(1).text(value)} workouts"


def _highs(model: ReportModel, told: Told) -> Iterator[ExtremeFact]:
    """Highs with the days on which they came; left out when these are most of the week or few are
    known, and when the story tells them."""
    few = {one.measure.key for one in model.comparisons if one.week.n < WEEK_NEEDS}
    for high in model.highs:
        days, measure = days_as_high(model.comparisons, high), high.measure
        is_told = any((measure.key, day) in told for day in days)
        if len(days) <= MOST_EXTREME_DAYS and measure.key not in few and not is_told:
            yield _extreme(measure, measure.text(high.value), days, high.since)


def _lows(model: ReportModel, told: Told) -> Iterator[ExtremeFact]:
    for comparison in model.comparisons:
        values, measure = known_days_of(comparison), comparison.measure
        if measure not in HIGHS or len(values) < WEEK_NEEDS:
            continue
        text = measure.text(min(values.values()))
        days = [day for day, value in values.items() if measure.text(value) == text]
        is_told = any((measure.key, day) in told for day in days)
        if len(days) <= MOST_EXTREME_DAYS and not is_told:
            yield _extreme(measure, text, days)


def _extreme(measure: Measure, value: str, days: Sequence[date], since: str = "") -> ExtremeFact:
    return ExtremeFact(
        id=measure.key,
        name=measure.in_sentence,
        group=group_of(measure),
        value=value,
        weekdays=tuple(weekday(day) for day in days),
        since=since.removeprefix("since "),
    )


def days_as_high(comparisons: Sequence[Comparison], high: WeeklyHigh) -> list[date]:
    """The days of the week whose value reads like that of the high; its own where its measure is
    not compared."""
    known = next((each for each in comparisons if each.measure is high.measure), None)
    if known is None:
        return [high.day]
    text = known.measure.text(high.value)
    return [day for day, value in known_days_of(known).items() if known.measure.text(value) == text]


def _days(model: ReportModel, insights: Sequence[Insight], told: Told) -> list[DayFact]:
    """The days of each watched measure that stood out on its bad side, without those that the story
    tells: the flagged ones first, and each kind in the order of days."""
    flagged = dict(unusual_days_of(model, insights))
    by_key = {comparison.measure.key: comparison for comparison in model.comparisons}
    found: list[tuple[bool, date, DayFact]] = []
    for measure in watched():
        comparison, unusual = by_key[measure.key], flagged.get(measure, {})
        known = {day for key, day in told if key == measure.key}
        left = {day: value for day, value in unusual.items() if day not in known}
        if left:
            found.append((False, min(left), _day_fact(measure, "unusual", left)))
        outside = furthest_outside(comparison)
        if outside and not outside.keys() & (known | unusual.keys()):
            fact = _day_fact(measure, "outside", outside, band_text(comparison))
            found.append((True, min(outside), fact))
    return [fact for *_, fact in sorted(found, key=lambda one: one[:2])]


def _day_fact(
    measure: Measure,
    kind: Literal["unusual", "outside"],
    days: Mapping[date, float],
    band: str = "",
) -> DayFact:
    return DayFact(
        id=f"{kind}.{measure.key}",
        name=measure.in_sentence,
        kind=kind,
        side="low" if measure.bad == "lower" else "high",
        weekdays=tuple(weekday(day) for day in sorted(days)),
        values=tuple(measure.text(days[day]) for day in sorted(days)),
        band=band,
    )


def unusual_days_of(
    model: ReportModel, insights: Sequence[Insight]
) -> Iterator[tuple[Measure, dict[date, float]]]:
    """The week's unusual days of each watched measure that has some, with their values."""
    flagged = flagged_days(insights, model.last_day)
    values = {comparison.measure.key: known_days_of(comparison) for comparison in model.comparisons}
    for measure in watched():
        days, known = flagged.get(measure.column, ()), values[measure.key]
        unusual = {day: known[day] for day in days if day in known}
        if unusual:
            yield measure, unusual


def furthest_outside(comparison: Comparison) -> dict[date, float]:
    """The week's day furthest outside the usual band on the bad side, and those that read like it;
    empty where none is outside as it is written."""
    measure, band, values = comparison.measure, comparison.band, known_days_of(comparison)
    if band is None or measure.bad is None or not values:
        return {}
    is_low = measure.bad == "lower"
    worst = min(values.values()) if is_low else max(values.values())
    if band.side_of(worst, measure) != ("below" if is_low else "above"):
        return {}
    text = measure.text(worst)
    return {day: value for day, value in values.items() if measure.text(value) == text}


def band_text(comparison: Comparison) -> str:
    """`72 to 86`, `48 to 62 ms`."""
    measure, band = comparison.measure, comparison.band
    return f"{measure.number(band.low)} to {measure.text(band.high)}" if band else ""


def known_days_of(comparison: Comparison) -> dict[date, float]:
    """The week's known values by day."""
    return {
        comparison.first_day + timedelta(days=BEFORE + place): value
        for place, value in enumerate(comparison.week_values)
        if value is not None
    }


def in_turn(insights: Sequence[Insight]) -> list[tuple[Insight, Finding]]:
    """A finding of each insight, then a second of each: what was found before the rest, so that no
    insight is left out of a text that has room for a few."""
    own = [
        sorted(insight.findings, key=lambda finding: finding.status != "found")
        for insight in insights
    ]
    pairs = [zip(repeat(insight), found) for insight, found in zip(insights, own, strict=True)]
    rounds = zip_longest(*pairs)
    return [pair for in_round in rounds for pair in in_round if pair is not None]


def _findings(insights: Sequence[Insight], plain: Plain) -> Iterator[FindingFact]:
    """What was tested, and what is described where it can be told in a sentence."""
    for insight, finding in in_turn(insights):
        subject = subject_of(insight, finding)
        sentence = _sentence(insight, finding, plain)
        if subject and (sentence or finding.status in ("not found", "not enough data")):
            yield FindingFact(
                id=f"{insight.name}.{finding.name}",
                status=finding.status,
                sentence=sentence,
                looked_for=subject[0],
                item=subject[1],
                counted=_counted(finding),
            )


def _sentence(insight: Insight, finding: Finding, plain: Plain) -> str:
    if finding.status not in ("found", "described"):
        return ""
    return plain(insight, finding) or ""


def _counted(finding: Finding) -> str:
    return "" if finding.needed is None else f"{finding.n} of {finding.needed} days"


def subject_of(insight: Insight, finding: Finding) -> tuple[str, str] | None:
    """What a finding looked for, in two parts of which the last may be listed; None for what no
    text names."""
    if insight.name == "workout_recovery":
        kind = str(finding.values.get("type", "workouts"))
        # What a file calls a workout is anybody's text: only Peloton's kinds are named.
        return (f"a difference in {NEXT_DAY} between {REST} and", kind) if kind in KINDS else None
    return SUBJECTS.get((insight.name, finding.name))


SUBJECTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("sleep_readiness", "next_day"): (LINK, f"the sleep score and {NEXT_DAY}"),
    ("readiness_trend", "trend"): ("a trend in", "readiness"),
    ("intensity_impact", "high_vs_low"): (
        f"a difference in {NEXT_DAY} between",
        "high and low output",
    ),
    ("intensity_impact", "output"): (LINK, f"output and {NEXT_DAY}"),
}
