"""SQLite files of a home: which are damaged, and how one that is in use is copied whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bio_lakehouse.errors import DamagedFile

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
PRIMARY_CODE = 0xFF
"""The part of SQLite's error codes that names the kind."""


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """What SQLite says of a damaged file inside becomes `DamagedFile`, which names it."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if kind_of(error) in DAMAGED:
            raise DamagedFile.at(path, error) from error
        raise


def kind_of(error: sqlite3.Error) -> int:
    """SQLite's primary error code; 0 when the error has none."""
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE


def check_database(path: Path, *, thoroughly: bool = False) -> None:
    """Raise `DamagedFile` unless `path` is a whole SQLite file, or not there.

    Only its tables are looked at unless `thoroughly`, which reads all of it.
    """
    if not path.exists():
        return
    if path.stat().st_size == 0:
        raise DamagedFile.at(path, "it is empty")
    with damage_named(path), closing(sqlite3.connect(path, timeout=30)) as db:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0] if thoroughly else "ok"
    if found != "ok":
        raise DamagedFile.at(path, found)


def copy_database(source: Path, target: Path) -> None:
    """A copy of a database as it is at one moment, whoever writes to it meanwhile."""
    with (
        damage_named(source),
        closing(sqlite3.connect(source, timeout=30)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
