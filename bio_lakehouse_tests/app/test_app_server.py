"""`bio-lakehouse app`: one a home, who may ask it, and the reports in its frame."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bio_lakehouse.app import opened
from bio_lakehouse.app.app_server import address_in_ui, guarded
from bio_lakehouse.app.framed_reports import address_of, framed_report
from bio_lakehouse.app.look import OPTIONS
from bio_lakehouse.automation.serving import the_only_one
from bio_lakehouse.cli import main
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, TODAY, USER
from bio_lakehouse_tests.automation.ui_process import wait
from bio_lakehouse_tests.conftest import free_port

PORT = 8501
PAGE = b"<!doctype html><title>A week</title>"


@pytest.fixture
def reports(own_lake: Lakehouse) -> Lakehouse:
    for user in (USER, OTHER_USER):
        own_lake.objects.put(report_key(user, TODAY), PAGE)
    return own_lake


def client(lake: Lakehouse, user: str | None = None) -> TestClient:
    opened.open_lakes(lake.settings, user)
    app = guarded(Starlette(routes=[framed_report()]), PORT)
    app.app = app.app.app  # type: ignore[attr-defined]  # the test client has no connection
    return TestClient(app, f"http://localhost:{PORT}")


def test_a_report_is_answered_in_a_sandbox_that_only_the_app_may_frame(reports: Lakehouse) -> None:
    answer = client(reports).get(address_of(False, USER, TODAY))
    assert answer.content == PAGE
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["cache-control"] == "no-store"


def test_no_other_page_person_or_object_is_answered(reports: Lakehouse) -> None:
    asked = client(reports, USER)
    assert asked.get(address_of(False, USER, TODAY)).status_code == 200
    for address in (
        address_of(False, OTHER_USER, TODAY),
        address_of(False, USER, TODAY - timedelta(7)),
        "/written/own/me/weekly-soon.html",
        "/written/other/me/weekly-2026-03-11.html",
        "/written/own/%2e%2e/weekly-2026-03-11.html",
    ):
        assert asked.get(address).status_code == 404, address


@pytest.mark.parametrize("host", ["evil.test:8501", "localhost:1", "localhost"])
def test_a_name_that_is_not_ours_is_refused(reports: Lakehouse, host: str) -> None:
    answer = client(reports).get(address_of(False, USER, TODAY), headers={"host": host})
    assert answer.status_code == 421


def test_another_page_is_refused(reports: Lakehouse) -> None:
    headers = {"origin": "http://evil.test"}
    answer = client(reports).get(address_of(False, USER, TODAY), headers=headers)
    assert answer.status_code == 403


def test_nothing_is_told_to_anybody_and_forgery_is_kept_out() -> None:
    assert OPTIONS["browser.gatherUsageStats"] is False
    assert OPTIONS["server.enableXsrfProtection"] is True
    assert OPTIONS["server.enableCORS"] is True


def test_a_port_that_is_taken_is_a_sentence_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = ["app", "--home", str(tmp_path / "home"), "--port", str(port), "--no-open"]
        told = CliRunner().invoke(main, words)
    assert told.exit_code == 1
    assert f"Port {port} cannot be used" in told.output
    assert f"bio-lakehouse app --port {port + 1}" in told.output


def test_an_app_that_is_open_already_is_named(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    second = the_only_one(settings, "app", "http://localhost:8502")
    is_open = pytest.raises(BioLakehouseError, match=r"The app of .* is open already: process")
    with the_only_one(settings, "app", "http://localhost:8501"), is_open, second:
        pytest.fail("two apps were open")
    with the_only_one(settings, "ui", "http://localhost:3000"):
        assert (tmp_path / "dagster" / "ui.txt").exists()


BESIDE = """
import sys
import uvicorn
from pathlib import Path
from starlette.responses import PlainTextResponse
from bio_lakehouse.app.beside_dagster import WithApp
from bio_lakehouse.settings import load_settings
settings, port = load_settings(home=Path(sys.argv[1])), int(sys.argv[2])
page = WithApp(PlainTextResponse("another page"), settings, port)
uvicorn.run(page, port=port, log_level="error")
"""


def test_the_ui_has_the_app_below_a_path_of_its_own(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", BESIDE, str(tmp_path), str(port)])
    try:
        wait(lambda: got(port, "/")[1] == "another page", "the page", process)
        assert got(port, "/application")[1] == "another page"
        assert got(port, "/app/_stcore/health") == (200, "ok")
        assert "<title>Streamlit</title>" in got(port, "/app/")[1]
        assert got(port, "/app/written/own/me/weekly-2026-03-11.html")[0] == 404
        assert got(port, "/app/", host="evil.test")[0] == 421
    finally:
        process.terminate()
        process.wait(60)


def got(port: int, path: str, host: str = "") -> tuple[int, str]:
    """Status and text of an answer; 0 where nobody answers."""
    headers = {"Host": host} if host else {}
    try:
        answer = httpx.get(f"http://localhost:{port}{path}", headers=headers, timeout=60)
    except httpx.TransportError:
        return 0, ""
    return answer.status_code, answer.text


def test_where_the_ui_is_open_its_app_is_shown(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    with the_only_one(settings, "ui", "http://localhost:3055"):
        told = CliRunner().invoke(main, ["app", "--home", str(tmp_path), "--no-open"])
    assert told.exit_code == 0
    assert "http://localhost:3055/app" in told.output
    assert address_in_ui(settings) == ""


def test_a_user_who_is_not_in_the_lake_is_refused(tmp_path: Path) -> None:
    words = ["app", "--home", str(tmp_path / "home"), "--user", "stranger", "--no-open"]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 1
    assert "there is no user 'stranger'" in told.output
