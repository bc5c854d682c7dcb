"""The ingestion log: every file that arrived, what became of its rows, and the days that still must
be built."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, Protocol

from bio_lakehouse.lake.owed_days import OwedDays

Status = Literal[
    "ingesting", "ingested", "duplicate", "validation_failed", "replaced", "fetch_failed"
]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One file that arrived. `file_path` is its landing key (`…zip!/member` inside a zip).

    `record_count` are its source rows; `first_day` and `last_day` bound its records,
    `covered_first` and `covered_last` the days about which it speaks; `whole` says that what it
    does not hold of them is not there. `stamp` is when the download itself says that it was made (a
    fetch's time), `file_time` how old the file is that was brought by hand, `upload_timestamp` when
    landing first saw the content (all UTC). `retry_on` is the day from which rows that were
    quarantined as lying in the future become usable. `error` says why a file failed, in words for a
    person. `tag` is that of the object in landing; empty in entries that were made before there was
    one. `fed_datasets` are those of which a file that feeds several has columns; None where its own
    datasets say it, and in entries that were made before this was kept. `own_coverage` are, as
    JSON, the first and last day of each dataset of a file whose datasets differ in them. `unread`
    are, as JSON, the days of each dataset of which a row with a readable day lies in quarantine.
    """

    file_path: str
    checksum: str
    user_id: str
    upload_timestamp: datetime
    size: int
    modified: datetime
    status: Status
    source: str | None = None
    origin: str | None = None
    data_type: str | None = None
    record_count: int = 0
    quarantined_count: int = 0
    stamp: datetime | None = None
    file_time: datetime | None = None
    whole: bool = False
    first_day: date | None = None
    last_day: date | None = None
    covered_first: date | None = None
    covered_last: date | None = None
    retry_on: date | None = None
    unknown_fields: str | None = None
    error: str | None = None
    tag: str = ""
    fed_datasets: str | None = None
    own_coverage: str | None = None
    unread: str | None = None

    @property
    def usable(self) -> bool:
        """Whether its rows count, be its content still in landing or only in bronze."""
        return self.status in ("ingesting", "ingested", "replaced")

    @property
    def new_fields(self) -> tuple[str, ...]:
        """Fields that no reader knows, of `unknown_fields`: a JSON list, or names with commas in
        older logs."""
        text = self.unknown_fields or ""
        if text.startswith("["):
            return tuple(json.loads(text))
        return tuple(text.split(",")) if text else ()

    @property
    def is_wholly_quarantined(self) -> bool:
        """Whether the file had rows and none of them could be used."""
        return 0 < self.record_count == self.quarantined_count

    @property
    def said_at(self) -> datetime:
        """When what it says was true, as far as that is known (UTC)."""
        return self.stamp or self.file_time or self.upload_timestamp

    @property
    def version(self) -> str:
        """Its rank among the files of its origin, as text that sorts.

        The download's own stamp decides, then the newest day inside, the file's time, the time at
        which landing first saw it, the rows, and last the checksum, so that no two contents tie.
        """
        times = (_sortable(self.stamp), _sortable(self.file_time), _sortable(self.upload_timestamp))
        newest = (self.last_day or date.min).isoformat()
        parts = (times[0], newest, *times[1:], f"{self.record_count:010d}", self.checksum)
        return "|".join(parts)

    @property
    def covered_days(self) -> list[date]:
        """The days about which the file speaks, less those of which a row lies in quarantine."""
        if self.covered_first is None or self.covered_last is None:
            return []
        unread = self.unread_days
        days = days_between(self.covered_first, self.covered_last)
        return [day for day in days if day not in unread]

    @property
    def unread_by_dataset(self) -> dict[str, frozenset[date]]:
        """The days of which a row lies in quarantine, of each dataset that has any."""
        told = json.loads(self.unread).items() if self.unread else ()
        return {dataset: frozenset(map(day_of, days)) for dataset, days in told}

    @property
    def unread_days(self) -> frozenset[date]:
        """The days of which a row of any dataset lies in quarantine."""
        return frozenset().union(*self.unread_by_dataset.values())

    @property
    def covers_days(self) -> bool:
        """Whether there are any `covered_days`."""
        return (self.covered_last or date.min) >= (self.covered_first or date.max)

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(self.data_type.split(",")) if self.data_type else ()

    @property
    def datasets_told(self) -> tuple[str, ...]:
        """The datasets about whose days the file speaks."""
        if self.own_coverage is not None:
            return tuple(json.loads(self.own_coverage))
        return self.datasets if self.fed_datasets is None else tuple(self.fed_datasets.split(","))

    @property
    def coverage(self) -> dict[str, tuple[date, date]]:
        """The first and last day about which the file speaks, of each dataset."""
        if self.own_coverage is not None:
            own = json.loads(self.own_coverage).items()
            return {dataset: (day_of(first), day_of(last)) for dataset, (first, last) in own}
        if self.covered_first is None or self.covered_last is None:
            return {}
        return dict.fromkeys(self.datasets_told, (self.covered_first, self.covered_last))

    @property
    def stretches(self) -> dict[str, list[tuple[date, date]]]:
        """The days about which the file speaks, of each dataset: where a row lies in quarantine it
        does not tell what there was."""
        unread = self.unread_by_dataset
        return {
            dataset: list(stretches_without(span, unread.get(dataset, ())))
            for dataset, span in self.coverage.items()
        }


