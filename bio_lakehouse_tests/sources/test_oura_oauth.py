"""Signing in over loopback, and renewing single-use refresh tokens, against a real server on 127.0.0.1."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import boto3
import httpx
import pytest
from moto import mock_aws
from pydantic import SecretStr

from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.sources.oura.connection import OuraConnection
from bio_lakehouse.sources.oura.oauth import Session, SignIn, login
from bio_lakehouse.sources.oura.tokens import FileTokenStore, ParameterTokenStore, Tokens, TokenStore
from bio_lakehouse.sources.oura.transport import OuraUnavailable, open_http
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
    return Session(connection, store, open_http(connection.patience), (waits if waits is not None else []).append)


def test_login_stores_what_was_granted(server: OuraServer, store: FileTokenStore) -> None:
    server.accounts.expires_in = 1234
    announced: list[str] = []
    tokens = login(connection_to(server), store, announce=announced.append, open_browser=browser, timeout_seconds=10)
    assert store.load() == tokens
    assert server.accounts.accepts(tokens.access_token)
    assert tokens.refresh_token in server.accounts.refresh
    assert tokens.expires_at == pytest.approx(time.time() + 1234, abs=5)
    assert tokens.token_url == server.url + NEW_TOKEN_PATH
    assert parse_qs(urlsplit(announced[0]).query)["scope"] == ["daily heartrate spo2Daily"]
    assert CLIENT_SECRET not in announced[0]


def test_login_of_an_older_application_falls_back_to_its_token_address(
    server: OuraServer, store: FileTokenStore
) -> None:
    server.accounts.token_paths = frozenset({OLD_TOKEN_PATH})
    tokens = login(connection_to(server), store, announce=lambda url: None, open_browser=browser, timeout_seconds=10)
    assert tokens.token_url == server.url + OLD_TOKEN_PATH
    session(server, store).renew(tokens)
    assert [asked.path for asked in server.asked] == [NEW_TOKEN_PATH, OLD_TOKEN_PATH, OLD_TOKEN_PATH]


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
        login(connection_to(server), store, announce=lambda url: None, open_browser=browser, timeout_seconds=10)
    assert store.load() is None


def test_login_ignores_requests_that_are_not_its_redirect(server: OuraServer, store: FileTokenStore) -> None:
    connection = connection_to(server)

    def browser_with_an_intruder(url: str) -> bool:
        assert httpx.get(connection.redirect_uri.replace("callback", "favicon.ico")).status_code == 404
        forged = httpx.get(connection.redirect_uri, params={"code": "stolen", "state": "guessed"})
        assert forged.status_code == 400
        return browser(url)

    tokens = login(
        connection, store, announce=lambda url: None, open_browser=browser_with_an_intruder, timeout_seconds=10
    )
    assert store.load() == tokens


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


def test_login_with_a_wrong_secret_says_what_to_check(server: OuraServer, store: FileTokenStore) -> None:
    connection = connection_to(server, client_secret=SecretStr("wrong-secret-9"))
    with pytest.raises(SourceError, match=r"did not accept the sign-in \(invalid_client\).*BIO_OURA_CLIENT_SECRET"):
        login(connection, store, announce=lambda url: None, open_browser=browser, timeout_seconds=10)


def test_sign_in_can_be_finished_from_a_pasted_address(server: OuraServer, store: FileTokenStore) -> None:
    attempt = SignIn.begin(connection_to(server))
    address = httpx.get(attempt.url).headers["Location"]
    with pytest.raises(SourceError, match="does not belong to this sign-in"):
        attempt.finish(address.replace("state=", "state=x"), store)
    assert attempt.finish(address, store) == store.load()


def test_good_tokens_are_used_as_they_are(server: OuraServer, store: FileTokenStore) -> None:
    tokens = signed_in(server, store)
    assert session(server, store).tokens() == tokens
    assert server.asked == []


def test_tokens_about_to_expire_are_renewed_and_stored_before_use(server: OuraServer, store: FileTokenStore) -> None:
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
    with pytest.raises(SignInRequired, match=r"Nobody has signed in to Oura yet .*bio-lakehouse oura login"):
        session(server, store).tokens()


def test_spent_refresh_token_revokes_the_login_and_asks_to_sign_in(server: OuraServer, store: FileTokenStore) -> None:
    old = signed_in(server, store, expires_in=0)
    renewed = session(server, store).tokens()
    store.save(old)
    with pytest.raises(SignInRequired, match=r"expired or was revoked \(invalid_grant\).*bio-lakehouse oura login"):
        session(server, store).tokens()
    assert not server.accounts.accepts(renewed.access_token)


def test_renewing_rides_out_a_short_outage(server: OuraServer, store: FileTokenStore) -> None:
    signed_in(server, store, expires_in=0)
    server.faults["token"].extend([Fault(502, text="<html>bad gateway"), rate_limited(4)])
    waits: list[float] = []
    session(server, store, waits).tokens()
    assert server.accounts.granted_refreshes == 1
    assert 4 <= waits[1] <= 5


@pytest.mark.parametrize("fault", [Fault(503, text="down"), Fault(200, text="<html>"), Fault(200, body={"hello": 1})])
def test_outage_while_renewing_keeps_the_login(fault: Fault, server: OuraServer, store: FileTokenStore) -> None:
    tokens = signed_in(server, store, expires_in=0)
    server.faults["token"].extend([fault] * 3)
    with pytest.raises(OuraUnavailable):
        session(server, store).tokens()
    assert store.load() == tokens


def test_another_process_having_renewed_meanwhile_is_noticed(server: OuraServer, store: FileTokenStore) -> None:
    worn = signed_in(server, store)
    other = signed_in(server, store)
    assert session(server, store).renew(worn) == other
    assert server.asked == []


TWO_AT_ONCE = """
import sys
from pathlib import Path
from pydantic import SecretStr
from bio_lakehouse.sources.oura.connection import OuraConnection
from bio_lakehouse.sources.oura.oauth import Session
from bio_lakehouse.sources.oura.tokens import FileTokenStore
from bio_lakehouse.sources.oura.transport import open_http

