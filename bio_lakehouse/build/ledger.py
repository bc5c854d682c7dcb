"""The gap ledger from what the lake knows: tables, the log's coverage and its failed fetches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.build.known_days import (
    CAUSES,
    NO_CAUSE,
    TABLES,
    Calendar,
    known_by_table,
)
from bio_lakehouse.gold import gap_ledger
from bio_lakehouse.gold.gap_ledger import Knowledge
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.lake.content_versions import changed_days
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.log import LogEntry, days_between
from bio_lakehouse.lake.tables import Commit, conform, rows_by_day, versions_of
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source


def build_gap_ledger(lake: Lakehouse) -> Commit:
    """Make `bio_gold.gap_ledger` what it must be up to today, for every user.

    What arrives about some days is news of others too: those between it and what there was are
    missing now, and a day that was not due yet is due. Only what differs is written, from the first
    such day to the last.
    """
    with exclusively(lake, GAP_LEDGER.full_name):
        first, last = lake.settings.first_day, newest_today(lake)
        rows = conform(ledger_rows(lake, first, last), GAP_LEDGER)
        versions = versions_of(rows, GAP_LEDGER)
        differing = changed_days(versions_of(ledger_before(lake), GAP_LEDGER), versions)
        days = (min(differing, default=last), max(differing, default=last))
        commit = lake.tables.replace(GAP_LEDGER, rows_within(rows, *days), *days)
        counts = rows_by_day(rows, GAP_LEDGER)
        return replace(commit, rows=rows.num_rows, rows_by_day=counts, versions=versions)


def ledger_before(lake: Lakehouse) -> pa.Table:
    """All rows that the ledger has, also of days that are none of the lake's any more."""
    return lake.tables.read(GAP_LEDGER, None, None)


def rows_within(rows: pa.Table, first: date, last: date) -> pa.Table:
    day = rows.column("day")
    return rows.filter(pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last)))


def newest_today(lake: Lakehouse) -> date:
    """Today where it is latest, of all users' clocks."""
    settings = lake.settings
    return max([settings.today(), *map(settings.today, lake.log.users())])


def ledger_rows(lake: Lakehouse, first: date, last: date) -> pa.Table:
    """A row for each user, silver table and day of the range that is missing, from the first day on
    of which a record, a file or a fetch (be it one that failed) speaks: so a dataset that never
    came is there with its cause as well."""
    parts = [GAP_LEDGER.arrow.empty_table()]
    for table, known in known_by_table(lake, first, last):
        causes = known.causes(known.recorded | known.covered | known.failed)
        parts.append(missing_rows(table, known.calendar, causes))
    return pa.concat_tables(parts)


def missing_rows(table: str, calendar: Calendar, causes: npt.NDArray[np.int8]) -> pa.Table:
    """The ledger's rows of one table."""
    users, days = np.nonzero(causes != NO_CAUSE)
    begins = (calendar.first - date(1970, 1, 1)).days
    constant = {"dataset": table, "source": registry.source_of_table(table).name}
    columns = {
        "user_id": pa.array(calendar.users, pa.string()).take(pa.array(users)),
        "day": pa.array((days + begins).astype(np.int32)).cast(pa.date32()),
        "cause": pa.array(map(str, CAUSES), pa.string()).take(pa.array(causes[users, days])),
        **{name: pa.repeat(pa.scalar(text), len(users)) for name, text in constant.items()},
    }
    return pa.table({name: columns[name] for name in GAP_LEDGER.column_names}, GAP_LEDGER.arrow)


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
        found[table] = Knowledge(recorded, covered, unworn[source], failed)
    return found


def table_days(lake: Lakehouse, table: str, user_id: str) -> list[date]:
    """The day of each of a user's rows in a silver table."""
    days: list[date] = _day_column(lake, table, user_id).to_pylist()
    return days


def recorded_days(lake: Lakehouse, table: str, user_id: str) -> frozenset[date]:
    """The days on which a user has a row in a silver table."""
    return frozenset(_day_column(lake, table, user_id).unique().to_pylist())


def _day_column(lake: Lakehouse, table: str, user_id: str) -> pa.ChunkedArray:
    name = f"bio_silver.{table}"
    if not lake.tables.exists(name):
        return pa.chunked_array([[]], pa.date32())
    return lake.tables.scan(name, user_id=user_id, columns=["day"]).column("day")


def days_told(
    entries: Iterable[LogEntry], datasets: tuple[str, ...], *, failed: bool
) -> frozenset[date]:
    """The days that usable ones of `entries` tell of `datasets`, or those of their failed
    fetches."""

    def wanted(entry: LogEntry) -> bool:
        return (entry.status == "fetch_failed") if failed else entry.usable

    kept = [entry for entry in entries if wanted(entry)]
    told = (entry.coverage_of(dataset) for entry in kept for dataset in datasets)
    return frozenset().union(*(days_between(*span) for span in told if span))


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
