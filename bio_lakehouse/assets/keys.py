"""Asset keys, and what the declarations of the layers say about who reads whom."""

from collections.abc import Collection

import dagster as dg

from bio_lakehouse import silver
from bio_lakehouse.sources import BRONZE_DATASETS, TYPED_DATASETS

COVERAGE = dg.AssetKey(["silver", "coverage"])
GOLD_DAILY = dg.AssetKey(["gold", "daily_readiness_performance"])


def bronze_key(dataset: str) -> dg.AssetKey:
    """`oura/sleep` → `bronze/oura/sleep`."""
    return dg.AssetKey(["bronze", *dataset.split("/")])


def table_key(full_name: str) -> dg.AssetKey:
    """`bio_silver.oura_sleep` → `silver/oura_sleep`; views as well."""
    return dg.AssetKey(full_name.removeprefix("bio_").split("."))


def insight_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["insights", name])


def silver_inputs() -> dict[dg.AssetKey, tuple[str, ...]]:
    """The bronze datasets that each silver table is made from; what arrives of any of them may change coverage."""
    inputs = {table_key(f"bio_silver.{table}"): transform.inputs for table, transform in silver.TRANSFORMS.items()}
    return inputs | {COVERAGE: TYPED_DATASETS}


def datasets_built(keys: Collection[dg.AssetKey]) -> set[str]:
    """The bronze datasets that a run over the assets `keys` brings up to date as far as gold goes.

    An untyped dataset goes no further than bronze; a typed one is built when its silver tables and gold's daily table
    are made in the same run.
    """
    readers = {
        dataset: {GOLD_DAILY, *(table for table, inputs in silver_inputs().items() if dataset in inputs)}
        for dataset in TYPED_DATASETS
    }
    return {name for name in BRONZE_DATASETS if {bronze_key(name), *readers.get(name, ())} <= set(keys)}


def assets_of_run(context: dg.AssetExecutionContext) -> frozenset[dg.AssetKey]:
    """The assets that are materialised in the run that `context` is of."""
    return frozenset(context.op_execution_context.job_def.asset_layer.executable_asset_keys)
