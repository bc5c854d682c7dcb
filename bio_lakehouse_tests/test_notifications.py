"""Messages reach a real receiver on this machine, and a channel that fails neither raises nor leaks
its URL."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.notifications import notify
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_a_message_reaches_every_channel(receiver: Receiver) -> None:
    settings = Settings(notify_urls=f"{receiver.url}one {receiver.url}two")  # type: ignore[arg-type]
    assert notify(settings, "Report is ready", "Week to 2026-03-01")
    assert receiver.notices == [("Report is ready", "Week to 2026-03-01")] * 2


def test_a_channel_that_fails_is_logged_without_its_secrets(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = 500
    with caplog.at_level(logging.WARNING, "bio_lakehouse"):
        assert not notify(Settings(notify_urls=receiver.url), "Title", "Body")  # type: ignore[arg-type]
    assert "did not reach" in caplog.text
    assert "hunter2" not in "".join(
        record.getMessage() for record in caplog.records if "bio_lake" in record.name
    )


def test_without_channels_nothing_is_sent() -> None:
    assert not notify(Settings(), "Title", "Body")


def test_a_url_that_names_no_channel_is_a_setting_at_fault_and_is_not_shown() -> None:
    with pytest.raises(SettingsError, match="BIO_NOTIFY_URLS: entry 1") as raised:
        notify(Settings(notify_urls="nonsense-hunter2"), "Title", "Body")  # type: ignore[arg-type]
    assert "hunter2" not in str(raised.value)
