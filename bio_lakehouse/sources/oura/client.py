"""Reading Oura's API v2: one endpoint, one stretch of days, whole or not at all (OpenAPI 1.35)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from bio_lakehouse.errors import SignInRequired, SourceError
from bio_lakehouse.sources.oura.connection import OuraConnection
from bio_lakehouse.sources.oura.http_client import (
    OuraForbidden,
    OuraRefused,
    OuraUnavailable,
    Sleep,
    explained,
    open_http,
    raise_if_passing,
    retrying,
)
from bio_lakehouse.sources.oura.oauth import Session
from bio_lakehouse.sources.oura.tokens import Tokens, TokenStore

PADDING = timedelta(days=1)
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One collection of `/v2/usercollection/`.

    `window_days` is the longest stretch asked for at once: Oura fails above 30 days, padding
    included. `scopes` are the names under which the right to read it may be granted, today's first.
    `by_time` collections are asked for by instants.
    """

    name: str
    scopes: tuple[str, ...] = ("daily",)
    window_days: int = 28
    by_time: bool = False

    def parameters(self, first: date, last: date, timezone: ZoneInfo) -> dict[str, str]:
        """Query parameters for those days, both included."""
        if not self.by_time:
            return {"start_date": first.isoformat(), "end_date": last.isoformat()}
        end = last + timedelta(days=1)
        return {
            "start_datetime": _midnight(first, timezone),
            "end_datetime": _midnight(end, timezone),
        }

    def day_of(self, record: dict[str, Any], timezone: ZoneInfo) -> date | None:
        """The record's own day, for instants the local one; None when it cannot be told."""
        try:
            if not self.by_time:
                return date.fromisoformat(record["day"])
            moment = datetime.fromisoformat(record["timestamp"])
            return moment.astimezone(timezone).date() if moment.tzinfo else None
        except (KeyError, TypeError, ValueError, OverflowError):
            return None


ENDPOINTS: dict[str, Endpoint] = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint("daily_readiness"),
        Endpoint("daily_sleep"),
        Endpoint("daily_activity"),
        Endpoint("sleep"),
        Endpoint("daily_spo2", ("spo2", "spo2Daily")),
        Endpoint("heartrate", ("heartrate",), window_days=7, by_time=True),
        Endpoint("daily_stress", ("daily", "stress")),
        Endpoint("workout", ("workout",)),
        Endpoint("session", ("session",)),
        Endpoint("vO2_max", ("daily", "heart_health")),
        Endpoint("daily_resilience", ("daily", "stress")),
        Endpoint("daily_cardiovascular_age", ("daily", "heart_health")),
        Endpoint("sleep_time"),
    )
}


class OuraClient:
    """A signed-in person's access to the API. Use as a context manager.

    Every request is tried `connection.retry_policy.attempts` times when Oura is busy, broken or
    slow.
    """

    def __init__(
        self, connection: OuraConnection, store: TokenStore, sleep: Sleep = time.sleep
    ) -> None:
        self.connection = connection
        self._sleep = sleep
        self._http = open_http(connection.retry_policy)
        self._session = Session(connection, store, self._http, sleep)
        self._accepted = False
        self._sign_in = store.sign_in

    def __enter__(self) -> OuraClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def records(
        self, endpoint: Endpoint, first: date, last: date, timezone: ZoneInfo
    ) -> list[dict[str, Any]]:
        """All records of those days, both included, as Oura sent them and in its order.

        Asks for a day more on each side and keeps what the records' own days say; a record whose
        day cannot be read is kept. Raises `SignInRequired`, `OuraForbidden`, `OuraRefused` or
        `OuraUnavailable`, never returning a part.
        """
        what = f"{endpoint.name} {first} to {last}"
        parameters = endpoint.parameters(first - PADDING, last + PADDING, timezone)
        days = (
            (record, endpoint.day_of(record, timezone))
            for record in self._all_pages(endpoint, parameters, what)
        )
        return [record for record, day in days if day is None or first <= day <= last]

    def _all_pages(
        self, endpoint: Endpoint, parameters: dict[str, str], what: str
    ) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        next_token: str | None = None
        while True:
            page = parameters if next_token is None else parameters | {"next_token": next_token}
            records, next_token = retrying(self.connection.retry_policy, self._sleep)(
                self._page, endpoint, page, what
            )
            yield from records
            if next_token is None:
                return
            if next_token in seen or len(seen) + 1 >= MOST_PAGES:
                raise OuraUnavailable(
                    f"Oura's answer for {what} does not end: after {len(seen) + 1} pages another "
                    "one is announced. Nothing of it is kept. Try again later."
                )
            seen.add(next_token)

    def _page(
        self, endpoint: Endpoint, parameters: dict[str, str], what: str
    ) -> tuple[list[dict[str, Any]], str | None]:
        tokens = self._session.tokens()
        response = self._get(endpoint, parameters, tokens, what)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            tokens = self._session.renew(tokens)
            response = self._get(endpoint, parameters, tokens, what)
        raise_if_passing(response, what)
        if response.status_code != httpx.codes.OK:
            raise self._refusal(endpoint, response, tokens, what)
        self._accepted = True
        return _content(response, what)

    def _get(
        self, endpoint: Endpoint, parameters: dict[str, str], tokens: Tokens, what: str
    ) -> httpx.Response:
        collection = "sandbox/usercollection" if self.connection.sandbox else "usercollection"
        url = f"{self.connection.api_url.rstrip('/')}/v2/{collection}/{endpoint.name}"
        with explained(what):
            return self._http.get(
                url, params=parameters, headers={"Authorization": f"Bearer {tokens.access_token}"}
            )

    def _refusal(
        self, endpoint: Endpoint, response: httpx.Response, tokens: Tokens, what: str
    ) -> SourceError:
        detail = _detail(response, tokens)
        status = response.status_code
        # Oura answers 401 also where a ring or a grant lacks one dataset: tokens that served
        # another one are good.
        if status == httpx.codes.UNAUTHORIZED and not self._accepted:
            return SignInRequired(
                f"Oura does not accept this login any more (401 for {what}). Sign in again with: "
                f"{self._sign_in}"
            )
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            return OuraForbidden(_forbidden(endpoint, tokens, status, detail, self._sign_in))
        if response.is_redirect:
            return OuraRefused(
                f"{self.connection.api_url} sends elsewhere ({status} for {what}). Set "
                "BIO_OURA_API_URL."
            )
        return OuraRefused(
            f"Oura refused the request for {what} (HTTP {status}{detail}). Asking again does not "
            "help: please report it with this message."
        )


