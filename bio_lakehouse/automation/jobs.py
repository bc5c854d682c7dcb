"""Jobs: what is worth a name of its own when it is started by hand, by a sensor or by a
schedule."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from bio_lakehouse.assets.keys import OURA_API
from bio_lakehouse.assets.landed_files import landed_events
from bio_lakehouse.assets.landing import BACK_OFF
from bio_lakehouse.assets.reporting import with_failure_reason
from bio_lakehouse.assets.reports import DELIVER_TAG
from bio_lakehouse.automation.nightly import nightly_recompute
from bio_lakehouse.automation.notices import report_quarantine, tell_of_troubles
from bio_lakehouse.automation.owed import LAYERS
from bio_lakehouse.errors import SettingsError, SignInRequired, SourceError
from bio_lakehouse.lake import arrivals, fetching, locks
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse

THEN_TAG = "bio_lakehouse/then"
"""Of runs of insights: the job of the reports that are made of the weeks among their days."""

refresh_lake = dg.define_asset_job(
    "refresh_lake",
    selection=LAYERS,
    description="Bronze, silver and gold of a day or a range of days, from what has landed.",
)
insights_history = dg.define_asset_job(
    "insights_history",
    selection=dg.AssetSelection.groups("insights"),
    description="The five insights as of every day of a range.",
)
weekly_report = dg.define_asset_job(
    "weekly_report",
    selection=dg.AssetSelection.groups("reports"),
    description=(
        "The weekly reports of one or several weeks, each by its last day, from the insights of "
        "that day."
    ),
)
monday_report = dg.define_asset_job(
    "monday_report",
    selection=dg.AssetSelection.groups("reports"),
    description=(
        "The weekly report of a week, its delivery, and a notice when it is ready. On Mondays the "
        "insights of the week's last day are made before."
    ),
    tags={DELIVER_TAG: "true"},
)
fetch_oura = dg.define_asset_job(
    "fetch_oura",
    selection=dg.AssetSelection.assets(OURA_API),
    description=(
        "Asks Oura about a day or a range of days and lands the answers; the arrival sensor does "
        "the rest."
    ),
)


class FileToTake(dg.Config):
    """A file in landing, by its key."""

    key: str


@dg.op
@with_failure_reason()
def take(
    context: dg.OpExecutionContext, config: FileToTake, lake: dg.ResourceParam[Lakehouse]
) -> None:
    with locks.exclusively(lake, locks.ARRIVALS):
        taken = arrivals.take_readable(lake, lake.landing_objects.info(config.key))
    report_taken(context, lake, taken)


def report_taken(context: dg.OpExecutionContext, lake: Lakehouse, taken: list[Arrival]) -> None:
    """Say what became of files: on the landing assets, in the check, and to a person where one was
    refused."""
    for event in landed_events(lake, taken):
        context.log_event(event)
    if tell_of_troubles(lake.settings, context.log, taken):
        report_quarantine(context.instance, lake)


@dg.job(
    description=(
        "Reads one large file of landing into the ingestion log; the arrival sensor builds its "
        "days then."
    )
)
def take_file() -> None:
    take()


@dg.op(retry_policy=BACK_OFF)
def download(context: dg.OpExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> None:
    try:
        landed = fetching.fetch_everybodys_peloton(lake)
    except (SettingsError, SourceError) as error:
        passing = not isinstance(error, SettingsError | SignInRequired)
        may_pass = passing and context.retry_number < BACK_OFF.max_retries
        raise dg.Failure(str(error), allow_retries=may_pass) from error
    infos = map(lake.landing_objects.info, landed)
    taken = [arrival for info in infos for arrival in arrivals.take(lake, info)]
    report_taken(context, lake, taken)


@dg.job(
    description=(
        "Downloads the workouts with the kept Peloton login and lands them, for everybody who has "
        "signed in; the arrival sensor builds what changed."
    )
)
def download_peloton() -> None:
    download()


JOBS: list[dg.JobDefinition | UnresolvedAssetJobDefinition] = [
    refresh_lake,
    insights_history,
    weekly_report,
    monday_report,
    fetch_oura,
    take_file,
    nightly_recompute,
    download_peloton,
]
