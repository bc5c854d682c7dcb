"""The helper that forks a process for each question of its parent; run as a program.

It has one thread, holds no row, and has all modules and the translated views ready, so that a
question starts in some milliseconds. It ends when its parent does.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection

from bio_lakehouse.engines.question_processes import MESSAGE, START
from bio_lakehouse.engines.question_work import work
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.engines.sql import definition_of
from bio_lakehouse.gold.views import VIEWS


def serve(control: socket.socket) -> None:
    """Fork and end processes as `control` says, until its other side is closed."""
    running: dict[int, int] = {}
    getting_ready = _getting_ready()
    while True:
        if not _has_come(control) and next(getting_ready, None):
            continue
        message, handles, _, _ = socket.recv_fds(control, MESSAGE.size, 1)
        if not message:
            break
        kind, number = MESSAGE.unpack(message)
        if kind == START:
            running[number] = _forked(control, handles[0])
        elif number in running:
            _end(running.pop(number))
    for process in running.values():
        _end(process)


def _has_come(control: socket.socket) -> bool:
    return bool(select.select([control], [], [], 0)[0])


def _getting_ready() -> Iterator[str]:
    """Translate the views, one whenever nothing is asked: each fork then knows them."""
    known = frozenset(DESCRIBED)
    for view in VIEWS.values():
        definition_of(view.full_name, view.sql, known)
        yield view.full_name
    gc.collect()
    gc.freeze()


def _forked(control: socket.socket, handle: int) -> int:
    process = os.fork()
    if process:
        os.close(handle)
        return process
    try:
        control.close()
        work(Connection(handle))
        os._exit(0)
    finally:
        os._exit(1)


def _end(process: int) -> None:
    # It is waited for here alone, so that its number cannot be another's yet.
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
