"""A loopback Oura that behaves as its specification and SOURCES say: OAuth, paging, odd day ends,
and every failure.

Queries are checked against the specification's parameters and answers against its schemas when
`../shared/specs/oura-openapi-1.35.json` is there; an answer that breaks them fails the test at
`close()`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import SecretStr

from bio_lakehouse.sources.oura.connection import OuraConnection, RetryPolicy
from bio_lakehouse.sources.oura.tokens import Tokens, TokenStore
from bio_lakehouse_tests.conftest import free_port

SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "specs" / "oura-openapi-1.35.json"
CLIENT_ID = "test-client"
CLIENT_SECRET = "test-client-secret-4d1f"
NEW_TOKEN_PATH = "/oauth/v2/ext/oauth-token"
OLD_TOKEN_PATH = "/oauth/token"
COLLECTION = "/v2/usercollection/"
SANDBOX = "/v2/sandbox/usercollection/"
SCOPES = {"daily_spo2": {"spo2Daily", "spo2"}, "heartrate": {"heartrate"}}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request; the rest of that endpoint's requests are answered as they
    should be."""

    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    delay_seconds: float = 0
    trickle: bool = False
    flood: bool = False
    next_token: str | None = None
    text: str | None = None


SCOPES_OF_TODAY = frozenset(
    ["email", "personal", "daily", "heartrate", "workout", "tag", "session", "spo2"]
)
"""Specification 1.40; `spo2` was `spo2Daily` before."""


