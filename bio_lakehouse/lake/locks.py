"""One writer at a time: runs that overlap build a table, or bronze, one after the other.

Whoever comes later also reads later, so that nothing that another run has just written is written
over by what was read before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.store_errors import store_named

FOLDER = ".locks"
LONGEST_WAIT_S = 30 * 60
BRONZE = "bronze"
ARRIVALS = "arrivals"


@contextmanager
def exclusively(lake: Lakehouse, name: str) -> Iterator[None]:
    """Hold the lake's lock `name` (a table, or `bronze`) against other threads and processes; their
    end lets it go.

    Raises `StoreError` when another holds it for half an hour.
    """
    with lake.backend.lock(lake.settings, name):
        yield


@contextmanager
def alone_in(home: Path, name: str) -> Iterator[None]:
    """As `exclusively`, for a home whose lake is not open."""
    busy = (
        f"{name} has been written by another run for half an hour: wait for it, or end it, and "
        "try again"
    )
    with held(home / FOLDER / f"{name}.lock", busy, LONGEST_WAIT_S):
        yield


@contextmanager
def held(path: Path, busy: str, seconds: float) -> Iterator[None]:
    """Hold the lock file at `path`, which is made where it is missing.

    Raises `StoreError` that says `busy` when another holds it for so many seconds, and one that
    names the file when it cannot be made.
    """
    lock = FileLock(path, timeout=seconds)
    try:
        with store_named(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock.acquire()
    except Timeout as error:
        raise StoreError(busy) from error
    try:
        yield
    finally:
        lock.release()
