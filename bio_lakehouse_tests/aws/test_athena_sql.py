"""Athena's engine answers as a laptop's: the same rows and types, of the asked user alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from bio_lakehouse.assets.gold import view_asset
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.athena_lake import (
    FIRST,
    LAST,
    AthenaLake,
    engine_at_home,
    filled_lake,
)
from bio_lakehouse_tests.engines.memory_lake import DAILY, table_of_text
from bio_lakehouse_tests.engines.test_sql import DAYS, QUESTIONS


@pytest.fixture(scope="module")
def there(aws_of_module: Settings) -> Iterator[AthenaLake]:
    """The lake of all tests here, which leave it as it is."""
    with pytest.MonkeyPatch.context() as patch, filled_lake(aws_of_module, patch) as lake:
        yield lake


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> DuckDbSql:
    return engine_at_home(tmp_path_factory.mktemp("views"))


def said(rows: pa.Table) -> tuple[pa.Schema, list[dict[str, Any]]]:
    return rows.schema.remove_metadata(), rows.to_pylist()


@pytest.mark.parametrize("question", QUESTIONS[:3], ids=lambda question: question["ask"][:50])
def test_a_question_is_answered_with_the_right_rows(
    there: AthenaLake, at_home: DuckDbSql, question: dict[str, Any]
) -> None:
    rows = there.sql.query(question["ask"], "me")
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        tuple(row) for row in question["rows"]
    ]
    assert said(rows) == said(at_home.query(question["ask"], "me"))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_rows_of_a_laptops(there: AthenaLake, at_home: DuckDbSql, name: str) -> None:
    """Also when it is filtered by user once it is computed, as it is here: a laptop filters the
    tables that it reads."""
    everybody = there.sql.rows_of(name)
    assert said(everybody) == said(at_home.rows_of(name))
    for user_id in ("me", "ann"):
        mine = [row for row in everybody.to_pylist() if row["user_id"] == user_id]
        assert at_home.rows_of(name, user_id=user_id).to_pylist() == mine


def test_nobody_elses_rows_are_there_whatever_is_asked(there: AthenaLake) -> None:
    asked = (
        "SELECT user_id, count(*) AS n FROM {name} WHERE true OR user_id = 'ann' GROUP BY user_id"
        " UNION ALL SELECT user_id, 1 FROM (SELECT * FROM {name} AS e JOIN {name} AS f"
        " USING (user_id)) WHERE user_id <> 'me'"
        " UNION ALL SELECT a.user_id, 2 FROM ({name} AS a CROSS JOIN {name} AS b), {name} AS c"
    )
    rows = there.sql.query(asked.format(name="energy_state"), "me").to_pylist()
    assert {row["user_id"] for row in rows} == {"me"}
    assert set(there.sql.rows_of("weekly_trends", user_id="ann")["user_id"].to_pylist()) == {"ann"}
    quoted = there.sql.query('SELECT "t"."user_id" FROM "bio_gold"."energy_state" AS "t"', "ann")
    assert set(quoted["user_id"].to_pylist()) == {"ann"}


def test_rows_of_days_and_of_a_view_without_days(there: AthenaLake, at_home: DuckDbSql) -> None:
    days = date(2026, 1, 2), date(2026, 1, 5)
    assert said(there.sql.rows_of("energy_state", *days, "me")) == said(
        at_home.rows_of("energy_state", *days, "me")
    )
    for last in (date(2025, 12, 31), date(2026, 1, 4)):
        name = "readiness_performance_correlation"
        assert said(there.sql.rows_of(name, None, last, "me")) == said(
            at_home.rows_of(name, None, last, "me")
        )


VALUES = """
SELECT 1 AS i, 12345678901 AS b, 1.50 AS d, 2e7 AS e, true AS t, DATE '2026-01-02' AS day,
    TIMESTAMP '2026-01-02 03:04:05.678' AS at, '' AS empty, CAST(NULL AS varchar) AS missing,
    'a "quoted", text' || chr(10) || 'of two lines' AS text, NULL AS nothing,
    ARRAY[1, NULL, 3] AS numbers, ARRAY[DATE '2026-01-02'] AS days, nan() AS n, -infinity() AS m
