"""What the rows of a view say of days: views are never written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pyarrow as pa

from bio_lakehouse.build.day_facts import DayFacts, facts_of, facts_of_whole
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold.views import View
from bio_lakehouse.lake.lakehouse import Lakehouse


def rows_of_view(sql: SqlEngine, view: View, first: date | None, last: date | None) -> pa.Table:
    """A view's rows of the days `first` to `last` (None: no bound); all of one that has no days."""
    return sql.rows_of(view.name, first, last) if view.has_day else sql.rows_of(view.name)


def facts_of_view(lake: Lakehouse, view: View, rows: pa.Table, days: Collection[date]) -> DayFacts:
    """What is told of `days` of a view; one without days says the same of each."""
    return facts_of(lake, view.schema, rows) if view.has_day else facts_of_whole(rows, days)
