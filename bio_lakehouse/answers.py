"""An answer to a question as people, spreadsheets and programs read it.

Columns go by position, because names may repeat.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from bio_lakehouse.engines.plain_rows import distinct_names, json_records, values
from bio_lakehouse.numbers import decimals_text, short_text
from bio_lakehouse.terminal import OUT, visible

if TYPE_CHECKING:
    import pyarrow as pa

WIDEST_CELL = 60
"""Characters after which a cell of a table goes on in its next line."""
NARROWEST_TEXT = 24
"""Characters to which a column of texts may shrink before columns are left out."""
MOST_RECORDS = 20
"""Rows up to which a table that is too wide is shown a record at a time."""
MOST_ROWS = 1_000
"""Rows of a table that are shown."""
SPREADSHEET_COMMANDS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet compute a cell."""


def print_answer(rows: pa.Table, layout: str) -> None:
    """An answer as a table for people, as CSV, or as a JSON list of objects."""
    if layout == "table":
        _print_table(rows)
    elif layout == "csv":
        _write_csv(rows)
    else:
        _write_json(rows)


def _write_csv(rows: pa.Table) -> None:
    for line in csv_lines(rows):
        print(line)


def csv_lines(rows: pa.Table) -> Iterator[str]:
    """Rows as lines of CSV, the names first, without line ends: a text that a spreadsheet would
    compute stands after an apostrophe."""
    yield _csv_line([_safe_in_spreadsheet(name) for name in rows.column_names])
    for row in values(rows):
        yield _csv_line([_csv_cell(value) for value in row])


def _csv_line(cells: Sequence[Any]) -> str:
    """A line without its end; the writer quotes what its own line end holds, so that is both."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n")


def _csv_cell(value: Any) -> Any:
    if isinstance(value, list | dict | str):
        return _safe_in_spreadsheet(str(value))
    return value


def _safe_in_spreadsheet(text: str) -> str:
    return f"'{text}" if text.startswith(SPREADSHEET_COMMANDS) else text


def _write_json(rows: pa.Table) -> None:
    names = distinct_names(rows.column_names)
    if names != rows.column_names:
        renamed = sorted(set(names) - set(rows.column_names))
        note = f"Columns share a name; the later ones are called {', '.join(renamed)}."
        print(visible(note), file=sys.stderr)
    before = "[\n"
    for entry in json_records(rows):
        written = json.dumps(entry, ensure_ascii=False, indent=2, allow_nan=False)
        print(f"{before}{textwrap.indent(written, '  ')}", end="")
        before = ",\n"
    print("[]" if rows.num_rows == 0 else "\n]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table: what it is called, and how its cells stand."""

    name: str
    is_number: bool = False
    is_text: bool = False


def heading(field: pa.Field) -> Heading:
    """The heading of a column of rows."""
    kind = str(field.type)
    return Heading(
        visible(field.name),
        kind.startswith(("int", "double", "float", "decimal")),
        kind.startswith(("string", "large_string", "list")),
    )


def print_cells(
    headings: Sequence[Heading],
    cells: Sequence[Sequence[str]],
    narrowest: int = NARROWEST_TEXT,
) -> bool:
    """Rows that are written out as a table, or a record each where that is too wide for the
    terminal; False where it is, and the rows are too many for records."""
    if _fitting(headings, cells, narrowest) == len(headings):
        OUT.print(_table(headings, cells))
    elif len(cells) <= MOST_RECORDS:
        _print_records(headings, cells)
    else:
        return False
    return True


def _print_table(rows: pa.Table) -> None:
    headings = [heading(field) for field in rows.schema]
    cells = [list(map(shown, row)) for row in values(rows.slice(0, MOST_ROWS))]
    if print_cells(headings, cells):
        OUT.print(_counted(rows.num_rows))
        return
    fitting = _fitting(headings, cells, NARROWEST_TEXT)
    OUT.print(_table(headings[:fitting], cells))
    hidden = len(headings) - fitting
    OUT.print(
        f"{_counted(rows.num_rows)}; {hidden} more {_plural(hidden, 'column')} do not fit: "
        "name those you want, or take --format csv or json.",
        soft_wrap=True,
    )


def _counted(count: int) -> str:
    counted = f"{count:,} {_plural(count, 'row')}"
    if count > MOST_ROWS:
        return f"{counted}, the first {MOST_ROWS:,} shown: --format csv or json has all"
    return counted


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


def _fitting(headings: Sequence[Heading], cells: Iterable[Sequence[str]], narrowest: int) -> int:
    """How many columns from the left fit into the terminal, at least one."""
    widths = [_longest_word(one.name) for one in headings]
    for row in cells:
        for position, cell in enumerate(row):
            widths[position] = max(widths[position], cell_len(cell))
    room = OUT.width - 1
    for position, width in enumerate(widths):
        shrinks = min(width, narrowest if headings[position].is_text else NARROWEST_TEXT)
        room -= max(shrinks, _longest_word(headings[position].name)) + 3
        if room < 0:
            return max(position, 1)
    return len(widths)


def _table(headings: Sequence[Heading], cells: Sequence[Sequence[str]]) -> Table:
    table = Table()
    widest = [_widest(position, cells) for position in range(len(headings))]
    whole = [max(cell_len(one.name), cell) for one, cell in zip(headings, widest, strict=True)]
    has_room = sum(whole) + 3 * len(whole) < OUT.width
    for one, cell in zip(headings, widest, strict=True):
        table.add_column(
            Text(one.name if has_room else _in_lines(one.name, cell)),
            justify="right" if one.is_number else "left",
            max_width=WIDEST_CELL,
            no_wrap=not one.is_text,
        )
    for row in cells:
        table.add_row(*(Text(cell, overflow="fold") for cell in row[: len(headings)]))
    return table


def _widest(position: int, cells: Iterable[Sequence[str]]) -> int:
    return max((cell_len(row[position]) for row in cells), default=0)


def _longest_word(name: str) -> int:
    return max((cell_len(word) for word in name.split()), default=0)


def _in_lines(name: str, widest_cell: int) -> str:
    """A heading of several words in lines no wider than its column has to be."""
    if _longest_word(name) == cell_len(name):
        return name
    width = max(_longest_word(name), widest_cell)
    lines = textwrap.wrap(name, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def _print_records(headings: Sequence[Heading], cells: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(cells, start=1):
        OUT.rule(f"row {number} of {len(cells)}", align="left", style="dim")
        record = Table.grid(padding=(0, 2))
        for one, cell in zip(headings, row, strict=True):
            record.add_row(Text(one.name, style="dim"), Text(cell, overflow="fold"))
        OUT.print(record)


def shown(value: Any) -> str:
    """A value for people: floats to four decimals; CSV and JSON have all digits."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return _shown_number(value)
    if isinstance(value, list):
        return f"[{', '.join(shown(entry) for entry in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {shown(entry)}' for key, entry in value.items())}}}"
    return visible(str(value))


def _shown_number(value: float) -> str:
    if not math.isfinite(value) or (value and not 1e-3 <= abs(value) < 1e15):
        return short_text(value)
    return decimals_text(value, 4)
