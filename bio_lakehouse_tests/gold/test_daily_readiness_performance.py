"""Gold's daily table: the rows of `cases/daily_readiness_performance.yaml`, on Sail and on Spark
itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from bio_lakehouse import safe_yaml
from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.gold.daily_columns import INPUTS
from bio_lakehouse.gold.daily_readiness_performance import transform
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.schema import Column
from bio_lakehouse.silver import SCHEMAS

Row = dict[str, Any]
Outcome = Callable[[str], pa.Table]

CASES: list[Row] = safe_yaml.load(
    (Path(__file__).parent / "cases" / "daily_readiness_performance.yaml").read_text()
)
FIRST, LAST = date(2024, 3, 1), date(2024, 3, 31)
ENGINES = ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)]

FILLERS = {"timestamp": datetime.fromisoformat("2024-06-01T12:00:00")}


def silver_row(table: str, case: str, number: int, given: Row) -> Row:
    """A silver row with what the case leaves out: null, or something where it is required."""
    return (
        {column.name: filler(column, number) for column in SCHEMAS[table].columns}
        | {"user_id": case}
        | given
    )


def filler(column: Column, number: int) -> object:
    if not column.required:
        return None
    return f"{column.name}-{number}" if column.type == "string" else FILLERS.get(column.type)


def silver_table(table: str) -> pa.Table:
    """The rows of one silver table from all cases; each case is a user of its own."""
    rows = [
        silver_row(table, case["case"], number, given)
        for case in CASES
        for number, given in enumerate(case["given"].get(table, []))
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS[table].arrow)


def gold_table(spark: SparkSession, tables: dict[str, pa.Table]) -> pa.Table:
    frames = {name: to_spark(spark, rows) for name, rows in tables.items()}
    return (
        transform(frames, FIRST, LAST)
        .toArrow()
        .sort_by([(name, "ascending") for name in DAILY.grain])
    )


@pytest.fixture(scope="session")
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """The table that an engine makes of all cases."""

    @cache
    def compute(engine: str) -> pa.Table:
        return gold_table(
            request.getfixturevalue(engine), {name: silver_table(name) for name in INPUTS}
        )

    return compute


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_rows(outcome: Outcome, engine: str, case: Row) -> None:
    rows = [row for row in outcome(engine).to_pylist() if row["user_id"] == case["case"]]
    unknown = dict.fromkeys(DAILY.column_names)
    assert rows == [unknown | {"user_id": case["case"]} | expected for expected in case["expected"]]


@pytest.mark.parametrize("engine", ENGINES)
def test_columns_are_the_schema(outcome: Outcome, engine: str) -> None:
    produced = outcome(engine).schema
    assert [(field.name, field.type) for field in produced] == [
        (f.name, f.type) for f in DAILY.arrow
    ]


@pytest.mark.jvm
def test_sail_and_spark_agree(outcome: Outcome) -> None:
    assert outcome("sail").to_pylist() == outcome("spark_jvm").to_pylist()


def test_nothing_known_makes_no_days(sail: SparkSession) -> None:
    empty = {
        name: SCHEMAS[name].arrow.empty_table().select(columns) for name, columns in INPUTS.items()
    }
    assert gold_table(sail, empty).num_rows == 0


def test_reads_no_other_columns_than_its_inputs(sail: SparkSession, outcome: Outcome) -> None:
    narrow = {name: silver_table(name).select(columns) for name, columns in INPUTS.items()}
    assert gold_table(sail, narrow).equals(outcome("sail"))


def test_inputs_are_columns_of_silver() -> None:
    assert set(INPUTS) == set(SCHEMAS)
    assert all(set(columns) <= set(SCHEMAS[name].column_names) for name, columns in INPUTS.items())
