"""`bio-lakehouse app` in a real browser: a question, a file that is dropped, and the end of it
all."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.viz.browser import sandbox
from bio_lakehouse_tests.ask.demo_lake import copied
from bio_lakehouse_tests.conftest import free_port

sync_api = pytest.importorskip("playwright.sync_api")
BROWSER = next(
    filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a Chrome or Chromium")

SERVE = """
import sys
from pathlib import Path
from bio_lakehouse.app.app_server import serve
from bio_lakehouse.ask.evaluation.demo import settings_of
serve(settings_of(Path(sys.argv[1])), "me", int(sys.argv[2]), open_page=False)
"""
QUESTION = "What was my average readiness last week?"
NEXT_QUESTION = "readiness by week"
QUESTION_IS_AT_TOP = """() => {
    const top = document.querySelector('.st-key-turn-1').getBoundingClientRect().top
    return top >= -1 && top < 200
}"""
WORKOUT = (
    "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Discipline,Type,"
    "Title,Class Timestamp,Total Output,Avg. Watts,Calories Burned\n"
    "2026-03-11 07:00 (UTC),On Demand,Ann,30,Cycling,Music,30 min Ride,,250,139,300\n"
)
START_SECONDS = 120
MS = 180_000
PAGES = ("Today", "Ask", "Insights", "Report", "Data")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def home(demo_lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo lake without its files, which a copy would take in anew."""
    home = copied(demo_lake, tmp_path_factory.mktemp("app")).settings.home
    shutil.rmtree(home / "landing")
    return home


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """The app over that home; ended by Ctrl-C, after which nothing of it is left."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(home), str(port)])
    found = f"http://localhost:{port}"
    started = time.monotonic()
    while not answers(found):
        assert process.poll() is None
        assert time.monotonic() - started < START_SECONDS
        time.sleep(0.1)
    yield found
    process.send_signal(signal.SIGINT)
    assert process.wait(30) in (0, -signal.SIGINT)
    assert not answers(found)
    assert not (home / "dagster" / "app.txt").exists()


def answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/_stcore/health", timeout=10).status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=list(sandbox()))
        yield running
        running.close()


def test_a_question_is_asked_and_answered(address: str, browser: Any) -> None:
    page = browser.new_page(viewport=PHONE)
    page.set_default_timeout(MS)
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: refused.append(line.text) if "Policy" in line.text else None)
    page.goto(address)
    assert [is_whole(page.get_by_role("link", name=name)) for name in PAGES] == [True] * 5
    page.get_by_role("link", name="Ask").click()
    page.get_by_placeholder("Ask about").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_text("SQL, and how this came").click()
    page.get_by_text("SELECT").first.wait_for()
    page.get_by_placeholder("Ask about").fill(NEXT_QUESTION)
    page.keyboard.press("Enter")
    page.get_by_text("SQL, and how this came").nth(1).wait_for()
    page.wait_for_function(QUESTION_IS_AT_TOP, timeout=20_000)
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) == 0
    assert refused == []
    assert {url for url in asked if not url.startswith((address, "data:", "blob:"))} == set()
    page.close()


def is_whole(link: Any) -> bool:
    """Whether a link is seen from its left to its right edge."""
    link.wait_for()
    place = link.bounding_box()
    return bool(place["x"] >= 0 and place["x"] + place["width"] <= PHONE["width"])


@pytest.mark.slow
def test_a_file_is_dropped_and_seen(address: str, browser: Any, home: Path) -> None:
    page = browser.new_page()
    page.set_default_timeout(MS)
    page.goto(f"{address}/data")
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": WORKOUT.encode()}
    with FileLock(home / "dagster" / "ui.lock"):
        page.locator("input[type=file]").set_input_files([file])
        page.get_by_role("button", name="Bring them in").click()
        page.get_by_text("brought in. Peloton, CSV export: workouts").first.wait_for()
    assert (home / "landing" / "me" / "mine.csv").read_text("utf-8") == WORKOUT
    page.get_by_role("button", name="Done").click()
    page.get_by_text("still to be built").wait_for()
    page.close()
