"""The workout CSV that a Peloton member downloads: always the whole history, one workout a row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, time, timedelta
from functools import partial
from typing import Any

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.checking import (
    NUMBER,
    RowProblem,
    calendar_day,
    check,
    day_in_lake,
    is_unknown,
    shown,
)
from bio_lakehouse.sources.datasets import PELOTON_WORKOUTS
from bio_lakehouse.sources.delimited import comma_table
from bio_lakehouse.sources.fields import Field, canonical_header
from bio_lakehouse.sources.peloton.fields import (
    CSV_FIELDS,
    DISCIPLINE_HEADER,
    METRIC_HEADERS,
    OTHER_HEADERS,
    START_HEADER,
    TITLE_HEADER,
    ZONE_LABELS,
)
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse.sources.rows import Row, days_spanned, sift, within_lake

IDENTITY_HEADERS = (START_HEADER, DISCIPLINE_HEADER, TITLE_HEADER)

_STAMP = re.compile(r"(?P<day>[0-9-]+)(?: +(?P<time>[0-9:]+))?(?: *\((?P<label>[^()]*)\))?")
_OFFSET = re.compile(r"[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")

Stamp = tuple[str, date, bool]


def looks_like_peloton(headers: Iterable[str]) -> bool:
    """Whether these are headers of a workout CSV, complete or not."""
    found = {canonical_header(header) for header in headers}
    return (
        canonical_header(START_HEADER) in found
        or {"fitness discipline", "instructor name"} <= found
    )


def read(name: str, text: str, context: ParseContext) -> ParsedFile:
    """Records of `peloton/workouts`, keyed by wall-clock start, discipline and title.

    A zone label is about the download and no part of the key. Two different rows of one identity without a time of
    day get ` |#2`, … in file order. Coverage runs from the first workout to the day before the download, else to the
    last workout. Raises `UnsupportedFile` when an identifying column is missing or the file was cut off.
    """
    table = comma_table(name, text)
    columns = [canonical_header(header) for header in table.headers]
    _require_identity(name, columns)
    sifted = sift(table.rows, partial(_record, table.names, columns, context))
    records = _numbered(sifted.records)
    return ParsedFile(
        source="peloton",
        origin="csv_export",
        datasets=(PELOTON_WORKOUTS,),
        records=records,
        rejected=sifted.rejected,
        more_rejected=sifted.more_rejected,
        row_count=sifted.count,
        coverage=_coverage(records, context),
        unknown_fields=tuple(
            header for header in table.headers if canonical_header(header) not in KNOWN_HEADERS
        ),
    )


def _metric_field(field: Field) -> Field:
    return replace(field, path=METRIC_HEADERS[field.column][0], synonyms=())


_MEASURES: tuple[Field, ...] = (
    *(field for field in CSV_FIELDS if field.type == "double"),
    *(_metric_field(field) for field in CSV_FIELDS if field.column in METRIC_HEADERS),
)
KNOWN_HEADERS = frozenset(
    canonical_header(header)
    for header in (
        START_HEADER,
        *OTHER_HEADERS,
        *(name for field in (*CSV_FIELDS, *_MEASURES) for name in (field.path, *field.synonyms)),
    )
)


def _require_identity(name: str, columns: list[str]) -> None:
    missing = [header for header in IDENTITY_HEADERS if canonical_header(header) not in columns]
    if missing:
        raise UnsupportedFile(
            f"{name} looks like Peloton's workout CSV but has no column {', '.join(missing)}. "
            "Download it again from the member site (Workouts, Download workouts) and do not edit it."
        )


def _record(names: list[str], columns: list[str], context: ParseContext, row: Row) -> Record:
    cells: list[str] = row.content
    cell = dict(zip(reversed(columns), reversed(cells), strict=True)).get
    start, day, _ = read_stamp(cell(canonical_header(START_HEADER), ""))
    day_in_lake(START_HEADER, day, context)
    for field in _MEASURES:
        for header in field.headers:
            _check_measure(field, cell(header, ""))
    discipline = cell(canonical_header(DISCIPLINE_HEADER), "").strip()
    title = cell(canonical_header(TITLE_HEADER), "").strip()
    return Record(
        dataset=PELOTON_WORKOUTS,
        day=day,
        key=f"{start}|{discipline}|{title}",
        line=row.line,
        content=dict(zip(names, cells, strict=True)),
    )


def _check_measure(field: Field, cell: str) -> None:
    percentage = (
        cell.strip().removesuffix("%").rstrip() if field.column == "avg_resistance_pct" else ""
    )
    check(field, percentage if NUMBER.fullmatch(percentage) else cell)


def read_stamp(cell: str) -> Stamp:
    """Wall-clock text without its label, its day, and whether it has a time of day; raises `RowProblem`."""
    if is_unknown(cell):
        raise RowProblem(START_HEADER, f"{START_HEADER} is missing")
    match = _STAMP.fullmatch(cell.strip())
    if match is None:
        raise RowProblem(
            START_HEADER,
            f"{START_HEADER} is {shown(cell)}, which is not a time such as 2020-04-17 12:29",
        )
    day = calendar_day(START_HEADER, match["day"])
    clock, label = match["time"], match["label"]
    _check_clock(clock)
    if label is not None and label not in ZONE_LABELS and not _OFFSET.fullmatch(label):
        raise RowProblem(
            START_HEADER,
            f"{START_HEADER} has the time zone label {shown(label)}, which is not known",
        )
    return (f"{day} {clock}" if clock else str(day)), day, clock is not None


def _check_clock(clock: str | None) -> None:
    try:
        if clock is not None and not (_CLOCK.fullmatch(clock) and time.fromisoformat(clock)):
            raise ValueError
    except ValueError:
        raise RowProblem(
            START_HEADER, f"{START_HEADER} has the time of day {shown(clock)}, which is none"
        ) from None


def _numbered(records: list[Record]) -> list[Record]:
    """Tells apart what only a missing time of day makes look the same."""
    seen: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    return [_told_apart(record, seen[record.key]) for record in records]


def _told_apart(record: Record, seen: list[dict[str, Any]]) -> Record:
    if record.key.startswith(f"{record.day} "):
        return record
    if record.content not in seen:
        seen.append(record.content)
    nth = seen.index(record.content) + 1
    return record if nth == 1 else replace(record, key=f"{record.key}|#{nth}")


def _coverage(records: list[Record], context: ParseContext) -> tuple[date, date] | None:
    spanned = days_spanned(records)
    if spanned is None or context.fetch is None:
        return spanned
    fetched_at = context.fetch.fetched_at
    moment = fetched_at if fetched_at.tzinfo else fetched_at.replace(tzinfo=UTC)
    return within_lake(
        spanned[0], moment.astimezone(context.timezone).date() - timedelta(days=1), context
    )
