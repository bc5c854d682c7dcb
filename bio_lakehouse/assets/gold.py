"""Gold assets: the daily table, made from silver by PySpark, the gap ledger, and eight SQL
views."""

from collections.abc import Collection
from datetime import date
from typing import Any

import dagster as dg

from bio_lakehouse.assets.keys import (
    COVERAGE,
    GAP_LEDGER,
    GOLD_DAILY,
    table_key,
)
from bio_lakehouse.assets.lineage import daily_lineage, view_lineage
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.people import people_of_step
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.recorded_days import days_made_after, days_that_changed
from bio_lakehouse.assets.reporting import (
    Materialized,
    committed,
    log_days,
    materialized,
    preview,
    table_metadata,
    with_failure_reason,
)
from bio_lakehouse.assets.transforming import Transforms
from bio_lakehouse.assets.watching import told_of_missing
from bio_lakehouse.build.day_facts import DayFacts
from bio_lakehouse.build.known_days import TABLES as FED_BY
from bio_lakehouse.build.ledger import build_gap_ledger
from bio_lakehouse.build.missing_days import missing_days
from bio_lakehouse.build.views import days_touched, facts_of_view, rows_of_view
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold.daily_columns import INPUTS
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.gold.schemas import GAP_LEDGER as GAP_LEDGER_TABLE
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse.lake import bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import rows_within


@dg.asset(
    key=GOLD_DAILY,
    deps=[table_key(f"bio_silver.{table}") for table in INPUTS],
    group_name="gold",
    kinds={"pyspark", "iceberg"},
    description=DAILY_READINESS_PERFORMANCE.description,
    metadata=table_metadata(
        DAILY_READINESS_PERFORMANCE.full_name, DAILY_READINESS_PERFORMANCE.columns
    ),
)
@with_failure_reason()
def daily_readiness_performance(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lakehouse],
    transforms: dg.ResourceParam[Transforms],
) -> Materialized:
    days = days_of(context)
    commit = transforms.daily(context, days.first, days.last)
    bronze_writing.recount(lake, days.first, days.last, people_of_step(context, lake))
    return committed(context, lake, DAILY_READINESS_PERFORMANCE, days, commit, daily_lineage())


def view_asset(view: View) -> dg.AssetsDefinition:
    """The asset `gold/<view>`: materialising a day creates the view when its text changed, and
    shows the day's rows.

    A day is its own day in Dagster; other days whose rows read it, and which are not what they
    were, are logged with events of their own.
    """

    @dg.asset(
        key=table_key(view.full_name),
        deps=[table_key(table) for table in view.depends_on],
        group_name="gold",
        kinds={"sql", "view"},
        description=view.description,
        metadata=table_metadata(view.full_name, view.columns)
        | {"sql": dg.MetadataValue.md(f"```sql\n{view.sql}\n```")},
    )
    @with_failure_reason()
    def create(
        context: dg.AssetExecutionContext,
        lake: dg.ResourceParam[Lakehouse],
        sql: dg.ResourceParam[SqlEngine],
    ) -> Materialized:
        days = days_of(context)
        changed = sql.create_view(view)
        touched = DayRange(*days_touched(lake, view, days.first, days.last))
        all_rows = rows_of_view(sql, view, touched.first, touched.last)
        facts = facts_of_view(lake, view, all_rows, list(days.days))
        log_rows_beyond(context, view, facts, set(touched.days).difference(days.days))
        rows = rows_within(all_rows, days.first, days.last) if view.has_day else all_rows
        shown: dict[str, Any] = {"text changed": changed, "preview": preview(rows)}
        if not view.has_day:
            shown["dagster/row_count"] = rows.num_rows
        return materialized(context, days, facts, shown | sql.costs() | view_lineage(view))

    return create


def log_rows_beyond(
    context: dg.AssetExecutionContext, view: View, facts: DayFacts, beyond: Collection[date]
) -> None:
    """Log those days `beyond` the run's of which a view says something else than it did when it was
    last made, or which read a view that was made since."""
    key, instance = context.asset_key, context.instance
    views = {other.full_name: table_key(other.full_name) for other in VIEWS.values()}
    read = [views[table] for table in view.depends_on if table in views]
    changed = days_that_changed(instance, key, facts, beyond)
    log_days(context, facts, sorted({*changed, *days_made_after(instance, key, read, beyond)}))


@dg.asset(
    key=GAP_LEDGER,
    deps=[COVERAGE, *(table_key(f"bio_silver.{table}") for table in FED_BY)],
    group_name="gold",
    kinds={"python", "iceberg"},
    description=GAP_LEDGER_TABLE.description,
    metadata=table_metadata(GAP_LEDGER_TABLE.full_name, GAP_LEDGER_TABLE.columns),
)
@with_failure_reason()
def gaps(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> Materialized:
    days = days_of(context)
    commit = build_gap_ledger(lake)
    missing = told_of_missing(missing_days(lake))
    return committed(context, lake, GAP_LEDGER_TABLE, days, commit, missing)


GOLD = [daily_readiness_performance, gaps, *(view_asset(view) for view in VIEWS.values())]
