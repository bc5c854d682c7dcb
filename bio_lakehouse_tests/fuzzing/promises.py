"""What holds for every file that is read, however it was damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bio_lakehouse.sources import registry
from bio_lakehouse.sources.checking import is_unknown, number_of
from bio_lakehouse.sources.declared_fields import Field, canonical_header
from bio_lakehouse.sources.oura.api_record import value_at
from bio_lakehouse.sources.oura.fields import API_FIELDS, TRENDS, TRENDS_FIELDS
from bio_lakehouse.sources.peloton.fields import API_WORKOUTS, CSV_FIELDS, WORKOUTS
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse_tests.fuzzing.clear_words import unclear_reason

_TRENDS = [field for fields in TRENDS_FIELDS.values() for field in fields]
_CELLS = {TRENDS: _TRENDS, WORKOUTS: list(CSV_FIELDS)}


def broken_promises(parsed: ParsedFile, context: ParseContext) -> Iterator[str]:
    """Each promise that a reading does not keep, in words."""
    if parsed.row_count != len(parsed.records) + parsed.rejected_count:
        yield f"{parsed.row_count} rows, {len(parsed.records)} records, {parsed.rejected_count} not"
    if not set(parsed.datasets) <= set(registry.bronze_datasets()):
        yield f"datasets {parsed.datasets}"
    for record in parsed.records:
        yield from _broken_by(record, context)
    for row in parsed.rejected:
        (row.raw + row.reason + str(row.field)).encode()
        yield from (f"{fault} in {row.reason!r}" for fault in unclear_reason(row.reason))
    days = [record.day for record in parsed.records]
    is_page = parsed.datasets == (API_WORKOUTS,)  # which says nothing of days without a workout
    if days and not is_page and parsed.coverage is None:
        yield "records, and no days that are covered"
    if (
        days
        and parsed.coverage
        and not parsed.coverage[0] <= min(days) <= max(days) <= parsed.coverage[1]
    ):
        yield f"days outside of the coverage {parsed.coverage}"


def _broken_by(record: Record, context: ParseContext) -> Iterator[str]:
    if not context.first_day <= record.day <= context.last_day:
        yield f"day {record.day}"
    json.dumps(
        [record.content, record.key, record.hints], allow_nan=False, ensure_ascii=False
    ).encode()
    for field, value in _values(record):
        if field.minimum is None or field.maximum is None or is_unknown(value):
            continue
        text = value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value
        if not field.minimum <= number_of(field.path, text) <= field.maximum:
            yield f"{field.path} is {value!r}"


def _values(record: Record) -> Iterator[tuple[Field, object]]:
    """Each value that a column of silver is made of."""
    for field in API_FIELDS.get(record.dataset, ()):
        yield field, value_at(record.content, tuple(field.path.split(".")))
    cells = {canonical_header(name): value for name, value in record.content.items()}
    for field in _CELLS.get(record.dataset, ()):
        for header in field.headers:
            yield field, cells.get(header)
