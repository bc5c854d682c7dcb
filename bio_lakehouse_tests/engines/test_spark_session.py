"""Spark sessions: Sail by default, another Spark by its address, quiet, in UTC."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from bio_lakehouse.engines import spark as engine
from bio_lakehouse.engines.listening import only_connection_kept
from bio_lakehouse.engines.spark import (
    LARGEST_MESSAGE_BYTES,
    LARGEST_OF_MANY_BYTES,
    chunks_by_day,
    connect,
    message_bytes,
    spark_session,
    to_spark,
)
from bio_lakehouse.errors import BioLakehouseError, SettingsError
from bio_lakehouse.settings import Settings

PROGRAM = """
from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.settings import Settings
with spark_session(Settings(spark_remote=None)) as spark:
    print(spark.sql("select 6 * 7 as answer").toArrow().to_pylist())
"""

ABANDONED = """
from pysail.spark import SparkConnectServer
from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.settings import Settings
server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start(background=True)
with spark_session(Settings(spark_remote=f"sc://127.0.0.1:{server.listening_address[1]}")) as spark:
    print(spark.sql("select 6 * 7 as answer").toArrow().to_pylist())
server.stop()
"""

WATCHED = """
from bio_lakehouse.engines import spark
from bio_lakehouse.errors import BioLakehouseError
import pysail.spark, socket

class Watched(pysail.spark.SparkConnectServer):
    def start(self, *, background=True):
        super().start(background=background)
        self.intruder = socket.create_connection(self.listening_address)

pysail.spark.SparkConnectServer = Watched
try:
    spark.start_sail()
except BioLakehouseError as error:
    print(error)
