"""Every silver table's schema, made from the sources' declarations. Needs no Spark."""

from __future__ import annotations

from collections.abc import Iterable

from bio_lakehouse.lake.schema import (
    DAY,
    PROVENANCE,
    QUARANTINE,
    USER_ID,
    Column,
    TableSchema,
)
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.source import Table

DATABASE = "bio_silver"


def schema_of(table: Table) -> TableSchema:
    """The schema of a table that a source feeds: its columns between user and day, and where a row
    came from."""
    columns = [_column(field, table.required) for field in table.columns]
    grain = ("user_id", "day", *table.identity)
    declared = (USER_ID, DAY, *columns, *PROVENANCE)
    return TableSchema(DATABASE, table.name, table.description, grain, declared)


def _column(field: Field, required: Iterable[str]) -> Column:
    bounds = (field.minimum, field.maximum)
    return Column(field.column, field.type, field.comment, *bounds, field.column in required)


COVERAGE = TableSchema(
    DATABASE,
    "coverage",
    "The stretch of days about which a file or fetch speaks, with or without a record on each.",
    ("user_id", "source", "origin", "source_file", "first_day", "last_day"),
    (
        USER_ID,
        Column(
            "source",
            "string",
            f"The vendor: {registry.vendor_names()}.",
            required=True,
        ),
        Column(
            "origin",
            "string",
            f"How it came: {registry.quoted(registry.origins())}; `{QUARANTINE}` on a day of which "
            "the file has a row in quarantine, so that what it lacks of the day is unknown.",
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
    name: schema_of(table) for name, table in registry.tables().items()
} | {COVERAGE.name: COVERAGE}

PELOTON_WORKOUTS = SCHEMAS["peloton_workouts"]
"""The workouts that insights and training load are about."""
