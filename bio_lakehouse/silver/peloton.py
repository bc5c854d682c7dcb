"""Peloton's silver table: rows of the downloaded workout CSV in, one typed row a workout out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from bio_lakehouse.silver.precedence import merged, standing
from bio_lakehouse.silver.schemas import SCHEMAS
from bio_lakehouse.silver.typed_columns import DECIMAL, cell_texts, has, in_schema, typed
from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.peloton.fields import (
    CSV_FIELDS,
    LIVE_LABELS,
    METRIC_HEADERS,
    START_HEADER,
)
from bio_lakehouse.sources.peloton.source import PELOTON

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

    `users` has `user_id`, `max_heart_rate` and `heart_rate_zone_2` to `heart_rate_zone_5`, the
    zones' lower bounds in % of the maximum.
    """
    versions = _with_start(_measured(cell_texts(standing(bronze), _FIELDS)))
    identity = F.sha2(F.concat_ws("|", "user_id", "record_key"), 256)
    named = versions.withColumn("workout_id", F.substring(identity, 1, ID_LENGTH))
    values = {field.column: has(field.column) for field in CSV_FIELDS}
    values |= {column: has(column) | has(f"metric_{column}") for column in METRIC_HEADERS}
    values |= dict.fromkeys(("started_at", "started_at_local", "utc_offset_minutes"), has("stamp"))
    schema = SCHEMAS["peloton_workouts"]
    workouts = merged(named, schema.grain, values, PELOTON.origins)
    derived = {
        "workout_category": category(F.col("fitness_discipline")),
        "output_per_minute": _output_per_minute(),
        "heart_rate_zone": _heart_rate_zone(),
    }
    return in_schema(workouts.join(users, "user_id", "left").withColumns(derived), schema)


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
    """Adds the start that the reader found: on the person's clock, and in UTC where the download
    says its zone."""
    local = F.get_json_object("hints", "$.started_at_local")
    utc = F.get_json_object("hints", "$.started_at")
    texts = rows.withColumns({"_local": local, "_utc": utc})
    started = texts.withColumns(
        {
            "started_at_local": F.expr("try_cast(_local as timestamp)"),
            "started_at": F.expr("try_cast(_utc as timestamp)"),
        }
    )
    seconds = F.unix_timestamp("started_at_local") - F.unix_timestamp("started_at")
    return started.withColumn("utc_offset_minutes", (seconds / 60).cast("int"))


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
