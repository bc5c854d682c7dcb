"""Every function and operator that may be asked for, on a real Trino and on a laptop."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from bio_lakehouse.engines.athena_on_duckdb import FUNCTIONS, AthenaQuery
from bio_lakehouse.engines.presto_arrays import SAID
from bio_lakehouse_tests.engines.memory_lake import engine
from bio_lakehouse_tests.trino.function_calls import groups, select
from bio_lakehouse_tests.trino.function_outcomes import differences
from bio_lakehouse_tests.trino.function_table import PAGE, page, reason_of
from bio_lakehouse_tests.trino.trino_lake import TrinoLake


@pytest.mark.trino
def test_all_that_differs_is_known_and_told(on_trino: TrinoLake, tmp_path: Path) -> None:
    count, found = differences(on_trino.trino, engine(tmp_path, views=False))

    print(f"{count} calls, {len(found)} not answered alike")
    assert [one.call.expression for one in found if reason_of(one) is None] == []
    assert page(count, found) == PAGE.read_text("utf-8")


def test_every_function_is_called() -> None:
    called: set[str] = set()
    for calls in groups():
        tree = parse_one(select(calls), read=AthenaQuery)
        called |= {node.name.lower() for node in tree.find_all(exp.Anonymous)}

    assert FUNCTIONS - called == {"grouping", *SAID}
