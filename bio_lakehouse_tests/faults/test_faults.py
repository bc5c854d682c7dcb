"""A lake that was hurt and goes its way again equals one that was never hurt: a sample of every
kind of fault; the rest is slow. The whole table: `python -m bio_lakehouse_tests.faults`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from bio_lakehouse_tests.faults import around_a_lake, at_commands, at_damage
from bio_lakehouse_tests.faults.every_kind import KINDS
from bio_lakehouse_tests.faults.interposing import why_not
from bio_lakehouse_tests.faults.workshop import Workshop, workshop

SAMPLED = {"killed": 2, "torn": 2, "full disk": 2, "token refresh": 4}
"""How many faults of a kind, where it is more than one."""
SLOW = {*at_commands.KINDS, at_damage.KIND, around_a_lake.AT_ONCE}
"""Kinds whose faults take long: `test_kill.py`, `test_damaged_homes.py` and
`test_overlapping_writes.py` have some."""
WITHOUT = why_not()

pytestmark = pytest.mark.skipif(WITHOUT is not None, reason=str(WITHOUT))


@pytest.fixture(scope="module")
def place() -> Iterator[Workshop]:
    with workshop() as made:
        yield made


@pytest.mark.parametrize("kind", sorted(set(KINDS) - SLOW))
def test_a_sample_is_survived(place: Workshop, kind: str) -> None:
    faults = list(KINDS[kind](place, 1))
    count = SAMPLED.get(kind, 1)
    sample = islice(faults, 0, None, max(1, len(faults) // count))
    verdicts = {fault.name: fault.try_it(place) for fault in islice(sample, count)}
    assert verdicts
    assert not {name: found for name, found in verdicts.items() if found.outcome == "lost"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_survived(place: Workshop, kind: str) -> None:
    verdicts = {fault.name: fault.try_it(place) for fault in KINDS[kind](place, 2)}
    assert not {name: found for name, found in verdicts.items() if found.outcome == "lost"}
