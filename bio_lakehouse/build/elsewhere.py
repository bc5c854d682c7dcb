"""A table's days built by a Spark that reads and writes by itself, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from bio_lakehouse.build.silver import users_rows
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.lake.content_versions import changed_days
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.people import known_users
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import Commit, rows_by_day, versions_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def build_elsewhere(
    lake: Lakehouse,
    schema: TableSchema,
    first: date,
    last: date,
    catalog: str,
    run: Callable[[TableOrder], object],
) -> Commit:
    """Have days `first` to `last` of a table rebuilt by `run`, which ends when they are committed;
    `catalog` is what the lake's tables are called there.

    The table is made here, so that it is the same whoever writes it. What changed is read from what
    was committed, and not from what `run` says of it.
    """
    with exclusively(lake, schema.full_name):
        snapshot = lake.tables.made_ready(schema)
        before = versions_of(lake.tables.read(schema, first, last), schema)
        run(order_of(lake, schema, first, last, catalog))
        now = lake.tables.tidied(schema)
        rows = lake.tables.read(schema, first, last)
    versions = versions_of(rows, schema)
    return Commit(
        rows.num_rows,
        rows_by_day(rows, schema),
        now != snapshot,
        now,
        versions,
        changed_days(before, versions),
    )


def order_of(
    lake: Lakehouse, schema: TableSchema, first: date, last: date, catalog: str
) -> TableOrder:
    """What a Spark elsewhere has to be told: it has neither the settings nor the log."""
    return TableOrder(
        table=schema.full_name,
        first=first,
        last=last,
        # Of bronze, which is brought over first where an earlier version wrote it.
        objects=lake.bronze.objects.uri("").rstrip("/"),
        catalog=catalog,
        users=tuple(users_rows(lake.settings, known_users(lake))),
    )


def run_on_remote_spark(lake: Lakehouse, spark: SparkSession, order: TableOrder) -> None:
    """Build an order in a session elsewhere; its Spark reaches the lake's objects and its catalog
    by itself."""
    from bio_lakehouse.build.on_spark import build_on_spark

    def folders(dataset: str) -> list[str]:
        return [
            lake.objects.uri(folder)
            for folder in lake.bronze.folders(dataset, order.first, order.last)
        ]

    build_on_spark(spark, order, folders)
