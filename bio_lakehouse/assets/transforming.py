"""Who runs the PySpark transforms of a range: assets ask for a table's days, and never where they
are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Protocol

import dagster as dg

from bio_lakehouse import silver
from bio_lakehouse.assets.people import people_of_step
from bio_lakehouse.assets.session import SparkSession
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.elsewhere import build_elsewhere
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import Commit

Context = dg.AssetExecutionContext


class Transforms(Protocol):
    """Builds days `first` to `last` of a table, in one commit, whoever computes them."""

    def silver(self, context: Context, table: str, first: date, last: date) -> Commit: ...
    def daily(self, context: Context, first: date, last: date) -> Commit: ...
    def coverage(self) -> Commit: ...


class InThisProcess:
    """Rows pass through this process and its session: Sail's, or that of a Spark elsewhere."""

    def __init__(self, lake: Lakehouse, spark: SparkSession) -> None:
        self.lake = lake
        self.spark = spark

    def silver(self, context: Context, table: str, first: date, last: date) -> Commit:
        people = people_of_step(context, self.lake)
        return build_silver(self.lake, self.spark, table, first, last, people)

    def daily(self, context: Context, first: date, last: date) -> Commit:
        people = people_of_step(context, self.lake)
        return build_gold_daily(self.lake, self.spark, first, last, people)

    def coverage(self) -> Commit:
        return build_coverage(self.lake, self.spark)


class ByLength:
    """Ranges of `from_days` days or more are built by `far`, a Spark that reads and writes by
    itself, and all others in this process; both write the same table.

    The table of coverage is made from the log, which only this process reads.
    """

    def __init__(
        self,
        near: InThisProcess,
        far: Callable[[Context, TableOrder], object],
        catalog: str,
        from_days: int,
    ) -> None:
        self.near = near
        self.far = far
        self.catalog = catalog
        self.from_days = from_days

    def silver(self, context: Context, table: str, first: date, last: date) -> Commit:
        if not self.is_far(first, last):
            return self.near.silver(context, table, first, last)
        return self._far(context, silver.SCHEMAS[table], first, last)

    def daily(self, context: Context, first: date, last: date) -> Commit:
        if not self.is_far(first, last):
            return self.near.daily(context, first, last)
        return self._far(context, DAILY_READINESS_PERFORMANCE, first, last)

    def coverage(self) -> Commit:
        return self.near.coverage()

    def is_far(self, first: date, last: date) -> bool:
        return (last - first).days + 1 >= self.from_days

    def _far(self, context: Context, schema: TableSchema, first: date, last: date) -> Commit:
        run = partial(self.far, context)
        return build_elsewhere(self.near.lake, schema, first, last, self.catalog, run)
