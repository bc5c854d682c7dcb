"""What is known of one person's table, as sets of days, brought into the matrices of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from bio_lakehouse.build.known_days import Calendar, Days, KnownDays
from bio_lakehouse.gold.gap_ledger import Knowledge


def as_days(known: Mapping[str, Knowledge], first: date, last: date, today: date) -> KnownDays:
    """One table's days of each person."""
    users = tuple(known)
    todays = np.full(len(users), (today - first).days)
    calendar = Calendar(users, first, (last - first).days + 1, todays)

    def marked(name: str) -> Days:
        spans = (
            (user, day, day)
            for user, knowledge in known.items()
            for day in getattr(knowledge, name)
            if first <= day <= last
        )
        return calendar.spanned(spans)

    return KnownDays(calendar, *map(marked, ("recorded", "covered", "unread", "unworn", "failed")))


def tables_as_days(
    known: Mapping[str, Knowledge], first: date, today: date
) -> Iterator[tuple[str, KnownDays]]:
    """Each table's days of the person `me`."""
    for table, knowledge in known.items():
        yield table, as_days({"me": knowledge}, first, today, today)
