"""Work on very many people's files shared out among processes, each of which opens the lake for
itself. A person has one process: nobody's files are held against anybody else's."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import TypeVar

from bio_lakehouse import garbage
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import PREFIX
from bio_lakehouse.settings import Settings

Thing = TypeVar("Thing")
Made = TypeVar("Made")
Work = Callable[[Lakehouse, Sequence[Thing]], Made]
MOST_PROCESSES = 4


def can_be_shared(lake: Lakehouse) -> bool:
    """Whether this process may start others, and they find the files on this machine: to wait for a
    bucket takes no processor."""
    is_here = lake.landing_objects.local_folder(PREFIX) is not None
    return is_here and not multiprocessing.current_process().daemon


def shares_of(by_person: Sequence[Sequence[Thing]]) -> list[list[Thing]]:
    """The things of all people by process, like many people's each; none is without."""
    count = max(1, min(len(by_person), os.cpu_count() or 1, MOST_PROCESSES))
    return [list(chain.from_iterable(by_person[start::count])) for start in range(count)]


def worked_on(
    lake: Lakehouse,
    work: Work[Thing, Made],
    shares: Sequence[Sequence[Thing]],
    own: Work[Thing, Made] | None = None,
) -> list[Made]:
    """What `work`, a function of a module, makes of each share: of the first one here, by `own`
    where that is given, and of each other in a process of its own."""
    first, *others = shares
    here = own or work
    if not others:
        return [here(lake, first)]
    with ProcessPoolExecutor(len(others), multiprocessing.get_context("spawn")) as processes:
        begun = [processes.submit(_elsewhere, lake.settings, work, share) for share in others]
        return [here(lake, first), *[theirs.result() for theirs in begun]]


def _elsewhere(settings: Settings, work: Work[Thing, Made], share: Sequence[Thing]) -> Made:
    lake = Lakehouse.open(settings)
    with lake.log.together(), garbage.not_looked_for():
        return work(lake, share)
