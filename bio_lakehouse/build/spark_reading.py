"""Bronze's files and silver's tables as Spark reads them by itself: nothing passes through the
process that asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from bio_lakehouse.build.table_order import User
from bio_lakehouse.lake.schema import TableSchema

BRONZE = (
    "user_id string, day date, origin string, record_key string, version string, line int, "
    "source_file string, ingested_at timestamp, provisional_at string, withdrawn boolean, "
    "hints string, record string"
)
"""`lake.bronze_schema.ARROW`, as Spark writes it."""
USERS = (
    "user_id string, timezone string, max_heart_rate int, threshold_heart_rate int, ftp int, "
    "heart_rate_zone_2 int, heart_rate_zone_3 int, heart_rate_zone_4 int, heart_rate_zone_5 int"
)
"""`build.silver.USERS`, as Spark writes it."""
HEAD = (
    "user_id string, day string, origin string, key string, version string, source_file string, "
    "line int, ingested_at string, provisional_at string, withdrawn boolean"
)
"""What stands before the hints in a line of bronze."""
HINTS, RECORD = ',"hints":', ',"record":'
"""Where a line's hints and its record begin. Within a JSON text of the line no quote follows a
comma without a backslash, so the first one is it."""


def bronze_rows(spark: SparkSession, folders: Sequence[str], first: date, last: date) -> DataFrame:
    """The record versions of a range in the files of `folders`, as `lake.bronze_store.Bronze.read`
    gives them.

    Hints and records are the bytes of the file. A line that cannot be read ends the work with an
    error that names its day.
    """
    if not folders:
        return spark.createDataFrame([], BRONZE)
    lines = spark.read.text(list(folders), lineSep="\n")
    told = F.from_json(F.concat("_head", F.lit("}")), HEAD)
    parts = _parts(lines).withColumn("_told", told).withColumn("_whole", _is_whole())
    rows = parts.select(*[value.alias(name) for name, value in _columns().items()])
    # A line that names no day is kept, so that its refusal is seen.
    return rows.where(F.col("day").between(F.lit(first), F.lit(last)) | F.col("day").isNull())


def _columns() -> dict[str, Column]:
    """Bronze's columns, of the parts of a line."""
    return {
        "user_id": F.col("_told.user_id"),
        "day": F.col("_told.day").cast("date"),
        "origin": F.col("_told.origin"),
        "record_key": F.col("_told.key"),
        "version": F.col("_told.version"),
        "line": F.col("_told.line"),
        "source_file": F.col("_told.source_file"),
        "ingested_at": F.col("_told.ingested_at").cast("timestamp"),
        "provisional_at": F.coalesce("_told.provisional_at", F.lit("")),
        "withdrawn": F.coalesce("_told.withdrawn", F.lit(False)),
        "hints": F.col("_hints"),
        "record": F.when(F.col("_whole"), F.col("_record")).otherwise(_refusal()),
    }


def _parts(lines: DataFrame) -> DataFrame:
    """Each line's text cut into `_head`, `_hints` and `_record`, to the byte."""
    after_head = f"substr(value, length(_head) + {len(HINTS) + 1})"
    # A line that is damaged may have no room for a record.
    room = f"greatest(length(_rest) - length(_hints) - {len(RECORD) + 1}, 0)"
    return (
        lines.withColumn("_head", F.substring_index("value", HINTS, 1))
        .withColumn("_rest", F.expr(after_head))
        .withColumn("_hints", F.substring_index("_rest", RECORD, 1))
        .withColumn("_record", F.expr(f"substr(_rest, length(_hints) + {len(RECORD) + 1}, {room})"))
    )


def _is_whole() -> Column:
    """Whether a line is one of bronze, to its end."""
    has_parts = [F.json_object_keys(name).isNotNull() for name in ("_hints", "_record")]
    named = [F.col(f"_told.{name}").isNotNull() for name in ("user_id", "day", "version")]
    whole = has_parts[0] & has_parts[1] & named[0] & named[1] & named[2]
    return F.coalesce(whole & F.col("value").endswith("}}"), F.lit(False))


def _refusal() -> Column:
    place = F.concat_ws(" ", "_told.day", "_told.user_id", "_told.origin")
    said = F.concat(
        F.lit("a line of bronze cannot be read: "),
        F.when(place == "", F.lit("of a day that it does not name")).otherwise(place),
        F.lit("; `bio-lakehouse repair` makes the file again from landing"),
    )
    return F.raise_error(said).cast("string")


def user_rows(spark: SparkSession, users: Sequence[User]) -> DataFrame:
    """What the settings say of every user, as the transforms take it."""
    names = [part.split()[0] for part in USERS.split(", ")]
    rows = [tuple(map(user.get, names)) for user in users]
    return spark.createDataFrame(rows, USERS)


def table_rows(
    spark: SparkSession, catalog: str, schema: TableSchema, first: date, last: date
) -> DataFrame:
    """A table's rows of a range in the schema's columns, times as Spark's own; none where there is
    no such table."""
    name = f"{catalog}.{schema.full_name}"
    if not spark.catalog.tableExists(name):
        spelled = ", ".join(f"{column.name} {column.type}" for column in schema.columns)
        return spark.createDataFrame([], spelled)
    rows = in_range(spark.table(name), schema, first, last)
    known = set(rows.columns)
    columns = [
        (F.col(column.name) if column.name in known else F.lit(None)).cast(column.type)
        for column in schema.columns
    ]
    named = zip(columns, schema.column_names, strict=True)
    return rows.select(*[value.alias(name) for value, name in named])


def in_range(rows: DataFrame, schema: TableSchema, first: date, last: date) -> DataFrame:
    """Those of days `first` to `last`; all of a table without days."""
    if schema.day_column is None:
        return rows
    return rows.where(F.col(schema.day_column).between(F.lit(first), F.lit(last)))
