"""An answer of Oura's API v2: `{"data": […], "next_token": …}`, the bare list, or one object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bio_lakehouse.sources.oura.api_record import record_reader
from bio_lakehouse.sources.oura.endpoints import (
    endpoint_of,
    endpoints_in_name,
    field_names,
    unknown_fields,
)
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse.sources.rows import Row, days_spanned, sift, within_lake


def read(
    name: str, items: Sequence[Any], context: ParseContext, *, whole: bool, doubtful: bool
) -> ParsedFile:
    """Records of one dataset. A whole answer to a fetch covers the window that was asked for, else its own days.

    `whole` says that no further page was announced, `doubtful` that values may not be storable. Raises
    `UnsupportedFile` when the dataset cannot be told.
    """
    names = field_names(item for item in items if isinstance(item, dict))
    endpoint = endpoint_of(name, names, context, endpoints_in_name)
    dataset = f"oura/{endpoint}"
    rows = (Row(line, item) for line, item in enumerate(items, 1))
    sifted = sift(rows, record_reader(dataset, context, doubtful))
    return ParsedFile(
        source="oura",
        origin="api",
        datasets=(dataset,),
        records=sifted.records,
        rejected=sifted.rejected,
        row_count=sifted.count,
        coverage=_coverage(sifted.records, context, whole),
        unknown_fields=unknown_fields(endpoint, names),
    )


def _coverage(
    records: list[Record], context: ParseContext, whole: bool
) -> tuple[date, date] | None:
    fetch = context.fetch
    if whole and fetch and fetch.first_day and fetch.last_day:
        return within_lake(fetch.first_day, fetch.last_day, context)
    return days_spanned(records)
