"""Blocking checks: what the schema of a table or view says about grain, bounds and nulls holds on the days of a run.

A table's rows are held to the same before each commit. The check says it of what can be read back, and holds views to
it, which are never written. Checks have no days of their own: each looks at all those of its run.
"""

from datetime import date

import dagster as dg
import pyarrow as pa

from bio_lakehouse import silver
from bio_lakehouse.assets.keys import table_key
from bio_lakehouse.automation.partitions import days_of
from bio_lakehouse.automation.ranges import DayRange
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold import schemas as gold
from bio_lakehouse.gold.views import DATABASE, VIEWS, View
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import conform, violations

NAME = "grain_bounds_nulls"
EVERY_DAY = DayRange(date(1900, 1, 1), date(2199, 12, 31))


def table_check(schema: TableSchema) -> dg.AssetChecksDefinition:
    """The check of a table's asset."""

    @dg.asset_check(asset=table_key(schema.full_name), name=NAME, blocking=True, description=describe(schema))
    def check(context: dg.AssetCheckExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> dg.AssetCheckResult:
        days = checked_days(context)
        return result_of(schema, lake.tables.read(schema, days.first, days.last))

    return check


def view_check(view: View) -> dg.AssetChecksDefinition:
    """The check of a view's asset; one without days is checked whole."""
    schema = schema_of(view)

    @dg.asset_check(asset=table_key(view.full_name), name=NAME, blocking=True, description=describe(schema))
    def check(context: dg.AssetCheckExecutionContext, sql: dg.ResourceParam[SqlEngine]) -> dg.AssetCheckResult:
        days = checked_days(context) if view.has_day else EVERY_DAY
        return result_of(schema, conform(sql.rows_of(view.name, days.first, days.last), schema))

    return check


def schema_of(view: View) -> TableSchema:
    """What a view declares, as the schema of a table."""
    day = "day" if view.has_day else None
    return TableSchema(DATABASE, view.name, view.description, view.grain, view.columns, day)


def describe(schema: TableSchema) -> str:
    bounded = sum(column.minimum is not None or column.maximum is not None for column in schema.columns)
    required = ", ".join(column.name for column in schema.columns if column.required)
    return f"A row for each {', '.join(schema.grain)}; {bounded} columns within their bounds; never null: {required}."


def checked_days(context: dg.AssetCheckExecutionContext) -> DayRange:
    """The days of the run; all of them when the check was started by itself, without days."""
    return days_of(context) if context.op_execution_context.has_partition_key_range else EVERY_DAY


def result_of(schema: TableSchema, rows: pa.Table) -> dg.AssetCheckResult:
    found = violations(schema, rows)
    return dg.AssetCheckResult(
        passed=not found, description="; ".join(found) or None, metadata={"rows": rows.num_rows, "found": found}
    )


CHECKS = [
    *(table_check(schema) for schema in (*silver.SCHEMAS.values(), *gold.SCHEMAS.values())),
    *(view_check(view) for view in VIEWS.values()),
]
