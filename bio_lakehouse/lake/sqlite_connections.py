"""Connections to one SQLite file, each question in a transaction of its own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bio_lakehouse.lake.store_errors import store_named

PATIENCE_S = 30
"""How long another program's change is waited for."""
CACHE_KIB = 64 * 2**10
"""Of a file that is read and changed in every corner: with SQLite's own 2 MB three hundred people's
rows took twice as long. A smaller file takes no more than its size."""


class Connections:
    """Opens the file at `path` for each question, or once for all that `together` holds.

    SQLite takes far longer to open a file and to tidy up after its last user than to answer. A
    connection is its thread's alone, and never outlives `together`: nothing of it is left when a
    process forks, or the file is replaced by another.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = threading.local()
        self._address: str | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction, written at its end; trouble with the file is `StoreError`."""
        with store_named(self.path):
            held: sqlite3.Connection | None = getattr(self._held, "connection", None)
            if held is not None:
                with held:
                    yield held
                return
            with closing(self._opened()) as connection, connection:
                yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread asks inside shares one connection; each transaction stays one."""
        if getattr(self._held, "connection", None) is not None:
            yield
            return
        with store_named(self.path):
            connection = self._opened()
        self._held.connection = connection
        try:
            yield
        finally:
            self._held.connection = None
            with store_named(self.path):
                connection.close()

    def read_alone(self) -> bool:
        """Open the file to be read alone from now on; whether it can be."""
        self._address = address_for_reading(self.path)
        return self._address is not None

    def _opened(self) -> sqlite3.Connection:
        if self._address:
            connection = sqlite3.connect(self._address, timeout=PATIENCE_S, uri=True)
        else:
            connection = sqlite3.connect(self.path, timeout=PATIENCE_S)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return connection


def address_for_reading(path: Path) -> str | None:
    """The address by which SQLite can read the file and no more; None where it cannot.

    Where not even the files beside it can be opened it is read as it lies, unless a change waits in
    them.
    """
    beside = path.with_name(f"{path.name}-wal")
    is_alone = not beside.exists() or beside.stat().st_size == 0
    for mode in ("mode=ro", "immutable=1")[: 1 + is_alone]:
        address = f"{path.resolve().as_uri()}?{mode}"
        with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return address
    return None
