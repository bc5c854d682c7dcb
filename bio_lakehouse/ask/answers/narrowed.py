"""Whether a statement narrows its rows down by anything but days: then a figure of its rows is not
one of all that there is, and its sentence has to say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from bio_lakehouse.ask.answers.answer_columns import written

if TYPE_CHECKING:
    from bio_lakehouse.engines.guard import CheckedQuery

BOUNDS = (exp.Between, exp.EQ, exp.GTE, exp.GT, exp.LTE, exp.LT)
COMPOSED = ("with_", "with", "joins", "having", "limit", "distinct", "qualify", "offset", "group")


def is_plain(checked: CheckedQuery | None, conditions: Sequence[str] = ()) -> bool:
    """Whether the rows are all of one table's days; `conditions` are those that belong to the
    figures themselves (`kind = 'night'`)."""
    query = checked.expression if checked else None
    if not isinstance(query, exp.Select) or any(query.args.get(part) for part in COMPOSED):
        return False
    source = query.args.get("from_") or query.args.get("from")
    if source is None or not isinstance(source.this, exp.Table):
        return False
    if any(select.find(exp.Filter, exp.Case, exp.If) for select in query.expressions):
        return False
    own = {written(condition) for condition in conditions if condition}
    return all(_is_about_days(one) or one.sql().lower() in own for one in _conditions(query))


def bounds_days(checked: CheckedQuery | None) -> bool:
    """Whether a statement asks for some days alone."""
    if checked is None or not isinstance(checked.expression, exp.Select):
        return True
    named = [column.name for one in _conditions(checked.expression) for column in _columns(one)]
    return "day" in named


def _columns(condition: exp.Expr) -> Iterator[exp.Column]:
    yield from condition.find_all(exp.Column)


def _conditions(query: exp.Select) -> Iterator[exp.Expr]:
    where = query.args.get("where")
    if where is None:
        return
    inner = where.this.unnest()
    for condition in inner.flatten() if isinstance(inner, exp.And) else [inner]:
        yield condition.unnest()


def _is_about_days(condition: exp.Expr) -> bool:
    """A bound of days by literals, or that a value is known."""
    if isinstance(condition, BOUNDS):
        columns = {column.name for column in condition.find_all(exp.Column)}
        is_computed = condition.find(exp.Anonymous, exp.Subquery, exp.Select)
        return columns == {"day"} and not is_computed
    return isinstance(condition, exp.Not) and isinstance(condition.this.unnest(), exp.Is)
