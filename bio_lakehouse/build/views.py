"""What the rows of a view say of days: views are never written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pyarrow as pa

from bio_lakehouse.build.day_facts import DayFacts, facts_of, facts_of_whole
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold.views import View
from bio_lakehouse.lake.extent import first_day
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.tables import conform


def days_touched(lake: Lakehouse, view: View, first: date, last: date) -> tuple[date, date]:
    """The lake's days of which a view's rows read any of `first` to `last`, from the first of them
    to the last."""
    if view.reads is None:
        return first, last
    begins, ends = first_day(lake.settings, lake.log), lake.settings.today()
    if view.reads.days_after != "all":
        begins = max(begins, first - timedelta(view.reads.days_after))
    if view.reads.days_before != "all":
        ends = min(ends, last + timedelta(view.reads.days_before))
    return min(first, begins), max(last, ends)


def rows_of_view(sql: SqlEngine, view: View, first: date | None, last: date | None) -> pa.Table:
    """A view's rows of the days `first` to `last` (None: no bound); all of one that has no days."""
    return sql.rows_of(view.name, first, last) if view.has_day else sql.rows_of(view.name)


def facts_of_view(lake: Lakehouse, view: View, rows: pa.Table, days: Collection[date]) -> DayFacts:
    """What is told of `days` of a view; one without days says the same of each.

    An engine may give a column a wider type than the view's: that is no other content.
    """
    rows = conform(rows, view.schema)
    return facts_of(lake, view.schema, rows) if view.has_day else facts_of_whole(rows, days)
