"""What spreadsheets do to a file that they save: some of it can be read all the same, some of it
cannot.

Other separators, a `sep=` line and empty columns change no value. Turned dates (`7/11/2024`),
decimal commas (`96,8`), `TRUE` and shortened numbers (`1.2E+05`) do: such a file is refused by
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.delimited import is_separator_line, split_cells
from bio_lakehouse.sources.file_limits import LONGEST_LINE

LOOKED_AT = 500
"""Rows; a changed value in a later one costs its row, as no reader takes it."""

_START = 400
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
_LINE = re.compile(r"[^\r\n]+")
_CLOCK = r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp][Mm])?)?"
_DATE = re.compile(
    r"(?:[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})|[0-9]{4}([./])[0-9]{1,2}\2[0-9]{1,2})"
    + _CLOCK
    + r"(?: *\([^()]*\))?"
)
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_WORD = re.compile(r"TRUE|FALSE|WAHR|FALSCH|VRAI|FAUX")
_SHORTENED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E[+-][0-9]+")
_CHANGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (_DATE, "a date reads {}, whose day and month may be turned"),
    (_COMMA, "a number reads {}, with a decimal comma"),
    (_WORD, "a cell reads {} as spreadsheets write it"),
    (_SHORTENED, "a number was shortened to {}"),
)


_ANY_CHANGE = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in _CHANGES))
"""In the order of the patterns: the marks that a date repeats are the first groups."""


def refuse_changed(name: str, text: str, delimiter: str, *, saved_again: bool) -> None:
    """Raise `UnsupportedFile` when a spreadsheet has changed values of a known file.

    One changed cell tells where the separators show that it was saved again, else half of the rows
    must have one: a single odd cell costs its own row alone.
    """
    rows = [_change(line, delimiter) for line in islice(_data_lines(text), LOOKED_AT)]
    changes = [change for change in rows if change]
    if changes and (saved_again or 2 * len(changes) >= len(rows)):
        raise UnsupportedFile(
            f"{name} was changed by a spreadsheet: {changes[0]}. "
            "Download it again and give it without opening it in one."
        )


def notes_on(text: str, header: str, delimiter: str, *, saved_again: bool) -> list[str]:
    """Sentences on what a spreadsheet added to the file and reading left out."""
    notes = []
    if saved_again:
        notes.append(f"read with {_NAMES[delimiter]} between its cells, as a spreadsheet saves it")
    if is_separator_line(text[:_START].lstrip().partition("\n")[0]):
        notes.append("the line `sep=` was passed over")
    if header.rstrip().endswith(delimiter):
        notes.append("empty columns at the end were left out")
    return notes


def _data_lines(text: str) -> Iterator[str]:
    """Lines after the header; one that no export has is left to the limits."""
    lines = (
        match[0] for match in _LINE.finditer(text) if match.end() - match.start() <= LONGEST_LINE
    )
    return islice((line for line in lines if line.strip()), 1, None)


def _change(line: str, delimiter: str) -> str | None:
    """What a spreadsheet did in this row, in words; None when nothing shows."""
    for cell in _cells(line, delimiter):
        if not cell.isdecimal() and _ANY_CHANGE.fullmatch(cell):
            words = next(words for pattern, words in _CHANGES if pattern.fullmatch(cell))
            return words.format(repr(cell))
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        cells = split_cells(line, delimiter)
    except RowProblem:
        cells = line.split(delimiter)
    return [cell.strip() for cell in cells if cell and len(cell) < 40]
