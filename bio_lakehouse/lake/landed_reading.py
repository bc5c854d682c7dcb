"""Landed files as their formats read them, read again for what they tell of other days too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from bio_lakehouse import sources
from bio_lakehouse.lake import bronze, landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import LandedFile, Note
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectInfo, checksum
from bio_lakehouse.sources.records import ParseContext, ParsedFile

REREAD_AT_ONCE = 64


def context_of(lake: Lakehouse, file: LandedFile) -> ParseContext:
    return context_for(lake, file.user_id, file.note)


def context_for(lake: Lakehouse, user_id: str, note: Note) -> ParseContext:
    """What a parser may know of a file of that user beside its bytes."""
    settings = lake.settings
    zone = ZoneInfo(settings.user_profile(user_id).timezone)
    return ParseContext(zone, settings.first_day, settings.today(), note.dataset, note.fetch)


@dataclass(frozen=True, slots=True)
class Reading:
    """A parsed file, and the JSON of each of its records in the same order."""

    parsed: ParsedFile
    texts: list[str]


class _Bytes:
    """Bytes that a cache does not compare: the checksum beside them already says which they are."""

    def __init__(self, value: bytes) -> None:
        self.value = value

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bytes)


@lru_cache(maxsize=64)
def _read_cached(name: str, digest: str, context: ParseContext, content: _Bytes) -> Reading:
    parsed = sources.parse(name, content.value, context)
    return Reading(parsed, [bronze.to_json(record.content) for record in parsed.records])


def read_file(file: LandedFile, context: ParseContext) -> Reading:
    """The parsed file; one that was read a moment ago in this process is not parsed again."""
    return _read_cached(file.name, file.checksum, context, _Bytes(file.content))


def read_content(name: str, content: bytes, context: ParseContext) -> Reading:
    """As `read_file`, of bytes that are not landed."""
    return _read_cached(PurePosixPath(name).name, checksum(content), context, _Bytes(content))


forget_readings = _read_cached.cache_clear
"""Give back the memory of files that were read."""


def reread(lake: Lakehouse, entries: Iterable[LogEntry]) -> Iterator[tuple[LogEntry, Reading]]:
    """The files behind log entries; without those of which landing does not hold the content any
    more."""
    wanted = list(entries)
    for start in range(0, len(wanted), REREAD_AT_ONCE):
        some = wanted[start : start + REREAD_AT_ONCE]
        contents = landing.read_paths(lake.landing_objects, (entry.file_path for entry in some))
        for entry in some:
            if entry.file_path not in contents:
                continue
            info = ObjectInfo(entry.file_path, entry.size, entry.modified, entry.tag)
            file = LandedFile(entry.file_path, entry.user_id, *contents[entry.file_path], info)
            if file.checksum == entry.checksum:
                yield entry, read_file(file, context_of(lake, file))
