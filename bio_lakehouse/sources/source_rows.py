"""Source rows, and the sorting of them into records and rejected rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from sys import intern
from typing import Any

from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.file_limits import MOST_REJECTED
from bio_lakehouse.sources.records import ParseContext, Record, RejectedRow

_SHORT = 12


@dataclass(slots=True)
class Row:
    """One source row as read: CSV cells, or a decoded JSON value (`text` is None then); `problem`
    when neither."""

    line: int
    content: Any
    text: str | None = None
    problem: RowProblem | None = None

    @property
    def raw(self) -> str:
        return json.dumps(self.content) if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class SplitRows:
    """Records and rejected rows of one file, and how many rows were read.

    `more_rejected` counts the rejected rows that are not kept; `unread_days` are the days of
    rejected rows of which the day is readable.
    """

    records: list[Record]
    rejected: list[RejectedRow]
    count: int
    more_rejected: int
    unread_days: frozenset[date]


def split_rows(rows: Iterable[Row], read: Callable[[Row], Record]) -> SplitRows:
    """Every row becomes a record or, when `read` raises `RowProblem`, a rejected row.

    Of very many rejected rows the first are kept, and the one that comes due first.
    """
    records: list[Record] = []
    rejected: list[RejectedRow] = []
    unread: set[date] = set()
    count = 0
    due = date.max
    for row in rows:
        count += 1
        try:
            if row.problem:
                raise row.problem
            records.append(read(row))
        except RowProblem as problem:
            sooner = (problem.usable_from or date.max) < due
            if len(rejected) < MOST_REJECTED or sooner:
                rejected.append(_rejected(row, problem))
            due = min(due, problem.usable_from or date.max)
            unread |= {problem.day} if problem.day else set()
    more = count - len(records) - len(rejected)
    return SplitRows(records, rejected, count, more, frozenset(unread))


def shared(cell: Any) -> Any:
    """The cell itself; a short text as the one object that says it, as a long file has many
    alike."""
    return intern(cell) if type(cell) is str and len(cell) <= _SHORT else cell


def _rejected(row: Row, problem: RowProblem) -> RejectedRow:
    return RejectedRow(
        line=row.line,
        field=problem.field,
        reason=problem.reason,
        raw=row.raw,
        usable_from=problem.usable_from,
        outside_lake=problem.outside_lake,
    )


def field_names(values: Iterable[Any]) -> set[str]:
    """Names that occur in those values that are objects, and one level deeper, dotted."""
    names: set[str] = set()
    for record in values:
        if not isinstance(record, dict):
            continue
        names.update(record)
        if any(type(value) is dict for value in record.values()):
            names.update(
                f"{outer}.{name}"
                for outer, value in record.items()
                if isinstance(value, dict)
                for name in value
            )
    return names


def days_spanned(records: Iterable[Record]) -> tuple[date, date] | None:
    """First and last day of the records; None without any."""
    days = {record.day for record in records}
    return (min(days), max(days)) if days else None


def within_lake(first: date, last: date, context: ParseContext) -> tuple[date, date] | None:
    """The part of `first` to `last` for which the lake has partitions; None when there is none."""
    first, last = max(first, context.first_day), min(last, context.last_day)
    return (first, last) if first <= last else None
