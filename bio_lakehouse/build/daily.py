"""Gold's daily table from silver."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
    from bio_lakehouse.engines.spark import arrow_of, to_spark
    from bio_lakehouse.gold.daily_readiness_performance import transform

    with exclusively(lake, DAILY.full_name):
        inputs = {}
        for table, columns in INPUTS.items():
            rows = lake.tables.read(silver.SCHEMAS[table], first, last, columns=columns)
            inputs[table] = rows_of_people(_told(rows), people)
        made = [rows_of_others(lake, DAILY, first, last, people)]
        for days in _stretches(inputs, first, last):
            frames = {name: to_spark(spark, _within(rows, *days)) for name, rows in inputs.items()}
            made.append(conform(arrow_of(transform(frames, *days)), DAILY))
        return lake.tables.replace(DAILY, pa.concat_tables(made), first, last)


def _stretches(
    inputs: Mapping[str, pa.Table], first: date, last: date
) -> Iterator[tuple[date, date]]:
    """Days `first` to `last` in stretches, the rows of each of which fit into one message to
    Spark: gRPC takes 128 MB at most, and a thousand people's year are 220."""
    from bio_lakehouse.engines import spark

    recorded = [rows for rows in inputs.values() if "day" in rows.column_names]
    size = sum(rows.nbytes for rows in recorded)
    messages = max(1, -(-size // spark.LARGEST_MESSAGE_BYTES))
    days = sorted({day for rows in recorded for day in rows["day"].unique().to_pylist()})
    count = max(1, len(days) // messages)
    begins = [first, *days[count::count]]
    ends = [*(day - timedelta(days=1) for day in begins[1:]), last]
    yield from zip(begins, ends, strict=True)


def _within(rows: pa.Table, first: date, last: date) -> pa.Table:
    """The rows of some days; of coverage, which has stretches of days, all."""
    if "day" not in rows.column_names:
        return rows
    day = rows["day"]
    return rows.filter(pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last)))


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
