"""Each derived file damaged in each way: the cases of `test_damaged_homes.py`, counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bio_lakehouse_tests.faults.verdicts import Fault, Verdict, lost
from bio_lakehouse_tests.faults.workshop import Workshop
from bio_lakehouse_tests.test_damaged_homes import EVERY_FILE_IN_EVERY_WAY

KIND = "damaged file"
PLACE = "damaged"


def faults(workshop: Workshop, each: int | None) -> Iterator[Fault]:
    """Every file in every way; in the smallest sample none, as each takes seven seconds of a
    processor."""
    for file, way in EVERY_FILE_IN_EVERY_WAY if each != 1 else ():
        yield Fault(KIND, file, f"{file}, {way}", partial(_tried, file=file, way=way))


def _tried(workshop: Workshop, file: str, way: str) -> Verdict:
    home, right = _built(workshop)
    ended = workshop.run(home, "damage", str(home), right, file, way)
    if ended.status != 0:
        return lost(ended.said[-1200:])
    return Verdict("repaired" if ended.value else "whole")


def _built(workshop: Workshop) -> tuple[Path, str]:
    """The home as it was built, in its place, and what it answers."""
    folder = workshop.folder / PLACE
    kept, answer = folder / "as built", folder / "answer.json"
    home = folder / "home"
    if not kept.exists():
        folder.mkdir(exist_ok=True)
        ended = workshop.run(home, "build_to_damage", str(folder))
        assert ended.status == 0, ended.said
        answer.write_text(ended.value)
        shutil.copytree(home, kept)
    shutil.rmtree(home)
    shutil.copytree(kept, home)
    return home, answer.read_text()
