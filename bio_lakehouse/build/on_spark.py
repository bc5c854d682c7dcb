"""A table's days built on Spark from end to end: it reads bronze or silver, transforms, checks and
commits by itself.

`build/silver.py` and `build/daily.py` do the same for ranges that fit through this process. Both
call the same transforms and hold the same rules. This one needs PySpark, pyarrow and pandas alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame, SparkSession

from bio_lakehouse import silver
from bio_lakehouse.build.spark_reading import bronze_rows, table_rows, user_rows
from bio_lakehouse.build.spark_writing import Written, replace_days
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.gold.daily_columns import INPUTS
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.schema import TableSchema

MonthFolders = Callable[[str], Sequence[str]]
"""Of a dataset the addresses of its months' folders in bronze that are there, in the range."""
SESSION = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
"""What the transforms rely on, of which a Spark may have been told otherwise."""


def build_on_spark(spark: SparkSession, order: TableOrder, folders: MonthFolders) -> Written:
    """Rebuild the days of an order; the table is there already.

    `TableError` when what was made breaks the table's rules: nothing is written then.
    """
    for name, value in SESSION.items():
        spark.conf.set(name, value)
    schema = schema_of(order)
    rows = made_rows(spark, order, folders)
    return replace_days(spark, order.catalog, schema, rows, order.first, order.last)


def schema_of(order: TableOrder) -> TableSchema:
    if order.table == DAILY.full_name:
        return DAILY
    return silver.SCHEMAS[order.table.partition(".")[2]]


def made_rows(spark: SparkSession, order: TableOrder, folders: MonthFolders) -> DataFrame:
    """The rows that the order's table must have."""
    schema = schema_of(order)
    if schema is DAILY:
        return daily_rows(spark, order)
    transform = silver.TRANSFORMS[schema.name]
    inputs = [
        bronze_rows(spark, folders(dataset), order.first, order.last)
        for dataset in transform.inputs
    ]
    return transform.function(*inputs, users=user_rows(spark, order.users))


def daily_rows(spark: SparkSession, order: TableOrder) -> DataFrame:
    from bio_lakehouse.gold.daily_readiness_performance import transform

    first, last = order.first, order.last
    tables = {
        name: table_rows(spark, order.catalog, silver.SCHEMAS[name], first, last).select(*columns)
        for name, columns in INPUTS.items()
    }
    return transform(tables, first, last)
