"""How Spark itself replaces days of an Iceberg table: checked, in one commit, or in none when the
rows are the same."""

from __future__ import annotations

import logging
import random
import time
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from bio_lakehouse.build.spark_reading import in_range
from bio_lakehouse.lake.broken_rules import (
    RowFacts,
    bounded_columns,
    check_facts,
    required_columns,
)
from bio_lakehouse.lake.schema import TableSchema

SPARK_ERRORS: tuple[type[Exception], ...] = (PySparkException,)
try:
    from py4j.protocol import Py4JError
except ModuleNotFoundError:
    # PySpark's client alone speaks to no JVM, so none of a JVM's errors comes through it.
    pass
else:
    SPARK_ERRORS = (PySparkException, Py4JError)

logger = logging.getLogger(__name__)

ATTEMPTS = 6
LONGEST_WAIT_S = 3.0
CONFLICTS = ("CommitFailedException", "ValidationException")
"""What Iceberg calls it when another writer was faster; PySpark hands its errors on as they are."""


@dataclass(frozen=True, slots=True)
class Written:
    """What replacing a range did: how many rows it has now, whether they are others than before,
    and the snapshot that holds them."""

    rows: int
    changed: bool
    snapshot_id: int | None


def replace_days(
    spark: SparkSession,
    catalog: str,
    schema: TableSchema,
    rows: DataFrame,
    first: date,
    last: date,
) -> Written:
    """Replace days `first` to `last` of a table, which is there, by `rows`.

    Rows that break the schema's grain, bounds or nulls raise `TableError`, and nothing is written.
    When another writer was faster, what is there is read again and the days are replaced in that.
    """
    wanted = as_written(rows, schema).persist()
    try:
        check_facts(schema, facts_of(schema, wanted), first, last)
        work = _Replacement(spark, f"{catalog}.{schema.full_name}", schema, wanted, first, last)
        return again_after_conflicts(work.attempt)
    finally:
        wanted.unpersist()


def as_written(rows: DataFrame, schema: TableSchema) -> DataFrame:
    """`rows` in the schema's columns, order and types; times are in UTC, and without a zone."""
    columns = [
        F.col(column.name)
        .cast("timestamp_ntz" if column.type == "timestamp" else column.type)
        .alias(column.name)
        for column in schema.columns
    ]
    return rows.select(*columns)


def facts_of(schema: TableSchema, rows: DataFrame) -> RowFacts:
    """What the schema's rules are about, of `rows`: as `lake.tables.facts_of`."""
    looked_up = _looked_up(schema)
    found = rows.agg(*[value.alias(name) for name, value in looked_up.items()]).collect()[0]
    by_name = found.asDict()
    groups = rows.groupBy(*schema.grain).agg(F.count("*").alias("_rows")).where("_rows > 1")
    repeated = groups.agg(
        F.count("*").alias("groups"), F.min(F.struct(*schema.grain)).alias("example")
    ).collect()[0]
    return RowFacts(
        nulls=_of(by_name, "nulls "),
        lowest=_of(by_name, "lowest "),
        highest=_of(by_name, "highest "),
        repeated=repeated["groups"],
        example=repeated["example"].asDict() if repeated["example"] else {},
    )


def _looked_up(schema: TableSchema) -> dict[str, Column]:
    """What is asked of all rows in one go, by names that say what it is of."""
    kinds = {column.name: column.type for column in schema.columns}
    asked = {}
    for name in required_columns(schema):
        nulls = F.sum(F.col(name).isNull().cast("long"))
        asked[f"nulls {name}"] = F.coalesce(nulls, F.lit(0))
    days = [schema.day_column] if schema.day_column else []
    for name in [*bounded_columns(schema), *days]:
        asked[f"lowest {name}"] = F.min(_number(name, kinds[name]))
        asked[f"highest {name}"] = F.max(_number(name, kinds[name]))
    return asked


