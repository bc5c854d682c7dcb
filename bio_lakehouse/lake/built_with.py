"""What the lake was built with: each person's time zone and measures, kept in the home and compared
at every start.

A change is told, and what it touches is owed to the lake: a zone moves records to other days, a
maximum heart rate and zones change workouts, and power and threshold change training load.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import arrivals, bronze_plan, bronze_store, landed_reading
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import place_of
from bio_lakehouse.lake.owed_days import settings_of
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.peloton.fields import WORKOUTS
from bio_lakehouse.sources.records import ParsedFile

KEY = "built_with.json"
ZONE = "timezone"
OF_WORKOUTS = {"max_heart_rate": "maximum heart rate", "heart_rate_zones": "heart-rate zones"}
OF_LOAD = {"threshold_heart_rate": "threshold heart rate", "ftp": "FTP"}
NAMES = {ZONE: "time zone"} | OF_WORKOUTS | OF_LOAD

Values = dict[str, str]


def notice(lake: Lakehouse) -> list[str]:
    """What changed of each person since the lake was built, a sentence each; what that touches is
    owed to the lake.

    Whoever is new is kept as they are now. Noticing twice tells once.
    """
    kept, told = read(lake), []
    now = {user_id: values_of(lake, user_id) for user_id in people(lake)}
    for user_id, values in now.items():
        before = kept.get(user_id, values)
        if before != values:
            told.append(rebuild(lake, user_id, before, values))
    if kept | now != kept:
        lake.objects.put(KEY, json.dumps(kept | now, indent=1, sort_keys=True).encode())
    return told


def read(lake: Lakehouse) -> dict[str, Values]:
    content = lake.objects.find_many([KEY]).get(KEY)
    if content is None:
        return {}
    try:
        kept = json.loads(content)
        return {user_id: dict(values) for user_id, values in kept.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise DamagedFile(
            f"{place_of(lake.objects, KEY)} is damaged: remove it, then run `bio-lakehouse "
            "refresh` if a time zone or measure changed"
        ) from error


def people(lake: Lakehouse) -> set[str]:
    """Everybody whom the settings know, and whose files came."""
    return lake.settings.users.keys() | lake.log.users()


def forget(lake: Lakehouse, user_id: str, *, is_trial: bool = False) -> int:
    """Remove what is kept of a person; whether there was anything, as 1 or 0."""
    kept = read(lake)
    there = kept.pop(user_id, None) is not None
    if there and not is_trial:
        lake.objects.put(KEY, json.dumps(kept, indent=1, sort_keys=True).encode())
    return int(there)


def values_of(lake: Lakehouse, user_id: str) -> Values:
    """A person's zone and measures as text; an unknown one is empty."""
    profile = lake.settings.user_profile(user_id).model_dump(include=set(NAMES))
    zones = ",".join(map(str, lake.settings.heart_rate_zones))
    return {name: str(value or "") for name, value in profile.items()} | {"heart_rate_zones": zones}


def rebuild(lake: Lakehouse, user_id: str, before: Values, now: Values) -> str:
    """Mark as owed what the change of a person's values touches; the sentence that tells it."""
    changed = [name for name in NAMES if before.get(name, "") != now[name]]
    days: dict[str, set[date]] = {}
    if ZONE in changed:
        days = moved(lake, user_id)
    for dataset in registry.datasets_made_with(changed):
        held = days_held(lake, dataset, user_id)
        if held:
            days.setdefault(dataset, set()).update(held)
    lake.log.owed.add(settings_of(user_id), days)
    touched = set().union(*days.values())
    workouts = workout_days(lake, user_id)
    if workouts and set(changed) & set(OF_LOAD):
        # Load is carried on from its first changed day.
        lake.log.owed.add_after_gold({min(workouts)} - touched)
        touched |= workouts
    return f"{changes_of(user_id, before, now)}: {len(touched):,} days are built anew."


def not_noticed(lake: Lakehouse, user_id: str) -> str:
    """What changed of a person since the lake was built, of which nothing is built anew yet; empty
    where nothing did, and where the note is damaged, which those say that build. Nothing is
    written."""
    now, kept = values_of(lake, user_id), dict[str, Values]()
    with suppress(DamagedFile):
        kept = read(lake)
    return changes_of(user_id, kept.get(user_id, now), now)


def changes_of(user_id: str, before: Mapping[str, str], now: Values) -> str:
    """From what to what each of a person's values changed; empty where none did."""
    return ", ".join(
        f"{NAMES[name]} of {user_id} changed from {before.get(name) or 'unknown'} to "
        f"{now[name] or 'unknown'}"
        for name in NAMES
        if before.get(name, "") != now[name]
    )


def workout_days(lake: Lakehouse, user_id: str) -> set[date]:
    """The days of the workouts that training load is made from."""
    return days_held(lake, WORKOUTS, user_id)


def days_held(lake: Lakehouse, dataset: str, user_id: str) -> set[date]:
    """The days of which bronze has a person's records of a dataset."""
    everything = (lake.settings.first_day, lake.settings.today())
    return {key.day for key in lake.bronze.keys(dataset, *everything, user_id)}


def moved(lake: Lakehouse, user_id: str) -> dict[str, set[date]]:
    """Read a person's landed files in their zone as it is now: the days, old and new, whose records
    are others."""
    # What says nothing says nothing in another zone.
    entries = [entry for entry in lake.log.of_user(user_id) if entry.usable and entry.datasets]
    days: dict[str, set[date]] = {dataset: set() for e in entries for dataset in e.datasets}
    for entry, reading in landed_reading.reread(lake, entries):
        again = in_zone(entry, reading.parsed)
        if again != entry:
            lake.log.record(again)
            for dataset in entry.datasets:
                days[dataset] |= set(entry.covered_days) ^ set(again.covered_days)
                days[dataset] |= entry.unread_days ^ again.unread_days
    for dataset, changed in days.items():
        everything = (lake.settings.first_day, lake.settings.today())
        existing = lake.bronze.contents(dataset, *everything, user_id)
        wanted = bronze_plan.day_files(lake, dataset, everything, user_id, existing)
        changed |= {key.day for key in bronze_store.differing(wanted, existing)}
    landed_reading.forget_readings()
    return days


def in_zone(entry: LogEntry, parsed: ParsedFile) -> LogEntry:
    """The entry with the days that its records have now."""
    days = parsed.days
    first, last = parsed.coverage or (None, None)
    return replace(
        entry,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        covered_first=first,
        covered_last=last,
        own_coverage=arrivals.own_coverage(parsed),
        unread=arrivals.unread_of(parsed),
    )
