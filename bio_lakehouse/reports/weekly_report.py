"""One weekly report as one self-contained HTML page that asks nobody for anything; same model,
same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from statistics import median

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs

from bio_lakehouse import numbers
from bio_lakehouse.english import capital, listed, long_day, short_day, weekday
from bio_lakehouse.gold.measures import OUTPUT, WORKOUTS
from bio_lakehouse.insights.finding import Finding
from bio_lakehouse.insights.statistics.weekly_change import BEFORE_NEEDS
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.reports import palette
from bio_lakehouse.reports.comparison import Comparison
from bio_lakehouse.reports.completeness import (
    ANSWERED,
    MEANINGS,
    PELOTON,
    READINESS,
    SLEEP,
    Source,
    SourceDays,
    Status,
)
from bio_lakehouse.reports.pages import UNKNOWN, Fingerprints, renewing_command
from bio_lakehouse.reports.report_facts import days_as_high
from bio_lakehouse.reports.report_model import ReportModel
from bio_lakehouse.reports.tile_drawings import Bars, Sparkline, bars, sparkline, whole_weeks
from bio_lakehouse.reports.training import LOAD_CHART
from bio_lakehouse.reports.week import WeeklyHigh, WorkoutLine
from bio_lakehouse.reports.whisker import whisker


@dataclass(frozen=True, slots=True)
class Tile:
    """What one of the three tiles shows: a sparkline or bars, never both."""

    title: str
    accent: str
    figure: str
    lines: tuple[str, ...]
    label: str
    sentences: tuple[str, ...]
    sparkline: Sparkline | None = None
    bars: Bars | None = None


def render(
    model: ReportModel,
    figures: Mapping[str, Figure] | None = None,
    made_from: Fingerprints = UNKNOWN,
    where: str = "",
) -> str:
    """The page. `figures` are Plotly figures by insight name; an insight without one is text alone,
    and one without enough data has neither card nor figure. The page keeps the fingerprints of
    what it is `made_from`. `where` are the words that name its home in a command.

    Plotly's script is inside the page once, compressed, and only when there is a figure. A content
    security policy allows these scripts alone, by their hashes, and no request.
    """
    cards = [card for card in model.insights if card.status != "not enough data"]
    known = figures or {}
    names = [*(card.name for card in cards), LOAD_CHART]
    drawn = {name: _figure_json(known[name]) for name in names if name in known}
    script = _trusted(environment().get_template("weekly_report.js.j2").render().strip())
    return (
        environment()
        .get_template("weekly_report.html.j2")
        .render(
            report=model,
            tiles=tiles_of(model),
            cards=cards,
            found=[card for card in cards if card.status == "found"],
            only_described=[card for card in cards if card.status == "described"],
            looked_for=[card for card in cards if card.status == "not found"],
            load_chart=LOAD_CHART,
            missing=missing_days(model),
            figures=drawn,
            heights={name: known[name].layout.height for name in drawn},
            packed=_packed_plotly() if drawn else "",
            script=script,
            css=_style(model.title),
            policy=content_security_policy([_plotly(), script] if drawn else [script]),
            legend=_legend(model),
            method=sentences.METHOD,
            command=renewing_command(model.user_id, model.last_day, where),
            data_up_to=moment_text(model.data_up_to),
            made_from=made_from,
            sources={"night": SLEEP, "morning": READINESS, "workout": PELOTON},
        )
    )


@cache
def environment() -> Environment:
    """The templates, with autoescape on for every one of them and unknown names an error."""
    loader = PackageLoader("bio_lakehouse.reports", "templates")
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        weekday=weekday,
        capital=capital,
        high_on=high_on,
        short_day=short_day,
        long_day=long_day,
        moved=moved_text,
        reason=reason,
        band_basis=sentences.band_basis,
        load_basis=sentences.load_basis,
        workout_facts=workout_facts,
        whisker_basis=sentences.whisker_basis,
        finding_facts=finding_facts,
        whisker=whisker,
        whisker_label=whisker_label,
        short_text=numbers.short_text,
    )
    return made


def content_security_policy(scripts: list[Markup]) -> str:
    """A policy that forbids every request and every script but these."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(_digest(script)).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _trusted(text: str) -> Markup:
    """Text of the package's own, of Plotly's, or in which no `<` is left: it stands as it is."""
    return Markup(text)  # noqa: S704