def _number(name: str, kind: str) -> Column:
    """A column whose least and greatest value are asked for: what is no number is neither."""
    value = F.col(name)
    return F.when(~F.isnan(value), value) if kind == "double" else value


def _of(found: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)
    }


@dataclass(frozen=True, slots=True)
class _Replacement:
    """Rows that take the place of a range of days."""

    spark: SparkSession
    name: str
    schema: TableSchema
    wanted: DataFrame
    first: date
    last: date

    def attempt(self) -> Written:
        """Compare with what is there now and, where it is something else, commit.

        Iceberg drops whole files, and a file may hold all of a month: what stands there of the
        months' other days is written with it. The commit holds only if nobody has written to these
        months since they were read.
        """
        snapshot = current_snapshot(self.spark, self.name)
        count = self.wanted.count()
        whole = DayBounds.of_months(self.first, self.last)
        there = in_range(self._at(snapshot), self.schema, whole.first, whole.last)
        before = in_range(there, self.schema, self.first, self.last)
        if same_rows(before, self.wanted, count):
            return Written(count, False, snapshot)
        rows = self.wanted.unionByName(self._beside(there))
        writer = rows.writeTo(self.name).option("isolation-level", "serializable")
        if snapshot is not None:
            writer = writer.option("validate-from-snapshot-id", str(snapshot))
        writer.overwrite(self._condition(whole))
        return Written(count, True, current_snapshot(self.spark, self.name))

    def _at(self, snapshot: int | None) -> DataFrame:
        """The table as of `snapshot`, in the schema's columns."""
        if snapshot is None:
            rows = self.spark.table(self.name)
        else:
            rows = self.spark.sql(f"SELECT * FROM {self.name} VERSION AS OF {snapshot:d}")  # noqa: S608
        known = set(rows.columns)
        missing = {name: F.lit(None) for name in self.schema.column_names if name not in known}
        return as_written(rows.withColumns(missing) if missing else rows, self.schema)

    def _beside(self, there: DataFrame) -> DataFrame:
        if self.schema.day_column is None:
            return there.limit(0)
        inside = F.col(self.schema.day_column).between(F.lit(self.first), F.lit(self.last))
        return there.where(~inside)

    def _condition(self, days: DayBounds) -> Column:
        if self.schema.day_column is None:
            return F.lit(True)
        return F.col(self.schema.day_column).between(F.lit(days.first), F.lit(days.last))


@dataclass(frozen=True, slots=True)
class DayBounds:
    """A range of days, both inclusive."""

    first: date
    last: date

    @classmethod
    def of_months(cls, first: date, last: date) -> DayBounds:
        """All days of the months that the range touches: a table's partitions."""
        _, days = monthrange(last.year, last.month)
        return cls(first.replace(day=1), last.replace(day=days))


def current_snapshot(spark: SparkSession, name: str) -> int | None:
    """The snapshot that a table's readers see now; None before its first."""
    found = spark.table(f"{name}.refs").where("name = 'main'").select("snapshot_id").collect()
    return int(found[0][0]) if found else None


def same_rows(before: DataFrame, wanted: DataFrame, count: int) -> bool:
    """Whether two tables, the second of `count` rows, hold the same rows, in whatever order."""
    return before.count() == count and not wanted.exceptAll(before).take(1)


def again_after_conflicts(attempt: Callable[[], Written]) -> Written:
    """What `attempt` comes to, tried again a few times when another writer was faster."""
    for number in range(1, ATTEMPTS):
        try:
            return attempt()
        except SPARK_ERRORS as error:
            if not is_conflict(error):
                raise
            logger.warning("Another writer was faster: what it wrote is read, and tried again.")
        # A wait may be guessed: it only keeps writers apart.
        time.sleep(random.uniform(0, min(LONGEST_WAIT_S, 0.1 * 2**number)))  # noqa: S311
    return attempt()


def is_conflict(error: Exception) -> bool:
    return any(name in str(error) for name in CONFLICTS)
