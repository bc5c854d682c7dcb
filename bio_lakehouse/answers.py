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
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

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
    print(_csv_line([_safe_in_spreadsheet(name) for name in rows.column_names]))
    for row in values(rows):
        print(_csv_line([_csv_cell(value) for value in row]))


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


def _print_table(rows: pa.Table) -> None:
    names = [visible(name) for name in rows.column_names]
    shown = rows.slice(0, MOST_ROWS)
    cells = [list(map(_shown, row)) for row in values(shown)]
    fitting = _fitting(names, cells)
    if fitting == len(names):
        OUT.print(_table(rows, names, cells))
        OUT.print(_counted(rows.num_rows))
    elif rows.num_rows <= MOST_RECORDS:
        _print_records(names, cells)
        OUT.print(_counted(rows.num_rows))
    else:
        OUT.print(_table(rows, names[:fitting], cells))
        hidden = len(names) - fitting
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


def _fitting(names: Sequence[str], cells: Iterable[Sequence[str]]) -> int:
    """How many columns from the left fit into the terminal, at least one."""
    widths = [Text(name).cell_len for name in names]
    for row in cells:
        for position, cell in enumerate(row):
            widths[position] = max(widths[position], Text(cell).cell_len)
    room = OUT.width - 1
    for position, width in enumerate(widths):
        room -= min(width, NARROWEST_TEXT) + 3
        if room < 0:
            return max(position, 1)
    return len(widths)


def _table(rows: pa.Table, names: Sequence[str], cells: Iterable[Sequence[str]]) -> Table:
    table = Table()
    for name, field in zip(names, rows.schema, strict=False):
        is_number = str(field.type).startswith(("int", "double", "float", "decimal"))
        is_text = str(field.type).startswith(("string", "large_string", "list"))
        table.add_column(
            Text(name),
            justify="right" if is_number else "left",
            max_width=WIDEST_CELL,
            no_wrap=not is_text,
        )
    for row in cells:
        table.add_row(*(Text(cell, overflow="fold") for cell in row[: len(names)]))
    return table


def _print_records(names: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(cells, start=1):
        OUT.rule(f"row {number} of {len(cells)}", align="left", style="dim")
        record = Table.grid(padding=(0, 2))
        for name, cell in zip(names, row, strict=True):
            record.add_row(Text(name, style="dim"), Text(cell, overflow="fold"))
        OUT.print(record)


def _shown(value: Any) -> str:
    """A value for people: floats to four decimals; CSV and JSON have all digits."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return _shown_number(value)
    if isinstance(value, list):
        return f"[{', '.join(_shown(entry) for entry in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_shown(entry)}' for key, entry in value.items())}}}"
    return visible(str(value))


def _shown_number(value: float) -> str:
    if not math.isfinite(value) or (value and not 1e-3 <= abs(value) < 1e15):
        return short_text(value)
    return decimals_text(value, 4)
