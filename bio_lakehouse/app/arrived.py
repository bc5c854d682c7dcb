"""What became of files that were brought in, as a page shows it."""

from __future__ import annotations

from typing import Any

from bio_lakehouse.lake import quarantine, refusals
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.folders import printable
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.sources import registry
from bio_lakehouse.workflows import IngestOutcome

MOST_REASONS = 20


def arrived_files(lake: Lakehouse, outcome: IngestOutcome) -> list[dict[str, Any]]:
    """A row a file, JSON-able: its name, what it is, what became of it, counts, and every
    reason."""
    came = [arrived_file(lake, one) for one in outcome.arrivals if not one.passed_over]
    not_read = [
        file_not_taken(name, "not taken", reason) for name, reason in outcome.unread.items()
    ]
    others = [
        file_not_taken(name, "passed over", reason) for name, reason in outcome.passed_over.items()
    ]
    return [*came, *not_read, *others]


def arrived_file(lake: Lakehouse, arrival: Arrival) -> dict[str, Any]:
    """One file that landing knows."""
    entry = arrival.entry
    reasons = [refusals.alone(entry.error)] if entry.error else []
    if entry.quarantined_count and not arrival.repeated:
        reasons += quarantine_reasons(quarantine.read(lake.objects, arrival.path))
    return {
        "name": name_of(arrival.given or arrival.path),
        "what": what_it_is(entry),
        "became": became(arrival),
        "rows": entry.record_count,
        "set_aside": entry.quarantined_count,
        "new_days": arrival.new_days,
        "changed_days": arrival.changed_days,
        "reasons": [*reasons, *arrival.notes],
    }


def file_not_taken(name: str, state: str, reason: str) -> dict[str, Any]:
    """One file that did not reach landing."""
    nothing = {"rows": 0, "set_aside": 0, "new_days": 0, "changed_days": 0}
    words = refusals.alone(reason)
    return {"name": name_of(name), "what": "", "became": state, **nothing, "reasons": [words]}


def became(arrival: Arrival) -> str:
    """What became of a file, in a word or two."""
    if arrival.entry.status == "validation_failed":
        return "refused"
    if arrival.unread:
        return "not read now"
    return "known before" if arrival.repeated else "brought in"


def what_it_is(entry: LogEntry) -> str:
    """`Oura, account export: daily sleep`; empty where nothing was recognised."""
    if not entry.datasets or entry.source is None:
        return ""
    vendor = registry.source_named(entry.source).title
    origin = (entry.origin or "").replace("csv", "CSV").replace("api", "API")
    names = ", ".join(dataset.partition("/")[2] for dataset in entry.datasets)
    return f"{vendor}, {origin}: {names}".replace("_", " ")


def name_of(path: str) -> str:
    """The last part of a path, with nothing in it that a screen would obey."""
    return printable(path.rsplit("/", 1)[-1])


def quarantine_reasons(rows: list[dict[str, Any]]) -> list[str]:
    """Why rows were set aside: each reason once, with how many rows it is of."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["reason"]] = counts.get(row["reason"], 0) + 1
    told = [f"{count:,} {'row' if count == 1 else 'rows'}: {why}" for why, count in counts.items()]
    more = len(told) - MOST_REASONS
    return [*told[:MOST_REASONS], *([f"{more:,} more reasons"] if more > 0 else [])]