def challenge_of(verifier: str) -> str:
    """What PKCE's S256 makes of a verifier (RFC 7636 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Accounts:
    """Tokens as the authorisation server sees them: a refresh token works once, and a second use
    revokes its family."""

    expires_in: int = 86400
    scope: str = "daily heartrate spo2Daily"
    said_scope: str | None = "as granted"
    token_paths: frozenset[str] = frozenset({NEW_TOKEN_PATH, OLD_TOKEN_PATH})
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    known_scopes: frozenset[str] = SCOPES_OF_TODAY
    access: dict[str, tuple[str, float]] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    spent: dict[str, str] = field(default_factory=dict)
    granted_refreshes: int = 0
    refused_refreshes: int = 0

    def issue(self, family: str | None = None) -> dict[str, Any]:
        family = family or secrets.token_hex(4)
        access, refresh = f"access-{secrets.token_hex(8)}", f"refresh-{secrets.token_hex(8)}"
        self.access[access] = (family, time.time() + self.expires_in)
        self.refresh[refresh] = family
        answer = {"access_token": access, "refresh_token": refresh, "token_type": "bearer"}
        said = self.scope if self.said_scope == "as granted" else self.said_scope
        return answer | {"expires_in": self.expires_in} | ({"scope": said} if said else {})

    def revoke(self, family: str) -> None:
        self.access = {token: entry for token, entry in self.access.items() if entry[0] != family}
        self.refresh = {token: name for token, name in self.refresh.items() if name != family}

    def expire_access(self) -> None:
        """The access tokens are no longer accepted, sooner than was said."""
        self.access.clear()

    def accepts(self, access_token: str) -> bool:
        return access_token in self.access and self.access[access_token][1] > time.time()

    def grant(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path not in self.token_paths:
            return 400, {"error": "invalid_request", "error_description": "Invalid request"}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") == "authorization_code":
            return self._redeem(form)
        return self.refresh_with(form.get("refresh_token", ""))

    def _redeem(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        challenge = challenge_of(form.get("code_verifier", ""))
        if self.codes.pop(form.get("code", ""), None) != (form.get("redirect_uri"), challenge):
            return 400, {"error": "invalid_grant"}
        return 200, self.issue()

    def consent(self, asked: str) -> None:
        """A person allows all that they are asked for; a name that Oura does not know is dropped
        silently."""
        self.scope = " ".join(name for name in asked.split() if name in self.known_scopes)

    def refresh_with(self, token: str) -> tuple[int, dict[str, Any]]:
        family = self.refresh.pop(token, None)
        if family is None:
            self.refused_refreshes += 1
            self.revoke(self.spent.get(token, ""))
            return 400, {"error": "invalid_grant", "error_description": f"{token} is not known"}
        self.spent[token] = family
        self.granted_refreshes += 1
        return 200, self.issue(family)


@dataclass(frozen=True)
class Asked:
    """One request that arrived: path, query or form, and the access token it carried."""

    path: str
    query: dict[str, str]
    token: str


class OuraServer:
    """Use as a context manager. `faults[endpoint]` (or `faults["token"]`) go wrong in turn, one a
    request."""

    def __init__(self, first: date, last: date, page_size: int = 5) -> None:
        self.records = {name: make(first, last) for name, make in SAMPLES.items()}
        self.page_size = page_size
        self.accounts = Accounts()
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.asked: list[Asked] = []
        self.violations: list[str] = []
        self.membership = True
        self.declines_with: str | None = None
        self.status_without_scope = 403
        self.lock = threading.Lock()
        self.specification = (
            json.loads(SPECIFICATION.read_text()) if SPECIFICATION.exists() else None
        )

    def __enter__(self) -> OuraServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        assert self.violations == []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def requests_for(self, name: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.rsplit("/", 1)[-1] == name]

    def collection(self, path: str, query: dict[str, str], token: str) -> tuple[int, Any]:
        """Status and body for one data request that no fault hits."""
        name = path.rsplit("/", 1)[-1]
        if name not in self.records:
            return 404, {"detail": "Not Found"}
        if not self.accounts.accepts(token):
            return 401, _problem(401, "Unauthorized", "Invalid or expired authentication token.")
        if not self.membership:
            return 403, _problem(403, "Forbidden", "The user's Oura subscription has expired.")
        if not SCOPES.get(name, {"daily"}) & set(self.accounts.scope.split()):
            return self.status_without_scope, _problem(
                self.status_without_scope, "Forbidden", "Additional permissions are needed."
            )
        errors = self._query_errors(path, query)
        return (422, {"detail": errors}) if errors else self._page(name, path, query)

    def _page(self, name: str, path: str, query: dict[str, str]) -> tuple[int, Any]:
        start = _position(query.get("next_token"), name)
        if start is None:
            return 400, _problem(400, "Bad Request", "Invalid next_token.")
        prefix = "sandbox-" if path.startswith(SANDBOX) else ""
        found = [_renamed(record, prefix) for record in _selected(name, self.records[name], query)]
        more = start + self.page_size < len(found)
        answer = {"data": found[start : start + self.page_size]}
        return 200, answer | {"next_token": _token(name, start + self.page_size) if more else None}

    def _query_errors(self, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        if self.specification is None:
            return []
        known = {
            entry["name"]: entry["schema"]
            for entry in self.specification["paths"][path]["get"]["parameters"]
        }
        unknown = [
            {"loc": ["query", name], "msg": "unknown parameter", "type": "extra"}
            for name in query.keys() - known
        ]
        return unknown + [
            {"loc": ["query", name], "msg": f"not a {_formats(known[name])}", "type": "value_error"}
            for name, value in query.items()
            if name in known and not _fits(value, _formats(known[name]))
        ]

    def check_answer(self, path: str, status: int, body: Any) -> None:
        """Notes where an answer is not as the specification has it."""
        if self.specification is None or path not in self.specification["paths"]:
            return
        responses = self.specification["paths"][path]["get"]["responses"]
        if str(status) not in responses and status < 500:
            self.violations.append(f"{path}: {status} is not in the specification")
        schema = (
            responses.get(str(status), {})
            .get("content", {})
            .get("application/json", {})
            .get("schema")
        )
        if schema:
            # The second alternative takes any object (`fields=`), so only the first is held to.
            schema = schema.get("anyOf", [schema])[0] | {
                "components": self.specification["components"]
            }
            # Its import makes a grammar of all URIs, 1.5 s of processor.
            from jsonschema import Draft202012Validator

            for error in Draft202012Validator(schema).iter_errors(body):
                self.violations.append(f"{path}: {error.json_path} {error.message}")


def _handler(server: OuraServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            if url.path == "/oauth/authorize":
                self._redirect(query)
                return
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            name = url.path.rsplit("/", 1)[-1]
            self._serve(
                name,
                Asked(url.path, query, token),
                lambda: server.collection(url.path, query, token),
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._serve(
                "token", Asked(self.path, form, ""), lambda: server.accounts.grant(self.path, form)
            )

        def _serve(self, name: str, asked: Asked, regular: Callable[[], tuple[int, Any]]) -> None:
            with server.lock:
                server.asked.append(asked)
                fault = server.faults[name].popleft() if server.faults[name] else Fault()
                status, body = (fault.status, fault.body) if fault.status else regular()
            time.sleep(fault.delay_seconds)
            if fault.next_token and status == 200:
                body["next_token"] = fault.next_token
            if fault.text is None and (status < 500 and status != 429):
                server.check_answer(asked.path, status, body)
            text = json.dumps(body) if fault.text is None else fault.text
            self._send(status, text.encode(), fault)

        def _send(self, status: int, content: bytes, fault: Fault) -> None:
            self.send_response(status)
            self.send_header(
                "Content-Type", "application/json" if fault.text is None else "text/html"
            )
            self.send_header(
                "Content-Length", str(10**12 if fault.trickle or fault.flood else len(content))
            )
            for name, value in fault.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if fault.cut:
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            elif fault.trickle or fault.flood:
                self._never_ends(content, fault)
            else:
                self.wfile.write(content)

        def _never_ends(self, content: bytes, fault: Fault) -> None:
            """The content and then blanks, which JSON may end in: byte by byte, or as fast as they
            are taken."""
            try:
                for byte in content if fault.trickle else ():
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.02)
                while True:
                    self.wfile.write(b" " * (1 if fault.trickle else 1 << 20))
                    time.sleep(0.02 if fault.trickle else 0)
            except OSError:
                self.close_connection = True

        def _redirect(self, query: dict[str, str]) -> None:
            back = {"state": query["state"]}
            if server.declines_with:
                back["error"] = server.declines_with
            else:
                back["code"] = f"code-{secrets.token_hex(8)}"
                assert query["code_challenge_method"] == "S256"
                redeemed_with = query["redirect_uri"], query["code_challenge"]
                server.accounts.codes[back["code"]] = redeemed_with
                server.accounts.consent(query.get("scope", ""))
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{urlencode(back)}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return Handler


def rate_limited(seconds: int) -> Fault:
    """429 with the five headers that the specification names."""
    headers = {
        "Retry-After": str(seconds),
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Window": "300",
        "X-RateLimit-Reset": str(int(time.time()) + seconds),
        "X-RateLimit-Tier": "token",
    }
    return Fault(429, _problem(429, "Too Many Requests", "Rate limit exceeded."), headers)


def _problem(status: int, title: str, detail: str) -> dict[str, Any]:
    return {"status": status, "title": title, "detail": detail}


def _selected(
    name: str, records: list[dict[str, Any]], query: dict[str, str]
) -> list[dict[str, Any]]:
    """The records of a window, with the day ends as odd as Oura's."""
    if name == "heartrate":
        start, end = _instant(query["start_datetime"]), _instant(query["end_datetime"])
        return [record for record in records if start <= _instant(record["timestamp"]) < end]
    first, last = query["start_date"], query["end_date"]
    if name in ("daily_activity", "sleep"):
        return [record for record in records if first <= record["day"] < last]
    return [record for record in records if first <= record["day"] <= last]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _renamed(record: dict[str, Any], prefix: str) -> dict[str, Any]:
    return record | {"id": prefix + record["id"]} if prefix and "id" in record else record


