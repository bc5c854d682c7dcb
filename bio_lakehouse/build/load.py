"""Training load of all days from the first that changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE, TRAINING_LOAD
from bio_lakehouse.insights.training_load import EFFORT, training_load
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import Commit
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS

LAST_DAY = date(9999, 1, 1)
DAILY_COLUMNS = ("user_id", "day", "had_workout", "resting_heart_rate_bpm")


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
    daily = columns_of(lake, DAILY_READINESS_PERFORMANCE, DAILY_COLUMNS)
    workouts = columns_of(lake, PELOTON_WORKOUTS, ("user_id", "day", *EFFORT))
    done = dict(iter(workouts.groupby("user_id")))
    zones = lake.settings.heart_rate_zones
    # Each is given their own rows: to look for them among everybody's would be quadratic.
    loads = [
        training_load(
            own, done.get(user_id, workouts[:0]), lake.settings.user_profile(str(user_id)), zones
        )
        for user_id, own in daily.groupby("user_id")
    ]
    return pa.concat_tables([TRAINING_LOAD.arrow.empty_table(), *loads])


def columns_of(lake: Lakehouse, schema: TableSchema, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of all rows of a table, in the order of its grain: of all days few columns are
    needed, and most of what a table costs is its columns."""
    needed = tuple(dict.fromkeys([*schema.grain, *columns]))
    rows = schema.arrow.empty_table().select(needed)
    if lake.tables.exists(schema.full_name):
        found = lake.tables.scan(schema.full_name, columns=needed).select(needed)
        rows = found.cast(rows.schema).sort_by([(name, "ascending") for name in schema.grain])
    return pd.DataFrame(rows.to_pandas(date_as_object=False))
