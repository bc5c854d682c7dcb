"""The days of the last weeks that are missing of each person's tables, up to the newest that is
due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bio_lakehouse.build.ledger import knowledge_by_table
from bio_lakehouse.gold.gap_ledger import Cause, Knowledge, Stretch, gaps, stretches
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
    found = []
    for user_id in sorted(lake.log.users()):
        today = lake.settings.today(user_id)
        for table, known in knowledge_by_table(lake, user_id).items():
            missing = missing_of(user_id, table, known, today)
            if missing.causes:
                found.append(missing)
    return found


def missing_of(user_id: str, table: str, known: Knowledge, today: date) -> MissingDays:
    """The missing days of one table, from the first on of which a record or a failed fetch
    speaks."""
    spoken_of = known.recorded | known.failed
    newest_due = today - timedelta(registry.source_of_table(table).due_after_days)
    first = max(today - timedelta(WATCHED_DAYS), min(spoken_of, default=date.max))
    missing = gaps(known, first, newest_due, today) if first <= newest_due else {}
    causes = {day: cause for day, cause in missing.items() if cause is not Cause.BEFORE_FIRST}
    newest = max(known.recorded, default=None)
    return MissingDays(user_id, table, newest_due, newest, causes)


def days_by_person(missing: Iterable[MissingDays]) -> dict[str, int]:
    """How many days are missing of each person's tables, counted a table."""
    counts: Counter[str] = Counter()
    for one in missing:
        counts[one.user_id] += len(one.causes)
    return dict(sorted(counts.items()))
