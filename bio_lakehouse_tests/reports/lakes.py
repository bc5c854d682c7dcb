"""Lakes whose tables are written by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema

LONG_AGO = date(2015, 1, 1)
LANDED = datetime.fromisoformat("2025-11-17T06:00:00")


def write(
    lake: Lakehouse,
    schema: TableSchema,
    rows: list[dict[str, Any]],
    last: date,
    file: str = "landing/me/x.json",
    first: date = LONG_AGO,
) -> None:
    """Make `rows` all that a table has from `first` to `last`, as if they had come with `file`;
    what a row leaves out is null."""
    landed = {"source_origin": "api", "source_file": file, "ingested_at": LANDED}
    known = [{name: (landed | row).get(name) for name in schema.column_names} for row in rows]
    lake.tables.replace(schema, pa.Table.from_pylist(known, schema=schema.arrow), first, last)
