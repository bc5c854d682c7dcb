"""Faults that come from beside a lake: a clock that jumps, a database that another holds, a file
that is deleted, a home that is moved, and another command over the same days."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread

from bio_lakehouse_tests.faults.at_calls import chosen
from bio_lakehouse_tests.faults.verdicts import Fault, Verdict, compared, lost, sentence_in
from bio_lakehouse_tests.faults.way import STAGES
from bio_lakehouse_tests.faults.workshop import Workshop

CLOCK, LOCKED, DELETED = "clock", "locked database", "deleted from landing"
MOVED, AT_ONCE = "moved home", "two at once"
EVERY_STAGE = list(STAGES)
LAST = EVERY_STAGE[-1]
CLOCKS = {
    "a month ahead": ["2026-04-04"],
    "ten years ahead": ["2036-03-04"],
    "back before the newest day": ["2026-03-01"],
    "back before the first day": ["2026-02-01"],
    "ahead and back": ["2026-04-04", "2026-03-01", "2026-03-05"],
    "over midnight and back": ["2026-03-05", "2026-03-04", "2026-03-05", "2026-03-03"],
}
"""What the clock says of today each time that the whole way is gone, before it is right again."""
A_MOMENT, A_MINUTE = 2.0, 60.0
SECONDS_APART = 3.0


def clocks(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    for name, todays in CLOCKS.items():
        yield Fault(CLOCK, name, name, partial(_after_clocks, todays=todays))


def _after_clocks(workshop: Workshop, todays: Sequence[str]) -> Verdict:
    home = _empty(workshop)
    for today in todays:
        ended = workshop.run(
            home,
            "go",
            str(home),
            workshop.files,
            EVERY_STAGE,
            environment={"BIO_TODAY_OVERRIDE": today},
        )
        if ended.status not in (0, 1) or (ended.status and not sentence_in(ended.said)):
            return lost(f"as of {today}: {ended.said[-800:]}")
    again = workshop.run(home, "go_and_look", str(home), workshop.files, EVERY_STAGE)
    wanted = dict(workshop.unhurt[LAST].holds)
    if again.value:
        # What a report first told stays what it first told, whatever the clock said then.
        wanted["first told"] = again.value["holds"]["first told"]
    return compared(again, wanted)


def _empty(workshop: Workshop) -> Path:
    return workshop.before(EVERY_STAGE[0])


def _again(workshop: Workshop, home: Path, stage: str) -> Verdict:
    """Go the way up to a stage once more, and compare."""
    stages = EVERY_STAGE[: EVERY_STAGE.index(stage) + 1]
    again = workshop.run(home, "go_and_look", str(home), workshop.files, stages)
    return compared(again, workshop.unhurt[stage].holds)


def locked(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """Each database while another program holds it for a moment, and where all is tried for a
    minute."""
    stages = {"log.db": ("land", "bronze", "gold"), "catalog.db": ("gold",)}
    for name, where in stages.items():
        for stage in where:
            for seconds in (A_MOMENT, A_MINUTE)[: None if each is None or each > 1 else 1]:
                told = f"{name} for {seconds:.0f} s, {stage}"
                hurt = partial(_while_locked, database=name, stage=stage, seconds=seconds)
                yield Fault(LOCKED, f"{name} for {seconds:.0f} s", told, hurt)


def _while_locked(workshop: Workshop, database: str, stage: str, seconds: float) -> Verdict:
    home = workshop.before(stage)
    if stage == EVERY_STAGE[0]:
        workshop.run(home, "held", str(home))
    holder = Thread(target=_hold, args=(home / database, seconds))
    holder.start()
    hurt = workshop.run(home, "go", str(home), workshop.files, [stage])
    holder.join()
    told = sentence_in(hurt.said) or ""
    if hurt.status and "locked by another program" not in told:
        return lost(f"{hurt.status}: {hurt.said[-800:]}")
    if hurt.status and seconds == A_MOMENT:
        return lost(f"did not wait for a moment: {told}")
    return _again(workshop, home, stage)


def _hold(database: Path, seconds: float) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)


def deleted(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """Each landed file deleted after each stage from which on its records are kept."""
    for stage in EVERY_STAGE[1:]:
        for name in ("daily_sleep.json", "daily_readiness.json", "workouts.csv")[:each]:
            hurt = partial(_without_file, stage=stage, name=name)
            yield Fault(DELETED, f"after {stage}", f"{name} after {stage}", hurt)


def _without_file(workshop: Workshop, stage: str, name: str) -> Verdict:
    home = workshop.before(stage)
    workshop.run(home, "go", str(home), workshop.files, [stage])
    (home / "landing" / "me" / name).unlink()
    rest = [one for one in EVERY_STAGE if one != EVERY_STAGE[0]]
    ended = workshop.run(home, "go_and_look", str(home), [], [EVERY_STAGE[0], *rest])
    wanted = dict(workshop.unhurt[LAST].holds)
    gone = f"landing/me/{name} "
    wanted["landing"] = [text for text in wanted["landing"] if not text.startswith(gone)]
    return compared(ended, wanted)


def moved(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """The home moved, or copied, after each stage; the way goes on where it is then."""
    ways: dict[str, Callable[[Path, Path], object]] = {
        "moved": lambda old, new: old.rename(new),
        "copied": lambda old, new: shutil.copytree(old, new),
    }
    for stage in EVERY_STAGE:
        for name, act in ways.items():
            hurt = partial(_elsewhere, stage=stage, act=act)
            yield Fault(MOVED, f"after {stage}", f"{name} after {stage}", hurt)


def _elsewhere(workshop: Workshop, stage: str, act: Callable[[Path, Path], object]) -> Verdict:
    home = workshop.before(stage)
    workshop.run(home, "go", str(home), workshop.files, [stage])
    other = home.with_name("another place")
    shutil.rmtree(other, ignore_errors=True)
    act(home, other)
    verdict = _again(workshop, other, LAST)
    shutil.rmtree(other)
    return verdict


def at_once(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """Another that goes the same way while one stands still at a call."""
    for stage in EVERY_STAGE:
        calls = [
            call
            for call in workshop.unhurt[stage].calls
            if call.does in ("rename", "create", "remove") and not call.path.endswith("-shm")
        ]
        for call in chosen(calls, each):
            name = f"{stage} {call.number}: {call.does} {call.path}"
            yield Fault(AT_ONCE, stage, name, partial(_beside, stage=stage, at=call.number))


def _beside(workshop: Workshop, stage: str, at: int) -> Verdict:
    home = workshop.before(stage)
    both = workshop.run(
        home, "go_beside_another", str(home), workshop.files, [stage], at, SECONDS_APART
    )
    if both.status or both.value != [0, 0]:
        return lost(f"ended with {both.value}: {both.said[-800:]}")
    return _again(workshop, home, stage)
