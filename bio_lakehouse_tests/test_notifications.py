"""Messages reach a real receiver on this machine, and a channel that fails neither raises nor leaks its URL."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.notifications import notify
from bio_lakehouse.settings import Settings


class Receiver(BaseHTTPRequestHandler):
    received: list[dict[str, str]] = []  # noqa: RUF012 - the server's one test at a time
    status = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.received.append(json.loads(self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Receiver.received.clear()
    Receiver.status = 200
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"json://user:hunter2@127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_a_message_reaches_every_channel(address: str) -> None:
    settings = Settings(notify_urls=f"{address}one {address}two")  # type: ignore[arg-type]
    assert notify(settings, "Report is ready", "Week to 2026-03-01")
    assert [(message["title"], message["message"]) for message in Receiver.received] == [
        ("Report is ready", "Week to 2026-03-01")
    ] * 2


def test_a_channel_that_fails_is_logged_without_its_secrets(address: str, caplog: pytest.LogCaptureFixture) -> None:
    Receiver.status = 500
    with caplog.at_level(logging.WARNING, "bio_lakehouse"):
        assert not notify(Settings(notify_urls=address), "Title", "Body")  # type: ignore[arg-type]
    assert "did not reach" in caplog.text
    assert "hunter2" not in "".join(record.getMessage() for record in caplog.records if "bio_lake" in record.name)


def test_without_channels_nothing_is_sent() -> None:
    assert not notify(Settings(), "Title", "Body")


def test_a_url_that_names_no_channel_is_a_setting_at_fault_and_is_not_shown() -> None:
    with pytest.raises(SettingsError, match="BIO_NOTIFY_URLS: entry 1") as raised:
        notify(Settings(notify_urls="nonsense-hunter2"), "Title", "Body")  # type: ignore[arg-type]
    assert "hunter2" not in str(raised.value)
