"""What the process of one question does, and how it and its parent speak.

It reads, translates and runs one statement within the limits it is told. It has no way to the lake:
it asks its parent for a table, and it answers in Arrow, of which nothing is ever executed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

from bio_lakehouse.engines.athena_on_duckdb import Clock
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import DamagedFile, QueryError
from bio_lakehouse.lake.objects import ObjectStore
from bio_lakehouse.lake.schema import TableSchema

READY, SCAN, ANSWER, REFUSAL, DAMAGE = b"ready", b"scan", b"answer", b"refusal", b"damage"
MEBIBYTE = 2**20
ROWS_AT_A_TIME = 50_000
CPU_SECONDS_TO_SPARE = 10


@dataclass(frozen=True)
class Limits:
    """What one question may take.

    `seconds` hold for everything from reading the statement to the last row. `memory` is what its
    process may take beyond what the program itself needs, `engine_memory` what of it DuckDB may,
    `answer` the size of the answer, in bytes.
    """

    seconds: float = 30.0
    memory: int = 640 * MEBIBYTE
    engine_memory: int = 256 * MEBIBYTE
    answer: int = 128 * MEBIBYTE


@dataclass(frozen=True)
class Task:
    """What the process is told; rows are not among it.

    `allowed` are the full names that the statement may read, None: every table there is.
    """

    sql: str
    user_id: str | None
    clock: Clock
    views: ObjectStore
    schemas: Mapping[str, TableSchema]
    table_names: tuple[str, ...]
    limits: Limits
    allowed: frozenset[str] | None = None


def work(parent: Connection) -> None:
    """Answer the one question that comes over `parent`."""
    parent.send_bytes(READY)
    task: Task = parent.recv()
    _limit(task.limits)
    _silence()
    try:
        rows = _answer(parent, task)
    except DamagedFile as error:
        _refuse(parent, str(error), DAMAGE)
    except QueryError as error:
        _refuse(parent, str(error))
    except MemoryError:
        _refuse(parent, too_much_memory(task.limits))
    else:
        parent.send_bytes(ANSWER)
        send_rows(parent, rows)
    parent.close()


def send_rows(connection: Connection, rows: pa.Table) -> None:
    """Rows in parts, so that neither side holds them twice; an empty message ends them."""
    for start in range(0, max(rows.num_rows, 1), ROWS_AT_A_TIME):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows.slice(start, ROWS_AT_A_TIME))
        connection.send_bytes(sink.getvalue())
    connection.send_bytes(b"")


def receive_rows(connection: Connection) -> pa.Table:
    parts = [pa.ipc.open_stream(part).read_all() for part in iter(connection.recv_bytes, b"")]
    return pa.concat_tables(parts)


def too_much_memory(limits: Limits) -> str:
    return (
        f"The statement needs more than {limits.memory // MEBIBYTE} MiB of memory; "
        "ask about fewer rows, groups or columns, or for shorter texts."
    )


class _TablesOfParent:
    """The lake's tables as this process sees them."""

    def __init__(self, parent: Connection, names: tuple[str, ...]) -> None:
        self.parent = parent
        self.table_names = names

    def names(self) -> list[str]:
        return list(self.table_names)

    def exists(self, full_name: str) -> bool:
        return full_name in self.table_names

    def state(self, full_name: str) -> None:
        """Nothing is kept here: the process ends with its question."""

    def scan(
        self,
        full_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """All that the parent has of a table, which is what may be asked for here."""
        self.parent.send_bytes(SCAN)
        self.parent.send_bytes(full_name.encode())
        return receive_rows(self.parent)


def _refuse(parent: Connection, reason: str, kind: bytes = REFUSAL) -> None:
    parent.send_bytes(kind)
    parent.send_bytes(reason.encode(errors="replace"))


def _answer(parent: Connection, task: Task) -> pa.Table:
    engine = DuckDbSql(
        _TablesOfParent(parent, task.table_names),
        task.views,
        task.schemas,
        timeout_s=task.limits.seconds,
        largest_answer=task.limits.answer,
        engine_memory=task.limits.engine_memory,
        clock_of=lambda user_id: task.clock,
    )
    return engine.query(task.sql, task.user_id, task.allowed)


def _limit(limits: Limits) -> None:
    """Refuse this process more data than it has now and what it may take, where the system can; and
    more of the processor than its time, should its parent be gone before that."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        most = _data_bytes() + limits.memory
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        seconds = math.ceil(limits.seconds) + CPU_SECONDS_TO_SPARE
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _silence() -> None:
    """Nothing of what a library says reaches the person's terminal, or whoever reads its output."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)


def _data_bytes() -> int:
    """Private memory that this process has, in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024
