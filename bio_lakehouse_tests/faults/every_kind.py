"""The kinds of faults that there are, each with what lists its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bio_lakehouse_tests.faults import at_calls, at_tokens
from bio_lakehouse_tests.faults.verdicts import Fault
from bio_lakehouse_tests.faults.workshop import Workshop

Listing = Callable[[Workshop, int | None], Iterator[Fault]]
"""The faults of a kind: of each step so many, or all."""

KINDS: dict[str, Listing] = {
    **{kind: partial(at_calls.faults, kind=kind) for kind in at_calls.KINDS},
    at_tokens.KIND: at_tokens.faults,
}
