"""The workout CSV that a Peloton member downloads: always the whole history, one workout a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import partial

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.checking import BLANKS, NUMBER, RowProblem, check, day_in_lake
from bio_lakehouse.sources.declared_fields import Field, canonical_header, fields_there
from bio_lakehouse.sources.delimited import comma_table
from bio_lakehouse.sources.peloton.fields import (
    CSV_FIELDS,
    DISCIPLINE_HEADER,
    METRIC_HEADERS,
    OTHER_HEADERS,
    START_HEADER,
    TITLE_HEADER,
    WORKOUTS,
)
from bio_lakehouse.sources.peloton.start import read_start
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse.sources.source_rows import Row, days_spanned, split_rows, within_lake

IDENTITY_HEADERS = (START_HEADER, DISCIPLINE_HEADER)
LENGTH_HEADER = "Length (minutes)"

Distinction = tuple[float, str, tuple[tuple[str, str], ...]]


def looks_like_peloton(headers: Iterable[str]) -> bool:
    """Whether these are headers of a workout CSV, complete or not."""
    found = {canonical_header(header) for header in headers}
    return (
        canonical_header(START_HEADER) in found
        or {"fitness discipline", "instructor name"} <= found
    )


def read(name: str, text: str, context: ParseContext) -> ParsedFile:
    """Records of `peloton/workouts`, keyed by start and discipline; everything else may change
    between downloads.

    The start is that on the person's own clock, whichever zone the file was downloaded in, and so
    is the day. Two workouts of one start and discipline get `|#2`, … in the order of their length
    and title. Coverage runs from the first workout to the day before the download, else to the last
    workout. Raises `UnsupportedFile` when an identifying column is missing or the file was cut off.
    """
    table = comma_table(name, text)
    columns = [canonical_header(header) for header in table.headers]
    _require_identity(name, columns)
    measures = fields_there(_MEASURES, columns)
    split = split_rows(table.rows, partial(_record, table.names, columns, measures, context))
    records = _numbered(split.records)
    return ParsedFile(
        source="peloton",
        origin="csv_export",
        datasets=(WORKOUTS,),
        records=records,
        rejected=split.rejected,
        more_rejected=split.more_rejected,
        row_count=split.count,
        coverage=_coverage(records, context),
        unread_days={WORKOUTS: split.unread_days},
        whole=True,
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
_FIELD_HEADERS = [
    header for field in (*CSV_FIELDS, *_MEASURES) for header in (field.path, *field.synonyms)
]
KNOWN_HEADERS = frozenset(
    canonical_header(header) for header in (START_HEADER, *OTHER_HEADERS, *_FIELD_HEADERS)
)


def _require_identity(name: str, columns: list[str]) -> None:
    missing = [header for header in IDENTITY_HEADERS if canonical_header(header) not in columns]
    if missing:
        raise UnsupportedFile(
            f"{name} looks like Peloton's workout CSV but has no column {', '.join(missing)}. "
            "Download it again from the member site (Workouts, Download workouts) and do not edit "
            "it."
        )


def _record(
    names: list[str],
    columns: list[str],
    measures: list[tuple[Field, str]],
    context: ParseContext,
    row: Row,
) -> Record:
    cells: list[str] = row.content
    by_header = dict(zip(reversed(columns), reversed(cells), strict=True))
    start = read_start(by_header[canonical_header(START_HEADER)], context.timezone)
    day_in_lake(START_HEADER, start.day, context)
    try:
        for field, header in measures:
            _check_measure(field, by_header[header])
    except RowProblem as problem:
        raise problem.on(start.day) from None
    discipline = by_header[canonical_header(DISCIPLINE_HEADER)].strip()
    return Record(
        dataset=WORKOUTS,
        day=start.day,
        key=f"{start.identity}|{discipline}",
        line=row.line,
        content=dict(zip(names, cells, strict=True)),
        hints=start.hints,
    )


def _check_measure(field: Field, cell: str) -> None:
    if field.column == "avg_resistance_pct":
        percentage = cell.strip(BLANKS).removesuffix("%").rstrip(BLANKS)
        cell = percentage if NUMBER.fullmatch(percentage) else cell
    check(field, cell)


def _numbered(records: list[Record]) -> list[Record]:
    """Tells apart workouts of one start and discipline; a row that is there twice stays one
    workout."""
    together: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        together[record.key].append(record)
    places = {
        key: sorted(set(map(_distinction, group)))
        for key, group in together.items()
        if len(group) > 1
    }
    return [
        _with_number(record, places[record.key]) if record.key in places else record
        for record in records
    ]


def _with_number(record: Record, places: list[Distinction]) -> Record:
    number = places.index(_distinction(record)) + 1
    return record if number == 1 else replace(record, key=f"{record.key}|#{number}")


def _distinction(record: Record) -> Distinction:
    """What sorts two workouts of one start: length and title, then all else but the zone that its
    clock is in."""
    cells = {canonical_header(name): cell.strip() for name, cell in record.content.items()}
    length = cells.get(canonical_header(LENGTH_HEADER), "")
    minutes = float(length) if NUMBER.fullmatch(length) else -1.0
    cells[canonical_header(START_HEADER)] = record.hints.get("started_at", "")
    return minutes, cells.get(canonical_header(TITLE_HEADER), ""), tuple(sorted(cells.items()))


def _coverage(records: list[Record], context: ParseContext) -> tuple[date, date] | None:
    spanned = days_spanned(records)
    if spanned is None or context.fetch is None:
        return spanned
    fetched_at = context.fetch.fetched_at
    moment = fetched_at if fetched_at.tzinfo else fetched_at.replace(tzinfo=UTC)
    return within_lake(
        spanned[0], moment.astimezone(context.timezone).date() - timedelta(days=1), context
    )
