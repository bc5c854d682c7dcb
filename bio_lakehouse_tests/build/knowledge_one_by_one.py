"""What is known of one person's tables, worked out table by table and day by day: what the matrices
of all people are held against."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from bio_lakehouse.build.known_days import TABLES, Calendar, Days, days_told, known_by_table
from bio_lakehouse.gold import gap_ledger
from bio_lakehouse.gold.gap_ledger import Cause, Knowledge, cause_of
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source


def known_at_once(lake: Lakehouse, user_id: str, first: date) -> dict[str, Knowledge]:
    """What the matrices say of one person from `first` to today, as sets of days."""

    def days(calendar: Calendar, marked: Days) -> frozenset[date]:
        return frozenset(map(calendar.day, np.flatnonzero(marked[0])))

    found = {}
    for table, known in known_by_table(lake, first, lake.settings.today(user_id), [user_id]):
        each = (known.recorded, known.covered, known.unworn, known.failed, known.unread)
        found[table] = Knowledge(*map(partial(days, known.calendar), each))
    return found


def knowledge_by_table(lake: Lakehouse, user_id: str) -> dict[str, Knowledge]:
    """What is known about each of a user's silver tables."""
    entries = lake.log.of_user(user_id)
    unworn = {source.name: unworn_days(lake, user_id, source) for source in registry.SOURCES}
    found = {}
    for table, datasets in TABLES.items():
        recorded = recorded_days(lake, table, user_id)
        covered = days_told(entries, datasets, failed=False)
        if registry.tables()[table].knows_empty_days:
            recorded |= covered
        failed = days_told(entries, datasets, failed=True)
        source = registry.source_of_table(table).name
        unread = unread_days(entries, datasets)
        found[table] = Knowledge(recorded, covered, unworn[source], failed, unread)
    return found


def unread_days(entries: Iterable[LogEntry], datasets: Iterable[str]) -> frozenset[date]:
    """The days of which a row of a usable file lies in quarantine."""
    usable = [entry.unread_by_dataset for entry in entries if entry.usable]
    return frozenset().union(*(days.get(name, ()) for days in usable for name in datasets))


def recorded_days(lake: Lakehouse, table: str, user_id: str) -> frozenset[date]:
    """The days on which a user has a row in a silver table."""
    return frozenset(_day_column(lake, table, user_id).unique().to_pylist())


def _day_column(lake: Lakehouse, table: str, user_id: str) -> pa.ChunkedArray:
    name = f"bio_silver.{table}"
    if not lake.tables.exists(name):
        return pa.chunked_array([[]], pa.date32())
    return lake.tables.scan(name, user_id=user_id, columns=["day"]).column("day")


def unworn_days(lake: Lakehouse, user_id: str, source: Source) -> frozenset[date]:
    """Days of 12 h or more without a source's device on which nothing was slept; none where that is
    not told."""
    wear = source.wear
    if wear is None:
        return frozenset()
    return gap_ledger.unworn_days(
        _pairs(lake, f"bio_silver.{wear.non_wear_table}", user_id, wear.non_wear_column),
        _pairs(lake, f"bio_silver.{wear.sleep_table}", user_id, wear.sleep_column),
    )


def _pairs(lake: Lakehouse, name: str, user_id: str, column: str) -> list[tuple[date, Any]]:
    """Day and value of a column of a user's rows; none where the table is not there yet."""
    if not lake.tables.exists(name):
        return []
    rows = lake.tables.scan(name, user_id=user_id, columns=["day", column]).to_pylist()
    return [(row["day"], row[column]) for row in rows]


def gaps(known: Knowledge, first: date, last: date, today: date) -> dict[date, Cause]:
    """The missing days among `first` to `last`, each with its cause."""
    days = (first + timedelta(offset) for offset in range((last - first).days + 1))
    causes = ((day, cause_of(day, known, today)) for day in days)
    return {day: cause for day, cause in causes if cause}
