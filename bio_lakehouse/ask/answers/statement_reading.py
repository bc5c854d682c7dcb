"""What a statement shows, in words that follow from it alone: of what, when, under which conditions
and in which order. Nobody's own words about it stand there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlglot import exp

from bio_lakehouse.ask.semantics.semantic_model import SemanticModel
from bio_lakehouse.engines.guard import CheckedQuery
from bio_lakehouse.english import inner, listed, span

AGGREGATED = {"avg": "average", "min": "lowest", "max": "highest", "sum": "sum of"}
COUNTS = {"count", "count_if"}
LABELS = {"day", "user_id"}
"""Columns that say of what a row is; they are named where nothing else is shown."""
MOST_TITLES = 3
LONGEST_CONDITIONS = 160
FURTHER = "under conditions that its SQL shows"


def reading_of(query: CheckedQuery, covers: tuple[date, date] | None, model: SemanticModel) -> str:
    """A statement in words; `covers` are the days that it asks for, None where it asks for all."""
    parts = [
        _shown(query, model),
        span(*covers) if covers else "",
        _conditions(query),
        _order(query),
    ]
    return ", ".join(part for part in parts if part)


def _shown(query: CheckedQuery, model: SemanticModel) -> str:
    titles = [_title(column, query, model) for column in query.expression.selects]
    shown = list(dict.fromkeys(title for title in titles if title))
    told = [title for title in shown if title not in LABELS] or shown
    if not told:
        names = {one.full_name: one.name.replace("_", " ") for one in model.datasets.values()}
        return f"rows of {listed([names[table] for table in sorted(query.tables)])}"
    return listed(told) if len(told) <= MOST_TITLES else f"{', '.join(told[:MOST_TITLES])} …"


def _title(column: exp.Expr, query: CheckedQuery, model: SemanticModel) -> str:
    """`average sleep score`, `day`: what a column is; one that is computed is called as the
    statement calls it, and a count, which says of how much the others are, is left out."""
    value = column.unalias()
    if isinstance(value, exp.Column):
        return _of_column(value.name, query, model)
    call = value.name.lower() if isinstance(value, exp.Anonymous) else ""
    if call in COUNTS or isinstance(value, exp.Star):
        return ""
    [of] = value.expressions[:1] or [None]
    if call in AGGREGATED and isinstance(of, exp.Column):
        return f"{AGGREGATED[call]} {_of_column(of.name, query, model)}"
    return str(column.alias).replace("_", " ")


def _of_column(name: str, query: CheckedQuery, model: SemanticModel) -> str:
    read = {one.name for one in model.datasets.values() if one.full_name in query.tables}
    for metric in model.metrics.values():
        is_plain = metric.expression in ("", metric.column) and not metric.condition
        if metric.column == name and metric.dataset in read and is_plain:
            return inner(metric.title)
    return name.replace("_", " ")


def _conditions(query: CheckedQuery) -> str:
    """What rows must fulfil beside their days, where one SELECT says it of all of them."""
    clauses = list(query.expression.find_all(exp.Where, exp.Having))
    conditions = [part for clause in clauses for part in _parts(clause)]
    written = [part.sql("trino", normalize_functions=False) for part in conditions]
    told = " and ".join(written)
    is_of_all = all(clause.parent is query.expression for clause in clauses)
    if len(told) > LONGEST_CONDITIONS or (told and not is_of_all):
        return FURTHER
    return f"where {told}" if told else ""


def _parts(clause: exp.Expr) -> Iterator[exp.Expr]:
    condition = clause.this
    parts = condition.flatten() if isinstance(condition, exp.And) else [condition]
    return (part for part in parts if not _is_of_days(part))


def _is_of_days(condition: exp.Expr) -> bool:
    """Whether a condition bounds days and no more."""
    columns = {column.name for column in condition.find_all(exp.Column)}
    return columns == {"day"} and not list(condition.find_all(exp.Anonymous))


def _order(query: CheckedQuery) -> str:
    """`the first by sleep score, descending`: which of the rows are shown, where not all are."""
    limit, order = (query.expression.args.get(name) for name in ("limit", "order"))
    if limit is None or order is None:
        return ""
    first = order.expressions[0]
    by = first.this
    if isinstance(by, exp.Literal) and by.name.isdigit():
        shown = query.expression.selects
        if not 0 < int(by.name) <= len(shown) or shown[0].is_star:
            return ""
        by = shown[int(by.name) - 1].unalias()
    written = by.sql("trino", normalize_functions=False).replace("_", " ")
    number = limit.expression.name
    which = "the first" if number == "1" else f"the first {number}"
    return f"{which} by {written}, {'descending' if first.args.get('desc') else 'ascending'}"
