"""Whether two engines answered the same, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

RELATIVE = 1e-9
"""How far apart two doubles may be: sums in another order differ in their last digits."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How many cells two answers have, and what differs, in words."""

    cells: int
    differing: tuple[str, ...]


def compared(theirs: pa.Table, ours: pa.Table) -> Compared:
    """Two answers side by side, whose rows are in whatever order."""
    cells = theirs.num_rows * theirs.num_columns
    if theirs.column_names != ours.column_names:
        return Compared(cells, (f"columns {theirs.column_names} and {ours.column_names}",))
    if theirs.num_rows != ours.num_rows:
        return Compared(cells, (f"{theirs.num_rows} rows and {ours.num_rows}",))
    pairs = zip(rows_of(theirs), rows_of(ours), strict=True)
    found = [told for their, our in pairs for told in differing(theirs.column_names, their, our)]
    return Compared(cells, tuple(found))


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """Rows in one order: each value as text, doubles without their last digits."""
    return sorted((tuple(row.values()) for row in rows_as_lists(table)), key=sorting)


def rows_as_lists(table: pa.Table) -> list[dict[int, Any]]:
    numbered = table.rename_columns([str(number) for number in range(table.num_columns)])
    return [dict(row) for row in numbered.to_pylist()]


def sorting(row: tuple[Any, ...]) -> list[str]:
    return [f"{value:.6g}" if isinstance(value, float) else repr(value) for value in row]


def differing(names: Sequence[str], theirs: Sequence[Any], ours: Sequence[Any]) -> Iterator[str]:
    for name, their, our in zip(names, theirs, ours, strict=True):
        if not same(their, our):
            yield f"{name}: {their!r} and {our!r}"


def same(theirs: Any, ours: Any) -> bool:
    """Whether two values are the same, of the same kind: a 7 is no 7.0."""
    match theirs, ours:
        case (bool(), bool()) | (int(), int()) | (str(), str()) | (bytes(), bytes()):
            return type(theirs) is type(ours) and theirs == ours
        case float(), float():
            both_no_number = math.isnan(theirs) and math.isnan(ours)
            return both_no_number or math.isclose(theirs, ours, rel_tol=RELATIVE)
        case list(), list() | tuple():
            return len(theirs) == len(ours) and all(map(same, theirs, ours))
        case tuple(), list() | tuple():
            return len(theirs) == len(ours) and all(map(same, theirs, ours))
        case dict(), list():
            return same_map([*theirs.items()], ours)
        case datetime(), datetime():
            return theirs.replace(tzinfo=None) == ours.replace(tzinfo=None)
        case timedelta(), pa.MonthDayNano():
            return theirs.total_seconds() * 1e9 == ours.days * 86400e9 + ours.nanoseconds
        case Decimal(), Decimal():
            return theirs == ours
    return type(theirs) is type(ours) and theirs == ours


def same_map(theirs: list[tuple[Any, Any]], ours: list[tuple[Any, Any]]) -> bool:
    """Whether two maps hold the same, in whatever order."""
    is_there = [any(same(entry, other) for other in ours) for entry in theirs]
    return len(theirs) == len(ours) and all(is_there)
