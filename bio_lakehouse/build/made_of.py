"""What a table's rows were made of, kept with them: of which code, of which settings, and of which
snapshots of the tables that they were read from.

Whoever makes the table again finds by it whose rows cannot be others than they are. Nothing of it
tells of a person: it is numbers and digests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.snapshots import first_days_changed, newest_snapshot, summary_of
from bio_lakehouse.settings import Settings

KEPT = "bio-lakehouse.made-of"
"""Under what it is said of a snapshot."""
NOT_MADE_WITH = {"timezone", "mail_to"}
"""What the settings know of people and no table of theirs is made with after silver."""


@dataclass(frozen=True, slots=True)
class MadeOf:
    """`code` names who makes the table, `settings` is a digest, `snapshots` are by full name. It is
    said of the days `first` to `last`, and of all where these are empty."""

    code: str
    settings: str
    snapshots: Mapping[str, int | None]
    first: str = ""
    last: str = ""

    @classmethod
    def now(
        cls,
        lake: Lakehouse,
        code: str,
        read: Iterable[TableSchema],
        days: tuple[date, date] | None = None,
    ) -> MadeOf:
        """What a table, or some days of one, would be made of now; whoever reads the tables does so
        after this."""
        names = [schema.full_name for schema in read]
        snapshots = {name: newest_snapshot(lake.tables, name) for name in names}
        within = map(date.isoformat, days or ())
        return cls(code, digest_of(lake.settings), snapshots, *within)

    def is_of(self, other: MadeOf) -> bool:
        """Whether it is said of all days of the other, and code and settings are the same."""
        has_days = not self.first or (self.first <= other.first and other.last <= self.last)
        return has_days and (self.code, self.settings) == (other.code, other.settings)

    @property
    def summary(self) -> dict[str, str]:
        """It as what `Tables.replace` is told to say of the snapshot."""
        return {KEPT: json.dumps(asdict(self), sort_keys=True)}


def first_days_to_make(
    lake: Lakehouse, table: TableSchema, now: MadeOf, read: Iterable[TableSchema]
) -> dict[str, date] | None:
    """By person the first day of which anything that a table is made of is other than when it was
    made, in the columns that are `read`; None where that may be any day of anybody."""
    text = summary_of(lake.tables, table.full_name).get(KEPT)
    before = MadeOf(**json.loads(text)) if text else None
    if before is None or not before.is_of(now):
        return None
    days: dict[str, date] = {}
    for schema in read:
        since = before.snapshots.get(schema.full_name)
        found = None if since is None else first_days_changed(lake.tables, schema, since)
        if found is None:
            return None
        days |= {user: min(day, days.get(user, day)) for user, day in found.items()}
    return days


def digest_of(settings: Settings) -> str:
    """A digest of all that the settings say of people, heart rates and windows."""
    people = {
        user_id: profile.model_dump(mode="json", exclude=NOT_MADE_WITH)
        for user_id, profile in settings.users.items()
    }
    rules = [list(settings.heart_rate_zones), settings.insight_window_days]
    told = json.dumps([rules, people], sort_keys=True)
    return sha256(told.encode()).hexdigest()
