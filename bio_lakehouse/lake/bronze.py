"""Bronze: one file a day, user and origin, with every version of every record, untouched.

A day file is a function of the landed files, in whatever order they came: versions are sorted as
the log ranks their files, and of versions in a row that say the same only the first is kept. A
record that a later whole file does not have is withdrawn by a line of its own; its versions stay. A
landed file that has been removed keeps its lines. A day file is written only when what it says
changes: a file that repeats what is known leaves it alone, and then an earlier arrival goes on
being named as its source.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake.log import FileDay, LogEntry, days_between
from bio_lakehouse.lake.objects import ObjectStore, place_of
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.records import Record

if TYPE_CHECKING:
    import pyarrow as pa

DIGEST_BYTES = 8


class DayKey(NamedTuple):
    """What one bronze file is about."""

    dataset: str
    day: date
    user_id: str
    origin: str

    @property
    def object_key(self) -> str:
        return f"{folder(self.dataset, self.day)}/{self.user_id}.{self.origin}.jsonl"


class Line(NamedTuple):
    """One record version of a day file. `record` and `hints` are JSON with sorted keys: what makes
    two the same.

    `provisional_at` is when it was said (UTC), if that was while its day was still going on and
    nothing has said the same since; else empty. A line that is `withdrawn` is no row: the file that
    it names covers the day, and has the record no more.
    """

    key: str
    version: str
    line: int
    source_file: str
    ingested_at: str
    hints: str
    record: str
    provisional_at: str = ""
    withdrawn: bool = False

    @property
    def checksum(self) -> str:
        """The checksum of the file that said it, which its version carries."""
        return self.version.split("|")[-3]


class DayFile(NamedTuple):
    """The lines that a day file must have, and how many rows of each source file they were made
    from."""

    lines: list[Line]
    landed: Counter[str]

    @property
    def contents(self) -> list[tuple[str, ...]]:
        """What the file says, whoever said it first."""
        return [(*_said(line), line.provisional_at) for line in self.lines]


class Statement(NamedTuple):
    """A landed file that is whole: of the days that it covers, what it does not hold is not there
    any more."""

    version: str
    source_file: str
    ingested_at: str


@dataclass(frozen=True, slots=True)
class BronzeWrite:
    """What writing a range of one dataset did; `versions` are those of the days that have files
    now."""

    lines_by_day: dict[date, int]
    written: int
    unchanged: int
    versions: dict[date, str]


def folder(dataset: str, day: date) -> str:
    return f"bronze/{dataset}/day={day.isoformat()}"


def fullness(content: Mapping[str, Any]) -> int:
    """How many values a raw record carries: within one file the fuller row of a record wins, then
    the later one."""
    return sum(
        fullness(value) if isinstance(value, dict) else value not in (None, "", "None", [])
        for value in content.values()
    )


to_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
"""A value as the one JSON text that says it."""


def to_line(record: Record, text: str, entry: LogEntry, zone: ZoneInfo) -> Line:
    """The line of one record of a landed file; `text` is its content as JSON, `zone` the
    person's."""
    version = f"{entry.version}|{fullness(record.content):07d}|{record.line:09d}"
    said_at = entry.said_at.astimezone(UTC)
    provisional = said_at.astimezone(zone).date() == record.day
    return Line(
        key=record.key,
        version=version,
        line=record.line,
        source_file=entry.file_path,
        ingested_at=entry.upload_timestamp.isoformat(),
        hints=to_json(record.hints),
        record=text,
        provisional_at=said_at.isoformat(timespec="microseconds") if provisional else "",
    )


def to_statement(entry: LogEntry) -> Statement:
    return Statement(entry.version, entry.file_path, entry.upload_timestamp.isoformat())


def merge(lines: Iterable[Line], statements: Iterable[Statement] = ()) -> DayFile:
    """Lines of one day file from all its record versions, in any order and with repeats.

    Of versions in a row that say the same only the first is kept, final once any of them is. A
    record that a later one of the day's whole `statements` does not have is withdrawn by the
    earliest such.
    """
    ordered = sorted(statements)
    kept: list[Line] = []
    landed: Counter[str] = Counter()
    by_key = groupby(sorted(lines, key=_place), key=lambda line: line.key)
    for _, versions in by_key:
        newest = ""
        for line in versions:
            if not line.withdrawn:
                landed[line.source_file] += 1
                newest = line.version
            _keep(line, kept)
        withdrawal = _withdrawal(kept[-1], newest, ordered)
        if withdrawal:
            _keep(withdrawal, kept)
    return DayFile(kept, landed)


