"""Whether each asset has its newest due day: one check on the whole graph, by one rule a layer.

Dagster's own freshness policy asks when an asset was last materialised, of whatever day, so that a
backfill of an old year would call it fresh. Nobody alarms about what never came or was never made.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg

from bio_lakehouse.assets.check_results import assets_checked, check_result
from bio_lakehouse.assets.experiments import EXPERIMENTS
from bio_lakehouse.assets.gold import GOLD
from bio_lakehouse.assets.insights import INSIGHTS
from bio_lakehouse.assets.keys import COVERAGE, WEEKLY_REPORT, bronze_key
from bio_lakehouse.assets.recorded_days import newest_events
from bio_lakehouse.assets.reporting import with_failure_reason
from bio_lakehouse.assets.silver import SILVER
from bio_lakehouse.assets.watching import overdue
from bio_lakehouse.build.daily import newest_day
from bio_lakehouse.build.missing_days import MissingDays, missing_days
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.composition import reported_users
from bio_lakehouse.reports.pages import reported_days, written_reports
from bio_lakehouse.reports.weeks import WEEK, week_end
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import registry

FRESH = "fresh"
REPORT_DUE_DAYS = 2
"""A week's report is due the second day after the week: it is made on the first."""
BRONZE_KEYS = [bronze_key(dataset) for dataset in registry.typed_datasets()]
MADE_KEYS = [key for asset in (*SILVER, *GOLD, *INSIGHTS, *EXPERIMENTS) for key in asset.keys]
SAYS = {
    "bronze": "Of every person the newest due day of the tables that it feeds was delivered.",
    "silver": "Of every person the newest due day was delivered.",
    "reports": "A page of the newest week that is due was written.",
}
OF_THE_REST = "The newest due day has come, and it was made of that day or a later one."


@dataclass(frozen=True)
class Due:
    """What the lake knows: the datasets of which records came, tables whose newest due day was not
    delivered, the day that gold's tables are due, and the newest that they have."""

    came: Collection[str]
    overdue: list[MissingDays]
    day: date | None
    newest: date | None

    @classmethod
    def of(cls, lake: Lakehouse) -> "Due":
        late = [missing for missing in missing_days(lake) if missing.is_overdue]
        came = lake.log.datasets_with_records()
        return cls(came, late, due_day(lake.settings, came), newest_day(lake))


def freshness_spec(key: dg.AssetKey) -> dg.AssetCheckSpec:
    says = OF_THE_REST if key == COVERAGE else SAYS.get(key.path[0], OF_THE_REST)
    return dg.AssetCheckSpec(FRESH, asset=key, description=says, blocking=False)


@dg.multi_asset_check(
    specs=[freshness_spec(key) for key in (*BRONZE_KEYS, *MADE_KEYS, WEEKLY_REPORT)],
    can_subset=True,
)
def freshness_checks(
    context: dg.AssetCheckExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Iterator[dg.AssetCheckResult]:
    """Looks at the newest due day of each asset, whatever days the run is of."""
    keys = assets_checked(context)
    with with_failure_reason():
        found = stale(lake, context.instance, keys)
    yield from (freshness_result(key, found.get(key)) for key in keys)


def freshness_result(key: dg.AssetKey, why_stale: str | None) -> dg.AssetCheckResult:
    """What became of the check of an asset that is stale for this reason, or fresh."""
    return check_result(dg.AssetCheckKey(key, FRESH), [why_stale] if why_stale else [])


def stale(
    lake: Lakehouse, instance: dg.DagsterInstance, keys: Collection[dg.AssetKey]
) -> Mapping[dg.AssetKey, str]:
    """Those of the assets `keys` whose newest due day is not there, and why not."""
    due = Due.of(lake)
    why = {key: why_stale(lake, instance, key, due) for key in keys}
    return {key: text for key, text in why.items() if text}


def why_stale(
    lake: Lakehouse, instance: dg.DagsterInstance, key: dg.AssetKey, due: Due
) -> str | None:
    layer, name = key.path[0], key.path[-1]
    if key == WEEKLY_REPORT:
        return week_missing(lake)
    if layer == "bronze":
        dataset = registry.dataset_named("/".join(key.path[1:]))
        return undelivered(due, dataset.fed_tables) if dataset.name in due.came else None
    if layer == "silver" and key != COVERAGE:
        return undelivered(due, {name})
    return not_made(instance, key, due, lake.settings.today())


def undelivered(due: Due, tables: Collection[str]) -> str | None:
    """What was not delivered of some tables."""
    return "; ".join(overdue(one for one in due.overdue if one.table in tables)) or None


def not_made(instance: dg.DagsterInstance, key: dg.AssetKey, due: Due, today: date) -> str | None:
    """Why an asset that all sources feed lacks the day that is due."""
    if due.day is None or instance.get_latest_materialization_event(key) is None:
        return None
    if due.newest is None or due.newest < due.day:
        return f"{due.day} is due, and the newest day that came is {due.newest or 'none'}"
    days = [due.day + timedelta(number) for number in range((today - due.day).days + 1)]
    return (
        None
        if newest_events(instance, key, days)
        else f"{due.day} has come, and was not made of it yet"
    )


def due_day(settings: Settings, datasets: Collection[str]) -> date | None:
    """The day that is due by now from the quickest of the sources that have these datasets."""
    waits = [registry.source_of(dataset).due_after_days for dataset in datasets]
    return settings.today() - timedelta(min(waits)) if waits else None


def week_missing(lake: Lakehouse) -> str | None:
    """Whose report of the newest week that is due lacks, once any were written."""
    due = week_due(lake.settings)
    if not reported_days(lake):
        return None
    users = reported_users(lake, due)
    lacking = [user for user in users if due not in written_reports(lake, user)]
    if not lacking:
        return None
    return f"the report of the week up to {due} is due, and not written for {', '.join(lacking)}"


def week_due(settings: Settings) -> date:
    """The last day of the newest week whose report is due."""
    newest = settings.today() - timedelta(REPORT_DUE_DAYS)
    week = week_end(settings, newest)
    return week if week == newest else week - WEEK
