"""When Python looks for garbage: what refers to itself, and goes by no count.

It goes over all that is there each time that a quarter more has come, which of very many modules or
records, none of which refers to itself, takes a third of all time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_looked_for() -> Iterator[None]:
    """The garbage collector rests inside."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def give_back() -> None:
    """Very many records that are done with leave memory in which a few small things lie that Python
    keeps at hand; a look for garbage gives it back."""
    gc.collect()
