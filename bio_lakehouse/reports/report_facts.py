"""What the weekly narrative may speak of, taken from a report's model and the insights behind
it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import repeat, zip_longest

from bio_lakehouse.english import capital, count
from bio_lakehouse.gold.measures import OUTPUT, READINESS, SLEEP, WORKOUTS, Measure, watched
from bio_lakehouse.insights import Finding, Insight, sentences
from bio_lakehouse.insights.anomaly_detection import NAME as ANOMALY_DETECTION
from bio_lakehouse.insights.data import REST
from bio_lakehouse.insights.statistics.weekly_change import WEEK_NEEDS
from bio_lakehouse.narrative import phrases
from bio_lakehouse.narrative.facts import Facts, FactsBuilder, Standing, key_of
from bio_lakehouse.numbers import effect_text, signed_effect_text
from bio_lakehouse.reports.comparison import BEFORE, WEEK, Comparison, TotalComparison
from bio_lakehouse.reports.report_model import ReportModel
from bio_lakehouse.reports.week import WeeklyHigh

MOST_HIGH_DAYS = 3
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

ABOUT_READINESS = {READINESS.key: READINESS.in_sentence}
ABOUT_SLEEP = ABOUT_READINESS | {SLEEP.key: SLEEP.in_sentence}
ABOUT_OUTPUT = ABOUT_READINESS | {OUTPUT.key: OUTPUT.in_sentence}
AFTER = f"{READINESS.in_sentence} on the next day"


def facts_of(model: ReportModel, insights: Sequence[Insight]) -> Facts:
    """Aggregates of the week and the findings; no day's row, no workout's title, nothing of another
    user.

    What moved comes first, the least likely by chance before the others, as in the headline.
    """
    window = next((finding.window for insight in insights for finding in insight.findings), None)
    builder = FactsBuilder((model.first_day, model.last_day), window)
    for comparison in sorted(
        model.comparisons, key=lambda c: (not c.moved, c.p or 0.0 if c.moved else 0.0)
    ):
        _add_measure(builder, comparison)
    for total in model.totals:
        _add_total(builder, total, workouts=model.workout_weeks[-1].workouts)
    for measure, days in unusual_days_of(model, insights):
        _add_unusual(builder, measure, days)
    for high in model.highs:
        _add_high(builder, high, model.comparisons)
    for insight, finding in in_turn(insights):
        _add_finding(builder, insight, finding)
    return builder.build()


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


def _add_measure(builder: FactsBuilder, comparison: Comparison) -> None:
    measure, week = comparison.written, comparison.week
    if not week.n:
        return
    days = f"{week.n} of {count(week.of, 'day')}"
    thin = f" ({days})" if week.n < WEEK_NEEDS else ""
    comparable = comparison.difference is not None and not thin
    builder.measure(
        measure.key,
        capital(measure.in_sentence),
        measure.mean_text(week.mean) + thin,
        measure.mean_text(comparison.before.mean) if comparable else None,
        difference=comparison.difference,
        standing=_standing(comparison),
        size=size_text(comparison),
        interval=interval_text(comparison),
        days=days,
    )


def _standing(comparison: Comparison) -> Standing | None:
    if comparison.q is None:
        return None
    return "moved" if comparison.moved else "usual"


def size_text(comparison: Comparison) -> str | None:
    """How far apart the two means are as they are written: `27`, `13 min`."""
    week, before = comparison.week.mean, comparison.before.mean
    if comparison.difference is None or week is None or before is None:
        return None
    return comparison.written.size_text(week, before)


def interval_text(comparison: Comparison) -> str | None:
    """`95 % interval 2 to 9 ms`, counted in the direction of the difference."""
    if comparison.interval is None or comparison.difference is None:
        return None
    low, high = comparison.interval
    if comparison.difference < 0:
        low, high = -high, -low
    measure = comparison.written
    least, most = (measure.end_of_interval(end).lstrip("+±") for end in (low, high))
    return f"95 % interval {least} to {most}{measure.change_unit and f' {measure.change_unit}'}"


def _add_total(builder: FactsBuilder, total: TotalComparison, workouts: int | None) -> None:
    """Only of weeks that are known whole; sums are not tested, so no direction is offered.

    Of a week without a workout that says all; minutes and output of nothing are left out.
    """
    measure = total.measure
    if total.week is None or total.days_known < WEEK or (measure is not WORKOUTS and not workouts):
        return
    title = capital(measure.in_sentence)
    builder.measure(
        measure.key, title, total_text(measure, total.week), _weekly(total), statistic="total"
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


def _add_high(builder: FactsBuilder, high: WeeklyHigh, comparisons: Sequence[Comparison]) -> None:
    """A high with the days on which it came; left out when these are most of the week."""
    measure = high.measure
    days = days_as_high(comparisons, high)
    if len(days) <= MOST_HIGH_DAYS:
        builder.high(measure.key, measure.title, measure.text(high.value), days, high.since or None)


def unusual_days_of(
    model: ReportModel, insights: Sequence[Insight]
) -> Iterator[tuple[Measure, dict[date, float]]]:
    """The week's unusual days of each watched measure that has some, with their values."""
    findings = {
        finding.name: finding
        for insight in insights
        if insight.name == ANOMALY_DETECTION
        for finding in insight.findings
    }
    values = {comparison.measure.key: week_of(comparison) for comparison in model.comparisons}
    for measure in watched():
        finding = findings.get(measure.short_name)
        marked = finding.values.get("unusual_days", ()) if finding else ()
        days = {date.fromisoformat(day) for day in marked}
        in_week = {day: v for day, v in values.get(measure.key, {}).items() if day in days}
        if in_week:
            yield measure, in_week


