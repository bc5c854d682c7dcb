"""Names that a question asks for and of which the data has none: nothing of an unknown name is no
zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery
from bio_lakehouse.english import listed

MOST = 6
"""Names that are told."""


def looked_up(plan: Plan) -> Iterator[tuple[str, str]]:
    """Each name that a plan looks for, in words, with the SELECT of those that it fits."""
    sides = [side for side in plan.intent.get("sides") or () if isinstance(side, Mapping)]
    conditions = [*(plan.intent.get("conditions") or ())]
    conditions += [one for side in sides for one in side.get("conditions") or ()]
    for condition in conditions:
        if isinstance(condition, Mapping) and condition.get("operator") == "contains":
            yield _named(condition), _select(condition)


def told_of(name: str, found: Sequence[str]) -> str:
    """That several names fit what was asked for; empty where one does."""
    if len(found) < 2:
        return ""
    more = " and others" if len(found) >= MOST else ""
    return f"The {name} fits {listed(found)}{more}: all of them count."


def not_on_record(name: str) -> str:
    """That no row has a name, so that nothing about it is known."""
    return f"Nothing on record has the {name}, so there is nothing to count or to show of it."


def _named(condition: Mapping[str, Any]) -> str:
    return f"{condition['column'].replace('_', ' ')} “{condition['values'][0]}”"


def _select(condition: Mapping[str, Any]) -> str:
    pattern = exp.Literal.string(f"%{str(condition['values'][0]).casefold()}%")
    test = exp.Like(this=exp.Lower(this=exp.column(condition["column"])), expression=pattern)
    table = exp.to_table(condition["dataset"])
    column = exp.column(condition["column"])
    query = exp.select(column).distinct().from_(table).where(test)
    return query.order_by(column.copy()).limit(MOST).sql(AthenaQuery)
