"""A connection that is kept answers as a new one does: nothing of one statement is in the next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from bio_lakehouse.engines import kept_connection
from bio_lakehouse.engines.kept_connection import connection_with
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse_tests.engines.memory_lake import DAILY, SCHEMAS, engine, table_of_text

TABLE = "bio_gold.days"
VIEW = "bio_gold.best"
OVER_TABLE = f'CREATE VIEW {TABLE} AS SELECT * FROM "{TABLE}"'
BEST = f"CREATE VIEW {VIEW} AS SELECT max(score) AS best FROM {TABLE}"
TWO_PEOPLE = """
user_id | day        | readiness_score | sleep_score
ann     | 2025-03-01 | 71              | 80
bob     | 2025-03-01 | 42              | 50
"""


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    kept_connection._idle.clear()
    yield
    kept_connection._idle.clear()


def kept() -> duckdb.DuckDBPyConnection:
    (opened,) = kept_connection._idle
    return opened.connection


def asked(scores: list[Any], **definitions: str) -> object:
    """The best of the scores by one view, and which connection said so."""
    rows = {TABLE: pa.table({"score": scores})}
    needed = {TABLE: OVER_TABLE, VIEW: BEST} | definitions
    with connection_with(rows, needed) as connection:
        (best,) = connection.sql(f"SELECT best FROM {VIEW}").fetchall()
    return best[0]


def test_the_next_statement_has_it_with_other_rows() -> None:
    assert asked([1, 3]) == 3
    first = kept()
    assert asked([2]) == 2
    assert kept() is first


def test_no_row_stays_in_it() -> None:
    asked([1, 3])
    for name in (TABLE, f'"{TABLE}"', VIEW):
        with pytest.raises(duckdb.Error, match="does not exist"):
            kept().sql(f"SELECT * FROM {name}").fetchall()


def test_columns_of_another_kind_and_another_definition_need_a_new_one() -> None:
    asked([1, 3])
    first = kept()
    assert asked(["a", "b"]) == "b"
    assert kept() is not first
    least = BEST.replace("max(score)", "min(score)")
    assert asked(["a", "b"], **{VIEW: least}) == "a"
    assert asked(["a", "b"]) == "b"


def test_what_failed_is_not_kept_and_neither_is_what_was_bounded() -> None:
    asked([1])
    with pytest.raises(duckdb.Error), connection_with({}, {}) as connection:
        connection.sql("SELECT error('no')").fetchall()
    with connection_with({}, {}, 2**28):
        pass
    assert not kept_connection._idle


def test_statements_at_once_have_each_their_own() -> None:
    with connection_with({}, {}) as one, connection_with({}, {}) as other:
        assert one is not other
    assert len(kept_connection._idle) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_fork_has_none() -> None:
    asked([1])
    process = os.fork()
    if not process:
        os._exit(len(kept_connection._idle))
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert asked([2]) == 2


def test_a_view_made_anew_is_the_one_that_answers_next(tmp_path: Path) -> None:
    sql = engine(tmp_path, daily=table_of_text(DAILY, TWO_PEOPLE))
    assert sql.rows_of("energy_state")["energy_state"].to_pylist() == [
        "moderate",
        "recovery_needed",
    ]
    view = VIEWS["energy_state"]
    sql.create_view(replace(view, sql=view.sql.replace(">= 70", ">= 72")))
    assert sql.rows_of("energy_state")["energy_state"].to_pylist() == ["low", "recovery_needed"]


def test_nothing_of_another_person_or_statement_is_in_an_answer(tmp_path: Path) -> None:
    sql = engine(tmp_path, daily=table_of_text(DAILY, TWO_PEOPLE))
    scores = "SELECT readiness_score FROM daily_readiness_performance"
    assert sql.query(scores, "bob").to_pylist() == [{"readiness_score": 42}]
    assert sql.query(scores, "ann").to_pylist() == [{"readiness_score": 71}]
    assert sql.query("SELECT count(*) AS n FROM oura_sleep", "ann").to_pylist() == [{"n": 0}]
    assert "bio_silver.oura_sleep" in SCHEMAS
    with pytest.raises(QueryError) as refused:
        sql.query("SELECT readiness_scor FROM oura_sleep", "ann")
    assert "readiness_score" not in str(refused.value)
