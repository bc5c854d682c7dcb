"""Gold's daily table from silver."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
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
        frames = {}
        for table, columns in INPUTS.items():
            rows = lake.tables.read(silver.SCHEMAS[table], first, last, columns=columns)
            frames[table] = to_spark(spark, rows_of_people(_told(rows), people))
        made = conform(arrow_of(transform(frames, first, last)), DAILY)
        others = rows_of_others(lake, DAILY, first, last, people)
        return lake.tables.replace(DAILY, pa.concat_tables([others, made]), first, last)


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
