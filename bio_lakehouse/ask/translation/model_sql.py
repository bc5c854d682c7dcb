"""A statement that a language model wrote, held to what it says of it and to what it may not say.

The guard says whether a statement may be run at all. Here stands what else must hold before its
rows are shown as the answer to a question.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from bio_lakehouse.ask.plan import Circumstances
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel
from bio_lakehouse.ask.translation import from_data
from bio_lakehouse.ask.translation.days_bounded import bounds_of
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
    run, holds two columns against each other, or shows what it holds itself."""
    known = {dataset.full_name for dataset in model.datasets.values()}
    query = check(reply.sql, known)
    calls = {node.name.lower() for node in query.expression.find_all(exp.Anonymous)}
    if query.tables & OF_CORRELATIONS or any(name.startswith(CORRELATIONS) for name in calls):
        raise QueryError(f"This correlates bare rows: {NO_CORRELATION}.")
    objection = from_data.objection(query)
    if objection:
        raise QueryError(objection)
    return query


def covered(
    reply: Reply, query: CheckedQuery, circumstances: Circumstances
) -> tuple[date, date] | None:
    """The first and last day of an answer, as far as the statement itself bears them out; None for
    every day there is. QueryError where the two do not agree."""
    if any(_reads_the_clock(node) for node in query.expression.walk()):
        raise QueryError("The statement reads the clock: write days as literals.")
    bounds = bounds_of(query.expression)
    if bounds.is_computed:
        raise QueryError("The statement reckons a day: write each day as a literal of its own.")
    if reply.first_day is None or reply.last_day is None:
        if bounds.are_there:
            raise QueryError("The statement names days, but first_day or last_day is empty.")
        return None
    if reply.last_day < reply.first_day:
        raise QueryError("last_day is before first_day.")
    _check_end("first_day", reply.first_day, bounds.firsts or _of_data(circumstances))
    _check_end("last_day", reply.last_day, bounds.lasts or _of_data(circumstances))
    is_told = bounds.are_there and bounds.is_of_all
    return (reply.first_day, reply.last_day) if is_told else None


def _reads_the_clock(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _CLOCKS
    return isinstance(node, exp.CurrentDate | exp.CurrentTimestamp | exp.Localtimestamp)


def _of_data(circumstances: Circumstances) -> frozenset[date]:
    """Days that bound what there is, whatever a statement names."""
    bounds = (circumstances.first_day, circumstances.newest_day, circumstances.today)
    return frozenset(day for day in bounds if day is not None)


def _check_end(name: str, day: date, borne_out: frozenset[date]) -> None:
    if day not in borne_out:
        raise QueryError(
            f"{name} is {day}, but the statement does not begin or end on it: bound the days with "
            "BETWEEN DATE '…' AND DATE '…', and say the same two."
        )
