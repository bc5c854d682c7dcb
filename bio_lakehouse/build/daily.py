"""Gold's daily table from silver."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from bio_lakehouse import silver
from bio_lakehouse.gold.daily_columns import INPUTS
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.tables import Commit

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def build_gold_daily(lake: Lakehouse, spark: SparkSession, first: date, last: date) -> Commit:
    """Rebuild days `first` to `last` of gold's daily table from silver."""
    from bio_lakehouse.engines.spark import arrow_of, to_spark
    from bio_lakehouse.gold.daily_readiness_performance import transform

    with exclusively(lake, DAILY.full_name):
        frames = {
            table: to_spark(
                spark, lake.tables.read(silver.SCHEMAS[table], first, last).select(list(columns))
            )
            for table, columns in INPUTS.items()
        }
        rows = arrow_of(transform(frames, first, last))
        return lake.tables.replace(DAILY, rows, first, last)


def newest_day(lake: Lakehouse) -> date | None:
    """The newest day of gold's daily table, up to today: a clock may have been set back since."""
    if not lake.tables.exists(DAILY.full_name):
        return None
    today = lake.settings.today()
    days = lake.tables.scan(DAILY.full_name, last=today, columns=["day"])["day"]
    newest: date | None = pc.max(days).as_py()
    return newest
