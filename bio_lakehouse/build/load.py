"""Training load of all days from the first that changed."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.build.day_rows import rows_between
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE, TRAINING_LOAD
from bio_lakehouse.insights.training_load import training_load
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.tables import Commit
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS

LAST_DAY = date(9999, 1, 1)


def build_training_load(lake: Lakehouse, first: date, last: date) -> Commit:
    """Recompute training load from `first` to the newest day of all users, since each day carries
    the days before on.

    The state begins with a user's first day, so that all days are read; `last` only bounds it where
    nothing is newer.
    """
    with exclusively(lake, TRAINING_LOAD.full_name):
        rows = loads_of_all(lake)
        changed = rows.filter(pc.greater_equal(rows["day"], first))
        newest = max([last, lake.settings.today(), *changed["day"].to_pylist()])
        return lake.tables.replace(TRAINING_LOAD, changed, first, newest)


def loads_of_all(lake: Lakehouse) -> pa.Table:
    """The training load of every user on every day."""
    daily = rows_between(lake, DAILY_READINESS_PERFORMANCE, lake.settings.first_day, LAST_DAY)
    workouts = rows_between(lake, PELOTON_WORKOUTS, lake.settings.first_day, LAST_DAY)
    zones = lake.settings.heart_rate_zones
    loads = [
        training_load(daily, workouts, lake.settings.user_profile(user_id), zones)
        for user_id in sorted(daily["user_id"].unique())
    ]
    return pa.concat_tables([TRAINING_LOAD.arrow.empty_table(), *loads])
