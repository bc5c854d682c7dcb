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
    """`code` names who makes the table, `settings` is a digest, `snapshots` are by full name."""

    code: str
    settings: str
    snapshots: Mapping[str, int | None]

    @classmethod
    def now(cls, lake: Lakehouse, code: str, read: Iterable[TableSchema]) -> MadeOf:
        """What a table would be made of now; whoever reads the tables does so after this."""
        names = [schema.full_name for schema in read]
        snapshots = {name: newest_snapshot(lake.tables, name) for name in names}
        return cls(code, digest_of(lake.settings), snapshots)

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
    if before is None or (before.code, before.settings) != (now.code, now.settings):
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
    """A digest of all that the settings say of people and heart rates."""
    people = {
        user_id: profile.model_dump(mode="json", exclude=NOT_MADE_WITH)
        for user_id, profile in settings.users.items()
    }
    told = json.dumps([list(settings.heart_rate_zones), people], sort_keys=True)
    return sha256(told.encode()).hexdigest()
