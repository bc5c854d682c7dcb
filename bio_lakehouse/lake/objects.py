"""Objects under keys: a folder on this machine, or anything else that speaks the same few words."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol
from urllib.parse import unquote

from bio_lakehouse import whole_files
from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake.folders import (
    NOT_UTF8,
    NoFile,
    file_at,
    files_below,
    is_utf8,
    printable,
    refusal_of,
)
from bio_lakehouse.lake.store_errors import store_named
from bio_lakehouse.sources.contents import AnyContent, Content, opened_by
from bio_lakehouse.sources.file_limits import AT_ONCE

WRITERS = 4


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a listing says of one object: key, size in bytes, when it was last written (UTC), and
    its content's tag.

    Two contents never have the same tag: it is S3's ETag, or a file's size with its two times to
    the nanosecond, that of its content, which a copy may keep, and that of its last change here.
    """

    key: str
    size: int
    modified: datetime
    tag: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What lies in a store and is no object to read: its key as it can be printed, and why."""

    key: str
    reason: str


Chosen = Callable[[str], bool]
"""Whether the object of a key is meant."""


class ObjectStore(Protocol):
    """Whole objects by key; keys are `/`-separated and never start with one."""

    @property
    def writes_appear_whole(self) -> bool:
        """Whether nobody sees an object before all of it is there, whoever writes it."""
        ...

    def local_folder(self, prefix: str) -> Path | None:
        """The folder of this machine where the objects below `prefix` are; None for no folder."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]: ...
    def survey(self, prefix: str) -> Iterator[ObjectInfo | PassedOver]: ...
    def info(self, key: str) -> ObjectInfo: ...
    def exists(self, key: str) -> bool: ...
    def get(self, key: str) -> bytes: ...
    def head(self, key: str, size: int) -> bytes: ...
    def content(self, key: str, size: int) -> AnyContent: ...
    def put(self, key: str, content: AnyContent, modified: datetime | None = None) -> None: ...
    def publish(self, key: str, content: bytes, content_type: str) -> None: ...
    def put_many(self, contents: Mapping[str, bytes]) -> None: ...
    def delete(self, key: str) -> None: ...
    def erase(self, prefix: str, chosen: Chosen, *, is_trial: bool = False) -> int: ...
    def erase_earlier(self, start: str) -> int: ...
    def uri(self, key: str) -> str: ...
    def file_time(self, info: ObjectInfo) -> datetime: ...
    def checksum_of(self, key: str) -> str: ...
    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]: ...
    def find_many(self, keys: Iterable[str]) -> dict[str, bytes]: ...


