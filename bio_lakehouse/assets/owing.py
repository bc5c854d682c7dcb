"""What arrivals owe an asset on the days of a run: marked as built once it is made and its blocking
check has passed.

The marking is a hook of the assets themselves, so it is the same for runs from the command line, of
the sensor, of a backfill, and launched by hand in the UI; a job's hooks would miss some of these,
and a sensor of runs those of the command line. A step that was killed or failed leaves its days
owed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import dagster as dg

from bio_lakehouse.assets.keys import GOLD_DAILY, INSIGHTS_PREFIX, datasets_built, follows_gold
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.ranges import EVERY_DAY, DayRange
from bio_lakehouse.build.daily import newest_day
from bio_lakehouse.lake.lakehouse import Lakehouse

if TYPE_CHECKING:
    from dagster._core.execution.context.system import StepExecutionContext

Keys = Collection[dg.AssetKey]


def begin_run(lake: Lakehouse, run: dg.DagsterRun) -> None:
    """Keep what a run can know of, before it reads anything: what arrives later is not in it."""
    lake.log.owed.begin_run(first_run(run))


def with_marking(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """`asset`, or the checks of some; where arrivals owe them anything, each success marks their
    days as built."""
    blocking = {check.asset_key for check in asset.check_specs if check.blocking}
    owed = (asset.keys | blocking) & {GOLD_DAILY, *follows_gold()}
    return asset.with_hooks({marking_hook(owed)}) if owed else asset


def marking_hook(keys: Keys) -> dg.HookDefinition:
    """The hook of a step that makes or checks `keys`, or some of them."""

    @dg.success_hook(name="mark_days_built", required_resource_keys={"lake"})
    def mark_days_built(context: dg.HookContext) -> None:
        # A hook's public context names neither the days of its run nor the assets.
        step = context._step_execution_context
        in_run = frozenset(step.job_def.asset_layer.executable_asset_keys)
        made = sorted(done_with(step).intersection(in_run, keys))
        if made:
            mark_built(context.resources.lake, step.dagster_run, days_of(step), made, in_run)

    return mark_days_built


def done_with(step: StepExecutionContext) -> set[dg.AssetKey]:
    """The assets that are done with a step: with that of their blocking check where the run has it,
    else with their own."""
    graph = step.job_def.asset_layer.asset_graph
    blocking = {check for check in graph.asset_check_keys if graph.get(check).blocking}
    here = step.job_def.asset_layer.get_selected_entity_keys_for_node(step.node_handle)
    made = {key for key in here if isinstance(key, dg.AssetKey)}
    return (made - {check.asset_key for check in blocking}) | {
        check.asset_key for check in blocking & here
    }


def mark_built(
    lake: Lakehouse, run: dg.DagsterRun, days: DayRange, made: Keys, in_run: Keys
) -> None:
    """Days of the assets `made` are built in a run of the assets `in_run`."""
    insights = [key for key in made if key.path[0] == INSIGHTS_PREFIX]
    if GOLD_DAILY in made:
        datasets = datasets_built(in_run)
        lake.log.mark_gold_built(first_run(run), datasets, days.first, days.last)
    for key in made:
        if key != GOLD_DAILY and key not in insights:
            pay(lake, run, key, days)
    if insights and makes_newest(lake, days):
        for key in insights:
            pay(lake, run, key, EVERY_DAY)


def pay(lake: Lakehouse, run: dg.DagsterRun, key: dg.AssetKey, days: DayRange) -> None:
    """An asset that follows gold's daily table has taken in what the run knew of these days."""
    followers = [follower.to_user_string() for follower in follows_gold()]
    asset = key.to_user_string()
    lake.log.owed.pay(asset, first_run(run), days.first, days.last, followers)


def makes_newest(lake: Lakehouse, days: DayRange) -> bool:
    """Whether the insights of the newest day are made, which is all that arrivals ask for."""
    newest = newest_day(lake)
    return newest is None or newest in days


def first_run(run: dg.DagsterRun) -> str:
    """A run that repeats the failed steps of another has read what that one had."""
    return run.root_run_id or run.run_id
