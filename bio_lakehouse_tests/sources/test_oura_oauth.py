"""Signing in over loopback, and renewing single-use refresh tokens, against a real server on
127.0.0.1."""

from __future__ import annotations

import logging
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from bio_lakehouse.backends import token_stores
from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.sources.oura.connection import OuraConnection
from bio_lakehouse.sources.oura.fetch import not_granted
from bio_lakehouse.sources.oura.http_client import OuraUnavailable, open_http
from bio_lakehouse.sources.oura.oauth import Session, SignIn, _Listener, login
from bio_lakehouse.sources.oura.tokens import FileTokenStore, Tokens, TokenStore
from bio_lakehouse_tests.sources.oura_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    NEW_TOKEN_PATH,
    OLD_TOKEN_PATH,
    Fault,
    OuraServer,
    connection_to,
    free_port,
    rate_limited,
    signed_in,
)


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 3, 1), date(2025, 3, 2)) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> FileTokenStore:
    return FileTokenStore(tmp_path / "oura-me.json")


def browser(url: str) -> bool:
    """A person who is signed in at Oura and consents at once."""
    threading.Thread(target=urlopen, args=(url,)).start()
    return True


def session(server: OuraServer, store: TokenStore, waits: list[float] | None = None) -> Session:
    connection = connection_to(server)
    return Session(
        connection,
        store,
        open_http(connection.retry_policy),
        (waits if waits is not None else []).append,
    )


def test_login_stores_what_was_granted(server: OuraServer, store: FileTokenStore) -> None:
    server.accounts.expires_in = 1234
    announced: list[str] = []
    tokens = login(
        connection_to(server),
        store,
        announce=announced.append,
        open_browser=browser,
        timeout_seconds=10,
    )
    assert store.load() == tokens
    assert server.accounts.accepts(tokens.access_token)
    assert tokens.refresh_token in server.accounts.refresh
    assert tokens.expires_at == pytest.approx(time.time() + 1234, abs=5)
    assert tokens.token_url == server.url + NEW_TOKEN_PATH
    assert parse_qs(urlsplit(announced[0]).query)["scope"] == ["daily heartrate spo2 spo2Daily"]
    assert tokens.scope == "daily heartrate spo2"
    assert CLIENT_SECRET not in announced[0]


@pytest.mark.parametrize("host", ["[::1]", "127.0.0.1", "localhost"])
def test_any_address_of_this_machine_can_be_the_redirect(
    host: str, server: OuraServer, store: FileTokenStore
) -> None:
    connection = connection_to(server, redirect_uri=f"http://{host}:{free_port()}/callback")
    tokens = login(
        connection, store, announce=lambda url: None, open_browser=browser, timeout_seconds=10
    )
    assert store.load() == tokens


def test_a_code_is_worth_nothing_to_who_did_not_begin(
    server: OuraServer, store: FileTokenStore
) -> None:
    """Another program that catches the code, and knows the application's secret besides."""
    begun = SignIn.begin(connection_to(server))
    caught = httpx.get(begun.url).headers["Location"]
    thief = replace(SignIn.begin(connection_to(server)), state=begun.state)
    with pytest.raises(SourceError, match="invalid_grant"):
        thief.finish(caught, store)
    assert store.load() is None
    assert begun.verifier not in begun.url
    assert begun.verifier not in repr(begun)


@pytest.mark.parametrize(
    ("known", "granted", "missing"),
    [
        ("daily heartrate spo2", "daily heartrate spo2", {}),
        ("daily heartrate spo2Daily", "daily heartrate spo2Daily", {}),
        ("daily heartrate", "daily heartrate", {"spo2": ["daily_spo2"]}),
        ("daily", "daily", {"heartrate": ["heartrate"], "spo2": ["daily_spo2"]}),
    ],
)
def test_a_scope_that_oura_drops_is_missing_until_the_next_sign_in(
    known: str,
    granted: str,
    missing: dict[str, list[str]],
    server: OuraServer,
    store: FileTokenStore,
) -> None:
    server.accounts.known_scopes = frozenset(known.split())
    connection = connection_to(server)
    attempt = SignIn.begin(connection)
    tokens = attempt.finish(httpx.get(attempt.url).headers["Location"], store)
    assert tokens.scope == granted
    assert not_granted(tokens.granted, connection.scopes) == missing
    server.accounts.known_scopes = frozenset(connection.scopes)
    renewed = session(server, store).renew(tokens)
    assert not_granted(renewed.granted, connection.scopes) == missing
    again = SignIn.begin(connection)
    tokens = again.finish(httpx.get(again.url).headers["Location"], store)
    assert not_granted(tokens.granted, connection.scopes) == {}


