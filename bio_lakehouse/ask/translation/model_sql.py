"""A statement that a language model wrote, held to what it says of it and to what it may not say.

The guard says whether a statement may be run at all. Here stands what else must hold before its
rows are shown as the answer to a question.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlglot import exp

from bio_lakehouse.ask.plan import Circumstances
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel
from bio_lakehouse.ask.translation.translation_reply import Reply
from bio_lakehouse.engines.guard import CheckedQuery, check
from bio_lakehouse.errors import QueryError

CORRELATIONS = ("corr", "covar_", "regr_")
"""How the names of functions begin by which two columns are held against each other."""
OF_CORRELATIONS = frozenset({"bio_gold.readiness_performance_correlation"})
"""Views that show such figures of the bare rows."""
NO_CORRELATION = (
    "whether two things go together is told only from what was tested (gold.insights); show the "
    "figures side by side instead, or say that it is a claim"
)
_CLOCKS = {"now", "current_timezone"}


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
