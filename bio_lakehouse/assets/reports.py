"""The weekly report, as an asset of its last day."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from bio_lakehouse.assets.keys import COVERAGE, GOLD_DAILY, table_key
from bio_lakehouse.assets.reporting import Materialized
from bio_lakehouse.automation.partitions import days_of
from bio_lakehouse.automation.ranges import DayRange
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import build

SUNDAY = 6


@dg.asset(
    key=dg.AssetKey(["reports", "weekly_report"]),
    deps=[GOLD_DAILY, COVERAGE, *(table_key(f"bio_silver.{table}") for table in build.ARRIVALS)],
    group_name="reports",
    kinds={"python", "html"},
    output_required=False,
)
def weekly_report(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> Iterator[Materialized]:
    """Each user's week up to a day, as a page of its own. A range of days renders its Sundays."""
    for day in days_reported(days_of(context)):
        made = [build.make(lake, user, day) for user in build.reported_users(lake, day)]
        pages = {page.key: dg.MetadataValue.url(page.uri) for page in made}
        context.log_event(dg.AssetMaterialization(context.asset_key, partition=day.isoformat(), metadata=pages))
    yield from ()


def days_reported(days: DayRange) -> list[date]:
    """The day itself when it is one, else the Sundays among them."""
    return [day for day in days.days if days.first == days.last or day.weekday() == SUNDAY]
