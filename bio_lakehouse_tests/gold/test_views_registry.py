"""What the view files declare, held against what they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify

from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery
from bio_lakehouse.engines.guard import check
from bio_lakehouse.gold.views import VIEWS, View, parse_view
from bio_lakehouse.lake.schema import ARROW_TYPES, Column
from bio_lakehouse_tests.engines.memory_lake import SCHEMAS, engine

# Looked up in Trino's documentation, chapters "Aggregate", "Mathematical", "Conditional" and "Date
# and time functions".
ATHENA_FUNCTIONS = {
    *("avg", "coalesce", "corr", "count", "date_add", "date_diff", "date_trunc"),
    *("abs", "greatest", "max", "min", "nullif", "round", "row_number", "sum"),
}
EVERY_VIEW = pytest.mark.parametrize("view", VIEWS.values(), ids=list(VIEWS))
HEAD = """\
/*
---
description: What it shows.
grain: [user_id, day]
owner: someone
columns:
  user_id: {type: string, required: true, comment: "Whose: theirs."}
  delta:
    type: int
    minimum: -5
    maximum: 5
    comment: >-
      A change
      in points.
  steps: {type: long, minimum: 0, comment: Steps.}
---
*/
"""
QUERY = "SELECT 1 FROM bio_gold.t"


def test_the_nine_views_are_there() -> None:
    assert set(VIEWS) == {
        "dashboard_30day",
        "workout_recommendations",
        "energy_state",
        "workout_type_optimization",
        "sleep_performance_prediction",
        "readiness_performance_correlation",
        "weekly_trends",
        "overtraining_risk",
        "sleeps",
    }


@EVERY_VIEW
def test_declared_columns_are_the_actual_ones_in_order_and_type(view: View, tmp_path: Path) -> None:
    rows = engine(tmp_path).rows_of(view.name)

    declared = [(column.name, ARROW_TYPES[column.type]) for column in view.columns]
    assert [(field.name, field.type) for field in rows.schema] == declared


@EVERY_VIEW
def test_a_row_says_whose_it_is_and_of_which_day_first(view: View) -> None:
    names = [column.name for column in view.columns]

    assert names[: 2 if view.has_day else 1] == ["user_id", "day"][: 2 if view.has_day else 1]
    assert view.grain[0] == "user_id"
    assert set(view.grain) <= {column.name for column in view.columns if column.required}


@EVERY_VIEW
def test_every_view_is_documented(view: View) -> None:
    assert len(view.description) > 40
    assert view.owner
    assert all(column.comment.endswith(".") for column in view.columns)


def test_views_without_a_day() -> None:
    without = {view.name for view in VIEWS.values() if not view.has_day}

    assert without == {"workout_type_optimization", "readiness_performance_correlation"}


def test_dependencies_are_the_tables_that_are_read_and_no_cte() -> None:
    daily = "bio_gold.daily_readiness_performance"

    assert VIEWS["workout_type_optimization"].depends_on == (daily, "bio_silver.peloton_workouts")
    assert VIEWS["overtraining_risk"].depends_on == (daily, "bio_gold.energy_state")
    assert VIEWS["sleeps"].depends_on == ("bio_silver.oura_sleep",)
    others = VIEWS.keys() - {"workout_type_optimization", "overtraining_risk", "sleeps"}
    assert {VIEWS[name].depends_on for name in others} == {(daily,)}


@EVERY_VIEW
def test_is_one_select_in_athenas_sql(view: View) -> None:
    statements = sqlglot.parse(view.sql, read="athena", error_level=sqlglot.ErrorLevel.RAISE)

    assert [type(statement) for statement in statements] == [exp.Select]


@EVERY_VIEW
def test_uses_only_functions_that_athena_has(view: View) -> None:
    called = {
        call.name.lower()
        for call in sqlglot.parse_one(view.sql, read=AthenaQuery).find_all(exp.Anonymous)
    }

    assert called <= ATHENA_FUNCTIONS


@EVERY_VIEW
def test_passes_the_guard_and_names_its_databases(view: View) -> None:
    tables = sqlglot.parse_one(view.sql, read="athena").find_all(exp.Table)

    known = SCHEMAS | {other.full_name: other.schema for other in VIEWS.values()}
    assert check(view.sql, known).tables == set(view.depends_on)
    assert {table.db for table in tables} <= {"", "bio_silver", "bio_gold"}


@EVERY_VIEW
def test_every_name_is_a_column_of_what_is_read(view: View) -> None:
    assert resolved_as_in_trino(view.sql)


def test_a_name_given_in_the_same_select_is_no_column() -> None:
    with pytest.raises(OptimizeError):
        resolved_as_in_trino(
            "SELECT steps AS s FROM bio_gold.daily_readiness_performance WHERE s > 1"
        )


@EVERY_VIEW
def test_every_select_that_joins_or_groups_keeps_users_apart(view: View) -> None:
    for select in sqlglot.parse_one(view.sql, read="athena").find_all(exp.Select):
        parts = [
            *(join.args.get("on") for join in select.args.get("joins", [])),
            select.args.get("group"),
        ]
        parts += [
            exp.Tuple(expressions=window.args["partition_by"])
            for window in select.find_all(exp.Window)
        ]
        assert all(
            "user_id" in {column.name for column in part.find_all(exp.Column)}
            for part in parts
            if part
        )


def test_a_head_says_what_a_view_is() -> None:
    view = parse_view("v", HEAD + QUERY)

    assert (view.description, view.grain, view.owner) == (
        "What it shows.",
        ("user_id", "day"),
        "someone",
    )
    assert view.columns == (
        Column("user_id", "string", "Whose: theirs.", required=True),
        Column("delta", "int", "A change in points.", -5, 5),
        Column("steps", "long", "Steps.", 0),
    )


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("", r"v\.sql must begin with YAML"),
        (HEAD.replace("grain: [user_id, day]\n", ""), r"v\.sql is wrong.*\ngrain\n"),
        (
            HEAD.replace("type: string", "type: strange"),
            r"v\.sql is wrong.*\ncolumns\.user_id\.type",
        ),
        (HEAD.replace("comment: Steps.", "coment: Steps."), r"columns\.steps\.coment\n"),
        (HEAD.replace("minimum: -5", "minimum: low"), r"columns\.delta\.minimum\n"),
        (HEAD.replace("Steps.}", "Steps."), r"v\.sql is wrong: while parsing"),
    ],
)
def test_a_head_that_is_not_as_it_should_be_is_named(head: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.compile(message, re.S)):
        parse_view("v", head + QUERY)


def resolved_as_in_trino(sql: str) -> bool:
    """Whether each column is one of a table or subquery in FROM; OptimizeError when not."""
    schema = {
        database: {
            table.name: {column.name: "unknown" for column in table.columns}
            for table in SCHEMAS.values()
            if table.database == database
        }
        for database in ("bio_silver", "bio_gold")
    }
    statement = sqlglot.parse_one(sql, read="trino")
    qualify(
        statement,
        dialect="trino",
        schema=schema,
        expand_alias_refs=False,
        validate_qualify_columns=True,
    )
    return True