@cache
def _digest(script: Markup) -> bytes:
    return hashlib.sha256(script.encode()).digest()


@cache
def _plotly() -> Markup:
    return _trusted(get_plotlyjs().replace("\r\n", "\n").strip())


@cache
def _packed_plotly() -> str:
    """Plotly's script in base64 of zlib's format, less than half as long; browsers since 2023
    unpack it."""
    return base64.b64encode(zlib.compress(_plotly().encode(), level=9)).decode()


def _style(title: str) -> Markup:
    template = environment().get_template("weekly_report.css.j2")
    return _trusted(template.render(light=palette.LIGHT, dark=palette.DARK, title=title))


def _figure_json(figure: Figure) -> Markup:
    """The figure's data and layout as JSON that can stand inside a script element."""
    drawn = json.loads(figure.to_json())
    text = json.dumps(drawn, sort_keys=True, separators=(",", ":"))
    return _trusted(text.replace("<", "\\u003c"))


def moment_text(moment: datetime | None) -> str:
    """`2025-03-10 06:12:45 UTC`; empty when not known."""
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC") if moment else ""


def _legend(model: ReportModel) -> list[tuple[Status, str]]:
    seen = {status for source in model.completeness if not source.never for status in source.days}
    return [(status, meaning) for status, meaning in MEANINGS.items() if status in seen]


def tiles_of(model: ReportModel) -> tuple[Tile, Tile, Tile]:
    """Readiness, sleep and workouts."""
    return (
        _score_tile(model.readiness, "readiness"),
        _score_tile(model.sleep, "sleep"),
        _workout_tile(model),
    )


def _score_tile(comparison: Comparison, accent: str) -> Tile:
    measure = comparison.written
    known = (
        f"Mean of {comparison.week.n} of {comparison.week.of} days"
        if comparison.week.n
        else "No data this week"
    )
    band = comparison.band
    return Tile(
        measure.title,
        accent,
        figure=measure.number(comparison.week.mean),
        lines=(known, *([sentences.own_median(measure.number(band.median))] if band else [])),
        label=f"{measure.title} of the last 35 days, day by day; the figures are in the text",
        sentences=_band_sentences(comparison),
        sparkline=sparkline(comparison),
    )


def _band_sentences(comparison: Comparison) -> tuple[str, ...]:
    if comparison.band is None:
        return (sentences.no_band(comparison.before.n, BEFORE_NEEDS),)
    if not comparison.week.n:
        return (sentences.usual(comparison.usual),)
    within = comparison.days_on("within")
    return (sentences.days_within(within, comparison.week.n, comparison.usual),)


def _workout_tile(model: ReportModel) -> Tile:
    *before, week = model.workout_weeks
    known = "No data this week" if week.workouts is None else f"{week.days_known} of 7 days known"
    counts, usual = [WORKOUTS.number(w.workouts) for w in before], whole_weeks(before)
    output = f", {OUTPUT.text(week.output_kj)}" if week.output_kj else ""
    return Tile(
        "Workouts",
        "workout",
        figure=WORKOUTS.number(week.workouts),
        lines=(
            known + output,
            *([sentences.own_median(numbers.halves_text(median(usual)))] if usual else []),
        ),
        label=f"Workouts a week, oldest first: {listed([*counts, WORKOUTS.number(week.workouts)])}",
        sentences=(
            *([sentences.usual(f"{min(usual)} to {max(usual)}")] if usual else []),
            sentences.workouts_before(
                [w.workouts for w in before], all(w.is_complete for w in before)
            ),
        ),
        bars=bars(model.workout_weeks),
    )