def _token(name: str, start: int) -> str:
    return base64.urlsafe_b64encode(f"{name}:{start}".encode()).decode()


def _position(token: str | None, name: str) -> int | None:
    if token is None:
        return 0
    found, _, start = base64.urlsafe_b64decode(token).decode().partition(":")
    return int(start) if found == name else None


def _formats(schema: dict[str, Any]) -> set[str]:
    return {entry.get("format", entry["type"]) for entry in schema["anyOf"]} - {"null"}


def _fits(value: str, formats: set[str]) -> bool:
    def parses(read: Callable[[str], object]) -> bool:
        try:
            read(value)
        except ValueError:
            return False
        return True

    dated = "date" in formats and parses(date.fromisoformat)
    timed = "date-time" in formats and "T" in value and parses(datetime.fromisoformat)
    return dated or timed or bool(formats & {"string", "boolean"})


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _readiness(first: date, last: date) -> list[dict[str, Any]]:
    contributors = {"hrv_balance": 80, "previous_night": None}
    return [
        {
            "id": f"readiness-{day}",
            "day": day.isoformat(),
            "score": 60 + day.day,
            "temperature_deviation": -0.13,
            "temperature_trend_deviation": None,
            "contributors": contributors,
            "timestamp": f"{day}T00:00:00.000+00:00",
        }
        for day in _days(first, last)
    ]


