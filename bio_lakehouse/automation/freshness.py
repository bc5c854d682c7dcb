"""The sensor that turns assets red whose newest due day is not there, and green again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from bio_lakehouse.assets.freshness import FRESH, freshness_checks, stale
from bio_lakehouse.automation.arriving import unfinished_runs
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
    found = stale(lake, context.instance, KEYS)
    now = {key.to_user_string(): why for key, why in sorted(found.items())}
    return dg.SensorResult(
        skip_reason=dg.SkipReason(in_a_sentence(now)),
        asset_events=list(evaluations(before, now)),
    )


def said_stale(instance: dg.DagsterInstance) -> set[str]:
    """The assets whose last check failed, by the sensor or in a run, or was not come to."""
    checks = [dg.AssetCheckKey(key, FRESH) for key in KEYS]
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    passed = AssetCheckExecutionRecordStatus.SUCCEEDED
    return {
        check.asset_key.to_user_string()
        for check, execution in latest.items()
        if execution.status != passed
    }


def evaluations(
    before: Collection[str], now: Mapping[str, str]
) -> Iterable[dg.AssetCheckEvaluation]:
    """The checks that fail now and did not, and those that pass again."""
    for name in sorted(now.keys() ^ set(before)):
        yield dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey.from_user_string(name),
            check_name=FRESH,
            passed=name not in now,
            severity=dg.AssetCheckSeverity.ERROR,
            description=now.get(name),
            metadata={},
        )


def in_a_sentence(now: Mapping[str, str]) -> str:
    if not now:
        return "Every asset has its newest due day."
    return f"{len(now)} assets lack their newest due day: {', '.join(now)}."
