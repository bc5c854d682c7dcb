"""Where decimals would be divided or averaged, Athena is asked to compute in doubles."""

from __future__ import annotations

import pytest
from sqlglot import parse_one

from bio_lakehouse.engines.athena_doubles import in_doubles
from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a / 60.0", "CAST(a AS DOUBLE) / 60.0"),
        ("7.0 / 2", "CAST(7.0 AS DOUBLE) / 2"),
        ("sum(x) * 1.0 / count(*)", "CAST(SUM(x) * 1.0 AS DOUBLE) / COUNT(*)"),
        ("a / nullif(b * 1.0, 0)", "CAST(a AS DOUBLE) / NULLIF(b * 1.0, 0)"),
        ("avg(x * 1.0)", "AVG(CAST(x * 1.0 AS DOUBLE))"),
        ("avg(mod(a, 9) / 60.0 - 12)",
         "AVG(CAST(CAST(MOD(a, 9) AS DOUBLE) / 60.0 - 12 AS DOUBLE))"),
        ("corr(a, b)", "CORR(CAST(a AS DOUBLE), CAST(b AS DOUBLE))"),
        ("CAST(a AS decimal(5, 2)) / b", "CAST(CAST(a AS DECIMAL(5, 2)) AS DOUBLE) / b"),
        ("a / 60", "a / 60"),
        ("1e0 / 3", "1e0 / 3"),
        ("avg(x)", "AVG(x)"),
        ("count(x * 1.0) / 2", "COUNT(x * 1.0) / 2"),
        ("x * 1.5", "x * 1.5"),
    ],
)  # fmt: skip
def test_a_quotient_of_decimals_is_one_of_doubles(written: str, sent: str) -> None:
    query = parse_one(f"SELECT {written} FROM t", read=AthenaQuery)

    assert in_doubles(query).sql(AthenaQuery) == f"SELECT {sent} FROM t"
