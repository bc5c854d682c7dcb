"""What a file system or SQLite says when it cannot go on, as a sentence that names the file and the
next step."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bio_lakehouse.errors import BioLakehouseError, DamagedFile, StoreError

FULL = "the disk is full or a limit of its owner is reached"
FREE_SPACE = "free some space and run the same again; what had arrived is kept"
CHECK_RIGHTS = "check who owns it, its rights, and whether its disk can be written"
CHECK_DISK = "check the disk, then run the same again"
WAIT = "wait until the other program has ended, or end it, and run the same again"

OF_SYSTEM = {
    errno.ENOSPC: (FULL, FREE_SPACE),
    errno.EDQUOT: (FULL, FREE_SPACE),
    errno.EFBIG: (FULL, FREE_SPACE),
    errno.EACCES: ("access is denied", CHECK_RIGHTS),
    errno.EPERM: ("access is denied", CHECK_RIGHTS),
    errno.EROFS: ("its disk is read-only", CHECK_RIGHTS),
    errno.EIO: ("the disk does not answer", CHECK_DISK),
}
OF_SQLITE = {
    sqlite3.SQLITE_FULL: (FULL, FREE_SPACE),
    sqlite3.SQLITE_BUSY: ("it is locked by another program", WAIT),
    sqlite3.SQLITE_LOCKED: ("it is locked by another program", WAIT),
    sqlite3.SQLITE_READONLY: ("it is read-only", CHECK_RIGHTS),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", CHECK_RIGHTS),
    sqlite3.SQLITE_PERM: ("access is denied", CHECK_RIGHTS),
    sqlite3.SQLITE_IOERR: ("the disk does not answer, or is full", CHECK_DISK),
}
NO_ROOM = 1 << 20
"""Bytes; with fewer left no database can be written, or read by who must write beside it."""
SAID_OF_FULL_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
"""What SQLite says too where it has no room for the files beside a database, or has it open to be
read alone for that."""
UNWRITABLE = (*SAID_OF_FULL_DISK, sqlite3.SQLITE_FULL)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
PRIMARY_CODE = 0xFF
"""The part of SQLite's error codes that names the kind."""


@contextmanager
def store_named(path: Path) -> Iterator[None]:
    """Trouble with files inside becomes `StoreError`, or `DamagedFile`, that names `path`.

    An error that names a file itself keeps that name; one that is not about files goes on.
    """
    try:
        yield
    except BioLakehouseError:
        raise
    except Exception as error:
        explained = explain(error, path)
        if explained:
            raise explained from error
        raise


def explain(error: BaseException, path: Path) -> StoreError | None:
    """`error`, or what it came from, as a sentence about its file (`path` when it names none)."""
    for cause in causes(error):
        if isinstance(cause, StoreError):
            return cause
        if isinstance(cause, sqlite3.Error):
            return _of_sqlite(cause, path)
        if isinstance(cause, OSError) and cause.errno in OF_SYSTEM:
            what, next_step = OF_SYSTEM[cause.errno]
            return StoreError(f"{cause.filename or path}: {what}; {next_step}.")
    return None


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error` and, one after the other, the errors that it came from."""
    while error is not None:
        yield error
        original = getattr(error, "orig", None)
        error = original if isinstance(original, BaseException) else _before(error)


def _before(error: BaseException) -> BaseException | None:
    return error.__cause__ or error.__context__


def _of_sqlite(error: sqlite3.Error, path: Path) -> StoreError | None:
    if is_damage(error):
        return DamagedFile.at(path, error)
    found = sqlite_trouble(error, path)
    if found:
        what, next_step = found
        return StoreError(f"{path}: {what}; {next_step}.")
    return None


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is no whole database."""
    return _kind_of(error) in DAMAGED


def is_unwritable(error: BaseException | None) -> bool:
    """Whether SQLite says that a file, or what belongs beside it, cannot be written."""
    return isinstance(error, sqlite3.Error) and _kind_of(error) in UNWRITABLE


def sqlite_trouble(error: sqlite3.Error, path: Path) -> tuple[str, str] | None:
    """What keeps SQLite from a whole file at `path`, and what to do; None for anything else."""
    kind = _kind_of(error)
    if kind in SAID_OF_FULL_DISK and is_full(path):
        kind = sqlite3.SQLITE_FULL
    return OF_SQLITE.get(kind)


def _kind_of(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & PRIMARY_CODE


def require_room(folder: Path) -> None:
    """Raise `StoreError` where the disk of `folder` has no room left."""
    if is_full(folder):
        raise StoreError(f"{folder}: {FULL}; {FREE_SPACE}.")


def is_full(path: Path) -> bool:
    """Whether the disk of `path`, which need not be there, has no room left."""
    try:
        folder = next(one for one in (path, *path.parents) if one.exists())
        return shutil.disk_usage(folder).free < NO_ROOM
    except OSError:
        return False
