"""Insights and forecasts of a range of days: one read of gold and silver, one commit a table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import product

import pandas as pd
import pyarrow as pa

from bio_lakehouse.build.day_rows import first_days, rows_between
from bio_lakehouse.build.made_of import MadeOf, first_days_to_make
from bio_lakehouse.build.people import rows_of_others
from bio_lakehouse.gold.schemas import (
    DAILY_READINESS_PERFORMANCE,
    READINESS_FORECAST,
    WEEK_COMPARISON,
)
from bio_lakehouse.gold.schemas import INSIGHTS as INSIGHTS_TABLE
from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse.insights.data import InsightData, first_day_needed
from bio_lakehouse.insights.expected_readiness import Forecast
from bio_lakehouse.insights.finding import INSIGHTS
from bio_lakehouse.insights.forecast import forecast
from bio_lakehouse.insights.readiness_forecast import to_rows as forecast_rows
from bio_lakehouse.insights.table import to_rows
from bio_lakehouse.insights.week_comparison import to_rows as week_rows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.log import days_between
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import Commit, conform
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS

READ = (DAILY_READINESS_PERFORMANCE, PELOTON_WORKOUTS)
MADE_TOGETHER = (*INSIGHTS, WEEK_COMPARISON.name)
"""The insights and what is decided with them."""


def build_insights(
    lake: Lakehouse,
    first: date,
    last: date,
    names: Sequence[str] = MADE_TOGETHER,
    code: str = "",
    *,
    of_changed: bool = False,
) -> None:
    """Replace the insights `names`, and the comparisons of the week if they are among these, of all
    users as of each of the days `first` to `last`.

    All are computed whatever is kept: which findings hold is decided over the tests of all of
    them. A user has all of them as of every day from the first of which anything is known. With
    `of_changed` those stay of whom nothing changed that they were made of, by the same `code`.
    """
    tables = (INSIGHTS_TABLE, WEEK_COMPARISON)
    with exclusively(lake, INSIGHTS_TABLE.full_name):
        now = MadeOf.now(lake, code, READ, (first, last))
        is_whole = set(names) >= set(MADE_TOGETHER)
        people = _whose(lake, tables, now, INSIGHTS) if of_changed and is_whole else None
        summary = now.summary if is_whole else {}
        made = [decided(data) for data in data_between(lake, first, last, people)]
        kept = sorted(set(names) & set(INSIGHTS))
        if kept:
            found = to_rows([one for insights, _ in made for one in insights if one.name in kept])
            rows = _with_others(lake, INSIGHTS_TABLE, found, (first, last), people)
            lake.tables.replace(INSIGHTS_TABLE, rows, first, last, summary=summary, insight=kept)
        if WEEK_COMPARISON.name in names:
            compared = week_rows(test for _, tests in made for test in tests)
            rows = _with_others(lake, WEEK_COMPARISON, compared, (first, last), people)
            lake.tables.replace(WEEK_COMPARISON, rows, first, last, summary=summary)


def build_forecast(
    lake: Lakehouse, first: date, last: date, code: str = "", *, of_changed: bool = False
) -> Commit:
    """Replace the forecasts made on the evenings of the days `first` to `last`, of all users; with
    `of_changed` as `build_insights`."""
    with exclusively(lake, READINESS_FORECAST.full_name):
        now = MadeOf.now(lake, code, READ, (first, last))
        people = _whose(lake, (READINESS_FORECAST,), now) if of_changed else None
        made = forecast_rows(forecasts_between(lake, first, last, people))
        rows = _with_others(lake, READINESS_FORECAST, made, (first, last), people)
        return lake.tables.replace(READINESS_FORECAST, rows, first, last, summary=now.summary)


def _whose(
    lake: Lakehouse, tables: Sequence[TableSchema], now: MadeOf, insights: Sequence[str] = ()
) -> frozenset[str] | None:
    """Of whom the rows of the days are to be made: of whom anything changed, and of whom the first
    table lacks a row as of one of them; None: of everybody."""
    changed = [first_days_to_make(lake, table, now, READ) for table in tables]
    if None in changed:
        return None
    days = date.fromisoformat(now.first), date.fromisoformat(now.last)
    lacking = _lacking(lake, tables[0], days, insights)
    return frozenset(lacking.union(*(found for found in changed if found)))


def _lacking(
    lake: Lakehouse, schema: TableSchema, days: tuple[date, date], insights: Sequence[str]
) -> set[str]:
    """Of whom a table lacks a row as of one of the days: of one of the insights, where there are
    several."""
    first, last = days
    columns = ["user_id", "day", *(["insight"] if insights else [])]
    rows = lake.tables.read(schema, first, last, columns=columns).to_pydict()
    there = set(zip(*(rows[name] for name in columns), strict=True))
    kinds: list[tuple[str, ...]] = [(name,) for name in insights] or [()]
    wanted = [
        (user_id, day)
        for user_id, begun in first_days(lake, last).items()
        for day in days_between(max(first, begun), last)
    ]
    return {of[0] for of, kind in product(wanted, kinds) if (*of, *kind) not in there}


def _with_others(
    lake: Lakehouse,
    schema: TableSchema,
    made: pa.Table,
    days: tuple[date, date],
    people: Collection[str] | None,
) -> pa.Table:
    """What was made of some people, with what there is of all others."""
    return pa.concat_tables([conform(made, schema), rows_of_others(lake, schema, *days, people)])


def forecasts_between(
    lake: Lakehouse, first: date, last: date, people: Collection[str] | None = None
) -> Iterator[Forecast]:
    """The forecast of every user, or of some, on each of the days from the user's first."""
    return map(forecast, data_between(lake, first, last, people))


def data_between(
    lake: Lakehouse, first: date, last: date, people: Collection[str] | None = None
) -> Iterator[InsightData]:
    """What is known of every user, or of some, as of each of the days, from the user's first day
    on."""
    begins = first_days(lake, last)
    wanted = begins.keys() if people is None else begins.keys() & people
    if not wanted:
        return
    window = lake.settings.insight_window_days
    needed = first_day_needed(first, window)
    daily, workouts = (rows_between(lake, schema, needed, last, people) for schema in READ)
    for user_id in sorted(wanted):
        begun = begins[user_id]
        own_daily, own_workouts = (rows[rows["user_id"] == user_id] for rows in (daily, workouts))
        for day in days_between(max(first, begun), last):
            known, done = (_up_to(rows, day, window) for rows in (own_daily, own_workouts))
            yield InsightData(user_id, day, known, done, window)


def _up_to(rows: pd.DataFrame, day: date, window_days: int) -> pd.DataFrame:
    first = first_day_needed(day, window_days)
    return rows[(rows["day"] >= pd.Timestamp(first)) & (rows["day"] <= pd.Timestamp(day))]