class FolderStore:
    """Objects as files below `root`; a put is atomic, so that no reader ever sees half a file."""

    writes_appear_whole = False
    """A person's copy into the folder grows before everybody's eyes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def local_folder(self, prefix: str) -> Path:
        return self.path(prefix)

    def path(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts:
            raise LandingError(f"{key!r} is no key of this store")
        return self.root.joinpath(*parts)

    def _place(self, key: str) -> str:
        """As `path`, as text, which of very many keys is put together in a tenth of the time."""
        if {"", ".", ".."}.isdisjoint(key.split("/")):
            return f"{self.root}/{key}"
        return str(self.path(key))

    def uri(self, key: str) -> str:
        return self.path(key).as_uri()

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects below the folder `prefix`, folder by folder; hidden files and half-written ones
        are left out.

        A link to a folder counts as one. None when there is no such folder; `LandingError` when it,
        or a folder in it, cannot be read.
        """
        for found in files_below(self.root / prefix):
            if isinstance(found, NoFile):
                if found.error:
                    raise _unreadable(found.error)
                continue
            yield _info(self._key_of(found.path), found.stat)

    def survey(self, prefix: str) -> Iterator[ObjectInfo | PassedOver]:
        """As `list`, but what cannot be read or named is told and ends nothing, unless it is
        `prefix` itself."""
        told: set[Path] = set()
        for found in files_below(self.root / prefix):
            if isinstance(found, NoFile) and found.path == self.root / prefix and found.error:
                raise _unreadable(found.error)
            nameless = _nameless_part(self.root, found.path)
            if nameless and nameless not in told:
                told.add(nameless)
                yield PassedOver(printable(self._key_of(nameless)), NOT_UTF8)
            elif not nameless and isinstance(found, NoFile):
                yield PassedOver(printable(self._key_of(found.path)), found.reason)
            elif not nameless and not isinstance(found, NoFile):
                yield _info(self._key_of(found.path), found.stat)

    def _key_of(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def info(self, key: str) -> ObjectInfo:
        """What is known of the file `key`; `LandingError` when it is not there."""
        path = self.path(key)
        found = next(file_at(path), None)
        if found is None:
            raise LandingError(f"{path} is not there any more")
        if isinstance(found, NoFile):
            raise LandingError(f"{path} cannot be read: {found.reason}")
        return _info(key, found.stat)

    def exists(self, key: str) -> bool:
        """Whether there is such a file; a name that is too long for one is none."""
        return os.path.isfile(self._place(key))  # noqa: PTH113 - a Path is what takes the time

    def get(self, key: str) -> bytes:
        try:
            return self.path(key).read_bytes()
        except OSError as error:
            raise LandingError(f"{self.path(key)} cannot be read: {refusal_of(error)}") from error

    def head(self, key: str, size: int) -> bytes:
        """The first `size` bytes of an object, all of a shorter one."""
        try:
            with self.path(key).open("rb") as file:
                return file.read(size)
        except OSError as error:
            raise LandingError(f"{self.path(key)} cannot be read: {refusal_of(error)}") from error

    def content(self, key: str, size: int) -> AnyContent:
        """An object of that size: its bytes, or what opens it where it is large."""
        return self.get(key) if size <= AT_ONCE else Content(size, partial(self._open, key))

    def _open(self, key: str) -> BinaryIO:
        try:
            return self.path(key).open("rb")
        except OSError as error:
            raise LandingError(f"{self.path(key)} cannot be read: {refusal_of(error)}") from error

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        return {key: self.get(key) for key in keys}

    def find_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The contents of those of `keys` that are there."""
        return {key: self.get(key) for key in keys if self.exists(key)}

    def file_time(self, info: ObjectInfo) -> datetime:
        """When the file was last written (UTC), here or where it is a copy from."""
        return info.modified

    def checksum_of(self, key: str) -> str:
        """The SHA-256 of the content that is there."""
        return Content(0, partial(self._open, key)).checksum()

    def put(self, key: str, content: AnyContent, modified: datetime | None = None) -> None:
        """Write an object; the file's time is `modified` when that is given."""
        path = self.path(key)
        with store_named(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content, modified)

    def publish(self, key: str, content: bytes, content_type: str) -> None:
        """Write what others open; a file's name says what type it is of."""
        self.put(key, content)

    def put_many(self, contents: Mapping[str, bytes]) -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(self.put, contents, contents.values()))

    def delete(self, key: str) -> None:
        path = self.path(key)
        with store_named(path):
            path.unlink(missing_ok=True)

    def erase(self, prefix: str, chosen: Chosen, *, is_trial: bool = False) -> int:
        """Remove the chosen objects below `prefix` for good, hidden ones too, and the folders that
        are empty then; how many there were. With `is_trial` they are counted alone."""
        top = self.path(prefix)
        with store_named(top):
            found = [path for path in _everything_below(top) if chosen(self._key_of(path))]
            for path in [] if is_trial else found:
                path.unlink(missing_ok=True)
            for place, _, _ in [] if is_trial else os.walk(top, topdown=False):
                if Path(place) != top and not any(os.scandir(place)):
                    Path(place).rmdir()
        return len(found)

    def erase_earlier(self, start: str) -> int:
        """Remove earlier versions of objects: a folder keeps none."""
        return 0


def _everything_below(top: Path) -> Iterator[Path]:
    """Files of whatever name, and links to folders, which are not followed."""
    for place, folders, names in os.walk(top):
        links = [name for name in folders if Path(place, name).is_symlink()]
        yield from (Path(place, name) for name in (*names, *links))


def write_atomically(path: Path, content: AnyContent, modified: datetime | None = None) -> None:
    """Write a file whole, or leave what was there; its owner alone can read it."""
    with whole_files.replaced(path) as file:
        file.writelines(opened_by(content).chunks())
        if modified:
            file.flush()
            os.utime(file.fileno(), (modified.timestamp(), modified.timestamp()))


def _nameless_part(root: Path, path: Path) -> Path | None:
    """The first file or folder on the way from `root` to `path` whose name is not UTF-8."""
    if is_utf8(str(path)):
        return None
    way = [path, *path.parents]
    below = [part for part in way if part.is_relative_to(root) and not is_utf8(part.name)]
    return below[-1] if below else None


def _info(key: str, found: os.stat_result) -> ObjectInfo:
    tag = f"{found.st_mtime_ns}-{found.st_size}-{found.st_ctime_ns}"
    return ObjectInfo(key, found.st_size, file_time(found), tag)


def file_time(found: os.stat_result) -> datetime:
    """When a file was last written (UTC); 1970 for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(found.st_mtime, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _unreadable(error: OSError) -> LandingError:
    return LandingError(
        f"{error.filename} cannot be read: {error.strerror}. Check its rights and its disk."
    )


def place_of(objects: ObjectStore, key: str) -> str:
    """Where an object is, as a person writes it: a path, or a bucket's address."""
    uri = objects.uri(key)
    return unquote(uri.removeprefix("file://")) if uri.startswith("file://") else uri


def checksum(content: AnyContent) -> str:
    """The SHA-256 of `content` in hexadecimal."""
    if isinstance(content, Content):
        return content.checksum()
    return hashlib.sha256(content).hexdigest()
