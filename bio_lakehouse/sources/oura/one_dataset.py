"""Records of one Oura dataset, in whichever file they came."""

from __future__ import annotations

from collections.abc import Iterable

from bio_lakehouse.sources.oura.api_record import record_reader
from bio_lakehouse.sources.oura.endpoints import unknown_fields
from bio_lakehouse.sources.records import ParseContext, ParsedFile
from bio_lakehouse.sources.source_rows import Row, days_spanned, split_rows


def read_rows(
    origin: str,
    endpoint: str,
    rows: Iterable[Row],
    names: set[str],
    context: ParseContext,
    *,
    doubtful: bool,
) -> ParsedFile:
    """The file of rows in the API's shape; it covers their first to last day and is not taken for
    whole.

    `names` are the rows' fields; `doubtful` says that values may not be storable as JSON.
    """
    dataset = f"oura/{endpoint}"
    split = split_rows(rows, record_reader(dataset, context, doubtful))
    return ParsedFile(
        source="oura",
        origin=origin,
        datasets=(dataset,),
        records=split.records,
        rejected=split.rejected,
        more_rejected=split.more_rejected,
        row_count=split.count,
        coverage=days_spanned(split.records),
        unread_days={dataset: split.unread_days},
        unknown_fields=unknown_fields(endpoint, names),
    )
