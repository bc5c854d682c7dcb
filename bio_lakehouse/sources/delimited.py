"""Reading comma and semicolon files row by row, so that a broken row costs itself alone and keeps
its line number.

Quoting is RFC 4180's. A quoted cell may run over several lines when the row then has as many cells
as the header.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.file_limits import check_line, check_rows
from bio_lakehouse.sources.source_rows import Row

_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"')
_FILLED = re.compile(r"\S")
_LINE_END = re.compile(r"[\r\n]")
_SEPARATOR_LINE = re.compile(r"\"?sep=.?\"?[,;]*", re.IGNORECASE)
_LONGEST_SEPARATOR_LINE = 200
_LONGEST_ROW = 50

DELIMITERS = (",", ";", "\t")

Split = Callable[[str], list[Any]]


class OpenQuote(RowProblem):
    """A quoted cell that does not end on its line."""

    def __init__(self) -> None:
        super().__init__(None, "a quote is opened and never closed")


def lines_of(text: str) -> list[str]:
    """Lines without their ends (LF, CRLF or CR); a last newline makes no further line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def checked_lines(name: str, text: str, columns: int) -> list[str]:
    """`lines_of` a file with that many columns; raises `UnsupportedFile` when it is larger than any
    export."""
    check_rows(name, text, columns)
    lines = lines_of(text)
    check_line(name, max(map(len, lines), default=0))
    return lines


def ends_with_newline(text: str) -> bool:
    return text.endswith(("\n", "\r"))


def split_cells(line: str, delimiter: str) -> list[str]:
    """Cells of one row; raises `RowProblem` where the quoting is broken."""
    if '"' not in line:
        return line.split(delimiter)
    cells: list[str] = []
    end = -1
    while end < len(line):
        cell, end = (
            quoted_cell(line, end + 1)
            if line.startswith('"', end + 1)
            else plain_cell(line, end + 1, delimiter)
        )
        if end < len(line) and line[end] != delimiter:
            raise RowProblem(None, f"text follows the closing quote of cell {len(cells) + 1}")
        cells.append(cell)
    return cells


def quoted_cell(line: str, start: int) -> tuple[str, int]:
    """The quoted cell that begins at `start`, and where it ends."""
    match = _QUOTED.match(line, start)
    if match is None:
        raise OpenQuote
    return match[1].replace('""', '"'), match.end()


def plain_cell(line: str, start: int, delimiter: str) -> tuple[str, int]:
    """The unquoted cell that begins at `start`, and where it ends."""
    end = line.find(delimiter, start)
    end = len(line) if end < 0 else end
    return line[start:end], end


@dataclass(frozen=True, slots=True)
class Table:
    """A delimited file: its headers, the names under which records keep them (no two alike), and
    its rows."""

    headers: list[str]
    names: list[str]
    rows: Iterator[Row]


def comma_table(name: str, text: str) -> Table:
    """The table in a file whose rows have as many cells as the header; a row that has not is a
    problem.

    Cells are parted by commas, or by what a spreadsheet put in their place. Raises
    `UnsupportedFile`, while the rows are read, when the file stops in the middle of its last row.
    """
    header = header_line(text)
    delimiter = delimiter_of(header)
    headers = header_cells(name, header, delimiter)
    lines = checked_lines(name, text, len(headers))
    start = header_index(lines)
    rows = data_rows(name, lines, start, partial(split_cells, delimiter=delimiter), len(headers))
    end = None if ends_with_newline(text) else len(lines)
    return Table(
        headers, content_names(headers), (_of_width(name, row, len(headers), end) for row in rows)
    )


@dataclass(frozen=True)
class Header:
    """The first line of a delimited file, and what parts its cells."""

    file: str
    line: str
    delimiter: str

    @cached_property
    def cells(self) -> list[str]:
        """Its cells; raises `UnsupportedFile` when the quoting is broken."""
        return header_cells(self.file, self.line, self.delimiter)


