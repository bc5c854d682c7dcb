"""Every silver transform: the rows of `cases/<table>.yaml`, on Sail and on Spark itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from bio_lakehouse import safe_yaml
from bio_lakehouse.build.silver import USERS
from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.lake.bronze_schema import ARROW as BRONZE
from bio_lakehouse.lake.schema import PROVENANCE, TableSchema
from bio_lakehouse.silver import SCHEMAS, TRANSFORMS

Row = dict[str, Any]

CASES = Path(__file__).parent / "cases"
ZONES = {
    "heart_rate_zone_2": 60,
    "heart_rate_zone_3": 70,
    "heart_rate_zone_4": 80,
    "heart_rate_zone_5": 90,
}
LANDED = datetime.fromisoformat("2024-06-01T12:00:00")

ENGINES = ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)]


@cache
def cases_of(table: str) -> list[dict[str, Any]]:
    return list(safe_yaml.load((CASES / f"{table}.yaml").read_text(encoding="utf-8")))


ALL_CASES = [
    pytest.param(table, case["case"], id=f"{table}: {case['case']}")
    for table in TRANSFORMS
    for case in cases_of(table)
]


def bronze_row(user_id: str, given: Row) -> Row:
    """A bronze row with what the case leaves out filled in."""
    origin = "csv_export" if given["dataset"].startswith("peloton") else "api"
    return {
        "user_id": user_id,
        "day": given["day"],
        "origin": given.get("origin", origin),
        "record_key": given.get("key", str(given["day"])),
        "version": given.get("version", "1"),
        "line": given.get("line", 1),
        "source_file": given.get("source_file", "landing/me/file"),
        "ingested_at": LANDED,
        "provisional_at": given.get("provisional_at", ""),
        "withdrawn": given.get("withdrawn", False),
        "hints": json.dumps(given.get("hints", {})),
        "record": given["json"] if "json" in given else json.dumps(given["record"]),
    }


def bronze(table: str, dataset: str) -> pa.Table:
    """The rows of one dataset from all cases of a table; each case is a user of its own."""
    rows = [
        bronze_row(case["case"], given)
        for case in cases_of(table)
        for given in case["given"]
        if given["dataset"] == dataset
    ]
    return pa.Table.from_pylist(rows, schema=BRONZE)


def users(table: str) -> pa.Table:
    rows = [
        {"user_id": case["case"], "timezone": "UTC"} | ZONES | case.get("user", {})
        for case in cases_of(table)
    ]
    return pa.Table.from_pylist(rows, schema=USERS)


def workout_id(user_id: str, key: str) -> str:
    return hashlib.sha256(f"{user_id}|{key}".encode()).hexdigest()[:32]


def expected_row(schema: TableSchema, case: Row, expected: Row) -> Row:
    """What a case expects: the columns it names, null in all others, and the identity that its
    bronze rows have.

    `source_origin` must be named where several origins speak about the day.
    """
    origins = {
        bronze_row("", given)["origin"]
        for given in case["given"]
        if given["day"] == expected["day"]
    }
    provenance = {
        "source_origin": min(origins),
        "source_file": "landing/me/file",
        "ingested_at": LANDED,
    }
    assert len(origins) == 1 or "source_origin" in expected
    named = dict(expected)
    key = named.pop("key", str(named["day"]))
    identity = (
        {"workout_id": workout_id(case["case"], key)} if "workout_id" in schema.column_names else {}
    )
    return (
        dict.fromkeys(schema.column_names)
        | {"user_id": case["case"]}
        | provenance
        | identity
        | named
    )


@pytest.fixture(scope="session")
def outcome(request: pytest.FixtureRequest) -> Callable[[str, str], pa.Table]:
    """The table that an engine makes of all cases."""

    @cache
    def compute(engine: str, table: str) -> pa.Table:
        spark: SparkSession = request.getfixturevalue(engine)
        transform = TRANSFORMS[table]
        frames = [to_spark(spark, bronze(table, dataset)) for dataset in transform.inputs]
        rows = transform.function(*frames, users=to_spark(spark, users(table))).toArrow()
        return rows.cast(without_zones(rows.schema))

    return compute


def without_zones(schema: pa.Schema) -> pa.Schema:
    """Times as the lake keeps them: UTC, without a zone."""
    return pa.schema(
        [(f.name, pa.timestamp("us") if pa.types.is_timestamp(f.type) else f.type) for f in schema]
    )


def by_grain(schema: TableSchema, rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [str(row[name]) for name in schema.grain])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("table", "case"), ALL_CASES)
def test_rows(outcome: Callable[[str, str], pa.Table], engine: str, table: str, case: str) -> None:
    schema = SCHEMAS[table]
    rows = [row for row in outcome(engine, table).to_pylist() if row["user_id"] == case]
    told = next(told for told in cases_of(table) if told["case"] == case)
    wanted = [expected_row(schema, told, row) for row in told["expected"]]
    assert by_grain(schema, rows) == by_grain(schema, wanted)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("table", TRANSFORMS)
def test_columns_are_the_schema(
    outcome: Callable[[str, str], pa.Table], engine: str, table: str
) -> None:
    produced = outcome(engine, table).schema
    assert [(field.name, field.type) for field in produced] == [
        (f.name, f.type) for f in SCHEMAS[table].arrow
    ]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("table", TRANSFORMS)
def test_required_columns_and_bounds_hold(
    outcome: Callable[[str, str], pa.Table], engine: str, table: str
) -> None:
    rows = outcome(engine, table)
    for column in SCHEMAS[table].columns:
        values = [value for value in rows.column(column.name).to_pylist() if value is not None]
        assert not column.required or len(values) == rows.num_rows, column.name
        assert all(column.minimum is None or value >= column.minimum for value in values), (
            column.name
        )
        assert all(column.maximum is None or value <= column.maximum for value in values), (
            column.name
        )


@pytest.mark.jvm
@pytest.mark.parametrize("table", TRANSFORMS)
def test_sail_and_spark_agree(outcome: Callable[[str, str], pa.Table], table: str) -> None:
    order = [(name, "ascending") for name in SCHEMAS[table].grain]
    sail, spark = (outcome(engine, table).sort_by(order) for engine in ("sail", "spark_jvm"))
    assert sail.to_pylist() == spark.to_pylist()


def test_every_transform_has_a_schema() -> None:
    assert set(TRANSFORMS) | {"coverage"} == set(SCHEMAS)
    provenance = {column.name for column in PROVENANCE}
    assert all(provenance <= set(SCHEMAS[table].column_names) for table in TRANSFORMS)


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_in_bronze_makes_an_empty_table(
    request: pytest.FixtureRequest, engine: str
) -> None:
    spark: SparkSession = request.getfixturevalue(engine)
    nothing = to_spark(spark, BRONZE.empty_table())
    for transform in TRANSFORMS.values():
        rows = transform.function(
            *[nothing] * len(transform.inputs), users=to_spark(spark, USERS.empty_table())
        ).toArrow()
        assert rows.num_rows == 0
        assert tuple(rows.column_names) == SCHEMAS[transform.table].column_names
