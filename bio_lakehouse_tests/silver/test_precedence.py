"""Precedence: against the rule in plain Python, for any rows in any order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from bio_lakehouse.engines.spark import frame
from bio_lakehouse.silver.precedence import ORIGINS, winners

Row = dict[str, Any]

GRAIN = ("user_id", "day", "record_key")
SCHEMA = pa.schema(
    {
        "user_id": pa.string(),
        "day": pa.date32(),
        "record_key": pa.string(),
        "origin": pa.string(),
        "version": pa.string(),
        "line": pa.int32(),
        "record": pa.string(),
        "source_file": pa.string(),
    }
)

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "user_id": st.sampled_from(["ann", "ben"]),
            "day": st.sampled_from([date(2024, 3, 1), date(2024, 3, 2)]),
            "record_key": st.sampled_from(["a", "b"]),
            "origin": st.sampled_from(ORIGINS),
            "version": st.sampled_from(["2024-03-01|9", "2024-03-02|10", "2024-03-02|9"]),
            "line": st.integers(1, 2),
            "record": st.sampled_from(['{"score": 1}', '{"score": 2}']),
            "source_file": st.sampled_from(["one", "two"]),
        }
    ),
    min_size=1,
    max_size=24,
)
PATIENT = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def won(spark: SparkSession, rows: Sequence[Row]) -> list[Row]:
    table = winners(frame(spark, pa.Table.from_pylist(list(rows), schema=SCHEMA)), GRAIN).toArrow()
    return table.sort_by([(name, "ascending") for name in GRAIN]).to_pylist()


def expected(rows: Sequence[Row]) -> list[Row]:
    """The rule as SOURCES states it: the day's best origin, then each record's highest version, then its line."""
    by_day: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row["user_id"], row["day"]].append(row)
    best: dict[tuple[Any, ...], Row] = {}
    for of_day in by_day.values():
        origin = min((row["origin"] for row in of_day), key=ORIGINS.index)
        for row in of_day:
            key = tuple(row[name] for name in GRAIN)
            if row["origin"] == origin and standing(row) >= standing(best.get(key, row)):
                best[key] = row
    return [best[key] for key in sorted(best)]


def standing(row: Row) -> tuple[Any, ...]:
    return row["version"], row["line"], row["record"], row["source_file"]


@PATIENT
@given(rows=ROWS)
def test_follows_the_rule(sail: SparkSession, rows: list[Row]) -> None:
    assert won(sail, rows) == expected(rows)


@PATIENT
@given(rows=ROWS, seed=st.integers(0, 2**16))
def test_order_and_repetition_change_nothing(
    sail: SparkSession, rows: list[Row], seed: int
) -> None:
    shuffled = rows + rows[: seed % len(rows)]
    random.Random(seed).shuffle(shuffled)
    assert won(sail, shuffled) == won(sail, rows)


@PATIENT
@given(rows=ROWS)
def test_winners_win_again(sail: SparkSession, rows: list[Row]) -> None:
    once = won(sail, rows)
    assert won(sail, once) == once


@PATIENT
@given(rows=ROWS, origin=st.sampled_from(ORIGINS[1:]))
def test_a_worse_origin_never_touches_a_day_of_a_better_one(
    sail: SparkSession, rows: list[Row], origin: str
) -> None:
    better = [row | {"origin": "api"} for row in rows]
    assert won(sail, better + [row | {"origin": origin, "version": "9999"} for row in rows]) == won(
        sail, better
    )


@pytest.mark.jvm
def test_spark_follows_the_same_rule(spark_jvm: SparkSession) -> None:
    chance = random.Random(7)
    rows = [
        {
            "user_id": chance.choice(["ann", "ben", "cleo"]),
            "day": date(2024, 3, chance.randint(1, 20)),
            "record_key": chance.choice("abc"),
            "origin": chance.choice(ORIGINS),
            "version": f"2024-03-{chance.randint(1, 30):02}",
            "line": chance.randint(1, 3),
            "record": f'{{"score": {chance.randint(1, 3)}}}',
            "source_file": chance.choice(["one", "two"]),
        }
        for _ in range(600)
    ]
    assert won(spark_jvm, rows) == expected(rows)
