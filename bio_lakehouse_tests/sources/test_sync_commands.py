"""The commands that fetch, as a person types them: signing in, the history, and what they say of
what is wrong."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result

from bio_lakehouse.cli import main
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources.oura import oauth
from bio_lakehouse.sources.oura.fetch import Progress
from bio_lakehouse.sources.peloton.download import WorkoutsFile
from bio_lakehouse_tests.sources.oura_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    NEW_TOKEN_PATH,
    Fault,
    OuraServer,
    free_port,
    signed_in,
)
from bio_lakehouse_tests.sources.peloton_site import CSV

TODAY = date(2025, 3, 20)


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 3, 1), date(2025, 3, 25), page_size=50) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, server: OuraServer, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "BIO_HOME": str(tmp_path / "home"),
        "BIO_TIMEZONE": "Europe/Berlin",
        "BIO_TODAY_OVERRIDE": str(TODAY),
        "BIO_FIRST_DAY": "2025-02-20",
        "BIO_OURA_CLIENT_ID": CLIENT_ID,
        "BIO_OURA_CLIENT_SECRET": CLIENT_SECRET,
        "BIO_OURA_API_URL": server.url,
        "BIO_OURA_AUTHORIZE_URL": f"{server.url}/oauth/authorize",
        "BIO_OURA_TOKEN_URLS": server.url + NEW_TOKEN_PATH,
        "BIO_OURA_REDIRECT_URI": f"http://localhost:{free_port()}/callback",
        "COLUMNS": "200",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lake() -> Lakehouse:
    return Lakehouse.open(load_settings())


def run(*words: str, answer: str | None = None) -> Result:
    result = CliRunner().invoke(main, words, input=answer)
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit | None)
    return result


def said(result: Result) -> str:
    """All that was printed, on one line."""
    return " ".join(result.output.split())


@pytest.fixture
def consenting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser whose person consents at once."""

    def open_page(url: str) -> bool:
        threading.Thread(target=urlopen, args=(url,)).start()
        return True

    monkeypatch.setitem(oauth.login.__kwdefaults__, "open_browser", open_page)


def test_signing_in_and_fetching_the_history_builds_the_tables(
    server: OuraServer, lake: Lakehouse, consenting: None
) -> None:
    result = run("oura", "login", "--history")
    assert result.exit_code == 0, result.output
    assert "opens in your browser. If it does not, open this address on this machine: http" in said(
        result
    )
    assert "Signed in." in result.output
    days = {row["day"] for row in lake.tables.scan("bio_silver.oura_daily_readiness").to_pylist()}
    assert (min(days), max(days), len(days)) == (date(2025, 3, 1), TODAY, 20)
    assert CLIENT_SECRET not in result.output


def test_without_a_person_at_the_terminal_no_history_is_fetched(
    server: OuraServer, consenting: None
) -> None:
    assert said(run("oura", "login")).endswith("Signed in.")
    assert {asked.path for asked in server.asked} == {NEW_TOKEN_PATH}


def test_a_sync_that_fails_in_part_says_how_to_fetch_the_rest(
    server: OuraServer, lake: Lakehouse
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "ada"))
    server.faults["daily_sleep"].append(Fault(422, {"detail": []}))
    result = run("oura", "sync", "--user", "ada", "--from", "2025-03-18", "--land-only")
    assert result.exit_code == 1
    command = re.search(
        r"1 of 6 windows .* To fetch the rest: bio-lakehouse (oura sync .*)$", said(result)
    )
    assert command
    assert command[1] == "oura sync --from 2025-03-18 --to 2025-03-20 --resume --user ada"
    server.asked.clear()
    assert "Landed 1 file." in run(*command[1].split(), "--land-only").output
    assert {asked.path.rsplit("/", 1)[-1] for asked in server.asked} == {"daily_sleep"}


def test_a_sync_that_is_stopped_says_how_to_go_on(
    server: OuraServer, lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    whole = fetching.fetch

    def stopped(*arguments: object, **options: object) -> Iterator[object]:
        outcomes = whole(*arguments, **options)  # type: ignore[arg-type]
        yield next(outcomes)
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, "fetch", stopped)
    result = run("oura", "sync")
    assert result.exit_code == 1
    assert (
        "Stopped; what arrived whole is kept. To fetch the rest: bio-lakehouse oura sync "
        "--from 2025-03-13"
    ) in said(result)
    assert len(list((lake.settings.home / "landing" / "me").glob("oura_*Z.json"))) == 1


