"""Silver assets: typed, deduplicated tables made from bronze by PySpark, and the table of the days
that files cover."""

import dagster as dg

from bio_lakehouse import silver
from bio_lakehouse.assets.keys import COVERAGE, bronze_key, silver_inputs, table_key
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.reporting import (
    Materialized,
    committed,
    table_metadata,
    with_failure_reason,
)
from bio_lakehouse.assets.transforming import Transforms
from bio_lakehouse.lake.lakehouse import Lakehouse

KINDS = {"pyspark", "iceberg"}


def silver_asset(table: str) -> dg.AssetsDefinition:
    """The asset `silver/<table>`."""
    schema = silver.SCHEMAS[table]
    key = table_key(schema.full_name)

    @dg.asset(
        key=key,
        deps=[bronze_key(dataset) for dataset in silver_inputs()[key]],
        group_name="silver",
        kinds=KINDS,
        description=schema.description,
        metadata=table_metadata(schema.full_name, schema.columns),
    )
    @with_failure_reason()
    def build(
        context: dg.AssetExecutionContext,
        lake: dg.ResourceParam[Lakehouse],
        transforms: dg.ResourceParam[Transforms],
    ) -> Materialized:
        days = days_of(context)
        if key == COVERAGE:
            commit = transforms.coverage()
        else:
            commit = transforms.silver(context, table, days.first, days.last)
        return committed(context, lake, schema, days, commit)

    return build


SILVER = [silver_asset(table) for table in silver.SCHEMAS]
