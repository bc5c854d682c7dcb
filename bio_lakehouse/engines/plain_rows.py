"""An answer's rows as plain values: tuples in the order of the columns, and as JSON has them.

Columns go by position, because names may repeat.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def values(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Rows as tuples, in the order of the columns."""
    for batch in rows.to_batches(max_chunksize=10_000):
        columns = [column.to_pylist(maps_as_pydicts="lossy") for column in batch.columns]
        yield from zip(*columns, strict=True)


def json_records(rows: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows as objects of JSON; the second column `score` is `score_2`."""
    names = distinct_names(rows.column_names)
    for row in values(rows):
        yield dict(zip(names, map(json_value, row), strict=True))


def distinct_names(names: Sequence[str]) -> list[str]:
    """`names` with the second `score` as `score_2`, so that no value of an object hides another."""
    taken = set(names)
    seen: set[str] = set()
    distinct = []
    for name in names:
        number, candidate = 2, name
        while candidate in seen or (candidate != name and candidate in taken):
            candidate = f"{name}_{number}"
            number += 1
        seen.add(candidate)
        distinct.append(candidate)
    return distinct


def json_value(value: Any) -> Any:
    """`value` as JSON has it; what is not a finite number is null there."""
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, list):
        return [json_value(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): json_value(entry) for key, entry in value.items()}
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
