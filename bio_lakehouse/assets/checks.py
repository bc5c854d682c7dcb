"""Blocking checks: what the schema of a table or view says about grain, bounds and nulls holds on
the days of a run; on every day when a check is executed alone.

A table's rows are held to the same before each commit. The check says it of what can be read back,
and holds views to it, which are never written. Checks have no days of their own. Those of one
generation are one step, which may be executed for some of them: nothing that reads a table is made
before the step that checks it has succeeded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse import silver
from bio_lakehouse.assets.check_results import assets_checked, check_result
from bio_lakehouse.assets.keys import COVERAGE, GOLD_DAILY, makers_of, table_key
from bio_lakehouse.assets.partitions import days_checked
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reporting import with_failure_reason
from bio_lakehouse.build.views import rows_of_view
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold import schemas as gold
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import conform, violations

NAME = "grain_bounds_nulls"

Schemas = Mapping[dg.AssetKey, TableSchema]
RowsOf = Callable[[dg.AssetKey, DayRange], pa.Table]
"""An asset's rows of some days."""


def check_of(key: dg.AssetKey, schema: TableSchema) -> dg.AssetCheckSpec:
    """The check of an asset; when it fails, nothing downstream is made."""
    bounded = sum(
        column.minimum is not None or column.maximum is not None for column in schema.columns
    )
    required = ", ".join(column.name for column in schema.columns if column.required)
    says = (
        f"A row for each {', '.join(schema.grain)}; {bounded} columns within their bounds; never "
        f"null: {required}."
    )
    return dg.AssetCheckSpec(NAME, asset=key, description=says, blocking=True)


def checked(schema: TableSchema, rows: pa.Table, key: dg.AssetKey) -> dg.AssetCheckResult:
    """What became of the check of an asset on these rows."""
    found = violations(schema, conform(rows, schema))
    return check_result(dg.AssetCheckKey(key, NAME), found, rows=rows.num_rows)


def results(
    context: dg.AssetCheckExecutionContext, schemas: Schemas, rows_of: RowsOf
) -> Iterator[dg.AssetCheckResult]:
    """What became of each check of a step, on the days of its run."""
    days = days_checked(context)
    for key in assets_checked(context):
        with with_failure_reason():
            result = checked(schemas[key], rows_of(key, days), key)
        yield result


def table_checks(name: str, schemas: Schemas) -> dg.AssetChecksDefinition:
    """The step that checks tables, each that of one asset or a part of one."""

    @dg.multi_asset_check(
        name=name,
        specs=[check_of(key, schema) for key, schema in schemas.items()],
        can_subset=True,
    )
    def check(
        context: dg.AssetCheckExecutionContext, lake: dg.ResourceParam[Lakehouse]
    ) -> Iterator[dg.AssetCheckResult]:
        def rows(key: dg.AssetKey, days: DayRange) -> pa.Table:
            return rows_of_table(lake, key, schemas[key], days)

        yield from results(context, schemas, rows)

    return check


def rows_of_table(
    lake: Lakehouse, key: dg.AssetKey, schema: TableSchema, days: DayRange
) -> pa.Table:
    """An asset's rows of some days: of the table that the insights share, its own."""
    rows = lake.tables.read(schema, *days.bounds)
    return rows.filter(pc.equal(rows["insight"], key.path[-1])) if schema is gold.INSIGHTS else rows


def view_checks(name: str, views: Iterable[View]) -> dg.AssetChecksDefinition:
    """The step that checks views; one without a day is held as a whole."""
    by_key = {table_key(view.full_name): view for view in views}
    schemas = {key: view.schema for key, view in by_key.items()}

    @dg.multi_asset_check(
        name=name,
        specs=[check_of(key, schema) for key, schema in schemas.items()],
        can_subset=True,
    )
    def check(
        context: dg.AssetCheckExecutionContext, sql: dg.ResourceParam[SqlEngine]
    ) -> Iterator[dg.AssetCheckResult]:
        def rows(key: dg.AssetKey, days: DayRange) -> pa.Table:
            return rows_of_view(sql, by_key[key], *days.bounds)

        yield from results(context, schemas, rows)

    return check


def reads_a_view(view: View) -> bool:
    return any(other.full_name in view.depends_on for other in VIEWS.values())


DAILY = gold.DAILY_READINESS_PERFORMANCE
SILVER = {table_key(schema.full_name): schema for schema in silver.SCHEMAS.values()}
TYPED = {key: schema for key, schema in SILVER.items() if key != COVERAGE}
INSIGHTS = {
    key: schema
    for schema in (
        gold.INSIGHTS,
        gold.WEEK_COMPARISON,
        gold.READINESS_FORECAST,
        gold.SELF_EXPERIMENT,
    )
    for key in makers_of(schema)
}
FOLLOWING_DAILY = {
    table_key(schema.full_name): schema
    for schema in (gold.TRAINING_LOAD, gold.GAP_LEDGER, gold.EXPERIMENT_DAYS)
}

SCHEMA_CHECKS = [
    table_checks("silver_checks", TYPED),
    # A file that cannot be read keeps coverage from being made, and nothing of what follows TYPED.
    table_checks("coverage_checks", {COVERAGE: SILVER[COVERAGE]}),
    table_checks("daily_readiness_performance_checks", {GOLD_DAILY: DAILY}),
    table_checks("gold_checks", FOLLOWING_DAILY),
    view_checks("view_checks", [view for view in VIEWS.values() if not reads_a_view(view)]),
    view_checks("views_of_views_checks", [view for view in VIEWS.values() if reads_a_view(view)]),
    table_checks("insights_checks", INSIGHTS),
]
"""A step for each generation: what reads one is made once its checks have passed."""
