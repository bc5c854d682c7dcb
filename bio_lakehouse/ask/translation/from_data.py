"""Whether a statement's rows come from the tables: nothing that a model merely wrote into it is
shown as data, and no word in it says what only the findings may."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from bio_lakehouse.ask.answers.statement_shape import AGGREGATES
from bio_lakehouse.engines.guard import CheckedQuery

LONGEST_LABEL = 40
CLAIMS = re.compile(
    r"\b(?:caus\w*|because|affect\w*|effects?|improv\w*|worsen\w*|worse|better|leads?|due|"
    r"should|must|stop|proves?|proven|significant\w*|correlat\w*|overtrain\w*|healthy|unhealthy|"
    r"disease|ill|sick|diagnos\w*)\b",
    re.I,
)
"""Words by which a name or a label would say more than its figures."""
_COUNTS = {"count", "count_if", "row_number", "rank", "dense_rank", "ntile"}
_SPREADS = ("stddev", "var", "sqrt", "power", "pow")


def objection(query: CheckedQuery) -> str:
    """Why a statement's rows would not be data; empty where they are."""
    return next(_objections(query), "")


def _objections(query: CheckedQuery) -> Iterator[str]:
    if not query.tables:
        yield "The statement reads no table: every figure must come from the tables."
    for node in query.expression.walk():
        if isinstance(node, exp.Values) or (isinstance(node, exp.Unnest) and _is_made_up(node)):
            yield "Rows that are written into the statement are no data: read tables alone."
        if isinstance(node, exp.Select) and not isinstance(node.parent, exp.Exists):
            for column in node.expressions:
                yield from _of_column(column)
    if _correlates_by_hand(query.expression):
        yield "This correlates bare rows by hand: show the figures side by side instead."


def _of_column(column: exp.Expr) -> Iterator[str]:
    value = column.unalias()
    if _is_made_up(value):
        is_label = isinstance(value, exp.Literal) and value.is_string
        if not (is_label and _is_of_several(column)):
            shown = column.alias_or_name[:LONGEST_LABEL] or "of the SELECT"
            yield f"The column {shown} is written into the statement: show columns of tables alone."
    texts = [text.name for text in value.find_all(exp.Literal) if _is_shown(text, value)]
    for text in (column.alias, *texts):
        words = text.replace("_", " ")
        if len(words) > LONGEST_LABEL or CLAIMS.search(words):
            yield (
                "A name or label says more than the figures: call each column and group plainly, "
                f"in at most {LONGEST_LABEL} characters, and write no sentence into the statement."
            )


def _is_made_up(value: exp.Expr) -> bool:
    """Whether nothing of a table's is in a value: no column, no star, no count of rows."""
    if value.find(exp.Column, exp.Star, exp.Select):
        return False
    calls = {call.name.lower() for call in value.find_all(exp.Anonymous)}
    return not calls & (_COUNTS | {"sequence"})


def _is_of_several(column: exp.Expr) -> bool:
    """Whether a column is one of a SELECT that is put together with others, which it tells
    apart."""
    select = column.find_ancestor(exp.Select)
    return select is not None and isinstance(select.parent, exp.SetOperation)


def _is_shown(text: exp.Literal, value: exp.Expr) -> bool:
    """Whether a text may become a value of an answer: it is compared with nothing."""
    compared = (exp.EQ, exp.NEQ, exp.In, exp.Like, exp.Between, exp.GT, exp.GTE, exp.LT, exp.LTE)
    node: exp.Expr = text
    while node is not value and node.parent is not None:
        node = node.parent
        if isinstance(node, compared):
            return False
    return text.is_string


def _correlates_by_hand(query: exp.Expr) -> bool:
    """Whether two columns are multiplied within an aggregate, and a spread is taken too."""
    products = [_columns(product) for product in query.find_all(exp.Mul) if _is_summed(product)]
    calls = [call.name.lower() for call in query.find_all(exp.Anonymous)]
    has_spread = any(name.startswith(_SPREADS) for name in calls)
    squares = any(len(names) == 2 and len(set(names)) == 1 for names in products)
    return any(len(set(names)) > 1 for names in products) and (has_spread or squares)


def _columns(product: exp.Mul) -> list[str]:
    sides = (product.this.unnest(), product.expression.unnest())
    return [side.name for side in sides if isinstance(side, exp.Column)]


def _is_summed(product: exp.Mul) -> bool:
    call = product.find_ancestor(exp.Anonymous)
    return call is not None and call.name.lower() in AGGREGATES
