"""What reports of a day read beside days and workouts: what of it is missing, and building it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.build import load
from bio_lakehouse.build.experiments import (
    build_experiment_days,
    build_self_experiment,
    experiment_days_lack,
)
from bio_lakehouse.build.insights import build_insights
from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import (
    EXPERIMENT_DAYS,
    INSIGHTS,
    SELF_EXPERIMENT,
    TRAINING_LOAD,
    WEEK_COMPARISON,
)
from bio_lakehouse.insights.data import first_day_needed
from bio_lakehouse.insights.finding import INSIGHTS as NAMES
from bio_lakehouse.insights.training_load import lacking_of
from bio_lakehouse.insights.workout_load import Lacking
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import days_between

WEEK = 7
LOAD_DAYS = 90
"""Days up to its own of which a report shows training load."""


def first_day_read(day: date, window_days: int) -> date:
    """The first of the days that a report of `day` reads, itself or by its insights."""
    return min(first_day_needed(day, window_days), day - timedelta(LOAD_DAYS - 1))


@dataclass(frozen=True, slots=True)
class ReportTables:
    """Rows that reports of `day` read: insights and comparisons as of it, 90 days of training
    load, and of experiments the days of its week and the results as of it."""

    day: date
    insights: pa.Table
    weeks: pa.Table
    loads: pa.Table
    experiment_days: pa.Table
    experiments: pa.Table

    def of(self, user_id: str) -> ReportTables:
        """One user's rows."""
        tables = (
            self.insights,
            self.weeks,
            self.loads,
            self.experiment_days,
            self.experiments,
        )
        return ReportTables(self.day, *(_own(rows, user_id) for rows in tables))

    def lacking(self, lived: Collection[date]) -> list[str]:
        """The tables of which something is missing for a user who has the days `lived` in gold."""
        first = max(self.day - timedelta(LOAD_DAYS - 1), min(lived))
        loaded = set(self.loads["day"].to_pylist())
        has = {
            INSIGHTS.name: set(self.insights["insight"].to_pylist()) == set(NAMES),
            WEEK_COMPARISON.name: self.weeks.num_rows > 0,
            TRAINING_LOAD.name: loaded >= set(days_between(first, max(lived))),
        }
        return [name for name, is_whole in has.items() if not is_whole]


def read_tables(lake: Lakehouse, day: date, user_id: str | None = None) -> ReportTables:
    """What there is of a user, or of everybody, for reports of `day`."""
    first = day - timedelta(LOAD_DAYS - 1)
    return ReportTables(
        day,
        lake.tables.read(INSIGHTS, day, day, user_id),
        lake.tables.read(WEEK_COMPARISON, day, day, user_id),
        lake.tables.read(TRAINING_LOAD, first, day, user_id),
        lake.tables.read(EXPERIMENT_DAYS, day - timedelta(WEEK - 1), day, user_id),
        lake.tables.read(SELF_EXPERIMENT, day, day, user_id),
    )


def missing(lake: Lakehouse, day: date) -> set[str]:
    """The tables that lack what a report of `day` reads, of any user with days up to it."""
    tables, found = read_tables(lake, day), set[str]()
    lived = lake.tables.read(DAILY, lake.settings.first_day, day).select(["user_id", "day"])
    for user_id in lived["user_id"].unique().to_pylist():
        own_days = _own(lived, user_id)["day"].to_pylist()
        found |= set(tables.of(user_id).lacking(own_days))
    return found | ({EXPERIMENT_DAYS.name} if experiment_days_lack(lake, day) else set())


def build_for_report(lake: Lakehouse, day: date) -> None:
    """Build insights as of `day`, and where they are missing all of training load and of
    experiments' days."""
    lacking = missing(lake, day)
    build_insights(lake, day, day)
    if TRAINING_LOAD.name in lacking:
        build_training_load(lake, lake.settings.first_day, day)
    if EXPERIMENT_DAYS.name in lacking:
        build_experiment_days(lake)
    build_self_experiment(lake, day, day)


def _own(rows: pa.Table, user_id: str) -> pa.Table:
    return rows.filter(pc.equal(rows["user_id"], user_id))


def lacking_loads(lake: Lakehouse, user_id: str, last: date) -> list[Lacking]:
    """What each of a user's workouts of the days that a report tells lacks whose load is not
    measured."""
    profile = lake.settings.user_profile(user_id)
    daily, workouts = (load.columns_of(lake, schema, [user_id]) for schema in load.READ)
    return lacking_of(daily, workouts, profile, last - timedelta(LOAD_DAYS - 1), last)
