"""Whether a raw value can become its column: what passes here never fails in silver."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bio_lakehouse.numbers import short_text
from bio_lakehouse.sources.declared_fields import UNKNOWN_TEXTS, Field
from bio_lakehouse.sources.records import ParseContext

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
)
LARGEST_INT = 2**31 - 1
BLANKS = " \t\r\n"
"""What may stand around a number; Python strips more, and cannot read all of that as a number."""
_SHOWN = 60
_NUMBERS = frozenset({"int", "double"})
_SHORT_NUMBER = 10


class RowProblem(Exception):  # noqa: N818
    """Why one source row cannot be used; it never leaves the parsers."""

    outside_lake = False

    def __init__(self, field: str | None, reason: str, usable_from: date | None = None) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.usable_from = usable_from
        self.day: date | None = None

    def on(self, day: date) -> RowProblem:
        """The same problem, of a row whose day is readable."""
        self.day = day
        return self


class OutsideLake(RowProblem):
    """A row whose own day, which is readable, has no partition in the lake."""

    outside_lake = True


def shown(value: object) -> str:
    """A value as a message shows it, shortened."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def is_unknown(value: object) -> bool:
    """Whether the source says nothing: JSON null, an empty cell, `None`."""
    return value is None or (isinstance(value, str) and value.strip().lower() in UNKNOWN_TEXTS)


def check(field: Field, value: object) -> None:
    """Raise `RowProblem` unless `value` is unknown or readable as the field's type within its
    bounds."""
    if _is_surely_fine(field, value) or is_unknown(value):
        return
    if field.type in _NUMBERS:
        _check_number(field, value)
    elif field.type == "timestamp":
        instant(field.path, value)
    elif field.type == "string" and isinstance(value, dict | list):
        raise RowProblem(field.path, f"{field.path} is {shown(value)}; a text is expected")


def _is_surely_fine(field: Field, value: object) -> bool:
    """Whether a value is one of the many that a quick look suffices for: nothing, a text for a
    text, or a short whole number within its bounds."""
    if value is None or value == "":
        return True
    if field.type not in _NUMBERS:
        return field.type == "string" and type(value) is str
    if type(value) is str and len(value) < _SHORT_NUMBER and value.isascii() and value.isdigit():
        number = int(value)
    elif type(value) is int and abs(value) <= LARGEST_INT:
        number = value
    else:
        return False
    low, high = field.minimum, field.maximum
    return low is None or high is None or low <= number <= high


def _check_number(field: Field, value: object) -> None:
    number = number_of(field.path, value)
    if field.type == "int" and not (number.is_integer() and abs(number) <= LARGEST_INT):
        raise RowProblem(
            field.path, f"{field.path} is {shown(value)}, which is not a whole number of usual size"
        )
    low, high = field.minimum, field.maximum
    if low is not None and high is not None and not low <= number <= high:
        raise RowProblem(
            field.path,
            f"{field.path} is {shown(value)}; it must be {short_text(low)} to {short_text(high)}",
        )


def number_of(name: str, value: object) -> float:
    """The finite number that a JSON value or a cell holds; raises `RowProblem`."""
    number = math.nan
    if isinstance(value, str):
        text = value.strip(BLANKS)
        number = float(text) if NUMBER.fullmatch(text) else number
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = _as_float(value)
    if not math.isfinite(number):
        raise RowProblem(name, f"{name} is {shown(value)}, which is not a number")
    return number


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def instant(name: str, value: object) -> datetime:
    """The point in time that ISO 8601 text with an offset names; raises `RowProblem`."""
    if isinstance(value, str) and INSTANT.fullmatch(value.strip()):
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError:
            pass
    raise RowProblem(name, f"{name} is {shown(value)}, which is not a time with its UTC offset")


def calendar_day(name: str, value: object) -> date:
    """The day that `YYYY-MM-DD` names; raises `RowProblem`."""
    if is_unknown(value):
        raise RowProblem(name, f"{name} is missing")
    if isinstance(value, str) and DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise RowProblem(name, f"{name} is {shown(value)}, which is not a calendar day (YYYY-MM-DD)")


def day_in_lake(name: str, day: date, context: ParseContext) -> date:
    """`day` itself when the lake has a partition for it; raises `OutsideLake`."""
    if day < context.first_day:
        reason = f"{name} {day} is before {context.first_day}, the first day of this lake"
        raise OutsideLake(name, reason)
    if day > context.last_day:
        reason = f"{name} {day} is after {context.last_day}, the last day of this lake"
        raise OutsideLake(name, reason, day)
    return day


def check_order(start: str, end: str, value_of: Callable[[str], object]) -> None:
    """Raise `RowProblem` when the time named `end` lies before that named `start`; unknown ones
    tell nothing."""
    first, last = value_of(start), value_of(end)
    if is_unknown(first) or is_unknown(last):
        return
    if instant(end, last) < instant(start, first):
        raise RowProblem(end, f"{end} {shown(last)} is before {start} {shown(first)}")


def looks_unstorable(text: str) -> bool:
    """Whether JSON text may hold what JSON proper and UTF-8 cannot (a quick look; `check_storable`
    decides)."""
    return (
        "NaN" in text
        or "Infinity" in text
        or "\\ud" in text
        or "\\uD" in text
        or bool(_HUGE.search(text))
    )


# It begins with the letter: digits are too many to look behind each.
_HUGE = re.compile(r"[eE](?<=[0-9][eE])\+?[0-9]{3,}\s*[,\]}]")


def check_storable(content: dict[str, Any]) -> None:
    """Raise `RowProblem` when a record holds an infinite number or half a surrogate pair."""
    try:
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        raise RowProblem(None, f"a value cannot be kept as JSON: {shown(str(error))}") from error
