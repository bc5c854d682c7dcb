"""Checks of what is kept as files: bronze's day files, and the pages of reports."""

from collections.abc import Iterator

import dagster as dg

from bio_lakehouse.assets.bronze import BRONZE
from bio_lakehouse.assets.check_results import assets_checked, check_result
from bio_lakehouse.assets.keys import WEEKLY_REPORT
from bio_lakehouse.assets.partitions import days_checked, weeks_over
from bio_lakehouse.assets.ranges import EVERY_DAY, DayRange
from bio_lakehouse.assets.reporting import with_failure_reason
from bio_lakehouse.assets.reports import RENEW_TAG
from bio_lakehouse.lake import bronze_audit
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import page_check
from bio_lakehouse.reports.pages import Page

EVERY_LINE = "every_line"
WHOLE = dg.AssetCheckSpec(
    "pages_whole",
    asset=WEEKLY_REPORT,
    description="Each page is there, whole, and about the person and the week of its name.",
    blocking=True,
)
UP_TO_DATE = dg.AssetCheckSpec(
    "pages_up_to_date",
    asset=WEEKLY_REPORT,
    description="What each page was made from, of whatever week, has not changed since.",
    blocking=False,
)
# A dataset whose files cannot be read keeps no other from being made.
BRONZE_CHECKS = [
    dg.AssetCheckSpec(
        EVERY_LINE,
        asset=asset.key,
        description=(
            "Every line can be read, and of each source file and day there are as many as rows "
            "landed that repeat no other."
        ),
        blocking=False,
    )
    for asset in BRONZE
]


@dg.multi_asset_check(specs=BRONZE_CHECKS, can_subset=True)
def bronze_checks(
    context: dg.AssetCheckExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Iterator[dg.AssetCheckResult]:
    """Holds bronze's day files to the ingestion log."""
    days = days_checked(context)
    datasets = {"/".join(key.path[1:]): key for key in assets_checked(context)}
    with with_failure_reason():
        wrong = bronze_audit.audit(lake, datasets, days.first, days.last)
    for dataset, key in datasets.items():
        found = wrong[dataset]
        yield check_result(dg.AssetCheckKey(key, EVERY_LINE), found, found=len(found))


@dg.multi_asset_check(specs=[WHOLE, UP_TO_DATE], can_subset=True)
def report_checks(
    context: dg.AssetCheckExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Iterator[dg.AssetCheckResult]:
    """Whether the pages of a run's weeks are whole, all that there are when executed alone; and of
    all whether they are up to date: a day reaches pages of weeks after it."""
    for check in sorted(context.selected_asset_check_keys):
        with with_failure_reason():
            found = whole(context, lake) if check == WHOLE.key else up_to_date(lake)
        yield found


def whole(context: dg.AssetCheckExecutionContext, lake: Lakehouse) -> dg.AssetCheckResult:
    """Whether the pages of a run are whole."""
    is_renewal = RENEW_TAG in context.run.tags
    pages = pages_checked(lake, days_checked(context), is_renewal=is_renewal)
    faults = page_check.faults(lake, pages)
    return check_result(WHOLE.key, faults, found=len(faults), pages=len(pages))


def up_to_date(lake: Lakehouse) -> dg.AssetCheckResult:
    """Whether any written page is outdated, or may be, with the command that writes it anew."""
    return said_of_pages(lake, page_check.outdated(lake))


def said_of_pages(lake: Lakehouse, outdated: list[str]) -> dg.AssetCheckResult:
    """The check's result where these pages are outdated."""
    counted = {"found": len(outdated), "pages": len(page_check.written_pages(lake))}
    return check_result(UP_TO_DATE.key, outdated, dg.AssetCheckSeverity.WARN, **counted)


def pages_checked(lake: Lakehouse, days: DayRange, *, is_renewal: bool) -> list[Page]:
    """The pages of the weeks that end in a run's days, of those that a renewal found; or all that
    were ever written."""
    if is_renewal or days == EVERY_DAY:
        return [page for page in page_check.written_pages(lake) if page[1] in days]
    return page_check.pages_of(lake, weeks_over(lake.settings, days))
