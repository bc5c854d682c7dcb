"""Who may ask Dagster's web page: the page itself and programs of this machine, no other page in
the browser.

Dagster's server has no login and looks at neither Host, Origin nor content type. Without this any
page that is open in the same browser could launch runs, and by DNS rebinding read what they hold.
See https://web.dev/articles/fetch-metadata and https://owasp.org/www-community/attacks/csrf.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
HTTP_PORT = 80
READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
POLICY_VIOLATION = 1008
"""How a WebSocket is closed that breaks the server's rules (RFC 6455 7.4.1)."""
ANSWER_HEADERS = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Refusal(NamedTuple):
    """An HTTP status and a sentence for whoever asked."""

    status: HTTPStatus
    reason: str


class WebGuard:
    """ASGI middleware that answers for `app` on a loopback port, and passes on what may be
    asked."""

    def __init__(self, app: ASGIApp, port: int, *, frames_itself: bool = False) -> None:
        """`frames_itself` is for a server that shows own pages in frames, and has tokens of its own
        against forged forms."""
        self.app = app
        self.hosts = loopback_hosts(port)
        self.takes_json_alone = not frames_itself
        framing = {"X-Frame-Options": "SAMEORIGIN"} if frames_itself else {}
        self.headers = ANSWER_HEADERS | framing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self.refusal(HTTPConnection(scope))
        if refusal is None:
            await self.app(scope, receive, _with_headers(send, self.headers))
        elif scope["type"] == "http":
            await PlainTextResponse(f"{refusal.reason}\n", refusal.status)(scope, receive, send)
        else:
            await WebSocketClose(POLICY_VIOLATION, refusal.reason)(scope, receive, send)

    def refusal(self, connection: HTTPConnection) -> Refusal | None:
        """Why this is not passed on; None when it is."""
        stranger = _wrong_host(connection, self.hosts) or _other_page(connection)
        return stranger or (_unsafe(connection) if self.takes_json_alone else None)


def loopback_hosts(port: int) -> frozenset[str]:
    """What a Host header may say: the names that loopback has, with the port."""
    with_port = {f"{name}:{port}" for name in LOOPBACK_NAMES}
    return frozenset(with_port | set(LOOPBACK_NAMES) if port == HTTP_PORT else with_port)


def _wrong_host(connection: HTTPConnection, hosts: frozenset[str]) -> Refusal | None:
    """A name that somebody's DNS has pointed at this machine is none of ours."""
    named = connection.headers.getlist("host")
    if len(named) == 1 and named[0].lower() in hosts:
        return None
    return Refusal(
        HTTPStatus.MISDIRECTED_REQUEST, f"This server is asked as {' or '.join(sorted(hosts))}."
    )


def _other_page(connection: HTTPConnection) -> Refusal | None:
    headers = connection.headers
    own = f"http://{headers['host'].lower()}"
    other_origin = any(origin.lower() != own for origin in headers.getlist("origin"))
    sites = set(headers.getlist("sec-fetch-site"))
    other_site = not sites <= OWN_SITE and not _is_followed_link(connection)
    if other_origin or other_site:
        return Refusal(HTTPStatus.FORBIDDEN, "Another page may not ask this server.")
    return None


def _is_followed_link(connection: HTTPConnection) -> bool:
    """Whether the browser opens the page in a tab, where the page that links to it sees nothing of
    it."""
    headers = connection.headers
    return (
        connection.scope.get("method") in READING
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _unsafe(connection: HTTPConnection) -> Refusal | None:
    """What a browser would send for any page without asking first, though it may change
    something."""
    if connection.scope["type"] == "websocket":
        return None
    if connection.scope["method"] not in READING:
        kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON (application/json).")
    elif connection.scope["path"] == "/graphql" and not _wants_page(connection):
        return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Ask GraphQL by POST, as JSON.")
    return None


def _wants_page(connection: HTTPConnection) -> bool:
    """Dagster's own test: to this it answers with its editor for GraphQL, and executes nothing."""
    return "text/html" in connection.headers.get("accept", "")


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending
