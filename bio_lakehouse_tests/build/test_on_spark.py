"""What a Spark that reads and writes by itself does as the builders do: the same bronze, the same
rules. Held on Sail, which has what both faces need of Spark but Iceberg's writer."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from bio_lakehouse.build import spark_writing
from bio_lakehouse.build.spark_reading import bronze_rows
from bio_lakehouse.build.spark_writing import DayBounds, Written, again_after_conflicts
from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.errors import TableError
from bio_lakehouse.lake.broken_rules import broken_rules, check_facts
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.schema import Column, TableSchema
from bio_lakehouse.lake.tables import facts_of
from bio_lakehouse_tests.aws.spark_cases import SparkCase, random_case

RULES = TableSchema(
    "bio_silver",
    "made_up",
    "",
    ("user_id", "day"),
    (
        Column("user_id", "string", "", required=True),
        Column("day", "date", "", required=True),
        Column("score", "int", "", minimum=0, maximum=100),
        Column("ratio", "double", "", minimum=0.5),
        Column("note", "string", "", required=True),
    ),
)
FIRST = date(2024, 2, 28)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "user_id": st.sampled_from(["a", "b", "b", None]),
            "day": st.none() | st.integers(-1, 3).map(lambda days: FIRST + timedelta(days)),
            "score": st.none() | st.integers(-1, 101),
            "ratio": st.none() | st.sampled_from([0.25, 0.5, 7.0, float("nan")]),
            "note": st.sampled_from(["", "x", None]),
        }
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SparkCase:
    return random_case(tmp_path_factory.mktemp("bronze"), seed=3)


def folders(case: SparkCase, dataset: str) -> list[str]:
    names = Bronze(FolderStore(case.folder)).folders(dataset, case.first, case.last)
    return [str(case.folder / name) for name in names]


@pytest.mark.parametrize("dataset", ["oura/sleep", "oura/trends", "peloton/workouts"])
def test_bronze_is_read_to_the_byte(sail: SparkSession, case: SparkCase, dataset: str) -> None:
    first, last = case.first + timedelta(2), case.last - timedelta(3)
    wanted = Bronze(FolderStore(case.folder)).read(dataset, first, last)
    rows = bronze_rows(sail, folders(case, dataset), first, last).toArrow()
    order = [(name, "ascending") for name in wanted.column_names]
    found = pa.table([rows.column(f.name).cast(f.type) for f in wanted.schema], wanted.schema)
    assert wanted.num_rows > 100
    assert found.sort_by(order).to_pylist() == wanted.sort_by(order).to_pylist()


@pytest.mark.parametrize("damage", ["cut", "garbage", "hints", "empty"])
def test_a_line_that_cannot_be_read_ends_the_work(
    sail: SparkSession, case: SparkCase, damage: str, tmp_path: Path
) -> None:
    (path,) = list(Path(folders(case, "oura/sleep")[0]).iterdir())[:1]
    whole, _, rest = gzip.decompress(path.read_bytes()).decode().partition("\n")
    damaged = {
        "cut": whole[:-7],
        "garbage": "\x00{",
        "hints": whole.replace('"hints":{', '"hints":{"x":{"a":1,"record":{}'),
        "empty": "",
    }
    lines = f"{damaged[damage]}\n{rest}".encode()
    (tmp_path / path.name).write_bytes(gzip.compress(lines))
    rows = bronze_rows(sail, [str(tmp_path)], case.first, case.last)
    with pytest.raises(PySparkException, match=r"line of bronze cannot be read.*repair"):
        rows.toArrow()


def test_days_without_bronze_are_no_rows(sail: SparkSession) -> None:
    assert bronze_rows(sail, [], FIRST, FIRST).count() == 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS)
def test_spark_finds_what_breaks_the_rules_as_the_builders_do(
    sail: SparkSession, rows: list[dict[str, Any]]
) -> None:
    optional = pa.schema([field.with_nullable(True) for field in RULES.arrow])
    table = pa.Table.from_pylist(rows, schema=optional)
    there = facts_of(RULES, table)
    found = spark_writing.facts_of(RULES, to_spark(sail, table))
    assert broken_rules(RULES, found)[:-1] == broken_rules(RULES, there)[:-1]
    assert found.repeated == there.repeated
    told = [refusal(facts) for facts in (found, there)]
    assert (told[0] is None) == (told[1] is None)


def refusal(facts: Any) -> str | None:
    try:
        check_facts(RULES, facts, FIRST, FIRST + timedelta(2))
    except TableError as error:
        return str(error)
    return None


def test_whole_months_are_rewritten() -> None:
    bounds = DayBounds.of_months(date(2023, 12, 31), date(2024, 2, 1))
    assert bounds == DayBounds(date(2023, 12, 1), date(2024, 2, 29))


def test_a_faster_writer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_writing.time, "sleep", lambda _: None)
    monkeypatch.setattr(random, "uniform", lambda *_: 0.0)
    done = Written(1, True, 7)
    faster = PySparkException("org.apache.iceberg.exceptions.CommitFailedException: stale")
    as_it_is = Py4JError("org.apache.iceberg.exceptions.ValidationException: conflicting files")
    ends: Iterator[Any] = iter([faster, as_it_is, done])

    def attempt() -> Written:
        end = next(ends)
        if isinstance(end, Exception):
            raise end
        return end

    assert again_after_conflicts(attempt) == done
    ends = iter([PySparkException("no space left")])
    with pytest.raises(PySparkException, match="no space"):
        again_after_conflicts(attempt)
    ends = iter([faster] * spark_writing.ATTEMPTS)
    with pytest.raises(PySparkException, match="stale"):
        again_after_conflicts(attempt)
