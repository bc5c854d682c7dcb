"""What is told of each day that was built: how many rows it has, which version of its content, and
figures to plot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from bio_lakehouse.gold import schemas as gold
from bio_lakehouse.lake.content_versions import EMPTY, version_of, versions_by_day
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import Commit, count_by_day
from bio_lakehouse.numbers import rounded

Figures = Mapping[str, int | float]

PLOTTED = {
    gold.DAILY_READINESS_PERFORMANCE.full_name: {
        "readiness_score": "readiness score",
        "sleep_score": "sleep score",
    },
    gold.TRAINING_LOAD.full_name: {
        "chronic_load": "chronic load",
        "acute_load": "acute load",
        "form": "form",
    },
    gold.READINESS_FORECAST.full_name: {"readiness_score": "readiness forecast"},
}
"""Columns whose values are plotted by day, with the names of their plots."""
DECIMALS = 1
EFFECT_DECIMALS, Q_DECIMALS = 3, 6


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Rows, versions and figures of the days that have any.

    `rows` are None for what has no days, `versions` for what nothing becomes out of date by. A
    figure that is not known is not there.
    """

    rows: Mapping[date, int] | None = None
    versions: Mapping[date, str] | None = None
    figures: Mapping[date, Figures] = field(default_factory=dict)

    def version(self, day: date) -> str | None:
        """The content version of a day: of one without rows that of nothing."""
        return None if self.versions is None else self.versions.get(day, EMPTY)


def facts_of(lake: Lakehouse, schema: TableSchema, rows: pa.Table) -> DayFacts:
    """The facts of the days of `rows`."""
    return DayFacts(count_by_day(rows), versions_by_day(rows), figures_of(lake, schema, rows))


def facts_committed(
    lake: Lakehouse, schema: TableSchema, commit: Commit, rows: pa.Table
) -> DayFacts:
    """The facts of what was committed; `rows` are what is told of in figures."""
    return DayFacts(commit.rows_by_day, commit.versions, figures_of(lake, schema, rows))


def facts_of_whole(rows: pa.Table, days: Collection[date]) -> DayFacts:
    """The facts of what has no days: each of `days` has the version of all rows."""
    return DayFacts(None, dict.fromkeys(days, version_of(rows)))


def figures_of(lake: Lakehouse, schema: TableSchema, rows: pa.Table) -> dict[date, Figures]:
    """The figures to plot of each day; with several users each has figures of their own."""
    users = lake.log.users()
    if schema is gold.INSIGHTS:
        return effects_by_day(rows, users)
    return figures_by_day(rows, PLOTTED.get(schema.full_name, {}), users)


def figures_by_day(
    rows: pa.Table, plotted: Mapping[str, str], users: Collection[str]
) -> dict[date, Figures]:
    """The values of the columns `plotted` by day, under the names given there."""
    found: defaultdict[date, dict[str, int | float]] = defaultdict(dict)
    for row in rows.select(["user_id", "day", *plotted]).to_pylist() if plotted else []:
        for column, name in plotted.items():
            if row[column] is not None:
                label = named(name, row["user_id"], users)
                found[row["day"]][label] = figure(row[column], DECIMALS)
    return dict(found)


def effects_by_day(rows: pa.Table, users: Collection[str]) -> dict[date, Figures]:
    """Effect and q of each finding, where it has them."""
    found: defaultdict[date, dict[str, int | float]] = defaultdict(dict)
    columns = ["user_id", "day", "finding", "effect", "q"]
    for row in rows.select(columns).to_pylist():
        finding = row["finding"].replace("_", " ")
        for name, decimals in (("effect", EFFECT_DECIMALS), ("q", Q_DECIMALS)):
            if row[name] is not None:
                label = named(f"{name}: {finding}", row["user_id"], users)
                found[row["day"]][label] = figure(row[name], decimals)
    return dict(found)


def named(name: str, user_id: str, users: Collection[str]) -> str:
    return name if len(users) <= 1 else f"{name} ({user_id})"


def figure(value: int | float, decimals: int) -> int | float:
    return value if isinstance(value, int) else float(rounded(value, decimals))
