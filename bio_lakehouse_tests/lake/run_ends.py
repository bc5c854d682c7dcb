"""What a run does of arrivals' days once gold is built, without a run and without Dagster."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import uuid4

from bio_lakehouse.lake import bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse


def mark_built(
    lake: Lakehouse, datasets: Iterable[str], first: date, last: date, run_id: str | None = None
) -> None:
    """Gold of these days is built, by a run that knew of all up to now when it is not named."""
    run_id = run_id or begun(lake)
    bronze_writing.recount(lake, first, last)
    lake.log.mark_gold_built(run_id, datasets, first, last)


def begun(lake: Lakehouse) -> str:
    run_id = str(uuid4())
    lake.log.owed.begin_run(run_id)
    return run_id
