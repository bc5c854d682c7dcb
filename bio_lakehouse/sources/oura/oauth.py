"""Signing in to Oura (OAuth 2 authorisation code with PKCE, RFC 6749 4.1 and 7636) and renewing
single-use refresh tokens."""

from __future__ import annotations

import secrets
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.oauth2.client import OAuth2Client

from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.numbers import seconds_text
from bio_lakehouse.sources.oura.connection import APPLICATIONS_PAGE, OuraConnection
from bio_lakehouse.sources.oura.http_client import (
    OuraUnavailable,
    Sleep,
    explained,
    open_http,
    raise_if_passing,
    retrying,
)
from bio_lakehouse.sources.oura.tokens import Tokens, TokenStore, tokens_in

RENEW_SECONDS_BEFORE_EXPIRY = 60.0


def login(
    connection: OuraConnection,
    store: TokenStore,
    *,
    announce: Callable[[str], None],
    open_browser: Callable[[str], bool] = webbrowser.open,
    timeout_seconds: float = 300,
) -> Tokens:
    """Opens Oura's consent page, waits on loopback for the person's answer, and stores the tokens.

    `announce` is told the page's address first, for where no browser opens by itself. Raises
    `SourceError` when the person declines, nobody answers in time, the port is taken, or Oura
    refuses.
    """
    attempt = SignIn.begin(connection)
    with _Listener(connection.redirect_uri, attempt.state) as listener:
        announce(attempt.url)
        open_browser(attempt.url)
        return attempt.finish(listener.wait(timeout_seconds), store)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in under way: send the person to `url`; the address they come back to finishes it.

    `verifier` proves that whoever exchanges the code is who began (PKCE, S256): a code that another
    program of this machine catches is worth nothing to it.
    """

    connection: OuraConnection
    url: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def begin(cls, connection: OuraConnection) -> SignIn:
        client = OAuth2Client(None, connection.client_id, code_challenge_method="S256")
        verifier = secrets.token_urlsafe(64)
        url, state = client.create_authorization_url(
            connection.authorize_url,
            state=secrets.token_urlsafe(32),
            code_verifier=verifier,
            redirect_uri=connection.redirect_uri,
            scope=" ".join(connection.scopes) or None,
        )
        return cls(connection, url, state, verifier)

    def finish(self, redirected_to: str, store: TokenStore) -> Tokens:
        """Exchanges the code in that address for tokens and stores them. Raises `SourceError`."""
        answer = {
            name: values[0] for name, values in parse_qs(urlsplit(redirected_to).query).items()
        }
        if "error" in answer:
            raise SourceError(_declined(answer["error"], store.sign_in))
        if not _same(answer.get("state", ""), self.state) or "code" not in answer:
            raise SourceError(
                f"That address does not belong to this sign-in. Start again: {store.sign_in}"
            )
        with open_http(self.connection.retry_policy) as http, store.lock():
            try:
                endpoints = _TokenEndpoints(self.connection, http)
                tokens = endpoints.exchange(answer["code"], self.verifier)
            except _TokenRefused as refusal:
                raise SourceError(
                    f"Oura did not accept the sign-in ({refusal}). Check BIO_OURA_CLIENT_ID, "
                    f"BIO_OURA_CLIENT_SECRET and the redirect address at {APPLICATIONS_PAGE}, then "
                    f"run: {store.sign_in}"
                ) from None
            # A scope that is not said in the answer is the one asked for (RFC 6749 5.1), less what
            # the person left out.
            scope = tokens.scope or answer.get("scope") or " ".join(self.connection.scopes) or None
            tokens = replace(tokens, scope=scope)
            store.save(tokens)
        return tokens


def _same(given: str, secret: str) -> bool:
    """Whether the texts are equal, in a time that tells nothing of the secret."""
    return secrets.compare_digest(given.encode(), secret.encode())


class Session:
    """The tokens of one signed-in person, renewed when due; safe beside other processes on the same
    store."""

    def __init__(
        self,
        connection: OuraConnection,
        store: TokenStore,
        http: httpx.Client,
        sleep: Sleep = time.sleep,
    ) -> None:
        self.store = store
        self._tokens: Tokens | None = None
        self._endpoints = _TokenEndpoints(connection, http, sleep)

    def tokens(self) -> Tokens:
        """Tokens that are good for another minute. Raises `SignInRequired` when there are none or
        Oura refuses."""
        tokens = self._tokens or tokens_in(self.store)
        self._tokens = (
            self.renew(tokens) if tokens.expires_within(RENEW_SECONDS_BEFORE_EXPIRY) else tokens
        )
        return self._tokens

    def renew(self, worn: Tokens) -> Tokens:
        """Tokens other than `worn`: those another process has stored meanwhile, else new ones from
        Oura.

        The new refresh token is stored before anything uses it. Raises `SignInRequired` when Oura
        refuses.
        """
        with self.store.lock():
            stored = tokens_in(self.store)
            if stored.access_token == worn.access_token or stored.expires_within(
                RENEW_SECONDS_BEFORE_EXPIRY
            ):
                stored = self._exchanged(stored)
        self._tokens = stored
        return stored

    def _exchanged(self, stored: Tokens) -> Tokens:
        try:
            renewed = self._endpoints.refresh(stored)
        except _TokenRefused as refusal:
            # Parameter Store may answer with what was true a moment ago.
            newest = tokens_in(self.store)
            if newest.access_token != stored.access_token:
                return newest
            raise SignInRequired(_not_renewed(refusal, self.store)) from None
        renewed = replace(renewed, scope=renewed.scope or stored.scope)
        self.store.save(renewed)
        return renewed


class _TokenRefused(SourceError):  # noqa: N818
    """No token address would give tokens; the text is OAuth's error codes, which hold no secret."""


