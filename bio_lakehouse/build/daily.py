"""Gold's daily table from silver."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse import silver
from bio_lakehouse.build.people import rows_of_others, rows_of_people
from bio_lakehouse.gold.daily_columns import DAY, INPUTS
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.tables import Commit, conform
from bio_lakehouse.silver.schemas import COVERAGE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def build_gold_daily(
    lake: Lakehouse,
    spark: SparkSession,
    first: date,
    last: date,
    people: Collection[str] | None = None,
) -> Commit:
    """Rebuild days `first` to `last` of gold's daily table from silver; of some people alone where
    said, and the rows of all others stay."""
    from bio_lakehouse.engines.spark import arrow_of, chunks_by_day, to_spark
    from bio_lakehouse.gold.daily_readiness_performance import transform

    with exclusively(lake, DAILY.full_name):
        inputs = {}
        for table, columns in INPUTS.items():
            rows = lake.tables.read(silver.SCHEMAS[table], first, last, columns=columns)
            inputs[table] = rows_of_people(_told(rows), people)
        coverage = to_spark(spark, inputs.pop(COVERAGE.name))
        made = [rows_of_others(lake, DAILY, first, last, people)]
        # gRPC takes 128 MB at most, and a thousand people's year are 220.
        chunks = list(chunks_by_day([*inputs.values()]))
        for chunk, days in zip(chunks, _stretches(chunks, first, last), strict=True):
            frames = {name: to_spark(spark, rows) for name, rows in zip(inputs, chunk, strict=True)}
            rows = arrow_of(transform({**frames, COVERAGE.name: coverage}, *days))
            made.append(conform(rows, DAILY))
        return lake.tables.replace(DAILY, pa.concat_tables(made), first, last)


def _stretches(
    chunks: Sequence[Sequence[pa.Table]], first: date, last: date
) -> Iterator[tuple[date, date]]:
    """Days `first` to `last` in as many stretches as there are chunks of rows, each with the days
    of its own."""
    begins = [first, *map(_first_day, chunks[1:])]
    ends = [*(day - timedelta(days=1) for day in begins[1:]), last]
    return zip(begins, ends, strict=True)


def _first_day(tables: Sequence[pa.Table]) -> date:
    day: date = min(pc.min(rows["day"]).as_py() for rows in tables if rows.num_rows)
    return day


def _told(rows: pa.Table) -> pa.Table:
    """What rows say: those that tell of nothing but a day say the same, however many there are."""
    if {*rows.column_names} == {*DAY}:
        return rows.group_by(list(DAY)).aggregate([])
    return rows


def newest_day(lake: Lakehouse) -> date | None:
    """The newest day of gold's daily table, up to today: a clock may have been set back since."""
    if not lake.tables.exists(DAILY.full_name):
        return None
    today = lake.settings.today()
    days = lake.tables.scan(DAILY.full_name, last=today, columns=["day"])["day"]
    newest: date | None = pc.max(days).as_py()
    return newest
