"""What a run does of arrivals' days once it has succeeded, without a run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bio_lakehouse.assets.keys import follows_gold
from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.lake.run_ends import begun, mark_built

__all__ = ["FOLLOWERS", "begun", "build_pending", "mark_built", "mark_made"]

FOLLOWERS = sorted(key.to_user_string() for key in follows_gold())


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
