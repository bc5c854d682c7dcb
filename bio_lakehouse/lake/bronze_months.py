"""The files of bronze: one compressed file a month, user and origin, of the lines of its days.

A month's file is a function of its days' lines: they stand in the order of their days, each names
its day, and nothing else goes into the bytes. `gunzip` gives them back as JSON lines, and Spark
reads them as they are. Of what else could hold bronze `bio_lakehouse_tests.benchmarks.
bronze_layouts` has the figures.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

import msgspec

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import bronze
from bio_lakehouse.lake.bronze import DayKey
from bio_lakehouse.lake.home import BRONZE

SUFFIX = ".jsonl.gz"
MONTH = "month="
COMPRESSION = 1
"""The next level that is worth it (6) takes five times as long for a quarter less."""
GZIP = 16 + zlib.MAX_WBITS
DAY_LENGTH = len("2026-01-31")
Days = dict[date, bytes]
"""A month's days that have lines, each with them."""


class MonthKey(NamedTuple):
    """What one file of bronze is about; `month` is its first day."""

    dataset: str
    month: date
    user_id: str
    origin: str

    @property
    def object_key(self) -> str:
        return f"{folder(self.dataset, self.month)}/{self.user_id}.{self.origin}{SUFFIX}"

    def day(self, day: date) -> DayKey:
        return DayKey(self.dataset, day, self.user_id, self.origin)


def month_of(key: DayKey) -> MonthKey:
    return MonthKey(key.dataset, key.day.replace(day=1), key.user_id, key.origin)


def folder(dataset: str, month: date) -> str:
    return f"{BRONZE}/{dataset}/{MONTH}{month:%Y-%m}"


def parse_key(object_key: str) -> MonthKey | None:
    """The reverse of `MonthKey.object_key`; None for an object that is no month's file."""
    parts = object_key.split("/")
    if len(parts) != 5 or not parts[3].startswith(MONTH) or not parts[4].endswith(SUFFIX):
        return None
    user_id, _, origin = parts[4].removesuffix(SUFFIX).rpartition(".")
    month = _month(parts[3].removeprefix(MONTH))
    return MonthKey(f"{parts[1]}/{parts[2]}", month, user_id, origin) if month else None


def _month(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(f"{text}-01")
    return None


def months_between(first: date, last: date) -> Iterator[date]:
    """The first days of the months of which any day is among `first` to `last`."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(number // 12, number % 12 + 1, 1)


def last_day_of(month: date) -> date:
    return (month + timedelta(31)).replace(day=1) - timedelta(1)


def pack(days: Mapping[date, bytes]) -> bytes:
    """The file of a month's days, whose bytes depend on nothing else."""
    lines = b"".join(days[day] for day in sorted(days))
    return gzip.compress(lines, COMPRESSION, mtime=0)


def unpack(key: MonthKey, content: bytes, path: object) -> Days:
    """The days of the month's file at `path`, to the byte; `DamagedFile` when it is cut, or not
    what was written."""
    lines = _lines(content, path)
    head = _head(key.user_id)
    start, end = len(head), len(head) + DAY_LENGTH
    days: Days = {}
    by_day = groupby(lines.split(b"\n")[:-1], key=lambda line: (line[:start], line[start:end]))
    for (own_head, day_text), of_day in by_day:
        day = _day(day_text)
        is_own = own_head == head and day is not None and day.replace(day=1) == key.month
        if not is_own or day is None or day in days:
            raise DamagedFile.at(path, "it has a line that is not of its person, month or place")
        days[day] = b"\n".join([*of_day, b""])
    return days


def _lines(content: bytes, path: object) -> bytes:
    """The lines of a month's file; the sum at its end says whether they are as they were
    written."""
    try:
        lines = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DamagedFile.at(path, "it is cut" if isinstance(error, EOFError) else error) from error
    if not lines.endswith(b"\n"):
        raise DamagedFile.at(path, "it ends inside a line" if lines else "it is empty")
    return lines


def _head(user_id: str) -> bytes:
    """What stands before the day in every line of a person's."""
    return b'{"user_id":' + msgspec.json.encode(user_id) + b',"day":"'


def _day(text: bytes) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text.decode("ascii"))
    return None


def check(key: MonthKey, content: bytes, path: object) -> None:
    """Raise `DamagedFile` unless every line of the month's file at `path` can be read."""
    for lines in unpack(key, content, path).values():
        bronze.check(lines, path)


def readable_days(key: MonthKey, content: bytes) -> Days:
    """What of a damaged file is surely what was written: of one that is cut the whole lines before
    the cut, of any other the lines of a sum that is right."""
    decompressing = zlib.decompressobj(GZIP)
    try:
        lines = decompressing.decompress(content)
    except zlib.error:
        return {}
    head = _head(key.user_id)
    readable: dict[date, list[bronze.Line]] = {}
    for line in lines.split(b"\n")[:-1]:
        day = _day(line[len(head) : len(head) + DAY_LENGTH])
        if line.startswith(head) and day and day.replace(day=1) == key.month:
            readable.setdefault(day, []).extend(bronze.readable_lines(line))
    return {day: bronze.encode(key.day(day), kept) for day, kept in readable.items() if kept}