@pytest.mark.parametrize(
    ("words", "environment_has", "code", "message"),
    [
        ("oura sync", {}, 1, "Nobody has signed in to Oura yet .* Run: bio-lakehouse oura login"),
        ("oura sync --user ada", {}, 1, "Run: bio-lakehouse oura login --user ada$"),
        (
            "peloton sync",
            {"BIO_USER": "ada"},
            1,
            "Sign in with: bio-lakehouse peloton login --user ada$",
        ),
        (
            "oura sync",
            {"BIO_OURA_CLIENT_ID": ""},
            1,
            "BIO_OURA_CLIENT_ID .*developer.ouraring.com/applications",
        ),
        ("oura login", {"BIO_OURA_CLIENT_SECRET": ""}, 1, "BIO_OURA_CLIENT_SECRET .*then set both"),
        (
            "oura login",
            {"BIO_OURA_REDIRECT_URI": "http://localhost:99999/"},
            1,
            "BIO_OURA_REDIRECT_URI: .*cannot be read",
        ),
        ("oura sync --from 2025-03-10 --to 2025-03-01", {}, 1, "give a first day, then a last"),
        ("oura sync --from 0001-01-01", {}, 1, r"from 2025-02-20 \(BIO_FIRST_DAY\)"),
        ("oura sync --to 9999-12-31", {}, 1, r"to 2025-03-20 \(today\)"),
        ("oura sync --from 2025-13-01", {}, 2, "write it as YYYY-MM-DD"),
        ("oura sync --user Ada", {}, 2, "must be 1 to 64 of a-z"),
        (
            "oura sync",
            {"BIO_OURA_API_URL": "https://[bad"},
            1,
            "BIO_OURA_API_URL: .*cannot be read",
        ),
        ("oura sync", {"BIO_OURA_LOOKBACK_DAYS": "0"}, 1, "BIO_OURA_LOOKBACK_DAYS: "),
        (
            "oura sync",
            {"BIO_OURA_TOKEN_STORE": "ssm:/lake", "AWS_PROFILE": "nobody-7"},
            1,
            "Correct AWS_PROFILE",
        ),
        (
            "peloton sync",
            {},
            1,
            "Nobody has signed in to Peloton yet .*: bio-lakehouse peloton login",
        ),
        (
            "peloton sync",
            {"BIO_PELOTON_BROWSER": "/nowhere/chrome"},
            1,
            "BIO_PELOTON_BROWSER: there is no program",
        ),
        (
            "peloton login",
            {"DISPLAY": "", "WAYLAND_DISPLAY": ""},
            1,
            "No window can be opened here",
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    words: str,
    environment_has: dict[str, str],
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment_has.items():
        monkeypatch.setenv(name, value)
    result = run(*words.split())
    assert result.exit_code == code
    assert re.search(message, said(result)), result.output


def test_no_network_is_said_as_such(
    server: OuraServer, lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    monkeypatch.setenv("BIO_OURA_API_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr("bio_lakehouse.sources.oura.http_client._BACK_OFF", lambda state: 0.0)
    result = run("oura", "sync", "--land-only")
    assert result.exit_code == 1
    assert "could not be reached" in said(result)
    assert "Check the network" in said(result)
    assert said(result).count("Check the network") == 3


def test_workouts_that_cannot_be_read_end_a_sync_with_1(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = CSV.replace("Fitness Discipline", "Discipline").encode()
    monkeypatch.setattr(
        fetching, "download_workouts", lambda browser: WorkoutsFile("workouts.csv", broken)
    )
    result = run("peloton", "sync")
    assert result.exit_code == 1
    assert "has no column Fitness Discipline" in said(result)


def test_progress_counts_every_window(server: OuraServer, lake: Lakehouse) -> None:
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    seen: list[Progress] = []
    outcome = fetching.fetch_oura(lake, "me", date(2025, 2, 20), TODAY, progress=seen.append)
    assert [step.number for step in seen] == list(range(1, len(outcome.landed) + 1))
    assert {step.total for step in seen} == {len(outcome.landed)}
