"""What a tool gives an assistant: JSON that is never too long for it, and says what was left
out."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bio_lakehouse.ask.answer import Answer, as_json
from bio_lakehouse.engines.plain_rows import distinct_names, json_records

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 500
MOST_BYTES = 60_000
"""What a tool gives at most; an assistant reads some 20,000 tokens of it."""
UNTOLD = frozenset({"question", "user_id", "columns", "rows", "chart", "usage", "shape"})
"""What of an answer an assistant knows already, or has no use for."""


@dataclass(frozen=True, slots=True)
class ShownRows:
    """The rows that are given, as lists of values, and what is said of those that are not."""

    columns: list[str]
    rows: list[list[Any]]
    note: str = ""


def rows_shown(rows: pa.Table) -> ShownRows:
    """As many of the first rows as an assistant is given."""
    shown: list[list[Any]] = []
    size = 0
    for record in json_records(rows.slice(0, MOST_ROWS)):
        values = list(record.values())
        size += len(json.dumps(values, ensure_ascii=False).encode())
        if size > MOST_BYTES:
            break
        shown.append(values)
    return ShownRows(distinct_names(rows.column_names), shown, _note(len(shown), rows.num_rows))


def told_answer(answer: Answer) -> str:
    """The answer to a question, as JSON."""
    told = {name: value for name, value in _whole(answer).items() if name not in UNTOLD}
    given = {} if answer.rows is None else _given(answer.rows)
    return as_text(told | given)


def told_rows(rows: pa.Table, freshness: str) -> str:
    """The answer to a statement, as JSON."""
    return as_text({**_given(rows), "freshness": freshness})


def told_text(text: str, whole: str) -> str:
    """`text`, cut where an assistant would be given too much of it; `whole` says where all of it
    is."""
    content = text.encode()
    if len(content) <= MOST_BYTES:
        return text
    return f"{content[:MOST_BYTES].decode(errors='ignore')}\n\nThis was cut here. {whole}"


def as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _whole(answer: Answer) -> dict[str, Any]:
    # Its rows are told apart, and there may be very many of them.
    return as_json(replace(answer, rows=None))


def _given(rows: pa.Table) -> dict[str, Any]:
    shown = rows_shown(rows)
    return {
        "columns": shown.columns,
        "rows": shown.rows,
        "row_count": rows.num_rows,
        "note": shown.note,
    }


def _note(shown: int, there: int) -> str:
    if shown == there:
        return ""
    if not shown:
        return (
            f"None of the {there:,} rows is shown, because the first is too long. Ask for fewer "
            "columns or shorter texts."
        )
    return (
        f"Only the first {shown:,} of {there:,} rows are shown. Do not compute from them as if "
        "they were all: ask for less with WHERE, GROUP BY, LIMIT or fewer columns."
    )
