"""Fetching lands: whole answers of Oura and Peloton's download are put into landing, with when they
were fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from bio_lakehouse import backends
from bio_lakehouse.errors import BioLakehouseError, SettingsError, SignInRequired, SourceError
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.fetched_windows import FetchedWindows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.client import OuraClient
from bio_lakehouse.sources.oura.connection import OuraConnection
from bio_lakehouse.sources.oura.fetch import (
    Answer,
    FailedWindow,
    Progress,
    failure_of,
    fetch,
    readable,
)
from bio_lakehouse.sources.oura.tokens import (
    TokenStore,
    TokenStores,
    tokens_in,
)
from bio_lakehouse.sources.peloton.download import PelotonBrowser, download_workouts, keeps_login
from bio_lakehouse.sources.peloton.source import LOGINS as PELOTON_LOGINS
from bio_lakehouse.sources.records import FetchNote

SANDBOX_USER = "sandbox"
"""Whose the sandbox's answers are: made-up data never gets among a person's."""


@dataclass
class FetchOutcome:
    """Landing keys of what arrived whole, and the windows that did not; or why a person was not
    asked about at all."""

    landed: list[str] = field(default_factory=list)
    failed: list[FailedWindow] = field(default_factory=list)
    not_asked: SettingsError | SourceError | None = None

    @property
    def error(self) -> SettingsError | SourceError | None:
        """One error about everything that failed; None when all arrived."""
        if not self.failed:
            return self.not_asked
        return failure_of(self.failed, len(self.landed) + len(self.failed))

    @property
    def errors(self) -> list[BioLakehouseError]:
        """All that failed, each for itself."""
        found = [window.error for window in self.failed]
        return [*found, self.not_asked] if self.not_asked else [*found]


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


def reachable_oura(settings: Settings) -> OuraConnection:
    """As `oura_connection`, with the secret itself where the setting names a parameter that holds
    it, which is asked for."""
    named = settings.oura_client_secret.get_secret_value()
    connection = oura_connection(settings)
    if not named.startswith(backends.PARAMETERS):
        return connection
    from bio_lakehouse.lake.aws import parameter

    secret = parameter(settings, named.removeprefix(backends.PARAMETERS))
    return replace(connection, client_secret=secret)


def oura_token_stores(settings: Settings) -> TokenStores:
    """Where the tokens are that the settings name, or else the profile."""
    return backends.backend_of(settings).tokens(settings)


def oura_tokens(settings: Settings, user_id: str) -> TokenStore:
    return oura_token_stores(settings).of(user_id)


def oura_users(settings: Settings) -> list[str]:
    """Who has signed in to Oura: whoever has tokens, listed in `users.toml` or not.

    Raises `SettingsError` without an application, and `SignInRequired` when nobody has.
    """
    if not (settings.oura_client_id and settings.oura_client_secret.get_secret_value()):
        raise SettingsError("BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET are not both set.")
    found = oura_token_stores(settings).users()
    if not found:
        raise SignInRequired(
            "Nobody has signed in to Oura. Run `bio-lakehouse oura login`, then start the UI again."
        )
    return found


def why_no_oura(settings: Settings) -> str | None:
    """Why Oura cannot be asked, and what to do; None when it can. A place on the network is asked
    only by the fetch."""
    try:
        if oura_token_stores(settings).is_remote:
            oura_connection(settings)
        else:
            oura_users(settings)
    except BioLakehouseError as error:
        return str(error)
    return None


def peloton_browser(settings: Settings, user_id: str) -> PelotonBrowser:
    """The browser of one person, with a profile of their own: a login is one member's."""
    return PelotonBrowser(
        profile=peloton_profiles(settings) / user_id,
        executable=settings.peloton_browser,
        headless=settings.peloton_headless,
        user_id=user_id,
        workouts_url=settings.peloton_workouts_url,
    )


def peloton_profiles(settings: Settings) -> Path:
    return settings.peloton_profile or settings.home / PELOTON_LOGINS


