"""The page as mail and as PDF, with a browser and without one; Claude's text kept beside it."""

from __future__ import annotations

import email
import importlib.util
import json
import shutil
import sys
from datetime import date
from email import policy
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.claude.access import access_of
from bio_lakehouse.claude.consent import record_claude_consent
from bio_lakehouse.errors import ReportError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition, formats
from bio_lakehouse.reports.email import LARGEST_BYTES
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver import SCHEMAS as SILVER
from bio_lakehouse.sources.demo import daily_rows, simulate, workout_rows
from bio_lakehouse_tests.claude.anthropic_server import says, serving
from bio_lakehouse_tests.reports.lakes import write

SUNDAY = date(2025, 11, 16)
CLAIM = {"say": "compare", "of": "readiness_score", "with": [], "join": "and", "emphasis": 0}
CHOSEN = json.dumps({"claims": [CLAIM]})
PNG = b"\x89PNG\r\n\x1a\n"
BROWSER = next(
    filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))), None
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs a Chrome or Chromium")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 days of the demo person and their report."""
    folder = tmp_path_factory.mktemp("home")
    truth, lake = simulate(300, 2, SUNDAY), lake_in(folder)
    write(lake, DAILY, list(daily_rows(truth)), SUNDAY)
    write(
        lake,
        SILVER["peloton_workouts"],
        [row | {"workout_id": str(number)} for number, row in enumerate(workout_rows(truth))],
        SUNDAY,
    )
    build_for_report(lake, SUNDAY)
    composition.make(lake, "me", SUNDAY)
    return folder


def lake_in(folder: Path, **settings: Any) -> Lakehouse:
    known = {
        "max_heart_rate": 190,
        "threshold_heart_rate": 168,
        "ftp": 240,
        "anthropic_api_key": "",
    }
    if settings.get("anthropic_api_key"):
        record_claude_consent(folder, allowed=True)
    return Lakehouse.open(
        load_settings(home=folder, timezone="UTC", today_override=SUNDAY, **(known | settings))
    )


def parts_of(lake: Lakehouse) -> tuple[str, dict[str, bytes]]:
    message = email.message_from_bytes(
        formats.mail_bytes(lake, "me", SUNDAY), policy=policy.default
    )
    pictures = {
        part["Content-ID"].strip("<>"): part.get_content()
        for part in message.walk()
        if part.get_content_type() == "image/png"
    }
    return message.get_body(("html",)).get_content(), pictures


@needs_browser
@pytest.mark.skipif(importlib.util.find_spec("kaleido") is None, reason="needs the extra `charts`")
def test_a_mail_carries_the_charts_of_what_was_found(home: Path) -> None:
    html, pictures = parts_of(lake_in(home, browser=BROWSER))
    assert pictures
    assert all(picture.startswith(PNG) for picture in pictures.values())
    assert {name for name in pictures if f'src="cid:{name}"' in html} == set(pictures)
    assert html.count("cid:") == len(pictures)
    assert len(html.encode()) < LARGEST_BYTES


def test_without_a_browser_a_mail_says_why_it_has_no_charts(home: Path) -> None:
    html, pictures = parts_of(lake_in(home, browser="/nowhere/chrome"))
    assert pictures == {}
    assert "The charts are left out: BIO_BROWSER: there is no program /nowhere/chrome" in html


def test_without_kaleido_a_mail_says_how_to_get_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)
    html, _ = parts_of(lake_in(home, browser=sys.executable))
    assert "pip install &#34;bio-lakehouse[charts]&#34;" in html


@needs_browser
def test_the_page_is_printed(home: Path) -> None:
    lake = lake_in(home, browser=BROWSER)
    key = formats.written_as(lake, "me", SUNDAY, "pdf")
    assert key == "reports/me/weekly-2025-11-16.pdf"
    assert lake.objects.get(key).startswith(b"%PDF-")
    assert len(lake.objects.get(key)) > 50_000


