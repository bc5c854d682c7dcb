"""Checks of what is kept as files: bronze's day files, and the pages of reports."""

from collections.abc import Iterator

import dagster as dg

from bio_lakehouse.assets.bronze import BRONZE
from bio_lakehouse.assets.keys import WEEKLY_REPORT
from bio_lakehouse.assets.partitions import days_checked, ends_a_week
from bio_lakehouse.assets.ranges import EVERY_DAY, DayRange
from bio_lakehouse.assets.reporting import with_failure_reason
from bio_lakehouse.lake import bronze_audit
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import page_check
from bio_lakehouse.reports.page_check import Page

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
    description="What a page was made from has not changed since.",
    blocking=False,
)
PAGES = {
    WHOLE.key: (page_check.faults, dg.AssetCheckSeverity.ERROR),
    UP_TO_DATE.key: (page_check.outdated, dg.AssetCheckSeverity.WARN),
}
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
    keys = sorted(check.asset_key for check in context.selected_asset_check_keys)
    datasets = {"/".join(key.path[1:]): key for key in keys}
    with with_failure_reason():
        wrong = bronze_audit.audit(lake, datasets, days.first, days.last)
    for dataset, key in datasets.items():
        yield result_of(dg.AssetCheckKey(key, EVERY_LINE), wrong[dataset])


@dg.multi_asset_check(specs=[WHOLE, UP_TO_DATE], can_subset=True)
def report_checks(
    context: dg.AssetCheckExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Iterator[dg.AssetCheckResult]:
    """Looks at the pages of a run's weeks; at all that there are when executed alone."""
    with with_failure_reason():
        pages = pages_checked(lake, days_checked(context))
    for check in sorted(context.selected_asset_check_keys):
        find, severity = PAGES[check]
        with with_failure_reason():
            found = find(lake, pages)
        yield result_of(check, found, severity, pages=len(pages))


def pages_checked(lake: Lakehouse, days: DayRange) -> list[Page]:
    """The pages of the weeks that end in a run's days, or all that were ever written."""
    if days == EVERY_DAY:
        return page_check.written_pages(lake)
    return page_check.pages_of(lake, (day for day in days.days if ends_a_week(lake.settings, day)))


def result_of(
    check: dg.AssetCheckKey,
    found: list[str],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    **counted: int,
) -> dg.AssetCheckResult:
    """What became of a check that found these things wrong."""
    return dg.AssetCheckResult(
        check_name=check.name,
        asset_key=check.asset_key,
        passed=not found,
        severity=severity,
        description="; ".join(found) or None,
        metadata={"found": len(found), **counted},
    )
