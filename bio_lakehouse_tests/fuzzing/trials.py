"""The corpus worked through in a child that is watched: what hangs is ended, what crashes is told,
and the rest goes on in a new one."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bio_lakehouse_tests.fuzzing.cases import Case
from bio_lakehouse_tests.fuzzing.trying import Way

PATIENCE_S = 60.0
PATIENCE_WITH_LARGE_S = 3_600.0
MOST_MEGABYTES = 500.0
_COMMAND = [sys.executable, "-W", "ignore", "-m", "bio_lakehouse_tests.fuzzing.child"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One case, one way: what became of it, what was told, what it took, and what was wrong."""

    kind: str
    way: Way
    became: tuple[str, ...]
    message: str
    seconds: float
    cpu_seconds: float
    megabytes: float
    faults: tuple[str, ...] = ()
    crashed: bool = False
    hung: bool = False

    @property
    def failed(self) -> bool:
        return self.crashed or self.hung or bool(self.faults)


def trials(cases: Iterable[Case], *, in_landing: bool = True) -> Iterator[Trial]:
    """Every case, given by name and, unless it shall not or cannot lie there, found in landing."""
    ways: list[tuple[Case, Way]] = []
    for case in cases:
        ways.append((case, "given"))
        if in_landing and not (case.only_given or case.is_slow):
            ways.append((case, "landed"))
    child = None
    for case, way in ways:
        child = child or _child()
        trial = _trial(child, case, way)
        if trial.crashed or trial.hung:
            _end(child)
            child = None
        yield trial
    if child:
        _end(child)


def _child() -> subprocess.Popen[str]:
    return subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


def _trial(child: subprocess.Popen[str], case: Case, way: Way) -> Trial:
    assert child.stdin
    assert child.stdout
    child.stdin.write(f"{case.kind}\t{way}\n")
    child.stdin.flush()
    patience = PATIENCE_WITH_LARGE_S if case.is_slow else PATIENCE_S
    ready, _, _ = select.select([child.stdout], [], [], patience)
    if not ready:
        return Trial(case.kind, way, (), "it hangs", patience, 0, 0, hung=True)
    line = child.stdout.readline()
    if not line:
        return Trial(case.kind, way, (), "its process ended", 0, 0, 0, crashed=True)
    return _told(json.loads(line))


def _told(told: dict[str, Any]) -> Trial:
    crash = told["crash"]
    faults = list(told["faults"])
    if told["megabytes"] > MOST_MEGABYTES:
        faults.append(f"it took {told['megabytes']:.0f} MB; the most is {MOST_MEGABYTES:.0f}")
    messages = (*told["messages"], *dict.fromkeys(told["reasons"]))
    return Trial(
        told["kind"],
        told["way"],
        tuple(told["became"]),
        crash or " | ".join(messages),
        told["seconds"],
        told["cpu_seconds"],
        told["megabytes"],
        tuple(faults),
        crashed=bool(crash),
    )
