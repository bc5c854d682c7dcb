"""The nightly recomputation: builds the days of the look-back again, and tells Dagster of those
alone that changed.

A run of the assets would say of each of their days that it was made, whether it changed or not:
about a megabyte a night.
"""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from bio_lakehouse.assets import all_assets
from bio_lakehouse.assets.keys import GAP_LEDGER, bronze_key, table_key
from bio_lakehouse.assets.provenance import provenance_tags
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.recorded_days import days_that_changed
from bio_lakehouse.assets.reporting import event_of_day, with_failure_reason
from bio_lakehouse.assets.session import SparkSession
from bio_lakehouse.assets.watching import told_of_missing
from bio_lakehouse.automation.notices import report_what_changed
from bio_lakehouse.automation.recorded import Record
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.build.missing_days import missing_days
from bio_lakehouse.build.recompute import Built, Part, Recompute
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.lake.content_versions import EMPTY
from bio_lakehouse.lake.extent import first_day
from bio_lakehouse.lake.lakehouse import Lakehouse


def look_back(lake: Lakehouse) -> DayRange:
    """The lake's days of the look-back, up to today."""
    today, first = lake.settings.today(), first_day(lake.settings, lake.log)
    return DayRange(max(first, today - timedelta(lake.settings.oura_lookback_days)), today)


@dg.op(out=dg.Out(dg.Nothing))
def recompute(
    context: dg.OpExecutionContext,
    lake: dg.ResourceParam[Lakehouse],
    spark: dg.ResourceParam[SparkSession],
    sql: dg.ResourceParam[SqlEngine],
) -> Iterator[dg.AssetMaterialization]:
    """Builds bronze, silver and gold of the look-back; what arrivals owe is left to their runs."""
    days = look_back(lake)
    made = dg.Definitions(all_assets(lake.settings), resources=resources(lake.settings))
    record = Record(context.instance, made.resolve_asset_graph())
    work = Recompute(lake, spark, sql, days.first, days.last)
    told = 0
    for part in work.parts():
        for event in events_of(record, lake, part, days):
            told += 1
            yield event
    report_what_changed(context.instance, lake)
    context.log.info(f"Built {days.first} to {days.last} again: {told} days of assets changed.")


def events_of(
    record: Record, lake: Lakehouse, part: Part, days: DayRange
) -> Iterator[dg.AssetMaterialization]:
    """Build a part of the lake, and what is to be told of its days.

    What it was made from is looked up before: what comes meanwhile is not in it.
    """
    key = key_of(part)
    inputs = record.inputs(key)
    facts, changed, touched = result_of(part)
    lakes = DayRange(first_day(lake.settings, lake.log), days.last)
    beyond = days_that_changed(record.instance, key, facts, touched)
    candidates = {*days.days, *filter(lakes.__contains__, changed), *beyond}
    missing = told_of_missing(missing_days(lake)) if key == GAP_LEDGER else {}
    for day in record.days_to_tell(key, facts, candidates):
        version = facts.version(day) or EMPTY
        tags = provenance_tags(record.code_version(key), version, inputs)
        yield event_of_day(key, facts, day, tags, missing)


def result_of(part: Part) -> Built:
    """What building a part came to; a failure says which part it was."""
    try:
        with with_failure_reason():
            return part.build()
    except dg.Failure as failure:
        raise dg.Failure(f"{key_of(part).to_user_string()}: {failure.description}") from failure


def key_of(part: Part) -> dg.AssetKey:
    return bronze_key(part.name) if "/" in part.name else table_key(part.name)


@dg.job(
    description=(
        "Builds bronze, silver and gold of the look-back again from what has landed, and says of "
        "the days that changed, and of no others, that they were made."
    )
)
def nightly_recompute() -> None:
    recompute()
