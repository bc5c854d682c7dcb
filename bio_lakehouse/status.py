"""What the lake holds for one user: newest days, gaps with their causes, last arrivals, quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bio_lakehouse.gold.gap_ledger import NOT_WORN_SECONDS, Knowledge, Stretch, gaps, stretches
from bio_lakehouse.lake import quarantine
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry

TABLES = {
    "oura_daily_readiness": ("oura/daily_readiness", "oura/trends"),
    "oura_daily_sleep": ("oura/daily_sleep", "oura/trends"),
    "oura_daily_activity": ("oura/daily_activity", "oura/trends"),
    "oura_sleep": ("oura/sleep", "oura/trends"),
    "oura_heartrate": ("oura/heartrate",),
    "oura_daily_spo2": ("oura/daily_spo2",),
    "peloton_workouts": ("peloton/workouts",),
}
"""Silver tables and the bronze datasets that feed them."""
RECENT_ARRIVALS = 10


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """One silver table of one user."""

    table: str
    rows: int
    days: int
    first_day: date | None
    newest_day: date | None
    gaps: list[Stretch]


@dataclass(frozen=True, slots=True)
class LakeStatus:
    """All that `bio-lakehouse status` shows."""

    user_id: str
    home: str
    today: date
    datasets: list[DatasetStatus]
    untyped: dict[str, int]
    arrivals: list[LogEntry]
    pending_days: int
    quarantine: dict[str, list[dict[str, Any]]]


def lake_status(lake: Lakehouse, user_id: str) -> LakeStatus:
    """The status of `user_id`'s part of the lake."""
    entries = [entry for entry in lake.log.entries() if entry.user_id == user_id]
    held = {entry.file_path: quarantine.read(lake.objects, entry.file_path) for entry in entries}
    return LakeStatus(
        user_id=user_id,
        home=str(lake.settings.home),
        today=lake.settings.today(user_id),
        datasets=dataset_statuses(lake, user_id),
        untyped=untyped_rows(entries),
        arrivals=entries[-RECENT_ARRIVALS:],
        pending_days=len(set().union(*lake.log.pending().values())),
        quarantine={path: rows for path, rows in held.items() if rows},
    )


def untyped_rows(entries: list[LogEntry]) -> dict[str, int]:
    """Rows of datasets that have no silver table yet, by bronze dataset."""
    from bio_lakehouse.sources import TYPED_DATASETS

    found: dict[str, int] = {}
    for entry in entries:
        for dataset in set(entry.datasets) - set(TYPED_DATASETS) if entry.usable else ():
            found[dataset] = found.get(dataset, 0) + entry.record_count
    return found


def dataset_statuses(lake: Lakehouse, user_id: str) -> list[DatasetStatus]:
    unworn = unworn_days(lake, user_id)
    today = lake.settings.today(user_id)
    return [dataset_status(lake, table, user_id, unworn, today) for table in TABLES]


def dataset_status(lake: Lakehouse, table: str, user_id: str, unworn: frozenset[date], today: date) -> DatasetStatus:
    days = table_days(lake, table, user_id)
    covered = covered_days(lake, user_id, TABLES[table])
    recorded = frozenset(days) | (covered if table == "peloton_workouts" else frozenset())
    missing = gaps(Knowledge(recorded, covered, unworn), min(recorded), today, today) if recorded else {}
    bounds = (min(days, default=None), max(days, default=None))
    return DatasetStatus(table, len(days), len(set(days)), *bounds, stretches(missing))


def table_days(lake: Lakehouse, table: str, user_id: str) -> list[date]:
    """The day of each of a user's rows in a silver table."""
    name = f"bio_silver.{table}"
    if not lake.tables.exists(name):
        return []
    days: list[date] = lake.tables.scan(name, user_id=user_id, columns=["day"]).column("day").to_pylist()
    return days


def covered_days(lake: Lakehouse, user_id: str, datasets: tuple[str, ...]) -> frozenset[date]:
    """The days about which files and fetches of `datasets` speak."""
    entries = [entry for entry in lake.log.entries() if entry.user_id == user_id and entry.usable]
    return frozenset().union(*(entry.covered_days for entry in entries if set(entry.datasets) & set(datasets)))


def unworn_days(lake: Lakehouse, user_id: str) -> frozenset[date]:
    """Days of 12 h or more without the ring and without a sleep period."""
    name = "bio_silver.oura_daily_activity"
    if not lake.tables.exists(name):
        return frozenset()
    rows = lake.tables.scan(name, user_id=user_id, columns=["day", "non_wear_time"]).to_pylist()
    unworn = {row["day"] for row in rows if (row["non_wear_time"] or 0) >= NOT_WORN_SECONDS}
    return frozenset(unworn - set(table_days(lake, "oura_sleep", user_id)))
