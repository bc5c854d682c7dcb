"""What waits to be built, brought from landing to gold by plain functions, each part timed."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from bio_lakehouse import silver
from bio_lakehouse.assets.checks import FOLLOWING_DAILY, SILVER
from bio_lakehouse.assets.watching import CHECKS, findings
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.backends import open_sql
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.ledger import build_gap_ledger
from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.build.missing_days import missing_days
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.build.views import days_touched, facts_of_view, rows_of_view
from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals, bronze_writing, landed_reading
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.tables import conform, violations
from bio_lakehouse_tests.lake.marking import FOLLOWERS, begun, mark_made

Parts = dict[str, float]
"""Processor seconds by part, in the order in which they ran."""


class Timer:
    """Adds up what parts take: processor seconds of this process and of those that it waited for,
    and `wall`, the seconds of the clock for all of them."""

    def __init__(self) -> None:
        self.parts: Parts = {}
        self.wall = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started, began = processor_seconds(), time.monotonic()
        yield
        self.parts[name] = self.parts.get(name, 0.0) + processor_seconds() - started
        self.wall += time.monotonic() - began


def processor_seconds() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    return sum(one.ru_utime + one.ru_stime for one in used)


def by_plain_functions(lake: Lakehouse) -> Timer:
    """Take what landed and build all that a run of it makes, up to gold's views and checks."""
    timer = Timer()
    landed_reading.forget_readings()
    with timer.part("land"):
        arrivals.scan(lake)
    changes = arrivals.pending(lake)
    first, last = min(map(min, changes.values())), max(map(max, changes.values()))
    people = lake.log.users_pending(first, last)
    run_id = begun(lake)
    with timer.part("bronze"):
        for dataset in changes:
            bronze_writing.write_bronze(lake, dataset, first, last, people)
    with spark_session(lake.settings) as spark:
        with timer.part("silver"):
            for table, transform in silver.TRANSFORMS.items():
                if not changes.keys().isdisjoint(transform.inputs):
                    build_silver(lake, spark, table, first, last, people)
        with timer.part("coverage"):
            build_coverage(lake, spark)
        with timer.part("daily"):
            build_gold_daily(lake, spark, first, last, people)
    with timer.part("recount"):
        bronze_writing.recount(lake, first, last, people)
    with timer.part("mark built"):
        lake.log.mark_gold_built(run_id, list(changes), first, last)
        mark_made(lake, FOLLOWERS)
    with timer.part("training load"):
        build_training_load(lake, first, last, of_changed=True)
    with timer.part("gap ledger"):
        build_gap_ledger(lake)
        missing_days(lake)
    sql = open_sql(lake)
    with timer.part("views"):
        show_views(lake, sql, first, last)
    with timer.part("checks"):
        check(lake, sql, first, last)
    with timer.part("watch"):
        findings(lake, CHECKS)
    return timer


def show_views(lake: Lakehouse, sql: SqlEngine, first: date, last: date) -> None:
    """What each view's asset does: the rows of the days of which some read the range's."""
    for view in VIEWS.values():
        sql.create_view(view)
        touched = days_touched(lake, view, first, last)
        rows = rows_of_view(sql, view, *touched)
        facts_of_view(lake, view, rows, [first])


def check(lake: Lakehouse, sql: SqlEngine, first: date, last: date) -> None:
    """What the blocking checks read: each table's and each view's rows of the range."""
    for schema in [*SILVER.values(), DAILY, *FOLLOWING_DAILY.values()]:
        violations(schema, conform(lake.tables.read(schema, first, last), schema))
    for view in VIEWS.values():
        violations(view.schema, conform(rows_of_view(sql, view, first, last), view.schema))


def by_dagster(lake: Lakehouse) -> Timer:
    """The same as `bio-lakehouse ingest` does it, with the insights of the newest day."""
    timer = Timer()
    landed_reading.forget_readings()
    with timer.part("as ingest"):
        arrivals.scan(lake)
        launch.bring_up_to_date(lake.settings, what_is_owed(lake))
    return timer
