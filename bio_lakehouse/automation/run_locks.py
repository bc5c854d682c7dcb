"""Which runs go on: each holds a lock, which its process's end lets go however it ends.

Unlike a process's number, a lock means the same after a restart of the machine, in a container, and
under another host name. Runs that are recorded in files of the home lock a file beside these; those
that are recorded in a PostgreSQL lock there, which all machines see that share it.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import ClassVar, Protocol

import dagster as dg
from filelock import FileLock, Timeout
from sqlalchemy import Connection, NullPool, create_engine, text

from bio_lakehouse.automation.postgres import address_of, is_set
from bio_lakehouse.settings import Settings

LOCK_SECONDS = 10
RUNNING = "running"
LOCKS_OF_RUNS = 1_651_076_461
"""What tells our locks in a PostgreSQL from those of others."""
KEEPALIVES = {"keepalives_idle": 60, "keepalives_interval": 15, "keepalives_count": 4}
"""Seconds and attempts: both ends notice within two minutes that the other's machine is gone."""
SERVER_SIDE = {
    **{f"tcp_{name}": value for name, value in KEEPALIVES.items()},
    "lock_timeout": LOCK_SECONDS * 1000,
}
OPTIONS = " ".join(f"-c {name}={value}" for name, value in SERVER_SIDE.items())


class RunLocks(Protocol):
    """The locks of one record of runs."""

    def lock(self, run_id: str) -> None:
        """Lock for a run of this process, until `unlock` or the process's end."""

    def unlock(self, run_id: str) -> None: ...

    def is_held(self, run_id: str) -> bool:
        """Whether the run is going now, in whatever process."""

    def is_any_held(self) -> bool:
        """Whether any run is going now."""

    def was_taken(self, run_id: str) -> bool:
        """Whether it is known that the run had its lock, now or before."""

    def forget_but(self, unended: set[str]) -> None:
        """Remove what is left of runs that have ended. What is held may be of a run that is about
        to be made."""


def locks_of(instance: dg.DagsterInstance) -> RunLocks:
    """The locks of an instance's runs, where its record is."""
    address = getattr(instance.event_log_storage, "postgres_url", None)
    return PostgresLocks(address) if address else FileLocks(Path(instance.root_directory))


def locks_in(settings: Settings, instance_folder: Path) -> RunLocks:
    """As `locks_of`, without opening the instance, which is kept in that folder."""
    return PostgresLocks(address_of(settings)) if is_set(settings) else FileLocks(instance_folder)


class FileLocks:
    """A file a run in a folder beside the instance."""

    _held: ClassVar[dict[str, FileLock]] = {}

    def __init__(self, instance_folder: Path) -> None:
        self.folder = instance_folder / RUNNING

    def lock(self, run_id: str) -> None:
        if run_id in self._held:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._path(run_id), thread_local=False)
        lock.acquire(timeout=LOCK_SECONDS)
        self._held[run_id] = lock

    def unlock(self, run_id: str) -> None:
        self._held.pop(run_id).release()

    def is_held(self, run_id: str) -> bool:
        path = self._path(run_id)
        return path.exists() and is_locked(path)

    def is_any_held(self) -> bool:
        return any(is_locked(path) for path in self.folder.glob("*.lock"))

    def was_taken(self, run_id: str) -> bool:
        return self._path(run_id).exists()

    def forget_but(self, unended: set[str]) -> None:
        for path in self.folder.glob("*.lock"):
            if path.stem not in unended and not is_locked(path):
                path.unlink(missing_ok=True)

    def _path(self, run_id: str) -> Path:
        return self.folder / f"{run_id}.lock"


def is_locked(path: Path) -> bool:
    try:
        with FileLock(path, timeout=0, thread_local=False):
            return False
    except Timeout:
        return True


class PostgresLocks:
    """An advisory lock a run, held by a connection of its own: nothing is left of it when that
    ends."""

    _held: ClassVar[dict[str, Connection]] = {}

    def __init__(self, address: str) -> None:
        self.engine = create_engine(
            address,
            poolclass=NullPool,
            connect_args={**KEEPALIVES, "options": OPTIONS},
            isolation_level="AUTOCOMMIT",
        )

    def lock(self, run_id: str) -> None:
        if run_id in self._held:
            return
        connection = self.engine.connect()
        words = {"kind": LOCKS_OF_RUNS, "run": number_of(run_id)}
        connection.execute(text("SELECT pg_advisory_lock(:kind, :run)"), words)
        self._held[run_id] = connection

    def unlock(self, run_id: str) -> None:
        self._held.pop(run_id).close()

    def is_held(self, run_id: str) -> bool:
        return number_of(run_id) in self._going()

    def is_any_held(self) -> bool:
        return bool(self._going())

    def was_taken(self, run_id: str) -> bool:
        return False

    def forget_but(self, unended: set[str]) -> None:
        """Nothing is left."""

    def _going(self) -> set[int]:
        """The numbers of the runs that go on."""
        query = text(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self.engine.connect() as connection:
            return set(connection.scalars(query, {"kind": LOCKS_OF_RUNS}))


def number_of(run_id: str) -> int:
    """A run's id as a number that PostgreSQL locks by."""
    return int.from_bytes(sha256(run_id.encode()).digest()[:4], "big") >> 1