client_id, secret, token_url, path = sys.argv[1:]
connection = OuraConnection(client_id, SecretStr(secret), token_urls=(token_url,))
session = Session(connection, FileTokenStore(Path(path)), open_http(connection.patience))
print("ready", flush=True)
sys.stdin.readline()
print(session.tokens().access_token, flush=True)
"""


def test_two_processes_renewing_at_once_reach_the_server_once(server: OuraServer, store: FileTokenStore) -> None:
    signed_in(server, store, expires_in=0)
    server.faults["token"].append(Fault(delay_seconds=0.5))
    arguments = [CLIENT_ID, CLIENT_SECRET, server.url + NEW_TOKEN_PATH, str(store.path)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TWO_AT_ONCE, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
    printed = [process.communicate(timeout=30)[0].strip() for process in processes]
    stored = store.load()
    assert stored is not None
    assert printed == [stored.access_token] * 2
    assert len(server.asked) == 1
    assert server.accounts.granted_refreshes == 1
    assert server.accounts.refused_refreshes == 0


def test_two_renewing_at_once_from_parameter_store_reach_the_server_once(
    server: OuraServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        ssm = boto3.client("ssm", "eu-central-1")
        store = ParameterTokenStore("/lake/oura/me", ssm, sleep=lambda seconds: time.sleep(0.02))
        signed_in(server, store, expires_in=0)
        server.faults["token"].append(Fault(delay_seconds=0.3))
        sessions = [session(server, store) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda one: one.tokens(), sessions))
        assert found == [store.load()] * 2
    assert server.accounts.granted_refreshes == 1
    assert len(server.asked) == 1


def test_no_secret_is_logged_or_told(
    server: OuraServer, store: FileTokenStore, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = login(connection_to(server), store, announce=lambda url: None, open_browser=browser, timeout_seconds=10)
    renewed = session(server, store).renew(tokens)
    store.save(tokens)
    with pytest.raises(SignInRequired) as refused:
        session(server, store).renew(tokens)
    codes = [asked.query["code"] for asked in server.asked if "code" in asked.query]
    told = caplog.text + "".join(capfd.readouterr()) + str(refused.value) + repr(connection_to(server)) + repr(tokens)
    assert refused.value.__cause__ is None
    secrets = [CLIENT_SECRET, *codes, tokens.access_token, tokens.refresh_token, renewed.access_token]
    assert [secret for secret in secrets if secret and secret in told] == []
    assert len(codes) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": ""}, "BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET"),
        ({"client_secret": SecretStr("")}, "BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET"),
        ({"api_url": "http://api.ouraring.com"}, "not https"),
        ({"token_urls": ()}, "BIO_OURA_TOKEN_URLS"),
        ({"redirect_uri": f"https://example.com:{free_port()}/callback"}, "not on this machine"),
    ],
)
def test_connection_that_makes_no_sense_is_refused(changes: dict[str, object], message: str) -> None:
    values: dict[str, object] = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET)}
    with pytest.raises(SettingsError, match=message):
        OuraConnection(**values | changes)  # type: ignore[arg-type]