"""


def port_of(session: SparkSession) -> int:
    return int(session.client._builder.endpoint.rpartition(":")[2])


def test_nobody_else_can_connect_to_sail(sail: SparkSession) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(sail)))
    assert sail.sql("select 6 * 7 as answer").first()["answer"] == 42


def test_a_program_that_connects_while_sail_starts_is_noticed() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WATCHED], capture_output=True, text=True, timeout=300, check=True
    )
    assert run.stdout.startswith("Another program of this machine connected to Sail")


@pytest.mark.parametrize("strangers", [0, 1, 3])
def test_a_port_ends_and_its_only_connection_stays(strangers: int) -> None:
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        address = listener.getsockname()
        ours = opened.enter_context(socket.create_connection(address))
        accepted = opened.enter_context(listener.accept()[0])
        for _ in range(strangers):
            other = opened.enter_context(subprocess_connected_to(address))
            opened.callback(other.stdin.close)
            opened.enter_context(listener.accept()[0])
        assert only_connection_kept(address[1]) is (strangers == 0)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        if not strangers:
            accepted.sendall(b"still here")
        assert ours.recv(10) == (b"" if strangers else b"still here")


def subprocess_connected_to(address: tuple[str, int]) -> subprocess.Popen[bytes]:
    """Somebody else, who hangs up when their input ends."""
    program = f"import socket, sys; s = socket.create_connection({address!r}); sys.stdin.read()"
    return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)


def test_one_session_a_process() -> None:
    with (
        spark_session(Settings(spark_remote=None)) as first,
        spark_session(Settings(spark_remote=None)) as second,
    ):
        assert first is second


def test_times_are_utc(sail: SparkSession) -> None:
    rows = (
        sail.sql("select timestamp'2024-07-01 12:00:00' as at, current_timezone() as zone")
        .toArrow()
        .to_pylist()
    )
    assert rows == [{"at": datetime(2024, 7, 1, 12, tzinfo=UTC), "zone": "UTC"}]


def test_starts_and_ends_without_a_word(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "[{'answer': 42}]\n", "")


def test_a_server_that_has_gone_does_not_hold_up_the_end(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", ABANDONED],
        capture_output=True,
        cwd=tmp_path,
        timeout=300,
        check=True,
    )
    assert run.stdout == b"[{'answer': 42}]\n"


@pytest.mark.parametrize(
    "address", ["localhost:15002", "http://localhost:15002", "sc://", "local[2]"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="BIO_SPARK_REMOTE"):
        connect(address)


def test_nobody_at_the_address_is_said_at_once() -> None:
    with pytest.raises(
        SettingsError, match=r"no Spark answers at sc://127\.0\.0\.1:1 .*Start it, or unset"
    ):
        connect("sc://127.0.0.1:1")


def test_an_address_is_told_without_its_token() -> None:
    with pytest.raises(SettingsError, match="no Spark answers") as raised:
        connect("sc://127.0.0.1:1/;token=hunter2")
    assert "hunter2" not in str(raised.value)


def test_another_spark_by_its_address(jvm_address: str, sail: SparkSession) -> None:
    """The one that starts a Spark in the default suite; those marked `jvm` run all of it there."""
    with spark_session(Settings(spark_remote=jvm_address)) as spark:
        assert spark is not sail
        home = "java_method('java.lang.System', 'getProperty', 'java.home')"
        ((zone, java),) = spark.sql(f"select current_timezone(), {home}").collect()
    assert zone == "UTC"
    assert "java" in java


ROWS = pa.schema(
    [
        pa.field("user_id", pa.string(), nullable=False),
        ("day", pa.date32()),
        ("at", pa.timestamp("us")),
        ("n", pa.int32()),
    ]
)


@pytest.mark.parametrize("engine", ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)])
def test_frame_of_no_rows_keeps_the_columns(request: pytest.FixtureRequest, engine: str) -> None:
    table = to_spark(request.getfixturevalue(engine), ROWS.empty_table()).toArrow()
    assert table.num_rows == 0
    assert table.schema.names == ROWS.names
    assert [table.schema.field(name).type for name in ("day", "n")] == [pa.date32(), pa.int32()]


@pytest.mark.parametrize("engine", ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)])
def test_frame_takes_times_without_a_zone_as_utc(
    request: pytest.FixtureRequest, engine: str
) -> None:
    at = datetime.fromisoformat("2024-07-01T12:00:00")
    rows = pa.Table.from_pylist([{"user_id": "me", "at": at}], schema=ROWS)
    assert to_spark(request.getfixturevalue(engine), rows).toArrow().to_pylist() == [
        {"user_id": "me", "day": None, "at": at.replace(tzinfo=UTC), "n": None}
    ]


def days_table(days: int, rows_a_day: int) -> pa.Table:
    first = date(2024, 1, 1)
    days_of_rows = [first + timedelta(n) for n in range(days) for _ in range(rows_a_day)]
    return pa.table({"day": days_of_rows, "text": ["x" * 100] * len(days_of_rows)})


def test_a_small_table_is_one_stretch() -> None:
    tables = [days_table(10, 5), days_table(0, 0).cast(days_table(1, 1).schema)]
    assert list(chunks_by_day(tables)) == [tables]


@pytest.mark.parametrize("largest", [1, 2_000, 30_000])
def test_stretches_keep_days_whole_and_lose_nothing(largest: int) -> None:
    tables = [days_table(30, 20), days_table(10, 1), days_table(0, 0).cast(days_table(1, 1).schema)]
    parts = list(chunks_by_day(tables, largest))
    assert len(parts) > 1
    assert [
        pa.concat_tables([part[n] for part in parts]).sort_by("day") for n in range(3)
    ] == tables
    days = [set(table.column("day").to_pylist()) for part in parts for table in part[:1]]
    assert sum(len(found) for found in days) == len(set().union(*days)) == 30


def test_a_stretch_is_as_large_as_was_said() -> None:
    parts = list(chunks_by_day([days_table(30, 20)], 30_000))
    assert all(part[0].nbytes <= 30_000 for part in parts)


def test_stretches_are_alike() -> None:
    rows = [part[0].num_rows for part in chunks_by_day([days_table(30, 20)], 60_000)]
    assert max(rows) - min(rows) <= 20


def test_messages_grow_with_people_up_to_a_bound() -> None:
    sizes = [message_bytes(people) for people in range(2000)]
    assert sizes[1] == LARGEST_MESSAGE_BYTES
    assert sizes == sorted(sizes)
    assert sizes[-1] == LARGEST_OF_MANY_BYTES


def test_a_machine_that_does_not_reach_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> socket.socket:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(engine.socket, "create_connection", unreachable)
    with pytest.raises(BioLakehouseError, match=r"127\.0\.0\.1 .*Network is unreachable.*ip link"):
        engine.start_sail()
