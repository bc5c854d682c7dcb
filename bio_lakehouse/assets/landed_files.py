"""Files in landing as the graph shows them: what people drop, what Peloton's download brings, and
an event for each file.

Nothing here makes a file, so these assets are external. Their events have no data version: a file
that came makes stale only the days that it changed, which are built anew and say so themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import dagster as dg

from bio_lakehouse import english
from bio_lakehouse.assets.keys import LANDED_FILES, OURA_API, PELOTON_DOWNLOAD, landing_key
from bio_lakehouse.lake import quarantine
from bio_lakehouse.lake.arrivals import SAID_AGAIN, Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import place_of
from bio_lakehouse.sources import registry

MOST_EVENTS = 200
"""Files that get an event of their own at once: one takes about 4 ms, and a tick has 60 s."""

LANDED = dg.AssetsDefinition(
    specs=[
        dg.AssetSpec(
            LANDED_FILES,
            description=(
                "Files that people drop into landing or bring in with `bio-lakehouse ingest`: an "
                "event for each says what became of it."
            ),
            group_name="landing",
            kinds={"file"},
        ),
        dg.AssetSpec(
            PELOTON_DOWNLOAD,
            description=(
                "The workouts as Peloton lets a member download them, brought by the job "
                "`download_peloton` or `bio-lakehouse peloton sync`: an event for each download."
            ),
            group_name="landing",
            kinds={"csv", "file"},
        ),
    ]
)

Metadata = dict[str, dg.MetadataValue]
Event = dg.AssetMaterialization | dg.AssetObservation


def landed_events(lake: Lakehouse, arrivals: Iterable[Arrival]) -> list[Event]:
    """An event for each file, those with a trouble first; of very many the rest is counted in one
    event."""
    ordered = sorted(arrivals, key=lambda one: not (one.failed or one.unread))
    alone, together = ordered[:MOST_EVENTS], ordered[MOST_EVENTS:]
    events = [event_of(lake, arrival) for arrival in alone]
    return [*events, summary(together)] if together else events


def landed_sentences(arrivals: Collection[Arrival]) -> list[str]:
    """What became of the files that were taken, a sentence each; how many more there are."""
    taken = [sentence(one) for one in arrivals if not (one.refused or one.unread)]
    more = len(taken) - MOST_EVENTS
    return [*taken[:MOST_EVENTS], f"and {more} more files"] if more > 0 else taken


def event_of(lake: Lakehouse, arrival: Arrival) -> Event:
    """What became of one file. Oura's answers belong to days that are materialised by the asset
    that asked, so each is an observation of it."""
    key = key_of(arrival)
    kind = dg.AssetObservation if key == OURA_API else dg.AssetMaterialization
    told = sentence(arrival)
    return kind(key, description=told, metadata=counted(arrival) | described(lake, arrival))


def key_of(arrival: Arrival) -> dg.AssetKey:
    """The landing asset that a file belongs to, by how it came."""
    fetcher = registry.fetcher_of(arrival.fetch) if arrival.fetch else None
    return landing_key(fetcher.asset) if fetcher else LANDED_FILES


def outcome(arrival: Arrival) -> str:
    """What became of a file, in two words."""
    if arrival.unread:
        return "unreadable"
    if arrival.entry.status == "duplicate" or SAID_AGAIN in arrival.notes:
        return "said again"
    if arrival.refused:
        return "refused"
    return "taken in part" if arrival.entry.quarantined_count else "taken"


def sentence(arrival: Arrival) -> str:
    """`landing/me/trends.csv: taken, 5 rows, 5 days new, 0 changed, 0 unchanged`."""
    entry = arrival.entry
    if arrival.unread or arrival.refused:
        return f"{arrival.path}: {outcome(arrival)}, {entry.error}"
    if arrival.elsewhere:
        taken = f"{arrival.path}: {outcome(arrival)} by a Lambda"
        return f"{taken}, {english.count(entry.record_count, 'row')}"
    days = (
        f"{arrival.new_days} days new, {arrival.changed_days} changed, "
        f"{arrival.unchanged_days} unchanged"
    )
    rows = english.count(entry.record_count, "row")
    return f"{arrival.path}: {outcome(arrival)}, {rows}, {days}"


def counted(arrival: Arrival) -> Metadata:
    """What the UI plots from file to file."""
    counts = {
        "bytes": arrival.entry.size,
        "rows": arrival.entry.record_count,
        "rows in quarantine": arrival.entry.quarantined_count,
    }
    days = {
        "days new": arrival.new_days,
        "days changed": arrival.changed_days,
        "days unchanged": arrival.unchanged_days,
    }
    known = counts if arrival.elsewhere else counts | days
    return {name: dg.MetadataValue.int(number) for name, number in known.items()}


def described(lake: Lakehouse, arrival: Arrival) -> Metadata:
    """What else is known of a file: names, days and reasons, and nothing of what is in it."""
    entry = arrival.entry
    texts = {
        "file": arrival.path,
        "outcome": outcome(arrival),
        "reason": entry.error,
        "notes": "; ".join(arrival.notes),
        "datasets": ", ".join(entry.datasets),
        "sha256": entry.checksum,
        "first day": entry.first_day and entry.first_day.isoformat(),
        "last day": entry.last_day and entry.last_day.isoformat(),
    }
    told: Metadata = {name: dg.MetadataValue.text(text) for name, text in texts.items() if text}
    key = quarantine.key_of(arrival.path)
    if entry.quarantined_count and lake.objects.exists(key):
        told["quarantine"] = dg.MetadataValue.path(place_of(lake.objects, key))
    return told


def summary(arrivals: Sequence[Arrival]) -> dg.AssetMaterialization:
    """One event for files that have none of their own."""
    outcomes = Counter(map(outcome, arrivals))
    told = ", ".join(f"{number} {name}" for name, number in sorted(outcomes.items()))
    return dg.AssetMaterialization(
        LANDED_FILES,
        description=(
            f"{len(arrivals)} more files at once: {told}. The first {MOST_EVENTS} have an event "
            "each; `bio-lakehouse status` knows all."
        ),
        metadata={"files": len(arrivals), **outcomes},
    )
