"""The sensor that turns assets red whose newest due day is not there, and green again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from bio_lakehouse.assets.freshness import FRESH, freshness_checks, freshness_result, stale
from bio_lakehouse.automation.arriving import unfinished_runs
from bio_lakehouse.automation.notices import as_evaluation
from bio_lakehouse.lake.lakehouse import Lakehouse

EVERY_SECONDS = 300
KEYS = sorted(check.asset_key for check in freshness_checks.check_keys)


@dg.sensor(
    name="freshness",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=EVERY_SECONDS,
    description=(
        "Looks whether each asset has its newest due day, and evaluates its check where that is "
        "not as it was. Runs evaluate the checks of what they make."
    ),
)
def freshness_sensor(
    context: dg.SensorEvaluationContext, lake: dg.ResourceParam[Lakehouse]
) -> dg.SensorResult | dg.SkipReason:
    """Says only which assets are not as their last check says, so that nights without news leave no
    events."""
    if unfinished_runs(context.instance):
        return dg.SkipReason("A run is still going: looked at when it has ended.")
    before = said_stale(context.instance)
    now = stale(lake, context.instance, KEYS)
    return dg.SensorResult(
        skip_reason=dg.SkipReason(in_a_sentence(now)),
        asset_events=list(evaluations(before, now)),
    )


def said_stale(instance: dg.DagsterInstance) -> set[dg.AssetKey]:
    """The assets whose last check failed, by the sensor or in a run, or was not come to."""
    checks = [dg.AssetCheckKey(key, FRESH) for key in KEYS]
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    passed = AssetCheckExecutionRecordStatus.SUCCEEDED
    return {check.asset_key for check, one in latest.items() if one.status != passed}


def evaluations(
    before: Collection[dg.AssetKey], now: Mapping[dg.AssetKey, str]
) -> Iterable[dg.AssetCheckEvaluation]:
    """The checks that fail now and did not, and those that pass again."""
    for key in sorted(now.keys() ^ set(before)):
        yield as_evaluation(freshness_result(key, now.get(key)))


def in_a_sentence(now: Collection[dg.AssetKey]) -> str:
    if not now:
        return "Every asset has its newest due day."
    names = ", ".join(key.to_user_string() for key in sorted(now))
    return f"{len(now)} assets lack their newest due day: {names}."
