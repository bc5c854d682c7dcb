"""What the lake holds, as the page of data lists it: datasets, gaps, arrivals, and what was set
aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bio_lakehouse.app.arrived import name_of, quarantine_reasons, what_it_is
from bio_lakehouse.app.charts_of_app import plain, span_text
from bio_lakehouse.lake import refusals
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.status import DatasetStatus, LakeStatus

STATUSES = {
    "ingesting": "being built",
    "ingested": "brought in",
    "duplicate": "said again",
    "validation_failed": "refused",
    "replaced": "replaced by a newer file",
    "fetch_failed": "fetch failed",
}
"""A log entry's status in a person's words."""


def dataset_rows(datasets: Sequence[DatasetStatus], today: date) -> list[dict[str, Any]]:
    """A row a dataset that has any data: its newest day, how old that is, and how much there is."""
    return [dataset_row(one, today) for one in datasets if one.rows]


def dataset_row(dataset: DatasetStatus, today: date) -> dict[str, Any]:
    return {
        "Dataset": plain(dataset.table),
        "Newest day": dataset.newest_day,
        "Days old": age_of(dataset.newest_day, today),
        "First day": dataset.first_day,
        "Days": dataset.days,
        "Days missing": sum(gap.days for gap in dataset.gaps),
        "Rows": dataset.rows,
    }


def age_of(newest: date | None, today: date) -> int | None:
    """Days since the newest day; None for one that is still to come."""
    return (today - newest).days if newest and newest <= today else None


def gap_rows(datasets: Sequence[DatasetStatus]) -> list[dict[str, Any]]:
    """A row a dataset and cause: how many days are missing, and the newest stretch of them."""
    rows = []
    for dataset in datasets:
        for cause in sorted({gap.cause for gap in dataset.gaps}):
            gaps = [gap for gap in dataset.gaps if gap.cause == cause]
            rows.append(
                {
                    "Dataset": plain(dataset.table),
                    "Why": str(cause),
                    "Days": sum(gap.days for gap in gaps),
                    "Newest": span_text(gaps[-1].first, gaps[-1].last),
                }
            )
    return rows


def arrival_rows(entries: Sequence[LogEntry]) -> list[dict[str, Any]]:
    """A row an arrival, the newest first."""
    return [
        {
            "File": name_of(entry.file_path),
            "Became": became_of(entry),
            "Rows": entry.record_count,
            "Set aside": entry.quarantined_count,
            "Arrived (UTC)": f"{entry.upload_timestamp:%Y-%m-%d %H:%M}",
            "What it is": what_it_is(entry),
            "Why": refusals.alone(entry.error) if entry.error else "",
        }
        for entry in reversed(entries)
    ]


def became_of(entry: LogEntry) -> str:
    return "set aside whole" if entry.is_wholly_quarantined else STATUSES[entry.status]


def quarantine_rows(status: LakeStatus) -> list[dict[str, Any]]:
    """A row a file and reason, of rows that could not be used."""
    return [
        {"File": name_of(path), "Why": reason}
        for path, rows in status.quarantine.items()
        for reason in quarantine_reasons(rows)
    ]


def pending_text(status: LakeStatus) -> str:
    """How many days are still to be built; empty where none are."""
    if not status.pending_days:
        return ""
    days = "1 day" if status.pending_days == 1 else f"{status.pending_days:,} days"
    return f"{days} that changed, or what follows from them, are still to be built."