def _place(line: Line) -> tuple[str, str]:
    return line.key, line.version


def _said(line: Line) -> tuple[str, str, str, str]:
    """What a line says, whoever says it."""
    return line.key, line.hints, line.record, "withdrawn" if line.withdrawn else ""


def _keep(line: Line, kept: list[Line]) -> None:
    """Add a line to those that are kept, unless the last of them says the same."""
    if not kept or _said(kept[-1]) != _said(line):
        kept.append(line)
    elif kept[-1].provisional_at and not line.provisional_at:
        kept[-1] = kept[-1]._replace(provisional_at="")


def _withdrawal(last: Line, newest: str, statements: list[Statement]) -> Line | None:
    """The line that withdraws a record whose newest version is `newest`; None while nothing
    does."""
    later = next((statement for statement in statements if statement.version > newest), None)
    if later is None or not newest:
        return None
    version = f"{later.version}|{0:07d}|{0:09d}"
    return Line(
        last.key, version, 0, later.source_file, later.ingested_at, "{}", "{}", withdrawn=True
    )


_NONE = msgspec.Raw()


class _Stored(msgspec.Struct, omit_defaults=True, gc=False):
    """A line as it is stored, in that order; its hints and record are kept to the byte."""

    user_id: str
    day: str
    origin: str
    dataset: str
    key: str
    version: str
    source_file: str
    line: int
    ingested_at: str
    provisional_at: str = ""
    withdrawn: bool = False
    hints: msgspec.Raw = _NONE
    record: msgspec.Raw = _NONE

    def as_line(self) -> Line:
        return Line(
            key=self.key,
            version=self.version,
            line=self.line,
            source_file=self.source_file,
            ingested_at=self.ingested_at,
            hints=str(self.hints, "utf-8"),
            record=str(self.record, "utf-8"),
            provisional_at=self.provisional_at,
            withdrawn=self.withdrawn,
        )


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Stored)


def encode(key: DayKey, lines: list[Line]) -> bytes:
    about = (key.user_id, key.day.isoformat(), key.origin, key.dataset)
    return _ENCODER.encode_lines(_Stored(*about, *_told(line)) for line in lines)


def _told(line: Line) -> tuple[Any, ...]:
    """A line's own part of what is stored."""
    return (
        line.key,
        line.version,
        line.source_file,
        line.line,
        line.ingested_at,
        line.provisional_at,
        line.withdrawn,
        msgspec.Raw(line.hints.encode()),
        msgspec.Raw(line.record.encode()),
    )


def decode(content: bytes) -> list[Line]:
    """The lines of a day file, their hints and records still JSON."""
    return [stored.as_line() for stored in _DECODER.decode_lines(content)]


def check(content: bytes, path: object) -> None:
    """Raise `DamagedFile` unless `content`, the day file at `path`, can be read to its end."""
    if not content.endswith(b"\n"):
        raise DamagedFile.at(path, "it ends inside a line" if content else "it is empty")
    for number, text in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            _check_line(_DECODER.decode(text).as_line())
        except (ValueError, msgspec.DecodeError) as error:
            raise DamagedFile.at(path, f"line {number}: {error}") from error


def _check_line(line: Line) -> None:
    if not (line.hints and line.record):
        raise ValueError("it holds no record")


def readable_lines(content: bytes) -> list[Line]:
    """The lines of a damaged day file that are whole."""
    found = []
    for text in content.split(b"\n"):
        with suppress(DamagedFile):
            check(text + b"\n", "")
            found.append(_DECODER.decode(text).as_line())
    return found


def parse_key(object_key: str) -> DayKey | None:
    """The reverse of `DayKey.object_key`; None for an object that is no day file."""
    parts = object_key.split("/")
    if len(parts) != 5 or not parts[3].startswith("day=") or not parts[4].endswith(".jsonl"):
        return None
    user_id, _, origin = parts[4].removesuffix(".jsonl").rpartition(".")
    return DayKey(f"{parts[1]}/{parts[2]}", date.fromisoformat(parts[3][4:]), user_id, origin)


def possible_keys(dataset: str, user_id: str, first: date, last: date) -> Iterator[DayKey]:
    """The day files that one user may have: to ask for each costs less than to list everybody's."""
    for day in days_between(first, last):
        for origin in registry.source_of(dataset).origins:
            yield DayKey(dataset, day, user_id, origin)


