"""Zips, one file inside at a time: what cannot be unpacked costs itself alone, and nothing is
unpacked to disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.numbers import bytes_text
from bio_lakehouse.sources.contents import AnyContent, Content
from bio_lakehouse.sources.file_limits import AT_ONCE, LARGEST_FILE

LARGEST_ARCHIVE = 2 << 30
"""Bytes to which a zip may unpack."""
MOST_MEMBERS = 10_000
MOST_TIMES_PACKED = 200
"""How many times its packed size a large file may unpack to; exports do not reach 50."""
LARGE = 16 << 20
READ_AT_ONCE = 1 << 20
ENCRYPTED = 0x1
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    IndexError,
    OSError,
)
"""What the standard library raises over zips that are torn or were made to hurt."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a zip. No two have the same `name`: a second of one name gets ` (2)`."""

    name: str
    info: zipfile.ZipInfo

    @property
    def size(self) -> int:
        return self.info.file_size


class Archive:
    """An open zip."""

    def __init__(self, file: zipfile.ZipFile, reopen: Callable[[], zipfile.ZipFile]) -> None:
        self._file = file
        self._reopen = reopen
        self.members = _named(file.infolist())

    @property
    def unpacked_size(self) -> int:
        return sum(member.size for member in self.members)

    def content(self, member: Member) -> AnyContent:
        """All of a member: its bytes, or what unpacks it anew where it is large."""
        _refuse(member)
        if member.size <= AT_ONCE:
            return self.read(member)
        reopen = self._reopen
        return Content(member.size, lambda: _Unpacked(reopen(), member))

    def read(self, member: Member, size: int | None = None) -> bytes:
        """The first `size` bytes of a member (all of it); `UnsupportedFile` says why it cannot be
        unpacked."""
        _refuse(member)
        wanted = member.size if size is None else min(size, member.size)
        content = bytearray()
        try:
            with self._file.open(member.info) as stream:
                while len(content) < wanted and (part := stream.read(READ_AT_ONCE)):
                    content += part
                if size is None:
                    stream.read(1)
        except BROKEN as error:
            raise UnsupportedFile(
                f"{member.name} cannot be unpacked ({error}); download it again"
            ) from error
        return bytes(content[:wanted])


class _Unpacked(io.BytesIO):
    """A member as a file that is read; `UnsupportedFile` where it cannot be unpacked."""

    def __init__(self, file: zipfile.ZipFile, member: Member) -> None:
        super().__init__()
        self._zip, self._member = file, member
        self._stream = file.open(member.info)

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._member.size if size is None or size < 0 else size
        content = bytearray()
        try:
            while len(content) < wanted and (part := self._stream.read(wanted - len(content))):
                content += part
        except BROKEN as error:
            raise UnsupportedFile(
                f"{self._member.name} cannot be unpacked ({error}); download it again"
            ) from error
        return bytes(content)

    def close(self) -> None:
        self._stream.close()
        self._zip.close()
        super().close()


@contextmanager
def open_archive(source: Path | AnyContent, name: str) -> Iterator[Archive]:
    """The zip at a path or as a content; `UnsupportedFile`, which names it, when it is torn or
    holds too much."""

    def reopen() -> zipfile.ZipFile:
        if isinstance(source, Path):
            return zipfile.ZipFile(source)
        return zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source.open())

    try:
        file = reopen()
        archive = Archive(file, reopen)
    except BROKEN as error:
        raise UnsupportedFile(
            f"{name}: the zip cannot be unpacked ({error}); download it again"
        ) from error
    with file:
        if len(archive.members) > MOST_MEMBERS or archive.unpacked_size > LARGEST_ARCHIVE:
            raise UnsupportedFile(
                f"{name}: the zip holds more than {MOST_MEMBERS:,} files or "
                f"{bytes_text(LARGEST_ARCHIVE)}, which no export does; unpack it and bring in the "
                "files that you need"
            )
        yield archive


def looks_like_archive(head: bytes) -> bool:
    """Whether the first bytes of a file are a zip's."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _named(infos: list[zipfile.ZipInfo]) -> list[Member]:
    """The files, sorted by name; what is hidden and folders are left out."""
    shown = [info for info in infos if not info.is_dir() and not _is_hidden(info.filename)]
    given = {info.filename for info in shown}
    named: dict[str, Member] = {}
    for info in sorted(shown, key=lambda info: info.filename):
        name, times = info.filename, 1
        while name in named or (times > 1 and name in given):
            times += 1
            path = PurePosixPath(info.filename)
            name = f"{info.filename.removesuffix(path.suffix)} ({times}){path.suffix}"
        named[name] = Member(name, info)
    return list(named.values())


def _is_hidden(name: str) -> bool:
    return PurePosixPath(name).name.startswith(".")


def _refuse(member: Member) -> None:
    if member.info.flag_bits & ENCRYPTED:
        raise UnsupportedFile(
            f"{member.name} is encrypted; unpack the zip with its password and bring in the files"
        )
    if member.info.compress_type not in METHODS:
        raise UnsupportedFile(
            f"{member.name} is packed in a way that no export is; unpack the zip first"
        )
    if member.size > LARGEST_FILE:
        raise UnsupportedFile(
            f"{member.name} unpacks to {bytes_text(member.size)}; the most that is read is "
            f"{bytes_text(LARGEST_FILE)}. Take an export of fewer days"
        )
    if member.size > max(LARGE, MOST_TIMES_PACKED * member.info.compress_size):
        raise UnsupportedFile(
            f"{member.name} unpacks to {bytes_text(member.size)}, more than {MOST_TIMES_PACKED} "
            "times its packed size, as no export does; download it again"
        )
