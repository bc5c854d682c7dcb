"""One `bio-lakehouse ui` for all of these: in a real browser its own page works and a page of
another origin gets nowhere, its partitions follow what lands, the sensor makes what does, and
nothing is left of it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.assets.keys import GOLD_DAILY
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.viz.browser import sandbox
from bio_lakehouse_tests.automation.test_reloading import first_partition, partitions_follow
from bio_lakehouse_tests.automation.ui_process import UserInterface, members, start_ui, wait
from bio_lakehouse_tests.conftest import free_port

BROWSER = next(
    filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))), None
)

GOLD = "bio_gold.daily_readiness_performance"
MUTATION = "mutation{setNuxSeen}"
VERSION = "query{version}"
ATTACK = """async ([target, mutation]) => {
  const sent = JSON.stringify({query: mutation});
  const byUrl = `${target}/graphql?query=${encodeURIComponent(mutation)}`;
  const posting = (type, mode) => fetch(
    `${target}/graphql`, {method: "POST", mode, headers: {"Content-Type": type}, body: sent});
  const form = (type) => new Promise(done => {
    const frame = document.createElement("iframe");
    frame.name = "hidden" + Math.random();
    frame.onload = () => done("sent");
    document.body.append(frame);
    const element = document.createElement("form");
    Object.assign(element, {method: "post", action: byUrl, enctype: type, target: frame.name});
    document.body.append(element);
    element.submit();
    setTimeout(() => done("sent"), 2000);
  });
  const attempts = {
    picture: () => new Promise((done, fail) => {
      const picture = new Image();
      picture.onload = () => done("loaded");
      picture.onerror = () => fail("refused");
      picture.src = byUrl;
    }),
    get: () => fetch(byUrl),
    getBlind: () => fetch(byUrl, {mode: "no-cors"}),
    post: () => posting("application/json", "cors"),
    plain: () => posting("text/plain", "no-cors"),
    disguised: () => posting("text/plain;application/json", "no-cors"),
    beacon: async () => navigator.sendBeacon(byUrl, sent),
    form: () => form("text/plain"),
    encodedForm: () => form("application/x-www-form-urlencoded"),
    socket: () => new Promise((done, fail) => {
      const socket = new WebSocket(`${target.replace("http", "ws")}/graphql`, "graphql-ws");
      socket.onopen = () => done("open");
      socket.onerror = () => fail("refused");
    }),
    read: async () => (await fetch(`${target}/server_info`)).text(),
  };
  const outcomes = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      const outcome = await attempt();
      outcomes[name] = outcome instanceof Response ? `${outcome.type} ${outcome.status}` : String(outcome);
    } catch (error) { outcomes[name] = "refused"; }
  }
  return outcomes;
}"""
BLIND = {"getBlind", "plain", "disguised", "beacon", "form", "encodedForm"}
"""What a page may send without being told the outcome."""


class BlankPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserInterface]:
    with UserInterface(tmp_path_factory.mktemp("ui") / "home", free_port()) as running:
        running.wait_until_it_answers()
        yield running


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The port of somebody else's page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BlankPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser to which names below .test are this machine, as after DNS rebinding; skips without
    one."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if BROWSER is None:
        pytest.skip("needs a Chrome or Chromium")
    options = ["--host-resolver-rules=MAP *.test 127.0.0.1", *sandbox()]
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=options)
        yield running
        running.close()


def mutated(ui: UserInterface) -> Path:
    """What the mutation leaves behind."""
    return ui.home / "dagster" / ".nux" / "nux.yaml"


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("127.0.0.1", "localhost"),
        ("evil.test", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        pytest.param("localhost", "localhost", marks=pytest.mark.thorough),
        pytest.param("localhost", "127.0.0.1", marks=pytest.mark.thorough),
        pytest.param("evil.test", "127.0.0.1", marks=pytest.mark.thorough),
    ],
)
def test_a_page_of_another_origin_changes_and_reads_nothing(
    ui: UserInterface, elsewhere: int, browser: Any, name: str, target: str
) -> None:
    page = browser.new_page()
    page.goto(f"http://{name}:{elsewhere}/")
    outcomes = page.evaluate(ATTACK, [f"http://{target}:{ui.port}", MUTATION])
    page.close()
    seen = {attempt: told for attempt, told in outcomes.items() if attempt not in BLIND}
    assert set(seen.values()) == {"refused"}, outcomes
    assert not mutated(ui).exists()


def test_a_page_of_a_rebound_name_is_not_answered(ui: UserInterface, browser: Any) -> None:
    page = browser.new_page()
    answer = page.goto(f"http://rebound.test:{ui.port}/")
    outcomes = page.evaluate(ATTACK, [f"http://rebound.test:{ui.port}", MUTATION])
    assert answer.status == 421
    assert "dagster" not in page.content().lower()
    assert outcomes["socket"] == "refused"
    assert {outcomes[name] for name in ("get", "post", "plain")} == {"basic 421"}
    page.close()
    assert not mutated(ui).exists()


@pytest.mark.parametrize("host", ["evil.test", "", "localhost"])
def test_a_forged_host_reads_nothing(ui: UserInterface, host: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", ui.port)
    body = json.dumps({"query": VERSION})
    connection.request("POST", "/graphql", body, {"Host": host, "Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status in {400, 421}
    assert b"version" not in answer.read()


def test_another_page_may_link_to_it_but_not_frame_it(
    ui: UserInterface, elsewhere: int, browser: Any
) -> None:
    page = browser.new_page()
    page.goto(f"http://evil.test:{elsewhere}/")
    page.evaluate("url => document.body.innerHTML = `<a href=${url}>there</a>`", ui.url)
    page.click("a")
    page.wait_for_function("document.title.includes('Dagster') || document.querySelector('nav')")
    page.goto(f"http://evil.test:{elsewhere}/")
    page.evaluate("url => document.body.innerHTML = `<iframe src=${url}></iframe>`", ui.url)
    page.wait_for_timeout(1000)
    framed = [frame for frame in page.frames if frame != page.main_frame]
    assert "Another page may not ask" in framed[0].content()
    page.close()


def test_its_own_page_works(ui: UserInterface, browser: Any) -> None:
    """The last that has a browser: it makes the mutation that the others must not."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    problems: list[str] = []
    sockets: list[Any] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("websocket", lambda socket: sockets.append(socket))
    page.on(
        "response",
        lambda answer: problems.append(answer.url) if answer.status in range(400, 500) else None,
    )
    page.goto(f"{ui.url}/asset-groups")
    page.get_by_text("gold", exact=False).first.wait_for(timeout=300_000)
    page.wait_for_timeout(3000)
    assert page.get_by_text("newsletter", exact=False).count() == 0
    page.goto(f"{ui.url}/automation")
    page.get_by_text("arrivals", exact=False).first.wait_for(timeout=300_000)
    if folder := os.environ.get("BIO_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/ui.png")
    assert problems == []
    assert sockets
    assert not mutated(ui).exists()
    done = page.evaluate(ATTACK, [ui.url, MUTATION])
    assert done["post"] == "basic 200"
    assert done["socket"] == "open"
    assert done["plain"] == "basic 415"
    wait(mutated(ui).exists, "the mutation that the page itself may make")
    page.close()


