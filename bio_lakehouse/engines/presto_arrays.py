"""Sum and average of an array, which Presto has and Athena lacks: asked of Athena by what it has.

As in Presto null entries are passed over, the sum of no entry is 0 and the average of none is null;
both are doubles here.
"""

from __future__ import annotations

from sqlglot import exp, parse_one

from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery

KNOWN = "filter(:array, entry -> entry IS NOT NULL)"
SUM = f"reduce({KNOWN}, CAST(0 AS double), (total, entry) -> total + entry, total -> total)"
MEAN = f"({SUM} / CAST(nullif(cardinality({KNOWN}), 0) AS double))"
SAID = {"array_sum": SUM, "array_average": MEAN}


def spelled_out(query: exp.Query) -> exp.Query:
    """`query` with these two functions said in others."""
    said = query.copy()
    # The innermost first, so that what is replaced is still part of the tree.
    for node in reversed(list(said.find_all(exp.Anonymous))):
        template = SAID.get(node.name.lower())
        if template and len(node.expressions) == 1:
            node.replace(_filled(template, node.expressions[0]))
    return said


def _filled(template: str, array: exp.Expr) -> exp.Expr:
    tree = parse_one(template, read=AthenaQuery)
    for place in list(tree.find_all(exp.Placeholder)):
        place.replace(array.copy())
    return tree