def peloton_users(settings: Settings) -> list[str]:
    """Who has signed in to Peloton; raises `SignInRequired` when nobody has."""
    found = sorted(
        profile.name for profile in peloton_profiles(settings).glob("*") if keeps_login(profile)
    )
    if not found:
        raise SignInRequired(
            "Nobody has signed in to Peloton. Run `bio-lakehouse peloton login`, then start the UI "
            "again."
        )
    return found


def why_no_peloton_extra() -> str | None:
    """That what downloads from Peloton is not installed; None when it is."""
    if find_spec("playwright") is None:
        return 'The extra is not installed. Run `pip install "bio-lakehouse[peloton]"`.'
    return None


def why_no_peloton(settings: Settings) -> str | None:
    """Why Peloton cannot be asked, and what to do; None when it can."""
    missing = why_no_peloton_extra()
    if missing:
        return missing
    try:
        peloton_users(settings)
    except SignInRequired as error:
        return str(error)
    return None


def look_back(settings: Settings, user_id: str) -> tuple[date, date]:
    """First and last day of the daily fetch: today and the days before that the ring may still
    restate."""
    today = settings.today(user_id)
    return today - timedelta(days=settings.oura_lookback_days), today


def asked_days(
    settings: Settings, user_id: str, first: date | None, last: date | None
) -> tuple[date, date]:
    """The days that a person asks for; what is not said ends today and begins a look-back before
    the end.

    Raises `SettingsError` when there are none, or they are not all the lake's.
    """
    today = settings.today(user_id)
    last = last or today
    first = first or max(settings.first_day, last - timedelta(days=settings.oura_lookback_days))
    if not settings.first_day <= first <= last <= today:
        raise SettingsError(
            f"{first} to {last} are not days to ask for: give a first day, then a last, from "
            f"{settings.first_day} (BIO_FIRST_DAY) to {today} (today)."
        )
    return first, last


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
    """Ask Oura about days `first` to `last` and land each whole answer as it comes; failed windows
    are logged.

    With `resume` the windows that some earlier fetch has landed for good are not asked for again;
    with `landed_since` (UTC) those that were fetched after that. Answers of the sandbox belong to
    `SANDBOX_USER`. Raises `SettingsError` without an application and `SignInRequired` when that
    person never signed in.
    """
    connection, store = (
        connection or reachable_oura(lake.settings),
        oura_tokens(lake.settings, user_id),
    )
    tokens_in(store)
    owner = SANDBOX_USER if connection.sandbox else user_id
    zone = ZoneInfo(lake.settings.user_profile(user_id).timezone)
    windows, outcome = FetchedWindows(lake, owner), FetchOutcome()
    done = windows.done(resume, landed_since)
    with OuraClient(connection, store) as client:
        endpoints = readable(connection.scopes)
        for answer in fetch(
            client, first, last, zone, endpoints=endpoints, done=done, progress=progress
        ):
            if isinstance(answer, Answer):
                outcome.landed.append(windows.land(answer))
            else:
                outcome.failed.append(answer)
                windows.fail(answer)
    return outcome


def fetch_peloton(lake: Lakehouse, user_id: str) -> str:
    """Download the member's workouts with the kept login and land the file; the landing key."""
    fetched_at = datetime.now(UTC)
    file = download_workouts(peloton_browser(lake.settings, user_id))
    path = Path(file.name)
    name = f"{path.stem}_{fetched_at:%Y%m%dT%H%M%SZ}{path.suffix or '.csv'}"
    note = Note(fetch=FetchNote(fetched_at, "workouts"))
    return landing.put(lake.landing_objects, user_id, name, file.content, note)


def fetch_everybodys_peloton(lake: Lakehouse) -> list[str]:
    """Download and land the workouts of everybody who has signed in to Peloton; the landing keys.

    Raises, once all were tried, `SignInRequired` when that is all that it takes, else
    `SourceError`.
    """
    landed: list[str] = []
    failed: dict[str, SourceError] = {}
    for user_id in peloton_users(lake.settings):
        try:
            landed.append(fetch_peloton(lake, user_id))
        except SourceError as error:
            failed[user_id] = error
    if failed:
        signed_out = all(isinstance(error, SignInRequired) for error in failed.values())
        text = "; ".join(f"{user_id}: {error}" for user_id, error in failed.items())
        raise SignInRequired(text) if signed_out else SourceError(text)
    return landed
