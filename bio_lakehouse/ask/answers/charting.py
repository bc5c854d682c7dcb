"""A fitting chart as a description: columns of the rows, never code. None where no chart fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from bio_lakehouse.ask.answer import Chart
from bio_lakehouse.terminal import visible

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.answers.answer_columns import AnswerColumn
    from bio_lakehouse.ask.plan import Plan

FEWEST_POINTS, MOST_POINTS = 2, 4_000
FEWEST_DAYS, MOST_BARS, MOST_LINES = 3, 24, 3


def fitting(plan: Plan, rows: pa.Table, columns: Sequence[AnswerColumn]) -> Chart | None:
    """Days become a line, groups bars, pairs of values points, one value a number.

    What has too few or too many marks, one day twice, or values of several units, has no chart.
    """
    values = [column for column in columns if column.kind == "value"]
    figures = values or [column for column in columns if column.kind == "count"]
    drawn = [column for column in figures if _is_drawn(rows, column)]
    if plan.shape == "finding" or not drawn:
        return None
    if rows.num_rows == 1:
        return _number(plan, drawn)
    if plan.shape == "relation":
        return _points(rows, drawn)
    days = [column for column in columns if column.kind == "day"]
    classes = [column for column in columns if column.kind == "class"]
    if days and not classes:
        return _line(rows, days[0], drawn)
    return _bars(rows, classes, drawn) if classes and not days else None


def _is_drawn(rows: pa.Table, column: AnswerColumn) -> bool:
    return rows.column_names.count(column.name) == 1 and _known(rows, column) > 0


def _known(rows: pa.Table, column: AnswerColumn) -> int:
    unknown: int = rows.column(column.position).null_count
    return int(rows.num_rows) - unknown


def _number(plan: Plan, drawn: Sequence[AnswerColumn]) -> Chart | None:
    """A single figure; several of a row are a table's."""
    return _chart("number", "", drawn[:1]) if plan.shape == "value" else None


def _line(rows: pa.Table, day: AnswerColumn, drawn: Sequence[AnswerColumn]) -> Chart | None:
    is_twice = pc.count_distinct(rows.column(day.position)).as_py() < rows.num_rows
    if is_twice or not FEWEST_DAYS <= rows.num_rows <= MOST_POINTS:
        return None
    return _chart("line", day.name, _of_one_unit(drawn)[:MOST_LINES])


def _bars(
    rows: pa.Table, classes: Sequence[AnswerColumn], drawn: Sequence[AnswerColumn]
) -> Chart | None:
    label = classes[0]
    is_twice = pc.count_distinct(rows.column(label.position), mode="all").as_py() < rows.num_rows
    if is_twice or not FEWEST_POINTS <= rows.num_rows <= MOST_BARS:
        return None
    return _chart("bar", label.name, _of_one_unit(drawn)[:1])


def _points(rows: pa.Table, drawn: Sequence[AnswerColumn]) -> Chart | None:
    if len(drawn) != 2 or not FEWEST_DAYS <= rows.num_rows <= MOST_POINTS:
        return None
    across, up = drawn
    chart = _chart("points", across.name, [up])
    titles = (_title(up), _title(across))
    return Chart(chart.kind, chart.x, chart.y, titles, chart.is_score)


def _of_one_unit(drawn: Sequence[AnswerColumn]) -> list[AnswerColumn]:
    """The first figure, and the others that share its axis."""
    return [column for column in drawn if _axis(column) == _axis(drawn[0])]


def _axis(column: AnswerColumn) -> tuple[str, bool, str]:
    is_score = _is_score(column)
    own = "" if column.is_known else column.name
    return column.measure.unit, is_score, own


def _is_score(column: AnswerColumn) -> bool:
    is_level = column.aggregation in ("", "avg", "min", "max")
    return column.kind == "value" and is_level and column.measure.is_score


def _title(column: AnswerColumn) -> str:
    if column.kind == "value" and column.is_known:
        return column.measure.axis_title()
    return visible(column.name).replace("_", " ")


def _chart(kind: str, x: str, columns: Sequence[AnswerColumn]) -> Chart:
    titles = tuple(_title(column) for column in columns)
    names = tuple(column.name for column in columns)
    return Chart(kind, x, names, titles, all(map(_is_score, columns)))  # type: ignore[arg-type]
