"""What every parser returns: records, rows that could not be used, and what the file as a whole
says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class FetchNote:
    """What stands beside a fetched answer: when it was asked for and about which days
    (inclusive)."""

    fetched_at: datetime
    dataset: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What a parser may know besides the bytes.

    `timezone` is the user's; `first_day` to `last_day` are the days that the lake has partitions
    for; `dataset` is the user's own word on what the file holds (`--dataset daily_sleep`).
    """

    timezone: ZoneInfo
    first_day: date
    last_day: date
    dataset: str | None = None
    fetch: FetchNote | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One usable source row.

    `dataset` is the bronze dataset (`oura/daily_sleep`), `key` the record's identity within user
    and dataset, `line` its place in the file (CSV: line number from 1, header included; JSON: index
    in the list from 1), `content` the raw record as JSON-able values, `hints` what only the whole
    file tells (units).
    """

    dataset: str
    day: date
    key: str
    line: int
    content: dict[str, Any]
    hints: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One source row that cannot be used: where it stands, which field is at fault, why, and its
    raw text.

    `outside_lake` says that all that is wrong with it is its day, for which the lake has no
    partition; `usable_from` is that day when it has not come yet.
    """

    line: int
    field: str | None
    reason: str
    raw: str
    usable_from: date | None = None
    outside_lake: bool = False


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A recognised file, of a `source` and `origin` as they are declared.

    `row_count` is counted while reading: it equals `len(records) + rejected_count`, of which
    `more_rejected` are not kept in `rejected`.

    `unknown_fields` are fields that no reader here knows (drift). `coverage` are the first and last
    day about which the file speaks, None when it holds no record and no fetch note. `whole` says
    that the file has every record of what it covers, as a snapshot or a complete answer has;
    `stamp` is the download's own time, where its content or the vendor's name for it tells (UTC).
    `notes` are sentences on what was assumed or left out. `fed_datasets` are those of which a file
    that feeds several has columns, None where `datasets` say it. `coverage_by_dataset` are each
    dataset's own days where a file's datasets differ in them, less those without any. `unread_days`
    are, of each dataset, the days of rejected rows of which the day is readable.
    """

    source: str
    origin: str
    datasets: tuple[str, ...]
    records: Sequence[Record]
    rejected: Sequence[RejectedRow]
    row_count: int
    coverage: tuple[date, date] | None
    unknown_fields: tuple[str, ...] = ()
    whole: bool = False
    stamp: datetime | None = None
    notes: tuple[str, ...] = ()
    fed_datasets: tuple[str, ...] | None = None
    coverage_by_dataset: Mapping[str, tuple[date, date]] | None = None
    more_rejected: int = 0
    unread_days: Mapping[str, frozenset[date]] = field(default_factory=dict)

    @property
    def days(self) -> set[date]:
        """The days of its records."""
        return {day for _, day in self._places}

    def days_of(self, dataset: str) -> set[date]:
        """The days of its records of a dataset."""
        return {day for name, day in self._places if name == dataset}

    @property
    def _places(self) -> Iterable[tuple[str, date]]:
        known: Iterable[tuple[str, date]] | None = getattr(self.records, "places", None)
        return ((one.dataset, one.day) for one in self.records) if known is None else known

    @property
    def rejected_count(self) -> int:
        """Rows that could not be used, kept or not."""
        return len(self.rejected) + self.more_rejected


def unread_together(parts: Iterable[ParsedFile]) -> dict[str, frozenset[date]]:
    """The `unread_days` of several parts of a file, by dataset."""
    days: dict[str, frozenset[date]] = {}
    for part in parts:
        for dataset, unread in part.unread_days.items():
            days[dataset] = days.get(dataset, frozenset()) | unread
    return days
