"""The kinds of faults that there are, each with what lists its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bio_lakehouse_tests.faults import (
    around_a_lake,
    at_calls,
    at_commands,
    at_damage,
    at_s3,
    at_tokens,
)
from bio_lakehouse_tests.faults.verdicts import Fault
from bio_lakehouse_tests.faults.workshop import Workshop

Listing = Callable[[Workshop, int | None], Iterator[Fault]]
"""The faults of a kind: of each step so many, or all."""

KINDS: dict[str, Listing] = {
    **{kind: partial(at_calls.faults, kind=kind) for kind in at_calls.KINDS},
    at_tokens.KIND: at_tokens.faults,
    around_a_lake.CLOCK: around_a_lake.clocks,
    around_a_lake.LOCKED: around_a_lake.locked,
    around_a_lake.DELETED: around_a_lake.deleted,
    around_a_lake.MOVED: around_a_lake.moved,
    around_a_lake.AT_ONCE: around_a_lake.at_once,
    at_s3.KIND: at_s3.faults,
    at_damage.KIND: at_damage.faults,
    **{
        kind: partial(at_commands.faults, command=command)
        for kind, command in at_commands.KINDS.items()
    },
}
