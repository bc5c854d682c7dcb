"""The log of questions in a home: when one was asked, how long it took, by which way it was
answered and what a language model used up. Never the question, its SQL or a row."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.lake.objects import write_atomically

FILE = "ask-log.jsonl"
LARGEST = 2**20
"""Bytes from which on the older half is dropped."""


def note(home: Path, answer: Answer) -> None:
    """Add a line about an answer; where nothing can be written there is none."""
    line = json.dumps(_about(answer)) + "\n"
    with suppress(OSError):
        path = home / FILE
        if path.exists() and path.stat().st_size > LARGEST:
            _drop_older_half(path)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(line.encode())


def _about(answer: Answer) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "milliseconds": int(answer.seconds * 1000),
        "why": answer.why,
        "source": answer.source,
        "shape": answer.plan.shape if answer.plan else None,
        "rows": answer.rows.num_rows if answer.rows is not None else None,
        "is_cached": answer.is_cached,
        "model": answer.model or None,
        "tokens": answer.usage.total,
        "cost_usd": answer.cost_usd,
    }


def _drop_older_half(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    write_atomically(path, b"".join(lines[len(lines) // 2 :]))
