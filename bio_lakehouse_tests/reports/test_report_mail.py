"""Mail goes over TLS to servers that can be trusted; real SMTP servers with certificates of a
throw-away authority."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from bio_lakehouse.errors import ReportError
from bio_lakehouse.reports.mail import send

PASSWORD = "s3cr:t/pass"
URL_PASSWORD = "s3cr%3At%2Fpass"


class Server:
    """Keeps the recipients of what it takes and the passwords it was told; refuses `nobody@…`."""

    def __init__(self) -> None:
        self.taken: list[tuple[bool, list[str]]] = []
        self.passwords: list[bytes] = []
        self.hangs_up = False

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_up:
            assert server.transport is not None
            server.transport.abort()
        self.taken.append((session.ssl is not None, envelope.rcpt_tos))
        return "250 OK"

    def authenticate(self, _: Any, __: Any, ___: Any, ____: str, data: LoginPassword) -> AuthResult:
        self.passwords.append(data.password)
        return AuthResult(
            success=(data.login, data.password) == (b"me", PASSWORD.encode()), handled=False
        )


Start = Callable[..., str]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def start(server: Server) -> Iterator[Start]:
    """The address of a started server, encrypted from the start (`ssl_context`) or by STARTTLS
    (`tls_context`)."""
    running: list[Controller] = []

    def started(**options: Any) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        chosen = {
            "authenticator": server.authenticate,
            "auth_exclude_mechanism": ["LOGIN"],
        } | options
        running.append(Controller(server, hostname="127.0.0.1", port=port, **chosen))
        running[0].start()
        return f"localhost:{port}"

    yield started
    for controller in running:
        controller.stop()


def certified(authority: trustme.CA, host: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


def message(*recipients: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        "lake@example.org",
        ", ".join(recipients or ("me@example.org",)),
        "Week",
    )
    made.set_content("Readiness averaged 80.")
    return made


def sent(
    scheme: str, address: str, *recipients: str, password: str = URL_PASSWORD
) -> dict[str, str]:
    return send(message(*recipients), SecretStr(f"{scheme}://me:{password}@{address}"))


def test_smtps_is_encrypted_from_the_start(
    server: Server, start: Start, authority: trustme.CA
) -> None:
    address = start(ssl_context=certified(authority), auth_require_tls=False)
    assert sent("smtps", address) == {}
    assert [recipients for _, recipients in server.taken] == [["me@example.org"]]
    assert server.passwords == [PASSWORD.encode()]


def test_starttls_comes_before_the_password(
    server: Server, start: Start, authority: trustme.CA
) -> None:
    assert sent("smtp", start(tls_context=certified(authority), require_starttls=True)) == {}
    assert server.taken == [(True, ["me@example.org"])]
    assert server.passwords == [PASSWORD.encode()]


@pytest.mark.parametrize(("scheme", "option"), [("smtps", "ssl_context"), ("smtp", "tls_context")])
@pytest.mark.parametrize("trusted", [False, True], ids=["unknown authority", "another host's name"])
def test_a_certificate_that_cannot_be_trusted_gets_no_password(
    server: Server, start: Start, authority: trustme.CA, scheme: str, option: str, trusted: bool
) -> None:
    context = certified(authority, "mail.example.org") if trusted else certified(trustme.CA())
    address = start(**{option: context})
    why = "Hostname mismatch" if trusted else "certificate"
    with pytest.raises(
        ReportError,
        match=rf"^the certificate of {address} cannot be trusted, so nothing was sent: .*{why}",
    ) as caught:
        sent(scheme, address)
    assert URL_PASSWORD not in str(caught.value)
    assert "SSL_CERT_FILE" in str(caught.value)
    assert (server.taken, server.passwords) == ([], [])


def test_without_starttls_no_password_is_sent(
    server: Server, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bio_lakehouse.reports.mail.THIS_MACHINE", ())
    address = start(auth_require_tls=False)
    with pytest.raises(
        ReportError,
        match=f"^{address} offers no encryption, so the password was not sent; use smtps",
    ):
        sent("smtp", address)
    assert (server.taken, server.passwords) == ([], [])


def test_a_wrong_password_is_said_and_not_shown(
    server: Server, start: Start, authority: trustme.CA
) -> None:
    address = start(tls_context=certified(authority))
    with pytest.raises(
        ReportError, match=f"^{address} does not accept the user or password in BIO_SMTP_URL$"
    ):
        sent("smtp", address, password="guess")
    assert (server.taken, server.passwords) == ([], [b"guess"])


def test_refused_recipients_are_named(server: Server, start: Start, authority: trustme.CA) -> None:
    address = start(tls_context=certified(authority))
    with pytest.raises(
        ReportError,
        match=rf"^{address} refused nobody@example.org \(550 5.1.1 no such user here\)$",
    ):
        sent("smtp", address, "nobody@example.org")
    assert server.taken == []
    refused = sent("smtp", address, "me@example.org", "nobody@example.org")
    assert refused == {"nobody@example.org": "550 5.1.1 no such user here"}
    assert server.taken == [(True, ["me@example.org"])]


def test_a_connection_that_is_lost_midway_is_told(
    server: Server, start: Start, authority: trustme.CA
) -> None:
    server.hangs_up = True
    address = start(tls_context=certified(authority))
    with pytest.raises(
        ReportError, match=rf"^the report could not be sent by {address}: .*check BIO_SMTP_URL$"
    ):
        sent("smtp", address)


def test_plain_text_where_tls_is_expected_is_told(start: Start) -> None:
    address = start()
    with pytest.raises(
        ReportError, match=rf"^the report could not be sent by {address}: .*check BIO_SMTP_URL$"
    ):
        sent("smtps", address)
