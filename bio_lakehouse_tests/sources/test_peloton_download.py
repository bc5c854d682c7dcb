"""A real headless Chromium on a page that looks like the members': login kept, button pressed, each
failure's words."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.sources.installed_browser import find_browser
from bio_lakehouse.sources.peloton import download as download_module
from bio_lakehouse.sources.peloton.download import (
    PelotonBrowser,
    download_workouts,
    keeps_login,
    login,
)
from bio_lakehouse_tests.sources.peloton_site import (
    BANNER,
    BLOB,
    CSV,
    LINK,
    NAVIGATE,
    NEW_TAB,
    Site,
)

pytest.importorskip("playwright", reason="needs the extra bio-lakehouse[peloton]")
try:
    find_browser(None, "BIO_PELOTON_BROWSER", SettingsError)
except SettingsError as missing:
    pytest.skip(str(missing), allow_module_level=True)


@pytest.fixture(scope="module", autouse=True)
def _one_driver(signed_in: object) -> Iterator[None]:
    """Playwright's own process, which takes half as long to begin as a browser, begins once after
    the first login."""
    from playwright import async_api

    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        driver = runner.run(async_api.async_playwright().start())
        patch.setattr(asyncio, "run", runner.run)
        patch.setattr(async_api, "async_playwright", lambda: nullcontext(driver))
        yield
        runner.run(driver.stop())


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, PelotonBrowser]]:
    """A site at which a person has signed in once, and the browser that kept it."""
    peloton = PelotonBrowser(
        tmp_path_factory.mktemp("home") / "peloton", page_seconds=10, download_seconds=15
    )
    with Site(person=True) as site:
        peloton = replace(peloton, workouts_url=site.url)
        login(peloton, announce=lambda text: None, timeout_seconds=20, window=False)
        site.person = False
        yield site, peloton


@pytest.fixture
def site(signed_in: tuple[Site, PelotonBrowser]) -> Iterator[Site]:
    site = signed_in[0]
    before = dict(vars(site))
    yield site
    vars(site).update({name: before[name] for name in before if not name.startswith("_")})


@pytest.fixture
def peloton(signed_in: tuple[Site, PelotonBrowser]) -> PelotonBrowser:
    return signed_in[1]


def test_login_is_kept_the_file_comes_byte_for_byte_and_what_was_left_goes(
    site: Site, peloton: PelotonBrowser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    (home / "Downloads").mkdir(parents=True)
    scratch.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    left_by_a_killed_one = peloton.profile / "downloads" / "5f1c"
    left_by_a_killed_one.parent.mkdir()
    left_by_a_killed_one.write_text("half a file")
    found = download_workouts(peloton)
    assert (found.name, found.content) == ("ada_workouts.csv", CSV.encode())
    assert site.sessions == 1
    assert list((home / "Downloads").iterdir()) == []
    assert list(scratch.iterdir()) == []
    assert list(peloton.profile.rglob("*.csv*")) == []
    assert not (peloton.profile / "downloads").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("cookie", ["Path=/; HttpOnly", "Path=/; HttpOnly; Max-Age=86400"])
def test_login_outlives_the_browser(cookie: str, tmp_path: Path) -> None:
    """Of a site of its own; all others here download with one login, by a session's cookie."""
    with Site(person=True, cookie=cookie) as site:
        peloton = PelotonBrowser(tmp_path / "me", workouts_url=site.url)
        login(peloton, announce=lambda text: None, timeout_seconds=20, window=False)
        site.person = False
        assert [download_workouts(peloton).content for _ in range(2)] == [CSV.encode()] * 2
        assert site.sessions == 1


def test_session_that_the_site_renews_is_kept_though_the_download_fails(
    site: Site, peloton: PelotonBrowser, tmp_path: Path
) -> None:
    shutil.copytree(peloton.profile, tmp_path / "me")
    own = replace(peloton, profile=tmp_path / "me", download_seconds=2)
    site.renews, site.action = True, ""
    with pytest.raises(SourceError, match="did not come"):
        download_workouts(own)
    site.action = NAVIGATE
    assert download_workouts(own).content == CSV.encode()
    assert site.sessions == 3


def test_profile_is_private(peloton: PelotonBrowser) -> None:
    assert peloton.profile.stat().st_mode & 0o777 == 0o700
    assert (peloton.profile / "session-cookies.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"action": NEW_TAB}, marks=pytest.mark.thorough),
        {"button": LINK},
        pytest.param({"banner": BANNER}, marks=pytest.mark.thorough),
    ],
)
def test_other_ways_in_which_the_page_may_give_the_file(
    changes: dict[str, str], site: Site, peloton: PelotonBrowser
) -> None:
    vars(site).update(changes)
    assert download_workouts(peloton).content == CSV.encode()
    assert site.sessions == 1


