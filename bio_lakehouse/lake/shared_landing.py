"""Landed files of very many people taken by several processes at once.

A process has all files of a person, in their order: what one file says is held against that
person's others, and against nobody else's.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from pathlib import PurePosixPath
from typing import TypeVar

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import PREFIX
from bio_lakehouse.lake.objects import ObjectInfo
from bio_lakehouse.settings import Settings

Arrived = TypeVar("Arrived")
Take = Callable[[Lakehouse, ObjectInfo], list[Arrived]]
Progress = Callable[[str], None]
SHARED_BYTES = 2**26
"""Of files that take some seconds to read; a further process takes one of them to begin."""
MOST_PROCESSES = 4


def taken(
    lake: Lakehouse, infos: Sequence[ObjectInfo], take: Take[Arrived], progress: Progress
) -> list[Arrived]:
    """What `take`, a function of a module, makes of all files, in their order; `progress` is told
    of each."""
    own, *others = _shares(infos) if _can_be_shared(lake, infos) else [infos]
    if not others:
        return [one for info in infos for one in _take(lake, take, progress, info)]
    begin = partial(_take_share, lake.settings, take)
    with ProcessPoolExecutor(len(others), multiprocessing.get_context("spawn")) as processes:
        begun = [processes.submit(begin, share) for share in others]
        found = {info.key: _take(lake, take, progress, info) for info in own}
        for share, theirs in zip(others, begun, strict=True):
            for info, arrived in zip(share, theirs.result(), strict=True):
                progress(info.key)
                found[info.key] = arrived
    return [one for info in infos for one in found[info.key]]


def _take(
    lake: Lakehouse, take: Take[Arrived], progress: Progress, info: ObjectInfo
) -> list[Arrived]:
    progress(info.key)
    return take(lake, info)


def _can_be_shared(lake: Lakehouse, infos: Sequence[ObjectInfo]) -> bool:
    """Whether there is so much that further processes pay, and these may be started and find the
    files on this machine."""
    is_much = sum(info.size for info in infos) >= SHARED_BYTES
    is_here = lake.landing_objects.local_folder(PREFIX) is not None
    return is_much and is_here and not multiprocessing.current_process().daemon


def _shares(infos: Sequence[ObjectInfo]) -> list[list[ObjectInfo]]:
    """The files by process, like many people's each; none is without."""
    by_person: defaultdict[str, list[ObjectInfo]] = defaultdict(list)
    for info in infos:
        by_person[_folder(info.key)].append(info)
    people = list(by_person.values())
    count = min(len(people), os.cpu_count() or 1, MOST_PROCESSES)
    return [list(chain.from_iterable(people[start::count])) for start in range(count)]


def _folder(key: str) -> str:
    """Whose file it is, be it anybody's folder or none; what lies at the root of landing is `me`'s
    too."""
    parts = PurePosixPath(key).parts
    return parts[1] if len(parts) > 2 else "me"


def _take_share(
    settings: Settings, take: Take[Arrived], infos: Sequence[ObjectInfo]
) -> list[list[Arrived]]:
    """What each file of a share gives, in a process of its own."""
    lake = Lakehouse.open(settings)
    with lake.log.together():
        return [take(lake, info) for info in infos]
