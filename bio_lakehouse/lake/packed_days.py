"""Days with numbers, as few bytes: days in a row that have the same number are one stretch.

What arrives changes stretches of days at once, so that ten years of days are kept in a few hundred
bytes, and in some kilobytes where each day has a number of its own.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from bio_lakehouse.lake.owed_days import Numbered

ByDataset = dict[str, Numbered]
Stretch = tuple[int, int, int]
"""The first day's ordinal, how many days, and their number."""


def pack(days: Mapping[date, int]) -> bytes:
    return compressed(_stretches(days))


def unpack(packed: bytes | None) -> Numbered:
    """The days; none of nothing."""
    return _days(expanded(packed)) if packed else {}


def pack_datasets(days: Mapping[str, Mapping[date, int]]) -> bytes:
    """Days by dataset; a dataset without a day is left out."""
    held = {dataset: _stretches(of_it) for dataset, of_it in sorted(days.items()) if of_it}
    return compressed(held)


def unpack_datasets(packed: bytes | None) -> ByDataset:
    """The days by dataset; none of nothing."""
    if not packed:
        return {}
    return {dataset: _days(stretches) for dataset, stretches in expanded(packed).items()}


def compressed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 9)


def expanded(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed))


def _stretches(days: Mapping[date, int]) -> list[Stretch]:
    found: list[Stretch] = []
    for day, number in sorted(days.items()):
        ordinal = day.toordinal()
        if found and found[-1][2] == number and sum(found[-1][:2]) == ordinal:
            found[-1] = (found[-1][0], found[-1][1] + 1, number)
        else:
            found.append((ordinal, 1, number))
    return found


def _days(stretches: list[Stretch]) -> Numbered:
    return {
        date.fromordinal(first + offset): number
        for first, length, number in stretches
        for offset in range(length)
    }
