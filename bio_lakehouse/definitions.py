"""The one place where assets, jobs and resources meet: what `dagster dev -w workspace.yaml` loads."""

import dagster as dg

from bio_lakehouse.assets import all_assets
from bio_lakehouse.automation.jobs import JOBS
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.settings import load_settings

settings = load_settings()

defs = dg.Definitions(
    assets=all_assets(settings),
    jobs=JOBS,
    resources=resources(settings),
    executor=dg.in_process_executor,
)
