from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from bio_lakehouse.insights import Insight
from bio_lakehouse.reports.contents import Contents, ReportInputs, contents_of
from bio_lakehouse.reports.email import LARGEST_BYTES, email_of
from bio_lakehouse.reports.weekly_report import missing_days

Make = Callable[..., pd.DataFrame]
MakeInputs = Callable[..., ReportInputs]
NASTY = "<b>Ride</b>\r\nBcc: you & me"


@pytest.fixture
def contents(
    make_inputs: MakeInputs, make_daily: Make, make_workouts: Make, insights: list[Insight], sunday: date
) -> Contents:
    daily = make_daily(
        readiness_score=[70, 75, 80, 72, 78] * 6 + [None, 71, 72, 73, 74],
        sleep_score=[80, 85, 82, 79, 81] * 7,
        workout_count=[0, 1, 0] * 11 + [1, None],
    )
    workouts = make_workouts((sunday - timedelta(days=1), NASTY, 30, 250.0))
    return contents_of(make_inputs(daily=daily, workouts=workouts, insights=insights))


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


def test_the_mail_is_plain_html_within_its_bounds(contents: Contents) -> None:
    html = email_of(contents).html
    assert len(html.encode()) < LARGEST_BYTES
    page = Tags()
    page.feed(html)
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"script", "style", "link", "img", "svg", "a", "form"}
    assert "max-width:640px" in html
    assert not re.search(r"https?:|url\(", html)


def test_what_a_source_calls_a_workout_is_text(contents: Contents) -> None:
    mail = email_of(contents)
    assert "&lt;b&gt;Ride&lt;/b&gt; Bcc: you &amp; me" in mail.html
    assert "Saturday: sleep 79, readiness 73, <b>Ride</b> Bcc: you & me\n" in mail.text


def test_both_parts_say_the_same(contents: Contents) -> None:
    mail = email_of(contents)
    assert mail.subject == "A week within your usual ups and downs (3–9 March 2025)"
    for said in (
        contents.moved_note,
        "Readiness averaged 73 and sleep 81, with 3 known workouts.",
        "Oura readiness: not delivered on Wednesday.",
        "Sleep score and next-day readiness move together.",
        "bio-lakehouse report --week-ending 2025-03-09",
        contents.version,
    ):
        assert said in mail.html
        assert said in mail.text
    assert "sleep 80, readiness no data" in mail.text
    assert "Looked for and not found: 1. Not enough data yet: 1." in mail.text


def test_missing_days_are_grouped_by_their_cause(make_inputs: MakeInputs, make_daily: Make) -> None:
    contents = contents_of(make_inputs(daily=make_daily(readiness_score=[70] * 30 + [None] * 3 + [70, None])))
    assert missing_days(contents) == [
        "Oura readiness: not delivered on Wednesday, Thursday, Friday and Sunday.",
        "Oura sleep: nothing has arrived yet.",
        "Oura activity: nothing has arrived yet.",
        "Peloton: nothing has arrived yet.",
    ]


def test_a_message_carries_the_text_first(contents: Contents) -> None:
    message = email_of(contents).message("lake@example.org", ["me@example.org"])
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Bcc"] is None
    assert "Oura readiness: not delivered on Wednesday." in message.as_bytes().decode("utf-8", "replace")


def test_an_empty_week_makes_a_mail_too(make_inputs: MakeInputs) -> None:
    mail = email_of(contents_of(make_inputs()))
    assert mail.subject.startswith("No data of this week has arrived")
    assert mail.text.startswith("! Nothing has arrived yet")
    assert "Readiness: no data" in mail.text
