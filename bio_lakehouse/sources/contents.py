"""The bytes of a file, which may be more than fit into memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from bio_lakehouse.sources.file_limits import AT_ONCE

READ_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Content:
    """A file's size in bytes, and what opens it anew from its beginning, as often as is wanted."""

    size: int
    open: Callable[[], BinaryIO]

    @classmethod
    def of(cls, content: bytes) -> Content:
        """What is in memory already."""
        return cls(len(content), lambda: io.BytesIO(content))

    @classmethod
    def at(cls, path: Path) -> Content:
        """A file of this machine, as large as it is now."""
        return cls(path.stat().st_size, lambda: path.open("rb"))

    def head(self, size: int) -> bytes:
        """The first `size` bytes, all of a shorter file."""
        with self.open() as file:
            return file.read(size)

    def read(self) -> bytes:
        """All of it: for what is known to be small."""
        with self.open() as file:
            return file.read()

    def chunks(self) -> Iterator[bytes]:
        """All of it, a part at a time."""
        with self.open() as file:
            while chunk := file.read(READ_AT_ONCE):
                yield chunk

    def checksum(self, *more: bytes) -> str:
        """The SHA-256 of the content, with `more` after it, in hexadecimal."""
        digest = self._digest.copy()
        for chunk in more:
            digest.update(chunk)
        text: str = digest.hexdigest()
        return text

    @cached_property
    def _digest(self) -> Any:
        digest = sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest


AnyContent = bytes | Content
"""A small file's bytes, or what opens a large one."""


def content_at(path: Path) -> AnyContent:
    """A file of this machine."""
    return path.read_bytes() if path.stat().st_size <= AT_ONCE else Content.at(path)


def opened_by(content: AnyContent) -> Content:
    """The content as one that is opened, whichever it is."""
    return Content.of(content) if isinstance(content, bytes) else content
