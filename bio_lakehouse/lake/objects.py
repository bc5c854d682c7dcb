"""Objects under keys: a folder on this machine, or anything else that speaks the same few words."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

from bio_lakehouse.errors import LandingError

WRITERS = 4


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a listing says of one object: key, size in bytes, when it was last written (UTC), and its content's tag.

    Two contents never have the same tag: it is S3's ETag, or a file's time to the nanosecond with its size.
    """

    key: str
    size: int
    modified: datetime
    tag: str


class ObjectStore(Protocol):
    """Whole objects by key; keys are `/`-separated and never start with one."""

    def list(self, prefix: str) -> Iterator[ObjectInfo]: ...
    def info(self, key: str) -> ObjectInfo: ...
    def exists(self, key: str) -> bool: ...
    def get(self, key: str) -> bytes: ...
    def put(self, key: str, content: bytes) -> None: ...
    def put_many(self, contents: Mapping[str, bytes]) -> None: ...
    def delete(self, key: str) -> None: ...
    def uri(self, key: str) -> str: ...
    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]: ...
    def find_many(self, keys: Iterable[str]) -> dict[str, bytes]: ...


class FolderStore:
    """Objects as files below `root`; a put is atomic, so that no reader ever sees half a file."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts:
            raise LandingError(f"{key!r} is no key of this store")
        return self.root.joinpath(*parts)

    def uri(self, key: str) -> str:
        return self.path(key).as_uri()

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects below the folder `prefix`, folder by folder; hidden files and half-written ones are left out.

        A link to a folder counts as one. None when there is no such folder; `LandingError` when it cannot be read.
        """
        visited: set[Path] = set()
        for folder, folders, names in os.walk(
            self.root / prefix, onerror=_refuse_unreadable, followlinks=True
        ):
            place = Path(folder).resolve()
            if place in visited:
                folders.clear()
                continue
            visited.add(place)
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            start = Path(folder).relative_to(self.root).as_posix()
            for name in sorted(name for name in names if not name.startswith(".")):
                with suppress(FileNotFoundError):
                    yield _info(f"{start}/{name}", Path(folder, name))

    def info(self, key: str) -> ObjectInfo:
        """What is known of the file `key`; `LandingError` when it is not there."""
        try:
            return _info(key, self.path(key))
        except FileNotFoundError:
            raise LandingError(f"{self.path(key)} is not there any more") from None

    def exists(self, key: str) -> bool:
        return self.path(key).is_file()

    def get(self, key: str) -> bytes:
        try:
            return self.path(key).read_bytes()
        except OSError as error:
            raise LandingError(f"{self.path(key)} cannot be read: {error.strerror}") from error

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        return {key: self.get(key) for key in keys}

    def find_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The contents of those of `keys` that are there."""
        return {key: self.get(key) for key in keys if self.exists(key)}

    def put(self, key: str, content: bytes) -> None:
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def put_many(self, contents: Mapping[str, bytes]) -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(self.put, contents, contents.values()))

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)


def _info(key: str, path: Path) -> ObjectInfo:
    try:
        stat = path.stat()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(error) from error
    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
    return ObjectInfo(key, stat.st_size, modified, f"{stat.st_mtime_ns}-{stat.st_size}")


def _refuse_unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise _unreadable(error)


def _unreadable(error: OSError) -> LandingError:
    return LandingError(
        f"{error.filename} cannot be read: {error.strerror}. Check its rights and its disk."
    )


def checksum(content: bytes) -> str:
    """The SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
