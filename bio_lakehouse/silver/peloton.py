"""Peloton's silver table: rows of the downloaded workout CSV in, one typed row a workout out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from bio_lakehouse.silver.reading import DECIMAL, cell_texts, settled, typed
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS
from bio_lakehouse.sources.fields import Field
from bio_lakehouse.sources.peloton.fields import (
    CSV_FIELDS,
    LIVE_LABELS,
    METRIC_HEADERS,
    START_HEADER,
    ZONE_LABELS,
)

CATEGORIES: dict[str, str] = {
    **dict.fromkeys(
        (
            "cycling",
            "running",
            "bike bootcamp",
            "tread bootcamp",
            "row bootcamp",
            "caesar bootcamp",
            "rowing",
            "caesar",
            "circuit",
            "cardio",
            "outdoor",
        ),
        "cardio_high",
    ),
    "walking": "cardio_low",
    "strength": "strength_training",
    **dict.fromkeys(("yoga", "stretching", "meditation"), "recovery"),
}
"""Discipline, in small letters and with blanks, → category; any other discipline is `other`."""

ID_LENGTH = 32

_STAMP = Field("stamp", START_HEADER, "string", "Wall clock, with the download's zone label.")
_METRIC = tuple(
    Field(f"metric_{column}", header, "double", "")
    for column, (header, _) in METRIC_HEADERS.items()
)
_FIELDS = (*CSV_FIELDS, _STAMP, *_METRIC)


def peloton_workouts(bronze: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.peloton_workouts`: one row a workout.

    `users` has `user_id`, `max_heart_rate` and `heart_rate_zone_2` to `heart_rate_zone_5`, the zones' lower bounds in %
    of the maximum.
    """
    workouts = _with_start(_measured(cell_texts(bronze, _FIELDS)))
    identity = F.sha2(F.concat_ws("|", "user_id", "record_key"), 256)
    columns = {
        "workout_id": F.substring(identity, 1, ID_LENGTH),
        "workout_category": category(F.col("fitness_discipline")),
        "output_per_minute": _output_per_minute(),
        "heart_rate_zone": _heart_rate_zone(),
    }
    return settled(workouts.join(users, "user_id", "left").withColumns(columns), PELOTON_WORKOUTS)


def category(discipline: Column) -> Column:
    """The workout category of a discipline in any spelling of the CSV or the API; null for null."""
    name = F.lower(F.regexp_replace(discipline, r"[\s_]+", " "))
    known = [F.when(name == spelling, F.lit(found)) for spelling, found in CATEGORIES.items()]
    return F.coalesce(*known, F.when(name.isNotNull(), F.lit("other")))


def _measured(rows: DataFrame) -> DataFrame:
    numbers = [field.column for field in _FIELDS if field.type == "double"]
    plain = {name: F.regexp_replace(name, " *%$", "") for name in numbers}
    live = F.lower("is_live")
    labels = [F.when(live == label, F.lit(str(is_live))) for label, is_live in LIVE_LABELS.items()]
    values = typed(rows.withColumns(plain | {"is_live": F.coalesce(*labels)}), _FIELDS)
    return values.withColumns(
        {
            column: F.coalesce(column, F.col(f"metric_{column}") * factor)
            for column, (_, factor) in METRIC_HEADERS.items()
        }
    )


def _with_start(rows: DataFrame) -> DataFrame:
    """Adds the start. A label names a zone, in which the wall clock is read; a numeric one is an exact offset.

    Without a time of day, or without a label, the start in UTC is unknown.
    """
    wall_clock = F.regexp_replace(F.regexp_extract("stamp", r"^[0-9-]+ +[0-9:]+", 0), " +", " ")
    label = F.regexp_extract("stamp", r"\(([^()]*)\)", 1)
    local = F.expr("try_cast(_wall_clock as timestamp)")
    stamped = rows.withColumns({"_wall_clock": wall_clock, "_label": label}).withColumn(
        "started_at_local", local
    )
    started = stamped.withColumn("started_at", F.coalesce(_start_in_zone(), _start_at_offset()))
    seconds = F.unix_timestamp("started_at_local") - F.unix_timestamp("started_at")
    return started.withColumn("utc_offset_minutes", (seconds / 60).cast("int"))


def _start_in_zone() -> Column:
    zones = [F.when(F.col("_label") == label, F.lit(zone)) for label, zone in ZONE_LABELS.items()]
    return F.to_utc_timestamp("started_at_local", F.coalesce(*zones))


def _start_at_offset() -> Column:
    hours = F.expr("try_cast(regexp_extract(_label, '^[+-]([0-9]{2})', 1) as int)")
    minutes = F.expr("try_cast(regexp_extract(_label, '^[+-][0-9]{2}:?([0-9]{2})$', 1) as int)")
    sign = F.when(F.col("_label").startswith("-"), -1).otherwise(1)
    seconds = sign * (hours * 3600 + F.coalesce(minutes, F.lit(0)) * 60)
    return F.timestamp_seconds(F.unix_timestamp("started_at_local") - seconds)


def _output_per_minute() -> Column:
    ratio = F.expr(f"try_cast(total_output_kj / nullif(length_minutes, 0) as {DECIMAL})")
    return F.round(ratio, 2).cast("double")


def _heart_rate_zone() -> Column:
    share = F.col("avg_heart_rate_bpm") * 100
    reached = [
        (share >= F.col(f"heart_rate_zone_{zone}") * F.col("max_heart_rate")).cast("int")
        for zone in range(2, 6)
    ]
    return F.when(share > 0, 1 + reached[0] + reached[1] + reached[2] + reached[3])