"""


def test_values_and_their_types_are_the_same(there: AthenaLake, at_home: DuckDbSql) -> None:
    rows, wanted = there.sql.query(VALUES, "me"), at_home.query(VALUES, "me")
    assert rows.schema == wanted.schema
    assert str(rows.to_pylist()) == str(wanted.to_pylist())


LISTS = """
SELECT ARRAY['a, b', NULL, '', 'null', '"'] AS names, 1 AS number UNION ALL
SELECT array_agg(energy_state), 2 FROM energy_state ORDER BY number
"""


def test_texts_in_a_list_are_told_apart(there: AthenaLake, at_home: DuckDbSql) -> None:
    rows, wanted = there.sql.query(LISTS, "ann"), at_home.query(LISTS, "ann")
    assert rows.schema == wanted.schema
    assert rows["names"].to_pylist()[0] == ["a, b", None, "", "null", '"']
    assert [sorted(map(str, row)) for row in rows["names"].to_pylist()] == [
        sorted(map(str, row)) for row in wanted["names"].to_pylist()
    ]


def test_lists_that_cannot_be_read_are_refused_and_not_guessed(there: AthenaLake) -> None:
    for asked in (
        "SELECT ARRAY['a, b'] AS names ORDER BY names",
        "SELECT map(ARRAY['a'], ARRAY[1]) AS names",
    ):
        with pytest.raises(QueryError, match=r"names is a list of what .*array_join"):
            there.sql.query(asked, "me")


def test_day_and_moment_are_the_asked_users_own(there: AthenaLake, at_home: DuckDbSql) -> None:
    sql = there.sql
    at_home.clock_of = sql.clock_of
    asked = "SELECT current_date AS day, date_trunc('hour', now()) AS hour, count(*) FROM sleep"
    asked = asked.replace(" FROM sleep", " FROM energy_state WHERE day < current_date")
    assert said(sql.query(asked, "me")) == said(at_home.query(asked, "me"))
    assert "current_date" not in there.endpoint.statements[-1].lower()


def test_a_table_that_nobody_has_made_reads_as_empty(there: AthenaLake, at_home: DuckDbSql) -> None:
    asked = "SELECT * FROM oura_sleep"
    assert said(there.sql.query(asked, "me")) == said(at_home.query(asked, "me"))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("SELECT readines_score FROM energy_state", "no column readines_score .*readiness_score"),
        ("SELECT day FROM energy_stat", "There is no table energy_stat"),
        ("DROP TABLE energy_state", "Only a SELECT can be asked"),
        ("SELECT sum(day) FROM energy_state", "The statement cannot be answered"),
    ],
)
def test_what_cannot_be_answered_is_said_before_it_is_asked(
    there: AthenaLake, asked: str, told: str
) -> None:
    before = len(there.endpoint.statements)
    for ask in (there.sql.check_binds, lambda sql: there.sql.query(sql, "me")):
        with pytest.raises(QueryError, match=told):
            ask(asked)
    sent = there.endpoint.statements[before:]
    assert all(one.startswith(("EXPLAIN", "SELECT")) for one in sent)


def test_checking_reads_no_row_and_costs_nothing(there: AthenaLake) -> None:
    there.sql.costs()
    there.sql.check_binds("SELECT day FROM energy_state")
    assert there.endpoint.statements[-1].startswith("EXPLAIN SELECT")
    assert there.sql.costs()["cost (USD)"] == 0


def test_an_answer_is_given_again_only_of_the_same_data(there: AthenaLake) -> None:
    asked = "SELECT max(steps) AS steps FROM daily_readiness_performance"
    before = len(there.endpoint.statements)
    there.sql.costs()
    first, again = there.sql.query(asked, "ann"), there.sql.query(asked, "ann")
    assert (said(first), len(there.endpoint.statements)) == (said(again), before + 1)
    told = there.sql.costs()
    assert (told["statements in Athena"], told["answers used again"]) == (2, 1)
    assert told["cost (USD)"] == pytest.approx(10 * 2**20 * 5 / 2**40)

    rows = there.lake.tables.scan(DAILY.full_name)
    changed = table_of_text(DAILY, DAYS.replace("| 200  ", "| 999  "))
    there.lake.tables.replace(DAILY, changed, FIRST, LAST)
    assert there.sql.query(asked, "ann")["steps"].to_pylist() == [999]
    there.lake.tables.replace(DAILY, rows, FIRST, LAST)
    assert there.sql.query(asked, "ann")["steps"].to_pylist() == [200]


def test_a_views_step_tells_what_it_took(there: AthenaLake) -> None:
    days = dg.DailyPartitionsDefinition("2026-01-01")
    asset = view_asset(VIEWS["energy_state"]).map_asset_specs(
        lambda spec: spec.replace_attributes(partitions_def=days)
    )
    made = resources(there.lake.settings)
    with open_instance(there.lake.settings) as instance:
        run = dg.materialize(
            [asset],
            instance=instance,
            resources={name: made[name] for name in ("lake", "sql")},
            partition_key="2026-01-02",
        )
    (told,) = run.asset_materializations_for_node("gold__energy_state")
    values = {name: told.metadata[name].value for name in ("statements in Athena", "cost (USD)")}
    assert values == {"statements in Athena": 1, "cost (USD)": 10 * 2**20 * 5 / 2**40}


def test_a_view_is_made_anew_when_its_text_changed(there: AthenaLake, at_home: DuckDbSql) -> None:
    view = VIEWS["energy_state"]
    before = len(there.endpoint.statements)
    assert not there.sql.create_view(view)
    assert len(there.endpoint.statements) == before
    changed = replace(view, sql=f"{view.sql}\n-- as it was")
    assert there.sql.create_view(changed)
    sent = there.endpoint.statements[before:]
    assert sent == [f"CREATE OR REPLACE VIEW {view.full_name} AS\n{changed.sql}"]
    assert there.sql.view_text(view.full_name) == changed.sql
    there.sql.catalog.glue.delete_table(DatabaseName="bio_gold", Name=view.name)  # type: ignore[attr-defined]
    assert said(there.sql.rows_of(view.name)) == said(at_home.rows_of(view.name))
    assert there.sql.create_view(view)
