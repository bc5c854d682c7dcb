"""Work on very many people's files shared out among processes, each of which opens the lake for
itself. A person has one process: nobody's files are held against anybody else's.

No process outlives the one that shared the work: that one has the lake's locks.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain
from multiprocessing.connection import wait
from threading import Thread
from typing import TypeVar

from bio_lakehouse import garbage
from bio_lakehouse.errors import StoreError
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
    with _processes(len(others)) as processes:
        begun = [processes.submit(_elsewhere, lake.settings, work, share) for share in others]
        return [here(lake, first), *[theirs.result() for theirs in begun]]


@contextmanager
def _processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Further processes, which are ended at once where the work stops."""
    known = set(multiprocessing.active_children())
    method = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, method, initializer=_depend_on_parent) as processes:
        try:
            yield processes
        except BaseException as error:
            for one in set(multiprocessing.active_children()) - known:
                one.kill()
            if isinstance(error, BrokenProcessPool):
                raise StoreError(
                    "a process that took some people's files was ended from outside, perhaps for "
                    "want of memory; all that landed is kept: give the command again"
                ) from error
            raise


def _depend_on_parent() -> None:
    """Leave Ctrl-C to the process that shares the work, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _elsewhere(settings: Settings, work: Work[Thing, Made], share: Sequence[Thing]) -> Made:
    lake = Lakehouse.open(settings)
    with lake.log.together(), garbage.not_looked_for():
        return work(lake, share)
