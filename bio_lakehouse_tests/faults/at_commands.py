"""`bio-lakehouse ingest` and `report` killed at calls of theirs, Dagster's own records among them.

What the functions of `way.py` do in a second takes a command many times as long: so these are a
few, spread over all the calls, and `report` begins with the home that one `ingest` has made.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bio_lakehouse_tests.faults.at_calls import chosen, layer_of
from bio_lakehouse_tests.faults.interposing import Happens
from bio_lakehouse_tests.faults.verdicts import Fault, Verdict, compared, lost
from bio_lakehouse_tests.faults.way import REPORTED
from bio_lakehouse_tests.faults.workshop import KILLED, Call, Unhurt, Workshop

COMMANDS = {
    "ingest": ["--user", "me"],
    "report": ["--week-ending", REPORTED.isoformat()],
}
"""What a person types: bring the files in, and write a report."""
MORE_ATTEMPTS = 2
"""A command's threads do not make the same number of calls each time: one that ended before the
call that was asked for is killed at its own."""
KINDS = {f"{command} killed": command for command in COMMANDS}


def faults(workshop: Workshop, each: int | None, command: str) -> Iterator[Fault]:
    """Of each call to each layer one, or so many; none in the smallest sample, as each takes up to
    a quarter of a minute of a processor."""
    if each == 1:
        return
    for call in chosen(_unhurt(workshop, command).calls, None if each is None else each - 1):
        name = f"{call.number}: {call.does} {call.path}"
        tried = partial(_tried, command=command, call=call)
        yield Fault(f"{command} killed", layer_of(call.path), name, tried)


def _line(workshop: Workshop, home: Path, command: str) -> list[str]:
    files = workshop.files if command == "ingest" else []
    return [command, "--home", str(home), *COMMANDS[command], *files]


def _unhurt(workshop: Workshop, command: str) -> Unhurt:
    """What the lake holds that nothing happened to after a command, and the calls of that; its home
    is kept."""
    if command not in workshop.commands:
        home = _before(workshop, command)
        ended = workshop.run(home, "command", *_line(workshop, home, command))
        assert ended.status == 0, ended.said
        shutil.copytree(home, _kept(workshop, command))
        workshop.commands[command] = Unhurt(workshop.held(home), ended.calls)
    return workshop.commands[command]


def _kept(workshop: Workshop, command: str) -> Path:
    return workshop.folder / "commands" / "after" / command


def _before(workshop: Workshop, command: str) -> Path:
    """The home as it is before a command: none is there before the first."""
    home = workshop.folder / "commands" / "home"
    shutil.rmtree(home, ignore_errors=True)
    earlier = list(COMMANDS)[: list(COMMANDS).index(command)]
    for one in earlier:
        _unhurt(workshop, one)
    if earlier:
        shutil.copytree(_kept(workshop, earlier[-1]), home, dirs_exist_ok=True)
    return home


def _tried(workshop: Workshop, command: str, call: Call) -> Verdict:
    home = _before(workshop, command)
    run = partial(workshop.run, home, "command", *_line(workshop, home, command))
    hurt = run(happens=Happens.KILLED, at=call.number)
    for _ in range(MORE_ATTEMPTS):
        if hurt.status != KILLED:
            _before(workshop, command)
            hurt = run(happens=Happens.KILLED, at=_same(call, hurt.calls))
    if hurt.status != KILLED:
        return lost(f"was not killed: {hurt.status} {hurt.said[-500:]}")
    again = run()
    if again.status != 0 or "Traceback" in again.said:
        return lost(f"{again.status}: {again.said[-800:]}")
    return compared(workshop.run(home, "held", str(home)), _unhurt(workshop, command).holds)


def _same(call: Call, calls: Sequence[Call]) -> int:
    """The number that a call has in a run of other calls: the nearest that does the same to the
    same layer."""
    wanted = call.does, layer_of(call.path)
    alike = [one.number for one in calls if (one.does, layer_of(one.path)) == wanted]
    return min(alike, key=lambda number: abs(number - call.number), default=call.number)
