"""Bronze's lines: every version of every record of a day, user and origin, untouched.

A day's lines are a function of the landed files, in whatever order they came: versions are sorted
as the log ranks their files, and of versions in a row that say the same only the first is kept. A
record that a later whole file does not have is withdrawn by a line of its own, after which it
starts anew; its versions stay. A landed file that has been removed keeps its lines. Where they lie
is told by `bronze_months.py`.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date
from hashlib import blake2b
from itertools import dropwhile, groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake.kept_records import KeptRecord
from bio_lakehouse.lake.log import FileDay, LogEntry

DIGEST_BYTES = 8


class DayKey(NamedTuple):
    """What one bronze day is about: the lines of a user and origin."""

    dataset: str
    day: date
    user_id: str
    origin: str

    @property
    def name(self) -> str:
        """What stands for it in the version of its day: the file that once held it alone."""
        return f"bronze/{self.dataset}/day={self.day}/{self.user_id}.{self.origin}.jsonl"


class Line(NamedTuple):
    """One record version of a day. `record` and `hints` are JSON with sorted keys: what makes
    two the same.

    `provisional_at` is when its origin began to say it (UTC), if its day was not over then, nor
    whenever the same was said again; else empty. A line that is `withdrawn` is no row: the file
    that it names covers the day, and has the record no more.
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
    """The lines that a day must have, and how many rows of each source file they were made from."""

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

    def is_before(self, line: Line) -> bool:
        """Whether the file is older than the one that said `line`."""
        return self.version < line.version and not line.version.startswith(f"{self.version}|")

    def withdrawing(self, key: str) -> Line:
        """The line that withdraws a record which the file does not have."""
        version = f"{self.version}|{0:07d}|{0:09d}"
        return Line(key, version, 0, self.source_file, self.ingested_at, "{}", "{}", withdrawn=True)


@dataclass(frozen=True, slots=True)
class BronzeWrite:
    """What writing a range of one dataset did: days of a user and origin `written` and left
    `unchanged`; `versions` are those of the days that have lines now."""

    lines_by_day: dict[date, int]
    written: int
    unchanged: int
    versions: dict[date, str]


class Said:
    """What is alike in all lines of one landed file; `zone` is the person's."""

    def __init__(self, entry: LogEntry, zone: ZoneInfo) -> None:
        said_at = entry.said_at.astimezone(UTC)
        self.version = entry.version
        self.source_file = entry.file_path
        self.ingested_at = entry.upload_timestamp.isoformat()
        self.said_at = said_at.isoformat(timespec="microseconds")
        self.said_on = said_at.astimezone(zone).date()

    def line(self, day: date, record: KeptRecord) -> Line:
        """The line of one of its records."""
        # In the order of the fields: to name each takes as long again, and there are very many.
        return Line(
            record.key,
            f"{self.version}|{record.fullness:07d}|{record.line:09d}",
            record.line,
            self.source_file,
            self.ingested_at,
            record.hints,
            record.text,
            self.said_at if self.said_on <= day else "",
        )


def to_statement(entry: LogEntry) -> Statement:
    return Statement(entry.version, entry.file_path, entry.upload_timestamp.isoformat())


def merge(lines: Iterable[Line], statements: Iterable[Statement] = ()) -> DayFile:
    """Lines of one day from all its record versions, in any order and with repeats.

    Of versions in a row that say the same only the first is kept, final once any of them is. A
    version that a later one of the day's whole `statements` does not have is withdrawn by the
    earliest such, be it said again afterwards or not.
    """
    lines, ordered = list(lines), sorted(statements)
    if _stand_alone(lines, ordered):
        return DayFile(sorted(lines, key=_place), Counter(line.source_file for line in lines))
    return _merge_versions(lines, ordered)


def _stand_alone(lines: list[Line], ordered: list[Statement]) -> bool:
    """Whether each record has one version, which nothing withdraws: nearly all days are so."""
    if len({line.key for line in lines}) < len(lines) or any(line.withdrawn for line in lines):
        return False
    newest = ordered[-1].version if ordered else ""
    return all(newest < line.version for line in lines)


def _merge_versions(lines: list[Line], ordered: list[Statement]) -> DayFile:
    kept: list[Line] = []
    landed: Counter[str] = Counter()
    by_key = groupby(sorted(lines, key=_place), key=lambda line: line.key)
    for _, of_record in by_key:
        # A withdrawal before all that is known of its record withdraws nothing.
        versions = list(dropwhile(lambda line: line.withdrawn, of_record))
        landed.update(line.source_file for line in versions if not line.withdrawn)
        for line in _with_withdrawals(versions, ordered):
            _keep(line, kept)
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


def _with_withdrawals(versions: list[Line], statements: list[Statement]) -> Iterator[Line]:
    """The versions of a record in order, and among them the lines that withdraw it."""
    for line, following in zip(versions, [*versions[1:], None], strict=True):
        yield line
        place = bisect(statements, Statement(line.version, "", ""))
        if place < len(statements) and not line.withdrawn:
            later = statements[place]
            if following is None or later.is_before(following):
                yield later.withdrawing(line.key)


_NONE = msgspec.Raw()


class Stored(msgspec.Struct, omit_defaults=True, gc=False):
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
_DECODER = msgspec.json.Decoder(Stored)


def encode(key: DayKey, lines: list[Line]) -> bytes:
    about = (key.user_id, key.day.isoformat(), key.origin, key.dataset)
    return _ENCODER.encode_lines(Stored(*about, *_told(line)) for line in lines)


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


def stored_lines(content: bytes) -> list[Stored]:
    """The lines of days as they are stored."""
    return _DECODER.decode_lines(content)


def decode(content: bytes) -> list[Line]:
    """The lines of days, their hints and records still JSON."""
    return [stored.as_line() for stored in _DECODER.decode_lines(content)]


def check(content: bytes, path: object) -> None:
    """Raise `DamagedFile` unless `content`, lines of the file at `path`, can be read to its end."""
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
    """Those of damaged lines that are whole."""
    found = []
    for text in content.split(b"\n"):
        with suppress(DamagedFile):
            check(text + b"\n", "")
            found.append(_DECODER.decode(text).as_line())
    return found


def file_days(key: DayKey, landed: Counter[str], lines: list[Line]) -> list[FileDay]:
    """Row counts of one day by source file: a row that landed and made no line is an identical
    duplicate."""
    kept = Counter(line.source_file for line in lines if not line.withdrawn)
    return [
        FileDay(path, key.dataset, key.day, rows, rows - kept[path])
        for path, rows in landed.items()
    ]


def digest_of(content: bytes) -> bytes:
    """What stands for a day's bytes in its version."""
    return blake2b(content).digest()


def version_of_files(contents: Iterable[tuple[str, bytes]]) -> str:
    """The version of files, from their names and bytes."""
    return version_of_digests((name, digest_of(content)) for name, content in contents)


def version_of_digests(digests: Iterable[tuple[str, bytes]]) -> str:
    """As `version_of_files`, from their names and the digests of their bytes."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for name, of_content in sorted(digests):
        digest.update(blake2b(name.encode()).digest())
        digest.update(of_content)
    return digest.hexdigest()