@pytest.mark.parametrize("asked", [(), ("daily", "heartrate", "spo2")])
def test_nothing_is_missing_when_it_is_not_known_what_was_granted(asked: tuple[str, ...]) -> None:
    assert not_granted(Tokens("a", "b").granted, asked) == {}


def test_login_of_an_older_application_falls_back_to_its_token_address(
    server: OuraServer, store: FileTokenStore
) -> None:
    server.accounts.token_paths = frozenset({OLD_TOKEN_PATH})
    tokens = login(
        connection_to(server),
        store,
        announce=lambda url: None,
        open_browser=browser,
        timeout_seconds=10,
    )
    assert tokens.token_url == server.url + OLD_TOKEN_PATH
    session(server, store).renew(tokens)
    assert [asked.path for asked in server.asked] == [
        NEW_TOKEN_PATH,
        OLD_TOKEN_PATH,
        OLD_TOKEN_PATH,
    ]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("access_denied", "was declined at Oura"),
        ("invalid_scope", "BIO_OURA_SCOPES"),
        ("<script>", r"ended the sign-in \(unknown error\)"),
    ],
)
def test_login_that_is_declined_stores_nothing(
    error: str, message: str, server: OuraServer, store: FileTokenStore
) -> None:
    server.declines_with = error
    with pytest.raises(SourceError, match=message):
        login(
            connection_to(server),
            store,
            announce=lambda url: None,
            open_browser=browser,
            timeout_seconds=10,
        )
    assert store.load() is None


def test_login_ignores_requests_that_are_not_its_redirect(
    server: OuraServer, store: FileTokenStore
) -> None:
    connection = connection_to(server)

    def browser_with_an_intruder(url: str) -> bool:
        assert (
            httpx.get(connection.redirect_uri.replace("callback", "favicon.ico")).status_code == 404
        )
        forged = httpx.get(connection.redirect_uri, params={"code": "stolen", "state": "guessed"})
        assert forged.status_code == 400
        assert (
            httpx.get(connection.redirect_uri, params={"code": "stolen", "state": "ü"}).status_code
            == 400
        )
        return browser(url)

    tokens = login(
        connection,
        store,
        announce=lambda url: None,
        open_browser=browser_with_an_intruder,
        timeout_seconds=10,
    )
    assert store.load() == tokens


