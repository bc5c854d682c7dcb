"""Sends a message by the mail server that BIO_SMTP_URL names."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import SecretStr

from bio_lakehouse.errors import ReportError

SECONDS = 30
PORTS = {"smtp": 587, "smtps": 465}
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def send(message: EmailMessage, url: SecretStr) -> dict[str, str]:
    """Send `message` to its recipients; those whom the server refused while it took others, with
    what it said.

    `smtps://` is encrypted from the start. `smtp://` changes to TLS where the server offers that; a
    password goes over an unencrypted connection to this machine alone. Raises `ReportError` that
    names the server, and never its password.
    """
    server = server_of(url)
    try:
        with _connected(server) as connection:
            return _in_words(connection.send_message(message))
    except smtplib.SMTPAuthenticationError as error:
        raise ReportError(
            f"{_name(server)} does not accept the user or password in BIO_SMTP_URL"
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise ReportError(
            f"{_name(server)} refused {refused_text(_in_words(error.recipients))}"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise ReportError(
            f"{_name(server)} refused the report: {error.smtp_code} {_said(error.smtp_error)}"
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise ReportError(
            f"the certificate of {_name(server)} cannot be trusted, so nothing was sent: "
            f"{error.verify_message}; check the host in BIO_SMTP_URL, or name your own authority's "
            "certificate in SSL_CERT_FILE"
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise ReportError(
            f"the report could not be sent by {_name(server)}: {error}; check BIO_SMTP_URL"
        ) from error


def refused_text(refused: Mapping[str, str]) -> str:
    """`ada@example.org (550 no such user), bob@example.org (…)`."""
    return ", ".join(f"{recipient} ({answer})" for recipient, answer in refused.items())


def _in_words(refused: Mapping[str, tuple[int, bytes]]) -> dict[str, str]:
    return {recipient: f"{code} {_said(answer)}" for recipient, (code, answer) in refused.items()}


def server_of(url: SecretStr) -> SplitResult:
    """The parts of the address; raises `ReportError` when it is none of a mail server."""
    server = urlsplit(url.get_secret_value())
    try:
        port = server.port
    except ValueError:
        port = 0
    if server.scheme not in PORTS or not server.hostname or port == 0:
        raise ReportError(
            "BIO_SMTP_URL is no address of a mail server, such as "
            "smtp://user:password@mail.example:587"
        )
    return server


@contextmanager
def _connected(server: SplitResult) -> Iterator[smtplib.SMTP]:
    host, port, context = (
        server.hostname or "",
        server.port or PORTS[server.scheme],
        ssl.create_default_context(),
    )
    encrypted = server.scheme == "smtps"
    made = (
        smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
        if encrypted
        else _plain(host, port)
    )
    with made as connection:
        connection.ehlo()
        if not encrypted and connection.has_extn("starttls"):
            connection.starttls(context=context)
            encrypted = True
        if server.username:
            _log_in(connection, server, encrypted or host in THIS_MACHINE)
        yield connection


def _plain(host: str, port: int) -> smtplib.SMTP:
    return smtplib.SMTP(host, port, timeout=SECONDS)


def _log_in(connection: smtplib.SMTP, server: SplitResult, is_safe: bool) -> None:
    if not is_safe:
        raise ReportError(
            f"{_name(server)} offers no encryption, so the password was not sent; use smtps://"
        )
    connection.login(unquote(server.username or ""), unquote(server.password or ""))


def _name(server: SplitResult) -> str:
    return f"{server.hostname}:{server.port or PORTS[server.scheme]}"


def _said(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
