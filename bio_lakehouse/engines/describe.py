"""What tables and columns there are, with units and meaning, as the schemas say it."""

from __future__ import annotations

import re

import pyarrow as pa
from sqlglot import exp

from bio_lakehouse.engines.guard import resolve
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.schema import Column

ATHENA_TYPES = {"string": "varchar", "int": "integer", "long": "bigint"}
"""Athena's names of the types that a schema calls otherwise."""
_SHOW_TABLES = re.compile(r"\s*SHOW\s+TABLES\s*;?\s*", re.I)
_DESCRIBE = re.compile(
    r"\s*(?:DESCRIBE|DESC|SHOW\s+COLUMNS\s+(?:FROM|IN))\s+(?P<table>[\w.\"]+)\s*;?\s*", re.I
)
UNITS = frozenset(
    (
        *("kJ", "kJ/min", "kcal", "W", "h", "min", "s", "ms", "%", "°C", "MET", "mi", "mi/h"),
        *("beats/min", "beats a minute", "breaths/min", "revolutions/min", "points", "UTC"),
    )
)
"""Units as comments of columns name them, in brackets."""
_BRACKETS = re.compile(r"\(([^()]+)\)")


def answer(statement: str) -> pa.Table | None:
    """The answer to SHOW TABLES, DESCRIBE and SHOW COLUMNS; None when `statement` is none of
    these."""
    if _SHOW_TABLES.fullmatch(statement):
        return tables()
    described = _DESCRIBE.fullmatch(statement)
    return columns(described["table"].replace('"', "")) if described else None


def tables() -> pa.Table:
    """A row a table or view: its database, name, kind and meaning."""
    names = sorted(DESCRIBED)
    view_names = {view.full_name for view in VIEWS.values()}
    return pa.table(
        {
            "table": [name.partition(".")[2] for name in names],
            "database": [name.partition(".")[0] for name in names],
            "kind": ["view" if name in view_names else "table" for name in names],
            "meaning": [DESCRIBED[name].description for name in names],
        }
    )


def columns(name: str) -> pa.Table:
    """A row a column of a table or view: name, type, unit and meaning; QueryError when there is no
    such table."""
    parts = name.lower().split(".")
    if not all(part.isidentifier() for part in parts) or len(parts) > 2:
        raise QueryError(
            f"{name} is no name of a table, such as energy_state or gold.energy_state."
        )
    table = exp.table_(parts[-1], db=parts[0] if len(parts) > 1 else None)
    schema = DESCRIBED[resolve(table, DESCRIBED)]
    return pa.table(
        {
            "column": [column.name for column in schema.columns],
            "type": [ATHENA_TYPES.get(column.type, column.type) for column in schema.columns],
            "unit": pa.array([unit_of(column) for column in schema.columns], pa.string()),
            "meaning": [column.comment for column in schema.columns],
        }
    )


def unit_of(column: Column) -> str | None:
    """The unit of a column's values, as its comment or its bounds say it."""
    said = next((text for text in _BRACKETS.findall(column.comment) if text in UNITS), None)
    is_score = (column.minimum, column.maximum) == (0, 100)
    return said or ("0 to 100" if is_score else None)
