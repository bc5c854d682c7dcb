"""The Chrome or Chromium of this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bio_lakehouse.errors import BioLakehouseError

BROWSERS = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_browser(wanted: Path | None, setting: str, error: type[BioLakehouseError]) -> Path:
    """The program of `wanted`, else of the first browser found; raises `error` about `setting` when
    there is none."""
    if wanted is not None:
        program = shutil.which(wanted)
        if program is None:
            raise error(
                f"{setting}: there is no program {wanted}; set it to your Chrome or Chromium"
            )
        return Path(program)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise error(
            f"no Chrome or Chromium was found; install one, or set {setting} to its program"
        )
    return Path(found)


def has_sandbox() -> bool:
    """Whether Chrome may use its sandbox: root cannot, as in most containers."""
    return not hasattr(os, "geteuid") or os.geteuid() != 0
