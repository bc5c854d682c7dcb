"""Oura's silver tables: bronze rows of the API, the account export and the trends export in, typed rows out.

Each transform is named after its table and takes the bronze datasets that feed it, then the users. `score`s are 0 to
100, times UTC, durations seconds; what the source does not say is null.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from bio_lakehouse.silver import schemas
from bio_lakehouse.silver.reading import cell_texts, object_texts, offset_minutes, settled, typed
from bio_lakehouse.sources.fields import Field
from bio_lakehouse.sources.oura.fields import ACTIVITY_TIME_HEADERS, API_FIELDS, TRENDS_FIELDS

TRENDS_TIMES = [
    f.column for f in TRENDS_FIELDS["oura/daily_activity"] if f.path in ACTIVITY_TIME_HEADERS
]

ZERO_IS_UNKNOWN = (
    "average_hrv_ms",
    "average_heart_rate_bpm",
    "lowest_heart_rate_bpm",
    "average_breath_per_min",
)


def oura_daily_readiness(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_readiness`: one row a user and day."""
    rows = _api(bronze, "oura/daily_readiness").unionByName(_trends(trends, "oura/daily_readiness"))
    return settled(rows, schemas.OURA_DAILY_READINESS)


def oura_daily_sleep(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_sleep`: one row a user and day."""
    rows = _api(bronze, "oura/daily_sleep").unionByName(_trends(trends, "oura/daily_sleep"))
    return settled(rows, schemas.OURA_DAILY_SLEEP)


def oura_daily_activity(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_activity`: one row a user and day.

    Metabolic equivalents are known a minute from the API, and only as the day's mean from a trends export. A trends
    export's times are minutes or seconds as the file's hint says, and unknown without it.
    """
    api = _met_summary(_api(bronze, "oura/daily_activity"))
    days = _times_in_seconds(_trends(trends, "oura/daily_activity"))
    return settled(api.unionByName(days, allowMissingColumns=True), schemas.OURA_DAILY_ACTIVITY)


def oura_sleep(bronze: DataFrame, trends: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_sleep`: one row a sleep period.

    A period without an id goes by its record key. A trends row tells of the day's main sleep, a `long_sleep`.
    """
    nights = _trends(trends, "oura/sleep").withColumn("type", F.lit("long_sleep"))
    rows = _api(bronze, "oura/sleep").unionByName(nights, allowMissingColumns=True)
    measures = {name: F.when(F.col(name) != 0, F.col(name)) for name in ZERO_IS_UNKNOWN}
    period_id = F.coalesce("period_id", "record_key")
    return settled(rows.withColumns(measures | {"period_id": period_id}), schemas.OURA_SLEEP)


def oura_heartrate(bronze: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_heartrate`: one row a reading."""
    return settled(_api(bronze, "oura/heartrate"), schemas.OURA_HEARTRATE)


def oura_daily_spo2(bronze: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.oura_daily_spo2`: one row a user and day."""
    return settled(_api(bronze, "oura/daily_spo2"), schemas.OURA_DAILY_SPO2)


def _api(bronze: DataFrame, dataset: str) -> DataFrame:
    fields = API_FIELDS[dataset]
    return typed(_with_utc_offset(object_texts(bronze, fields), fields), fields)


def _trends(trends: DataFrame, dataset: str) -> DataFrame:
    """Rows in which at least one of the dataset's cells says something."""
    fields = TRENDS_FIELDS[dataset]
    texts = cell_texts(trends, fields).where(
        F.coalesce(*[field.column for field in fields]).isNotNull()
    )
    return typed(_with_utc_offset(texts, fields), fields)


def _with_utc_offset(texts: DataFrame, fields: tuple[Field, ...]) -> DataFrame:
    if "bedtime_start" not in [field.column for field in fields]:
        return texts
    return texts.withColumn("utc_offset_minutes", offset_minutes("bedtime_start"))


def _met_summary(rows: DataFrame) -> DataFrame:
    items = F.from_json("record", "met struct<items: array<string>>")["met"]["items"]
    numbers = F.expr(
        "filter(transform(_items, item -> try_cast(item as double)), item -> item >= 0 and item < 1e300)"
    )
    count = F.array_size("_met")
    total = F.aggregate("_met", F.lit(0.0), lambda total, item: total + item)
    summary = {
        "met_avg": F.when(count > 0, total / count),
        "met_max": F.array_max("_met"),
        "met_count": count,
    }
    return (
        rows.withColumn("_items", items)
        .withColumn("_met", numbers)
        .withColumns(summary)
        .drop("_items", "_met")
    )


def _times_in_seconds(days: DataFrame) -> DataFrame:
    unit = F.get_json_object("hints", "$.activity_time_unit")
    factor = F.when(unit == "s", 1).when(unit == "min", 60)
    return days.withColumns({name: F.col(name) * factor for name in TRENDS_TIMES})
