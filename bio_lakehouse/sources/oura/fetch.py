"""Fetching a stretch of days from Oura, window by window, each ready to be landed as one whole
answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.sources.oura.client import ENDPOINTS, Endpoint, OuraClient
from bio_lakehouse.sources.oura.http_client import OuraForbidden, OuraUnavailable
from bio_lakehouse.sources.oura.known_fields import READ_BY_DEFAULT
from bio_lakehouse.sources.records import FetchNote

UNAVAILABLE_BEFORE_GIVING_UP = 3
ANYWHERE = "*"
REASONS_TOLD = 3


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of days of one endpoint, both ends included, that arrives whole or fails."""

    endpoint: str
    first_day: date
    last_day: date

    def covers(self, other: Window) -> bool:
        return (
            self.endpoint == other.endpoint
            and self.first_day <= other.first_day
            and other.last_day <= self.last_day
        )

    def __str__(self) -> str:
        return f"{self.endpoint} {self.first_day} to {self.last_day}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A window that arrived whole: `content` is `{"data": […], "next_token": null}` of all its
    pages, as JSON."""

    window: Window
    note: FetchNote
    content: bytes
    record_count: int

    @property
    def file_name(self) -> str:
        return f"{self.window.endpoint}-{self.window.first_day}-{self.window.last_day}.json"


@dataclass(frozen=True, slots=True)
class FailedWindow:
    """A window that did not arrive whole, and why; `error` says what to do."""

    window: Window
    error: SourceError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch is: this is outcome `number` of `total`."""

    number: int
    total: int
    outcome: Answer | FailedWindow


def readable(scopes: Collection[str]) -> tuple[str, ...]:
    """The endpoints that a person who is asked for those scopes lets us read; no scopes ask for all
    that there are.

    Raises `SettingsError` when that leaves none.
    """
    asked = {scope.removeprefix("extapi:") for scope in scopes}
    found = tuple(
        name for name in READ_BY_DEFAULT if not asked or asked.intersection(ENDPOINTS[name].scopes)
    )
    if not found:
        raise SettingsError(
            f"BIO_OURA_SCOPES ({', '.join(scopes)}) lets nothing be read: use daily, heartrate and "
            "spo2."
        )
    return found


def not_granted(granted: Collection[str], asked: Collection[str]) -> dict[str, list[str]]:
    """Scopes that are wanted and were not granted, by Oura's name of today, with what they let be
    read.

    Nothing when it is not known what was granted.
    """
    missing: dict[str, list[str]] = {}
    for name in readable(asked):
        scopes = ENDPOINTS[name].scopes
        if granted and not set(granted).intersection(scopes):
            missing.setdefault(scopes[0], []).append(name)
    return missing


def windows(first: date, last: date, endpoints: Collection[str] = READ_BY_DEFAULT) -> list[Window]:
    """The windows of those days, newest first, an endpoint's cut at the same days whatever `first`
    and `last` are."""
    planned = [window for name in endpoints for window in _cut(ENDPOINTS[name], first, last)]
    return sorted(planned, key=lambda window: window.last_day, reverse=True)


def fetch(
    client: OuraClient,
    first: date,
    last: date,
    timezone: ZoneInfo,
    *,
    endpoints: Collection[str] = READ_BY_DEFAULT,
    done: Collection[Window] = (),
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Answer | FailedWindow]:
    """One outcome for each window of those days that no window of `done` covers, newest first.

    Land an answer before taking the next one: a fetch that is interrupted goes on where it stopped
    when the windows that were landed are passed as `done`. Never raises for what Oura does; once
    asking makes no more sense (signed out, forbidden, down, told to wait for long), the windows
    left fail with that reason and without a request.
    """
    planned = [window for window in windows(first, last, endpoints) if not is_covered(window, done)]
    remaining = _RemainingWindows(client.connection.retry_policy.longest_wait_seconds)
    for number, window in enumerate(planned, start=1):
        reason = remaining.lost_with(window)
        if reason:
            outcome: Answer | FailedWindow = FailedWindow(window, reason)
        else:
            outcome = _outcome(client, window, timezone)
            remaining.learn(outcome)
        if progress:
            progress(Progress(number, len(planned), outcome))
        yield outcome


def failure_of(failed: Collection[FailedWindow], asked: int) -> SourceError:
    """One error about the windows that failed of those asked for; `SignInRequired` when signing in
    is what it takes."""
    signed_out = [entry for entry in failed if isinstance(entry.error, SignInRequired)]
    reasons = list(dict.fromkeys(str(entry.error) for entry in (*signed_out, *failed)))
    untold = len(reasons) - REASONS_TOLD
    more = [f"And {untold} more of the kind."] if untold > 0 else []
    text = " ".join(
        (
            (
                f"{len(failed)} of {asked} windows did not arrive from Oura; what arrived whole is "
                "kept."
            ),
            *reasons[:REASONS_TOLD],
            *more,
        )
    )
    return SignInRequired(text) if signed_out else SourceError(text)


def is_covered(window: Window, done: Collection[Window]) -> bool:
    return any(old.covers(window) for old in done)


class _RemainingWindows:
    """What the failures so far say about the windows that are left."""

    def __init__(self, longest_wait_seconds: float) -> None:
        self.longest_wait_seconds = longest_wait_seconds
        self._everywhere: SourceError | None = None
        self._at: dict[str, SourceError] = {}
        self._unavailable: Counter[str] = Counter()

    def lost_with(self, window: Window) -> SourceError | None:
        return self._everywhere or self._at.get(window.endpoint)

    def learn(self, outcome: Answer | FailedWindow) -> None:
        endpoint = outcome.window.endpoint
        if isinstance(outcome, Answer):
            self._unavailable[endpoint] = self._unavailable[ANYWHERE] = 0
        elif isinstance(outcome.error, SignInRequired):
            self._everywhere = outcome.error
        elif isinstance(outcome.error, OuraForbidden):
            self._at[endpoint] = outcome.error
        elif isinstance(outcome.error, OuraUnavailable):
            self._learn_unavailable(endpoint, outcome.error)

    def _learn_unavailable(self, endpoint: str, error: OuraUnavailable) -> None:
        self._unavailable.update((endpoint, ANYWHERE))
        to_be_left_alone = (error.retry_after or 0) > self.longest_wait_seconds
        if to_be_left_alone or self._unavailable[ANYWHERE] >= UNAVAILABLE_BEFORE_GIVING_UP:
            self._everywhere = error
        if self._unavailable[endpoint] >= UNAVAILABLE_BEFORE_GIVING_UP:
            self._at[endpoint] = error


def _cut(endpoint: Endpoint, first: date, last: date) -> Iterator[Window]:
    length = endpoint.window_days
    for block in range(first.toordinal() // length, last.toordinal() // length + 1):
        start, end = (
            max(first.toordinal(), block * length),
            min(last.toordinal(), (block + 1) * length - 1),
        )
        if start <= end:
            yield Window(endpoint.name, date.fromordinal(start), date.fromordinal(end))


def _outcome(client: OuraClient, window: Window, timezone: ZoneInfo) -> Answer | FailedWindow:
    fetched_at = datetime.now(UTC)
    try:
        records = client.records(
            ENDPOINTS[window.endpoint], window.first_day, window.last_day, timezone
        )
    except SourceError as error:
        return FailedWindow(window, error)
    note = FetchNote(fetched_at, window.endpoint, window.first_day, window.last_day)
    content = json.dumps({"data": records, "next_token": None}, separators=(",", ":"))
    return Answer(window, note, content.encode(), len(records))
