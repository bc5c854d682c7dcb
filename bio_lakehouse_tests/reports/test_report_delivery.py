"""A made report goes once to each place that is named: a folder, S3, a mailbox behind a real SMTP
server."""

from __future__ import annotations

import email
import socket
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from moto import mock_aws
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.errors import ReportError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.delivery import deliver
from bio_lakehouse.reports.mail import send
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.kept_home import kept

SUNDAY = date(2025, 11, 16)
PASSWORD = "s3cr:t/pass"


class Mailbox:
    """An SMTP handler that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.refusal = ""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        message = email.message_from_bytes(envelope.original_content, policy=policy.default)
        self.received.append((envelope.rcpt_tos, message))
        return "250 OK"


def authenticated(_: Any, __: Any, ___: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(
        success=(data.login, data.password) == (b"me", PASSWORD.encode()), handled=False
    )


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp_url(mailbox: Mailbox) -> Iterator[str]:
    options = {
        "authenticator": authenticated,
        "auth_require_tls": False,
        "auth_exclude_mechanism": ["LOGIN"],
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of two users with a page each."""
    home = tmp_path_factory.mktemp("delivery") / "home"
    lake = lake_in(home)
    days = [SUNDAY - timedelta(days=back) for back in range(3)]
    rows = [
        {"user_id": user, "day": day, "readiness_score": 80}
        for user in ("ada", "me")
        for day in days
    ]
    lake.tables.replace(DAILY, pa.Table.from_pylist(rows), days[-1], SUNDAY)
    build_for_report(lake, SUNDAY)
    for user in ("ada", "me"):
        composition.make(lake, user, SUNDAY)
    return home


def lake_in(home: Path, **settings: Any) -> Lakehouse:
    chosen = {
        "mail_from": "lake@example.org",
        "mail_to": ("me@example.org",),
        "browser": "/nowhere/chrome",
    }
    return Lakehouse.open(
        load_settings(home=home, timezone="UTC", today_override=SUNDAY, **(chosen | settings))
    )


@pytest.fixture
def make_lake(built: Path) -> Iterator[Callable[..., Lakehouse]]:
    """The lake as it was built, with settings of a test's own."""
    with kept(built):
        yield partial(lake_in, built)


def test_a_folder_gets_the_page_once(make_lake: Callable[..., Lakehouse], tmp_path: Path) -> None:
    target = str(tmp_path / "out")
    lake = make_lake(report_delivery=(target,))
    copy = tmp_path / "out" / "me" / "weekly-2025-11-16.html"
    assert deliver(lake, "me", SUNDAY) == [f"{target}: {copy}"]
    assert copy.read_bytes() == lake.objects.get(report_key("me", SUNDAY))
    copy.unlink()
    assert deliver(lake, "me", SUNDAY) == [f"{target}: delivered before"]
    assert not copy.exists()
    lake.objects.put(report_key("me", SUNDAY), b"<html>renewed")
    deliver(lake, "me", SUNDAY)
    assert copy.read_bytes() == b"<html>renewed"


