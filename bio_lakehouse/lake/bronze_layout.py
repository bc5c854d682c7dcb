"""A home whose bronze lies in one file a day, as it did before, is brought over to one a month.

It happens by itself, once, when bronze is first used. Each month's file is written before its days'
files are removed: where that ends in the middle it goes on the next time, and a day whose own file
is still there says what it says in both.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import date

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import bronze, bronze_months
from bio_lakehouse.lake.bronze import DayKey
from bio_lakehouse.lake.bronze_months import MonthKey, month_of
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.home import BRONZE
from bio_lakehouse.lake.objects import place_of

LAYOUT, BY_MONTH = f"{BRONZE}/layout", b"month\n"
"""The object that says how bronze lies, and what it says."""
LOCK = "bronze-layout"

logger = logging.getLogger(__name__)


def parse_day_key(object_key: str) -> DayKey | None:
    """Which day an earlier version's file is about; None for what is no such file."""
    parts = object_key.split("/")
    if len(parts) != 5 or not parts[3].startswith("day=") or not parts[4].endswith(".jsonl"):
        return None
    user_id, _, origin = parts[4].removesuffix(".jsonl").rpartition(".")
    with suppress(ValueError):
        day = date.fromisoformat(parts[3].removeprefix("day="))
        return DayKey(f"{parts[1]}/{parts[2]}", day, user_id, origin)
    return None


def check(object_key: str, content: bytes, path: object) -> None:
    """Raise `DamagedFile` unless the object of bronze at `path` can be read, however old it is."""
    month = bronze_months.parse_key(object_key)
    if month:
        bronze_months.check(month, content, path)
    elif parse_day_key(object_key):
        bronze.check(content, path)
    elif (object_key, content) != (LAYOUT, BY_MONTH):
        raise DamagedFile.at(path, "it is no file of bronze")


def readable(object_key: str, content: bytes) -> bytes:
    """A damaged object of bronze with what of it can be read; empty where nothing can."""
    month, day = bronze_months.parse_key(object_key), parse_day_key(object_key)
    if day:
        lines = bronze.readable_lines(content)
        return bronze.encode(day, lines) if lines else b""
    days = bronze_months.readable_days(month, content) if month else {}
    return bronze_months.pack(days) if days else b""


def by_month(layer: Bronze, lock: Callable[[str], AbstractContextManager[object]]) -> Bronze:
    """`layer`, whose days all lie in files a month from now on.

    `DamagedFile` names a day's file that cannot be read: nothing of its month is changed then.
    """
    if layer.objects.exists(LAYOUT):
        return layer
    with lock(LOCK):
        if not layer.objects.exists(LAYOUT):
            _bring_over(layer)
    return layer


def _bring_over(layer: Bronze) -> None:
    days: defaultdict[MonthKey, dict[DayKey, str]] = defaultdict(dict)
    found = [info.key for info in layer.objects.list(BRONZE)]
    for name in found:
        key = parse_day_key(name)
        if key:
            days[month_of(key)][key] = name
    for names in days.values():
        _bring_month_over(layer, names)
    if found:
        layer.objects.put(LAYOUT, BY_MONTH)
    else:
        # A home that has no bronze has no mark of it either, until it has.
        layer.mark = (LAYOUT, BY_MONTH)
    if days:
        # Of the folders that are empty now a listing would go through every one.
        layer.objects.erase(BRONZE, lambda _: False)
        count = sum(map(len, days.values()))
        logger.warning(
            "Bronze of %s was brought over to one file a month: %s day files became %s.",
            place_of(layer.objects, BRONZE),
            f"{count:,}",
            f"{len(days):,}",
        )


def _bring_month_over(layer: Bronze, names: dict[DayKey, str]) -> None:
    contents = {key: layer.objects.get(name) for key, name in names.items()}
    for key, lines in contents.items():
        bronze.check(lines, place_of(layer.objects, names[key]))
    layer.apply(contents)
    for name in names.values():
        layer.objects.delete(name)
