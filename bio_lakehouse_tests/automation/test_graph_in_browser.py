"""The graph as people drive it: clicks in `bio-lakehouse ui` over a demo lake, in a real browser.

With `BIO_TEST_PICTURES=FOLDER` a picture of each page is kept there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.viz.browser import sandbox
from bio_lakehouse_tests.automation.ui_process import UserInterface
from bio_lakehouse_tests.conftest import free_port

sync_api = pytest.importorskip("playwright.sync_api")
BROWSER = next(
    filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))), None
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="needs a Chrome or Chromium"),
]
DAYS = 180
DEMO = "from bio_lakehouse.cli import main; main()"
BACKFILLS = """{ partitionBackfillsOrError(limit: 1) { ... on PartitionBackfills { results {
  id status runs(limit: 20) { id status }
  assetBackfillData { assetBackfillStatuses { ... on AssetPartitionsStatusCounts {
    assetKey { path } numPartitionsTargeted numPartitionsMaterialized numPartitionsFailed } } }
} } } }"""
RUNS = """{ runsOrError(limit: 1) { ... on Runs { results { id status assetSelection { path }
  assetCheckSelection { name } } } } }"""
GOING = {"REQUESTED", "QUEUED", "NOT_STARTED", "STARTING", "STARTED"}
WAIT_SECONDS = 600
CLICK_MS = 60_000


@dataclass
class Driver:
    """The UI's page in a browser, and its answers to GraphQL."""

    ui: UserInterface
    page: Any
    pictures: Path

    def open(self, path: str) -> None:
        self.page.goto(f"{self.ui.url}{path}")

    def click(self, words: str) -> None:
        """Click the first button that says these words, be there a count or an ellipsis."""
        says = re.compile(rf"^\s*{words}( \(\d+\))?…?\s*$")
        button = self.page.get_by_role("button").filter(has_text=says).first
        button.click(timeout=CLICK_MS)

    def picture(self, name: str) -> None:
        self.page.wait_for_timeout(3000)
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def ask(self, query: str) -> Any:
        body = json.dumps({"query": query}).encode()
        address = f"{self.ui.url}/graphql"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["data"]

    def newest_backfill(self) -> Any:
        return next(iter(self.ask(BACKFILLS)["partitionBackfillsOrError"]["results"]), None)

    def newest_run(self) -> Any:
        return next(iter(self.ask(RUNS)["runsOrError"]["results"]), None)

    def ended(self, newest: str, before: str | None) -> Any:
        """The newest run or backfill after the one that was there `before`, once it has ended."""
        started = time.monotonic()
        while time.monotonic() - started < WAIT_SECONDS:
            found = getattr(self, newest)()
            if found and found["id"] != before and found["status"] not in GOING:
                return found
            time.sleep(1)
        raise AssertionError(f"{newest} did not end")


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserInterface]:
    home = tmp_path_factory.mktemp("graph") / "home"
    words = ["demo", "--home", str(home), "--days", str(DAYS)]
    subprocess.run([sys.executable, "-c", DEMO, *words], check=True, capture_output=True)
    with UserInterface(home, free_port()) as running:
        running.wait_until_it_answers()
        yield running


@pytest.fixture(scope="module")
def driver(ui: UserInterface, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    folder = Path(os.environ.get("BIO_TEST_PICTURES", tmp_path_factory.mktemp("pictures")))
    folder.mkdir(parents=True, exist_ok=True)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=sandbox())
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        yield Driver(ui, page, folder)
        browser.close()


def test_everything_of_all_days_is_green(driver: Driver) -> None:
    driver.open("/asset-groups")
    driver.click("Materialize all")
    driver.click("All")
    driver.picture("everything_asked")
    driver.click("Launch backfill")
    done = driver.ended("newest_backfill", None)
    counts = done["assetBackfillData"]["assetBackfillStatuses"]
    assert done["status"] == "COMPLETED_SUCCESS"
    assert {run["status"] for run in done["runs"]} == {"SUCCESS"}
    assert len(done["runs"]) == 2
    assert len(counts) > 40
    assert all(
        one["numPartitionsMaterialized"] == one["numPartitionsTargeted"] > 0 for one in counts
    )
    driver.open(f"/runs/b/{done['id']}")
    driver.picture("everything_made")


def test_one_asset_of_one_day(driver: Driver) -> None:
    before = driver.newest_run()["id"]
    driver.open("/assets/gold/energy_state?view=overview")
    driver.click("Materialize")
    driver.click("Latest")
    driver.picture("one_day_asked")
    driver.click("Launch 1 run")
    assert driver.ended("newest_run", before)["status"] == "SUCCESS"


def test_a_check_alone(driver: Driver) -> None:
    before = driver.newest_run()["id"]
    driver.open("/assets/gold/gap_ledger?view=checks&checkDetail=quarantine")
    driver.click("Execute")
    run = driver.ended("newest_run", before)
    assert run["status"] == "SUCCESS"
    assert [check["name"] for check in run["assetCheckSelection"]] == ["quarantine"]
    driver.picture("check")


def test_the_report_opens_from_its_week(driver: Driver) -> None:
    today = date.today()  # noqa: DTZ011
    week = today - timedelta(today.isoweekday())
    driver.open(f"/assets/reports/weekly_report?view=partitions&partition={week}")
    driver.picture("week")
    with driver.page.expect_popup(timeout=CLICK_MS) as opened:
        driver.page.locator(f"a[href*='{week}'][target='_blank']").first.click(timeout=CLICK_MS)
    report = opened.value
    report.wait_for_load_state()
    assert "week" in report.title().lower()
    report.screenshot(path=driver.pictures / "report.png")
