"""SQLite files of a home: which are damaged, and how one that is in use is copied whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake.sqlite_connections import address_for_reading
from bio_lakehouse.lake.store_errors import is_unwritable, store_named


def check_database(path: Path, *, thoroughly: bool = False) -> None:
    """Raise `DamagedFile` unless `path` is a whole SQLite file, or not there.

    Only its tables are looked at unless `thoroughly`, which reads all of it and takes no empty
    file for one that somebody is about to fill.
    """
    if not path.exists():
        return
    if thoroughly and path.stat().st_size == 0:
        raise DamagedFile.at(path, "it is empty")
    with store_named(path), closing(sqlite3.connect(path, timeout=30)) as db:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0] if thoroughly else "ok"
    if found != "ok":
        raise DamagedFile.at(path, found)


def check_writable(path: Path) -> None:
    """Raise `StoreError` unless a change of the SQLite file at `path` could begin, or it is not
    there."""
    if path.exists():
        with store_named(path), closing(sqlite3.connect(path, timeout=30)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.rollback()


def copy_database(source: Path, target: Path) -> None:
    """A copy of a database as it is at one moment, whoever writes to it meanwhile; also of one that
    can be read alone."""
    with store_named(source), closing(sqlite3.connect(target)) as new:
        try:
            _copy(sqlite3.connect(source, timeout=30), new)
        except sqlite3.Error as error:
            address = address_for_reading(source) if is_unwritable(error) else None
            if address is None:
                raise
            _copy(sqlite3.connect(address, uri=True), new)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    with closing(source):
        source.backup(target)
