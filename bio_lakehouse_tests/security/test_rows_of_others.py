"""What somebody may ask never depends on what the lake holds of somebody else.

Each statement is put to a lake of one person and to one of two: the rows must be the same, or the
refusal. So nothing is found by counting, by an order, by an error or by a name.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest

from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse_tests.engines.memory_lake import WORKOUTS, engine, table_of_text
from bio_lakehouse_tests.engines.test_sql import DAYS, RIDES, rows_of

WAYS = [
    "SELECT * FROM {relation} ORDER BY ALL",
    "SELECT count(*), count(DISTINCT user_id), min(user_id), max(user_id) FROM {relation}",
    "SELECT count(*) FROM {relation} WHERE user_id = 'ann'",
    "SELECT count(*) FROM {relation} WHERE user_id <> 'me' OR true",
    "SELECT count(*) FROM {relation} TABLESAMPLE BERNOULLI (100)",
    "SELECT count(*) FROM {relation} a CROSS JOIN {relation} b",
    "SELECT count(*) FROM {relation} a FULL JOIN {relation} b ON a.user_id <> b.user_id",
    "SELECT count(*) FROM {relation} a "
    "WHERE EXISTS (SELECT 1 FROM {relation} b WHERE b.user_id > a.user_id)",
    "SELECT (SELECT count(*) FROM {relation} WHERE user_id > 'me')",
    "SELECT user_id, count(*) FROM {relation} GROUP BY ROLLUP (user_id) ORDER BY 1, 2",
    "WITH me AS (SELECT * FROM {relation}) SELECT count(*) FROM me WHERE user_id IN ('ann', 'me')",
    "WITH {name} AS (SELECT 'ann' AS user_id) SELECT user_id FROM {name}",
    "SELECT max(n) FROM (SELECT count(*) OVER () AS n FROM {relation})",
    "SELECT count(*) FROM (SELECT * FROM {relation} UNION ALL SELECT * FROM {relation})",
    "SELECT count(*) FROM (SELECT user_id FROM {relation} EXCEPT SELECT 'me')",
    "SELECT approx_distinct(user_id), array_agg(DISTINCT user_id) FROM {relation}",
    "SELECT bool_or(user_id = 'ann'), checksum(user_id) FROM {relation}",
    "SELECT 1 / (SELECT count(*) FROM {relation} WHERE user_id = 'ann')",
    "SELECT CAST(user_id AS integer) FROM {relation} WHERE user_id = 'ann'",
    'SELECT count(*) FROM "ann"."{name}"',
    "SELECT count(*) FROM {relation} FOR VERSION AS OF 1",
    'SELECT * FROM "{name}$files"',
    "SELECT user_id FROM {relation} LIMIT 100 OFFSET 2",
    "SHOW STATS FOR {relation}",
    "EXPLAIN ANALYZE SELECT * FROM {relation}",
]
NAMES = {
    "daily_readiness_performance": "bio_gold.daily_readiness_performance",
    "peloton_workouts": "bio_silver.peloton_workouts",
    "workout_type_optimization": "bio_gold.workout_type_optimization",
    "weekly_trends": "bio_gold.weekly_trends",
}
"""Tables and views, one that looks at single days and one that sums; the other views are asked
whole."""


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> tuple[DuckDbSql, DuckDbSql]:
    """A lake of one person, and the same with another beside them."""
    daily, workouts = table_of_text(DAILY, DAYS), table_of_text(WORKOUTS, RIDES)
    both = engine(tmp_path_factory.mktemp("both"), daily=daily, workouts=workouts)
    mine = [rows.filter(pc.equal(rows["user_id"], "me")) for rows in (daily, workouts)]
    alone = engine(tmp_path_factory.mktemp("alone"), daily=mine[0], workouts=mine[1])
    return alone, both


def outcome(sql: DuckDbSql, statement: str) -> object:
    """The rows of an answer, or what was said in their place."""
    try:
        return rows_of(sql.query(statement, "me"))
    except QueryError as error:
        return str(error)


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_asking_tells_whether_there_is_somebody_else(
    lakes: tuple[DuckDbSql, DuckDbSql], way: str
) -> None:
    alone, both = lakes
    for name, relation in NAMES.items():
        statement = way.format(name=name, relation=relation)
        told = outcome(both, statement)
        assert repr(told) == repr(outcome(alone, statement))
        assert "ann" not in repr(told) or "'ann'" in statement or '"ann"' in statement


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_holds_a_trace_of_somebody_else(
    lakes: tuple[DuckDbSql, DuckDbSql], view: str
) -> None:
    alone, both = lakes
    statement = f"SELECT * FROM {view} ORDER BY ALL"
    assert outcome(alone, statement) == outcome(both, statement)


def test_the_ways_are_not_all_refused(lakes: tuple[DuckDbSql, DuckDbSql]) -> None:
    statements = [way.format(name="weekly_trends", relation="weekly_trends") for way in WAYS]
    answered = [one for one in statements if not isinstance(outcome(lakes[1], one), str)]
    assert len(answered) >= 12


def test_all_users_are_there_for_who_may_see_them(tmp_path: Path) -> None:
    both = engine(tmp_path, daily=table_of_text(DAILY, DAYS))
    told = both.query("SELECT DISTINCT user_id FROM daily_readiness_performance ORDER BY 1", None)
    assert rows_of(told) == [("ann",), ("me",)]
