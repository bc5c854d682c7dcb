"""What a fault is, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bio_lakehouse_tests.faults.holdings import Holdings, differences
from bio_lakehouse_tests.faults.workshop import Ended, Workshop

Outcome = Literal["whole", "repaired", "told", "lost", "skipped"]
UNKNOWN_ERROR = 70


@dataclass(frozen=True)
class Verdict:
    """What came of a fault.

    `whole`: the same again, and the lake equals the one that was never hurt. `repaired`: so it did
    after a sentence and `bio-lakehouse repair`. `told`: one sentence says what cannot be made
    again, and the rest is there. `lost`: anything else. `skipped`: it cannot be tried here.
    """

    outcome: Outcome
    why: str = ""
    left_behind: int = 0


@dataclass(frozen=True)
class Fault:
    """One fault: of which kind, at which step, and what tries it."""

    kind: str
    step: str
    name: str
    try_it: Callable[[Workshop], Verdict]


def lost(why: str) -> Verdict:
    return Verdict("lost", why)


def sentence_in(said: str) -> str | None:
    """The one sentence with which a command ended; None where it ended otherwise."""
    plain = " ".join(said.split())
    if "Traceback" in plain or plain.count("Error: ") != 1:
        return None
    return plain[plain.index("Error: ") :]


def compared(ended: Ended, wanted: Holdings) -> Verdict:
    """Whether the lake that a child looked at holds what was wanted."""
    if ended.status != 0 or ended.value is None:
        return lost(f"ended with {ended.status}: {ended.said[-800:]}")
    found = differences(ended.value["holds"], wanted)
    if found:
        return lost("; ".join(found)[:1500])
    return Verdict("whole", left_behind=len(ended.value["left"]))
