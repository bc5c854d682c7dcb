"""Which columns each column of gold is made from, as the declarations of the layer say it."""

from collections.abc import Mapping
from functools import cache

import dagster as dg
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from bio_lakehouse.assets.keys import table_key
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.gold import daily_columns as daily
from bio_lakehouse.gold.measures import compared_with
from bio_lakehouse.gold.schemas import (
    DAILY_READINESS_PERFORMANCE,
    EXPERIMENT_DAYS,
    TRAINING_LOAD,
)
from bio_lakehouse.gold.views import View
from bio_lakehouse.insights import forecast, training_load

ColumnOf = tuple[str, str]
"""A table's full name and one of its columns."""

LINEAGE = "dagster/column_lineage"


def daily_lineage() -> dict[str, dg.TableColumnLineage]:
    """The columns that the daily table takes from silver; those that it derives from its own are
    left out."""
    made_from = {
        made: {(f"bio_silver.{table}", read)}
        for table, columns in daily.ONCE_A_DAY.items()
        for read, made in columns.items()
    }
    for columns in (daily.SUMS, daily.MEANS, daily.MAXIMA, daily.LISTS):
        made_from |= {
            made: {("bio_silver.peloton_workouts", read)} for read, made in columns.items()
        }
    return {LINEAGE: _lineage(made_from)}


def training_load_lineage() -> dict[str, dg.TableColumnLineage]:
    """The columns of gold and silver that training load is computed from."""
    workouts = {("bio_silver.peloton_workouts", read) for read in training_load.EFFORT}
    days = {
        (DAILY_READINESS_PERFORMANCE.full_name, read)
        for read in ("had_workout", "resting_heart_rate_bpm")
    }
    own = {"user_id", "day", "is_estimated", "methods"}
    made = [column.name for column in TRAINING_LOAD.columns if column.name not in own]
    return {
        LINEAGE: _lineage(
            dict.fromkeys(made, workouts | days)
            | dict.fromkeys(("is_estimated", "methods"), workouts)
        )
    }


def forecast_lineage() -> dict[str, dg.TableColumnLineage]:
    """The columns of gold that forecasts are made from."""
    days = {(DAILY_READINESS_PERFORMANCE.full_name, read) for read in forecast.LEARNT_FROM}
    return {
        LINEAGE: _lineage(
            dict.fromkeys(("readiness_score", "interval_low", "interval_high", "mean_error"), days)
        )
    }


def experiment_lineage() -> dict[str, dg.TableColumnLineage]:
    """What gold's daily table says of an experiment's days: whether their outcomes are known."""
    return {LINEAGE: _lineage({"is_outcome_known": outcomes_read()})}


def result_lineage() -> dict[str, dg.TableColumnLineage]:
    """The columns that the result of a self-experiment is computed from."""
    assigned = {
        (EXPERIMENT_DAYS.full_name, read) for read in ("arm", "pair", "is_counted", "outcome_day")
    }
    said = ("effect", "interval_low", "interval_high", "p")
    kept = {(EXPERIMENT_DAYS.full_name, "kept")}
    marks = ("days_kept", "days_not_kept", "days_unmarked")
    computed = dict.fromkeys(said, assigned | outcomes_read())
    return {LINEAGE: _lineage(computed | dict.fromkeys(marks, kept))}


def outcomes_read() -> set[ColumnOf]:
    """What an experiment may be about."""
    table = DAILY_READINESS_PERFORMANCE.full_name
    return {(table, measure.column) for measure in compared_with("days")}


def view_lineage(view: View) -> dict[str, dg.TableColumnLineage]:
    """The columns of tables and views that each column of a view is computed from."""
    return {LINEAGE: _lineage(columns_read(view))}


def columns_read(view: View) -> Mapping[str, set[ColumnOf]]:
    """By column of the view what it reads, through CTEs and subqueries; of a UNION its first
    branch."""
    return _columns_read(view.sql, tuple(column.name for column in view.columns))


@cache
def _columns_read(sql: str, names: tuple[str, ...]) -> Mapping[str, set[ColumnOf]]:
    """Worked out once a process: a view's text is the same in each of its runs."""
    scope = build_scope(
        qualify(sqlglot.parse_one(sql, read="athena"), schema=_schema(), dialect="athena")
    )
    return {name: _sources(scope, name) for name in names} if scope else {}


def _sources(scope: Scope, name: str) -> set[ColumnOf]:
    found: set[ColumnOf] = set()
    query = scope.expression
    made = (
        [each for each in query.selects if each.alias_or_name == name]
        if isinstance(query, exp.Query)
        else []
    )
    for column in (column for each in made for column in each.find_all(exp.Column)):
        source = scope.sources.get(column.table)
        if isinstance(source, Scope):
            found |= _sources(source, column.name)
        elif isinstance(source, exp.Table):
            found.add((f"{source.db}.{source.name}", column.name))
    return found


def _schema() -> dict[str, object]:
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for schema in DESCRIBED.values():
        database, _, name = schema.full_name.partition(".")
        tables.setdefault(database, {})[name] = {
            column.name: column.type for column in schema.columns
        }
    return dict(tables)


def _lineage(made_from: Mapping[str, set[ColumnOf]]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage({made: _inputs(reads) for made, reads in made_from.items()})


def _inputs(reads: set[ColumnOf]) -> list[dg.TableColumnDep]:
    return [
        dg.TableColumnDep(asset_key=table_key(table), column_name=read)
        for table, read in sorted(reads)
    ]
