"""Precedence: against the rule in plain Python, for any versions in any order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.silver.precedence import merged, of_the_days_origin, standing
from bio_lakehouse.silver.typed_columns import has

Row = dict[str, Any]
ORIGINS = ("api", "account_export", "type_download", "trends_export", "csv_export")
"""Best first."""

GRAIN = ("user_id", "day", "record_key")
VALUES = ("score", "steps")
LANDED = datetime.fromisoformat("2024-06-01T12:00:00")
SCHEMA = pa.schema(
    {
        "user_id": pa.string(),
        "day": pa.date32(),
        "record_key": pa.string(),
        "origin": pa.string(),
        "version": pa.string(),
        "provisional_at": pa.string(),
        "withdrawn": pa.bool_(),
        "source_file": pa.string(),
        "ingested_at": pa.timestamp("us"),
        "score": pa.int32(),
        "steps": pa.int32(),
        "_has": pa.list_(pa.string()),
    }
)


def version_of(number: int, said: Row) -> Row:
    """A version whose values are there only in columns that it has; no two have the same number."""
    there = said.pop("there")
    values = {
        name: said[name] if name in there and not said["withdrawn"] else None for name in VALUES
    }
    named = {"version": f"{number:02}", "source_file": f"file {number}", "ingested_at": LANDED}
    return {"user_id": "ann", "day": date(2024, 3, 1)} | said | values | named | {"_has": there}


VERSION = st.fixed_dictionaries(
    {
        "record_key": st.sampled_from(["a", "b"]),
        "origin": st.sampled_from(ORIGINS[:3]),
        "provisional_at": st.sampled_from(["", "", "2024-03-01T09:00", "2024-03-01T20:00"]),
        "withdrawn": st.sampled_from([False, False, False, True]),
        "score": st.none() | st.integers(60, 90),
        "steps": st.none() | st.integers(0, 9000),
        "there": st.lists(st.sampled_from(VALUES), unique=True),
    }
)
VERSIONS = st.lists(VERSION, min_size=1, max_size=12).map(
    lambda said: [version_of(number, dict(one)) for number, one in enumerate(said)]
)
PATIENT = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shown(spark: SparkSession, rows: Sequence[Row]) -> list[Row]:
    versions = to_spark(spark, pa.Table.from_pylist(list(rows), schema=SCHEMA))
    table = merged(
        standing(versions), GRAIN, {name: has(name) for name in VALUES}, ORIGINS
    ).toArrow()
    ordered = table.sort_by([(name, "ascending") for name in GRAIN])
    return ordered.drop_columns(["ingested_at"]).to_pylist()


def expected(rows: Sequence[Row]) -> list[Row]:
    """The rule as it is told: within an origin the later word, among origins the best that knows a
    value."""
    records: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        records[tuple(row[name] for name in GRAIN)].append(row)
    told = ((grain, said(versions)) for grain, versions in sorted(records.items()))
    return [dict(zip(GRAIN, grain, strict=True)) | row for grain, row in told if row]


def said(versions: Sequence[Row]) -> Row | None:
    by_origin: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(versions, key=lambda row: row["version"]):
        if row["withdrawn"]:
            by_origin.pop(row["origin"], None)
        else:
            by_origin[row["origin"]].append(row)
    if not by_origin:
        return None
    values: Row = {}
    sources: dict[str, Row] = {}
    for name in VALUES:
        stating = [[row for row in words if name in row["_has"]] for words in by_origin.values()]
        knowing = [words[-1] for words in stating if words and words[-1][name] is not None]
        winner = max(knowing, key=standing_of, default=None)
        values[name] = winner[name] if winner else None
        sources |= {name: winner} if winner else {}
    best = sources.get("score") or max((words[-1] for words in by_origin.values()), key=standing_of)
    return values | {"source_origin": best["origin"], "source_file": best["source_file"]}


def standing_of(row: Row) -> tuple[bool, str, int, str]:
    at = row["provisional_at"]
    return not at, at, -ORIGINS.index(row["origin"]), row["version"]


@PATIENT
@given(rows=VERSIONS)
def test_follows_the_rule(sail: SparkSession, rows: list[Row]) -> None:
    assert shown(sail, rows) == expected(rows)


@PATIENT
@given(rows=VERSIONS, seed=st.integers(0, 2**16))
def test_order_changes_nothing(sail: SparkSession, rows: list[Row], seed: int) -> None:
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    assert shown(sail, shuffled) == shown(sail, rows)


@PATIENT
@given(rows=VERSIONS)
def test_a_day_has_the_records_of_its_best_origin(sail: SparkSession, rows: list[Row]) -> None:
    rows = [row | {"withdrawn": False} for row in rows]
    versions = to_spark(sail, pa.Table.from_pylist(rows, schema=SCHEMA))
    kept = (
        of_the_days_origin(versions, ["record_key"], ORIGINS)
        .select("record_key", "version")
        .toArrow()
    )
    best = max(rows, key=standing_of)["origin"]
    records = {row["record_key"] for row in rows if row["origin"] == best}
    assert {row["version"] for row in kept.to_pylist()} == {
        row["version"] for row in rows if row["record_key"] in records
    }


@pytest.mark.jvm
def test_spark_follows_the_same_rule(spark_jvm: SparkSession) -> None:
    chance = random.Random(7)
    rows = [
        version_of(
            number,
            {
                "record_key": chance.choice("abcdefghij"),
                "origin": chance.choice(ORIGINS),
                "provisional_at": chance.choice(["", "2024-03-01T09:00", "2024-03-01T20:00"]),
                "withdrawn": chance.random() < 0.1,
                "score": chance.choice([None, 60, 70]),
                "steps": chance.choice([None, 100, 200]),
                "there": chance.choice([[], ["score"], ["score", "steps"]]),
            },
        )
        for number in range(90)
    ]
    assert shown(spark_jvm, rows) == expected(rows)
