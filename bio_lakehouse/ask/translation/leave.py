"""Whether a home's owner has said that questions may go to a language model, and to which.

It is a leave of its own: that for reports (`claude/consent.py`) sends other things. It is given to
an address, so that a yes to one company is no yes to another. A key in the environment is no yes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bio_lakehouse.lake.objects import write_atomically

FILE = "ask-leave.json"
ALLOWED = "allowed"
FORBIDDEN = "forbidden"


def leave_to_ask(home: Path, address: str) -> bool | None:
    """What was answered in this home about questions to `address`; None before anybody was
    asked."""
    answers = _answers(home)
    if answers is None:
        return False
    said = answers.get(address)
    return None if said is None else str(said).startswith(f"{ALLOWED} ")


def record_leave_to_ask(home: Path, address: str, allowed: bool) -> Path:
    """Keep the answer, which counts for every question from now on; the file it is in."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    answer = f"{ALLOWED if allowed else FORBIDDEN} on {datetime.now(UTC):%Y-%m-%d}"
    return _write(home, {**(_answers(home) or {}), address: answer})


def forbid_all(home: Path, address: str) -> Path:
    """Take back every leave of this home and give none to `address`; the file that says so."""
    for known in {address, *(_answers(home) or {})}:
        path = record_leave_to_ask(home, known, allowed=False)
    return path


def _answers(home: Path) -> Mapping[str, Any] | None:
    """What was answered by address; None where the file says nothing that is clear."""
    try:
        read = json.loads((home / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _write(home: Path, answers: Mapping[str, Any]) -> Path:
    path = home / FILE
    text = json.dumps(answers, indent=2, sort_keys=True) + "\n"
    # Whoever reads it meanwhile sees the answers of before: half a file would be none at all.
    write_atomically(path, text.encode())
    return path