def _daily_sleep(first: date, last: date) -> list[dict[str, Any]]:
    return [
        {
            "id": f"daily-sleep-{day}",
            "day": day.isoformat(),
            "score": None if day.day == 13 else 50 + day.day,
            "contributors": {"deep_sleep": 97, "timing": 21},
            "timestamp": f"{day}T00:00:00.000+00:00",
        }
        for day in _days(first, last)
    ]


def _daily_activity(first: date, last: date) -> list[dict[str, Any]]:
    whole = (
        "active_calories equivalent_walking_distance high_activity_met_minutes high_activity_time "
        "inactivity_alerts low_activity_met_minutes low_activity_time medium_activity_met_minutes "
        "medium_activity_time non_wear_time resting_time sedentary_met_minutes sedentary_time "
        "steps target_calories target_meters total_calories"
    )
    return [
        dict.fromkeys(whole.split(), 100 + day.day)
        | {
            "id": f"activity-{day}",
            "day": day.isoformat(),
            "score": 70,
            "average_met_minutes": 1.34375,
            "meters_to_target": -250,
            "contributors": {"stay_active": 40},
            "met": {
                "interval": 60.0,
                "items": [0.9, 1.1, None],
                "timestamp": f"{day}T04:00:00.000-07:00",
            },
            "timestamp": f"{day}T04:00:00-07:00",
        }
        for day in _days(first, last)
    ]


def _sleep(first: date, last: date) -> list[dict[str, Any]]:
    return [
        {
            "id": f"sleep-{day}-{kind}",
            "day": day.isoformat(),
            "type": kind,
            "period": period,
            "bedtime_start": f"{day - timedelta(days=1)}T22:39:08.000-07:00",
            "bedtime_end": f"{day}T06:10:38.000-07:00",
            "low_battery_alert": False,
            "time_in_bed": 27090,
            "total_sleep_duration": 24180,
            "average_hrv": 48 + day.day,
            "lowest_heart_rate": 47,
            "average_heart_rate": 52.375,
        }
        for day in _days(first, last)
        for period, kind in enumerate(("long_sleep", "late_nap"))
    ]


def _spo2(first: date, last: date) -> list[dict[str, Any]]:
    return [
        {"id": f"spo2-{day}", "day": day.isoformat(), "spo2_percentage": {"average": 97.3}}
        for day in _days(first, last)
    ]


def _heart_rate(first: date, last: date) -> list[dict[str, Any]]:
    """Six samples a day of UTC, half of them with fractional seconds."""
    return [
        {
            "timestamp": at.isoformat(timespec="milliseconds" if at.hour % 8 else "seconds"),
            "timestamp_unix": int(at.timestamp() * 1000),
            "bpm": 50 + at.hour,
            "source": "awake" if at.hour % 8 else "sleep",
        }
        for day in _days(first, last)
        for at in (
            datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) for hour in range(0, 24, 4)
        )
    ]


SAMPLES: dict[str, Callable[[date, date], list[dict[str, Any]]]] = {
    "daily_readiness": _readiness,
    "daily_sleep": _daily_sleep,
    "daily_activity": _daily_activity,
    "sleep": _sleep,
    "daily_spo2": _spo2,
    "heartrate": _heart_rate,
}


def connection_to(server: OuraServer, **changes: Any) -> OuraConnection:
    """How to reach that server; both token addresses are its own."""
    return connection_at(server.url, **changes)


def connection_at(address: str, **changes: Any) -> OuraConnection:
    """As `connection_to`, of a server in another process."""
    values: dict[str, Any] = {
        "client_id": CLIENT_ID,
        "client_secret": SecretStr(CLIENT_SECRET),
        "api_url": address,
        "authorize_url": f"{address}/oauth/authorize",
        "token_urls": (address + NEW_TOKEN_PATH, address + OLD_TOKEN_PATH),
        "redirect_uri": f"http://localhost:{free_port()}/callback",
        "retry_policy": RetryPolicy(
            connect_seconds=10, read_seconds=10, total_seconds=10, attempts=3
        ),
    }
    return OuraConnection(**values | changes)


def signed_in(server: OuraServer, store: TokenStore, expires_in: float = 3600) -> Tokens:
    """Tokens that the server knows, in the store."""
    issued = server.accounts.issue()
    tokens = Tokens(
        access_token=issued["access_token"],
        refresh_token=issued["refresh_token"],
        expires_at=time.time() + expires_in,
        scope=issued.get("scope"),
        token_url=server.url + NEW_TOKEN_PATH,
    )
    store.save(tokens)
    return tokens
