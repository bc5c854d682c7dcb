"""Downloading a Peloton member's workouts: a browser that the person signed in once presses the
page's own button.

Peloton has no public API. Its members' page offers the whole history as a CSV (English pages only).
The browser is the Chrome or Chromium that is there, driven by Playwright (the extra
`bio-lakehouse[peloton]`); its profile is kept in a private folder, so that the login is.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.numbers import seconds_text
from bio_lakehouse.sources.installed_browser import find_browser, has_sandbox

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Download, Locator, Page

BUTTON = re.compile(r"download\s+workouts", re.IGNORECASE)
SIGN_IN_FORM = "input[type=password], input[name=usernameOrEmail]"
COOKIE_BANNER = "#onetrust-banner-sdk"
COOKIE_ANSWERS = (
    "#onetrust-reject-all-handler, #onetrust-accept-btn-handler, .onetrust-close-btn-handler"
)
LOCK_SECONDS = 5.0
LOOK_SECONDS = 2.0
"""How long the button is waited for before it is asked whether signing in led elsewhere."""
HEADER = b"Workout Timestamp"
SIGN_IN = "bio-lakehouse peloton login"
BY_HAND = (
    "Meanwhile you can press the button yourself and add the file: bio-lakehouse ingest <file>"
)


@dataclass(frozen=True, slots=True)
class PelotonBrowser:
    """Where the kept profile lives, which browser opens it, and how long to wait (seconds).

    A profile is one member's. `executable` None takes the first Chrome, Chromium or Edge found. A
    browser without a window may be turned away by the site; `headless=False` shows one.
    """

    profile: Path
    executable: Path | None = None
    headless: bool = True
    user_id: str = "me"
    workouts_url: str = "https://members.onepeloton.com/profile/workouts"
    page_seconds: float = 60
    download_seconds: float = 180

    @property
    def sign_in(self) -> str:
        """The command that signs this person in."""
        return f"{SIGN_IN} --user {self.user_id}"


@dataclass(frozen=True, slots=True)
class WorkoutsFile:
    """What the page's button gave: the name it suggested and the CSV's bytes."""

    name: str
    content: bytes


def login(
    peloton: PelotonBrowser,
    *,
    announce: Callable[[str], None],
    timeout_seconds: float = 600,
    window: bool = True,
) -> None:
    """Opens a window on the workouts page and waits until the person has signed in; the profile
    keeps the login.

    Raises `SourceError` when nobody signs in within `timeout_seconds` or no window can be opened.
    """
    asyncio.run(_login(peloton, announce, timeout_seconds, window))


def download_workouts(peloton: PelotonBrowser) -> WorkoutsFile:
    """Presses the download button of the signed-in member's page; nothing stays in any download
    folder.

    Raises `SignInRequired` when nobody has signed in or the login has expired, `SettingsError` when
    there is no browser, and `SourceError` when Playwright is missing, the page or its button is not
    as expected, or the download does not come or is no workouts CSV.
    """
    return asyncio.run(_download(peloton))


def keeps_login(profile: Path) -> bool:
    """Whether a person has signed in with that profile, be it that the login has expired since."""
    return _cookie_file(profile).is_file()


async def _login(
    peloton: PelotonBrowser, announce: Callable[[str], None], seconds: float, window: bool
) -> None:
    async with _browser(peloton, headless=not window, signing_in=True) as context:
        page = await _open(context, peloton)
        announce(
            "Sign in to Peloton in the window that has opened. It closes by itself once your "
            "workouts show."
        )
        if not await _reaches_button(page, peloton.workouts_url, seconds):
            raise SourceError(
                f"Nobody signed in to Peloton within {seconds_text(seconds)}. Sign in with: "
                f"{peloton.sign_in}"
            )


async def _download(peloton: PelotonBrowser) -> WorkoutsFile:
    async with _browser(peloton, headless=peloton.headless) as context:
        page = await _open(context, peloton)
        await _await_button(page, peloton)
        return await _press(context, page, peloton.download_seconds)


async def _open(context: BrowserContext, peloton: PelotonBrowser) -> Page:
    """The workouts page in the profile's first tab, its cookie banner answered whenever it gets in
    the way."""
    page = context.pages[0] if context.pages else await context.new_page()
    await page.add_locator_handler(
        page.locator(COOKIE_BANNER),
        lambda: page.locator(COOKIE_ANSWERS).first.click(),
        no_wait_after=True,
    )
    response = await page.goto(
        peloton.workouts_url, wait_until="domcontentloaded", timeout=1000 * peloton.page_seconds
    )
    if response is not None and response.status >= 400:
        raise SourceError(
            f"Peloton's workouts page answered {response.status}. Try again later; if it stays so, "
            f"set BIO_PELOTON_HEADLESS=false. {BY_HAND}"
        )
    return page


async def _await_button(page: Page, peloton: PelotonBrowser) -> None:
    form = page.locator(SIGN_IN_FORM).first
    if not await _shows(_button(page).or_(form).first, peloton.page_seconds):
        raise SourceError(await _changed(page))
    if not await _button(page).is_visible():
        raise SignInRequired(f"Peloton's login has expired. Sign in with: {peloton.sign_in}")


async def _reaches_button(page: Page, workouts_url: str, seconds: float) -> bool:
    """Whether the button shows in time; a person whom signing in leaves on another members' page is
    brought back."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if await _shows(_button(page), min(LOOK_SECONDS, deadline - time.monotonic())):
            return True
        here, wanted = urlsplit(page.url), urlsplit(workouts_url)
        elsewhere = (
            here.netloc == wanted.netloc and here.path != wanted.path and "login" not in here.path
        )
        if elsewhere and not await page.locator(SIGN_IN_FORM).first.is_visible():
            await page.goto(workouts_url, wait_until="domcontentloaded")
    return False


