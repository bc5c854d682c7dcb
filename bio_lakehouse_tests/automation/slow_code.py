"""Code with a job and a tick that take long, to be loaded again meanwhile."""

import time
from pathlib import Path

import dagster as dg

SECONDS = 6


@dg.op(config_schema={"begun": str})
def wait(context: dg.OpExecutionContext) -> None:
    Path(context.op_config["begun"]).touch()
    time.sleep(SECONDS)


@dg.job
def slow_job() -> None:
    wait()


@dg.sensor(job=slow_job)
def slow_tick(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Its cursor is a file that says that it has begun; without one it ends at once."""
    if not context.cursor:
        return dg.SkipReason("There is nothing to wait for.")
    Path(context.cursor).touch()
    time.sleep(SECONDS)
    return dg.SkipReason("It ended as it should.")


defs = dg.Definitions(jobs=[slow_job], sensors=[slow_tick])
