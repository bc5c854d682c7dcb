"""Every silver table's schema, made from the sources' field declarations. Needs no Spark."""

from __future__ import annotations

from collections.abc import Iterable

from bio_lakehouse.lake.schema import DAY, PROVENANCE, USER_ID, Column, TableSchema
from bio_lakehouse.sources.fields import Field
from bio_lakehouse.sources.oura.fields import API_FIELDS
from bio_lakehouse.sources.peloton.fields import CSV_FIELDS

DATABASE = "bio_silver"


def _columns(fields: Iterable[Field], *required: str) -> tuple[Column, ...]:
    return tuple(
        Column(f.column, f.type, f.comment, f.minimum, f.maximum, f.column in required)
        for f in fields
    )


def _table(name: str, description: str, columns: tuple[Column, ...], *identity: str) -> TableSchema:
    grain = ("user_id", "day", *identity)
    return TableSchema(DATABASE, name, description, grain, (USER_ID, DAY, *columns, *PROVENANCE))


MET_COLUMNS = (
    Column("met_avg", "double", "Mean metabolic equivalent of the day (MET).", 0),
    Column(
        "met_max",
        "double",
        "Highest metabolic equivalent of a minute (MET); unknown from a trends export.",
        0,
    ),
    Column("met_count", "int", "Minutes for which a metabolic equivalent is known.", 0),
)

UTC_OFFSET = Column(
    "utc_offset_minutes", "int", "Local time minus UTC at the start (min).", -18 * 60, 18 * 60
)

_SLEEP = _columns(API_FIELDS["oura/sleep"], "period_id")

OURA_DAILY_READINESS = _table(
    "oura_daily_readiness",
    "Oura's readiness score of a day, with what contributed to it.",
    _columns(API_FIELDS["oura/daily_readiness"]),
)

OURA_DAILY_SLEEP = _table(
    "oura_daily_sleep",
    "Oura's sleep score of a day (the night that ended that morning), with what contributed to it.",
    _columns(API_FIELDS["oura/daily_sleep"]),
)

OURA_DAILY_ACTIVITY = _table(
    "oura_daily_activity",
    "Oura's activity score, steps, energy and times in activity of a day.",
    _columns(API_FIELDS["oura/daily_activity"]) + MET_COLUMNS,
)

OURA_SLEEP = _table(
    "oura_sleep",
    "Sleep periods, naps and rests, filed under the day on which the person woke up.",
    (*_SLEEP[:4], UTC_OFFSET, *_SLEEP[4:]),
    "period_id",
)

OURA_HEARTRATE = _table(
    "oura_heartrate",
    "Heart-rate readings, filed under the date in the person's time zone.",
    _columns(API_FIELDS["oura/heartrate"], "recorded_at"),
    "recorded_at",
    "source",
)

OURA_DAILY_SPO2 = _table(
    "oura_daily_spo2",
    "Blood oxygen during the night that ended that morning.",
    _columns(API_FIELDS["oura/daily_spo2"]),
)

PELOTON_WORKOUTS = _table(
    "peloton_workouts",
    "Peloton workouts, filed under the date of their start on the person's own clock.",
    (
        Column(
            "workout_id",
            "string",
            "Stable hash of user, start on the person's clock, and discipline.",
            required=True,
        ),
        Column(
            "started_at", "timestamp", "Start (UTC); unknown without a time of day or a known zone."
        ),
        Column(
            "started_at_local",
            "timestamp",
            "Start on the person's wall clock; unknown as `started_at`.",
        ),
        UTC_OFFSET,
        *_columns(CSV_FIELDS[:1]),
        Column(
            "workout_category",
            "string",
            (
                "`cardio_high`, `cardio_low`, `strength_training`, `recovery` or `other`, by "
                "discipline."
            ),
        ),
        *_columns(CSV_FIELDS[1:]),
        Column("output_per_minute", "double", "Work a minute of class (kJ/min), 2 decimals.", 0),
        Column(
            "heart_rate_zone",
            "int",
            (
                "Zone of the mean heart rate, 1 to 5, by the user's maximum heart rate; unknown "
                "when that is not set."
            ),
            1,
            5,
        ),
    ),
    "workout_id",
)

COVERAGE = TableSchema(
    DATABASE,
    "coverage",
    "The stretch of days about which a file or fetch speaks, with or without a record on each.",
    ("user_id", "source", "origin", "source_file", "first_day", "last_day"),
    (
        USER_ID,
        Column("source", "string", "`oura` or `peloton`.", required=True),
        Column(
            "origin",
            "string",
            "How it came: `api`, `account_export`, `type_download`, `trends_export`, `csv_export`.",
            required=True,
        ),
        Column("source_file", "string", "Landing file of the export or answer.", required=True),
        Column("first_day", "date", "First day of the stretch.", required=True),
        Column("last_day", "date", "Last day of the stretch, inclusive.", required=True),
        Column("ingested_at", "timestamp", "When that file was landed (UTC).", required=True),
    ),
    day_column=None,
)

SCHEMAS: dict[str, TableSchema] = {
    schema.name: schema
    for schema in (
        OURA_DAILY_READINESS,
        OURA_DAILY_SLEEP,
        OURA_DAILY_ACTIVITY,
        OURA_SLEEP,
        OURA_HEARTRATE,
        OURA_DAILY_SPO2,
        PELOTON_WORKOUTS,
        COVERAGE,
    )
}
