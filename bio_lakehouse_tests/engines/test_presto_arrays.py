"""Sum and average of an array are answered, and asked of Athena by functions that it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlglot import parse_one

from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery
from bio_lakehouse.engines.presto_arrays import spelled_out
from bio_lakehouse_tests.engines.memory_lake import engine

NOTHING = "CAST(NULL AS array(integer))"
CASES = [
    ("array_sum(ARRAY[1, 2, NULL])", 3.0),
    ("array_sum(filter(ARRAY[1], x -> x > 1))", 0.0),
    (f"array_sum({NOTHING})", None),
    ("array_average(ARRAY[1, 2, NULL])", 1.5),
    ("array_average(filter(ARRAY[1], x -> x > 1))", None),
    ("array_average(ARRAY[array_sum(ARRAY[1, 2]), 5])", 4.0),
]


@pytest.mark.parametrize(("call", "value"), CASES)
def test_it_is_answered_alike_as_written_and_spelled_out(
    tmp_path: Path, call: str, value: float | None
) -> None:
    sql = engine(tmp_path, views=False)
    sent = spelled_out(parse_one(f"SELECT {call} AS answer", read=AthenaQuery)).sql(AthenaQuery)
    assert "ARRAY_SUM" not in sent.upper()
    assert "ARRAY_AVERAGE" not in sent.upper()
    for statement in (f"SELECT {call} AS answer", sent):
        assert sql.query(statement, None)["answer"].to_pylist() == [value]