def week_of(comparison: Comparison) -> dict[date, float]:
    """The week's known values by day."""
    return {
        comparison.first_day + timedelta(days=BEFORE + place): value
        for place, value in enumerate(comparison.week_values)
        if value is not None
    }


def _add_unusual(builder: FactsBuilder, measure: Measure, days: Mapping[date, float]) -> None:
    """Unusual days with the range of their values, the most unusual last."""
    side = measure.bad or "lower"
    ordered = sorted(days.values(), reverse=side == "lower")
    texts = dict.fromkeys((measure.text(ordered[0]), measure.text(ordered[-1])))
    name = capital(measure.in_sentence)
    builder.unusual(measure.key, name, sentences.WORDS[side], sorted(days), tuple(texts))


def days_as_high(comparisons: Sequence[Comparison], high: WeeklyHigh) -> list[date]:
    """The days of the week whose value reads like that of the high; its own where its measure is
    not compared."""
    known = next((each for each in comparisons if each.measure is high.measure), None)
    if known is None:
        return [high.day]
    text = known.measure.text(high.value)
    return [day for day, value in week_of(known).items() if known.measure.text(value) == text]


def _add_finding(builder: FactsBuilder, insight: Insight, finding: Finding) -> None:
    described = CLAUSES.get((insight.name, finding.name)) or CLAUSES.get((insight.name, "*"))
    clause = described(finding) if described is not None and finding.tested else None
    if clause is None:
        return
    about, told, unit = clause
    found = finding.status == "found" and finding.effect is not None
    builder.finding(
        key_of(f"{insight.name} {finding.name}"),
        finding.status,
        told,
        about,
        effect=_effect(finding) if found else None,
        interval=sentences.between(finding.interval) if found and finding.interval else None,
        n=f"{finding.n} {unit}",
        q=None if finding.q is None else sentences.probability(finding.q),
    )


def _effect(finding: Finding) -> str:
    figure = effect_text(finding.effect or 0.0)
    return {
        "Pearson r": f"r = {figure}",
        "Spearman ρ": f"Spearman ρ = {figure}",
        "points a week": f"{signed_effect_text(finding.effect or 0.0)} points a week",
    }.get(finding.effect_name, f"{finding.effect_name} {figure}")


Clause = tuple[Mapping[str, str], str, str]


def _related(
    first: str, second: str, about: Mapping[str, str], unit: str
) -> Callable[[Finding], Clause]:
    def clause(finding: Finding) -> Clause:
        told = {
            "found": phrases.related(first, second, finding.effect or 0.0),
            "not enough data": phrases.too_few(
                f"a relation between {first} and {second}", finding.n, finding.needed or 0, unit
            ),
        }.get(finding.status, phrases.no_relation(first, second))
        return about, told, unit

    return clause


def _differing(finding: Finding, first: str, second: str, about: Mapping[str, str]) -> Clause:
    told = {
        "found": phrases.differing(AFTER, first, second, finding.effect or 0.0),
        "not enough data": phrases.too_few(
            f"a difference in {AFTER} between {first} and {second}",
            finding.n,
            finding.needed or 0,
            "days",
        ),
    }.get(finding.status, phrases.no_difference(AFTER, first, second))
    return about, told, "days"


def _by_type(finding: Finding) -> Clause | None:
    """None for a kind of workout that is not one of Peloton's: what a file called it is anybody's
    text."""
    kind = str(finding.values.get("type", "workouts"))
    if kind not in KINDS:
        return None
    return _differing(finding, kind, REST, ABOUT_READINESS | {key_of(kind): kind, "rest": REST})


def _by_output(finding: Finding) -> Clause:
    about = ABOUT_READINESS | {"high_output": "high output", "low_output": "low output"}
    return _differing(finding, "high output", "low output", about)


def _trend(finding: Finding) -> Clause:
    told = {
        "found": phrases.moving("readiness", finding.effect or 0.0),
        "not enough data": phrases.too_few(
            "a trend in readiness", finding.n, finding.needed or 0, "days"
        ),
    }.get(finding.status, phrases.no_trend("readiness"))
    return ABOUT_READINESS, told, "days"


CLAUSES: Mapping[tuple[str, str], Callable[[Finding], Clause | None]] = {
    ("sleep_readiness", "next_day"): _related(
        SLEEP.in_sentence, f"{READINESS.in_sentence} on the day after", ABOUT_SLEEP, "pairs of days"
    ),
    ("workout_recovery", "*"): _by_type,
    ("readiness_trend", "trend"): _trend,
    ("intensity_impact", "high_vs_low"): _by_output,
    ("intensity_impact", "output"): _related(OUTPUT.in_sentence, AFTER, ABOUT_OUTPUT, "days"),
}
