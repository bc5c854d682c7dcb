"""JSON that stands in a cell of one of Oura's CSV files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.quick_json import read_json


class BrokenJson(RowProblem):
    """A cell that begins as a JSON object and is none; `place` counts cells from 0."""

    def __init__(self, place: int) -> None:
        super().__init__(None, "a JSON object cannot be read")
        self.place = place

    def named(self, headers: Sequence[str]) -> RowProblem:
        """The problem with the column's name in it."""
        header = headers[self.place] if self.place < len(headers) else f"cell {self.place + 1}"
        return RowProblem(header, f"{header} begins as a JSON object and cannot be read as one")


def decoded(text: str, place: int) -> Any:
    """A cell's JSON object or list, else its text; raises `BrokenJson`."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return read_json(text, DECODER.decode)
    except (ValueError, RecursionError):
        if text.startswith("{"):
            raise BrokenJson(place) from None
        return text


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
"""Reads JSON proper, without `NaN` and `Infinity`."""
