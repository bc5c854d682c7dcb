"""Fetching lands: whole answers of Oura and Peloton's download are put into landing, with when they were fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from bio_lakehouse.errors import SourceError
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.client import OuraClient
from bio_lakehouse.sources.oura.connection import OuraConnection
from bio_lakehouse.sources.oura.fetch import Answer, FailedWindow, Progress, Window, failure_of, fetch
from bio_lakehouse.sources.oura.tokens import TokenStore, open_token_store
from bio_lakehouse.sources.peloton.download import PelotonBrowser, download_workouts
from bio_lakehouse.sources.records import FetchNote

FAILED_PREFIX = "fetch"


@dataclass
class FetchOutcome:
    """Landing keys of what arrived whole, and the windows that did not."""

    landed: list[str] = field(default_factory=list)
    failed: list[FailedWindow] = field(default_factory=list)

    @property
    def error(self) -> SourceError | None:
        """One error about everything that failed; None when all arrived."""
        return failure_of(self.failed, len(self.landed) + len(self.failed)) if self.failed else None


def oura_connection(settings: Settings) -> OuraConnection:
    """The application that the settings name; `SettingsError` when they name none."""
    return OuraConnection(
        client_id=settings.oura_client_id,
        client_secret=settings.oura_client_secret,
        api_url=settings.oura_api_url,
        authorize_url=settings.oura_authorize_url,
        token_urls=settings.oura_token_urls,
        redirect_uri=settings.oura_redirect_uri,
        scopes=settings.oura_scopes,
        sandbox=settings.oura_sandbox,
    )


def oura_tokens(settings: Settings, user_id: str) -> TokenStore:
    return open_token_store(settings.oura_token_store or settings.home / "secrets", user_id)


def peloton_browser(settings: Settings) -> PelotonBrowser:
    return PelotonBrowser(
        profile=settings.peloton_profile or settings.home / "peloton-browser",
        executable=settings.peloton_browser,
        headless=settings.peloton_headless,
        workouts_url=settings.peloton_workouts_url,
    )


def oura_users(settings: Settings) -> list[str]:
    """Who has signed in to Oura, of the lake's users."""
    return [user_id for user_id in sorted({*settings.users, settings.user}) if oura_tokens(settings, user_id).load()]


def why_no_oura(settings: Settings) -> str | None:
    """Why Oura cannot be asked, and what to do; None when it can. Parameter Store is asked only by the fetch."""
    if not (settings.oura_client_id and settings.oura_client_secret.get_secret_value()):
        return "BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET are not both set."
    if (settings.oura_token_store or "").startswith("ssm:"):
        return None
    try:
        signed_in = oura_users(settings)
    except SourceError as error:
        return str(error)
    return (
        None if signed_in else "Nobody has signed in to Oura. Run `bio-lakehouse oura login`, then start the UI again."
    )


def why_no_peloton(settings: Settings) -> str | None:
    """Why Peloton cannot be asked, and what to do; None when it can."""
    if find_spec("playwright") is None:
        return 'The extra is not installed. Run `pip install "bio-lakehouse[peloton]"`.'
    if not peloton_browser(settings).profile.is_dir():
        return "Nobody has signed in to Peloton. Run `bio-lakehouse peloton login`, then start the UI again."
    return None


def look_back(settings: Settings, user_id: str) -> tuple[date, date]:
    """First and last day of the daily fetch: today and the days before that the ring may still restate."""
    today = settings.today(user_id)
    return today - timedelta(days=settings.oura_lookback_days), today


def fetch_oura(
    lake: Lakehouse,
    user_id: str,
    first: date,
    last: date,
    *,
    resume: bool = False,
    landed_since: datetime | None = None,
    progress: Callable[[Progress], None] | None = None,
    connection: OuraConnection | None = None,
) -> FetchOutcome:
    """Ask Oura about days `first` to `last` and land each whole answer as it comes; failed windows are logged.

    With `resume` the windows that some earlier fetch has landed are not asked for again; with `landed_since` (UTC)
    those that were fetched after that.
    """
    outcome = FetchOutcome()
    zone = ZoneInfo(lake.settings.user_profile(user_id).timezone)
    done = landed_windows(lake, user_id, landed_since) if resume or landed_since else set()
    with OuraClient(connection or oura_connection(lake.settings), oura_tokens(lake.settings, user_id)) as client:
        for answer in fetch(client, first, last, zone, done=done, progress=progress):
            if isinstance(answer, Answer):
                outcome.landed.append(land_answer(lake, user_id, answer))
            else:
                outcome.failed.append(answer)
                log_failure(lake, user_id, answer)
    return outcome


def land_answer(lake: Lakehouse, user_id: str, answer: Answer) -> str:
    """Put one whole answer into landing; the landing key."""
    fetched = f"{answer.note.fetched_at:%Y%m%dT%H%M%S%fZ}"
    name = f"oura_{answer.file_name.removesuffix('.json')}_{fetched}.json"
    key = landing.put(lake.landing_objects, user_id, name, answer.content, Note(fetch=answer.note))
    lake.log.forget(failure_path(user_id, answer.window))
    return key


def failure_path(user_id: str, window: Window) -> str:
    return f"{FAILED_PREFIX}/{user_id}/oura/{window.endpoint}/{window.first_day}_{window.last_day}"


def log_failure(lake: Lakehouse, user_id: str, failed: FailedWindow) -> None:
    """Keep in the log that a window did not arrive whole, and why."""
    now = datetime.now(UTC)
    entry = LogEntry(
        file_path=failure_path(user_id, failed.window),
        checksum="",
        user_id=user_id,
        upload_timestamp=now,
        size=0,
        modified=now,
        status="fetch_failed",
        source="oura",
        origin="api",
        data_type=f"oura/{failed.window.endpoint}",
        covered_first=failed.window.first_day,
        covered_last=failed.window.last_day,
        error=str(failed.error),
    )
    lake.log.record(entry)


def landed_windows(lake: Lakehouse, user_id: str, since: datetime | None = None) -> set[Window]:
    """The windows of that user that some fetch has landed, only those fetched after `since` (UTC) when it is said."""
    notes = (
        landing.read_note(lake.landing_objects, info.key).fetch
        for info in landing.files(lake.landing_objects)
        if landing.user_of(info.key) == user_id
    )
    return {
        Window(note.dataset, note.first_day, note.last_day)
        for note in notes
        if note and note.dataset and note.first_day and note.last_day and (since is None or note.fetched_at >= since)
    }


def fetch_peloton(lake: Lakehouse, user_id: str) -> str:
    """Download the member's workouts with the kept login and land the file; the landing key."""
    fetched_at = datetime.now(UTC)
    file = download_workouts(peloton_browser(lake.settings))
    path = Path(file.name)
    name = f"{path.stem}_{fetched_at:%Y%m%dT%H%M%SZ}{path.suffix or '.csv'}"
    note = Note(fetch=FetchNote(fetched_at, "workouts"))
    return landing.put(lake.landing_objects, user_id, name, file.content, note)