def test_no_browser_no_pdf_and_a_clear_word(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bio_lakehouse.sources.installed_browser.BROWSERS", ("no-such-browser",))
    with pytest.raises(
        ReportError, match="no Chrome or Chromium was found; install one, or set BIO_BROWSER"
    ):
        formats.written_as(lake_in(home), "me", SUNDAY, "pdf")
    with pytest.raises(ReportError, match=r"printed no PDF of .*weekly-2025-11-16.html"):
        formats.written_as(lake_in(home, browser=shutil.which("false")), "me", SUNDAY, "pdf")


def test_the_report_tells_training_load_and_nothing_of_tomorrow(home: Path) -> None:
    model = composition.composed(lake_in(home), "me", SUNDAY).model
    page = lake_in(home).objects.get(report_key("me", SUNDAY)).decode()
    assert "omorrow" not in page
    assert 'id="figure-training_load"' in page
    assert model.training.series is not None
    assert model.byline == "Chosen by fixed rules, written by code."
    assert model.byline in page


def test_only_a_key_and_leave_make_claude_be_asked(home: Path) -> None:
    assert access_of(lake_in(home).settings) is None
    keyed = lake_in(
        home, anthropic_api_key="sk-test", claude_effort="none", claude_prices="1,2,3,0.5"
    )
    access = access_of(keyed.settings)
    assert access is not None
    assert (access.effort, access.model, access.prices.output) == (None, "claude-sonnet-5-5", 2.0)
    assert access_of(lake_in(home, anthropic_api_key="sk-test", local_only=True).settings) is None
    assert "sk-test" not in composition.show_egress(keyed, "me", SUNDAY)


def test_what_would_be_sent_holds_no_row(home: Path) -> None:
    lake = lake_in(home)
    sent = composition.show_egress(lake, "me", SUNDAY)
    titles = {
        line["title"]
        for line in lake.tables.scan("bio_silver.peloton_workouts", columns=["title"]).to_pylist()
    }
    assert not [title for title in titles if len(title) > 12 and title in sent]
    assert '"readiness_score' in sent.replace("\\", "")


def asking(home: Path, url: str, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Lakehouse:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    return lake_in(home, anthropic_api_key="sk-test", **settings)


def make_asking(lake: Lakehouse) -> composition.MadeReport:
    """The page of a week, for which Claude may be asked."""
    return composition.make(lake, "me", SUNDAY, claude=access_of(lake.settings))


def test_a_text_by_claude_is_on_the_page_with_its_cost_and_asked_for_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(says(CHOSEN)) as server:
        lake = asking(home, server.url, monkeypatch)
        sent = composition.show_egress(lake, "me", SUNDAY)
        assert server.asked == []
        made = make_asking(lake)
        assert [request.body.decode() for request in server.asked] == [sent]
        again = make_asking(lake)
        assert len(server.asked) == 1
    mean = made.model.readiness.measure.text(made.model.readiness.week.mean)
    assert f"Readiness averaged {mean}" in " ".join(made.model.narrative)
    assert made.model.byline.startswith("Chosen by Claude (claude-sonnet-5-5) in 1 request: ")
    assert "about $0.0" in made.model.byline
    assert made.model.byline in lake.objects.get(made.key).decode()
    assert not again.changed
    lake.objects.delete(composition.narrative_key("me", SUNDAY))


def test_what_claude_makes_up_does_not_reach_the_page(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(
        says("Readiness averaged 99 because you slept well.<script>alert(1)</script>")
    ) as server:
        model = make_asking(asking(home, server.url, monkeypatch)).model
        assert len(server.asked) == 2
    assert "99 because" not in " ".join(model.narrative)
    assert model.byline.startswith(
        "Chosen by fixed rules: what Claude answered was not of the schema, twice."
    )


def test_local_only_and_a_range_ask_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says(CHOSEN)) as server:
        make_asking(asking(home, server.url, monkeypatch, local_only=True))
        composition.make(asking(home, server.url, monkeypatch), "me", SUNDAY)
        assert server.asked == []
