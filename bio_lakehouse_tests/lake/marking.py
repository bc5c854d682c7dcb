"""What a run does of arrivals' days once it has succeeded, without a run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import uuid4

from bio_lakehouse.assets.keys import follows_gold
from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse

FOLLOWERS = sorted(key.to_user_string() for key in follows_gold())


def mark_built(
    lake: Lakehouse, datasets: Iterable[str], first: date, last: date, run_id: str | None = None
) -> None:
    """Gold of these days is built, by a run that knew of all up to now when it is not named."""
    run_id = run_id or begun(lake)
    bronze_writing.recount(lake, first, last)
    lake.log.mark_gold_built(run_id, datasets, first, last)


def build_pending(lake: Lakehouse) -> None:
    """Take what lies in landing, and build bronze and gold of what it changes."""
    arrivals.scan(lake)
    for dataset, days in arrivals.pending(lake).items():
        bronze_writing.write_bronze(lake, dataset, min(days), max(days))
        mark_built(lake, [dataset], min(days), max(days))


def mark_made(lake: Lakehouse, assets: Iterable[str]) -> None:
    """What follows gold is made of every day, by a run that begins now."""
    run_id = begun(lake)
    for asset in assets:
        lake.log.owed.pay(asset, run_id, date.min, date.max, FOLLOWERS)


def begun(lake: Lakehouse) -> str:
    run_id = str(uuid4())
    lake.log.owed.begin_run(run_id)
    return run_id
