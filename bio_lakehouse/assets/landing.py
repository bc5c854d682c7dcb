"""The landing asset: the one place from which Oura is called."""

from datetime import UTC, datetime

import dagster as dg

from bio_lakehouse.assets.keys import OURA_API
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reporting import Materialized, materialized
from bio_lakehouse.errors import SettingsError, SignInRequired
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.fetching import FetchOutcome
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.reconciliation import reconcile
from bio_lakehouse.sources.oura.http_client import OuraForbidden

BACK_OFF = dg.RetryPolicy(
    max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
RECONCILIATION = dg.AssetCheckSpec(
    "reconciliation",
    asset=OURA_API,
    description=(
        "What Oura says now of days older than the look-back is what earlier answers had said. "
        "Differences are made good by this very fetch: the answers have landed."
    ),
)


@dg.asset(
    key=OURA_API,
    group_name="landing",
    kinds={"python", "json"},
    retry_policy=BACK_OFF,
    check_specs=[RECONCILIATION],
)
def oura_api(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> Materialized:
    """Asks Oura about the days, for everybody who has signed in, and lands each answer that arrived
    whole."""
    days = days_of(context)
    outcomes = {user_id: fetch(context, lake, user_id, days) for user_id in users(lake)}
    fail_for(outcomes, last_try=context.retry_number >= BACK_OFF.max_retries)
    landed = {user_id: len(outcome.landed) for user_id, outcome in outcomes.items()}
    return materialized(context, days, {}, {"answers landed": landed}, reconciled(lake, outcomes))


def users(lake: Lakehouse) -> list[str]:
    """Who has signed in; fails, without retries, when nobody can be asked about."""
    try:
        return fetching.oura_users(lake.settings)
    except (SettingsError, SignInRequired) as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def fetch(
    context: dg.AssetExecutionContext, lake: Lakehouse, user_id: str, days: DayRange
) -> FetchOutcome:
    """One person's days; a retry asks only for what did not arrive before in the same run."""
    try:
        return fetching.fetch_oura(
            lake, user_id, days.first, days.last, landed_since=begun(context)
        )
    except SettingsError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def begun(context: dg.AssetExecutionContext) -> datetime | None:
    """When the run started (UTC); None when the instance does not say."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    return datetime.fromtimestamp(record.start_time, UTC) if record and record.start_time else None


def fail_for(outcomes: dict[str, FetchOutcome], *, last_try: bool) -> None:
    """Fail with what did not arrive. What takes a person is not retried, and the last try is not
    called a retry: Dagster would say no more than that there were too many."""
    errors = [f"{user}: {outcome.error}" for user, outcome in outcomes.items() if outcome.error]
    failed = [window.error for outcome in outcomes.values() for window in outcome.failed]
    if errors:
        passing = any(not isinstance(error, SignInRequired | OuraForbidden) for error in failed)
        raise dg.Failure("; ".join(errors), allow_retries=passing and not last_try)


def reconciled(lake: Lakehouse, outcomes: dict[str, FetchOutcome]) -> dg.AssetCheckResult:
    found = {
        user: reconcile(lake, user, outcome.landed, fetching.look_back(lake.settings, user)[0])
        for user, outcome in outcomes.items()
    }
    said = [f"{user}: {differences}" for user, differences in found.items() if differences.days]
    days = sorted(set().union(*(differences.days for differences in found.values())))
    return dg.AssetCheckResult(
        check_name=RECONCILIATION.name,
        passed=not said,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(said) or None,
        metadata={
            "records compared": sum(differences.compared for differences in found.values()),
            "days": ", ".join(map(str, days)),
        },
    )
