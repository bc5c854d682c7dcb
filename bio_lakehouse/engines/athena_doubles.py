"""Where a laptop's engine computes in doubles, Athena is asked to as well.

Written as it stands, Athena divides decimals to so many digits, which differ between its versions,
averages them to the digits they have, and correlates whole numbers in single precision.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

OF_DOUBLES = frozenset(
    {"corr", "covar_pop", "covar_samp", "geometric_mean", "regr_intercept", "regr_slope"}
)
AVERAGES = frozenset({"avg"})
SAME_TYPE = frozenset({"abs", "coalesce", "max", "min", "nullif", "round", "sum"})
"""Functions that give a decimal for decimals."""
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Paren)


def in_doubles(query: exp.Query) -> exp.Query:
    """`query` with doubles where decimals would be divided or averaged."""
    said = query.copy()
    # The innermost first, so that what is replaced is still part of the tree.
    for node in reversed(list(said.find_all(exp.Div, exp.Anonymous))):
        for value in _to_be_doubles(node):
            value.replace(exp.cast(value.copy(), "double"))
    return said


def _to_be_doubles(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.Div):
        if _has_decimals(node.this) or _has_decimals(node.expression):
            yield node.this
        return
    name = node.name.lower()
    if name in OF_DOUBLES:
        yield from node.expressions
    elif name in AVERAGES:
        yield from filter(_has_decimals, node.expressions)


def _has_decimals(node: exp.Expr) -> bool:
    """Whether an arithmetic expression holds a number such as 60.0, which is a decimal."""
    if isinstance(node, _ARITHMETIC):
        return any(_has_decimals(part) for part in node.iter_expressions())
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in SAME_TYPE and any(map(_has_decimals, node.expressions))
    if isinstance(node, exp.Cast):
        return bool(node.to.this == exp.DType.DECIMAL)
    return isinstance(node, exp.Literal) and not node.is_string and _is_decimal(node.name)


def _is_decimal(number: str) -> bool:
    return "." in number and "e" not in number.lower()
