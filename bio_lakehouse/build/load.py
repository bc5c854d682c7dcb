"""Training load of all people's days, or of those people alone of whom something changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import pyarrow as pa

from bio_lakehouse.build.made_of import MadeOf, first_days_to_make
from bio_lakehouse.build.people import read_of_people
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE, TRAINING_LOAD
from bio_lakehouse.insights.training_load import EFFORT, training_load
from bio_lakehouse.lake.content_versions import changed_days
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.schema import TableSchema, rows_within
from bio_lakehouse.lake.snapshots import first_days_differing, newest_snapshot
from bio_lakehouse.lake.tables import Commit, conform, rows_by_day, versions_of
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS

LAST_DAY = date(9999, 1, 1)
DAILY = DAILY_READINESS_PERFORMANCE.of(("user_id", "day", "had_workout", "resting_heart_rate_bpm"))
WORKOUTS = PELOTON_WORKOUTS.of((*PELOTON_WORKOUTS.grain, "user_id", "day", *EFFORT))
READ = (DAILY, WORKOUTS)
"""Of all days few columns are needed, and most of what a table costs is its columns."""
DAYS = TRAINING_LOAD.of(TRAINING_LOAD.grain)


def build_training_load(
    lake: Lakehouse, first: date, last: date, code: str = "", *, of_changed: bool = False
) -> Commit:
    """Make training load what it must be of all users and days, since each day carries the days
    before on; the commit tells of those from `first`, or from the first that changed.

    With `of_changed` the rows of those people alone are made anew of whom something changed that
    they were made of. What that was is kept with the table; `code`, a name for what makes it, too.
    """
    with exclusively(lake, TRAINING_LOAD.full_name):
        now = MadeOf.now(lake, code, READ)
        changed = first_days_to_make(lake, TRAINING_LOAD, now, READ) if of_changed else None
        if changed is None:
            return _all_replaced(lake, first, last, now)
        commit = _some_replaced(lake, changed, now)
        told = lake.tables.read(TRAINING_LOAD, min([first, *commit.changed_days]), None)
    counts, versions = rows_by_day(told, TRAINING_LOAD), versions_of(told, TRAINING_LOAD)
    return replace(commit, rows=told.num_rows, rows_by_day=counts, versions=versions)


def _all_replaced(lake: Lakehouse, first: date, last: date, now: MadeOf) -> Commit:
    """Everybody's rows are made anew, and written from `first` on, or from the first that
    differs."""
    rows = loads_of(lake)
    differing = _differing(lake.tables.read(TRAINING_LOAD, None, None), rows)
    newest = max([last, lake.settings.today(), *rows["day"].to_pylist(), *differing])
    days = min([first, *differing]), newest
    return lake.tables.replace(TRAINING_LOAD, rows_within(rows, *days), *days, summary=now.summary)


def _some_replaced(lake: Lakehouse, changed: Mapping[str, date], now: MadeOf) -> Commit:
    """Some people's rows are made anew from the first day on of which anything changed of any of
    them: what comes later changes no row, and has rows begin or end at most. The commit tells of
    what was written."""
    rows = loads_of(lake, changed)
    lived = read_of_people(lake, DAYS, None, None, changed)
    begun_or_ended = first_days_differing(lived, conform(rows, DAYS))
    start = min([*changed.values(), *begun_or_ended.values()], default=LAST_DAY)
    rows = rows_within(rows, start, LAST_DAY)
    before = read_of_people(lake, TRAINING_LOAD, start, None, changed)
    differing = _differing(before, rows)
    if not differing:
        snapshot = newest_snapshot(lake.tables, TRAINING_LOAD.full_name)
        return Commit(0, {}, False, snapshot, {}, frozenset())
    days = min(differing), max(differing)
    people = sorted(changed)
    return lake.tables.replace(
        TRAINING_LOAD, rows_within(rows, *days), *days, summary=now.summary, user_id=people
    )


def _differing(before: pa.Table, rows: pa.Table) -> frozenset[date]:
    return changed_days(*(versions_of(one, TRAINING_LOAD) for one in (before, rows)))


def loads_of(lake: Lakehouse, people: Collection[str] | None = None) -> pa.Table:
    """The training load of some users, or of all, on every day."""
    daily, workouts = (columns_of(lake, schema, people) for schema in READ)
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


def columns_of(
    lake: Lakehouse, schema: TableSchema, people: Collection[str] | None
) -> pd.DataFrame:
    """All rows of a table in some columns, of those people alone where said, in the order of its
    grain."""
    rows = read_of_people(lake, schema, None, None, people)
    return pd.DataFrame(rows.to_pandas(date_as_object=False))
