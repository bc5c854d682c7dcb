"""A record as the one JSON text that says it, and how much it says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

_NOTHING: tuple[object, ...] = (None, "", "None", [])
_BY_LIBRARY = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_QUICK = msgspec.json.Encoder(order="sorted").encode
_CANNOT = (ValueError, TypeError, OverflowError, RecursionError, msgspec.MsgspecError)
# It begins with the letter: digits are too many to look behind each.
_EXPONENT = re.compile(rb"e(?<=[0-9]e)-?[0-9]+(?:[,\]}]|$)")
_SMALL = b"0.0000"


def to_json(value: Any) -> str:
    """A value as the one JSON text that says it: keys sorted, no blanks, no sign escaped that need
    not be.

    It is that of the standard library, to the byte. A quicker encoder writes it where both write
    the same: it writes very small and very large numbers otherwise, and null for what is no number.
    """
    try:
        text = _QUICK(value)
    except _CANNOT:
        return _BY_LIBRARY(value)
    if _SMALL in text or _EXPONENT.search(text):
        return _BY_LIBRARY(value)
    if b"null" in text and msgspec.json.decode(text) != value:
        return _BY_LIBRARY(value)
    return text.decode()


def fullness(content: Mapping[str, Any]) -> int:
    """How many values a raw record carries: within one file the fuller row of a record wins, then
    the later one."""
    values = list(content.values())
    inner = [value for value in values if isinstance(value, dict)]
    empty = len(inner) + sum(map(values.count, _NOTHING))
    return len(values) - empty + sum(map(fullness, inner))