class Bronze:
    """The bronze layer over an object store."""

    def __init__(self, objects: ObjectStore) -> None:
        self.objects = objects

    def keys(self, dataset: str, first: date, last: date) -> list[DayKey]:
        """The day files that exist for `dataset` on days `first` to `last`."""
        if (last - first).days < 40:
            listed = [
                info.key
                for day in days_between(first, last)
                for info in self.objects.list(folder(dataset, day))
            ]
        else:
            listed = [info.key for info in self.objects.list(f"bronze/{dataset}")]
        found = (parse_key(key) for key in listed)
        return [key for key in found if key and first <= key.day <= last]

    def folders(self, dataset: str, first: date, last: date) -> list[str]:
        """The days' folders that exist for `dataset` on days `first` to `last`."""
        days = {key.day for key in self.keys(dataset, first, last)}
        return [folder(dataset, day) for day in sorted(days)]

    def contents(
        self, dataset: str, first: date, last: date, user_id: str | None = None
    ) -> dict[DayKey, bytes]:
        """The day files of a range with their bytes, in one reading; just one user's when that is
        said.

        `DamagedFile` names one that is cut or garbage.
        """
        if user_id is None:
            keys = {key.object_key: key for key in self.keys(dataset, first, last)}
            found = self.objects.get_many(keys)
        else:
            keys = {key.object_key: key for key in possible_keys(dataset, user_id, first, last)}
            found = self.objects.find_many(keys)
        for name, content in found.items():
            check(content, place_of(self.objects, name))
        return {keys[name]: content for name, content in found.items()}

    def read(self, dataset: str, first: date, last: date) -> pa.Table:
        """All record versions of a range, as the silver transforms take them."""
        # Who takes files in has no need of Arrow, which is larger than all else together.
        import pyarrow as pa

        from bio_lakehouse.lake.bronze_schema import ARROW

        rows = [
            (key.user_id, key.day, key.origin, line)
            for key, content in self.contents(dataset, first, last).items()
            for line in decode(content)
        ]
        lines = [row[3] for row in rows]
        columns: dict[str, list[Any]] = {
            "user_id": [row[0] for row in rows],
            "day": [row[1] for row in rows],
            "origin": [row[2] for row in rows],
            "record_key": [line.key for line in lines],
            "version": [line.version for line in lines],
            "line": [line.line for line in lines],
            "source_file": [line.source_file for line in lines],
            "ingested_at": [
                datetime.fromisoformat(line.ingested_at).replace(tzinfo=None) for line in lines
            ],
            "provisional_at": [line.provisional_at for line in lines],
            "withdrawn": [line.withdrawn for line in lines],
            "hints": [line.hints for line in lines],
            "record": [line.record for line in lines],
        }
        return pa.table(columns, schema=ARROW)

    def changes(
        self, wanted: dict[DayKey, DayFile], existing: dict[DayKey, bytes]
    ) -> dict[DayKey, bytes]:
        """The day files that must say something else than they do, with their new bytes (none: the
        file goes)."""
        new = {key: encode(key, day.lines) for key, day in wanted.items()}
        same = {
            key
            for key, content in new.items()
            if key in existing and _says(existing[key], content, wanted[key])
        }
        return {key: content for key, content in new.items() if key not in same} | dict.fromkeys(
            existing.keys() - wanted.keys(), b""
        )

    def apply(self, changes: dict[DayKey, bytes]) -> None:
        self.objects.put_many(
            {key.object_key: content for key, content in changes.items() if content}
        )
        for key in (key for key, content in changes.items() if not content):
            self.objects.delete(key.object_key)


def versions_by_day(contents: Mapping[DayKey, bytes]) -> dict[date, str]:
    """The content version of each day that has files, from their names and bytes."""
    by_day: defaultdict[date, list[tuple[str, bytes]]] = defaultdict(list)
    for key, content in contents.items():
        by_day[key.day].append((key.object_key, content))
    return {day: version_of_files(files) for day, files in sorted(by_day.items())}


def _says(content: bytes, wanted: bytes, day: DayFile) -> bool:
    return content == wanted or DayFile(decode(content), Counter()).contents == day.contents


def file_days(key: DayKey, landed: Counter[str], lines: list[Line]) -> list[FileDay]:
    """Row counts of one day file by source file: a row that landed and made no line is an identical
    duplicate."""
    kept = Counter(line.source_file for line in lines if not line.withdrawn)
    return [
        FileDay(path, key.dataset, key.day, rows, rows - kept[path])
        for path, rows in landed.items()
    ]


def version_of_files(contents: Iterable[tuple[str, bytes]]) -> str:
    """The version of files, from their names and bytes."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for name, content in sorted(contents):
        digest.update(blake2b(name.encode()).digest())
        digest.update(blake2b(content).digest())
    return digest.hexdigest()
