"""The gap ledger from what the lake knows: tables, the log's coverage and its failed fetches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from bio_lakehouse.gold import gap_ledger
from bio_lakehouse.gold.gap_ledger import Knowledge, gaps
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.log import LogEntry, days_between
from bio_lakehouse.lake.tables import Commit
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source

TABLES = {table: registry.feeding(table) for table in registry.tables()}
"""Silver tables and the bronze datasets that feed them."""


def build_gap_ledger(lake: Lakehouse) -> Commit:
    """Make `bio_gold.gap_ledger` anew up to today, for every user.

    What arrives about some days is news of others too: those between it and what there was are
    missing now, and a day that was not due yet is due.
    """
    with exclusively(lake, GAP_LEDGER.full_name):
        first, last = lake.settings.first_day, newest_today(lake)
        rows = pa.Table.from_pylist(list(ledger_rows(lake, first, last)), GAP_LEDGER.arrow)
        return lake.tables.replace(GAP_LEDGER, rows, first, last)


def newest_today(lake: Lakehouse) -> date:
    """Today where it is latest, of all users' clocks."""
    settings = lake.settings
    return max([settings.today(), *map(settings.today, lake.log.users())])


def ledger_rows(lake: Lakehouse, first: date, last: date) -> Iterator[dict[str, Any]]:
    """A row for each user, silver table and day of the range that is missing, from the first day on
    of which a record, a file or a fetch (be it one that failed) speaks: so a dataset that never
    came is there with its cause as well."""
    for user_id in sorted(lake.log.users()):
        today = lake.settings.today(user_id)
        for table, known in knowledge_by_table(lake, user_id).items():
            spoken_of = known.recorded | known.covered | known.failed
            start = max(first, min(spoken_of, default=date.max))
            for day, cause in gaps(known, start, min(last, today), today).items():
                yield {
                    "user_id": user_id,
                    "day": day,
                    "dataset": table,
                    "source": registry.source_of_table(table).name,
                    "cause": cause,
                }


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