def _not_renewed(refusal: _TokenRefused, store: TokenStore) -> str:
    """Why, by what the address that had issued the tokens said; it is asked first."""
    sign_in = store.sign_in
    if str(refusal).partition(",")[0] in ("invalid_client", "unauthorized_client"):
        return (
            f"Oura does not know this application ({refusal}), so its login is not renewed. Check "
            f"BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET at {APPLICATIONS_PAGE}. If they are "
            f"right, sign in again with: {sign_in}"
        )
    if store.was_interrupted:
        return (
            f"The last renewal of Oura's login was ended before its answer was kept ({refusal}), "
            f"and Oura takes each refresh token once. Sign in again with: {sign_in}"
        )
    return f"Oura's login has expired or was revoked ({refusal}). Sign in again with: {sign_in}"


class _TokenEndpoints:
    """The token addresses in their order; authlib speaks OAuth over our HTTP client."""

    def __init__(
        self, connection: OuraConnection, http: httpx.Client, sleep: Sleep = time.sleep
    ) -> None:
        self.connection = connection
        # Others wait for the lock meanwhile.
        self.retry_policy = replace(
            connection.retry_policy,
            attempts=min(3, connection.retry_policy.attempts),
            longest_wait_seconds=30,
        )
        self.http = http
        self.sleep = sleep
        self._credentials = {
            "client_id": connection.client_id,
            "client_secret": connection.client_secret.get_secret_value(),
        }

    def exchange(self, code: str, verifier: str) -> Tokens:
        """Raises `_TokenRefused` when no address takes the code, `OuraUnavailable` when one cannot
        be asked."""

        def request(client: Any, url: str) -> Any:
            return client.fetch_token(
                url,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                auth=_unsigned,
                **self._credentials,
            )

        return self._first(request, self.connection.token_urls)

    def refresh(self, tokens: Tokens) -> Tokens:
        """Raises as `exchange` does."""
        if not tokens.refresh_token:
            raise _TokenRefused("no refresh token was given")

        def request(client: Any, url: str) -> Any:
            return client.refresh_token(
                url, refresh_token=tokens.refresh_token, auth=_unsigned, **self._credentials
            )

        return self._first(
            request, sorted(self.connection.token_urls, key=lambda url: url != tokens.token_url)
        )

    def _first(
        self, request: Callable[[Any, str], Any], urls: tuple[str, ...] | list[str]
    ) -> Tokens:
        refusals: dict[str, None] = {}
        for url in urls:
            try:
                return retrying(self.retry_policy, self.sleep)(self._ask, request, url)
            except _TokenRefused as error:
                refusals[str(error)] = None
        raise _TokenRefused(", ".join(refusals))

    def _ask(self, request: Callable[[Any, str], Any], url: str) -> Tokens:
        client = OAuth2Client(
            self.http, self.connection.client_id, redirect_uri=self.connection.redirect_uri
        )
        client.register_compliance_hook("access_token_response", _require_tokens)
        client.register_compliance_hook("refresh_token_response", _require_tokens)
        with explained("new tokens"):
            answer = request(client, url)
        return Tokens(
            access_token=answer["access_token"],
            refresh_token=answer.get("refresh_token"),
            expires_at=answer.get("expires_at"),
            scope=answer.get("scope"),
            token_url=url,
        )