def delimiter_of(header: str) -> str:
    """What parts the cells of a header: the comma, semicolon or tab that it has most of."""
    return max(DELIMITERS, key=header.count)


def header_line(text: str) -> str:
    """The first line that is neither blank nor a spreadsheet's `sep=`, found without looking at the
    others."""
    end = 0
    while filled := _FILLED.search(text, end):
        place = filled.start()
        start = max(text.rfind("\n", end, place), text.rfind("\r", end, place), end - 1) + 1
        ending = _LINE_END.search(text, place)
        end = ending.start() if ending else len(text)
        if not is_separator_line(text[start:end]):
            return text[start:end]
    return ""


def header_index(lines: list[str]) -> int:
    """Index of the line that `header_line` finds; 0 without one."""
    return next(
        (n for n, line in enumerate(lines) if line.strip() and not is_separator_line(line)), 0
    )


def is_separator_line(line: str) -> bool:
    """Whether a spreadsheet tells here what parts the cells: `sep=;`."""
    return len(line) < _LONGEST_SEPARATOR_LINE and bool(_SEPARATOR_LINE.fullmatch(line.strip()))


def without_blank_end(headers: list[str]) -> list[str]:
    """Headers without the empty ones at the end, as spreadsheets add them."""
    last = max((place for place, header in enumerate(headers) if header.strip()), default=-1)
    return headers[: last + 1]


def header_cells(name: str, line: str, delimiter: str) -> list[str]:
    """Cells of the header; raises `UnsupportedFile` when its quoting is broken."""
    try:
        return without_blank_end(split_cells(line, delimiter))
    except RowProblem as problem:
        raise UnsupportedFile(
            f"{name} has a header that cannot be read: {problem.reason}. Download the file again."
        ) from None


def _of_width(name: str, row: Row, width: int, end: int | None) -> Row:
    cells = row.content
    if row.problem or len(cells) == width:
        return row
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return replace(row, content=cells[:width])
    if len(cells) < width and row.line == end:
        raise CutOff(name, row.line)
    return replace(
        row, problem=RowProblem(None, f"the row has {len(cells)} cells, the header has {width}")
    )


def data_rows(name: str, lines: list[str], start: int, split: Split, width: int) -> Iterator[Row]:
    """Rows after the header at index `start`, blank lines left out.

    Raises `UnsupportedFile` when the last row stops inside a quote: the file was cut off.
    """
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    index = start + 1
    while index <= last:
        taken = 1
        if lines[index].strip():
            row, taken = _row_at(lines, index, split, width)
            if isinstance(row.problem, OpenQuote) and index == last:
                raise CutOff(name, index + 1)
            yield row
        index += taken


def _row_at(lines: list[str], index: int, split: Split, width: int) -> tuple[Row, int]:
    text = lines[index]
    try:
        return Row(index + 1, split(text), text), 1
    except OpenQuote as problem:
        return _longer_row(lines, index, split, width) or (Row(index + 1, None, text, problem), 1)
    except RowProblem as problem:
        return Row(index + 1, None, text, problem), 1


def _longer_row(lines: list[str], index: int, split: Split, width: int) -> tuple[Row, int] | None:
    for taken in range(2, min(_LONGEST_ROW, len(lines) - index) + 1):
        text = "\n".join(lines[index : index + taken])
        try:
            cells = split(text)
        except OpenQuote:
            continue
        except RowProblem:
            return None
        return (Row(index + 1, cells, text), taken) if len(cells) == width else None
    return None


class CutOff(UnsupportedFile):
    """The refusal of a file that ends in the middle of a row, and the line on which that is."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(
            f"{name} was cut off: line {line} stops in the middle of a row. Download it again."
        )
        self.line = line


def content_names(headers: list[str]) -> list[str]:
    """Headers as they stand; a repeated one gets ` (2)`, ` (3)`, …"""
    names: dict[str, None] = {}
    times: Counter[str] = Counter()
    for header in headers:
        name = header
        while name in names:
            times[header] += 1
            name = f"{header} ({times[header] + 1})"
        names[name] = None
    return list(names)
