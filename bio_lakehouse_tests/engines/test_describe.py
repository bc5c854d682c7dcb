"""What there is to ask for: every table and view, with columns, units and meaning, in a new lake
too."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bio_lakehouse.backends import open_sql
from bio_lakehouse.cli import main
from bio_lakehouse.engines import describe
from bio_lakehouse.engines.register import DESCRIBED, SCHEMAS
from bio_lakehouse.errors import QueryError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings

MODULES = Path(__file__).parents[2] / "bio_lakehouse"


def test_every_table_there_can_be_reads_as_empty_in_a_new_lake(tmp_path: Path) -> None:
    sql = open_sql(Lakehouse.open(Settings(home=tmp_path)))

    for name, schema in SCHEMAS.items():
        answer = sql.query(f"SELECT * FROM {name}", "me")
        assert (answer.num_rows, answer.column_names) == (0, list(schema.column_names)), name
    for view in VIEWS.values():
        answer = sql.query(f"SELECT * FROM {view.full_name}", "me")
        assert (answer.num_rows, answer.column_names) == (0, list(view.schema.column_names)), (
            view.full_name
        )


def test_no_schema_is_outside_the_register() -> None:
    written = sum(
        path.read_text("utf-8").count(" = TableSchema(")
        for path in MODULES.rglob("*.py")
        if "silver" not in path.parts
    )
    in_gold = [name for name in SCHEMAS if name.startswith("bio_gold.")]

    assert len(in_gold) == written


def test_all_tables_and_views_are_shown_with_their_meaning() -> None:
    shown = describe.tables()

    names = zip(shown["database"].to_pylist(), shown["table"].to_pylist(), strict=True)
    assert {".".join(name) for name in names} == DESCRIBED.keys()
    assert all(shown["meaning"].to_pylist())
    assert shown["kind"].to_pylist().count("view") == len(VIEWS)


def test_columns_are_shown_with_type_unit_and_meaning() -> None:
    shown = {row["column"]: row for row in describe.columns("oura_sleep").to_pylist()}
    daily = {
        row["column"]: row
        for row in describe.columns("gold.Daily_Readiness_Performance").to_pylist()
    }

    assert shown["period_id"]["type"] == "varchar"
    assert daily["total_output_kj"]["unit"] == "kJ"
    assert daily["sleep_duration_h"]["unit"] == "h"
    assert daily["readiness_score"]["unit"] == "0 to 100"
    assert daily["disciplines"]["unit"] is None
    assert daily["disciplines"]["meaning"].startswith("Disciplines of the workouts")


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("SHOW TABLES", "table"),
        ("show  tables ;", "table"),
        ("DESCRIBE gold.energy_state", "column"),
        ("desc energy_state;", "column"),
        ('SHOW COLUMNS FROM "energy_state"', "column"),
    ],
)
def test_athenas_statements_show_the_same(statement: str, first: str) -> None:
    shown = describe.answer(statement)

    assert shown is not None
    assert shown.column_names[0] == first


@pytest.mark.parametrize("statement", ["SELECT 1", "DESCRIBE a; DROP TABLE a", "SHOW ALL TABLES"])
def test_other_statements_are_left_to_the_guard(statement: str) -> None:
    assert describe.answer(statement) is None


def test_a_misspelt_table_is_answered_with_near_names() -> None:
    with pytest.raises(QueryError, match=r"no table energy_stat\. Did you mean energy_state\?"):
        describe.columns("energy_stat")


@pytest.mark.parametrize("name", ["", ".", "a.b.c", '"', "'", "a;b"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(QueryError):
        describe.columns(name)


def test_the_command_shows_tables_and_columns() -> None:
    tables = CliRunner().invoke(main, ["tables", "--format", "csv"])
    columns = CliRunner().invoke(main, ["tables", "training_load"])

    assert tables.exit_code == columns.exit_code == 0
    assert "insights,bio_gold,table," in tables.stdout
    assert all(name in columns.stdout for name in SCHEMAS["bio_gold.training_load"].column_names)


def test_what_else_stands_in_brackets_is_no_unit() -> None:
    units = {
        row["column"]: row["unit"]
        for name in ("insights", "experiment_days", "workout_type_optimization")
        for row in describe.columns(name).to_pylist()
    }

    assert (units["caveats"], units["is_counted"], units["readiness_bucket"]) == (None, None, None)
