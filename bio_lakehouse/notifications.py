"""Messages to a person through Apprise: e-mail, Slack, WhatsApp and a hundred others, each a URL in
a setting."""

from __future__ import annotations

import logging

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.settings import Settings

LOG = logging.getLogger(__name__)


def notify(settings: Settings, title: str, body: str) -> bool:
    """Send a message to every channel of `BIO_NOTIFY_URLS`; False when there is none, or one could
    not be reached.

    A channel that fails never fails what it reports on: that is logged, without the URL, which
    holds secrets. Raises `SettingsError` for a URL that names no channel.
    """
    if not settings.notify_urls:
        return False
    import apprise

    channels = apprise.Apprise()
    for number, url in enumerate(settings.notify_urls, start=1):
        if not channels.add(url.get_secret_value()):
            raise SettingsError(
                f"BIO_NOTIFY_URLS: entry {number} is no notification URL; see https://appriseit.com"
            )
    sent = bool(channels.notify(title=title, body=body))
    if not sent:
        LOG.warning("A notification (%s) did not reach every channel of BIO_NOTIFY_URLS", title)
    return sent
