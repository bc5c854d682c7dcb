"""Oura's trends CSV: one day a row, 20 to 57 columns in any order; one row feeds four silver
tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

from bio_lakehouse.sources.checking import (
    RowProblem,
    calendar_day,
    check,
    check_order,
    day_in_lake,
    is_unknown,
    number_of,
)
from bio_lakehouse.sources.declared_fields import Field, canonical_header, fields_there
from bio_lakehouse.sources.delimited import Table, comma_table
from bio_lakehouse.sources.oura.fields import ACTIVITY_TIME_HEADERS, TRENDS, TRENDS_FIELDS
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse.sources.source_rows import Row, days_spanned, split_rows

DATE_HEADER = "date"
OTHER_HEADERS = (
    "Total Bedtime",
    "Restless Sleep",
    "Sleep Timing",
    "Stay Active Score",
    "Move Every Hour Score",
    "Meet Daily Targets Score",
    "Training Frequency Score",
    "Training Volume Score",
    "Recovery Time Score",
    "Target Calories",
    "Daily Movement",
    "Equivalent Walking Distance",
    "Rest Time",
    "Long Periods of Inactivity",
)
"""Known headers that stay in bronze."""

_FIELDS: tuple[Field, ...] = tuple(field for fields in TRENDS_FIELDS.values() for field in fields)
KNOWN_HEADERS = frozenset(
    {DATE_HEADER}
    | {canonical_header(header) for header in OTHER_HEADERS}
    | {header for field in _FIELDS for header in field.headers}
)
_ACTIVITY_TIMES = tuple(canonical_header(header) for header in ACTIVITY_TIME_HEADERS)
_TELLING = 4
_DAY_MINUTES = (23 * 60, 24 * 60, 25 * 60)


def looks_like_trends(headers: Iterable[str]) -> bool:
    """Whether these are headers of a trends export: a date, and one of Oura's scores or four other
    known columns."""
    found = {canonical_header(header) for header in headers} & KNOWN_HEADERS
    return DATE_HEADER in found and (
        any(header.endswith(" score") for header in found) or len(found) > _TELLING
    )


def read(name: str, text: str, context: ParseContext) -> ParsedFile:
    """Records of `oura/trends`, keyed by day; coverage is the first to the last day.

    The hint `activity_time_unit` is `s` or `min` where the file tells: its activity times exceed
    the minutes of a day, or the six of a day add up to one. Two rows of one day are both kept.
    Raises `UnsupportedFile` when the file was cut off.
    """
    table = comma_table(name, text)
    columns = [canonical_header(header) for header in table.headers]
    rows = list(table.rows)
    unit = activity_time_unit(columns, rows)
    hints = {"activity_time_unit": unit} if unit else {}
    fields = fields_there(_FIELDS, columns)
    split = split_rows(rows, partial(_record, table, columns, fields, context, hints))
    fed = fed_datasets(columns)
    return ParsedFile(
        source="oura",
        origin="trends_export",
        datasets=(TRENDS,),
        records=split.records,
        rejected=split.rejected,
        more_rejected=split.more_rejected,
        row_count=split.count,
        coverage=days_spanned(split.records),
        unknown_fields=tuple(
            header for header in table.headers if canonical_header(header) not in KNOWN_HEADERS
        ),
        fed_datasets=fed,
        unread_days=dict.fromkeys(fed, split.unread_days),
    )


def fed_datasets(headers: Iterable[str]) -> tuple[str, ...]:
    """The datasets of which an export has columns, by its headers in their canonical form."""
    there = set(headers)
    return tuple(
        name for name, fields in TRENDS_FIELDS.items() if not there.isdisjoint(_headers(fields))
    )


def _headers(fields: Iterable[Field]) -> Iterator[str]:
    return chain.from_iterable(field.headers for field in fields)


def _record(
    table: Table,
    columns: list[str],
    fields: list[tuple[Field, str]],
    context: ParseContext,
    hints: dict[str, str],
    row: Row,
) -> Record:
    cells: list[str] = row.content
    by_header = dict(zip(reversed(columns), reversed(cells), strict=True))
    day = day_in_lake(DATE_HEADER, calendar_day(DATE_HEADER, by_header[DATE_HEADER]), context)
    try:
        for field, header in fields:
            check(field, by_header[header])
        check_order("bedtime start", "bedtime end", by_header.get)
    except RowProblem as problem:
        raise problem.on(day) from None
    content = dict(zip(table.names, cells, strict=True))
    return Record(TRENDS, day, day.isoformat(), row.line, content, hints)


def activity_time_unit(columns: list[str], rows: list[Row]) -> str | None:
    """`s` or `min` for the whole file; None when its rows do not tell."""
    places = [columns.index(header) for header in _ACTIVITY_TIMES if header in columns]
    days = [_times(row, places) for row in rows if not row.problem]
    if any(value > max(_DAY_MINUTES) for times in days for value in times):
        return "s"
    if len(places) < len(_ACTIVITY_TIMES):
        return None
    return "min" if any(sum(times) in _DAY_MINUTES for times in days) else None


def _times(row: Row, places: Sequence[int]) -> list[float]:
    """The minutes or seconds that a row knows, class by class of activity."""
    cells = (_minutes(row.content[place]) for place in places)
    return [time for time in cells if time is not None]


def _minutes(cell: str) -> float | None:
    try:
        return None if is_unknown(cell) else number_of("", cell)
    except RowProblem:
        return None
