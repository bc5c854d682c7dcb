"""Folders of this machine: every file below one, and whatever lies there that is no file to
read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOT_UTF8 = "its name is not UTF-8: rename it"
NO_FILE = "it is a pipe, a socket or a device, and no file: give the file that it should be"
BROKEN_LINK = "it is a link to nothing: give the file itself"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file and what the system says of it."""

    path: Path
    stat: os.stat_result


@dataclass(frozen=True, slots=True)
class NoFile:
    """What is no file that can be read, and why; `error` where the system refused."""

    path: Path
    reason: str
    error: OSError | None = None


def files_below(folder: Path) -> Iterator[FoundFile | NoFile]:
    """Everything below `folder`, folder by folder; hidden names are left out.

    A link to a folder counts as one, once. Nothing when there is no such folder.
    """
    visited: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            identity = place.stat()
            if (identity.st_dev, identity.st_ino) in visited:
                continue
            visited.add((identity.st_dev, identity.st_ino))
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            yield _refused(place, error)
            continue
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        waiting += [Path(entry.path) for entry in reversed(shown) if _is_folder(entry)]
        for entry in shown:
            if not _is_folder(entry):
                yield from file_at(Path(entry.path))


def file_at(path: Path) -> Iterator[FoundFile | NoFile]:
    """What lies at `path`; nothing when it has gone meanwhile."""
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            yield NoFile(path, BROKEN_LINK)
    except OSError as error:
        yield _refused(path, error)
    else:
        yield FoundFile(path, found) if stat.S_ISREG(found.st_mode) else NoFile(path, NO_FILE)


def printable(name: str) -> str:
    """A name as it can be printed and kept: bytes that are not UTF-8 and control characters
    escaped."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def is_utf8(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _refused(path: Path, error: OSError) -> NoFile:
    return NoFile(path, f"it cannot be read: {refusal_of(error)}", error)


def refusal_of(error: OSError) -> str:
    """Why the system does not let a file be read, and what to do."""
    return f"{error.strerror}. Check its rights and its disk"