def _midnight(day: date, timezone: ZoneInfo) -> str:
    return (
        datetime.combine(day, clock_time(), timezone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _content(response: httpx.Response, what: str) -> tuple[list[dict[str, Any]], str | None]:
    try:
        answer = response.json()
    except ValueError:
        kind = response.headers.get("Content-Type", "of unknown type")
        raise OuraUnavailable(
            f"Oura's answer for {what} is not JSON ({kind}). Try again later."
        ) from None
    records = answer.get("data") if isinstance(answer, dict) else None
    next_token = answer.get("next_token") if isinstance(answer, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise OuraUnavailable(
            f"Oura's answer for {what} has no list of records under `data`. Try again later."
        )
    return records, str(next_token) if next_token else None


def _detail(response: httpx.Response, tokens: Tokens) -> str:
    """What Oura says of a refusal, short and without secrets: `: start_date: invalid date`, or
    nothing."""
    try:
        answer = response.json()
    except ValueError:
        return ""
    said = (
        answer.get("detail") or answer.get("message") or answer.get("error")
        if isinstance(answer, dict)
        else None
    )
    if isinstance(said, list):
        said = "; ".join(_validation_error(entry) for entry in said)
    text = " ".join(str(said or "").split())
    for secret in filter(None, (tokens.access_token, tokens.refresh_token)):
        text = text.replace(secret, "…")
    return f": {text[:200]}" if text else ""


def _validation_error(entry: object) -> str:
    """One `ValidationError` of the specification as `place: message`; what was sent is left out."""
    if not isinstance(entry, dict):
        return ""
    place = ".".join(str(part) for part in entry.get("loc", ()))
    return f"{place}: {entry.get('msg', '')}"


def _forbidden(endpoint: Endpoint, tokens: Tokens, status: int, detail: str, sign_in: str) -> str:
    if status == httpx.codes.UNAUTHORIZED or _scope_is_missing(endpoint, tokens, detail.lower()):
        return (
            f"Oura does not let this application read {endpoint.name} ({status}{detail}): the "
            f"scope {endpoint.scopes[0]} is not granted, or this ring does not measure it. Sign in "
            f"again and allow it: {sign_in}"
        )
    return (
        f"Oura does not give out {endpoint.name} ({status}{detail}): the Oura membership has most "
        "likely lapsed. Renew it in the Oura app; files that you downloaded can be added all the "
        "same."
    )


def _scope_is_missing(endpoint: Endpoint, tokens: Tokens, detail: str) -> bool:
    if tokens.granted:
        return not tokens.granted.intersection(endpoint.scopes)
    says_membership = "subscription" in detail or "membership" in detail
    return not says_membership and ("scope" in detail or "permission" in detail)