def test_suggested_name_is_made_safe(site: Site, peloton: PelotonBrowser) -> None:
    site.action = BLOB
    name = download_workouts(peloton).name
    assert name.endswith("1.csv")
    assert not set(name) & set("/ \\")


def test_without_a_login_no_browser_is_started(tmp_path: Path) -> None:
    with pytest.raises(
        SignInRequired, match=r"Nobody has signed in to Peloton yet .*bio-lakehouse peloton login"
    ):
        download_workouts(PelotonBrowser(tmp_path / "peloton"))
    assert list(tmp_path.iterdir()) == []


def test_expired_login_asks_to_sign_in(site: Site, peloton: PelotonBrowser) -> None:
    site.sessions += 1
    site.downloads = 0
    with pytest.raises(SignInRequired, match=r"login has expired.*bio-lakehouse peloton login"):
        download_workouts(peloton)
    assert site.downloads == 0


def test_changed_page_says_what_it_shows_and_what_to_do(
    site: Site, peloton: PelotonBrowser
) -> None:
    site.button = "<button>Exportieren</button>"
    with pytest.raises(
        SourceError,
        match=r"'Filter', 'Exportieren'.*language of your account.*bio-lakehouse ingest",
    ):
        download_workouts(replace(peloton, page_seconds=1))


@pytest.mark.parametrize(
    "changes", [{"action": ""}, pytest.param({"stalls": True}, marks=pytest.mark.thorough)]
)
def test_download_that_never_comes_is_given_up(
    changes: dict[str, object], site: Site, peloton: PelotonBrowser
) -> None:
    vars(site).update(changes)
    with pytest.raises(SourceError, match="download did not come within 2 s"):
        download_workouts(replace(peloton, download_seconds=2))


def test_download_of_something_else_is_refused(site: Site, peloton: PelotonBrowser) -> None:
    site.answer = "<html>Something went wrong"
    with pytest.raises(
        SourceError, match="no workouts CSV; it starts with '<html>Something went wrong'"
    ):
        download_workouts(peloton)


def test_being_turned_away_says_so(site: Site, peloton: PelotonBrowser) -> None:
    site.status = 403
    with pytest.raises(SourceError, match=r"answered 403.*BIO_PELOTON_HEADLESS=false"):
        download_workouts(peloton)


def test_no_network_says_so(peloton: PelotonBrowser) -> None:
    with pytest.raises(SourceError, match=r"could not be opened \(.*net::ERR.*Check the network"):
        download_workouts(replace(peloton, workouts_url="http://127.0.0.1:9/profile/workouts"))


def test_login_that_lands_elsewhere_goes_back_to_the_workouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "LOOK_SECONDS", 0.2)
    with Site(person=True, after_sign_in="/home") as site:
        peloton = PelotonBrowser(tmp_path / "peloton", workouts_url=site.url)
        login(peloton, announce=lambda text: None, timeout_seconds=20, window=False)
        assert download_workouts(peloton).content == CSV.encode()


def test_login_that_nobody_finishes_ends(tmp_path: Path) -> None:
    with Site() as site:
        peloton = PelotonBrowser(tmp_path / "peloton", workouts_url=site.url)
        with pytest.raises(SourceError, match="Nobody signed in to Peloton within 1 s"):
            login(peloton, announce=lambda text: None, timeout_seconds=1, window=False)
        assert not keeps_login(peloton.profile)


def test_login_without_a_screen_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        SourceError,
        match=r"No window can be opened here.*Where there is a screen, run: bio-lakehouse peloton login",
    ):
        login(PelotonBrowser(tmp_path / "peloton"), announce=lambda text: None)


def test_profile_in_use_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "LOCK_SECONDS", 0.1)
    with (
        FileLock(tmp_path / "peloton.lock"),
        pytest.raises(SourceError, match="Another Peloton sync or login"),
    ):
        login(PelotonBrowser(tmp_path / "peloton"), announce=lambda text: None, window=False)


def test_missing_browser_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="BIO_PELOTON_BROWSER: there is no program"):
        download_workouts(PelotonBrowser(tmp_path / "peloton", executable=tmp_path / "chrome"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SettingsError,
        match="no Chrome or Chromium was found; install one, or set BIO_PELOTON_BROWSER",
    ):
        download_workouts(PelotonBrowser(tmp_path / "peloton"))


def test_missing_playwright_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    with pytest.raises(SourceError, match=r"pip install 'bio-lakehouse\[peloton\]'"):
        download_workouts(PelotonBrowser(tmp_path / "peloton"))
