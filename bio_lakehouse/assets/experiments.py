"""Assets of self-experiments: their days, and what they came to."""

import dagster as dg
import pyarrow as pa

from bio_lakehouse.assets.keys import EXPERIMENT_DAYS, GOLD_DAILY, SELF_EXPERIMENT
from bio_lakehouse.assets.lineage import experiment_lineage, result_lineage
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.reporting import (
    Materialized,
    as_markdown,
    committed,
    table_metadata,
    with_failure_reason,
)
from bio_lakehouse.build.experiments import build_experiment_days, build_self_experiment
from bio_lakehouse.gold import schemas as gold
from bio_lakehouse.lake.lakehouse import Lakehouse


@dg.asset(
    key=EXPERIMENT_DAYS,
    deps=[GOLD_DAILY],
    group_name="gold",
    kinds={"python", "iceberg"},
    description=gold.EXPERIMENT_DAYS.description,
    metadata=table_metadata(gold.EXPERIMENT_DAYS.full_name, gold.EXPERIMENT_DAYS.columns),
)
@with_failure_reason()
def experiment_days(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Materialized:
    days, schema = days_of(context), gold.EXPERIMENT_DAYS
    commit = build_experiment_days(lake)
    return committed(context, lake, schema, days, commit, experiment_lineage())


@dg.asset(
    key=SELF_EXPERIMENT,
    deps=[GOLD_DAILY, EXPERIMENT_DAYS],
    group_name="insights",
    kinds={"python", "iceberg"},
    description=gold.SELF_EXPERIMENT.description,
    metadata=table_metadata(gold.SELF_EXPERIMENT.full_name, gold.SELF_EXPERIMENT.columns),
)
@with_failure_reason()
def self_experiment(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Materialized:
    days, schema = days_of(context), gold.SELF_EXPERIMENT
    commit = build_self_experiment(lake, days.first, days.last)
    told = results_told(lake.tables.read(schema, days.last, days.last))
    return committed(context, lake, schema, days, commit, {"results": told, **result_lineage()})


def results_told(rows: pa.Table) -> dg.MarkdownMetadataValue:
    """What the experiments came to, a line each; what people called them is shown as it is."""
    said = rows.select(["user_id", "narrative"]).to_pylist()
    lines = [f"- {row['user_id']}: {as_markdown(row['narrative'])}" for row in said]
    return dg.MetadataValue.md("\n".join(sorted(lines)))


EXPERIMENTS = [experiment_days, self_experiment]
