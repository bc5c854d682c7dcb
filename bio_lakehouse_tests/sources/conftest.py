"""What the parser tests share: a lake's context, a parse, the real samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bio_lakehouse.sources import parse
from bio_lakehouse.sources.records import ParseContext, ParsedFile

SHARED = Path(__file__).parents[3] / "shared"
CONTEXT = ParseContext(ZoneInfo("America/Los_Angeles"), date(2015, 1, 1), date(2026, 7, 15))

Read = Callable[..., ParsedFile]


@pytest.fixture(scope="session")
def context() -> ParseContext:
    """A lake in Los Angeles with partitions from 2015-01-01 to 2026-07-15."""
    return CONTEXT


@pytest.fixture(scope="session")
def read() -> Read:
    """`read(text, name="file.csv", dataset=…, fetch=…)` parses text or bytes in that lake."""

    def read_file(content: str | bytes, name: str = "file", **changes: Any) -> ParsedFile:
        raw = content if isinstance(content, bytes) else content.encode()
        parsed = parse(name, raw, replace(CONTEXT, **changes))
        assert parsed.row_count == len(parsed.records) + parsed.rejected_count
        return parsed

    return read_file


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real samples and specifications beside the project; skips without it."""
    if not SHARED.exists():
        pytest.skip("the shared folder is not here")
    return SHARED
