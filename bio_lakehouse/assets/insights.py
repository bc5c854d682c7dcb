"""Insight assets: five, made together, since which findings hold is decided over the tests of all of them."""

import inspect
from collections.abc import Iterator

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.assets.keys import GOLD_DAILY, insight_key, table_key
from bio_lakehouse.assets.reporting import Materialized, materialized, rows_by_day
from bio_lakehouse.automation.partitions import days_of
from bio_lakehouse.insights import ANALYZERS
from bio_lakehouse.insights.build import build_insights
from bio_lakehouse.insights.table import SCHEMA
from bio_lakehouse.lake.lakehouse import Lakehouse

SPECS = [
    dg.AssetSpec(
        insight_key(name),
        deps=[GOLD_DAILY, table_key("bio_silver.peloton_workouts")],
        group_name="insights",
        kinds={"python", "iceberg"},
        description=inspect.getdoc(analyzer),
        metadata={"dagster/table_name": SCHEMA.full_name},
    )
    for name, analyzer in ANALYZERS.items()
]


@dg.multi_asset(specs=SPECS, can_subset=True, name="insights")
def insights(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> Iterator[Materialized]:
    days = days_of(context)
    names = [name for name in ANALYZERS if insight_key(name) in context.selected_asset_keys]
    build_insights(lake, days.first, days.last, names)
    made = lake.tables.read(SCHEMA, days.first, days.last)
    for name in names:
        rows = made.filter(pc.equal(made["insight"], name))
        yield materialized(context, days, rows_by_day(rows), told(rows), key=insight_key(name))


def told(rows: pa.Table) -> dict[str, dg.MarkdownMetadataValue]:
    """What the newest day's findings say, user by user."""
    newest = rows.filter(pc.equal(rows["day"], pc.max(rows["day"])))
    lines = [f"- {row['user_id']}, {row['status']}: {row['narrative']}" for row in newest.to_pylist()]
    return {"findings": dg.MetadataValue.md("\n".join(sorted(lines)))}
