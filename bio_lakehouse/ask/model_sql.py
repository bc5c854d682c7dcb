"""A statement that a language model wrote, held to what it says of it and to what it may not say.

The guard says whether a statement may be run at all. Here stands what else must hold before its
rows are shown as the answer to a question.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlglot import exp

from bio_lakehouse.ask.plan import Circumstances, Shape
from bio_lakehouse.ask.semantic_model import SemanticModel
from bio_lakehouse.ask.translation_reply import Reply
from bio_lakehouse.engines.guard import CheckedQuery, check
from bio_lakehouse.english import inner, listed, span
from bio_lakehouse.errors import QueryError

CORRELATIONS = ("corr", "covar_", "regr_")
"""How the names of functions begin by which two columns are held against each other."""
OF_CORRELATIONS = frozenset({"bio_gold.readiness_performance_correlation"})
"""Views that show such figures of the bare rows."""
NO_CORRELATION = (
    "whether two things go together is told only from what was tested (gold.insights); show the "
    "figures side by side instead, or say that it is a claim"
)
MOST_TITLES = 3
AGGREGATED = {"avg": "average", "min": "lowest", "max": "highest", "sum": "sum of"}
LONGEST_CONDITIONS = 160
_CLOCKS = {"now", "current_timezone"}
_AVERAGED = {"avg", "min", "max", "sum", "approx_percentile"}
_COUNTS = {"count", "count_if"}
_SERIES = {"day", "week", "month", "week_start", "week_ending"}


def checked(reply: Reply, model: SemanticModel) -> CheckedQuery:
    """The statement of a reply, over the tables of `model` alone; QueryError where it may not be
    run or holds two columns against each other."""
    known = {dataset.full_name for dataset in model.datasets.values()}
    query = check(reply.sql, known)
    calls = {node.name.lower() for node in query.expression.find_all(exp.Anonymous)}
    if query.tables & OF_CORRELATIONS or any(name.startswith(CORRELATIONS) for name in calls):
        raise QueryError(f"This correlates bare rows: {NO_CORRELATION}.")
    return query


def covered(
    reply: Reply, query: CheckedQuery, circumstances: Circumstances
) -> tuple[date, date] | None:
    """The first and last day of an answer, as far as the statement itself bears them out; None for
    every day there is. QueryError where the two do not agree."""
    if any(_reads_the_clock(node) for node in query.expression.walk()):
        raise QueryError("The statement reads the clock: write days as literals.")
    named = set(_days(query.expression))
    if reply.first_day is None or reply.last_day is None:
        if named:
            raise QueryError("The statement names days, but first_day or last_day is empty.")
        return None
    _check_end("first_day", reply.first_day, named | _of_data(circumstances))
    ends = {day - timedelta(days=1) for day in named}
    _check_end("last_day", reply.last_day, named | ends | _of_data(circumstances))
    if reply.last_day < reply.first_day:
        raise QueryError("last_day is before first_day.")
    return (reply.first_day, reply.last_day) if named else None


def shape_of(query: CheckedQuery) -> Shape:
    """What the rows of a statement are, as far as its outermost SELECT shows it."""
    select = query.expression
    names = {column.alias_or_name for column in select.selects}
    if select.args.get("group"):
        return "series" if names & _SERIES else "groups"
    if all(_is_aggregate(column) for column in select.selects) and select.selects:
        return "value" if len(select.selects) == 1 else "row"
    limit = select.args.get("limit")
    return "row" if limit is not None and limit.expression.name == "1" else "list"


def reading_of(query: CheckedQuery, covers: tuple[date, date] | None, model: SemanticModel) -> str:
    """What a statement shows, in words that follow from it alone: of what, when and under which
    conditions."""
    titles = [_title(column, query, model) for column in query.expression.selects]
    shown = list(dict.fromkeys(title for title in titles if title)) or [_tables(query, model)]
    what = listed(shown) if len(shown) <= MOST_TITLES else f"{listed(shown[:MOST_TITLES], ',')} …"
    days = span(*covers) if covers else ""
    return ", ".join(part for part in (what, days, _conditions(query)) if part)


def _title(column: exp.Expr, query: CheckedQuery, model: SemanticModel) -> str:
    """`average sleep score`, `day`: what a column of the answer is, where it is of one of the
    lake; a count is of none."""
    value = column.this if isinstance(column, exp.Alias) else column
    names = {found.name for found in value.find_all(exp.Column)}
    call = value.name.lower() if isinstance(value, exp.Anonymous) else ""
    if len(names) != 1 or call in _COUNTS or (call and call not in AGGREGATED):
        return ""
    title = _of_column(names.pop(), query, model)
    return f"{AGGREGATED[call]} {title}" if call else title


def _of_column(name: str, query: CheckedQuery, model: SemanticModel) -> str:
    read = {one.name for one in model.datasets.values() if one.full_name in query.tables}
    for metric in model.metrics.values():
        if metric.column == name and metric.dataset in read and not metric.condition:
            return inner(metric.title)
    return name.replace("_", " ")


def _tables(query: CheckedQuery, model: SemanticModel) -> str:
    names = {one.full_name: one.name.replace("_", " ") for one in model.datasets.values()}
    return f"rows of {listed([names[table] for table in sorted(query.tables)])}"


def _conditions(query: CheckedQuery) -> str:
    """What rows must fulfil beside their days, as the statement says it."""
    written = []
    for clause in query.expression.find_all(exp.Where, exp.Having):
        parts = clause.this.flatten() if isinstance(clause.this, exp.And) else [clause.this]
        written += [
            part.sql("trino", normalize_functions=False) for part in parts if not _is_of_days(part)
        ]
    told = " and ".join(dict.fromkeys(written))
    if len(told) > LONGEST_CONDITIONS:
        return "under conditions that its SQL shows"
    return f"where {told}" if told else ""


def _is_of_days(condition: exp.Expr) -> bool:
    """Whether a condition bounds days and no more."""
    columns = {column.name for column in condition.find_all(exp.Column)}
    return columns == {"day"} and not list(condition.find_all(exp.Anonymous))


def _reads_the_clock(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _CLOCKS
    return isinstance(node, exp.CurrentDate | exp.CurrentTimestamp | exp.Localtimestamp)


def _days(query: exp.Query) -> Iterator[date]:
    """Days that stand in a statement as literals."""
    for literal in query.find_all(exp.Literal):
        if literal.is_string and len(literal.name) >= len("2026-01-01"):
            try:
                yield date.fromisoformat(literal.name[:10])
            except ValueError:
                continue


def _of_data(circumstances: Circumstances) -> set[date]:
    """Days that bound what there is, whatever a statement names."""
    bounds = (circumstances.first_day, circumstances.newest_day, circumstances.today)
    return {day for day in bounds if day is not None}


def _check_end(name: str, day: date, borne_out: set[date]) -> None:
    if day not in borne_out:
        raise QueryError(
            f"{name} is {day}, but the statement does not name that day: bound the days with "
            "BETWEEN DATE '…' AND DATE '…', and say the same two."
        )


def _is_aggregate(column: exp.Expr) -> bool:
    value = column.this if isinstance(column, exp.Alias) else column
    if isinstance(value, exp.Filter):
        value = value.this
    return isinstance(value, exp.Anonymous) and value.name.lower() in _AVERAGED | _COUNTS
