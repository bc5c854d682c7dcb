"""Written reports in the browser: found, shown, and kept from Dagster's GraphQL."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bio_lakehouse.automation.own_user import OwnUserOnly
from bio_lakehouse.automation.report_pages import WithReports
from bio_lakehouse.automation.web_guard import WebGuard
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.listing import week_address
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.viz.browser import sandbox
from bio_lakehouse_tests.automation.ui_process import wait
from bio_lakehouse_tests.conftest import free_port

BROWSER = next(
    filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))), None
)
NEWEST, OLDER = date(2026, 3, 8), date(2026, 3, 1)
HOSTILE = """<!doctype html><title>Report</title><p id="out"></p><script>
(async () => {
  const sent = JSON.stringify({query: "mutation{setNuxSeen}"});
  const attempts = {
    post: () => fetch("/graphql", {method: "POST", headers: {"Content-Type": "application/json"}, body: sent}),
    blind: () => fetch("/graphql", {method: "POST", mode: "no-cors", body: sent}),
    beacon: async () => { if (!navigator.sendBeacon("/graphql", sent)) throw 0; },
    socket: () => new Promise((done, fail) => {
      const socket = new WebSocket(`ws://${location.host}/graphql`, "graphql-ws");
      socket.onopen = done; socket.onerror = fail;
    }),
    frame: () => new Promise((done, fail) => {
      const frame = document.createElement("iframe");
      frame.onload = () => frame.contentDocument ? done() : fail();
      frame.src = "/graphql"; document.body.append(frame);
      setTimeout(fail, 1500);
    }),
    form: () => new Promise((done, fail) => {
      const form = Object.assign(document.createElement("form"), {method: "post", action: "/graphql"});
      document.body.append(form); form.submit(); setTimeout(fail, 1000);
    }),
    page: async () => { if (!window.open("/")) throw 0; },
    kept: async () => localStorage.setItem("a", "b"),
  };
  const outcomes = {origin: self.origin === "null" ? "refused" : self.origin};
  for (const [name, attempt] of Object.entries(attempts)) {
    try { await attempt(); outcomes[name] = "done"; } catch { outcomes[name] = "refused"; }
  }
  document.getElementById("out").textContent = JSON.stringify(outcomes);
})();
</script>"""


class Page:
    """What stands for Dagster's page: it links to reports, and keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.app = Starlette(
            routes=[Route("/{path:path}", self.answer, methods=["GET", "POST", "OPTIONS"])]
        )

    async def answer(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.url.path}")
        return HTMLResponse(f'<a href="{week_address(NEWEST)}" target="_blank">report</a>')


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", timezone="UTC")


def write(settings: Settings, user_id: str, day: date, page: str = "<p>a report</p>") -> None:
    Lakehouse.open(settings).objects.put(report_key(user_id, day), page.encode())


def client(settings: Settings) -> TestClient:
    guarded = WebGuard(WithReports(Page().app, settings), 3000)
    return TestClient(guarded, base_url="http://localhost:3000", follow_redirects=False)


def test_without_reports_the_list_says_so_and_makes_nothing(settings: Settings) -> None:
    answer = client(settings).get("/reports")
    assert answer.status_code == 200
    assert "None is written yet" in answer.text
    assert not settings.home.exists()


def test_a_week_of_one_person_is_their_page(settings: Settings) -> None:
    write(settings, "me", NEWEST)
    asking = client(settings)
    answer = asking.get(week_address(NEWEST))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/reports/me/weekly-2026-03-08.html",
    )
    page = asking.get(answer.headers["location"])
    assert page.text == "<p>a report</p>"
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts; ")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"


def test_a_week_of_several_people_lists_them_and_the_list_is_newest_first(
    settings: Settings,
) -> None:
    for user_id, day in (("me", OLDER), ("me", NEWEST), ("ada", NEWEST)):
        write(settings, user_id, day)
    week = client(settings).get(week_address(NEWEST)).text
    assert "Reports of the week up to 8 March 2026" in week
    assert week.index("/reports/ada/weekly-2026-03-08.html") < week.index("/reports/me/weekly")
    everything = client(settings).get("/reports/").text
    assert "weekly-2026-03-01" not in week
    assert everything.index("2–8 March 2026") < everything.index("23 February – 1 March 2026")


@pytest.mark.parametrize(
    "path",
    [
        "/reports/2026-03-09",
        "/reports/me/weekly-2026-03-09.html",
        "/reports/me/weekly-2026-03-08.json",
        "/reports/me/secret.html",
        "/reports/../log.db",
        "/reports/%2e%2e/log.db",
        "/reports/me/..%2f..%2f.env",
        "/reports/..%2fsecrets/weekly-2026-03-08.html",
        "/reports/me/weekly-2026-03-08.html/",
        "/reports/ME/weekly-2026-03-08.html",
        "/reports//weekly-2026-03-08.html",
        "/reports/me%00/weekly-2026-03-08.html",
    ],
)
def test_nothing_else_of_the_home_is_there(settings: Settings, path: str) -> None:
    write(settings, "me", NEWEST)
    lake = Lakehouse.open(settings)
    for key in ("secrets/weekly-2026-03-08.html", ".env", "log.db", "reports/me/secret.html"):
        lake.objects.put(key, b"hidden")
    answer = client(settings).get(path)
    assert "hidden" not in answer.text
    assert answer.status_code in {404, 307} or "target=" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_reports_are_only_read(settings: Settings, method: str) -> None:
    write(settings, "me", NEWEST)
    asking = client(settings)
    as_json = {"content-type": "application/json"}
    path = "/reports/me/weekly-2026-03-08.html"
    assert asking.request(method, path, headers=as_json).status_code == 405
    assert asking.get(path, headers={"host": "rebound.test"}).status_code == 421
    assert asking.get(path, headers={"origin": "http://evil.test"}).status_code == 403


@pytest.fixture
def served(settings: Settings) -> Iterator[tuple[Page, str]]:
    """A real server on a port of its own, and what stands behind it."""
    page, port = Page(), free_port()
    guarded = WebGuard(OwnUserOnly(WithReports(page.app, settings)), port)
    server = uvicorn.Server(uvicorn.Config(guarded, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait(lambda: server.started, "the server")
    yield page, f"http://localhost:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.skipif(BROWSER is None, reason="needs a Chrome or Chromium")
def test_a_script_in_a_page_reaches_nothing(served: tuple[Page, str], settings: Settings) -> None:
    """The link of Dagster's page opens, and what got into a report can neither ask nor keep."""
    sync_api = pytest.importorskip("playwright.sync_api")
    page, url = served
    write(settings, "me", NEWEST, HOSTILE)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=sandbox())
        shown = browser.new_page()
        shown.goto(url)
        page.asked.clear()
        with shown.expect_popup() as opened:
            shown.click("a")
        report: Any = opened.value
        outcomes = json.loads(report.locator("#out:not(:empty)").text_content(timeout=60_000))
        assert report.url == f"{url}/reports/me/weekly-2026-03-08.html"
        browser.close()
    outcomes.pop("beacon")  # Chrome says that it was sent, when it was not.
    assert set(outcomes.values()) == {"refused"}, outcomes
    assert [asked for asked in page.asked if "favicon" not in asked] == []
