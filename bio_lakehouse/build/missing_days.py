"""The days of the last weeks that are missing of each person's tables, up to the newest that is
due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from bio_lakehouse.build.known_days import CAUSES, NO_CAUSE, TABLES, KnownDays, known_by_table
from bio_lakehouse.build.ledger import newest_today
from bio_lakehouse.gold.gap_ledger import Cause, Stretch, stretches
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.sources import registry

WATCHED_DAYS = 30
UNDELIVERED = frozenset({Cause.NOT_DELIVERED, Cause.FETCH_FAILED})


@dataclass(frozen=True, slots=True)
class MissingDays:
    """One table of one person: the newest day that is due and the newest that is there, and the
    missing ones of the watched days, each with its cause."""

    user_id: str
    table: str
    newest_due: date
    newest: date | None
    causes: Mapping[date, Cause]

    @property
    def is_overdue(self) -> bool:
        return self.causes.get(self.newest_due) in UNDELIVERED

    @property
    def stretches(self) -> list[Stretch]:
        return stretches(self.causes)

    @property
    def undelivered(self) -> list[Stretch]:
        return [stretch for stretch in self.stretches if stretch.cause in UNDELIVERED]


def missing_days(lake: Lakehouse) -> list[MissingDays]:
    """Every table of every person of which some of the watched days are missing."""
    first = min(lake.settings.first_day, newest_today(lake))
    found = [
        missing
        for table, known in known_by_table(lake, first, newest_today(lake))
        for missing in missing_of(table, known)
    ]
    order = list(TABLES)
    return sorted(found, key=lambda one: (one.user_id, order.index(one.table)))


def missing_of(table: str, known: KnownDays) -> Iterator[MissingDays]:
    """The missing days of one table, from the first on of which a record or a failed fetch
    speaks."""
    calendar = known.calendar
    due = calendar.todays - registry.source_of_table(table).due_after_days
    causes = known.causes(known.recorded | known.failed)
    oldest = calendar.todays - WATCHED_DAYS
    columns = calendar.columns
    watched = (columns >= oldest[:, None]) & (columns <= due[:, None])
    missing = watched & (causes != NO_CAUSE) & (causes != CAUSES.index(Cause.BEFORE_FIRST))
    for row in np.flatnonzero(missing.any(axis=1)):
        days = np.flatnonzero(missing[row])
        newest = np.flatnonzero(known.recorded[row])[-1:]
        yield MissingDays(
            calendar.users[row],
            table,
            calendar.day(due[row]),
            calendar.day(newest[0]) if newest.size else None,
            {calendar.day(day): CAUSES[causes[row, day]] for day in days},
        )


def days_by_person(missing: Iterable[MissingDays]) -> dict[str, int]:
    """How many days are missing of each person's tables, counted a table."""
    counts: Counter[str] = Counter()
    for one in missing:
        counts[one.user_id] += len(one.causes)
    return dict(sorted(counts.items()))
