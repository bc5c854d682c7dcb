"""Loading of what stays until a process ends."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def for_good() -> Iterator[None]:
    """The garbage collector rests while something is imported inside, and never goes over what is
    there then: that would take a fifth of the time of a short command."""
    before, was_enabled = len(sys.modules), gc.isenabled()
    gc.disable()
    try:
        yield
        if len(sys.modules) > before:
            gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
