"""The Spark session that runs the transforms: Sail inside this process, or any Spark Connect
server."""

from __future__ import annotations

import atexit
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from bio_lakehouse import loading
from bio_lakehouse.engines.listening import only_connection_kept
from bio_lakehouse.engines.pyspark_client import (
    ConnectDataFrame,
    ConnectSession,
    DefaultChannelBuilder,
    DefaultPolicy,
)
from bio_lakehouse.errors import BioLakehouseError, SettingsError
from bio_lakehouse.settings import Settings
from bio_lakehouse.spark_address import endpoint_of, without_secrets

CONNECT_TIMEOUT_S = 10
STAYS_CONNECTED = ("grpc.client_idle_timeout_ms", 2**31 - 1)
"""Else gRPC hangs up after half an hour without a call, and Sail's port takes no second
connection."""
LARGEST_RELATION_BYTES = 3 * 2**30
"""Spark's own limit for a table that is sent to it."""
LARGEST_MESSAGE_BYTES = 6 * 2**20
"""What a transform is given at once: it takes some twenty times as much memory, and a plan of its
own costs some hundredths of a second."""
LARGEST_OF_MANY_BYTES = 4 * LARGEST_MESSAGE_BYTES
BYTES_A_PERSON = 2**18
"""Of many people a plan's own cost is shared by longer messages, which take a fifth less for the
same rows."""
TASKS = "1"
"""Tasks into which Sail cuts a piece of that size: to share it takes a third more processor
time."""
MEMORY_KEPT_MS = "10"
"""How long Sail keeps memory that it no longer needs; its allocator would for a second."""

_lock = threading.RLock()
_sessions: dict[str | None, SparkSession] = {}


@contextmanager
def spark_session(settings: Settings) -> Iterator[SparkSession]:
    """The process's session, whose time zone is UTC: started at first use, shared afterwards,
    closed at exit.

    Without `settings.spark_remote` it is Sail's (https://docs.lakesail.com), a Spark Connect server
    in this process that needs no JVM. Raises `SettingsError` when no Spark answers at
    `settings.spark_remote`.
    """
    with _lock:
        if settings.spark_remote not in _sessions:
            remote = settings.spark_remote
            _sessions[remote] = connect(remote) if remote else start_sail()
    yield _sessions[settings.spark_remote]


def connect(address: str) -> SparkSession:
    """A new session, in UTC, at a Spark Connect address (`sc://host:port`); it is stopped when the
    process ends.

    A call that fails is tried again for some seconds, where PySpark would for minutes.
    """
    check_reachable(address)
    session = _session(address)
    # Spark 4.1 tells this limit with a unit, of which PySpark 4.2 makes no number.
    session.conf.set("spark.sql.session.localRelationSizeLimit", str(LARGEST_RELATION_BYTES))
    return session


def _session(address: str) -> SparkSession:
    # PySpark's own `remote()` sets this too, but takes no options for the channel.
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
    channel = DefaultChannelBuilder(address, [STAYS_CONNECTED])
    try:
        created = ConnectSession.builder.channelBuilder(channel).create()
        session = cast(SparkSession, created)
        session.conf.set("spark.sql.session.timeZone", "UTC")
    except PySparkException as error:
        raise SettingsError(
            f"BIO_SPARK_REMOTE: Spark at {without_secrets(address)} refused the session: {error}"
        ) from error
    session.client.set_retry_policies([DefaultPolicy(max_retries=6, max_backoff=2000)])
    atexit.register(stop, session)
    loading.end_at_once()
    return session


def check_reachable(address: str) -> None:
    """Raise `SettingsError` unless something listens at `address` (PySpark itself would retry for
    minutes)."""
    try:
        endpoint = endpoint_of(address)
    except ValueError as error:
        raise SettingsError(f"BIO_SPARK_REMOTE: {error}") from error
    try:
        socket.create_connection(endpoint, CONNECT_TIMEOUT_S).close()
    except OSError as error:
        raise SettingsError(
            f"BIO_SPARK_REMOTE: no Spark answers at {without_secrets(address)} ({error}). Start "
            "it, or unset the variable to use Sail."
        ) from error


def check_loopback() -> None:
    """Raise `BioLakehouseError` unless this machine reaches itself (PySpark would try for
    minutes)."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), CONNECT_TIMEOUT_S).close()
    except OSError as error:
        raise BioLakehouseError(
            f"This machine does not reach itself at 127.0.0.1 ({error}), where tables are made: "
            "bring its loopback interface up (`ip link set lo up`), then try again."
        ) from error


def stop(session: SparkSession) -> None:
    """End `session` without a word to its server, which drops idle sessions by itself.

    Saying goodbye has no deadline in PySpark: a server that has gone, or is going, would hold up
    the end for minutes.
    """
    session.release_session_on_close = False  # type: ignore[attr-defined]
    with suppress(PySparkException):
        session.stop()


def to_spark(spark: SparkSession, rows: pa.Table) -> DataFrame:
    """`rows` in the session, which may be none at all; times without a zone are UTC."""
    if rows.num_rows:
        return spark.createDataFrame(rows)
    optional = pa.schema([field.with_nullable(True) for field in rows.schema])
    return spark.createDataFrame(pa.Table.from_pylist([{}], schema=optional)).limit(0)


def arrow_of(rows: DataFrame) -> pa.Table:
    """The rows of a frame of a session of this module, as the engine gives them.

    PySpark's own `toArrow` first asks for the schema, which sends and plans all once more; whoever
    takes the rows here brings them into a schema of their own.
    """
    table, _ = cast(ConnectDataFrame, rows)._to_table()
    return table


def message_bytes(people: int) -> int:
    """What a transform is given at once of so many people's rows."""
    return min(max(LARGEST_MESSAGE_BYTES, people * BYTES_A_PERSON), LARGEST_OF_MANY_BYTES)


def chunks_by_day(
    tables: Sequence[pa.Table], largest: int = LARGEST_MESSAGE_BYTES
) -> Iterator[list[pa.Table]]:
    """`tables`, which have a `day`, cut along days into like parts that fit into one message to
    Spark.

    Every day's rows are in one part. Tables of no rows are one part.
    """
    size = sum(table.nbytes for table in tables)
    if size <= largest:
        yield list(tables)
        return
    days = sorted({day for table in tables for day in table.column("day").unique().to_pylist()})
    count = max(1, len(days) // -(-size // largest))
    for start in range(0, len(days), count):
        part = pa.array(days[start : start + count], pa.date32())
        yield [table.filter(pc.is_in(table.column("day"), part)) for table in tables]


def start_sail() -> SparkSession:
    """Start a Sail server in this process, and connect to it as the only one who ever can.

    Sail asks nobody who they are, and reads and writes files as whoever runs it. So its port is
    closed again as soon as this process has its one connection. Raises `BioLakehouseError` when
    another program was faster to connect, or the machine does not reach itself.
    """
    check_loopback()
    os.environ.setdefault("RUST_LOG", "error")
    os.environ.setdefault("SAIL_EXECUTION__DEFAULT_PARALLELISM", TASKS)
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", MEMORY_KEPT_MS)
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    _, port = server.listening_address
    session = _session(f"sc://127.0.0.1:{port}")
    if not only_connection_kept(port):
        stop(session)
        server.stop()
        raise BioLakehouseError(
            "Another program of this machine connected to Sail as it started, so it was ended. "
            "Try again; if it happens again, find out which program tries every port."
        )
    # Else every call of PySpark looks up where it came from, which takes half of its time.
    session.conf.set("spark.python.sql.dataFrameDebugging.enabled", "false")
    atexit.register(server.stop)
    return session