def _unsigned(request: httpx.Request) -> httpx.Request:
    """No `Authorization` header: both of Oura's token addresses take the credentials in the
    body."""
    return request


def _require_tokens(response: httpx.Response) -> httpx.Response:
    """The response when it holds tokens; nothing of its body but a known error code gets into an
    exception."""
    raise_if_passing(response, "new tokens")
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        answer = {}
    if response.is_client_error or answer.get("error"):
        raise _TokenRefused(_error_code(answer) or f"HTTP {response.status_code}")
    if not response.is_success or not isinstance(answer.get("access_token"), str):
        raise OuraUnavailable(
            f"Oura's answer to a request for tokens holds none (HTTP {response.status_code})."
        )
    return response


OAUTH_ERRORS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "access_denied",
        "server_error",
        "temporarily_unavailable",
    }
)


def _error_code(answer: dict[str, Any]) -> str | None:
    code = answer.get("error")
    return code if code in OAUTH_ERRORS else None


def _declined(error: str, sign_in: str) -> str:
    if error == "access_denied":
        return f"The sign-in was declined at Oura. Nothing was stored. To try again: {sign_in}"
    if error == "invalid_scope":
        return (
            "Oura does not know one of the scopes asked for (BIO_OURA_SCOPES). Set it to those of "
            f"your application at {APPLICATIONS_PAGE}, or to nothing to be asked for all, then "
            f"run: {sign_in}"
        )
    code = error if error in OAUTH_ERRORS else "unknown error"
    return (
        f"Oura ended the sign-in ({code}). Check the application at {APPLICATIONS_PAGE}, then try "
        "again."
    )


class _IPv6Server(ThreadingHTTPServer):
    """Listens at `[::1]`."""

    address_family = socket.AF_INET6


class _Listener:
    """An HTTP server on the redirect address that waits for the one request with our state."""

    def __init__(self, redirect_uri: str, state: str) -> None:
        self.redirect_uri = redirect_uri
        self.address = urlsplit(redirect_uri)
        self.state = state
        self.received: str | None = None
        self.answered = threading.Event()

    def __enter__(self) -> _Listener:
        port = self.address.port or 80
        host = "127.0.0.1" if self.address.hostname == "localhost" else self.address.hostname or ""
        try:
            server = _IPv6Server if ":" in host else ThreadingHTTPServer
            self.server = server((host, port), _handler(self))
        except OSError as error:
            raise SettingsError(
                f"Nothing can listen at {self.redirect_uri} ({error.strerror}). End what uses port "
                f"{port}, or set BIO_OURA_REDIRECT_URI to another port, here and at "
                f"{APPLICATIONS_PAGE}."
            ) from error
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        ).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def wait(self, seconds: float) -> str:
        """The address at which the person came back. Raises `SourceError` after that many
        seconds."""
        if not self.answered.wait(seconds) or self.received is None:
            raise SourceError(
                f"Nobody finished the sign-in at Oura within {seconds_text(seconds)}. Try the same "
                "command again."
            )
        return self.received

    def receive(self, target: str) -> HTTPStatus:
        """Takes the request's target when it is the redirect of this very sign-in."""
        asked = urlsplit(target)
        if asked.path != (self.address.path or "/"):
            return HTTPStatus.NOT_FOUND
        if not _same(parse_qs(asked.query).get("state", [""])[0], self.state):
            return HTTPStatus.BAD_REQUEST
        self.received = target
        return HTTPStatus.OK


def _handler(listener: _Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = listener.receive(self.path)
            done = status == HTTPStatus.OK
            text = (
                "Done. You can close this page." if done else "This is not the sign-in's address."
            )
            body = f"<!doctype html><title>Bio Lakehouse</title><p>{text}</p>".encode()
            # The browser may have hung up: what it brought counts all the same.
            with suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            if done:
                listener.answered.set()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: the request line holds the code."""

    return Handler
