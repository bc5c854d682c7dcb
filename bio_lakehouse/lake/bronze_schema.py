"""The columns in which the transforms of silver are given bronze."""

from __future__ import annotations

import pyarrow as pa

ARROW = pa.schema(
    [
        ("user_id", pa.string()),
        ("day", pa.date32()),
        ("origin", pa.string()),
        ("record_key", pa.string()),
        ("version", pa.string()),
        ("line", pa.int32()),
        ("source_file", pa.string()),
        ("ingested_at", pa.timestamp("us")),
        ("provisional_at", pa.string()),
        ("withdrawn", pa.bool_()),
        ("hints", pa.string()),
        ("record", pa.string()),
    ]
)
