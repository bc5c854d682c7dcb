"""Page and mail in a real browser: no request, no scrolling sideways, text that can be read in
light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bio_lakehouse.insights import InsightData, visualize
from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse.insights.training_load import training_load
from bio_lakehouse.reports.email import email_of
from bio_lakehouse.reports.report_model import ReportInputs, ReportModel, model_of
from bio_lakehouse.reports.training import load_figure
from bio_lakehouse.reports.weekly_report import render
from bio_lakehouse.settings import UserProfile
from bio_lakehouse.sources import demo
from bio_lakehouse.viz.browser import sandbox

sync_api = pytest.importorskip("playwright.sync_api")
BROWSER = next(
    filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a Chrome or Chromium")

SUNDAY = date(2026, 6, 28)
SCHEMES = ("light", "dark")
READABLE = """() => {
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const over = (top, ground) => {
    const opacity = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map(i => top[i] * opacity + ground[i] * (1 - opacity));
  };
  const ground = element => {
    const own = numbers(getComputedStyle(element).backgroundColor);
    const below = () => element.parentElement ? ground(element.parentElement) : [255, 255, 255];
    return own.length > 3 && own[3] < 1 ? over(own, below()) : own;
  };
  const weak = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    const isUnseen = !element.checkVisibility({ visibilityProperty: true });
    if (!words || isUnseen || element.closest("script, style, .hidden, .skip")) continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const [high, low] = [luminance(over(numbers(colour), behind)), luminance(behind)].sort((a, b) => b - a);
    const isLarge = parseFloat(style.fontSize) >= 24;
    seen += 1;
    if ((high + 0.05) / (low + 0.05) < (isLarge ? 3 : 4.5)) weak.push([words.slice(0, 40), colour, String(behind)]);
  }
  return { seen, weak };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=[*sandbox()])
        yield started
        started.close()


@pytest.fixture(scope="module")
def inputs() -> ReportInputs:
    """300 days of the demo person, the last night not worn and of the last two days no workouts
    delivered."""
    person = demo.simulate(300, 2, SUNDAY)
    daily, workouts = pd.DataFrame(demo.daily_rows(person)), pd.DataFrame(demo.workout_rows(person))
    profile = UserProfile(
        user_id="me",
        timezone="UTC",
        max_heart_rate=190,
        threshold_heart_rate=168,
        ftp=240,
        mail_to=(),
    )
    insights, tests = decided(InsightData("me", SUNDAY, daily, workouts))
    return ReportInputs(
        user_id="me",
        day=SUNDAY,
        today=SUNDAY,
        daily=daily,
        workouts=workouts,
        coverage=pd.DataFrame(columns=["user_id", "source", "first_day", "last_day"]),
        insights=insights,
        week_tests=tests,
        training=training_load(daily, workouts, profile).to_pylist(),
        data_up_to=datetime.fromisoformat("2026-06-28T06:12:45"),
        failed={"oura/daily_sleep": frozenset([SUNDAY])},
    )


@pytest.fixture(scope="module")
def model(inputs: ReportInputs) -> ReportModel:
    return model_of(inputs)


@pytest.fixture(scope="module")
def page_file(
    inputs: ReportInputs, model: ReportModel, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("page") / "weekly.html"
    path.write_text(
        render(
            model,
            {insight.name: visualize(insight) for insight in inputs.insights}
            | load_figure(model.training),
        ),
        "utf-8",
    )
    return path


@pytest.fixture(scope="module")
def mail_file(model: ReportModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mail") / "mail.html"
    path.write_text(email_of(model).html, "utf-8")
    return path


class Opened:
    """A page at a width and in a colour scheme, its requests beside its own address, and what went
    wrong on it."""

    def __init__(self, browser: Any, file: Path, width: int, scheme: str) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(file.as_uri())
        self.requests.remove(file.as_uri())

    def charts(self) -> int:
        """How many charts are drawn, once all that the page shows are."""
        drawn = self.page.locator(".plot.js-plotly-plot")
        drawn.nth(self.shown() - 1).wait_for()
        return int(drawn.count())

    def shown(self) -> int:
        """How many charts the page has that are not folded away."""
        return int(self.page.locator(".plot:not(details:not([open]) *)").count())

    def unfold(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")

    def overflow(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "light"),
        (1280, "dark"),
        pytest.param(360, "dark", marks=pytest.mark.thorough),
        pytest.param(768, "light", marks=pytest.mark.thorough),
    ],
)
def test_the_page_asks_nobody_and_fits_its_screen(
    browser: Any, page_file: Path, model: ReportModel, width: int, scheme: str
) -> None:
    opened = Opened(browser, page_file, width, scheme)
    assert 1 < opened.charts() < len(model.insights) + 1 == 6
    opened.unfold()
    assert opened.charts() == 6
    assert opened.overflow() <= 0
    assert (opened.requests, opened.complaints) == ([], [])
    readable = opened.page.evaluate(READABLE)
    assert readable["seen"] > 200
    assert readable["weak"] == []
    opened.page.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_mail_fits_its_screen_and_can_be_read(
    browser: Any, mail_file: Path, width: int, scheme: str
) -> None:
    opened = Opened(browser, mail_file, width, scheme)
    assert opened.overflow() <= 0
    assert (opened.requests, opened.complaints) == ([], [])
    readable = opened.page.evaluate(READABLE)
    assert readable["seen"] > 30
    assert readable["weak"] == []
    ground = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(250, 249, 246)", "dark": "rgb(20, 22, 26)"}[scheme]
    opened.page.close()


def test_the_keyboard_reaches_the_week_first_and_paper_is_white_whatever_the_screen_is(
    browser: Any, page_file: Path
) -> None:
    opened = Opened(browser, page_file, 1280, "dark")
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Skip to the week"
    assert opened.page.locator(".skip").bounding_box()["x"] >= 0
    opened.page.keyboard.press("Enter")
    assert opened.page.url.endswith("#days")
    opened.charts()
    opened.page.emulate_media(media="print", color_scheme="dark")
    opened.page.locator(".plot.js-plotly-plot").nth(5).wait_for()
    # Pages are counted before the charts are drawn anew: a height that changed would lose the last.
    heights = "[...document.querySelectorAll('.plot')].map(plot => plot.style.height)"
    assert opened.page.evaluate(heights) == [""] * 6
    assert (
        opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert not opened.page.locator("#age").is_visible()
    assert opened.page.evaluate(READABLE)["weak"] == []
    opened.page.emulate_media(media="screen")
    opened.page.locator("details[open]").first.wait_for(state="detached")
    opened.page.close()


def test_a_browser_that_cannot_unpack_says_so(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(page_file.as_uri())
    told = page.get_by_text("This chart needs a newer browser; its figures are in the text.")
    told.first.wait_for()
    assert told.count() == 6
    page.close()
