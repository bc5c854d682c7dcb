"""The landing asset: the one place in Dagster from which Oura is called."""

from datetime import UTC, datetime

import dagster as dg

from bio_lakehouse.assets.check_results import check_result
from bio_lakehouse.assets.keys import OURA_API
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reporting import Materialized, materialized
from bio_lakehouse.build.day_facts import DayFacts
from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.fetching import FetchOutcome
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.reconciliation import reconcile
from bio_lakehouse.sources.oura.http_client import OuraForbidden

BACK_OFF = dg.RetryPolicy(
    max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
TAKES_A_PERSON = (SettingsError, SignInRequired, OuraForbidden)
RECONCILIATION = dg.AssetCheckSpec(
    "reconciliation",
    asset=OURA_API,
    description=(
        "What Oura says now of days older than the look-back is what earlier answers had said. "
        "Differences are made good by this very fetch: the answers have landed."
    ),
)


ARRIVED = dg.AssetCheckSpec(
    "answers_arrived",
    asset=OURA_API,
    description=(
        "Everything that Oura was asked for arrived. What did not is logged, shows in the gap "
        "ledger as a fetch that failed, and is asked for again by the next fetch of its days."
    ),
)


@dg.asset(
    key=OURA_API,
    group_name="landing",
    kinds={"python", "json"},
    retry_policy=BACK_OFF,
    check_specs=[ARRIVED, RECONCILIATION],
)
def oura_api(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> Materialized:
    """Asks Oura about the days, for everybody who has signed in, and lands each answer that arrived
    whole. Where nobody has, nothing is asked and it says why.

    What does not arrive is asked for again, up to three times. Then a run of this asset alone fails
    and is told; in a run that makes more, a check says so and the rest is made of what landed.
    """
    days = days_of(context)
    try:
        users = fetching.oura_users(lake.settings)
    except (SettingsError, SignInRequired) as nobody:
        return nothing_asked(context, days, str(nobody))
    outcomes = {user_id: fetch(context, lake, user_id, days) for user_id in users}
    missing = what_is_missing(outcomes)
    if missing and (may_retry(context, outcomes) or is_alone(context)):
        raise dg.Failure(missing, allow_retries=may_retry(context, outcomes))
    landed = {user_id: len(outcome.landed) for user_id, outcome in outcomes.items()}
    checks = (arrived(context, missing), reconciled(lake, outcomes))
    return materialized(context, days, DayFacts(), {"answers landed": landed}, *checks)


def nothing_asked(context: dg.AssetExecutionContext, days: DayRange, reason: str) -> Materialized:
    """The result where nobody can be asked about: that is no failure, and keeps nothing from being
    made."""
    context.log.info("Oura was not asked. %s", reason)
    said = {"answers landed": 0, "why nothing was asked": reason}
    passed = (check_result(one.key, []) for one in (ARRIVED, RECONCILIATION))
    return materialized(context, days, DayFacts(), said, *passed)


def fetch(
    context: dg.AssetExecutionContext, lake: Lakehouse, user_id: str, days: DayRange
) -> FetchOutcome:
    """One person's days; a retry asks only for what did not arrive before in the same run. Who
    cannot be asked keeps nobody else from it."""
    since = begun(context) if context.retry_number else None
    try:
        return fetching.fetch_oura(lake, user_id, days.first, days.last, landed_since=since)
    except (SettingsError, SourceError) as error:
        return FetchOutcome(not_asked=error)


def begun(context: dg.AssetExecutionContext) -> datetime | None:
    """When the run started (UTC); None when the instance does not say."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    return datetime.fromtimestamp(record.start_time, UTC) if record and record.start_time else None


def what_is_missing(outcomes: dict[str, FetchOutcome]) -> str:
    """What did not arrive, and why, by person; empty when everything did."""
    errors = {user: outcome.error for user, outcome in outcomes.items()}
    return "; ".join(f"{user}: {error}" for user, error in errors.items() if error)


def may_retry(context: dg.AssetExecutionContext, outcomes: dict[str, FetchOutcome]) -> bool:
    """Whether asking again may bring more. What takes a person is not retried, and the last try is
    not called a retry: Dagster would say no more than that there were too many."""
    errors = [error for outcome in outcomes.values() for error in outcome.errors]
    passing = any(not isinstance(error, TAKES_A_PERSON) for error in errors)
    return passing and context.retry_number < BACK_OFF.max_retries


def is_alone(context: dg.AssetExecutionContext) -> bool:
    """Whether the run makes nothing else: there the failure of a fetch keeps nothing from being
    made."""
    return context.job_def.asset_layer.executable_asset_keys == {OURA_API}


def arrived(context: dg.AssetExecutionContext, missing: str) -> dg.AssetCheckResult:
    if missing:
        context.log.error("The rest of the run is made of what has landed. %s", missing)
    return check_result(ARRIVED.key, [missing] if missing else [])


def reconciled(lake: Lakehouse, outcomes: dict[str, FetchOutcome]) -> dg.AssetCheckResult:
    found = {
        user: reconcile(lake, user, outcome.landed, fetching.look_back(lake.settings, user)[0])
        for user, outcome in outcomes.items()
    }
    said = [f"{user}: {differences}" for user, differences in found.items() if differences.days]
    days = sorted(set().union(*(differences.days for differences in found.values())))
    told: dict[str, int | str] = {
        "records compared": sum(differences.compared for differences in found.values()),
        "days": ", ".join(map(str, days)),
    }
    return check_result(RECONCILIATION.key, said, dg.AssetCheckSeverity.WARN, **told)
