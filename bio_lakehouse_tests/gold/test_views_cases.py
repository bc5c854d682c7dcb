"""Each view over hand-worked rows (`view_cases/<view>.yaml`): by the engine, and by sqlglot's plain
translation."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from bio_lakehouse import safe_yaml
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse_tests.engines.memory_lake import (
    DAILY,
    WORKOUTS,
    engine,
    rows_of_text,
    table_of_text,
)

FOLDER = Path(__file__).parent / "view_cases"
CASES = [
    pytest.param(VIEWS[path.stem], case, id=f"{path.stem}: {case['case']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in safe_yaml.load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("view", "case"), CASES)
def test_rows_are_as_worked_by_hand(view: View, case: dict[str, str], tmp_path: Path) -> None:
    rows = engine(tmp_path, **tables_of(case)).rows_of(view.name).to_pylist()

    assert_rows(rows, view, case)


@pytest.mark.parametrize(("view", "case"), CASES)
def test_plain_translation_gives_the_same_rows(view: View, case: dict[str, str]) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("CREATE SCHEMA bio_silver; CREATE SCHEMA bio_gold")
        for name, rows in tables_of(case).items():
            connection.register(name, rows)
            connection.execute(f"CREATE TABLE {NAMES[name]} AS SELECT * FROM {name}")
        for other in (VIEWS[name] for name in READ_BY_OTHERS if name != view.name):
            connection.execute(f"CREATE VIEW {other.full_name} AS {translated(other.sql)}")
        rows = (
            connection.sql(translated(view.sql))
            .order(", ".join(view.grain))
            .to_arrow_table()
            .to_pylist()
        )

    assert_rows(rows, view, case)


def test_every_view_has_cases() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(VIEWS)


READ_BY_OTHERS = ("energy_state",)
NAMES = {"daily": DAILY.full_name, "workouts": WORKOUTS.full_name}


@cache
def translated(sql: str) -> str:
    (text,) = sqlglot.transpile(sql, read="athena", write="duckdb")
    return text


def tables_of(case: dict[str, str]) -> dict[str, Any]:
    return {
        "daily": table_of_text(DAILY, case["daily"]),
        "workouts": table_of_text(WORKOUTS, case.get("workouts", "day")),
    }


def assert_rows(rows: list[dict[str, Any]], view: View, case: dict[str, str]) -> None:
    expected = rows_of_text(case["expect"], {column.name: column.type for column in view.columns})
    names = ["user_id", *(name.strip() for name in case["expect"].splitlines()[0].split("|"))]
    found = [{name: row[name] for name in names} for row in rows]
    assert found == [
        {
            name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in expected
    ]
