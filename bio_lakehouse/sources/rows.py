"""Source rows, and the sorting of them into records and rejected rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.records import ParseContext, Record, RejectedRow


@dataclass(slots=True)
class Row:
    """One source row as read: CSV cells, or a decoded JSON value (`text` is None then); `problem` when neither."""

    line: int
    content: Any
    text: str | None = None
    problem: RowProblem | None = None

    @property
    def raw(self) -> str:
        return json.dumps(self.content) if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class Sifted:
    """Records and rejected rows of one file, and how many rows were read."""

    records: list[Record]
    rejected: list[RejectedRow]
    count: int


def sift(rows: Iterable[Row], read: Callable[[Row], Record]) -> Sifted:
    """Every row becomes a record or, when `read` raises `RowProblem`, a rejected row."""
    records: list[Record] = []
    rejected: list[RejectedRow] = []
    count = 0
    for row in rows:
        count += 1
        try:
            if row.problem:
                raise row.problem
            records.append(read(row))
        except RowProblem as problem:
            rejected.append(
                RejectedRow(row.line, problem.field, problem.reason, row.raw, problem.usable_from)
            )
    return Sifted(records, rejected, count)


def days_spanned(records: Iterable[Record]) -> tuple[date, date] | None:
    """First and last day of the records; None without any."""
    days = {record.day for record in records}
    return (min(days), max(days)) if days else None


def within_lake(first: date, last: date, context: ParseContext) -> tuple[date, date] | None:
    """The part of `first` to `last` for which the lake has partitions; None when there is none."""
    first, last = max(first, context.first_day), min(last, context.last_day)
    return (first, last) if first <= last else None
