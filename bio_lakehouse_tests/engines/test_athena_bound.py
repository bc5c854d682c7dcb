"""What is sent to Athena reads the asked user's rows alone, whatever was asked: each table stands in
a subselect of its own that Athena's rules for names cannot lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

from bio_lakehouse.engines.athena import AthenaSql
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.engines.sql import clocks_of
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.settings import Settings

CASES = Path(__file__).parents[3] / "shared" / "cases"
ASKED = r"""
WITH energy_state AS (SELECT * FROM energy_state) SELECT user_id FROM energy_state
SELECT (WITH e AS (SELECT user_id FROM energy_state) SELECT max(user_id) FROM e) AS u
WITH peloton_workouts AS (SELECT 1 AS x) SELECT user_id FROM bio_silver.peloton_workouts
WITH t AS (WITH peloton_workouts AS (SELECT 1 AS x) SELECT * FROM peloton_workouts) SELECT * FROM peloton_workouts, t
WITH "ENERGY_STATE" AS (SELECT 1 AS user_id) SELECT * FROM "Energy_State"
SELECT "user_id" FROM "AwsDataCatalog"."bio_gold"."energy_state"
SELECT user_id /* ' */ FROM energy_state WHERE '' = '''' OR 1 = 1 -- '
SELECT x.user_id FROM (SELECT 'ann' AS user_id FROM energy_state) AS x JOIN energy_state AS e ON true
SELECT e.user_id FROM (VALUES ('ann')) AS v (user_id) CROSS JOIN LATERAL (SELECT user_id FROM energy_state WHERE user_id = v.user_id) AS e
SELECT v.user_id, (SELECT count(*) FROM energy_state AS e WHERE e.user_id = v.user_id) AS n FROM (VALUES ('ann')) AS v (user_id)
SELECT u FROM (SELECT array_agg(user_id) AS a FROM energy_state) CROSS JOIN UNNEST(a) AS t (u)
SELECT 1 AS x FROM energy_state ORDER BY (SELECT max(user_id) FROM peloton_workouts) LIMIT 1
(SELECT user_id FROM energy_state) EXCEPT (SELECT user_id FROM silver.peloton_workouts)
SELECT e.user_id FROM ((energy_state AS e JOIN peloton_workouts AS w ON true) CROSS JOIN oura_sleep)
SELECT user_id AS "x"") --" FROM energy_state AS "t""; x"
SELECT max(user_id) FILTER (WHERE user_id > (SELECT min(user_id) FROM peloton_workouts)) AS m FROM energy_state
WITH o AS (SELECT 2 AS z), p AS (SELECT * FROM o, peloton_workouts) SELECT user_id FROM p AS peloton_workouts
SELECT user_id FROM energy_state WHERE day IN (WITH energy_state AS (SELECT day FROM peloton_workouts) SELECT day FROM energy_state)
SELECT w.user_id FROM (SELECT 1 AS one) AS o LEFT JOIN (WITH o AS (SELECT 2 AS z) SELECT user_id FROM peloton_workouts, o) AS w ON true
""".strip().splitlines()
REFUSED = r"""
WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS x) SELECT * FROM a
SELECT * FROM awsdatacatalog.other.x
SELECT * FROM "bio_gold"."daily_readiness_performance$snapshots"
SELECT * FROM "daily_readiness_performance$files"
SELECT * FROM "daily_readiness_performance@1"
SELECT * FROM energy_state FOR TIMESTAMP AS OF TIMESTAMP '2026-01-01 00:00:00 UTC'
SELECT * FROM energy_state FOR VERSION AS OF 1
SELECT * FROM information_schema.tables
SELECT * FROM bio_gold.information_schema.columns
EXECUTE p USING 1
PREPARE p FROM SELECT 1
EXECUTE IMMEDIATE 'SELECT 1'
SELECT * FROM energy_state TABLESAMPLE BERNOULLI (100)
SELECT * FROM TABLE(system.query(query => 'SELECT 1'))
SELECT * FROM energy_state MATCH_RECOGNIZE (MEASURES A.user_id AS u PATTERN (A) DEFINE A AS true)
SELECT * FROM energy_state WHERE user_id = U&'\0061nn'
SELECT `user_id` FROM energy_state
""".strip().splitlines()


class Everything:
    """A catalog in which every table and view is there."""

    def listed(self) -> tuple[dict[str, str], frozenset[str]]:
        views = frozenset(view.full_name for view in VIEWS.values())
        return {name: f"s3://lake/it's {name}" for name in SCHEMAS}, views


class NoViews(Everything):
    """As it, but for the views, which are put as their texts."""

    def listed(self) -> tuple[dict[str, str], frozenset[str]]:
        return super().listed()[0], frozenset()


@pytest.fixture(params=[Everything, NoViews])
def sql(request: pytest.FixtureRequest, tmp_path: Path) -> AthenaSql:
    unsent: Any = None
    store, clocks = FolderStore(tmp_path), clocks_of(Settings(home=tmp_path))
    return AthenaSql(unsent, request.param(), store, SCHEMAS, lambda schema: schema, clocks)


def sent(sql: AthenaSql, asked: str, user_id: str) -> str:
    """What Athena would be asked."""
    lake = sql._lake()
    return sql._said(sql._checked(asked, lake, None), lake, user_id)


def unbound(statement: str, user_id: str) -> Iterator[str]:
    """The tables that may hold other rows than the user's, as Trino itself reads the statement."""
    read = sqlglot.parse_one(statement, dialect="trino", error_level=ErrorLevel.IGNORE)
    for table in read.find_all(exp.Table):
        is_held = _is_of_user(table, user_id) if table.db else _is_cte(table)
        if not is_held:
            yield table.sql("trino")


def _is_of_user(table: exp.Table, user_id: str) -> bool:
    """Whether a table is all that its SELECT reads, and one of its conditions is the user."""
    select = table.find_ancestor(exp.Select)
    assert select is not None
    alone = table.parent is select.args["from_"] and not select.args.get("joins")
    where = select.args.get("where")
    conditions = list(where.this.flatten()) if where and isinstance(where.this, exp.And) else []
    user = exp.EQ(this=exp.column("user_id"), expression=exp.Literal.string(user_id))
    return alone and user in conditions


def _is_cte(table: exp.Table) -> bool:
    """Whether a WITH around a reference has that name, in front of where the reference stands."""
    node: exp.Expr | None = table
    while node is not None:
        before = node
        node = node.parent
        if isinstance(node, exp.With):
            names = [one.alias for one in node.expressions[: node.expressions.index(before)]]
        else:
            known = node.args.get("with_") if node is not None else None
            is_inside = known is None or known is before
            names = [] if is_inside else [one.alias for one in known.expressions]
        if table.name.lower() in map(str.lower, names):
            return True
    return False


@pytest.mark.parametrize("asked", ASKED)
def test_every_table_that_is_sent_is_the_users(sql: AthenaSql, asked: str) -> None:
    assert list(unbound(sent(sql, asked, "me"), "me")) == []


@pytest.mark.parametrize("asked", REFUSED)
def test_what_leads_elsewhere_is_not_sent(sql: AthenaSql, asked: str) -> None:
    with pytest.raises(QueryError):
        sent(sql, asked, "me")


@pytest.mark.parametrize("user_id", ["o'hara", "x' OR '1'='1", "a\\' OR 1=1 --", "me */ --", "ü\n"])
def test_a_users_name_is_never_a_part_of_the_statement(sql: AthenaSql, user_id: str) -> None:
    clock = sql.clock_of("me")
    sql.clock_of = lambda _: clock
    asked = "SELECT e.user_id FROM energy_state AS e JOIN peloton_workouts AS w ON true"
    assert list(unbound(sent(sql, asked, user_id), user_id)) == []


def test_that_something_is_unbound_is_seen() -> None:
    held = "SELECT 1 FROM (SELECT * FROM bio_gold.a WHERE 's' <> '' AND user_id = 'me') AS a"
    assert list(unbound(held, "me")) == []
    for open_ in (
        "SELECT * FROM bio_gold.a WHERE 's' <> '' OR user_id = 'me'",
        "SELECT * FROM bio_gold.a, b WHERE 's' <> '' AND user_id = 'me'",
        "SELECT * FROM a",
        "WITH a AS (SELECT * FROM a) SELECT * FROM a",
        "WITH b AS (SELECT * FROM a), a AS (SELECT 1) SELECT * FROM b",
        "SELECT * FROM a, (WITH a AS (SELECT 1) SELECT * FROM a)",
    ):
        assert list(unbound(open_, "me")) != []


def test_every_view_has_the_column_by_which_it_is_bound() -> None:
    """Without it the condition would be about a query around it."""
    assert [view.name for view in VIEWS.values() if "user_id" not in view.schema.column_names] == []
    assert [name for name, one in SCHEMAS.items() if "user_id" not in one.column_names] == []


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not on this machine")
def test_what_the_guard_lets_through_of_all_cases_is_bound(sql: AthenaSql) -> None:
    through = 0
    for name in ("sql_attacks.sql", "sql_good.sql"):
        for asked in (CASES / name).read_text("utf-8").splitlines():
            try:
                statement = sent(sql, asked, "me")
            except QueryError:
                continue
            through += 1
            assert list(unbound(statement, "me")) == [], asked
    assert through > 100
