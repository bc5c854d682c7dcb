"""A lake built as runs build it, without a run, for tests whose subject begins there."""

from __future__ import annotations

from datetime import date

from bio_lakehouse.backends import open_sql, spark_session
from bio_lakehouse.build.insights import build_insights
from bio_lakehouse.build.recompute import Recompute
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.lake.marking import FOLLOWERS, mark_built, mark_made


def build_whole(lake: Lakehouse, first: date, last: date) -> None:
    """Make bronze, silver and gold of all that was taken into the log, and the insights as of
    `last`: nothing is owed then, and no page is to be looked at."""
    pending = arrivals.pending(lake)
    with spark_session(lake.settings) as spark:
        for part in Recompute(lake, spark, open_sql(lake), first, last).parts():
            part.build()
    build_insights(lake, last, last)
    mark_built(lake, pending, first, last)
    mark_made(lake, FOLLOWERS)
    lake.log.owed.mark_looked_over(lake.log.owed.newest())
