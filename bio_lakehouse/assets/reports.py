"""The weekly report, as an asset of the weeks that are over, each by its last day."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import dagster as dg

from bio_lakehouse.assets.keys import (
    COVERAGE,
    EXPERIMENT_DAYS,
    FORECAST,
    GOLD_DAILY,
    TRAINING_LOAD,
    WEEKLY_REPORT,
    made_from_windows,
    table_key,
    views_reported,
)
from bio_lakehouse.assets.pictures import markdown, score_line
from bio_lakehouse.assets.reporting import Materialized, with_failure_reason
from bio_lakehouse.claude.access import Claude, ClaudeAccess
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition, delivery, renewing
from bio_lakehouse.reports.composition import MadeReport
from bio_lakehouse.reports.listing import ADDRESS, week_address

READ = [
    GOLD_DAILY,
    COVERAGE,
    *(table_key(f"bio_silver.{table}") for table in composition.SILVER_READ),
    *sorted(made_from_windows() - {FORECAST}),
    TRAINING_LOAD,
    EXPERIMENT_DAYS,
    *sorted(views_reported()),
]
"""What a report reads; it computes none of it."""
DELIVER_TAG = "bio_lakehouse/deliver"
"""Of runs whose report is taken to where BIO_REPORT_DELIVERY says."""
RENEW_TAG = "bio_lakehouse/renew"
"""Of runs for pages that are outdated: no others are written, and Claude is not asked."""

Metadata = dict[str, Any]


@dg.asset(
    key=WEEKLY_REPORT,
    deps=READ,
    group_name="reports",
    kinds={"python", "html"},
    metadata={"all reports": dg.MetadataValue.url(ADDRESS)},
)
@with_failure_reason()
def weekly_report(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lakehouse],
    claude: dg.ResourceParam[Claude],
) -> Materialized:
    """Each user's week up to its last day, as a page of its own. Of several weeks at once fixed
    rules choose what is said."""
    weeks = [date.fromisoformat(key) for key in context.partition_keys]
    access = claude.access() if len(weeks) == 1 else None
    written, failed = write_weeks(context, lake, weeks, access)
    if failed:
        log_written(context, written)
        raise dg.Failure("; ".join(failed))
    for week, told in written.items():
        context.add_asset_metadata(told, partition_key=week.isoformat())
    return dg.MaterializeResult()


def write_weeks(
    context: dg.AssetExecutionContext,
    lake: Lakehouse,
    weeks: Sequence[date],
    claude: ClaudeAccess | None,
) -> tuple[dict[date, Metadata], list[str]]:
    """What is told of each week that was written, and why the others were not: one week that lacks
    something costs no other."""
    written: dict[date, Metadata] = {}
    failed: list[str] = []
    for week in weeks:
        try:
            written[week] = write(context, lake, week, claude)
        except BioLakehouseError as error:
            failed.append(str(error))
    return written, failed


def write(
    context: dg.AssetExecutionContext, lake: Lakehouse, week: date, claude: ClaudeAccess | None
) -> Metadata:
    """Make and (from the Monday schedule) deliver each user's page of the week up to `week`."""
    if RENEW_TAG in context.run.tags:
        return told_of(week, renewing.renew_pages(lake, week))
    users = composition.reported_users(lake, week)
    made = [composition.make(lake, user, week, claude=claude) for user in users]
    if DELIVER_TAG in context.run.tags and lake.settings.report_delivery:
        context.log.info(
            "; ".join(line for user in users for line in delivery.deliver(lake, user, week))
        )
    return told_of(week, made)


def told_of(week: date, made: Sequence[MadeReport]) -> Metadata:
    """Where the pages of a week are, and a picture of them."""
    return {"report": dg.MetadataValue.url(week_address(week))} | drawn(made)


def log_written(context: dg.AssetExecutionContext, written: dict[date, Metadata]) -> None:
    """The weeks that were written are materialised, though the step fails for others."""
    for week, told in written.items():
        context.log_event(
            dg.AssetMaterialization(WEEKLY_REPORT, partition=week.isoformat(), metadata=told)
        )


def drawn(made: Iterable[MadeReport]) -> Metadata:
    """Readiness of each report's five weeks, as a picture."""
    return {
        "readiness": markdown(
            (m.model.user_id, score_line(m.model.readiness.values, "Readiness")) for m in made
        )
    }
