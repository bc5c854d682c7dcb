"""How much a file may hold, so that none takes more memory to read than a small machine has.

Ten years of a person's data stay below each limit; what lies above was made by mistake or to do
harm. What can be read a part at a time (`parts.py`) is bounded part by part, and may be larger.
"""

from __future__ import annotations

from bio_lakehouse.errors import UnknownFormat, UnsupportedFile

LARGEST_FILE = 1 << 30
"""Bytes, unpacked, of any file. Ten years of heart rate are 50 MB as CSV where a reading came every
five minutes, and 250 MB with workouts in which one came every few seconds."""
LARGEST_AT_ONCE = 96 << 20
"""Bytes of a file that cannot be read in parts. Ten years of activity are about 35 MB."""
AT_ONCE = 8 << 20
"""Bytes of a file that is read at once though it could be read in parts."""
PART = 4 << 20
"""Bytes of a part."""
MOST_ROWS = 1_200_000
"""Rows of a delimited file, objects and lists in any file. Ten years of heart rate are about
1,100,000."""
MOST_COLUMNS = 1_000
MOST_CELLS = 6_000_000
LONGEST_LINE = 2 << 20
"""Characters; a night with all its samples has about 20,000."""
MOST_VALUES = 8_000_000
"""Values in a JSON file; ten years of activity are about 5,300,000."""
MOST_NAMES = 3_600_000
"""Names of fields, each counted as often as it stands there; a heart rate has three."""
MOST_REJECTED = 1_000
"""Rejected rows of a file that are kept with their text; all are counted."""

_FEWER = "Take an export of fewer days."


def check_size(name: str, size: int, most: int = LARGEST_AT_ONCE) -> None:
    """Raise `UnsupportedFile` for a file of more bytes than are read of its kind."""
    if size > most:
        raise UnsupportedFile(
            f"{name} has {size >> 20:,} MB; the most that is read of a file of its kind is "
            f"{most >> 20:,}. {_FEWER}"
        )


def check_header(name: str, header: str, delimiter: str) -> None:
    """Raise `UnknownFormat` for a header that is wider than any export's."""
    columns = header.count(delimiter) + 1
    if columns > MOST_COLUMNS or len(header) > LONGEST_LINE:
        raise UnknownFormat(
            f"{name} has a header of {columns:,} columns, as no export has. "
            "Give the file as it was downloaded."
        )


def check_rows(name: str, text: str, columns: int) -> None:
    """Raise `UnsupportedFile` when a delimited file has more rows or cells than are read."""
    rows = text.count("\n") or text.count("\r")
    _refuse_above(name, rows, MOST_ROWS, "rows")
    _refuse_above(name, rows * columns, MOST_CELLS, "cells")
    _check_objects(name, text)


def check_line(name: str, longest: int) -> None:
    """Raise `UnsupportedFile` for a line of that many characters when it is longer than any
    export's."""
    _refuse_above(name, longest, LONGEST_LINE, "characters in a line")


def check_json(name: str, text: str) -> None:
    """Raise `UnsupportedFile` when a JSON file has more values than are read."""
    _refuse_above(name, text.count(","), MOST_VALUES, "values")
    _check_objects(name, text)


def _check_objects(name: str, text: str) -> None:
    _refuse_above(name, text.count("{") + text.count("["), MOST_ROWS, "objects and lists")
    _refuse_above(name, text.count('":') + text.count('" :'), MOST_NAMES, "fields")


def _refuse_above(name: str, count: int, most: int, what: str) -> None:
    if count > most:
        raise UnsupportedFile(
            f"{name} has {count:,} {what}; the most that is read is {most:,}. {_FEWER}"
        )
