"""Withdrawals: what a vendor had said before and, in a later whole file, has no more.

A whole answer for a window is the truth of that window, an export that of its days, and a download
of some vendors is the whole history up to its end. Such a file withdraws the records of its own
origin that it lacks inside what it covers. A download with many fewer rows than the one before may
be torn: it is taken, and withdraws nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.records import ParsedFile

LARGEST_LOSS = 0.2

Days = tuple[date, date]
"""First and last day, both included."""


def snapshot_origins(dataset: str) -> frozenset[str]:
    """Origins whose files all tell the same history: one of them can be held against the one
    before."""
    return registry.source_of(dataset).snapshots


def is_snapshot(entry: LogEntry) -> bool:
    """Whether a file is whole, and of an origin whose files all tell the same history."""
    return entry.whole and entry.origin in snapshot_origins(entry.datasets[0])


def torn_downloads(entries: Iterable[LogEntry]) -> dict[str, LogEntry]:
    """The downloads that may be torn, by path, each with the one before that has over a fifth more
    rows.

    The one before is the last that is not torn itself, of the same person, datasets and origin.
    """
    series: defaultdict[tuple[str, str | None, str | None], list[LogEntry]] = defaultdict(list)
    for entry in entries:
        if is_snapshot(entry):
            series[entry.user_id, entry.data_type, entry.origin].append(entry)
    torn: dict[str, LogEntry] = {}
    for downloads in series.values():
        torn |= _torn_among(sorted(downloads, key=lambda entry: entry.version))
    return torn


def _torn_among(downloads: list[LogEntry]) -> dict[str, LogEntry]:
    torn: dict[str, LogEntry] = {}
    before = downloads[0]
    for entry in downloads[1:]:
        if entry.record_count < before.record_count * (1 - LARGEST_LOSS):
            torn[entry.file_path] = before
        else:
            before = entry
    return torn


def cut_short_after(entry: LogEntry, whole: Iterable[LogEntry]) -> LogEntry | None:
    """The download that was there before and reaches a later day, where this younger one has over a
    fifth fewer rows.

    A download that is cut at its end lacks the newest days, and so ranks as an older one.
    """
    if not is_snapshot(entry):
        return None
    series = (entry.user_id, entry.data_type, entry.origin)
    fuller = [
        other
        for other in whole
        if (other.user_id, other.data_type, other.origin) == series
        and (other.last_day or date.min) > (entry.last_day or date.min)
        and other.said_at < entry.said_at
        and entry.record_count < other.record_count * (1 - LARGEST_LOSS)
    ]
    return max(fuller, key=lambda other: other.version, default=None)


def withdrawing_days(entry: LogEntry, parsed: ParsedFile, dataset: str) -> Days | None:
    """The days from which a whole file withdraws what it lacks of a bronze dataset; None when from
    none.

    Some downloads reach back to the beginning. Of a file with several datasets, each speaks of its
    own days.
    """
    if not entry.whole or entry.covered_first is None or entry.covered_last is None:
        return None
    if len(parsed.datasets) > 1:
        days = parsed.days_of(dataset)
        return (min(days), max(days)) if days else None
    first = date.min if reaches_back(dataset) else entry.covered_first
    return first, entry.covered_last


def reaches_back(dataset: str) -> bool:
    """Whether a whole file of a dataset tells of all days up to its end, and not of its own first
    day on alone."""
    return registry.dataset_named(dataset).reaches_back


def is_whole(parsed: ParsedFile) -> bool:
    """Whether what a file lacks is gone at the vendor: it is whole, and every row of the lake's
    days was readable."""
    known = parsed.rejected_count == len(parsed.rejected)
    return parsed.whole and known and all(row.outside_lake for row in parsed.rejected)
