"""A PostgreSQL of the tests' own: a private cluster in a temporary folder, on loopback alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import sqlalchemy

from bio_lakehouse.automation.postgres import with_driver
from bio_lakehouse_tests.conftest import free_port

PASSWORD = "a-made-up/p@ssword:of-tests"
QUOTED = "a-made-up%2Fp%40ssword%3Aof-tests"
WITHOUT_RIGHTS = "nobody"
"""Who runs the server where the tests are root's, which it refuses."""
QUICK = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; its databases are made one for each who asks."""

    port: int

    def address(
        self, database: str = "postgres", user: str = "dagster", secret: str = QUOTED
    ) -> str:
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"d{uuid4().hex}"
        self.run(f"CREATE DATABASE {name}")
        return self.address(name)

    def make_user(self, name: str, secret: str) -> None:
        """Let there be a user who owns nothing."""
        self.run(f"DROP ROLE IF EXISTS {name}")
        self.run(f"CREATE ROLE {name} LOGIN PASSWORD '{secret}'")

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the server's administrator."""
        engine = engine_of(self.address(database))
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(statement))
        engine.dispose()


def engine_of(address: str) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(with_driver(address), isolation_level="AUTOCOMMIT")


def everything_in(address: str) -> str:
    """All rows of all tables, as text."""
    engine = engine_of(address)
    with engine.connect() as connection:
        tables = sqlalchemy.inspect(connection).get_table_names()
        assert "event_logs" in tables
        found = [connection.execute(sqlalchemy.text(f"SELECT * FROM {name}")) for name in tables]
        # As tuples: SQLAlchemy's rows are shortened where they are shown.
        rows = [tuple(row) for table in found for row in table]
    assert len(rows) > 10
    return str(rows)


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None without one."""
    found = shutil.which("initdb") or shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


@contextmanager
def postgres_server(bin_folder: Path) -> Iterator[Server]:
    """A server with the user `dagster` and its password, until the block's end."""
    folder = Path(tempfile.mkdtemp(prefix="bio-postgres-"))
    owner = WITHOUT_RIGHTS if os.getuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)
    try:
        make_cluster(bin_folder, folder, owner)
        with started(bin_folder, folder, owner) as server:
            yield server
    finally:
        shutil.rmtree(folder)


def make_cluster(bin_folder: Path, folder: Path, owner: str | None) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    if owner:
        # Whatever the process's umask is: what opens a home sets one that keeps others out.
        shutil.chown(password, owner)
    options = ["--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C"]
    command = [bin_folder / "initdb", "-D", folder / "data", "-U", "dagster", *options]
    words = [*map(str, command), f"--pwfile={password}"]
    subprocess.run(words, check=True, capture_output=True, user=owner, cwd=folder)


@contextmanager
def started(bin_folder: Path, folder: Path, owner: str | None) -> Iterator[Server]:
    server = Server(free_port())
    settings = QUICK | {
        "listen_addresses": "127.0.0.1",
        "port": str(server.port),
        "unix_socket_directories": "",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    words = [str(bin_folder / "postgres"), "-D", str(folder / "data"), *options]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, user=owner, cwd=folder)
    try:
        wait_for(process, server, folder / "log.txt")
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_SECONDS)


def wait_for(process: subprocess.Popen[bytes], server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.run("SELECT 1")
        except sqlalchemy.exc.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
