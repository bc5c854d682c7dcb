"""What the weekly narrative may speak of, taken from a report's contents and the insights behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bio_lakehouse.insights import Finding, Insight
from bio_lakehouse.insights.data import REST
from bio_lakehouse.narrative import insight_sentences as sentences
from bio_lakehouse.narrative import phrases
from bio_lakehouse.narrative.facts import Facts, FactsBuilder, Standing, key_of
from bio_lakehouse.reports.comparison import Comparison, TotalComparison
from bio_lakehouse.reports.contents import Contents
from bio_lakehouse.reports.measures import WORKOUT_OUTPUT

READINESS = {"readiness_score": "readiness"}
SLEEP = READINESS | {"sleep_score": "sleep score"}
AFTER = "readiness on the next day"


def facts_of(contents: Contents, insights: Sequence[Insight]) -> Facts:
    """Aggregates of the week and the findings; no day's row, no workout's title, nothing of another user."""
    window = next((finding.window for insight in insights for finding in insight.findings), None)
    builder = FactsBuilder((contents.first_day, contents.last_day), window)
    for comparison in contents.comparisons:
        _add_measure(builder, comparison)
    for total in contents.totals:
        _add_total(builder, total)
    for moment in contents.moments:
        measure = moment.measure
        key = "workout_output" if measure is WORKOUT_OUTPUT else measure.column
        builder.moment(key, measure.title, measure.text(moment.value), moment.day, moment.since or None)
    for insight in insights:
        for finding in insight.findings:
            _add_finding(builder, insight, finding)
    return builder.build()


def _add_measure(builder: FactsBuilder, comparison: Comparison) -> None:
    measure = comparison.measure
    if not comparison.week.n:
        return
    standing: Standing | None = None if comparison.q is None else "moved" if comparison.moved else "usual"
    builder.measure(
        measure.column,
        measure.title,
        measure.text(comparison.week.mean),
        measure.text(comparison.before.mean) if comparison.difference is not None else None,
        difference=comparison.difference,
        standing=standing,
        size=None if comparison.difference is None else measure.change_text(comparison.difference),
        days=f"{comparison.week.n} of {comparison.week.of} days",
    )


def _add_total(builder: FactsBuilder, total: TotalComparison) -> None:
    """Only of weeks that are known whole; sums are not tested, so no direction is offered."""
    if total.week is None or total.difference is None:
        return
    measure = total.measure
    builder.measure(
        measure.column, measure.title, measure.text(total.week), measure.text(total.before), statistic="total"
    )


def _add_finding(builder: FactsBuilder, insight: Insight, finding: Finding) -> None:
    described = CLAUSES.get((insight.name, finding.name)) or CLAUSES.get((insight.name, "*"))
    if described is None or not finding.tested:
        return
    about, told, unit = described(finding)
    found = finding.status == "found" and finding.effect is not None
    builder.finding(
        key_of(f"{insight.name} {finding.name}"),
        finding.status,
        told,
        about,
        effect=_effect(finding) if found else None,
        interval=sentences.between(finding.interval, 2) if found and finding.interval else None,
        n=f"{finding.n} {unit}",
        q=None if finding.q is None else sentences.probability(finding.q),
    )


def _effect(finding: Finding) -> str:
    figure = sentences.figure(finding.effect or 0.0, 2)
    return {
        "Pearson r": f"r = {figure}",
        "Spearman ρ": f"Spearman ρ = {figure}",
        "points a week": f"{sentences.signed(finding.effect or 0.0, 2)} points a week",
    }.get(finding.effect_name, f"{finding.effect_name} {figure}")


Clause = tuple[Mapping[str, str], str, str]


def _related(first: str, second: str, about: Mapping[str, str], unit: str) -> Callable[[Finding], Clause]:
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
            f"a difference in {AFTER} between {first} and {second}", finding.n, finding.needed or 0, "days"
        ),
    }.get(finding.status, phrases.no_difference(AFTER, first, second))
    return about, told, "days"


def _by_type(finding: Finding) -> Clause:
    kind = str(finding.values.get("type", "workouts"))
    return _differing(finding, kind, REST, READINESS | {key_of(kind): kind, "rest": REST})


def _by_output(finding: Finding) -> Clause:
    about = READINESS | {"high_output": "high output", "low_output": "low output"}
    return _differing(finding, "high output", "low output", about)


def _trend(finding: Finding) -> Clause:
    told = {
        "found": phrases.moving("readiness", finding.effect or 0.0),
        "not enough data": phrases.too_few("a trend in readiness", finding.n, finding.needed or 0, "days"),
    }.get(finding.status, phrases.no_trend("readiness"))
    return READINESS, told, "days"


CLAUSES: Mapping[tuple[str, str], Callable[[Finding], Clause]] = {
    ("sleep_readiness", "next_day"): _related("sleep score", "readiness on the day after", SLEEP, "pairs of days"),
    ("workout_recovery", "*"): _by_type,
    ("readiness_trend", "trend"): _trend,
    ("intensity_impact", "high_vs_low"): _by_output,
    ("intensity_impact", "output"): _related("output", AFTER, READINESS | {"total_output_kj": "output"}, "days"),
}