async def _press(context: BrowserContext, page: Page, seconds: float) -> WorkoutsFile:
    started: asyncio.Queue[Download] = asyncio.Queue()
    page.on("download", started.put_nowait)
    context.on("page", lambda opened: opened.on("download", started.put_nowait))
    deadline = time.monotonic() + seconds
    await _button(page).click(timeout=1000 * seconds)
    try:
        download = await asyncio.wait_for(started.get(), deadline - time.monotonic())
        path = await asyncio.wait_for(download.path(), deadline - time.monotonic())
    except TimeoutError:
        raise SourceError(
            f"Peloton's download did not come within {seconds_text(seconds)} of pressing the "
            f"button. Try again later. {BY_HAND}"
        ) from None
    return _workouts_file(download.suggested_filename, path.read_bytes())


def _workouts_file(suggested: str, content: bytes) -> WorkoutsFile:
    if HEADER not in content[:1000].partition(b"\n")[0]:
        start = content[:60].decode(errors="replace")
        raise SourceError(
            f"What Peloton's button gave is no workouts CSV; it starts with {start!r}. {BY_HAND}"
        )
    return WorkoutsFile(re.sub(r"[^\w.-]+", "_", Path(suggested).name) or "workouts.csv", content)


def _button(page: Page) -> Locator:
    return page.get_by_role("button", name=BUTTON).or_(page.get_by_role("link", name=BUTTON)).first


async def _shows(locator: Locator, seconds: float) -> bool:
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    try:
        await locator.wait_for(state="visible", timeout=1000 * seconds)
    except PlaywrightTimeout:
        return False
    return True


async def _changed(page: Page) -> str:
    names = [
        " ".join(text.split()) for text in await page.get_by_role("button").all_text_contents()
    ]
    seen = ", ".join(repr(name) for name in names if name)[:200] or "none"
    return (
        "Peloton's workouts page has no button “Download workouts” any more (buttons seen: "
        f"{seen}). It is there on English pages only: check the language of your account, else "
        f"update Bio Lakehouse. {BY_HAND}"
    )


