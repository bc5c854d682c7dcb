"""Athena's clauses that DuckDB has not, or has with another meaning; and no statement that ends in
a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bio_lakehouse.engines.athena_on_duckdb import FUNCTIONS
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse_tests.engines.memory_lake import DAILY, MemoryTables, engine, table_of_text
from bio_lakehouse_tests.engines.test_sql import DAYS, rows_of

CASES = Path(__file__).parents[3] / "shared" / "cases"
THREE = "(VALUES 1, 1, 2) AS t (x)"


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> DuckDbSql:
    tables = MemoryTables({DAILY.full_name: table_of_text(DAILY, DAYS)})
    sql = DuckDbSql(tables, FolderStore(tmp_path_factory.mktemp("views")), SCHEMAS, timeout_s=5)
    for view in VIEWS.values():
        sql.create_view(view)
    return sql


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        (f"SELECT x FROM {THREE} ORDER BY x FETCH FIRST 1 ROW WITH TIES", [(1,), (1,)]),
        (f"SELECT x AS y FROM {THREE} ORDER BY 1 FETCH FIRST ROW WITH TIES", [(1,), (1,)]),
        (f"SELECT -x AS y FROM {THREE} ORDER BY y FETCH FIRST 1 ROW WITH TIES", [(-2,)]),
        (f"SELECT x FROM {THREE} ORDER BY x DESC FETCH FIRST 2 ROWS WITH TIES", [(2,), (1,), (1,)]),
        (f"SELECT x FROM {THREE} ORDER BY x FETCH FIRST 1 ROW ONLY", [(1,)]),
        (f"SELECT x FROM {THREE} QUALIFY row_number() OVER (ORDER BY x DESC) = 1", [(2,)]),
        (
            "SELECT x, y FROM UNNEST(ARRAY[1, 2], ARRAY['a']) AS t (x, y) ORDER BY x",
            [(1, "a"), (2, None)],
        ),
        (
            "SELECT x, n FROM UNNEST(ARRAY['b', 'a']) WITH ORDINALITY AS t (x, n) ORDER BY n",
            [("b", 1), ("a", 2)],
        ),
        (
            "SELECT k, v FROM UNNEST(map(ARRAY['a', 'b'], ARRAY[1, 2])) AS t (k, v) ORDER BY k",
            [("a", 1), ("b", 2)],
        ),
        (
            "SELECT d.s, u.part, u.n FROM (VALUES 'a,b', 'c') AS d (s) "
            "CROSS JOIN UNNEST(split(d.s, ',')) WITH ORDINALITY AS u (part, n) ORDER BY part",
            [("a,b", "a", 1), ("a,b", "b", 2), ("c", "c", 1)],
        ),
        ("SELECT a.x, b.y FROM (VALUES 1) AS a (x), (VALUES 2) AS b (y)", [(1, 2)]),
    ],
)
def test_a_clause_has_athenas_rows(sql: DuckDbSql, question: str, rows: list[Any]) -> None:
    assert rows_of(sql.query(question, "me")) == rows


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (f"SELECT x FROM {THREE} FETCH FIRST 10 PERCENT ROWS ONLY", "not a percentage"),
        (f"SELECT x FROM {THREE} FETCH FIRST 1 ROW WITH TIES", "needs an ORDER BY"),
        (f"SELECT x FROM {THREE} LIMIT 1.5", "LIMIT takes a whole number"),
        (f"SELECT x FROM {THREE} LIMIT '1'", "LIMIT takes a whole number"),
        (f"SELECT x FROM {THREE} OFFSET 0.5", "OFFSET takes a whole number"),
        ("SELECT 1 FROM energy_state JOIN weekly_trends", "JOIN needs ON or USING"),
        ("SELECT 1 FROM energy_state LEFT JOIN weekly_trends", "JOIN needs ON or USING"),
        ("SELECT 1 FROM energy_state POSITIONAL JOIN weekly_trends", "JOIN needs ON or USING"),
        ("SELECT * FROM UNNEST(ARRAY[1], ARRAY[2])", "a name for each column"),
        ("SELECT sum(x) FROM (VALUES 9223372036854775807, 1) AS t (x)", "out of bounds"),
        ("SELECT date_add('year', 10000, current_date)", "outside the years 1 to 9999"),
        ("SELECT date '0000-01-01'", "cannot be answered|outside the years"),
        ("SELECT timestamp '290000-01-01 00:00:00'", "outside the years 1 to 9999"),
        ("SELECT ARRAY[date '20000-01-01']", "outside the years 1 to 9999"),
    ],
)
def test_what_athena_has_not_is_refused_in_a_sentence(
    sql: DuckDbSql, question: str, message: str
) -> None:
    with pytest.raises(QueryError, match=message):
        sql.query(question, "me")


VALUES = st.sampled_from(
    [
        "NULL",
        "0",
        "1",
        "-1",
        "9223372036854775807",
        "1e308",
        "nan()",
        "infinity()",
        "1.5",
        "true",
        "'x'",
        "''",
        "'2026-01-01'",
        "current_date",
        "now()",
        "ARRAY[1]",
        "ARRAY[]",
        "ARRAY[NULL]",
        "'{\"a\":1}'",
        "'$.a'",
        "'%Y'",
        "'day'",
        "'year'",
        "'('",
        "readiness_score",
        "day",
        "user_id",
        "map(ARRAY[1],ARRAY[2])",
        "x->x",
        "(SELECT(1))",
        "*",
    ]
)
CALLS = st.recursive(
    VALUES,
    lambda inner: st.builds(
        lambda name, arguments: f"{name}({', '.join(arguments)})",
        st.sampled_from(sorted(FUNCTIONS)),
        st.lists(inner, max_size=4),
    ),
    max_leaves=6,
)
OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "||", "=", "<", "AND", "IS DISTINCT FROM"])


STATEMENTS = st.lists(st.tuples(CALLS, OPERATORS, VALUES), min_size=1, max_size=3)


@pytest.mark.parametrize("examples", [100, pytest.param(300, marks=pytest.mark.thorough)])
def test_a_statement_is_answered_or_refused_but_never_breaks(sql: DuckDbSql, examples: int) -> None:
    @given(STATEMENTS)
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def try_one(parts: list[tuple[str, str, str]]) -> None:
        columns = ", ".join(f"{left} {operator} {right}" for left, operator, right in parts)
        try:
            answer = sql.query(f"SELECT {columns} FROM energy_state", "me")
        except QueryError as refusal:
            said = str(refusal)
        else:
            said = "an answer"
            assert len(rows_of(answer)) == answer.num_rows
        assert said

    try_one()


def test_a_checksum_is_that_of_the_rows_in_any_order(sql: DuckDbSql) -> None:
    ((same, other, null, none, length),) = rows_of(
        sql.query(
            "SELECT (SELECT checksum(x) FROM (VALUES 1, 2, 2) AS t (x)) ="
            " (SELECT checksum(x) FROM (VALUES 2, 1, 2) AS t (x)),"
            " (SELECT checksum(x) FROM (VALUES 1, 2) AS t (x)) ="
            " (SELECT checksum(x) FROM (VALUES 1, 2, 2) AS t (x)),"
            " (SELECT checksum(x) FROM (VALUES 1, 2, NULL) AS t (x)) ="
            " (SELECT checksum(x) FROM (VALUES 1, 2) AS t (x)),"
            " (SELECT checksum(x) FROM (VALUES 1) AS t (x) WHERE x > 1),"
            " (SELECT length(to_hex(checksum(x))) FROM (VALUES 1) AS t (x))",
            "me",
        )
    )

    assert (same, other, null, none, length) == (True, False, False, None, 16)


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not on this machine")
def test_every_good_case_is_answered(sql: DuckDbSql) -> None:
    lines = (CASES / "sql_good.sql").read_text("utf-8").splitlines()
    for line in lines:
        assert isinstance(sql.query(line, "me"), pa.Table), line


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not on this machine")
def test_no_attack_breaks_the_engine(tmp_path: Path) -> None:
    """All but those on resources, which need the limits of a process of their own."""
    sql = engine(tmp_path, views=False, timeout_s=5)
    text = (CASES / "sql_attacks.sql").read_text("utf-8")
    before, _, rest = text.partition("--# resource-rows")
    after = rest.partition("--# crash")[2]
    for line in [*before.splitlines()[:260], *after.splitlines()]:
        try:
            assert len(rows_of(sql.query(line, "me"))) < 10
        except QueryError:
            continue
