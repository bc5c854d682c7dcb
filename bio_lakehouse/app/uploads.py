"""Files that a person drops on the page, on their way to landing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake.landing import safe_name
from bio_lakehouse.numbers import bytes_text

MOST_FILES = 50
MOST_BYTES = 512 << 20
"""Of all files that are brought in at once: they are kept in memory until then."""


class Upload(Protocol):
    """What of an uploaded file is needed."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    def getbuffer(self) -> memoryview: ...


def set_down(uploads: Sequence[Upload]) -> tuple[TemporaryDirectory[str], list[str]]:
    """Write uploads into a folder of their own, and their paths in it; `bio-lakehouse ingest` takes
    it from there.

    Each has a folder to itself, so that two of one name stay two. `LandingError` when they are too
    many or too large together; nothing is written then.
    """
    refuse_too_much(uploads)
    folder = TemporaryDirectory(prefix="bio-lakehouse-")
    paths = []
    for number, upload in enumerate(uploads):
        path = Path(folder.name, str(number), safe_name(upload.name))
        path.parent.mkdir()
        path.write_bytes(upload.getbuffer())
        paths.append(str(path))
    return folder, paths


def refuse_too_much(uploads: Sequence[Upload]) -> None:
    size = sum(upload.size for upload in uploads)
    if len(uploads) > MOST_FILES or size > MOST_BYTES:
        raise LandingError(
            f"{len(uploads):,} files of {bytes_text(size)} are more than the page takes at once "
            f"({MOST_FILES} files, {bytes_text(MOST_BYTES)}): bring in fewer, or use `bio-lakehouse"
            " ingest FOLDER`"
        )
