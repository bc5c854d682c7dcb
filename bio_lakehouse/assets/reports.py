"""The weekly report, as an asset of its last day."""

import warnings
from collections.abc import Iterable, Iterator
from datetime import date

import dagster as dg

from bio_lakehouse.assets.keys import (
    COVERAGE,
    FORECAST,
    GOLD_DAILY,
    TRAINING_LOAD,
    makers_of,
    table_key,
)
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.pictures import markdown, score_line
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reporting import Materialized, with_failure_reason
from bio_lakehouse.build.reported import LOAD_DAYS
from bio_lakehouse.gold.schemas import INSIGHTS, WEEK_COMPARISON
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition, delivery

SUNDAY = 6
with warnings.catch_warnings():
    # Days before the lake's first have no partition; Dagster warns that leaving them out is in
    # beta.
    warnings.simplefilter("ignore", dg.BetaWarning)
    LOADS_SHOWN = dg.TimeWindowPartitionMapping(
        start_offset=1 - LOAD_DAYS, allow_nonexistent_upstream_partitions=True
    )
READ: list[dg.AssetKey | dg.AssetDep] = [
    GOLD_DAILY,
    COVERAGE,
    *(table_key(f"bio_silver.{table}") for table in composition.SILVER_READ),
    *makers_of(INSIGHTS),
    *makers_of(WEEK_COMPARISON),
    FORECAST,
    dg.AssetDep(TRAINING_LOAD, partition_mapping=LOADS_SHOWN),
]
"""What a report reads; it computes none of it."""
DELIVER_TAG = "bio-lakehouse/deliver"
"""Of runs whose report is taken to where BIO_REPORT_DELIVERY says."""


@dg.asset(
    key=dg.AssetKey(["reports", "weekly_report"]),
    deps=READ,
    group_name="reports",
    kinds={"python", "html"},
    output_required=False,
)
def weekly_report(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Iterator[Materialized]:
    """Each user's week up to a day, as a page of its own. A range of days renders its Sundays, from
    templates."""
    days = days_of(context)
    for day in days_reported(days):
        render(context, lake, day, ask_claude=days.first == days.last)
    yield from ()


@with_failure_reason()
def render(
    context: dg.AssetExecutionContext, lake: Lakehouse, day: date, *, ask_claude: bool
) -> None:
    """Make, log and (from the Monday schedule) deliver each user's page of the week up to `day`."""
    users = composition.reported_users(lake, day)
    made = [composition.make(lake, user, day, ask_claude=ask_claude) for user in users]
    said = {page.key: dg.MetadataValue.url(page.uri) for page in made} | drawn(made)
    context.log_event(
        dg.AssetMaterialization(context.asset_key, partition=day.isoformat(), metadata=said)
    )
    if DELIVER_TAG in context.run.tags and lake.settings.report_delivery:
        context.log.info(
            "; ".join(line for user in users for line in delivery.deliver(lake, user, day))
        )


def drawn(made: Iterable[composition.MadeReport]) -> dict[str, dg.MarkdownMetadataValue]:
    """Readiness of each report's five weeks, as a picture."""
    return {
        "readiness": markdown(
            (m.model.user_id, score_line(m.model.readiness.values, "Readiness")) for m in made
        )
    }


def days_reported(days: DayRange) -> list[date]:
    """The day itself when it is one, else the Sundays among them."""
    return [day for day in days.days if days.first == days.last or day.weekday() == SUNDAY]