@asynccontextmanager
async def _browser(
    peloton: PelotonBrowser, *, headless: bool, signing_in: bool = False
) -> AsyncIterator[BrowserContext]:
    """The kept profile, open; its session cookies outlive the browser, its downloads do not."""
    playwright = _playwright()
    executable = find_browser(peloton.executable, "BIO_PELOTON_BROWSER", SettingsError)
    if not (signing_in or keeps_login(peloton.profile)):
        raise SignInRequired(
            f"Nobody has signed in to Peloton yet ({peloton.profile}). Sign in with: "
            f"{peloton.sign_in}"
        )
    with _one_at_a_time(peloton.profile), _downloads(peloton.profile) as downloads:
        async with playwright.async_playwright() as driver:
            with _explained(playwright.Error, peloton):
                context = await driver.chromium.launch_persistent_context(
                    peloton.profile,
                    executable_path=executable,
                    headless=headless,
                    downloads_path=downloads,
                    chromium_sandbox=has_sandbox(),
                )
                async with _kept_session(context, peloton.profile, playwright.Error):
                    yield context


@asynccontextmanager
async def _kept_session(
    context: BrowserContext, profile: Path, failure: type[Exception]
) -> AsyncIterator[None]:
    """The login's session cookies go in and come out again, renewed by the site even where a
    download then failed."""
    signed_in = keeps_login(profile)
    try:
        await context.add_cookies(_kept_cookies(profile))
        yield
        signed_in = True
    finally:
        with suppress(failure):
            if signed_in:
                _keep_cookies(profile, await context.cookies())
        with suppress(failure):
            await context.close()


@contextmanager
def _downloads(profile: Path) -> Iterator[Path]:
    """A private folder for downloads, empty, and gone afterwards; what a killed run left in it goes
    as well."""
    folder = profile / "downloads"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _playwright() -> Any:
    try:
        from playwright import async_api
    except ImportError:
        raise SourceError(
            "Playwright, which drives the browser, is not installed. Run: pip install "
            "'bio-lakehouse[peloton]'"
        ) from None
    return async_api


@contextmanager
def _one_at_a_time(profile: Path) -> Iterator[None]:
    lock = FileLock(profile.with_name(f"{profile.name}.lock"), timeout=LOCK_SECONDS, mode=0o600)
    try:
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise SourceError(
            f"Another Peloton sync or login is using {profile}. Wait until it has ended."
        ) from None
    except OSError as error:
        raise SourceError(
            f"{profile} cannot be used for the browser's profile: {error.strerror}."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _explained(failure: type[Exception], peloton: PelotonBrowser) -> Iterator[None]:
    try:
        yield
    except failure as error:
        text = str(error)
        reason = next(
            (line.strip() for line in text.splitlines() if line.strip()), type(error).__name__
        )
        if "XServer" in text or "$DISPLAY" in text or "Missing X server" in text:
            raise SourceError(
                f"No window can be opened here. Where there is a screen, run: {peloton.sign_in}"
            ) from None
        if "has been closed" in text:
            raise SourceError(
                "The browser's window was closed before it was done. Sign in with: "
                f"{peloton.sign_in}"
            ) from None
        if "net::" in text:
            raise SourceError(
                f"{peloton.workouts_url} could not be opened ({reason}). Check the network."
            ) from None
        raise SourceError(
            f"The browser failed on Peloton's page: {reason} Try again. {BY_HAND}"
        ) from error


def _cookie_file(profile: Path) -> Path:
    return profile / "session-cookies.json"


def _kept_cookies(profile: Path) -> list[Any]:
    """Cookies without an expiry, which a browser forgets when it closes and a person's login may
    hang on."""
    try:
        cookies: list[Any] = json.loads(_cookie_file(profile).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return cookies


def _keep_cookies(profile: Path, cookies: list[Any]) -> None:
    draft = _cookie_file(profile).with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump([cookie for cookie in cookies if cookie.get("expires", -1) == -1], file)
    draft.replace(_cookie_file(profile))
