"""One user's rows as reports read them: of tables, and what files and fetches speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import pandas as pd

from bio_lakehouse.build.known_days import days_told
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.schema import QUARANTINE, TableSchema, in_order
from bio_lakehouse.silver import SCHEMAS as SILVER

NON_WEAR = ("day", "non_wear_time")
PERIODS = ("day", "type")
NIGHTS = ("day", "type", "bedtime_start", "utc_offset_minutes")
SCORED = ("oura/daily_readiness", "oura/daily_sleep", "oura/daily_activity")
"""Datasets whose failed fetches the strip of what arrived tells."""


def rows_of(
    lake: Lakehouse,
    schema: TableSchema,
    user_id: str,
    columns: Sequence[str] | None = None,
    first: date | None = None,
    last: date | None = None,
) -> pd.DataFrame:
    """A user's rows of a range in the order of the grain; none when there is no table."""
    names = columns or schema.column_names
    if not lake.tables.exists(schema.full_name):
        return pd.DataFrame(columns=list(names))
    found = lake.tables.scan(schema.full_name, first, last, user_id, columns)
    rows: pd.DataFrame = in_order(found, schema).to_pandas()
    return rows


def non_wear_of(lake: Lakehouse, user_id: str, first: date, last: date) -> pd.DataFrame:
    """How long the ring was off on each of the days."""
    return rows_of(lake, SILVER["oura_daily_activity"], user_id, NON_WEAR, first, last)


def periods_of(lake: Lakehouse, user_id: str, first: date, last: date) -> pd.DataFrame:
    """The types of the sleep periods of the days."""
    return rows_of(lake, SILVER["oura_sleep"], user_id, PERIODS, first, last)


def nights_of(lake: Lakehouse, user_id: str, first: date, last: date) -> pd.DataFrame:
    """When the sleep periods of the days began, on the person's own clock."""
    return rows_of(lake, SILVER["oura_sleep"], user_id, NIGHTS, first, last)


def coverage_of(entries: Iterable[LogEntry]) -> pd.DataFrame:
    """The days about which each of a user's files and fetches speaks, by dataset, and those of
    which a row of theirs lies in quarantine."""
    rows: list[tuple[str, str, str | None, date, date]] = []
    for entry in entries:
        if entry.usable:
            for dataset, spans in entry.stretches.items():
                rows += ((entry.user_id, dataset, entry.origin, *span) for span in spans)
            for dataset, days in entry.unread_by_dataset.items():
                rows += ((entry.user_id, dataset, QUARANTINE, day, day) for day in sorted(days))
    return pd.DataFrame(rows, columns=["user_id", "source", "origin", "first_day", "last_day"])


def failed_days(entries: Collection[LogEntry]) -> dict[str, frozenset[date]]:
    """The days of a user's fetches that failed, by dataset."""
    return {dataset: days_told(entries, (dataset,), failed=True) for dataset in SCORED}
