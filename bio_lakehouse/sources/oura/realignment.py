"""Rows of the account export that lack cells: under which columns the others belong.

Seen are rows without their leading id and rows that end early. A row is set right only where its
cells fit the columns in one way.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from bio_lakehouse.sources.checking import DAY, INSTANT, RowProblem, check, is_unknown
from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.oura.fields import API_FIELDS
from bio_lakehouse.sources.oura.known_fields import KNOWN_FIELDS

DAY_HEADERS = frozenset({"day", "start_day", "end_day"})
MOST_MISSING = 8
WIDEST = 100

_OBJECTS = frozenset(
    name.partition(".")[0] for known in KNOWN_FIELDS.values() for name in known if "." in name
)
_UNMISTAKABLE = DAY_HEADERS | _OBJECTS

Places = tuple[int, ...]


def aligned(headers: Sequence[str], cells: list[Any]) -> dict[str, Any] | None:
    """The row as an object, its cells under the headers that they fit; None when that is as they
    stand.

    Raises `RowProblem` when cells are missing and what is there fits in no way, or in more than
    one.
    """
    if _stands(headers, cells):
        return None
    filled = _without_trailing_blanks(cells)
    missing = len(headers) - len(filled)
    if missing <= 0 or not filled:
        return None
    ways = _ways(headers, filled) if missing <= MOST_MISSING and len(headers) <= WIDEST else []
    if len(ways) == 1:
        values = [cell for cell in filled if not is_unknown(cell)]
        return {headers[place]: value for place, value in zip(ways[0], values, strict=True)}
    if not ways and len(cells) >= len(headers):
        return None
    how = "in more than one way" if ways else "in no way"
    reason = f"the row has {len(filled)} cells, the header {len(headers)}, and they fit it {how}"
    raise RowProblem(None, reason)


def _stands(headers: Sequence[str], cells: list[Any]) -> bool:
    """Whether each cell fits the header at its own place, and a day is among them.

    In a row of full length only the columns that cannot be mistaken are looked at: a bad value
    there has a reason of its own.
    """
    pairs = zip(headers, cells, strict=False)
    if len(cells) >= len(headers):
        return all(_fits(name, cell) for name, cell in pairs if name in _UNMISTAKABLE)
    fit = all(_fits(name, cell) for name, cell in pairs)
    return fit and ("day" not in headers or headers.index("day") < len(cells))


def _without_trailing_blanks(cells: list[Any]) -> list[Any]:
    last = max((place for place, cell in enumerate(cells) if not is_unknown(cell)), default=-1)
    return cells[: last + 1]


def _ways(headers: Sequence[str], cells: list[Any]) -> list[Places]:
    """The headers' places under which the filled cells can stand in their order; no more than two
    are told."""
    reached: dict[int, set[Places]] = {0: {()}}
    for number, cell in enumerate(cells):
        last = len(headers) - (len(cells) - number)
        reached = _next(headers, cell, reached, last)
    whole = {places for found in reached.values() for places in found}
    days = [place for place, header in enumerate(headers) if header == "day"]
    return sorted(places for places in whole if set(days) <= set(places))[:2]


def _next(
    headers: Sequence[str], cell: Any, reached: dict[int, set[Places]], last: int
) -> dict[int, set[Places]]:
    blank = is_unknown(cell)
    further: dict[int, set[Places]] = {}
    for start, found in reached.items():
        for place in range(start, last + 1):
            if _fits(headers[place], cell):
                now = found if blank else {(*places, place) for places in found}
                further.setdefault(place + 1, set()).update(now)
    return {place: set(sorted(found)[:2]) for place, found in further.items()}


def _fits(header: str, cell: Any) -> bool:
    if is_unknown(cell):
        return True
    if header in _OBJECTS:
        return isinstance(cell, dict)
    if isinstance(cell, dict):
        return False
    if header in DAY_HEADERS:
        return isinstance(cell, str) and bool(DAY.fullmatch(cell.strip()))
    field = _fields().get(header)
    if field is None or field.type == "string":
        return not (isinstance(cell, str) and _is_moment(cell.strip()))
    return _is_valid(field, cell)


def _is_moment(text: str) -> bool:
    return bool(DAY.fullmatch(text) or INSTANT.fullmatch(text))


def _is_valid(field: Field, cell: Any) -> bool:
    try:
        check(field, cell)
    except RowProblem:
        return False
    return True


@cache
def _fields() -> dict[str, Field]:
    """Fields by header, for those that are no part of an object."""
    return {field.path: field for fields in API_FIELDS.values() for field in fields}
