"""SQL laid out as people read it: the same for every way in which a statement came."""

from __future__ import annotations

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery

WIDEST = 96
"""Characters of a line beyond which a list goes on in the next."""


def laid_out(sql: str) -> str:
    """`sql` with a line a clause, where that is the same statement; else as it stands."""
    try:
        before = _read(sql)
        written = before.sql(
            AthenaQuery, pretty=True, max_text_width=WIDEST, normalize_functions=False
        )
        return written if _read(written) == before else sql
    except (SqlglotError, RecursionError):
        return sql


def _read(sql: str) -> exp.Expr:
    return parse_one(sql, dialect=AthenaQuery)
