"""Whether a home's owner has said that aggregates may go to Claude. A key in the environment is no
yes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bio_lakehouse import whole_files

FILE = "claude-consent.txt"
ALLOWED = "allowed"
REFUSED = "refused"


def claude_consent(home: Path) -> bool | None:
    """What was answered in this home; None before anybody was asked."""
    try:
        answer = (home / FILE).read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return False
    return answer.startswith(f"{ALLOWED} ") if answer.strip() else None


def record_claude_consent(home: Path, allowed: bool) -> Path:
    """Keep the answer, which counts for every report from now on; the file it is in."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home / FILE
    answer = ALLOWED if allowed else REFUSED
    whole_files.write_text(path, f"{answer} on {datetime.now(UTC):%Y-%m-%d}\n")
    return path
