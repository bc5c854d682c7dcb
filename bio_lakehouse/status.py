"""What the lake holds for one user: newest days, gaps with their causes, last arrivals, quarantine,
reports that are outdated, and the readiness expected tomorrow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any

import numpy as np

from bio_lakehouse.build.known_days import CAUSES, NO_CAUSE, TABLES, KnownDays, known_by_table
from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.gold.gap_ledger import Stretch, stretches
from bio_lakehouse.insights import experiment_sentences
from bio_lakehouse.insights.tomorrow import tomorrow_line
from bio_lakehouse.lake import arrivals, built_with, landing, quarantine
from bio_lakehouse.lake.experiment_log import experiments_of
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectInfo, PassedOver
from bio_lakehouse.reports.outdated import PageState, outdated_reports
from bio_lakehouse.sources import registry

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
    place: str
    today: date
    datasets: list[DatasetStatus]
    untyped: dict[str, int]
    arrivals: list[LogEntry]
    waiting_files: int
    pending_days: int
    quarantine: dict[str, list[dict[str, Any]]]
    passed_over: list[PassedOver]
    outdated_reports: dict[date, PageState]
    tomorrow: str
    experiment: str
    changed: str = ""
    """What of the person's measures and time zone the lake is not built with yet."""
    others: tuple[str, ...] = ()
    """Who else is in the lake, where nothing of this person has come."""


def lake_status(lake: Lakehouse, user_id: str) -> LakeStatus:
    """The status of `user_id`'s part of the lake."""
    entries = lake.log.of_user(user_id)
    lying, passed_over = landing.survey(lake.landing_objects)
    held = {entry.file_path: quarantine.read(lake.objects, entry.file_path) for entry in entries}
    return LakeStatus(
        user_id=user_id,
        home=str(lake.settings.home),
        place=lake.place,
        today=lake.settings.today(user_id),
        datasets=dataset_statuses(lake, user_id),
        untyped=untyped_rows(entries),
        arrivals=shown_arrivals(entries),
        waiting_files=waiting(lying, entries, user_id, lake.settings.today(user_id)),
        pending_days=len(arrivals.unfinished(lake)),
        quarantine={path: rows for path, rows in held.items() if rows},
        passed_over=passed_over,
        outdated_reports=outdated_reports(lake, user_id),
        tomorrow=tomorrow_line(lake, user_id, lake.settings.today(user_id)),
        experiment=experiment_told(lake, user_id),
        changed=built_with.not_noticed(lake, user_id),
        others=() if entries else tuple(sorted(lake.log.users() - {user_id})),
    )


def waiting(lying: list[ObjectInfo], entries: list[LogEntry], user_id: str, today: date) -> int:
    """How many of a user's files lie in landing that are still to be taken in."""
    known: defaultdict[str, list[LogEntry]] = defaultdict(list)
    for entry in entries:
        known[landing.split_path(entry.file_path)[0]].append(entry)
    own = [info for info in lying if is_of_user(info, user_id)]
    return sum(arrivals.is_news(info, known[info.key], today) for info in own)


def is_of_user(info: ObjectInfo, user_id: str) -> bool:
    """Whether a file lies where that user's do; what lies in nobody's folder is nobody's."""
    try:
        return landing.user_of(info.key) == user_id
    except UnsupportedFile:
        return False


def experiment_told(lake: Lakehouse, user_id: str) -> str:
    """How the newest experiment stands; empty where there is none, or its result is old."""
    today = lake.settings.today(user_id)
    for newest in experiments_of(lake.objects, user_id)[-1:]:
        if today - newest.last_day <= timedelta(experiment_sentences.TOLD_DAYS):
            name = experiment_sentences.named(newest.plan.name)
            return f"Experiment {name}: {experiment_sentences.state(newest, today)}."
    return ""


def shown_arrivals(entries: list[LogEntry]) -> list[LogEntry]:
    """The last arrivals, and of those before them the last that were refused: they are not done
    with."""
    earlier, last = entries[:-RECENT_ARRIVALS], entries[-RECENT_ARRIVALS:]
    refused = [entry for entry in earlier if entry.status == "validation_failed"]
    return refused[-RECENT_ARRIVALS:] + last


def untyped_rows(entries: list[LogEntry]) -> dict[str, int]:
    """Rows of datasets that have no silver table yet, by bronze dataset."""
    typed = set(registry.typed_datasets())
    found: dict[str, int] = {}
    for entry in entries:
        for dataset in set(entry.datasets) - typed if entry.usable else ():
            found[dataset] = found.get(dataset, 0) + entry.record_count
    return found


def dataset_statuses(lake: Lakehouse, user_id: str) -> list[DatasetStatus]:
    days = {table: days_in(lake, table, user_id) for table in TABLES}
    today = lake.settings.today(user_id)
    first = min([lake.settings.first_day, today, *chain.from_iterable(days.values())])
    return [
        dataset_status(table, days[table], known)
        for table, known in known_by_table(lake, first, today, [user_id])
    ]


def days_in(lake: Lakehouse, table: str, user_id: str) -> list[date]:
    """The day of each of a user's rows in a silver table."""
    name = f"bio_silver.{table}"
    if not lake.tables.exists(name):
        return []
    days: list[date] = lake.tables.scan(name, user_id=user_id, columns=["day"])["day"].to_pylist()
    return days


def dataset_status(table: str, days: list[date], known: KnownDays) -> DatasetStatus:
    """One table of the one person of whom these days are known."""
    bounds = (min(days, default=None), max(days, default=None))
    [causes] = known.causes(known.recorded)
    missing = {
        known.calendar.day(day): CAUSES[causes[day]] for day in np.flatnonzero(causes != NO_CAUSE)
    }
    return DatasetStatus(table, len(days), len(set(days)), *bounds, stretches(missing))
