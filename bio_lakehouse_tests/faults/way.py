"""The whole way of a small lake, from files to a report, as plain functions and as commands.

As functions it does what the runs do that an arrival starts, in their order, without Dagster's own
records: so that hundreds of faults are affordable. As commands it is what a person does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import pyarrow.compute as pc

from bio_lakehouse import backends
from bio_lakehouse.assets.keys import follows_gold
from bio_lakehouse.build import insights, ledger, load, reported
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.experiments import build_experiment_days
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals, bronze_writing, built_with
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import registry
from bio_lakehouse_tests.small_answers import READINESS, SLEEP

USER = "me"
FIRST, TODAY = date(2026, 2, 20), date(2026, 3, 4)
REPORTED = date(2026, 3, 3)
ENVIRONMENT = {
    "BIO_TODAY_OVERRIDE": TODAY.isoformat(),
    "BIO_FIRST_DAY": FIRST.isoformat(),
    "BIO_TIMEZONE": "UTC",
}
RIDES = """Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Discipline,\
Type,Title,Class Timestamp,Total Output,Avg. Watts,Calories Burned,Avg. Heartrate
2026-02-27 18:10 (UTC),On Demand,Sam Poe,30,Cycling,Music,30 min Ride,,250,150,300,140
2026-03-02 18:10 (UTC),On Demand,Sam Poe,20,Cycling,Music,20 min Ride,,180,150,200,130
"""
FILE_TIME = 1772500000
"""When the files were last written, in seconds since 1970, each some seconds later."""
CORRECTED = [SLEEP[0] | {"score": 75}, SLEEP[1]]
"""A later answer, of which one day says something else."""


def write_files(folder: Path) -> list[Path]:
    """The files that the lake is made of, in the order in which they come."""
    contents = {
        "daily_sleep.json": json.dumps(SLEEP),
        "daily_readiness.json": json.dumps(READINESS),
        "workouts.csv": RIDES,
        "later/daily_sleep.json": json.dumps(CORRECTED),
    }
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.utime(path, (FILE_TIME + len(name), FILE_TIME + len(name)))
    return [folder / name for name in contents]


def open_lake(home: Path) -> Lakehouse:
    return Lakehouse.open(load_settings(home=home))


Files = list[Path]


def land(lake: Lakehouse, files: Files) -> None:
    """Bring the files into landing, and log what they hold."""
    built_with.notice(lake)
    for file in files:
        arrivals.ingest(lake, file, USER)
    arrivals.scan(lake)


def write_bronze(lake: Lakehouse, files: Files) -> None:
    """Write the bronze that is owed."""
    with begun(lake) as run:
        for dataset in sorted(run.pending):
            bronze_writing.write_bronze(lake, dataset, run.first, run.last)


def build_tables(lake: Lakehouse, files: Files) -> None:
    """Build silver and gold's daily table of what is owed, and mark its days as built."""
    with begun(lake) as run:
        if not run.pending:
            return
        with backends.spark_session(lake.settings) as spark:
            for table in registry.tables():
                if set(registry.feeding(table)) & set(run.pending):
                    build_silver(lake, spark, table, run.first, run.last)
            build_coverage(lake, spark)
            build_gold_daily(lake, spark, run.first, run.last)
        bronze_writing.recount(lake, run.first, run.last)
        lake.log.mark_gold_built(run.run_id, run.pending, run.first, run.last)


def build_gold(lake: Lakehouse, files: Files) -> None:
    """Make the views and all that follows gold's daily table, and mark it as made."""
    with begun(lake) as run:
        if run.days or is_stale(lake):
            ledger.build_gap_ledger(lake)
        if not run.days:
            return
        sql = backends.open_sql(lake)
        for view in VIEWS.values():
            sql.create_view(view)
        load.build_training_load(lake, run.first, run.last)
        build_experiment_days(lake)
        insights.build_insights(lake, REPORTED, REPORTED)
        insights.build_forecast(lake, REPORTED, REPORTED)
        followers = sorted(key.to_user_string() for key in follows_gold())
        for asset in followers:
            lake.log.owed.pay(asset, run.run_id, date.min, date.max, followers)


def is_stale(lake: Lakehouse) -> bool:
    """Whether the ledger is of another today, which the nightly run puts right."""
    if not lake.tables.exists(GAP_LEDGER.full_name):
        return False
    rows = lake.tables.scan(GAP_LEDGER.full_name, columns=["day"])
    return pc.max(rows["day"]).as_py() != lake.settings.today()


def write_report(lake: Lakehouse, files: Files) -> None:
    """Build what the report lacks, and write its page."""
    if reported.missing(lake, REPORTED):
        reported.build_for_report(lake, REPORTED)
    composition.make(lake, USER, REPORTED)


STAGES: dict[str, Callable[[Lakehouse, Files], None]] = {
    "land": land,
    "bronze": write_bronze,
    "tables": build_tables,
    "gold": build_gold,
    "report": write_report,
}
"""The parts of the way, in their order; each may be run again at any time."""


@dataclass(frozen=True)
class Run:
    """What a run that begins now has to do."""

    run_id: str
    days: set[date]
    pending: Mapping[str, set[date]]

    @property
    def first(self) -> date:
        return min(self.days)

    @property
    def last(self) -> date:
        return max(self.days)


@contextmanager
def begun(lake: Lakehouse) -> Iterator[Run]:
    """A run that knows of what arrived up to now."""
    run_id = str(uuid4())
    lake.log.owed.begin_run(run_id)
    yield Run(run_id, arrivals.unfinished(lake), arrivals.pending(lake))


def go(home: Path, files: Files, stages: Collection[str] = tuple(STAGES)) -> None:
    """Those stages of the way."""
    lake = open_lake(home)
    for stage in stages:
        STAGES[stage](lake, files)
