"""Where the process of one question comes from.

A fork of this program costs nothing, but is safe only while it has one thread. Where it has more, a
helper that was started once, has one thread and has never held a row forks for it. Where nothing
can fork, a new interpreter starts.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from bio_lakehouse.engines.question_work import work

MESSAGE = struct.Struct("=cQ")
"""To the helper: what to do, and with the question of which number."""
START, END = b"s", b"e"
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
"""Of the environment; a helper knows no key and no password."""


class NotStartedError(Exception):
    """The process of a question ended before it took it."""


@dataclass(frozen=True, slots=True)
class Started:
    """A process that waits for its question: how to speak to it, and what ends it at once."""

    connection: Connection
    end: Callable[[], None]


def start() -> Started:
    """A process for one question, by the quickest way that is safe here."""
    if not hasattr(os, "fork"):
        return by_multiprocessing("spawn")
    is_alone = sys.platform == "linux" and threading.active_count() == 1
    if is_alone and not HELPER.is_running():
        return by_multiprocessing("fork")
    return HELPER.start()


def warm_up() -> None:
    """Have the helper ready before the first question, and do not wait for it."""
    if hasattr(os, "fork"):
        HELPER.begin()


def by_multiprocessing(method: str) -> Started:
    """A process that is forked here, or a new interpreter (`spawn`)."""
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()

    def end() -> None:
        process.kill()
        process.join()

    return Started(ours, end)


class Helper:
    """The process that forks for this one; it is started when it is first needed, and ends with
    this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def process_id(self) -> int:
        """The number of the helper's process; it is started where there is none."""
        self.begin()
        return self._process.pid if self._process else 0

    def begin(self) -> None:
        with self._lock:
            self._reached()

    def start(self) -> Started:
        """A fork of the helper."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            number = next(self._numbers)
            control = self._reached()
            try:
                socket.send_fds(control, [MESSAGE.pack(START, number)], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise NotStartedError from error
        return Started(Connection(ours.detach()), partial(self._end, control, number))

    def close(self) -> None:
        """End the helper, and with it all that it has forked."""
        with self._lock:
            control, process = self._control, self._process
            self._control = self._process = None
        if control is not None and process is not None:
            control.close()
            process.wait()

    def forget(self) -> None:
        """In a process that was forked off: the helper is its parent's."""
        if self._control is not None:
            self._control.close()
        self.__init__()  # type: ignore[misc]

    def _reached(self) -> socket.socket:
        if self._control is None or not self.is_running():
            self._process, self._control = _launched()
        return self._control

    def _end(self, control: socket.socket, number: int) -> None:
        # A helper that is gone has taken its forks with it, or their next word to us fails.
        with self._lock, suppress(OSError):
            control.sendall(MESSAGE.pack(END, number))


def _launched() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "bio_lakehouse.engines.question_helper",
                str(theirs.fileno()),
            ],
            pass_fds=[theirs.fileno()],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C is this program's to handle.
            start_new_session=True,
        )
    return process, ours


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    return {**kept, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


HELPER = Helper()
atexit.register(HELPER.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=HELPER.forget)