def test_login_ends_though_the_browser_hangs_up_at_once(
    server: OuraServer,
    store: FileTokenStore,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection, hung_up, receive = connection_to(server), threading.Event(), _Listener.receive

    def receive_late(listener: _Listener, target: str) -> HTTPStatus:
        assert hung_up.wait(10)
        return receive(listener, target)

    monkeypatch.setattr(_Listener, "receive", receive_late)

    def hasty(url: str) -> bool:
        back = urlsplit(httpx.get(url).headers["Location"])
        with socket.create_connection((back.hostname or "", back.port or 0)) as browser:
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            browser.sendall(f"GET {back.path}?{back.query} HTTP/1.1\r\n\r\n".encode())
            time.sleep(0.3)
        hung_up.set()
        return True

    tokens = login(
        connection, store, announce=lambda url: None, open_browser=hasty, timeout_seconds=10
    )
    assert store.load() == tokens
    assert capfd.readouterr().err == ""


def test_login_that_nobody_finishes_ends(server: OuraServer, store: FileTokenStore) -> None:
    with pytest.raises(SourceError, match="Nobody finished the sign-in"):
        login(
            connection_to(server),
            store,
            announce=lambda url: None,
            open_browser=lambda url: False,
            timeout_seconds=0.2,
        )


def test_login_at_a_port_in_use_says_so(server: OuraServer, store: FileTokenStore) -> None:
    connection = connection_to(server, redirect_uri=f"{server.url}/callback")
    with pytest.raises(SettingsError, match="BIO_OURA_REDIRECT_URI"):
        login(connection, store, announce=lambda url: None, open_browser=browser)


def test_login_with_a_wrong_secret_says_what_to_check(
    server: OuraServer, store: FileTokenStore
) -> None:
    connection = connection_to(server, client_secret=SecretStr("wrong-secret-9"))
    with pytest.raises(
        SourceError, match=r"did not accept the sign-in \(invalid_client\).*BIO_OURA_CLIENT_SECRET"
    ):
        login(
            connection, store, announce=lambda url: None, open_browser=browser, timeout_seconds=10
        )


def test_sign_in_can_be_finished_from_a_pasted_address(
    server: OuraServer, store: FileTokenStore
) -> None:
    attempt = SignIn.begin(connection_to(server))
    address = httpx.get(attempt.url).headers["Location"]
    with pytest.raises(SourceError, match="does not belong to this sign-in"):
        attempt.finish(address.replace("state=", "state=x"), store)
    assert attempt.finish(address, store) == store.load()


@pytest.mark.parametrize(
    ("in_answer", "in_redirect", "kept"),
    [
        ("daily", "daily heartrate", "daily"),
        (None, "daily", "daily"),
        (None, None, "daily heartrate spo2 spo2Daily"),
    ],
)
def test_what_was_granted_is_known_though_oura_leaves_it_out(
    in_answer: str | None,
    in_redirect: str | None,
    kept: str,
    server: OuraServer,
    store: FileTokenStore,
) -> None:
    server.accounts.said_scope = in_answer
    attempt = SignIn.begin(connection_to(server))
    address = httpx.get(attempt.url).headers["Location"] + (
        f"&scope={in_redirect}" if in_redirect else ""
    )
    assert attempt.finish(address, store).scope == kept
    server.accounts.said_scope = None
    tokens = store.load()
    assert tokens is not None
    assert session(server, store).renew(tokens).scope == kept


def test_good_tokens_are_used_as_they_are(server: OuraServer, store: FileTokenStore) -> None:
    tokens = signed_in(server, store)
    assert session(server, store).tokens() == tokens
    assert server.asked == []


def test_tokens_about_to_expire_are_renewed_and_stored_before_use(
    server: OuraServer, store: FileTokenStore
) -> None:
    old = signed_in(server, store, expires_in=30)
    new = session(server, store).tokens()
    assert store.load() == new
    assert new.refresh_token != old.refresh_token
    assert new.refresh_token in server.accounts.refresh
    assert server.accounts.granted_refreshes == 1


def test_tokens_that_cannot_be_stored_are_not_used(
    server: OuraServer, store: FileTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(server, store, expires_in=0)

    def unwritable(self: FileTokenStore, tokens: Tokens) -> None:
        raise SourceError("full")

    monkeypatch.setattr(FileTokenStore, "save", unwritable)
    with pytest.raises(SourceError, match="full"):
        session(server, store).tokens()


def test_nobody_signed_in(server: OuraServer, store: FileTokenStore) -> None:
    with pytest.raises(
        SignInRequired, match=r"Nobody has signed in to Oura yet .*bio-lakehouse oura login"
    ):
        session(server, store).tokens()


def test_spent_refresh_token_revokes_the_login_and_asks_to_sign_in(
    server: OuraServer, store: FileTokenStore
) -> None:
    old = signed_in(server, store, expires_in=0)
    renewed = session(server, store).tokens()
    store.save(old)
    with pytest.raises(
        SignInRequired, match=r"expired or was revoked \(invalid_grant\).*bio-lakehouse oura login"
    ):
        session(server, store).tokens()
    assert not server.accounts.accepts(renewed.access_token)


def test_renewing_with_a_wrong_secret_blames_the_application_and_keeps_the_login(
    server: OuraServer, store: FileTokenStore
) -> None:
    tokens = signed_in(server, store, expires_in=0)
    connection = connection_to(server, client_secret=SecretStr("wrong-secret-9"))
    wrong = Session(connection, store, open_http(connection.retry_policy))
    with pytest.raises(
        SignInRequired,
        match=r"not know this application \(invalid_client\).*BIO_OURA_CLIENT_SECRET",
    ):
        wrong.tokens()
    assert store.load() == tokens


def test_a_login_that_has_expired_is_told_as_its_own_address_says(
    server: OuraServer, store: FileTokenStore
) -> None:
    signed_in(server, store, expires_in=0)
    server.accounts.refresh.clear()
    server.accounts.token_paths = frozenset({NEW_TOKEN_PATH})
    with pytest.raises(
        SignInRequired, match=r"has expired or was revoked \(invalid_grant, invalid_request\)"
    ):
        session(server, store).tokens()


def test_renewing_rides_out_a_short_outage(server: OuraServer, store: FileTokenStore) -> None:
    signed_in(server, store, expires_in=0)
    server.faults["token"].extend([Fault(502, text="<html>bad gateway"), rate_limited(4)])
    waits: list[float] = []
    session(server, store, waits).tokens()
    assert server.accounts.granted_refreshes == 1
    assert 4 <= waits[1] <= 5


@pytest.mark.parametrize(
    "fault",
    [
        Fault(503, text="down"),
        Fault(200, text="<html>"),
        Fault(200, body={"hello": 1}),
        Fault(302, text="moved"),
    ],
)
def test_outage_while_renewing_keeps_the_login(
    fault: Fault, server: OuraServer, store: FileTokenStore
) -> None:
    tokens = signed_in(server, store, expires_in=0)
    server.faults["token"].extend([fault] * 3)
    with pytest.raises(OuraUnavailable):
        session(server, store).tokens()
    assert store.load() == tokens


def test_another_process_having_renewed_meanwhile_is_noticed(
    server: OuraServer, store: FileTokenStore
) -> None:
    worn = signed_in(server, store)
    other = signed_in(server, store)
    assert session(server, store).renew(worn) == other
    assert server.asked == []


TWO_AT_ONCE = """
import sys
import boto3
from pydantic import SecretStr
from bio_lakehouse.sources.oura.connection import OuraConnection
from bio_lakehouse.sources.oura.oauth import Session
from bio_lakehouse.backends import token_stores
from bio_lakehouse.sources.oura.http_client import open_http

client_id, secret, token_url, address = sys.argv[1:]
connection = OuraConnection(client_id, SecretStr(secret), token_urls=(token_url,))
stores = token_stores(address, lambda: boto3.client("ssm"))
session = Session(connection, stores.of("me"), open_http(connection.retry_policy))
print("ready", flush=True)
sys.stdin.readline()
print(session.tokens().access_token, flush=True)
"""


def renewed_by_two_processes(
    server: OuraServer, address: str, environment: dict[str, str]
) -> list[str]:
    """The access tokens that two processes have after renewing at once from the store at that
    address."""
    words = [
        sys.executable,
        "-c",
        TWO_AT_ONCE,
        CLIENT_ID,
        CLIENT_SECRET,
        server.url + NEW_TOKEN_PATH,
        address,
    ]
    environment = os.environ | environment
    processes = [
        subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=300)[0].strip() for process in processes]


@pytest.fixture
def parameter_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A Parameter Store on loopback, and the environment in which boto3 finds it."""
    store = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    yield environment
    store.stop()


@pytest.mark.parametrize("kind", ["folder", "parameter store"])
def test_two_processes_renewing_at_once_reach_the_server_once(
    kind: str, server: OuraServer, tmp_path: Path, parameter_store: dict[str, str]
) -> None:
    address = str(tmp_path) if kind == "folder" else "ssm:/lake/oura"
    store = token_stores(address, lambda: boto3.client("ssm")).of("me")
    signed_in(server, store, expires_in=0)
    server.faults["token"].append(Fault(delay_seconds=0.5))
    printed = renewed_by_two_processes(server, address, parameter_store)
    stored = store.load()
    assert stored is not None
    assert printed == [stored.access_token] * 2
    assert len(server.asked) == 1
    assert server.accounts.granted_refreshes == 1
    assert server.accounts.refused_refreshes == 0


def test_no_secret_is_logged_or_told(
    server: OuraServer,
    store: FileTokenStore,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = login(
        connection_to(server),
        store,
        announce=lambda url: None,
        open_browser=browser,
        timeout_seconds=10,
    )
    renewed = session(server, store).renew(tokens)
    store.save(tokens)
    with pytest.raises(SignInRequired) as refused:
        session(server, store).renew(tokens)
    codes = [asked.query["code"] for asked in server.asked if "code" in asked.query]
    told = (
        caplog.text
        + "".join(capfd.readouterr())
        + str(refused.value)
        + repr(connection_to(server))
        + repr(tokens)
    )
    assert refused.value.__cause__ is None
    secrets = [
        CLIENT_SECRET,
        *codes,
        tokens.access_token,
        tokens.refresh_token,
        renewed.access_token,
    ]
    assert [secret for secret in secrets if secret and secret in told] == []
    assert len(codes) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": ""}, "BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET"),
        ({"client_secret": SecretStr("")}, "BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET"),
        ({"api_url": "http://api.ouraring.com"}, "BIO_OURA_API_URL: .*not https"),
        ({"api_url": "api.ouraring.com"}, "BIO_OURA_API_URL: .*not https"),
        ({"api_url": "https://"}, "BIO_OURA_API_URL: .*not https"),
        ({"api_url": "https://[bad"}, "BIO_OURA_API_URL: 'https://\\[bad' cannot be read"),
        (
            {"authorize_url": "https://api.ouraring.com:99999/"},
            "BIO_OURA_AUTHORIZE_URL: .*cannot be read",
        ),
        ({"token_urls": ("ftp://localhost",)}, "BIO_OURA_TOKEN_URLS: .*not https"),
        (
            {"redirect_uri": "http://localhost:99999/callback"},
            "BIO_OURA_REDIRECT_URI: .*cannot be read",
        ),
        (
            {"redirect_uri": "https://localhost:8912/callback"},
            "BIO_OURA_REDIRECT_URI .*use http://localhost",
        ),
        ({"redirect_uri": "localhost:8912"}, "BIO_OURA_REDIRECT_URI .*use http://localhost"),
        ({"token_urls": ()}, "BIO_OURA_TOKEN_URLS"),
        ({"redirect_uri": f"https://example.com:{free_port()}/callback"}, "not on this machine"),
    ],
)
def test_connection_that_makes_no_sense_is_refused(
    changes: dict[str, object], message: str
) -> None:
    values: dict[str, object] = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET)}
    with pytest.raises(SettingsError, match=message):
        OuraConnection(**values | changes)  # type: ignore[arg-type]
