"""Every difference of a report is the difference of the two figures beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.gold.measures import Measure, compared_with
from bio_lakehouse.insights import Insight, sentence
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.template_writer import TemplateWriter
from bio_lakehouse.reports.email import email_of
from bio_lakehouse.reports.report_facts import facts_of
from bio_lakehouse.reports.report_model import ReportInputs, ReportModel, model_of, with_narrative
from bio_lakehouse.reports.weekly_report import render
from bio_lakehouse_tests.reports.findings import SUNDAY, finding

MakeInputs = Callable[..., ReportInputs]
DAILY, TOTALS = compared_with("days"), compared_with("weeks")
NOTHING = "–"
USUAL = {
    "readiness_score": (62, 8),
    "sleep_score": (70, 9),
    "activity_score": (75, 9),
    "sleep_duration_h": (7.1, 0.7),
    "hrv_rmssd_ms": (47, 6),
    "resting_heart_rate_bpm": (52, 2),
    "temperature_deviation": (0.02, 0.2),
    "spo2_average_pct": (97, 0.5),
    "steps": (8000, 2500),
    "active_calories": (450, 120),
}


BELOW = re.compile(r'<span class="(?:of|unit|hidden)">.*?</span>')
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)


def table_of(model: ReportModel) -> dict[str, list[str]]:
    """Measure to this week, before and change, as the page's table of key numbers shows them."""
    page = render(model)
    table = page[page.index('<table class="numbers">') :].partition("</table>")[0]
    body = BELOW.sub("", table.partition("<tbody>")[2])
    rows = [CELL.findall(row) for row in body.split("</tr>")]
    shown = [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in rows if row]
    return {title: [week, before, change] for title, week, before, _, change in shown}


def figure(text: str) -> float:
    """What a text states, of hours in minutes: `7 h 12`, `−0.13`, `+1,966`."""
    sign = -1 if text.startswith("−") else 1
    plain = text.lstrip("+−±").replace(",", "")
    hours = re.match(r"(\d+) h (\d+)", plain)
    if hours:
        return sign * (60 * int(hours[1]) + int(hours[2]))
    return sign * float(re.match(r"[\d.]+", plain)[0])  # type: ignore[index]


def is_difference(change: str, week: str, before: str) -> bool:
    return figure(change) == pytest.approx(figure(week) - figure(before), abs=1e-9)


@given(st.sampled_from(DAILY), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.integers(0, 2))
def test_of_any_two_values(measure: Measure, value: float, other: float, decimals: int) -> None:
    written = measure if measure.form == "hours" else measure.finer(decimals)
    shown = written.number(value), written.number(other)
    assert is_difference(written.change(value, other), *shown)
    assert figure(written.size_text(value, other)) == abs(figure(written.change(value, other)))


def weeks(seed: int, shift: float) -> pd.DataFrame:
    """Two hundred days of every measure, the last seven moved by so many standard deviations."""
    random = np.random.default_rng(seed)
    columns = {}
    for name, (mean, spread) in USUAL.items():
        values = random.normal(mean, spread, 200)
        values[-7:] += shift * spread * random.choice([-1, 1])
        columns[name] = values if name in ("sleep_duration_h",) else values.round(2)
    trained = random.random(200) < 0.5
    columns["workout_count"] = trained * random.integers(1, 3, 200)
    columns["workout_minutes"] = np.where(trained, random.integers(10, 91, 200) / 2, np.nan)
    columns["total_output_kj"] = np.where(trained, random.normal(301, 90, 200).round(1), np.nan)
    return pd.DataFrame(columns)


def reports(
    make_inputs: MakeInputs, make_daily: Callable[..., pd.DataFrame]
) -> Iterator[ReportModel]:
    for seed in range(6):
        columns = {name: list(values) for name, values in weeks(seed, seed % 3).items()}
        yield model_of(make_inputs(daily=make_daily(**columns)))


def test_in_every_row_of_a_page(
    make_inputs: MakeInputs, make_daily: Callable[..., pd.DataFrame]
) -> None:
    titles = [measure.title for measure in (*DAILY, *TOTALS)]
    for model in reports(make_inputs, make_daily):
        table = table_of(model)
        assert list(table) == titles
        for week, before, change in table.values():
            assert NOTHING not in (week, before, change)
            assert is_difference(change, week, before), (week, before, change)


SAID = r"(?:</strong>| –|:)* (\S.*?) on average, (.+?) in the four weeks before: (.+?), 95"


def test_what_moved_is_told_with_one_figure_on_the_page_in_the_mail_and_in_the_text(
    make_inputs: MakeInputs, make_daily: Callable[..., pd.DataFrame]
) -> None:
    told = 0
    for model in reports(make_inputs, make_daily):
        table, mail, facts = table_of(model), email_of(model), facts_of(model, [])
        for comparison in model.moved:
            title = comparison.measure.title
            change = table[title][2]
            for text in (render(model), mail.html, mail.text):
                said = re.search(f"{title} {direction_of(change)}{SAID}", text)
                assert said is not None
                figures = [figure(part) for part in said.groups()]
                assert figures == [figure(part) for part in table[title]]
            assert figure(size_of(facts, comparison.measure)) == abs(figure(change)) != 0
            told += 1
    assert told >= 6


def direction_of(change: str) -> str:
    return "higher" if figure(change) > 0 else "lower"


def size_of(facts: Facts, measure: Measure) -> str:
    """The difference that a text says; where it says none, that of the two figures it has."""
    fact = next(fact for fact in facts.measures if fact.id == measure.column)
    assert fact.before is not None
    said = fact.size or measure.text(abs(figure(fact.week) - figure(fact.before)))
    assert figure(said) == pytest.approx(abs(figure(fact.week) - figure(fact.before)))
    return said


def test_what_moved_by_less_than_its_last_digit_is_written_with_one_more(
    make_inputs: MakeInputs, make_daily: Callable[..., pd.DataFrame]
) -> None:
    steady = np.where(np.arange(120) % 2, 47.1, 46.9)
    steady[-7:] += 0.3
    model = model_of(make_inputs(daily=make_daily(resting_heart_rate_bpm=list(steady))))
    (moved,) = model.moved
    assert table_of(model)["Resting heart rate"] == ["47.3", "47.0", "+0.3"]
    (fact,) = facts_of(model, []).measures
    assert (fact.week, fact.before, fact.size) == ("47.3 bpm", "47.0 bpm", "0.3 bpm")
    quiet = replace(moved, q=0.5)
    assert (quiet.written.number(quiet.week.mean), quiet.change) == ("47", "±0")


def test_an_effect_is_one_figure_on_the_page_in_the_mail_and_in_the_text(
    make_inputs: MakeInputs,
) -> None:
    found = finding("next_day", effect=0.125, interval=(0.045, 0.205), q=0.0125)
    insight = Insight("sleep_readiness", "Sleep and readiness", "me", SUNDAY, (found,))
    model = model_of(make_inputs(insights=[insight], say=sentence))
    told = TemplateWriter().write(facts_of(model, contents_insights(model, insight)))
    assert not re.search(r"\bq\b|\bp\b|r =|interval", told.text)
    model = with_narrative(model, told.text, "by templates")
    mail = email_of(model)
    for text in (render(model), mail.html, mail.text):
        said = text.partition("</style>")[2] or text
        assert "0.13" in said
        assert not re.search(r"0\.12\b|0\.04\b|0\.20\b|0\.012\b", said)


def contents_insights(model: ReportModel, insight: Insight) -> list[Insight]:
    """The insight as the report decided it."""
    (line,) = model.insights[0].lines
    return [replace(insight, findings=(line.finding,))]
