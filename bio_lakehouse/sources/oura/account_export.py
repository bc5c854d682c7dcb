"""A file of Oura's account export: semicolons, a JSON object in some cells, a full snapshot each
time.

JSON cells come unquoted or quoted with doubled quotes, whole lines may be wrapped in quotes, and
rows may be shorter than the header or lack their id. A row becomes an object in the shape of the
API: JSON cells decoded, all others text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bio_lakehouse.sources.checking import RowProblem, looks_unstorable
from bio_lakehouse.sources.delimited import (
    CutOff,
    checked_lines,
    content_names,
    data_rows,
    ends_with_newline,
    header_index,
    header_line,
    plain_cell,
    quoted_cell,
    without_blank_end,
)
from bio_lakehouse.sources.oura.endpoints import (
    endpoint_of,
    export_endpoint,
    looks_like_oura,
)
from bio_lakehouse.sources.oura.json_cells import DECODER, BrokenJson, decoded
from bio_lakehouse.sources.oura.one_dataset import read_rows
from bio_lakehouse.sources.oura.realignment import aligned
from bio_lakehouse.sources.oura.type_download import is_flattened
from bio_lakehouse.sources.quick_json import Undecided, quick_json
from bio_lakehouse.sources.records import ParseContext, ParsedFile
from bio_lakehouse.sources.source_rows import Row, field_names, shared


def looks_like_account_export(line: str) -> bool:
    """Whether this is a header of an account export's file."""
    try:
        headers = split_row(line)
    except RowProblem:
        return False
    names = [str(header).strip() for header in headers]
    return len(names) > 1 and not is_flattened(names) and looks_like_oura(set(names))


def read(name: str, text: str, context: ParseContext) -> ParsedFile:
    """Records of one Oura dataset; coverage is the first to the last day.

    Raises `UnsupportedFile` when the dataset cannot be told or the last row stops inside a quote or
    a JSON object.
    """
    cells = [str(header).strip() for header in split_row(header_line(text))]
    headers = content_names(without_blank_end(cells))
    lines = checked_lines(name, text, len(headers))
    start = header_index(lines)
    last = None if ends_with_newline(text) else len(lines)
    rows = list(
        _shaped(name, headers, data_rows(name, lines, start, split_row, len(headers)), last)
    )
    names = {*headers, *field_names(row.content for row in rows if not row.problem)}
    endpoint = endpoint_of(name, names, context, export_endpoint)
    doubtful = looks_unstorable(text)
    parsed = read_rows("account_export", endpoint, rows, names, context, doubtful=doubtful)
    return replace(parsed, whole=True)


def _shaped(name: str, headers: list[str], rows: Iterable[Row], last: int | None) -> Iterator[Row]:
    for row in rows:
        if isinstance(row.problem, BrokenJson):
            if row.line == last:
                raise CutOff(name, row.line)
            yield replace(row, problem=row.problem.named(headers))
        else:
            yield row if row.problem else _object(headers, row)


def _object(headers: list[str], row: Row) -> Row:
    cells = row.content
    if any(cell != "" for cell in cells[len(headers) :]):
        reason = f"the row has {len(cells)} cells, the header has {len(headers)}"
        return replace(row, problem=RowProblem(None, reason))
    try:
        record = aligned(headers, cells)
    except RowProblem as problem:
        return replace(row, problem=problem)
    if record is None:
        return replace(row, content=dict(zip(headers, map(shared, cells), strict=False)))
    return replace(row, content=record)


def split_row(line: str) -> list[Any]:
    """Cells of one row, JSON ones decoded; raises `RowProblem` where it is broken."""
    if not line.startswith('"'):
        return _cells(line)
    try:
        inner, end = quoted_cell(line, 0)
        return _cells(inner) if end == len(line) and ";" in inner else _cells(line)
    except RowProblem:
        if len(line) > 1 and line.endswith('"'):
            return _cells(line[1:-1])
        raise


def _cells(line: str) -> list[Any]:
    cells: list[Any] = []
    end = -1
    while end < len(line):
        cell, end = _cell(line, end + 1, len(cells))
        cells.append(cell)
    return cells


def _cell(line: str, start: int, place: int) -> tuple[Any, int]:
    first = line[start : start + 1]
    if first == '"':
        text, end = quoted_cell(line, start)
        if end < len(line) and line[end] != ";":
            raise RowProblem(None, f"text follows the closing quote of cell {place + 1}")
        return decoded(text, place), end
    if first in ("{", "["):
        return _json_cell(line, start, place)
    return plain_cell(line, start, ";")


def _json_cell(line: str, start: int, place: int) -> tuple[Any, int]:
    end = line.find(";", start)
    end = len(line) if end < 0 else end
    with suppress(Undecided):
        if line[end - 1] in "}]":
            return quick_json(line[start:end]), end
    try:
        value, end = DECODER.raw_decode(line, start)
        if end == len(line) or line[end] == ";":
            return value, end
    except (ValueError, RecursionError):
        pass
    if line[start] == "{":
        raise BrokenJson(place)
    return plain_cell(line, start, ";")
