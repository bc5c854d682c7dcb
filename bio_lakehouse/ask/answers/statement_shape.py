"""What the rows of a statement are, whoever wrote it: one figure, one row, a list, groups or a
series."""

from __future__ import annotations

from sqlglot import exp

from bio_lakehouse.ask.plan import Shape
from bio_lakehouse.engines.guard import CheckedQuery

AGGREGATES = {
    *("avg", "sum", "min", "max", "count", "count_if", "max_by", "min_by", "approx_percentile"),
    *("stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "geometric_mean"),
    *("arbitrary", "any_value", "array_agg", "bool_and", "bool_or", "approx_distinct"),
}
SERIES = {"day", "week", "month", "quarter", "year", "week_start", "week_ending", "month_start"}
"""What a column of a statement is called whose rows follow one another in time."""


def shape_of(query: CheckedQuery) -> Shape:
    """What the rows of a statement are, as far as the statement itself shows it."""
    select = query.expression
    if select.args.get("group"):
        names = {column.alias_or_name for column in select.selects}
        return "series" if names & SERIES else "groups"
    if is_one_row(select, {table.alias: table.this for table in select.ctes}):
        return "value" if len(select.selects) == 1 else "row"
    limit = select.args.get("limit")
    return "row" if limit is not None and limit.expression.name == "1" else "list"


def is_one_row(select: exp.Expr, named: dict[str, exp.Expr]) -> bool:
    """Whether a query has exactly one row whatever there is; `named` are those of its WITH."""
    if not isinstance(select, exp.Select) or select.args.get("group"):
        return False
    if any(_aggregates(column) for column in select.selects):
        return True
    start = select.args.get("from_")
    joined = [join.this for join in select.args.get("joins") or ()]
    sources = [start.this, *joined] if start else joined
    others = {name: query for name, query in named.items() if query is not select}
    return bool(sources) and all(_is_of_one_row(source, others) for source in sources)


def _is_of_one_row(source: exp.Expr, named: dict[str, exp.Expr]) -> bool:
    if isinstance(source, exp.Subquery):
        return is_one_row(source.this, named)
    behind = named.get(source.name) if isinstance(source, exp.Table) and not source.db else None
    others = {name: query for name, query in named.items() if query is not behind}
    return behind is not None and is_one_row(behind, others)


def _aggregates(column: exp.Expr) -> bool:
    """Whether a column is made of all rows: by an aggregate of this SELECT, over no window."""
    calls = [call for call in column.find_all(exp.Anonymous) if call.name.lower() in AGGREGATES]
    outside = (exp.Window, exp.Subquery)
    return any(not _is_inside(call, column, outside) for call in calls)


def _is_inside(node: exp.Expr, column: exp.Expr, kinds: tuple[type[exp.Expr], ...]) -> bool:
    """Whether a node of a column stands inside one of `kinds`."""
    while node is not column and node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False
