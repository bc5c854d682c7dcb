"""`bio-lakehouse ingest` and `report` killed at calls of theirs, Dagster's own records among them.

What the functions of `way.py` do in seconds takes a command ten: so these are a few, spread over
all the calls.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bio_lakehouse_tests.faults.at_calls import chosen, layer_of
from bio_lakehouse_tests.faults.holdings import Holdings
from bio_lakehouse_tests.faults.interposing import Happens
from bio_lakehouse_tests.faults.verdicts import Fault, Verdict, compared, lost
from bio_lakehouse_tests.faults.way import REPORTED
from bio_lakehouse_tests.faults.workshop import KILLED, Call, Workshop

KIND = "command killed"


def faults(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """Of each call to each layer one, or so many; none in the smallest sample, as each takes half a
    minute of a processor."""
    if each == 1:
        return
    workshop.wanted[KIND], calls = _unhurt(workshop)
    for call in chosen(calls, None if each is None else each - 1):
        name = f"{call.number}: {call.does} {call.path}"
        yield Fault(KIND, layer_of(call.path), name, partial(_tried, at=call.number))


def _lines(workshop: Workshop, home: Path) -> list[list[str]]:
    """What a person types: bring the files in, and write a report."""
    place = ["--home", str(home)]
    return [
        ["ingest", *place, *workshop.files],
        ["report", *place, "--week-ending", REPORTED.isoformat()],
    ]


def _unhurt(workshop: Workshop) -> tuple[Holdings, list[Call]]:
    """What the lake holds that nothing happened to, and the calls of its commands."""
    home = _empty(workshop)
    ended = workshop.run(home, "commands", *_lines(workshop, home))
    assert ended.status == 0, ended.said
    return workshop.held(home), ended.calls


def _empty(workshop: Workshop) -> Path:
    home = workshop.folder / "commands" / "home"
    shutil.rmtree(home, ignore_errors=True)
    return home


def _tried(workshop: Workshop, at: int) -> Verdict:
    home = _empty(workshop)
    lines = _lines(workshop, home)
    hurt = workshop.run(home, "commands", *lines, happens=Happens.KILLED, at=at)
    if hurt.status != KILLED:
        return lost(f"was not killed: {hurt.status} {hurt.said[-500:]}")
    again = workshop.run(home, "commands", *lines)
    if again.status != 0 or "Traceback" in again.said:
        return lost(f"{again.status}: {again.said[-800:]}")
    return compared(workshop.run(home, "held", str(home)), workshop.wanted[KIND])
