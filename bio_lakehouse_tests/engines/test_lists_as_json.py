"""A list of texts is asked of Athena as JSON, under the name that the column has without it."""

from __future__ import annotations

import pytest

from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery
from bio_lakehouse.engines.athena_rewriting import with_lists_as_json
from bio_lakehouse.engines.guard import check


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("split('a,b', ',')", "_col1"),
        ("split('a,b', ',') AS parts", "parts"),
        ("t.parts", "parts"),
    ],
)
def test_a_column_keeps_its_name(column: str, name: str) -> None:
    query = f"SELECT 1, {column} FROM (SELECT split('a', ',') AS parts) AS t"

    as_json = with_lists_as_json(check(query, ()), frozenset({1}))

    assert as_json is not None
    sql = as_json.expression.selects[1].sql(AthenaQuery)
    assert sql.startswith("JSON_FORMAT(")
    assert sql.endswith(f" AS {name}")
