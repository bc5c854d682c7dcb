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
    NAMES,
    PERIODS,
    WORKOUTS,
    engine,
    read_cell,
    rows_of_text,
    table_of,
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


def test_the_view_of_sleeps_has_the_nights_of_the_daily_table(tmp_path: Path) -> None:
    """Over the cases of the daily table, whose rule in PySpark is the view's in SQL."""
    compared = 0
    for number, case in enumerate(safe_yaml.load(DAILY_CASES.read_text(encoding="utf-8"))):
        periods = case["given"].get("oura_sleep", [])
        rows = [{"user_id": "me"} | _typed(row) for row in periods]
        sql = engine(tmp_path / str(number), periods=table_of(PERIODS, rows))
        nights = [row for row in sql.rows_of("sleeps").to_pylist() if row["kind"] == "night"]
        found = {(row["user_id"], row["day"]): _as_in_the_daily_table(row) for row in nights}
        expected = {
            (row.get("user_id", "me"), _typed(row)["day"]): {
                name: pytest.approx(value) if (value := row.get(name)) is not None else None
                for name in NIGHTLY
            }
            for row in case["expected"]
            if any(name in row for name in NIGHTLY)
        }
        told = {key: value for key, value in found.items() if any(value.values())}
        assert told == expected, case["case"]
        compared += len(expected)
    assert compared > 8


def test_every_view_has_cases() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(VIEWS)


DAILY_CASES = Path(__file__).parent / "cases" / "daily_readiness_performance.yaml"
NIGHTLY = ("sleep_duration_h", "hrv_rmssd_ms", "resting_heart_rate_bpm")


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """Days and times, which YAML may leave as text, as such."""
    types = {column.name: column.type for column in PERIODS.columns}
    return {
        name: read_cell(value, types[name])
        if isinstance(value, str) and types.get(name) in {"date", "timestamp"}
        else value
        for name, value in row.items()
    }


def _as_in_the_daily_table(night: dict[str, Any]) -> dict[str, float | None]:
    asleep = night["total_sleep_s"]
    hours = None if asleep is None else asleep / 3600
    return dict(
        zip(
            NIGHTLY,
            (hours, night["average_hrv_ms"], night["lowest_heart_rate_bpm"]),
            strict=True,
        )
    )


READ_BY_OTHERS = ("energy_state",)


@cache
def translated(sql: str) -> str:
    (text,) = sqlglot.transpile(sql, read="athena", write="duckdb")
    return text


def tables_of(case: dict[str, str]) -> dict[str, Any]:
    return {
        "daily": table_of_text(DAILY, case.get("daily", "day")),
        "workouts": table_of_text(WORKOUTS, case.get("workouts", "day")),
        "periods": table_of_text(PERIODS, case.get("periods", "day")),
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
