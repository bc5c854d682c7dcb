"""How one value of a raw record becomes one column: the declaration that parsers check and silver
builds on.

An `int` field may stand as `71`, `"71"` or `71.0`; every other number is a `double`. A `timestamp`
is ISO 8601 with an offset or `Z`. Empty text, `None` (as text) and JSON null all mean unknown, and
so does a missing field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

FieldType = Literal["string", "int", "double", "boolean", "date", "timestamp"]

UNKNOWN_TEXTS = frozenset({"", "none", "null", "nan"})

_BLANKS = re.compile(r"\s+")
_CELSIUS = re.compile(r" \(\s*°?\s*c\s*\)$")


@dataclass(frozen=True)
class Field:
    """One readable column.

    `path` is dotted within an API record (`contributors.hrv_balance`) or the header in a CSV;
    `synonyms` are other headers of the same value, asked in order after `path`. Bounds are
    inclusive and lie where no real value does, never at what is plausible; a value outside rejects
    its row. `zero_is_unknown` where the source writes 0 for what it has no value of.
    """

    column: str
    path: str
    type: FieldType
    comment: str
    minimum: float | None = None
    maximum: float | None = None
    synonyms: tuple[str, ...] = ()
    zero_is_unknown: bool = False

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """`path` and the synonyms as `canonical_header` writes them."""
        return tuple(canonical_header(name) for name in (self.path, *self.synonyms))


def derived(
    column: str,
    type: FieldType,
    comment: str,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Field:
    """A column that silver works out: it stands in no raw record."""
    return Field(column, "", type, comment, minimum, maximum)


UTC_OFFSET = derived(
    "utc_offset_minutes", "int", "Local time minus UTC at the start (min).", -18 * 60, 18 * 60
)


@lru_cache(maxsize=4096)
def canonical_header(header: str) -> str:
    """A header without what varies between exports: case, extra blanks, a `(°C)` at the end."""
    return _CELSIUS.sub("", _BLANKS.sub(" ", header).strip().lower())


def fields_there(fields: Iterable[Field], headers: Iterable[str]) -> list[tuple[Field, str]]:
    """Each field with each of its headers that is among `headers`, in the order of the fields."""
    known = set(headers)
    return [(field, name) for field in fields for name in field.headers if name in known]
