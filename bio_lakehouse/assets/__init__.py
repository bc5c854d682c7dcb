"""All assets of the lake, with the policies that hold for every one of them."""

import warnings

import dagster as dg

from bio_lakehouse.assets.bronze import BRONZE, group_of
from bio_lakehouse.assets.checks import SCHEMA_CHECKS
from bio_lakehouse.assets.code_versions import versions_of_code
from bio_lakehouse.assets.experiments import EXPERIMENTS
from bio_lakehouse.assets.file_checks import bronze_checks, report_checks
from bio_lakehouse.assets.freshness import freshness_checks
from bio_lakehouse.assets.gold import GOLD
from bio_lakehouse.assets.insights import INSIGHTS
from bio_lakehouse.assets.keys import WEEKLY_REPORT
from bio_lakehouse.assets.landed_files import LANDED
from bio_lakehouse.assets.landing import oura_api
from bio_lakehouse.assets.owing import with_marking
from bio_lakehouse.assets.partitions import SINGLE_RUN, daily, weekly
from bio_lakehouse.assets.reports import weekly_report
from bio_lakehouse.assets.silver import SILVER
from bio_lakehouse.assets.source_links import links_of
from bio_lakehouse.assets.watching import watch_checks
from bio_lakehouse.assets.windows import with_windows
from bio_lakehouse.lake.extent import extent_of
from bio_lakehouse.settings import Settings

# Dagster makes each check with a hook anew, and warns that how it does so is in beta.
warnings.filterwarnings(
    "ignore", message="Parameter `execution_type` of function", category=dg.BetaWarning
)

OWNER = "team:bio-lakehouse"
CODE_KEPT = "code.json"
"""Beside Dagster's own files, if these are there."""


def all_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Every asset, partitioned by day and the report by week, a range in one run (a job takes the
    smallest policy of its assets)."""
    days, weeks = daily(settings), weekly(settings)
    with_records = extent_of(settings).datasets

    assets = (oura_api, *BRONZE, *SILVER, *GOLD, *INSIGHTS, *EXPERIMENTS, weekly_report)
    kept = settings.home / "dagster" / CODE_KEPT
    versions = versions_of_code((key for asset in assets for key in asset.keys), kept)
    links = links_of(assets)

    def with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
        partitions = weeks if spec.key == WEEKLY_REPORT else days
        group = group_of(spec, with_records)
        held = spec.replace_attributes(
            partitions_def=partitions,
            owners=[OWNER],
            group_name=group,
            code_version=versions[spec.key],
            metadata={**spec.metadata, **links[spec.key]},
        )
        return with_windows(held, settings)

    made = [
        with_marking(asset.with_attributes(backfill_policy=SINGLE_RUN)).map_asset_specs(
            with_policies
        )
        for asset in assets
    ]
    return [*made, LANDED.map_asset_specs(lambda spec: spec.replace_attributes(owners=[OWNER]))]


def all_checks() -> list[dg.AssetsDefinition]:
    """Every check that is a step of its own, and so can be executed alone."""
    steps = (bronze_checks, *SCHEMA_CHECKS, watch_checks, report_checks, freshness_checks)
    return [with_marking(checks) for checks in steps]
