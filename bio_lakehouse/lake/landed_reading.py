"""Landed files as their formats read them, read again for what they tell of other days too."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from bio_lakehouse import sources
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.kept_records import KeptRecords
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import LandedFile, Note
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectInfo, checksum
from bio_lakehouse.sources.contents import AnyContent, Content, opened_by
from bio_lakehouse.sources.file_limits import AT_ONCE
from bio_lakehouse.sources.parts import together
from bio_lakehouse.sources.records import ParseContext, ParsedFile

REREAD_AT_ONCE = 64
KEPT_BYTES = 48 << 20
"""Of files whose readings are kept for a moment; a reading takes about as much."""


def context_of(lake: Lakehouse, file: LandedFile) -> ParseContext:
    return context_for(lake, file.user_id, file.note)


def context_for(lake: Lakehouse, user_id: str, note: Note) -> ParseContext:
    """What a parser may know of a file of that user beside its bytes."""
    settings = lake.settings
    zone = ZoneInfo(settings.user_profile(user_id).timezone)
    return ParseContext(zone, settings.first_day, settings.today(), note.dataset, note.fetch)


@dataclass(frozen=True, slots=True)
class Reading:
    """A parsed file, and its records as they are kept, which `parsed` has too."""

    parsed: ParsedFile
    records: KeptRecords


class _Kept:
    """Readings of a moment ago, as many as some bytes of files come to; a large file counts as a
    part of it, as its records lie on disk."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held = 0
        self._readings: OrderedDict[Hashable, tuple[int, Reading]] = OrderedDict()

    def find(self, key: Hashable) -> Reading | None:
        if key not in self._readings:
            return None
        self._readings.move_to_end(key)
        return self._readings[key][1]

    def keep(self, key: Hashable, size: int, reading: Reading) -> None:
        """Add a reading that is not there; the oldest go. The total is kept, as to add up all sizes
        for each of very many small files would take most of the time."""
        counted = min(size, AT_ONCE)
        self._readings[key] = (counted, reading)
        self._held += counted
        while len(self._readings) > 1 and self._held > self.most:
            _, (gone, _) = self._readings.popitem(last=False)
            self._held -= gone

    def clear(self) -> None:
        self._readings.clear()
        self._held = 0


_kept = _Kept(KEPT_BYTES)


def _read(name: str, digest: str, context: ParseContext, content: AnyContent) -> Reading:
    """What a file says; one that was read a moment ago in this process is not parsed again."""
    key = (name, digest, context)
    reading = _kept.find(key)
    if reading is None:
        opened = opened_by(content)
        reading = _read_parts(name, opened, context)
        _kept.keep(key, opened.size, reading)
    return reading


def _read_parts(name: str, content: Content, context: ParseContext) -> Reading:
    records = KeptRecords()
    parsed: ParsedFile | None = None
    for part in sources.parse_in_parts(name, content, context):
        records.add(part.records)
        parsed = together(parsed, part) if parsed else replace(part, records=())
    if parsed is None:
        raise ValueError(f"{name} was read in no part")
    return Reading(replace(parsed, records=records), records)


def read_file(file: LandedFile, context: ParseContext) -> Reading:
    """The parsed file."""
    return _read(file.name, file.checksum, context, file.content)


def read_content(name: str, content: AnyContent, context: ParseContext) -> Reading:
    """As `read_file`, of what is not landed."""
    return _read(PurePosixPath(name).name, checksum(content), context, content)


forget_readings = _kept.clear
"""Give back the memory of files that were read."""


def reread(lake: Lakehouse, entries: Iterable[LogEntry]) -> Iterator[tuple[LogEntry, Reading]]:
    """The files behind log entries; without those of which landing does not hold the content any
    more."""
    for entry, file in _landed(lake, entries):
        yield entry, read_file(file, context_of(lake, file))


def is_landed(lake: Lakehouse, entry: LogEntry) -> bool:
    """Whether landing holds the content of a log entry under its path."""
    return any(True for _ in _landed(lake, [entry]))


def _landed(lake: Lakehouse, entries: Iterable[LogEntry]) -> Iterator[tuple[LogEntry, LandedFile]]:
    wanted = list(entries)
    for start in range(0, len(wanted), REREAD_AT_ONCE):
        some = wanted[start : start + REREAD_AT_ONCE]
        sizes = {entry.file_path: entry.size for entry in some}
        contents = landing.read_paths(lake.landing_objects, sizes, sizes)
        for entry in some:
            if entry.file_path not in contents:
                continue
            info = ObjectInfo(entry.file_path, entry.size, entry.modified, entry.tag)
            file = LandedFile(entry.file_path, entry.user_id, *contents[entry.file_path], info)
            if file.checksum == entry.checksum:
                yield entry, file