def test_partitions_follow_what_lands_and_its_days_are_made(ui: UserInterface) -> None:
    """The running sensor makes them; `test_arrivals_live.py` follows more files, in a folder and on
    S3."""
    assert first_partition(ui) == "2015-01-01"
    first = partitions_follow(ui, 20)
    lake = Lakehouse.open(load_settings(home=ui.home))
    wait(lambda: str(first) in days_made(lake), "the day to be built")
    (built,) = lake.tables.scan(GOLD, first, first).to_pylist()
    assert (built["sleep_score"], built["readiness_score"]) == (70, 75)


def days_made(lake: Lakehouse) -> set[str]:
    """Days of gold's daily table that Dagster calls materialised."""
    with open_instance(lake.settings) as instance:
        return instance.get_materialized_partitions(GOLD_DAILY)


def test_one_ui_a_home_and_nothing_is_left_of_it(ui: UserInterface, tmp_path: Path) -> None:
    """The last of all: it ends the UI."""
    second = start_ui(ui.home, free_port(), tmp_path / "second")
    assert second.wait(300) == 1
    said = (tmp_path / "second").read_text("utf-8")
    assert "is open already" in said
    assert f"process {ui.process.pid} at {ui.url}" in said
    group = ui.page()
    assert group is not None
    wait(lambda: len(members(group)) >= 4, "the web page, the daemon and the code server")
    # A tick that goes on while all ends may say so afterwards: a file has just landed.
    assert ui.said().splitlines() == [f"The Dagster UI is at {ui.url}. Ctrl-C ends it."]
    ui.process.send_signal(signal.SIGTERM)
    assert ui.process.wait(180) == 0
    assert members(group) == []
    assert not (ui.home / "dagster" / "ui.txt").exists()
