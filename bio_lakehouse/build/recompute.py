"""Building days again from what has landed: bronze, silver and gold in the order in which each is
made from others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

from bio_lakehouse import silver
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.day_facts import DayFacts, facts_committed
from bio_lakehouse.build.experiments import build_experiment_days
from bio_lakehouse.build.ledger import build_gap_ledger
from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.build.views import days_touched, facts_of_view, rows_of_view
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold.schemas import (
    DAILY_READINESS_PERFORMANCE,
    EXPERIMENT_DAYS,
    GAP_LEDGER,
    TRAINING_LOAD,
)
from bio_lakehouse.gold.views import VIEWS, View
from bio_lakehouse.lake import bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import days_between
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import Commit
from bio_lakehouse.silver.schemas import COVERAGE
from bio_lakehouse.sources import registry

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Built(NamedTuple):
    """What is known of the days that were built, and all days that changed with them.

    `touched` are days beyond them that may have changed too: of views nobody keeps what they said.
    """

    facts: DayFacts
    changed: frozenset[date] = frozenset()
    touched: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """A bronze dataset (`oura/sleep`), or a table or view by its full name, and what builds it."""

    name: str
    build: Callable[[], Built]


@dataclass(frozen=True, slots=True)
class Recompute:
    """The days `first` to `last` of a lake, and what builds them."""

    lake: Lakehouse
    spark: SparkSession
    sql: SqlEngine
    first: date
    last: date

    def parts(self) -> Iterator[Part]:
        """All of bronze, silver and gold, each after what it is made from."""
        for dataset in registry.bronze_datasets():
            yield Part(dataset, partial(self._bronze, dataset))
        for schema, build in self._tables():
            yield Part(schema.full_name, partial(self._table, schema, build))
        for view in views_in_order():
            yield Part(view.full_name, partial(self._view, view))

    def _tables(self) -> Iterator[tuple[TableSchema, Callable[[], Commit]]]:
        lake, spark, days = self.lake, self.spark, (self.first, self.last)
        for table in silver.TRANSFORMS:
            yield silver.SCHEMAS[table], partial(build_silver, lake, spark, table, *days)
        yield COVERAGE, partial(build_coverage, lake, spark)
        yield DAILY_READINESS_PERFORMANCE, partial(build_gold_daily, lake, spark, *days)
        yield GAP_LEDGER, partial(build_gap_ledger, lake)
        yield TRAINING_LOAD, partial(build_training_load, lake, *days)
        yield EXPERIMENT_DAYS, partial(build_experiment_days, lake)

    def _bronze(self, dataset: str) -> Built:
        written = bronze_writing.write_bronze(self.lake, dataset, self.first, self.last)
        return Built(DayFacts(written.lines_by_day, written.versions))

    def _table(self, schema: TableSchema, build: Callable[[], Commit]) -> Built:
        commit = build()
        if schema is DAILY_READINESS_PERFORMANCE:
            bronze_writing.recount(self.lake, self.first, self.last)
        told = self.lake.tables.read(
            schema, min(commit.changed_days, default=self.first), self.last
        )
        return Built(facts_committed(self.lake, schema, commit, told), commit.changed_days)

    def _view(self, view: View) -> Built:
        self.sql.create_view(view)
        touched = days_touched(self.lake, view, self.first, self.last)
        rows = rows_of_view(self.sql, view, *touched)
        days = list(days_between(self.first, self.last))
        facts = facts_of_view(self.lake, view, rows, days)
        return Built(facts, touched=frozenset(days_between(*touched)).difference(days))


def views_in_order() -> list[View]:
    """The views, each after those that it reads."""
    by_name = {view.full_name: view for view in VIEWS.values()}
    reads = {name: set(view.depends_on) & by_name.keys() for name, view in by_name.items()}
    return [by_name[name] for name in TopologicalSorter(reads).static_order()]
