"""What is watched over: that the newest due days are there, and what was refused, set aside or
never seen before."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from bio_lakehouse.assets.keys import GAP_LEDGER
from bio_lakehouse.assets.reporting import with_failure_reason
from bio_lakehouse.build.ledger import knowledge_by_table
from bio_lakehouse.gold.gap_ledger import Cause, cause_of, gaps, stretches
from bio_lakehouse.lake.drift import first_seen
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source


def due(source: Source) -> str:
    """When a source's newest day is due, in words: `Oura: yesterday`."""
    days = source.due_after_days
    return f"{source.title}: {'yesterday' if days == 1 else f'{days} days ago'}"


WATCHED_DAYS = 30
NEW_FIELD_DAYS = 7
UNDELIVERED = frozenset({Cause.NOT_DELIVERED, Cause.FETCH_FAILED})
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


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset=GAP_LEDGER, description=text, blocking=False)
        for name, text in CHECKS.items()
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
        found["newest_due_day"], found["undelivered_days"] = missing_days(lake)
    if "quarantine" in asked:
        found["quarantine"] = set_aside(recent(lake))
    if "drift" in asked:
        found["drift"] = new_fields(lake.log.with_unknown_fields())
    return found


def warning(name: str, findings: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=GAP_LEDGER,
        passed=not findings,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(findings) or None,
        metadata={"found": len(findings)},
    )


def missing_days(lake: Lakehouse) -> tuple[list[str], list[str]]:
    """Newest due days that were not delivered, and stretches of such days, each as a sentence."""
    overdue, undelivered = [], []
    for user_id in sorted(lake.log.users()):
        today = lake.settings.today(user_id)
        for table, known in knowledge_by_table(lake, user_id).items():
            spoken_of = known.recorded | known.failed
            if not spoken_of:
                continue
            newest_due = today - timedelta(registry.source_of_table(table).due_after_days)
            cause = cause_of(newest_due, known, today)
            newest = f"newest is {max(known.recorded)}" if known.recorded else "none ever came"
            if cause in UNDELIVERED:
                overdue.append(f"{user_id}: {table} of {newest_due} is missing ({cause}), {newest}")
            missing = gaps(
                known, max(today - timedelta(WATCHED_DAYS), min(spoken_of)), newest_due, today
            )
            undelivered += [
                f"{user_id}: {table} {stretch.first} to {stretch.last} ({stretch.cause})"
                for stretch in stretches(missing)
                if stretch.cause in UNDELIVERED
            ]
    return overdue, undelivered


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
