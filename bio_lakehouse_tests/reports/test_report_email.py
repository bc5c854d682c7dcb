from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from bio_lakehouse.insights import Insight
from bio_lakehouse.reports import palette
from bio_lakehouse.reports.email import LARGEST_BYTES, dark_rules, email_of
from bio_lakehouse.reports.report_model import ReportInputs, ReportModel, model_of
from bio_lakehouse.reports.training import LOAD_CHART
from bio_lakehouse.reports.weekly_report import missing_days
from bio_lakehouse.viz.theme import GROUNDS

Make = Callable[..., pd.DataFrame]
MakeInputs = Callable[..., ReportInputs]
NASTY = "<b>Ride</b>\r\nBcc: you & me"


@pytest.fixture
def model(
    make_inputs: MakeInputs,
    make_daily: Make,
    make_workouts: Make,
    insights: list[Insight],
    sunday: date,
) -> ReportModel:
    daily = make_daily(
        readiness_score=[70, 75, 80, 72, 78] * 6 + [None, 71, 72, 73, 74],
        sleep_score=[80, 85, 82, 79, 81] * 7,
        workout_count=[0, 1, 0] * 11 + [1, None],
    )
    workouts = make_workouts((sunday - timedelta(days=1), NASTY, 30, 250.0))
    return model_of(make_inputs(daily=daily, workouts=workouts, insights=insights))


class Tags(HTMLParser):
    """Every tag with its attributes, and whether all were closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_mail_is_plain_html_within_its_bounds(model: ReportModel) -> None:
    html = email_of(model).html
    assert len(html.encode()) < LARGEST_BYTES
    page = Tags()
    page.feed(html)
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "svg", "a", "form"}
    assert "max-width:640px" in html
    assert not re.search(r"https?:|url\(", html)


def test_programs_without_style_sheets_get_every_colour_and_width_inline(
    model: ReportModel,
) -> None:
    page = Tags()
    page.feed(email_of(model).html)
    layout = [attributes for tag, attributes in page.tags if tag == "table"]
    assert sum(attributes.get("role") == "presentation" for attributes in layout) == len(layout)
    assert all("width" in attributes for attributes in layout)
    styles = " ".join(attributes.get("style", "") for _, attributes in page.tags)
    assert not re.search(r"flex|grid|background-image|var\(|position|rem\b", styles)
    for tag, attributes in page.tags:
        if tag in {"p", "h1", "h2", "th", "td"} and "font-size" in attributes.get("style", ""):
            assert "color:#" in attributes["style"]
            assert "font-family:" in attributes["style"]


def test_outlook_gets_a_table_of_640_pixels_and_closes_it(model: ReportModel) -> None:
    html = email_of(model).html
    opened, closed = re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", html)
    assert 'width="640"' in opened
    assert (
        (opened.count("<table"), opened.count("<td"))
        == (closed.count("</table>"), closed.count("</td>"))
        == (1, 1)
    )


def test_the_dark_has_a_colour_for_all_that_has_one_in_the_light(model: ReportModel) -> None:
    html = email_of(model).html
    ruled = {selector.removeprefix(".") for selector, _ in dark_rules()}
    page = Tags()
    page.feed(html)
    for _, attributes in page.tags:
        if "color:#" in attributes.get("style", "") or "background:#" in attributes.get(
            "style", ""
        ):
            assert set(attributes["class"].split()) <= ruled
    for meta in ("color-scheme", "supported-color-schemes"):
        assert f'<meta name="{meta}" content="light dark">' in html
    assert html.count("@media (prefers-color-scheme: dark)") == 1
    assert f"[data-ogsc] .ink {{ color: {palette.DARK['ink']} !important; }}" in html
    assert f"[data-ogsb] .paper {{ background: {palette.DARK['paper']} !important; }}" in html


def test_pictures_have_words_a_ground_of_their_own_and_an_edge(model: ReportModel) -> None:
    html = email_of(model, {"sleep_readiness": b"png", LOAD_CHART: b"png"}).html
    pictures = re.findall(r"<img [^>]*>", html)
    names = [re.findall("cid:([a-z_]+)", picture) for picture in pictures]
    assert names == [["sleep_readiness"], [LOAD_CHART]]
    panel = GROUNDS["panel"].paper
    assert panel not in ("#ffffff", palette.LIGHT["card"], palette.DARK["card"])
    for picture in pictures:
        assert 'alt="Chart: ' in picture
        assert f"background:{panel}" in picture
        assert f"border:1px solid {palette.LIGHT['line']}" in picture


def test_both_parts_say_the_same(model: ReportModel) -> None:
    mail = email_of(model)
    assert mail.subject == model.subject
    for said in (
        model.moved_note,
        "Readiness averaged 73 and sleep 81, with 3 known workouts.",
        "Oura readiness: not delivered on Wednesday.",
        "Sleep score and next-day readiness move together.",
        "bio-lakehouse report --week-ending 2025-03-09",
        model.version,
    ):
        assert said in mail.html
        assert said in mail.text
    assert "Readiness contains the night before it." in mail.html
    assert "Readiness contains the night before it." in mail.text


def test_days_one_by_one_and_what_was_not_found_stay_on_the_page(model: ReportModel) -> None:
    mail = email_of(model)
    for text in (mail.html, mail.text):
        assert "Strength and rest differ." not in text
        assert "Ride" not in text
        assert "what was not found and the methods are on the page" in text


def test_missing_days_are_grouped_by_their_cause(make_inputs: MakeInputs, make_daily: Make) -> None:
    model = model_of(
        make_inputs(daily=make_daily(readiness_score=[70] * 30 + [None] * 3 + [70, None]))
    )
    assert missing_days(model) == [
        "Oura readiness: not delivered on Wednesday, Thursday, Friday and Sunday.",
        "Oura sleep: nothing has arrived yet.",
        "Oura activity: nothing has arrived yet.",
        "Peloton: nothing has arrived yet.",
    ]


def test_a_message_carries_the_text_first(model: ReportModel) -> None:
    message = email_of(model).message("lake@example.org", ["me@example.org"])
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Bcc"] is None
    assert "Oura readiness: not delivered on Wednesday." in message.as_bytes().decode(
        "utf-8", "replace"
    )


def test_an_empty_week_makes_a_mail_too(make_inputs: MakeInputs) -> None:
    mail = email_of(model_of(make_inputs()))
    assert mail.subject == "3–9 March: no data of this week has arrived"
    assert mail.text.startswith("! Nothing has arrived yet")
    assert "Readiness: no data" in mail.text
