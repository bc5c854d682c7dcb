"""Which columns of a table a raw record has, and whether it knows their values: what counts as
told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from bio_lakehouse.sources.checking import is_unknown
from bio_lakehouse.sources.declared_fields import Field, canonical_header

HEADERS_KEPT = 64
"""Rows of CSVs of which what each cell tells of is kept: all of a file have the same."""


def of_cells(fields: Iterable[Field]) -> Callable[[dict[str, Any]], dict[str, bool]]:
    """For records that are rows of a CSV, by header."""
    columns = tuple(fields)

    @lru_cache(maxsize=HEADERS_KEPT)
    def cells_of(names: tuple[str, ...]) -> list[tuple[Field, list[str]]]:
        """Each column with the cells that tell of it, by their names in the file."""
        told = {canonical_header(name): name for name in reversed(names)}
        found: list[tuple[Field, list[str]]] = []
        for each in columns:
            cells = [told[header] for header in each.headers if header in told]
            if cells:
                found.append((each, cells))
        return found

    def columns_of(record: dict[str, Any]) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for each, cells in cells_of(tuple(record)):
            # Nearly every column has one cell, and looking at it by itself takes half as long.
            is_said = says(each, record[cells[0]])
            found[each.column] = is_said or any(says(each, record[name]) for name in cells[1:])
        return found

    return columns_of


def of_members(fields: Iterable[Field]) -> Callable[[dict[str, Any]], dict[str, bool]]:
    """For records that are JSON objects, by dotted path."""
    columns = tuple(fields)

    def columns_of(record: dict[str, Any]) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for each in columns:
            outer, _, inner = each.path.partition(".")
            if outer not in record:
                continue
            within = record[outer]
            if not inner or within is None:
                found[each.column] = says(each, within)
            elif inner in within:
                found[each.column] = says(each, within[inner])
        return found

    return columns_of


def says(column: Field, value: object) -> bool:
    """Whether a value of a column is known."""
    if is_unknown(value):
        return False
    return not column.zero_is_unknown or float(str(value)) != 0