def moved_text(comparison: Comparison) -> str:
    """What moved, in figures: `68 on average, 79 in the four weeks before: −11, 95 % interval −16
    to −6 (q 0.004).`"""
    measure, (low, high) = comparison.written, comparison.interval or (None, None)
    week, before = comparison.week.mean, comparison.before.mean
    return sentences.moved(
        measure.text(week),
        measure.text(before),
        measure.change_text(week, before),
        measure.end_of_interval(low),
        measure.end_of_interval(high),
        q_text(comparison.q or 0.0),
    )


def high_on(model: ReportModel, high: WeeklyHigh) -> str:
    """`Saturday`, or `Saturday and Sunday` where two days were as high."""
    return listed([weekday(day) for day in days_as_high(model.comparisons, high)])


def reason(model: ReportModel, source: Source, day: date) -> str:
    """Why a day has no data of a source, as the completeness strip says it."""
    told = next(days for days in model.completeness if days.title == source.title)
    return sentences.NEVER if told.never else str(told.days[(day - model.first_day).days])


def missing_days(model: ReportModel) -> list[str]:
    """A sentence for each source with days that are not known, saying why."""
    return [
        sentences.never_arrived(source.title)
        if source.never
        else sentences.missing(source.title, reasons)
        for source in model.completeness
        if (reasons := _reasons(model, source))
    ]


def _reasons(model: ReportModel, source: SourceDays) -> list[tuple[str, list[date]]]:
    days: dict[Status, list[date]] = {}
    for line, status in zip(model.days, source.days, strict=True):
        if status not in ANSWERED:
            days.setdefault(status, []).append(line.day)
    return [(str(status), those) for status, those in days.items()]


def workout_facts(workout: WorkoutLine) -> str:
    """`512 kJ · 148 bpm · Jane Doe`, of what is known; discipline and minutes before it where the
    title does not begin with minutes."""
    minutes = None if workout.minutes is None else f"{numbers.number_text(workout.minutes)} min"
    named = bool(minutes and workout.title.startswith(minutes))
    output, heart = workout.output_kj, workout.average_heart_rate_bpm
    parts = (
        None if named or workout.discipline == workout.title else workout.discipline,
        None if named else minutes,
        None if output is None else OUTPUT.text(output),
        None if heart is None else f"{numbers.number_text(heart)} bpm",
    )
    kept = [part.replace(" ", "\u00a0") for part in parts if part]
    return " · ".join([*kept, *filter(None, [workout.instructor])])


def finding_facts(finding: Finding) -> tuple[str, ...]:
    """Effect with interval in a line, then n, n_eff, q and test in another; what is unknown is left
    out."""
    counts = (
        f"n\u00a0{finding.n:,}" if finding.n else None,
        None if finding.n_eff is None else f"n_eff\u00a0{numbers.number_text(finding.n_eff)}",
        None if finding.q is None else f"q\u00a0{q_text(finding.q)}",
        finding.test if finding.tested else "described, not tested",
    )
    return tuple(filter(None, (effect_text(finding), " · ".join(part for part in counts if part))))


def effect_text(finding: Finding) -> str:
    """`Pearson r 0.41, 95 % interval 0.21 to 0.58`; empty without an effect."""
    if finding.effect is None:
        return ""
    effect = f"{finding.effect_name} {numbers.effect_text(finding.effect)}"
    if finding.interval is None:
        return effect
    low, high = (numbers.effect_text(value) for value in finding.interval)
    return f"{effect}, 95\u00a0%\u00a0interval {low} to {high}"


def whisker_label(finding: Finding) -> str:
    """What the drawing of a finding shows, for those who do not see it."""
    return f"{effect_text(finding)}, on a scale around 0"


def q_text(value: float) -> str:
    """`< 0.001`, `0.004`, `0.23`, kept in one line."""
    return numbers.probability_text(value).replace(" ", "\u00a0")