day_of = lru_cache(maxsize=2**14)(date.fromisoformat)
"""Many files name the same days."""


def days_between(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(offset)


def stretches_without(
    span: tuple[date, date], left_out: Iterable[date]
) -> Iterator[tuple[date, date]]:
    """What is left of the days from the first to the last of `span` without some of them."""
    begins, last = span
    for day in sorted(day for day in left_out if begins <= day <= last):
        if begins < day:
            yield begins, day - timedelta(1)
        begins = day + timedelta(1)
    if begins <= last:
        yield begins, last


def _sortable(time: datetime | None) -> str:
    """A time as text that sorts, of one length; blanks, which come first, for an unknown one."""
    if time is None:
        return " " * 27
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class FileDay:
    """Rows of one file, dataset and day: how many landed, and what they are now."""

    file_path: str
    dataset: str
    day: date
    landed: int
    duplicates: int
    current: int = 0
    superseded: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of a file's rows; `landed` equals the sum of the other five.

    `withdrawn` are those of records that a later whole answer or download does not have any more.
    """

    landed: int
    current: int
    superseded: int
    withdrawn: int
    duplicates: int
    quarantined: int

    @property
    def balanced(self) -> bool:
        shown_or_not = self.current + self.superseded + self.withdrawn
        return self.landed == shown_or_not + self.duplicates + self.quarantined


class IngestionLog(Protocol):
    """What the lake asks of its log, wherever that is kept: narrow questions, and never for all of
    it.

    Entries come oldest arrival first.
    """

    @property
    def owed(self) -> OwedDays:
        """The days of which something is still to be made."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """What this thread asks and tells inside shares what it takes to reach the log. Each
        question and change stays one of its own."""
        ...

    def is_empty(self) -> bool:
        """Whether nothing ever arrived."""
        ...

    def users(self) -> set[str]:
        """Whose files arrived."""
        ...

    def users_about(self, dataset: str, first: date, last: date) -> set[str]:
        """Whose usable files may say something of `dataset` on days `first` to `last`: by records
        of these days, or as whole files that cover the first of them or a later day."""
        ...

    def has_built(self) -> bool:
        """Whether some file's records went into tables."""
        ...

    def first_day(self) -> date | None:
        """The first day about which a usable file says anything."""
        ...

    def datasets_with_records(self) -> set[str]:
        """The bronze datasets of which usable files have records."""
        ...

    def entry(self, file_path: str) -> LogEntry | None:
        """The entry at a path; None when there is none."""
        ...

    def of_objects(self, keys: Iterable[str]) -> dict[str, list[LogEntry]]:
        """The entries of objects in landing, by key: of a zip those of the files inside it."""
        ...

    def of_user(self, user_id: str) -> list[LogEntry]:
        """That user's entries."""
        ...

    def arrived_since(self, time: datetime) -> list[LogEntry]:
        """The entries of what landing first saw at `time` (UTC) or later."""
        ...

    def with_unknown_fields(self) -> list[LogEntry]:
        """The entries of files that have fields which no reader knew."""
        ...

    def with_quarantined_rows(self) -> list[LogEntry]:
        """Usable entries some of whose rows are in quarantine."""
        ...

    def checksums(self, paths: Iterable[str]) -> dict[str, str]:
        """The checksums of those of `paths` that the log has."""
        ...

    def with_checksum(self, user_id: str, checksum: str) -> LogEntry | None:
        """That user's first entry to arrive whose content is the same and was usable."""
        ...

    def overlapping(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        """Usable entries of that user that hold records of `dataset` on days `first` to `last`."""
        ...

    def covering(self, user_id: str, source: str, first: date, last: date) -> list[LogEntry]:
        """Usable entries of that user and source that speak about any of the days."""
        ...

    def speaking(self, user_id: str, dataset: str, first: date, last: date) -> list[LogEntry]:
        """Usable entries of that user that hold records of the days and tell of `dataset`."""
        ...

    def whole(
        self,
        user_id: str,
        dataset: str,
        *,
        origins: Iterable[str] | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[LogEntry]:
        """Usable entries of that user that are whole: what they lack of the days that they cover is
        not there.

        Just those of some origins, or that cover any of the days `first` to `last`, where it is
        said.
        """
        ...

    def record(
        self,
        entry: LogEntry,
        pending: dict[str, set[date]] | None = None,
        repeated: Iterable[FileDay] = (),
    ) -> None:
        """Write `entry`, the days that it changed and its rows that say nothing new, at once.

        An entry of the same path is replaced; rows of a day that is counted already stay as they
        are.
        """
        ...

    def forget(self, file_path: str) -> None:
        """Drop the entry of what was no file (a fetch that failed and has now succeeded)."""
        ...

    def forget_user(self, user_id: str, *, is_trial: bool = False) -> int:
        """Remove all that is known of a user and of their files, from the disk too; how many
        entries there were. With `is_trial` they are counted alone."""
        ...

    def rename(self, entry: LogEntry, file_path: str) -> None:
        """Keep what is known of `entry`, its rows too, under another path, as replaced."""
        ...

    def begin(self, object_key: str) -> None:
        """Remember that a landed object is being taken, until `finish`."""
        ...

    def finish(self, object_key: str) -> None:
        """A landed object has been taken."""
        ...

    def interrupted(self) -> set[str]:
        """Objects whose taking was begun and not finished: by a process that died, or is still at
        it."""
        ...

    def pending(self, user_id: str | None = None) -> dict[str, set[date]]:
        """Days that arrivals changed and no finished run has built yet, by bronze dataset.

        Just those of one user's files when that is said.
        """
        ...

    def waiting(self, user_id: str, dataset: str, days: Iterable[date]) -> set[date]:
        """Those of `days` of a bronze dataset that a user's files changed and that no finished run
        has built yet."""
        ...

    def files_pending(self, first: date, last: date) -> list[str]:
        """Paths of the files that changed days `first` to `last`, which no finished run has built
        yet."""
        ...

    def users_pending(self, first: date, last: date) -> set[str] | None:
        """Whose files changed days `first` to `last`, which no finished run has built yet; None
        where something other than a file changed any of them, which may concern anybody."""
        ...

    def mark_gold_built(
        self, run_id: str, datasets: Iterable[str], first: date, last: date
    ) -> None:
        """A run has built the days of `datasets` up to gold's daily table, with what it knew of.

        A file of which nothing is left to build is ingested.
        """
        ...

    def replace_days(self, dataset: str, first: date, last: date, days: Iterable[FileDay]) -> None:
        """Replace what is known of `dataset` on days `first` to `last`."""
        ...

    def days(self, first: date, last: date, dataset: str | None = None) -> list[FileDay]:
        """Row counts of all files on days `first` to `last`: of one dataset, or of all."""
        ...

    def state(self) -> str:
        """What names the arrivals and what waits to be built: another once either has changed."""
        ...

    def newest_days(self, user_id: str) -> dict[str, date]:
        """The newest day of which a user has records that count, by bronze dataset."""
        ...

    def counts(self, file_path: str) -> RowCounts:
        """What became of one file's rows up to now."""
        ...
