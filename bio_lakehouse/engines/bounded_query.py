"""A question answered within limits of time and memory, whatever it says.

A process of its own reads, translates and runs the statement; it is ended when it takes too long,
and the operating system refuses it more memory. Here it is handed the tables that it asks for, of
which only the asked user's rows are scanned.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import BoundedSemaphore

import pyarrow as pa

from bio_lakehouse.engines import question_processes
from bio_lakehouse.engines.question_processes import NotStartedError
from bio_lakehouse.engines.question_work import (
    ANSWER,
    DAMAGE,
    MEBIBYTE,
    READY,
    REFUSAL,
    Limits,
    Task,
    receive_rows,
    send_rows,
    too_much_memory,
)
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import DamagedFile, QueryError
from bio_lakehouse.numbers import short_text

MOST_AT_ONCE = 4
MEMORY_OF_ONE = 850 * MEBIBYTE
"""What the process of a question takes at most, with what the program itself needs."""


def at_once() -> int:
    """How many questions may run side by side, so that together they take half the machine's
    memory at most: four, fewer on a small machine, always one."""
    return max(1, min(MOST_AT_ONCE, _memory() // 2 // MEMORY_OF_ONE))


def _memory() -> int:
    """Bytes of memory that this program may have: the machine's, or those of its container."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 2 * MOST_AT_ONCE * MEMORY_OF_ONE
    with suppress(OSError, ValueError):
        return min(whole, int(CONTAINER.read_text()))
    return whole


CONTAINER = Path("/sys/fs/cgroup/memory.max")
AT_ONCE = BoundedSemaphore(at_once())
"""Questions that run side by side in one program, so that their memory is bounded together."""
TRIES = 3
SECONDS_BETWEEN_TRIES = 0.1
"""A helper that was ended is noticed after a moment, and started again."""


def answer(
    engine: DuckDbSql,
    sql: str,
    user_id: str | None,
    limits: Limits | None = None,
    allowed: frozenset[str] | None = None,
) -> pa.Table:
    """What `engine.query` answers, within `limits`; QueryError says which of them it would
    exceed."""
    task = Task(
        sql,
        user_id,
        engine.clock_of(user_id),
        engine.views,
        engine.schemas,
        tuple(engine.tables.names()),
        limits or Limits(),
        allowed,
    )
    with _in_turn(task.limits.seconds):
        for _ in range(TRIES - 1):
            with suppress(NotStartedError):
                return _asked(engine, task)
            time.sleep(SECONDS_BETWEEN_TRIES)
        return _asked_once_more(engine, task)


@contextmanager
def _in_turn(seconds: float) -> Iterator[None]:
    """Wait for the questions that run, but not for ever: others may wait as well."""
    if not AT_ONCE.acquire(timeout=seconds):
        raise QueryError(
            f"Other questions took more than {short_text(seconds)} s, so this one was not begun; "
            "ask it again."
        )
    try:
        yield
    finally:
        AT_ONCE.release()


def _asked_once_more(engine: DuckDbSql, task: Task) -> pa.Table:
    try:
        return _asked(engine, task)
    except NotStartedError as error:
        raise QueryError(
            "The process that answers questions ended before it began, perhaps because the machine "
            "has no memory left; ask again once other programs are closed."
        ) from error


def _asked(engine: DuckDbSql, task: Task) -> pa.Table:
    ends = time.monotonic() + task.limits.seconds
    process = question_processes.start()
    try:
        _tell(process.connection, task, ends)
        return _serve(process.connection, engine, task, ends)
    except (EOFError, ConnectionError) as error:
        raise QueryError(too_much_memory(task.limits)) from error
    finally:
        process.end()
        process.connection.close()


def _tell(process: Connection, task: Task, ends: float) -> None:
    try:
        if not process.poll(_left(ends)):
            raise QueryError(_too_long(task))
        if process.recv_bytes() != READY:
            raise NotStartedError
        process.send(task)
    except (EOFError, ConnectionError) as error:
        raise NotStartedError from error


def _serve(process: Connection, engine: DuckDbSql, task: Task, ends: float) -> pa.Table:
    """Hand out tables until the answer comes."""
    while process.poll(_left(ends)):
        kind = process.recv_bytes()
        if kind == ANSWER:
            return receive_rows(process)
        content = process.recv_bytes().decode()
        if kind == REFUSAL:
            raise QueryError(content)
        if kind == DAMAGE:
            raise DamagedFile(content)
        send_rows(process, engine.scan(content, task.user_id))
    raise QueryError(_too_long(task))


def _left(ends: float) -> float:
    return max(0.0, ends - time.monotonic())


def _too_long(task: Task) -> str:
    return (
        f"The statement was stopped after {short_text(task.limits.seconds)} s; ask about fewer "
        "rows or days."
    )
