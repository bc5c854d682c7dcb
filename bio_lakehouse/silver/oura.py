"""Oura's silver tables: bronze rows of the API, the account export and the trends export in, typed
rows out.

Each transform is named after its table and takes the bronze datasets that feed it, then the users.
`score`s are 0 to 100, times UTC, durations seconds; what the source does not say is null.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from bio_lakehouse.lake.schema import PROVENANCE, TableSchema
from bio_lakehouse.silver.precedence import merged, of_the_days_origin, rank, standing
from bio_lakehouse.silver.schemas import SCHEMAS
from bio_lakehouse.silver.typed_columns import (
    cell_texts,
    has,
    in_schema,
    object_texts,
    offset_minutes,
    typed,
)
from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.oura.fields import ACTIVITY_TIME_HEADERS, API_FIELDS, TRENDS_FIELDS
from bio_lakehouse.sources.oura.silver_tables import NIGHT
from bio_lakehouse.sources.oura.source import OURA

TRENDS_TIMES = [
    f.column for f in TRENDS_FIELDS["oura/daily_activity"] if f.path in ACTIVITY_TIME_HEADERS
]

SAID_BY = {"utc_offset_minutes": "bedtime_start"}
"""Columns that silver derives → the column that a version must have to say them."""


def oura_daily_readiness(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_readiness`: one row a user and day."""
    return _daily(bronze, trends, "oura/daily_readiness", SCHEMAS["oura_daily_readiness"])


def oura_daily_sleep(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_sleep`: one row a user and day."""
    return _daily(bronze, trends, "oura/daily_sleep", SCHEMAS["oura_daily_sleep"])


def oura_daily_activity(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_activity`: one row a user and day.

    Metabolic equivalents are known a minute from the API, and only as the day's mean from a trends
    export. A trends export's times are minutes or seconds as the file's hint says, and unknown
    without it.
    """
    answers = _met_summary(_api(bronze, "oura/daily_activity"))
    days = _times_in_seconds(_trends(trends, "oura/daily_activity"))
    rows = answers.unionByName(days, allowMissingColumns=True)
    return _by_value(rows, SCHEMAS["oura_daily_activity"])


def oura_sleep(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_sleep`: one row a sleep period.

    A period without an id goes by its record key. A trends row tells of the day's main sleep, a
    `long_sleep`: of the longest one that another origin has, else of a period of its own.
    """
    read = _api(bronze, "oura/sleep").withColumn("period_id", F.coalesce("period_id", "record_key"))
    periods = of_the_days_origin(read, ["period_id"], OURA.origins)
    nights = _trends(trends, "oura/sleep").withColumns(
        {"type": F.lit(NIGHT), "_has": F.array_append("_has", "type")}
    )
    mains = nights.join(main_periods(periods), ["user_id", "day"], "left")
    named = mains.withColumn("period_id", F.coalesce("_main", "record_key")).drop("_main")
    rows = periods.unionByName(named, allowMissingColumns=True)
    return _by_value(rows, SCHEMAS["oura_sleep"])


def main_periods(periods: DataFrame) -> DataFrame:
    """`user_id`, `day` and the id (`_main`) of the day's longest `long_sleep`, as its best version
    tells it."""
    period = Window.partitionBy("user_id", "day", "period_id").orderBy(F.desc(rank(OURA.origins)))
    newest = periods.withColumn("_place", F.row_number().over(period)).where("_place = 1")
    order = [
        F.desc_nulls_last("total_sleep_s"),
        F.asc_nulls_last("bedtime_start"),
        F.asc("period_id"),
    ]
    longest = F.row_number().over(Window.partitionBy("user_id", "day").orderBy(*order))
    nights = newest.where(F.col("type") == NIGHT).withColumn("_place", longest)
    return nights.where("_place = 1").select("user_id", "day", F.col("period_id").alias("_main"))


def oura_heartrate(bronze: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_heartrate`: one row a reading."""
    readings = of_the_days_origin(_api(bronze, "oura/heartrate"), ["record_key"], OURA.origins)
    return _by_value(readings, SCHEMAS["oura_heartrate"])


def oura_daily_spo2(bronze: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_spo2`: one row a user and day."""
    return _by_value(_api(bronze, "oura/daily_spo2"), SCHEMAS["oura_daily_spo2"])


def _daily(bronze: DataFrame, trends: DataFrame, dataset: str, schema: TableSchema) -> DataFrame:
    return _by_value(_api(bronze, dataset).unionByName(_trends(trends, dataset)), schema)


def _by_value(rows: DataFrame, schema: TableSchema) -> DataFrame:
    """A table from all its record versions."""
    own = {*schema.grain, *(column.name for column in PROVENANCE)}
    columns = [column.name for column in schema.columns if column.name not in own]
    values = {column: has(SAID_BY.get(column, column)) for column in columns}
    return in_schema(merged(rows, schema.grain, values, OURA.origins), schema)


def _api(bronze: DataFrame, dataset: str) -> DataFrame:
    fields = API_FIELDS[dataset]
    texts = object_texts(standing(bronze), fields)
    return typed(_with_utc_offset(texts, fields), fields)


def _trends(trends: DataFrame, dataset: str) -> DataFrame:
    """The days of which any version says something in the dataset's cells, with all their versions:
    one that says nothing may be the last word on a value."""
    fields = TRENDS_FIELDS[dataset]
    is_told = F.coalesce(*[field.column for field in fields]).isNotNull()
    day_is_told = F.max(is_told).over(Window.partitionBy("user_id", "day"))
    marked = cell_texts(standing(trends), fields).withColumn("_is_told", day_is_told)
    texts = marked.where("_is_told").drop("_is_told")
    return typed(_with_utc_offset(texts, fields), fields)


def _with_utc_offset(texts: DataFrame, fields: tuple[Field, ...]) -> DataFrame:
    if "bedtime_start" not in [field.column for field in fields]:
        return texts
    return texts.withColumn("utc_offset_minutes", offset_minutes("bedtime_start"))


def _met_summary(rows: DataFrame) -> DataFrame:
    items = F.from_json("record", "met struct<items: array<string>>")["met"]["items"]
    numbers = F.expr(
        "filter(transform(_items, item -> try_cast(item as double)), item -> item >= 0 and item < "
        "1e300)"
    )
    count = F.array_size("_met")
    total = F.aggregate("_met", F.lit(0.0), lambda total, item: total + item)
    summary = {
        "met_avg": F.when(count > 0, total / count),
        "met_max": F.array_max("_met"),
        "met_count": count,
    }
    has_met = F.array_contains(F.json_object_keys("record"), "met")
    there = F.when(has_met, F.array_union("_has", F.array(*map(F.lit, summary)))).otherwise(
        F.col("_has")
    )
    read = rows.withColumn("_items", items).withColumn("_met", numbers).withColumns(summary)
    return read.withColumn("_has", there).drop("_items", "_met")


def _times_in_seconds(days: DataFrame) -> DataFrame:
    unit = F.get_json_object("hints", "$.activity_time_unit")
    factor = F.when(unit == "s", 1).when(unit == "min", 60)
    return days.withColumns({name: F.col(name) * factor for name in TRENDS_TIMES})
