"""A question answered within limits of time and memory, whatever it says.

A process of its own reads, translates and runs the statement; it is ended when it takes too long,
and the operating system refuses it more memory. It has no way to the lake: it asks its parent for a
table, which scans only the asked user's rows, and it answers in Arrow, of which nothing is ever
executed.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path

import pyarrow as pa

from bio_lakehouse.engines.athena_on_duckdb import Clock
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import DamagedFile, QueryError
from bio_lakehouse.lake.objects import ObjectStore
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.numbers import short_text

SCAN, ANSWER, REFUSAL, DAMAGE = b"scan", b"answer", b"refusal", b"damage"
MEBIBYTE = 2**20
ROWS_AT_A_TIME = 50_000


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
class _Task:
    """What the other process is told; rows are not among it."""

    sql: str
    user_id: str | None
    clock: Clock
    views: ObjectStore
    schemas: Mapping[str, TableSchema]
    table_names: tuple[str, ...]
    limits: Limits


def answer(
    engine: DuckDbSql, sql: str, user_id: str | None, limits: Limits | None = None
) -> pa.Table:
    """What `engine.query` answers, within `limits`; QueryError says which of them it would
    exceed."""
    allowed = limits or Limits()
    task = _Task(
        sql,
        user_id,
        engine.clock_of(user_id),
        engine.views,
        engine.schemas,
        tuple(engine.tables.names()),
        allowed,
    )
    context = _context()
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, task), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    try:
        return _serve(ours, engine, task)
    except (EOFError, ConnectionError) as error:
        raise QueryError(_too_much_memory(allowed)) from error
    finally:
        process.kill()
        process.join()
        ours.close()


def _context() -> BaseContext:
    """A fork costs nothing, but is safe only where no other thread is; else a new interpreter
    starts."""
    is_alone = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if is_alone else "spawn")


def _serve(ours: Connection, engine: DuckDbSql, task: _Task) -> pa.Table:
    """Hand out tables until the answer comes."""
    ends = time.monotonic() + task.limits.seconds
    while ours.poll(max(0.0, ends - time.monotonic())):
        kind = ours.recv_bytes()
        if kind == ANSWER:
            return _receive_rows(ours)
        content = ours.recv_bytes().decode()
        if kind == REFUSAL:
            raise QueryError(content)
        if kind == DAMAGE:
            raise DamagedFile(content)
        _send_rows(ours, engine.scan(content, task.user_id))
    raise QueryError(
        f"The statement was stopped after {short_text(task.limits.seconds)} s; ask about fewer "
        "rows or days."
    )


def _send_rows(connection: Connection, rows: pa.Table) -> None:
    """Rows in parts, so that neither side holds them twice; an empty message ends them."""
    no_rows = pa.RecordBatch.from_pylist([], rows.schema)
    for part in rows.to_batches(max_chunksize=ROWS_AT_A_TIME) or [no_rows]:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_batch(part)
        connection.send_bytes(sink.getvalue())
    connection.send_bytes(b"")


def _receive_rows(connection: Connection) -> pa.Table:
    parts = [pa.ipc.open_stream(part).read_all() for part in iter(connection.recv_bytes, b"")]
    return pa.concat_tables(parts)


def _too_much_memory(limits: Limits) -> str:
    return (
        f"The statement needs more than {limits.memory // MEBIBYTE} MiB of memory; "
        "ask about fewer rows, groups or columns, or for shorter texts."
    )


class _TablesOfParent:
    """The lake's tables as the other process sees them."""

    def __init__(self, theirs: Connection, names: tuple[str, ...]) -> None:
        self.theirs = theirs
        self.table_names = names

    def names(self) -> list[str]:
        return list(self.table_names)

    def exists(self, full_name: str) -> bool:
        return full_name in self.table_names

    def scan(
        self,
        full_name: str,
        first: date | None = None,
        last: date | None = None,
        user_id: str | None = None,
    ) -> pa.Table:
        self.theirs.send_bytes(SCAN)
        self.theirs.send_bytes(full_name.encode())
        return _receive_rows(self.theirs)


def _work(theirs: Connection, task: _Task) -> None:
    """What the other process does."""
    _limit_memory(task.limits.memory)
    _silence()
    try:
        rows = _answer(theirs, task)
    except DamagedFile as error:
        _refuse(theirs, str(error), DAMAGE)
    except QueryError as error:
        _refuse(theirs, str(error))
    except MemoryError:
        _refuse(theirs, _too_much_memory(task.limits))
    else:
        theirs.send_bytes(ANSWER)
        _send_rows(theirs, rows)
    theirs.close()


def _refuse(theirs: Connection, reason: str, kind: bytes = REFUSAL) -> None:
    theirs.send_bytes(kind)
    theirs.send_bytes(reason.encode(errors="replace"))


def _answer(theirs: Connection, task: _Task) -> pa.Table:
    engine = DuckDbSql(
        _TablesOfParent(theirs, task.table_names),
        task.views,
        task.schemas,
        timeout_s=task.limits.seconds,
        largest_answer=task.limits.answer,
        engine_memory=task.limits.engine_memory,
        clock_of=lambda user_id: task.clock,
    )
    return engine.query(task.sql, task.user_id)


def _limit_memory(allowed: int) -> None:
    """Refuse this process more data than it has now and `allowed` bytes, where the system can."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit = _data_bytes() + allowed
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _silence() -> None:
    """Nothing of what a library says when memory is refused reaches the person's terminal."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _data_bytes() -> int:
    """Private memory that this process has, in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024
