"""What the log has answered about assets, until it would answer something else.

A run asks some three times an asset for its newest event and the versions of its days, each time by
statements that take longer to make than to answer. What this process writes itself it knows without
asking, and a database tells when another has written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dagster import (
    AssetKey,
    AssetRecordsFilter,
    DagsterEventType,
    EventLogEntry,
    EventRecordsResult,
)
from dagster._core.assets import AssetDetails
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.event_api import EventLogRecord
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.base import AssetRecord
from dagster._core.storage.event_log.schema import AssetEventTagsTable, SqlEventLogStorageTable
from dagster._record import copy
from dagster._serdes import deserialize_value
from sqlalchemy import func, select

from bio_lakehouse.automation.event_batches import (
    MATERIALIZATION,
    PLANNED,
    Numbered,
    asset_of,
    kind_of,
    tags_of,
)

MADE = DagsterEventType.ASSET_MATERIALIZATION
VERSION = [DATA_VERSION_TAG]
MOST_DAYS, MOST_KEPT = 100, 1000
"""Of a question whose answer is kept, and of all that are kept of an asset."""


@dataclass
class Known:
    """What is known of an asset: its record (in a list of one, None for one without), the newest
    observation, and the version of the newest event of its days, where that has one."""

    record: list[AssetRecord | None] = field(default_factory=list)
    observed: list[EventRecordsResult] = field(default_factory=list)
    versions: dict[str, str | None] = field(default_factory=dict)

    def apart(self) -> Known:
        """The same, to be changed while others may read this."""
        return Known(list(self.record), list(self.observed), dict(self.versions))

    def intended(self, run_id: str) -> None:
        """A run intends to make the asset."""
        self._change_record(last_run_id=run_id)

    def made(self, versions: Mapping[str, str | None]) -> None:
        """The versions of the newest events of days of the asset; others are forgotten where they
        are too many to be kept."""
        if len(self.versions) > MOST_KEPT:
            self.versions = {}
        self.versions.update(versions)

    def newest(self, event: EventLogRecord) -> None:
        """The newest event of the asset that was made."""
        self._change_record(last_run_id=event.run_id, last_materialization_record=event)

    def is_plain(self) -> bool:
        """Whether the asset has a record that says nothing beside its events."""
        return any(one and one.asset_entry.asset_details is None for one in self.record)

    def _change_record(self, **changes: Any) -> None:
        """A record that would be another one besides is forgotten."""
        records = [record for record in self.record if record and self.is_plain()]
        self.record = [
            copy(record, asset_entry=copy(record.asset_entry, **changes)) for record in records
        ]


class Changes(NamedTuple):
    """A connection to a database, with counts that differ once it was changed by others, or by this
    connection."""

    connection: Any
    by_others: int
    own: int


class Answers:
    """What is known by asset, for as long as nothing else changes in the database; `changes` counts
    that."""

    def __init__(self, changes: Callable[[], Changes]) -> None:
        self._changes = changes
        self._at: Changes | None = None
        self._known: dict[AssetKey, Known] = {}

    def about(self, keys: Collection[AssetKey]) -> dict[AssetKey, Known]:
        """What is known of each asset. What is asked next can be added: it is known for as long as
        nothing has changed since this was called."""
        changes = self._changes()
        if changes != self._at:
            self._known, self._at = {}, changes
        return {key: self._known.setdefault(key, Known()) for key in keys}

    def plain(self) -> dict[AssetKey, Known]:
        """The assets that were asked or written about of which the record is known and says that
        they were never wiped."""
        return {key: known for key, known in list(self._known.items()) if known.is_plain()}

    def without_record(self) -> dict[AssetKey, Known]:
        """The assets that were asked or written about and whose record is not known."""
        return {key: known for key, known in list(self._known.items()) if not known.record}

    @contextmanager
    def changing(self, keys: Collection[AssetKey]) -> Iterator[dict[AssetKey, Known]]:
        """While this process writes about some assets, which are told what is new by whoever
        writes. Nothing is known any more when the writing fails, or when others have written."""
        before, known = self._changes(), self._known
        kept = known if before == self._at else {}
        self._known, self._at = {}, None
        told = {key: kept.get(key, Known()).apart() for key in keys}
        yield told
        after = self._changes()
        if before.connection is after.connection and before.by_others == after.by_others:
            self._known, self._at = kept | told, after


def learn(told: Mapping[AssetKey, Known], written: Sequence[Numbered]) -> None:
    """Let what was written of assets be known, as it would be read."""
    newest: dict[AssetKey, tuple[int, str]] = {}
    versions: dict[AssetKey, dict[str, str | None]] = {key: {} for key in told}
    for number, event, row in written:
        key = asset_of(event)
        if key and kind_of(event) == PLANNED:
            told[key].intended(event.run_id)
        elif key and kind_of(event) == MATERIALIZATION:
            newest[key] = (number, row["event"])
            if row["partition"]:
                versions[key][row["partition"]] = tags_of(event).get(DATA_VERSION_TAG)
    for key, (number, text) in newest.items():
        told[key].made(versions[key])
        told[key].newest(EventLogRecord(number, deserialize_value(text, EventLogEntry)))


class KnownAnswers(SqlEventLogStorage):
    """Stands before one of Dagster's SQL event logs: what was answered and is still so is not asked
    again."""

    _answers: Answers

    def _about(self, keys: Collection[AssetKey]) -> dict[AssetKey, Known]:
        """What was answered about assets, and is still so."""
        return self._answers.about(keys)

    def get_asset_records(
        self, asset_keys: Sequence[AssetKey] | None = None
    ) -> Sequence[AssetRecord]:
        """The records of assets, in the order of their keys."""
        if asset_keys is None:
            return super().get_asset_records()
        about = self._about(asset_keys)
        if not all(known.record for known in about.values()):
            # With all that a run intends, since it will ask for each.
            unknown = self._answers.without_record() | about
            found = super().get_asset_records(list(unknown))
            by_key = {record.asset_entry.asset_key: record for record in found}
            for key, known in unknown.items():
                known.record = [by_key.get(key)]
        in_order = sorted(about, key=AssetKey.to_string) if len(about) > 1 else about
        return [record for key in in_order for record in about[key].record if record]

    def get_latest_materialization_events(
        self, asset_keys: Iterable[AssetKey]
    ) -> Mapping[AssetKey, EventLogEntry | None]:
        """The newest event of each asset that was made."""
        entries = [record.asset_entry for record in self.get_asset_records(list(asset_keys))]
        return {
            entry.asset_key: entry.last_materialization
            for entry in entries
            if entry.last_materialization
        }

    def _get_latest_materialization_records(
        self, raw_asset_rows: Iterable[Mapping[str, Any]]
    ) -> Mapping[AssetKey, EventLogRecord | None]:
        """The newest event of each asset, which Dagster reads from its row and then looks for the
        events of those whose row is older than such rows, though there be none."""
        rows = list(raw_asset_rows)
        texts = [row["last_materialization"] for row in rows if not row["asset_details"]]
        found: list[Any] = [deserialize_value(text, NamedTuple) for text in texts if text]
        if len(found) < len(rows) or not all(isinstance(one, EventLogRecord) for one in found):
            return super()._get_latest_materialization_records(rows)
        keys = [AssetKey.from_db_string(row["asset_key"]) for row in rows]
        return {key: one for key, one in zip(keys, found, strict=True) if key}

    def _get_assets_details(self, asset_keys: Sequence[AssetKey]) -> Sequence[AssetDetails | None]:
        """What is said of assets beside their events: when they were wiped."""
        known = [
            record for one in self._about(asset_keys).values() for record in one.record if record
        ]
        if len(known) < len(asset_keys):
            return super()._get_assets_details(asset_keys)
        return [record.asset_entry.asset_details for record in known]

    def get_latest_tags_by_partition(
        self,
        asset_key: AssetKey,
        event_type: DagsterEventType,
        tag_keys: Sequence[str],
        asset_partitions: Sequence[str] | None = None,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> Mapping[str, Mapping[str, str]]:
        """Tags of the newest event of each day of an asset."""
        ask = super().get_latest_tags_by_partition
        days, cursors = asset_partitions or (), (before_cursor, after_cursor)
        is_kept = event_type == MADE and list(tag_keys) == VERSION and cursors == (None, None)
        if not is_kept or not 0 < len(days) <= MOST_DAYS:
            return ask(asset_key, event_type, tag_keys, asset_partitions, *cursors)
        known = self._about([asset_key])[asset_key]
        versions = dict(known.versions)
        if known.is_plain() and not versions.keys() >= set(days):
            self._ask_versions(self._answers.plain() | {asset_key: known}, days)
            versions = dict(known.versions)
        unknown = [day for day in days if day not in versions]
        if unknown:
            answer = ask(asset_key, event_type, tag_keys, unknown)
            asked = {day: answer.get(day, {}).get(DATA_VERSION_TAG) for day in unknown}
            known.made(asked)
            versions |= asked
        found = ((day, versions[day]) for day in days)
        return {day: {DATA_VERSION_TAG: version} for day, version in found if version is not None}

    def _ask_versions(self, about: Mapping[AssetKey, Known], days: Sequence[str]) -> None:
        """Ask for the versions of days of all these assets at once: a run will ask for each."""
        events, tags = SqlEventLogStorageTable.c, AssetEventTagsTable.c
        keys = {key.to_string(): key for key in about}
        newest = (
            select(func.max(events.id))
            .where(events.asset_key.in_(keys), events.partition.in_(days))
            .where(events.dagster_event_type == MADE.value)
            .group_by(events.asset_key, events.partition)
        )
        query = (
            select(events.asset_key, events.partition, tags.value)
            .join(AssetEventTagsTable, tags.event_id == events.id)
            .where(events.id.in_(newest), tags.key == DATA_VERSION_TAG)
        )
        with self.index_connection() as connection:
            rows = connection.execute(query).fetchall()
        found: dict[AssetKey, dict[str, str | None]] = {key: dict.fromkeys(days) for key in about}
        for key, day, version in rows:
            found[keys[key]][day] = version
        for key, versions in found.items():
            about[key].made(versions)

    def fetch_observations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """What was observed of an asset."""
        ask = super().fetch_observations
        is_of_newest = (limit, cursor, ascending) == (1, None, False)
        if isinstance(records_filter, AssetRecordsFilter) or not is_of_newest:
            return ask(records_filter, limit, cursor, ascending)
        known = self._about([records_filter])[records_filter]
        if not known.observed:
            known.observed = [ask(records_filter, limit)]
        return known.observed[0]
