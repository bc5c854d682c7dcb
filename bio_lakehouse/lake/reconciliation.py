"""Reconciliation: what the API says now about days that were fetched before, against what bronze
holds of them.

It reads the landed answers by itself, not through the parsers, so that it finds what those lose as
well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bio_lakehouse.lake import landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import days_between
from bio_lakehouse.sources.oura.client import ENDPOINTS
from bio_lakehouse.sources.records import FetchNote


@dataclass
class Differences:
    """How many records were compared, and by dataset how many bronze lacks, holds otherwise, or
    holds alone."""

    compared: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)

    def __str__(self) -> str:
        says = {
            "missing in bronze": self.missing,
            "different": self.different,
            "no longer sent": self.gone,
        }
        return "; ".join(
            f"{dataset}: {n} {what}" for what, found in says.items() for dataset, n in found.items()
        )


def reconcile(lake: Lakehouse, user_id: str, landed: Collection[str], before: date) -> Differences:
    """Compare answers that were just landed with what bronze has from earlier ones, for days before
    `before`.

    Days that no earlier answer covers are left out: there is nothing to compare them with.
    """
    found = Differences()
    for key in landed:
        note = landing.read_note(lake.landing_objects, key).fetch
        if note and note.dataset and note.first_day and note.last_day:
            _compare(lake, user_id, key, note, frozenset(landed), before, found)
    return found


def _compare(
    lake: Lakehouse,
    user_id: str,
    key: str,
    note: FetchNote,
    landed: frozenset[str],
    before: date,
    found: Differences,
) -> None:
    dataset = f"oura/{note.dataset}"
    days = fetched_before(lake, user_id, note, landed) & _days(note, before)
    day_of = partial(
        ENDPOINTS[note.dataset or ""].day_of,
        timezone=ZoneInfo(lake.settings.user_profile(user_id).timezone),
    )
    answer = json.loads(lake.landing_objects.get(key))["data"]
    sent = {at: text for at, text in _keyed(answer, day_of) if at[0] in days}
    held = {
        at: text
        for at, text in _keyed(_held(lake, user_id, dataset, note, landed), day_of)
        if at[0] in days
    }
    unequal = {at for at in sent.keys() & held.keys() if sent[at] != held[at]}
    found.compared += len(sent)
    for counter, at in (
        (found.missing, sent.keys() - held.keys()),
        (found.different, unequal),
        (found.gone, held.keys() - sent.keys()),
    ):
        found.days |= {day for day, _ in at}
        if at:
            counter[dataset] += len(at)


def _days(note: FetchNote, before: date) -> set[date]:
    if note.first_day is None or note.last_day is None:
        return set()
    return {day for day in days_between(note.first_day, note.last_day) if day < before}


def fetched_before(
    lake: Lakehouse, user_id: str, note: FetchNote, landed: Collection[str]
) -> set[date]:
    """Of the days of an answer those about which another one speaks that is not among `landed`."""
    if note.first_day is None or note.last_day is None:
        return set()
    found: set[date] = set()
    for entry in lake.log.covering(user_id, "oura", note.first_day, note.last_day):
        same = entry.origin == "api" and f"oura/{note.dataset}" in entry.datasets
        if same and entry.file_path not in landed:
            found.update(entry.covered_days)
    return found


def _held(
    lake: Lakehouse, user_id: str, dataset: str, note: FetchNote, landed: Collection[str]
) -> list[dict[str, Any]]:
    """What earlier answers brought, as bronze has it, the newest version of a record last."""
    if note.first_day is None or note.last_day is None:
        return []
    lines = lake.bronze.read(dataset, note.first_day, note.last_day).sort_by("version").to_pylist()
    return [
        json.loads(line["record"])
        for line in lines
        if line["user_id"] == user_id
        and line["origin"] == "api"
        and line["source_file"] not in landed
    ]


def _keyed(
    records: list[dict[str, Any]], day_of: Callable[[dict[str, Any]], date | None]
) -> Iterator[tuple[tuple[date, str], str]]:
    """Canonical JSON by day and identity; a record of no readable day is in quarantine, and of no
    day to compare."""
    for record in records:
        identity = str(record.get("id") or f"{record.get('timestamp')}|{record.get('source')}")
        day = day_of(record)
        if day:
            yield (day, identity), json.dumps(record, sort_keys=True)
