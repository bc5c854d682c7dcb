"""Which rows of an Iceberg table are meant, as PyIceberg's expressions (their constructors escape
its type hints)."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Any

from pyiceberg.expressions import (
    AlwaysTrue,
    And,
    BooleanExpression,
    EqualTo,
    GreaterThanOrEqual,
    In,
    LessThanOrEqual,
)


def rows_where(first: date | None, last: date | None, **equal: Any) -> BooleanExpression:
    """Rows of days `first` to `last` (None: no bound) whose columns equal a value, or any value of
    a list."""
    parts = [_equals(name, value) for name, value in equal.items()]
    if first:
        parts.append(GreaterThanOrEqual("day", first.isoformat()))
    if last:
        parts.append(LessThanOrEqual("day", last.isoformat()))
    return reduce(And, parts, AlwaysTrue())


def _equals(name: str, value: Any) -> BooleanExpression:
    return In(name, set(value)) if isinstance(value, list | tuple | set) else EqualTo(name, value)
