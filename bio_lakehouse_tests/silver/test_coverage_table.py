"""The coverage table from entries of the ingestion log."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.silver.coverage import transform
from bio_lakehouse.silver.schemas import COVERAGE

EARLY, LATE = (
    datetime.fromisoformat("2024-06-01T12:00:00"),
    datetime.fromisoformat("2024-06-02T12:00:00"),
)
ENTRIES = pa.schema(
    {
        "user_id": pa.string(),
        "source": pa.string(),
        "origin": pa.string(),
        "source_file": pa.string(),
        "first_day": pa.date32(),
        "last_day": pa.date32(),
        "ingested_at": pa.timestamp("us"),
    }
)


def entry(
    file: str, first: date | None, last: date | None, ingested_at: datetime = EARLY
) -> dict[str, object]:
    row = {"user_id": "me", "source": "oura", "origin": "api", "source_file": file}
    return row | {"first_day": first, "last_day": last, "ingested_at": ingested_at}


@pytest.mark.parametrize("engine", ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)])
def test_each_stretch_of_a_file_once(request: pytest.FixtureRequest, engine: str) -> None:
    given = [
        entry("a.json", date(2024, 3, 1), date(2024, 3, 5), LATE),
        entry("a.json", date(2024, 3, 1), date(2024, 3, 5), EARLY),
        entry("b.json", date(2024, 3, 1), date(2024, 3, 5)),
        entry("one-day.json", date(2024, 3, 1), date(2024, 3, 1)),
        entry("empty.json", None, None),
        entry("backwards.json", date(2024, 3, 2), date(2024, 3, 1)),
    ]
    spark: SparkSession = request.getfixturevalue(engine)
    rows = transform(to_spark(spark, pa.Table.from_pylist(given, schema=ENTRIES))).toArrow()
    kept = [given[1], given[2], given[3]]
    assert tuple(rows.column_names) == COVERAGE.column_names
    assert rows.cast(COVERAGE.arrow).sort_by("source_file").to_pylist() == [
        {name: row[name] for name in COVERAGE.column_names} for row in kept
    ]


def test_an_empty_log_covers_nothing(sail: SparkSession) -> None:
    assert transform(to_spark(sail, ENTRIES.empty_table())).toArrow().num_rows == 0
