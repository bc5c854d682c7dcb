"""An answer of Oura's API v2: `{"data": […], "next_token": …}`, the bare list, or one object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bio_lakehouse.sources.oura.api_record import HEARTRATE, record_reader
from bio_lakehouse.sources.oura.endpoints import (
    endpoint_of,
    endpoints_in_name,
    field_names,
    unknown_fields,
)
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse.sources.rows import Row, days_spanned, sift, within_lake


def read(
    name: str,
    items: Sequence[Any],
    context: ParseContext,
    *,
    has_more_pages: bool | None,
    doubtful: bool,
) -> ParsedFile:
    """Records of one dataset. A whole answer to a fetch covers the window that was asked for, else its own days.

    `has_more_pages` is what the envelope says, None without one; `doubtful` that values may not be storable. Raises
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
        coverage=_coverage(sifted.records, context, not has_more_pages),
        unknown_fields=unknown_fields(endpoint, names),
        whole=_is_whole(dataset, context, has_more_pages),
    )


def _is_whole(dataset: str, context: ParseContext, has_more_pages: bool | None) -> bool:
    """Whether the answer has every record of its days.

    Heart rates saved by hand are asked for by the moment: their first and last day may be cut.
    """
    if context.fetch:
        return not has_more_pages
    return has_more_pages is False and dataset != HEARTRATE


def _coverage(
    records: list[Record], context: ParseContext, is_last_page: bool
) -> tuple[date, date] | None:
    fetch = context.fetch
    if is_last_page and fetch and fetch.first_day and fetch.last_day:
        return within_lake(fetch.first_day, fetch.last_day, context)
    return days_spanned(records)
