"""What is watched over: that the newest due days are there, and what was refused, set aside or
never seen before."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from bio_lakehouse.assets.check_results import check_result
from bio_lakehouse.assets.keys import EXPERIMENT_DAYS, GAP_LEDGER
from bio_lakehouse.assets.reporting import with_failure_reason
from bio_lakehouse.build.missing_days import (
    WATCHED_DAYS,
    MissingDays,
    days_by_person,
    missing_days,
)
from bio_lakehouse.gold.gap_ledger import Stretch
from bio_lakehouse.lake.drift import first_seen
from bio_lakehouse.lake.experiment_log import unreadable
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source


def due(source: Source) -> str:
    """When a source's newest day is due, in words: `Oura: yesterday`."""
    days = source.due_after_days
    return f"{source.title}: {'yesterday' if days == 1 else f'{days} days ago'}"


NEW_FIELD_DAYS = 7
MISSING = dg.TableSchema(
    [
        dg.TableColumn("person"),
        dg.TableColumn("table"),
        dg.TableColumn("newest day there"),
        dg.TableColumn("days missing", "int"),
        dg.TableColumn("which, and why"),
    ]
)
CHECKS = {
    "newest_due_day": (
        "Every table of every person has the newest day that is due "
        f"({', '.join(map(due, registry.by_name()))}), or a reason other than that nothing was "
        "delivered."
    ),
    "undelivered_days": (
        f"No day of the last {WATCHED_DAYS} is missing since nothing was delivered or a fetch "
        "failed."
    ),
    "quarantine": (
        f"No file of the last {WATCHED_DAYS} days was refused, and none of its rows set aside."
    ),
    "drift": f"No file brought fields that were first seen in the last {NEW_FIELD_DAYS} days.",
}
AS_COMMITTED = dg.AssetCheckSpec(
    "plans_as_committed",
    asset=EXPERIMENT_DAYS,
    description="Every plan is the one that was fixed at its start, and every mark can be read.",
    blocking=False,
)


@dg.multi_asset_check(
    specs=[
        *(
            dg.AssetCheckSpec(name, asset=GAP_LEDGER, description=text, blocking=False)
            for name, text in CHECKS.items()
        ),
        AS_COMMITTED,
    ],
    can_subset=True,
)
def watch_checks(
    context: dg.AssetCheckExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Iterator[dg.AssetCheckResult]:
    """Checks that warn and stop nothing: what they find is fixed by a person or a vendor."""
    asked = {check.name for check in context.selected_asset_check_keys}
    with with_failure_reason():
        found = findings(lake, asked)
    yield from (warning(name, found[name]) for name in sorted(asked))


def findings(lake: Lakehouse, asked: Collection[str]) -> dict[str, list[str]]:
    """What the checks that are asked for find now, over all days and not only those of a run."""
    found = {}
    if not {"newest_due_day", "undelivered_days"}.isdisjoint(asked):
        missing = missing_days(lake)
        found["newest_due_day"], found["undelivered_days"] = overdue(missing), undelivered(missing)
    if "quarantine" in asked:
        found["quarantine"] = set_aside(recent(lake))
    if "drift" in asked:
        found["drift"] = new_fields(lake.log.with_unknown_fields())
    if AS_COMMITTED.name in asked:
        found[AS_COMMITTED.name] = unreadable(lake.objects)
    return found


def warning(name: str, findings: list[str]) -> dg.AssetCheckResult:
    is_of_plans = name == AS_COMMITTED.name
    check = AS_COMMITTED.key if is_of_plans else dg.AssetCheckKey(GAP_LEDGER, name)
    return check_result(check, findings, dg.AssetCheckSeverity.WARN, found=len(findings))


def overdue(missing: Iterable[MissingDays]) -> list[str]:
    """Newest due days that were not delivered, each as a sentence."""
    return [
        f"{one.user_id}: {one.table} of {one.newest_due} is missing"
        f" ({one.causes[one.newest_due]}), "
        + (f"newest is {one.newest}" if one.newest else "none ever came")
        for one in missing
        if one.is_overdue
    ]


def undelivered(missing: Iterable[MissingDays]) -> list[str]:
    """Stretches of days that were not delivered, each as a sentence."""
    return [
        f"{one.user_id}: {one.table} {stretch.first} to {stretch.last} ({stretch.cause})"
        for one in missing
        for stretch in one.undelivered
    ]


def told_of_missing(missing: Sequence[MissingDays]) -> dict[str, Any]:
    """The missing days of the last weeks as metadata: by person at a glance, and as a table."""
    by_person = days_by_person(missing)
    said = "; ".join(f"{user_id}: {days}" for user_id, days in by_person.items())
    return {
        "people with missing days": len(by_person),
        "missing days by person": said or "none",
        "missing days": dg.MetadataValue.table(rows_of(missing), schema=MISSING),
    }


def rows_of(missing: Iterable[MissingDays]) -> list[dg.TableRecord]:
    """A row for each person and table of which days are missing."""
    return [
        dg.TableRecord(
            {
                "person": one.user_id,
                "table": one.table,
                "newest day there": str(one.newest or "none"),
                "days missing": len(one.causes),
                "which, and why": ", ".join(map(in_words, one.stretches)),
            }
        )
        for one in missing
    ]


def in_words(stretch: Stretch) -> str:
    days = f"{stretch.first}" if stretch.days == 1 else f"{stretch.first} to {stretch.last}"
    return f"{days} ({stretch.cause})"


def recent(lake: Lakehouse) -> list[LogEntry]:
    """What arrived in the watched days."""
    return lake.log.arrived_since(datetime.now(UTC) - timedelta(WATCHED_DAYS))


def set_aside(entries: Iterable[LogEntry]) -> list[str]:
    """Files that were refused and rows in quarantine; rows of days to come are left out."""
    found = list(entries)
    refused = [
        f"{entry.file_path}: {entry.error}"
        for entry in found
        if entry.status == "validation_failed"
    ]
    return refused + [
        f"{entry.file_path}: {entry.quarantined_count} of {entry.record_count} rows are in "
        "quarantine"
        for entry in found
        if has_rows_set_aside(entry)
    ]


def has_rows_set_aside(entry: LogEntry) -> bool:
    """Whether rows of a file that was taken are in quarantine, and do not wait there for their day
    alone."""
    return bool(entry.quarantined_count and entry.usable and entry.retry_on is None)


def new_fields(entries: Iterable[LogEntry]) -> list[str]:
    """Fields that this version does not know, of which the first file came in the last days."""
    since = datetime.now(UTC) - timedelta(NEW_FIELD_DAYS)
    recent = (
        place for place, entry in first_seen(entries).items() if entry.upload_timestamp >= since
    )
    return [f"{data_type}: {name} is new" for data_type, name in sorted(recent)]
