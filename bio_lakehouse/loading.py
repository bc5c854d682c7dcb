"""Loading of what stays until a process ends, and its end."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from bio_lakehouse import garbage


@contextmanager
def for_good() -> Iterator[None]:
    """The garbage collector rests while something is imported inside, and never goes over what is
    there then: that would take a fifth of the time of a short command."""
    before = len(sys.modules)
    with garbage.not_looked_for():
        yield
        if len(sys.modules) > before:
            gc.freeze()


@cache
def end_at_once() -> None:
    """Let this process end without looking for garbage among all that it holds, which goes with it
    anyhow: that would take a quarter of the time of a short command."""
    atexit.register(gc.freeze)
