"""HTTP to Oura: one client with all its timeouts, what counts as a passing failure, and when to try
again."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from bio_lakehouse.errors import SourceError
from bio_lakehouse.numbers import seconds_text
from bio_lakehouse.sources.oura.connection import RetryPolicy

MOST_BYTES = 64 << 20
"""What one answer may hold as it is sent; a week of heart rate is 2 MiB before it is compressed."""

Sleep = Callable[[float], None]
_BACK_OFF = wait_random_exponential(multiplier=1, max=30)


class OuraUnavailable(SourceError):  # noqa: N818
    """Oura could not be reached, was busy, or did not answer whole: later it may.

    `retry_after` is the number of seconds for which Oura asked to be left alone.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OuraRefused(SourceError):  # noqa: N818
    """Oura would not have the request as it stands; asking again does not help."""


class OuraForbidden(SourceError):  # noqa: N818
    """Oura keeps this dataset from this application: a scope is not granted, or the membership has
    lapsed."""


def open_http(retry_policy: RetryPolicy) -> httpx.Client:
    """A client that waits no longer than `retry_policy` to connect, between bytes, and for a body
    altogether.

    Redirects are not followed: neither tokens nor credentials go anywhere else.
    """
    return httpx.Client(
        verify=_authorities(),
        timeout=httpx.Timeout(retry_policy.read_seconds, connect=retry_policy.connect_seconds),
        headers={"Accept": "application/json", "User-Agent": "bio-lakehouse"},
        event_hooks={"response": [_bounded_body(retry_policy.total_seconds)]},
        follow_redirects=False,
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Who certifies that a server is Oura's: read once a process, which takes 20 ms."""
    return httpx.create_ssl_context()


def retrying(retry_policy: RetryPolicy, sleep: Sleep) -> Retrying:
    """Tries again after `OuraUnavailable`: at `Retry-After` when Oura said, else backing off with
    jitter."""

    def worth_it(error: BaseException) -> bool:
        return (
            isinstance(error, OuraUnavailable)
            and (error.retry_after or 0) <= retry_policy.longest_wait_seconds
        )

    return Retrying(
        retry=retry_if_exception(worth_it),
        stop=stop_after_attempt(retry_policy.attempts),
        wait=_wait,
        sleep=sleep,
        reraise=True,
    )


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turns httpx's failures to get an answer into `OuraUnavailable` about `what`."""
    try:
        yield
    except httpx.ConnectTimeout:
        raise OuraUnavailable(
            f"Oura could not be reached in time for {what}. Check the network."
        ) from None
    except httpx.TimeoutException:
        raise OuraUnavailable(f"Oura answered too slowly for {what}. Try again later.") from None
    except httpx.ConnectError as error:
        raise OuraUnavailable(
            f"Oura could not be reached for {what} ({error}). Check the network."
        ) from None
    except httpx.RequestError as error:
        reason = str(error) or type(error).__name__
        raise OuraUnavailable(
            f"The connection to Oura broke during {what} ({reason}), so its answer is not whole. "
            "Try again later."
        ) from None


def raise_if_passing(response: httpx.Response, what: str) -> None:
    """Raises `OuraUnavailable` for 429 and 5xx."""
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        wait = retry_after(response.headers, "X-RateLimit-Reset")
        asked = "" if wait is None else f" and asks to wait {seconds_text(wait)}"
        raise OuraUnavailable(
            f"Oura has had too many requests (429 for {what}){asked}. Try again later.", wait
        )
    if response.is_server_error:
        raise OuraUnavailable(
            (
                f"Oura has trouble of its own (HTTP {response.status_code} for {what}). Try again "
                "later."
            ),
            retry_after(response.headers),
        )


def retry_after(headers: httpx.Headers, reset_header: str = "") -> float | None:
    """Seconds to wait by `Retry-After` (seconds or a date, RFC 9110 10.2.3), else until another
    header's Unix time.

    None when neither can be read.
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        until = (
            parsedate_to_datetime(asked)
            if asked
            else datetime.fromtimestamp(float(headers.get(reset_header, "")), UTC)
        )
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, OuraUnavailable) else None
    # A wait may be guessed: it only keeps clients apart.
    return _BACK_OFF(state) if asked is None else asked + random.uniform(0, 1)  # noqa: S311


def _bounded_body(seconds: float) -> Callable[[httpx.Response], None]:
    def bound(response: httpx.Response) -> None:
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _BoundedStream(response.stream, time.monotonic() + seconds)

    return bound


class _BoundedStream(httpx.SyncByteStream):
    """A body that must be there by a point of the monotonic clock, and within `MOST_BYTES`.

    A trickle never trips httpx's read timeout, and a flood fills the memory long before any.
    """

    def __init__(self, stream: httpx.SyncByteStream, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for chunk in self.stream:
            taken += len(chunk)
            if time.monotonic() > self.deadline:
                raise httpx.ReadTimeout("the body took too long")
            if taken > MOST_BYTES:
                raise httpx.ReadError(f"the body is longer than {MOST_BYTES >> 20} MiB")
            yield chunk

    def close(self) -> None:
        self.stream.close()