def test_s3_gets_the_page_as_html(
    make_lake: Callable[..., Lakehouse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="reports")
        lake = make_lake(report_delivery=("s3://reports/weekly/",))
        assert deliver(lake, "me", SUNDAY) == [
            "s3://reports/weekly/: s3://reports/weekly/me/weekly-2025-11-16.html"
        ]
        stored = client.get_object(Bucket="reports", Key="weekly/me/weekly-2025-11-16.html")
        assert stored["ContentType"] == "text/html; charset=utf-8"
        assert stored["Body"].read() == lake.objects.get(report_key("me", SUNDAY))
        with pytest.raises(
            ReportError,
            match=r"s3://nobody/x: s3://nobody/x/me/weekly-2025-11-16.html cannot be written",
        ):
            deliver(make_lake(report_delivery=("s3://nobody/x",)), "me", SUNDAY)


def test_s3_gets_the_page_from_the_client_of_the_lake(
    make_lake: Callable[..., Lakehouse], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (("ACCESS_KEY_ID", "k"), ("SECRET_ACCESS_KEY", "s")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    endpoint = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="reports")
    try:
        lake = make_lake(report_delivery=("s3://reports/weekly",), s3_endpoint_url=endpoint)
        deliver(lake, "me", SUNDAY)
        stored = client.get_object(Bucket="reports", Key="weekly/me/weekly-2025-11-16.html")
        assert stored["ContentType"] == "text/html; charset=utf-8"
    finally:
        server.stop()


def test_mail_goes_to_the_person_whose_report_it_is(
    make_lake: Callable[..., Lakehouse], mailbox: Mailbox, smtp_url: str
) -> None:
    lake = make_lake(report_delivery=("mail",), smtp_url=smtp_url)
    assert deliver(lake, "me", SUNDAY) == ["mail: sent to me@example.org"]
    assert deliver(lake, "me", SUNDAY) == ["mail: delivered before"]
    ((recipients, message),) = mailbox.received
    assert recipients == ["me@example.org"]
    assert message["From"] == "lake@example.org"
    assert "Readiness: 80" in message.get_body(("plain",)).get_content()
    assert "<h1" in message.get_body(("html",)).get_content()
    with pytest.raises(
        ReportError, match=r"set BIO_MAIL_FROM and `mail_to` under \[ada\] in users.toml"
    ):
        deliver(lake, "ada", SUNDAY)
    assert len(mailbox.received) == 1
    (lake.settings.home / "users.toml").write_text('[ada]\nmail_to = ["ada@example.org"]\n')
    assert deliver(make_lake(report_delivery=("mail",), smtp_url=smtp_url), "ada", SUNDAY) == [
        "mail: sent to ada@example.org"
    ]


def test_a_refused_recipient_is_named_and_the_others_get_theirs_once(
    make_lake: Callable[..., Lakehouse], mailbox: Mailbox, smtp_url: str
) -> None:
    people = ("me@example.org", "nobody@example.org")
    lake = make_lake(report_delivery=("mail",), smtp_url=smtp_url, mail_to=people)
    assert deliver(lake, "me", SUNDAY) == [
        "mail: sent to me@example.org; refused: nobody@example.org (550 5.1.1 no such user)"
    ]
    assert deliver(lake, "me", SUNDAY) == ["mail: delivered before"]
    assert [recipients for recipients, _ in mailbox.received] == [["me@example.org"]]


def test_one_target_that_fails_keeps_none_of_the_others(
    make_lake: Callable[..., Lakehouse], mailbox: Mailbox, smtp_url: str, tmp_path: Path
) -> None:
    mailbox.refusal = "554 5.7.1 Message rejected as spam"
    lake = make_lake(report_delivery=("mail", str(tmp_path / "out")), smtp_url=smtp_url)
    with pytest.raises(
        ReportError, match=r"mail: 127.0.0.1:\d+ refused the report: 554 5.7.1 Message rejected"
    ):
        deliver(lake, "me", SUNDAY)
    assert (tmp_path / "out" / "me" / "weekly-2025-11-16.html").exists()
    mailbox.refusal = ""
    assert deliver(lake, "me", SUNDAY)[0] == "mail: sent to me@example.org"


def test_delivery_says_what_is_missing(make_lake: Callable[..., Lakehouse]) -> None:
    with pytest.raises(ReportError, match="BIO_REPORT_DELIVERY does not say where"):
        deliver(make_lake(), "me", SUNDAY)
    with pytest.raises(ReportError, match="there is no report of 'me' up to 2025-11-09"):
        deliver(make_lake(), "me", SUNDAY - timedelta(days=7))
    with pytest.raises(ReportError, match="BIO_SMTP_URL is no address of a mail server"):
        deliver(make_lake(report_delivery=("mail",)), "me", SUNDAY)


def message() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "lake@example.org", "me@example.org", "Week"
    made.set_content("Readiness averaged 80.")
    return made


def test_a_password_with_any_characters_opens_the_mailbox(mailbox: Mailbox, smtp_url: str) -> None:
    send(message(), SecretStr(smtp_url.replace("smtp://", "smtp://me:s3cr%3At%2Fpass@")))
    assert len(mailbox.received) == 1


@pytest.mark.parametrize("url", ["", "http://host", "smtp://", "smtp://host:port"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ReportError, match="BIO_SMTP_URL is no address of a mail server"):
        send(message(), SecretStr(url))


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(
        ReportError, match=r"could not be sent by 127.0.0.1:1: .*check BIO_SMTP_URL"
    ):
        send(message(), SecretStr("smtp://127.0.0.1:1"))
