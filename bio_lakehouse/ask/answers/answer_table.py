"""An answer's rows as cells for people: figures as the sentence writes them, and of findings the
columns that matter. JSON and CSV have all columns and digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bio_lakehouse.ask.answers.answer_columns import AnswerColumn, columns_of
from bio_lakehouse.ask.claims import finding_columns
from bio_lakehouse.engines.plain_rows import distinct_names, values
from bio_lakehouse.errors import QueryError

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.answer import Answer
    from bio_lakehouse.engines.guard import CheckedQuery

NUMBER = "_number"
Row = Mapping[str, Any]
Other = Callable[[Any], str]
"""Writes what is no number."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """What a person sees of the rows: `columns` are positions in the rows, -1 stands for the ends
    of an interval; `left_out` counts the columns that are not shown."""

    names: tuple[str, ...]
    columns: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]
    left_out: int


def table_of(answer: Answer, most: int, other: Other) -> AnswerTable:
    """The first `most` rows of an answer; `other` writes texts, days and lists."""
    rows = answer.rows
    assert rows is not None
    names = distinct_names(rows.column_names)
    twice = said_twice(names)
    shown = tuple(name for name in _shown(answer, names) if name not in twice)
    writer = _Writer(names, _columns(answer, rows), other, answer.source == "findings")
    return AnswerTable(
        shown,
        tuple(names.index(name) if name in names else -1 for name in shown),
        tuple(writer.cells(row, shown) for row in values(rows.slice(0, most))),
        len(set(names) - set(shown) - twice),
    )


def _shown(answer: Answer, names: Sequence[str]) -> Sequence[str]:
    is_finding = answer.source == "findings"
    return finding_columns.shown_columns(names) if is_finding else names


def said_twice(names: Sequence[str]) -> set[str]:
    """The columns that rows are only ordered by: the number of a weekday that is named too."""
    return {name for name in names if name.endswith(NUMBER) and name.removesuffix(NUMBER) in names}


def _columns(answer: Answer, rows: pa.Table) -> tuple[AnswerColumn, ...]:
    from bio_lakehouse.ask.semantics import semantic_model

    metrics = answer.plan.metrics if answer.plan else {}
    return columns_of(rows, _checked(answer.sql), semantic_model.load(), metrics)


def _checked(sql: str) -> CheckedQuery | None:
    from bio_lakehouse.ask.semantics import semantic_model
    from bio_lakehouse.engines import guard

    datasets = semantic_model.load().datasets.values()
    try:
        return guard.check(sql, {dataset.full_name for dataset in datasets})
    except QueryError:
        return None


@dataclass(frozen=True, slots=True)
class _Writer:
    names: Sequence[str]
    columns: Sequence[AnswerColumn]
    other: Other
    is_finding: bool

    def cells(self, row: Sequence[Any], shown: Sequence[str]) -> tuple[str, ...]:
        named = dict(zip(self.names, row, strict=True))
        return tuple(self._cell(named, name) for name in shown)

    def _cell(self, row: Row, name: str) -> str:
        if name not in row:
            return finding_columns.interval_text(row)
        value = row[name]
        by_row = finding_columns.figure_text(row, name) if self.is_finding else None
        if by_row:
            return by_row
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.other(value)
        return self.columns[self.names.index(name)].cell(value)
