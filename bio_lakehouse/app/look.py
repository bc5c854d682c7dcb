"""How the app looks, light and dark, and how its server behaves: Streamlit's options."""

from __future__ import annotations

from typing import Any

from bio_lakehouse.reports import palette
from bio_lakehouse.sources.file_limits import LARGEST_AT_ONCE
from bio_lakehouse.viz.theme import FONT

LARGEST_UPLOAD_MB = LARGEST_AT_ONCE >> 20


PRIMARY = "#0e7a70"
"""Of buttons, whose text is white in both modes: a contrast of 4.5 or more with it."""


def theme(colours: dict[str, str]) -> dict[str, str]:
    """Streamlit's colours of one mode, those of the report."""
    return {
        "primaryColor": PRIMARY,
        "backgroundColor": colours["paper"],
        "secondaryBackgroundColor": colours["card"],
        "textColor": colours["ink"],
        "borderColor": colours["line"],
        "linkColor": colours["readiness"],
    }


THEMES = {"light": theme(palette.LIGHT), "dark": theme(palette.DARK)}
OPTIONS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "logger.level": "error",
    "runner.magicEnabled": False,
    "server.address": "localhost",
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": LARGEST_UPLOAD_MB,
    "theme.font": FONT,
    "theme.baseRadius": "medium",
    **{
        f"theme.{mode}.{name}": colour
        for mode, colours in THEMES.items()
        for name, colour in colours.items()
    },
}
"""No telemetry, no watching of files, nothing beyond this machine."""
