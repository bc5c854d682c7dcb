"""Landed files of very many people taken by several processes at once: each has all files of a
person, in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TypeVar

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import ObjectInfo
from bio_lakehouse.lake.shared_work import can_be_shared, shares_of, worked_on

Arrived = TypeVar("Arrived")
Take = Callable[[Lakehouse, ObjectInfo], list[Arrived]]
Progress = Callable[[str], None]
SHARED_BYTES = 2**26
"""Of files that take some seconds to read; a further process takes one of them to begin."""


def taken(
    lake: Lakehouse, infos: Sequence[ObjectInfo], take: Take[Arrived], progress: Progress
) -> list[Arrived]:
    """What `take`, a function of a module, makes of all files, in their order; `progress` is told
    of each."""
    is_much = sum(info.size for info in infos) >= SHARED_BYTES
    shares = shares_of(_by_person(infos)) if is_much and can_be_shared(lake) else [list(infos)]
    quietly, told = partial(_take, take, _tell_nobody), partial(_take, take, progress)
    of_shares = worked_on(lake, quietly, shares, own=told)
    for info in (info for share in shares[1:] for info in share):
        progress(info.key)
    found = {key: arrived for of_share in of_shares for key, arrived in of_share}
    return [one for info in infos for one in found[info.key]]


def _take(
    take: Take[Arrived], progress: Progress, lake: Lakehouse, infos: Sequence[ObjectInfo]
) -> list[tuple[str, list[Arrived]]]:
    """Each file's key, and what it gives."""
    found = []
    for info in infos:
        progress(info.key)
        found.append((info.key, take(lake, info)))
    return found


def _tell_nobody(_: str) -> None:
    """What another process is at is not told."""


def _by_person(infos: Sequence[ObjectInfo]) -> list[list[ObjectInfo]]:
    by_person: defaultdict[str, list[ObjectInfo]] = defaultdict(list)
    for info in infos:
        by_person[_folder(info.key)].append(info)
    return list(by_person.values())


def _folder(key: str) -> str:
    """Whose file it is, be it anybody's folder or none; what lies at the root of landing is `me`'s
    too."""
    parts = PurePosixPath(key).parts
    return parts[1] if len(parts) > 2 else "me"
