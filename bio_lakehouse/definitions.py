"""Where assets, jobs, sensors, schedules and resources meet: what `dagster dev -w workspace.yaml`
loads."""

import gc
import warnings

# All that is loaded here stays: to look for rubbish among it takes a fifth of the time.
gc.disable()

import dagster as dg

from bio_lakehouse.assets import all_assets, all_checks
from bio_lakehouse.automation.instance import check_dagster_home
from bio_lakehouse.automation.jobs import JOBS
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.automation.schedules import schedules
from bio_lakehouse.automation.sensors import SENSORS
from bio_lakehouse.extras import extras_named
from bio_lakehouse.settings import Settings, load_settings

# Dagster gives every sensor owners and makes every check anew, and warns of its own beta parts.
for parameter in ("`owners` of initializer `Sensor", "`execution_type` of function `Assets"):
    warnings.filterwarnings("ignore", message=f"Parameter {parameter}", category=dg.BetaWarning)


def definitions_of(settings: Settings) -> dg.Definitions:
    """All that Dagster loads of a lake; its days and groups depend on what has landed."""
    return dg.Definitions(
        assets=all_assets(settings),
        asset_checks=all_checks(),
        jobs=JOBS,
        sensors=SENSORS,
        schedules=schedules(settings),
        resources=resources(settings),
        executor=dg.in_process_executor,
    )


settings = load_settings()
check_dagster_home(settings)
with extras_named():
    defs = definitions_of(settings)
gc.freeze()
gc.enable()
