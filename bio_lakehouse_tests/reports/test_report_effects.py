"""Every tested effect is drawn: a dot and whisker each on the page, all in one picture in the
mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree

import pandas as pd
import pytest

from bio_lakehouse.insights import Finding, InsightData
from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse.insights.scale import scale_of
from bio_lakehouse.reports.report_model import ReportInputs, model_of
from bio_lakehouse.reports.weekly_report import environment, finding_facts, render
from bio_lakehouse.reports.whisker import WIDTH, whisker
from bio_lakehouse.sources import demo
from bio_lakehouse.viz.whiskers import MARGIN
from bio_lakehouse_tests.reports.findings import finding

END = date(2026, 6, 28)


def inputs_of(days: int) -> ReportInputs:
    person = demo.simulate(days, 1, END)
    daily, workouts = pd.DataFrame(demo.daily_rows(person)), pd.DataFrame(demo.workout_rows(person))
    coverage = pd.DataFrame(columns=["user_id", "source", "first_day", "last_day"])
    insights, tests = decided(InsightData("me", END, daily, workouts))
    return ReportInputs(
        user_id="me",
        day=END,
        today=END,
        daily=daily,
        workouts=workouts,
        coverage=coverage,
        insights=insights,
        week_tests=tests,
    )


def test_every_tested_effect_is_drawn_beside_its_numbers() -> None:
    inputs = inputs_of(120)
    model = model_of(inputs)
    drawable = [
        f
        for insight in inputs.insights
        for f in insight.findings
        if f.effect is not None and f.interval and f.tested
    ]
    page = render(model)
    assert page.count('<svg class="whisker') == len(drawable) > 4
    lines = [line for card in model.insights for line in card.lines] + list(model.not_found)
    for line in lines:
        told = line.claim if line.finding.tested else line.natural or line.claim
        assert environment().filters["escape"](told) in page
        assert all(
            fact in page
            for fact in environment()
            .filters["escape"]("\n".join(finding_facts(line.finding)))
            .split("\n")
        )


def test_a_claim_is_its_sentence_without_the_figures_that_stand_beside_it() -> None:
    model = model_of(inputs_of(120))
    lines = [line for card in model.insights for line in card.lines] + list(model.not_found)
    tested = [line for line in lines if line.finding.q is not None]
    assert len(tested) > 4
    for line in tested:
        assert "interval" in line.sentence
        assert not [word for word in ("q =", "q <", ", 95 % interval") if word in line.claim]
        assert line.claim.endswith(".")


def test_without_tests_there_is_no_picture() -> None:
    inputs = inputs_of(6)
    assert '<svg class="whisker' not in render(model_of(inputs))


@pytest.mark.parametrize(
    ("said", "scale"),
    [
        (finding("a"), (1.0, "opposite", "together")),
        (finding("a", effect_name="rank-biserial"), (1.0, "lower", "higher")),
        (
            finding("a", effect_name="points a week", effect=0.4, interval=(0.1, 0.9)),
            (1.0, "falling", "rising"),
        ),
        (
            finding("a", effect_name="points a week", effect=-2.5, interval=(-6.0, 1.0)),
            (10.0, "falling", "rising"),
        ),
        (
            finding("a", effect_name="points a week", effect=-250, interval=(-500.0, 1.0)),
            (500.0, "falling", "rising"),
        ),
    ],
)
def test_the_scale_is_the_same_for_what_can_be_compared(
    said: Finding, scale: tuple[float, str, str]
) -> None:
    made = scale_of(said)
    assert (made.reach, made.below, made.above) == scale


def test_a_dot_stands_at_its_effect_and_the_whisker_at_its_interval() -> None:
    drawn = whisker(finding("a", effect=0.5, interval=(0.0, 1.0)))
    assert drawn is not None
    assert (drawn.low, drawn.dot, drawn.high, drawn.zero) == (
        WIDTH / 2,
        (3 * WIDTH / 2 - MARGIN) / 2,
        WIDTH - MARGIN,
        WIDTH / 2,
    )
    assert whisker(finding("a", interval=None)) is None
    assert whisker(finding("a", effect=None)) is None


@pytest.mark.parametrize("status", ["found", "not found", "described"])
def test_found_and_not_found_differ_in_form(status: str) -> None:
    drawn = whisker(finding("a", status=status))
    assert drawn is not None
    chart: Callable[..., str] = environment().get_template("parts.j2").make_module({}).whisker_chart
    picture = ElementTree.fromstring(str(chart(drawn, "label")))
    assert ("found" in picture.attrib["class"].split()) is (status == "found")
    assert [text.text for text in picture.findall("text")] == ["−1 opposite", "0", "together 1"]
