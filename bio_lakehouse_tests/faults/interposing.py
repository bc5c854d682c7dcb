"""Compiling `interposer.c`, and speaking to it from a process that runs under it."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("interposer.c")


class Happens(IntEnum):
    """What happens at the call that is asked for, in the order of the C file's `mode`."""

    NOTHING = 0
    TRACED = 1
    KILLED = 2
    TORN = 3
    FULL_DISK = 4
    STOPPED = 5


def why_not() -> str | None:
    """Why no library can be made to stand before the C library's here; None where one can."""
    if not sys.platform.startswith("linux"):
        return "calls are counted by LD_PRELOAD, which Linux has"
    if shutil.which("cc") is None:
        return "there is no C compiler (`cc`)"
    return None


def library() -> Path:
    """The compiled library, made once for each version of its source."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"bio-lakehouse-faults-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    made = folder / f"interposer-{digest}.so"
    if not made.exists():
        draft = made.with_suffix(f".{os.getpid()}")
        words = ["cc", "-O1", "-shared", "-fPIC", "-o", str(draft), str(SOURCE), "-ldl"]
        subprocess.run([*words, "-lpthread"], check=True)
        draft.replace(made)
    return made


def arm(home: Path, happens: Happens, at: int, trace: int) -> None:
    """Count this process's calls that change files below `home` from now on; at call number `at`
    something happens. Each is told to the descriptor `trace`."""
    _interposer().arm(str(home).encode(), int(happens), ctypes.c_long(at), trace)


def disarm() -> None:
    _interposer().disarm()


def _interposer() -> ctypes.CDLL:
    return ctypes.CDLL(None)
