"""Bronze assets: a dataset's records as they came, by day, in one file a month, user and origin."""

from collections.abc import Collection

import dagster as dg

from bio_lakehouse.assets.keys import bronze_key, landed_by
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.people import people_of_step
from bio_lakehouse.assets.reporting import Materialized, materialized, with_failure_reason
from bio_lakehouse.build.day_facts import DayFacts
from bio_lakehouse.lake import bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.sources import registry

GROUP, GROUP_WITHOUT_DATA = "bronze", "bronze_without_data"


def bronze_asset(dataset: str) -> dg.AssetsDefinition:
    """The asset `bronze/<dataset>`."""

    @dg.asset(
        key=bronze_key(dataset),
        deps=landed_by(dataset),
        group_name=GROUP,
        kinds={"python", "json"},
        description=describe(dataset),
    )
    @with_failure_reason()
    def bronze(
        context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]
    ) -> Materialized:
        days = days_of(context)
        people = people_of_step(context, lake)
        written = bronze_writing.write_bronze(lake, dataset, days.first, days.last, people)
        files = {"days written": written.written, "days unchanged": written.unchanged}
        return materialized(context, days, DayFacts(written.lines_by_day, written.versions), files)

    return bronze


def describe(dataset: str) -> str:
    what = (
        f"Every version of every `{dataset}` record, as it came: one file a month, user and origin."
    )
    return (
        what
        if dataset in registry.typed_datasets()
        else f"{what} No silver table is made of it yet."
    )


def group_of(spec: dg.AssetSpec, with_records: Collection[str]) -> str | None:
    """A bronze asset's group: those of which nothing ever came stand apart, once anything has."""
    dataset = "/".join(spec.key.path[1:])
    if spec.group_name != GROUP or not with_records or dataset in with_records:
        return spec.group_name
    return GROUP_WITHOUT_DATA


BRONZE = [bronze_asset(dataset) for dataset in registry.bronze_datasets()]
