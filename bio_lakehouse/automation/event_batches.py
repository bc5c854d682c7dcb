"""What makes an event log of Dagster's fast over years of days, whatever database it is in.

A run over five years writes two events a day and asset. Dagster's own logs write them one by one,
or look at the schema for each; `Batching` writes a batch at once, and serialises one event of a
kind instead of all. It also gives each day of a range its own data version, where Dagster knows one
for all days of a run.

It reaches into private parts of Dagster, so pyproject.toml names the versions that it was tried
with. `BIO_EVENT_BATCH_SIZE=1` leaves Dagster's default, which loses time, and the versions of runs
over a range: these are then of code and inputs and no longer of what the days hold, which calls a
day stale that was built again and is what it was. Runs of one day have the version of their content
with either.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, cast
from uuid import uuid4

from dagster import (
    AssetKey,
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    EventLogEntry,
    FloatMetadataValue,
    IntMetadataValue,
)
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
)
from dagster._core.definitions.data_version import (
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
)
from dagster._core.events import AssetMaterializationPlannedData, StepMaterializationData
from dagster._core.storage.event_log.schema import AssetEventTagsTable, SqlEventLogStorageTable
from sqlalchemy import Connection

from bio_lakehouse.automation.day_events import text_of
from bio_lakehouse.automation.day_ranges import reckon_ranges_once
from bio_lakehouse.automation.planned_days import PlannedDays, of_one_day
from bio_lakehouse.automation.quick_logging import log_batches_at_once
from bio_lakehouse.automation.staleness import look_at_whole_windows

BATCH_SIZE_VARIABLE = "DAGSTER_EVENT_BATCH_SIZE"
MATERIALIZATION = DagsterEventType.ASSET_MATERIALIZATION.value
PLANNED = DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value
CHECK_PLANNED = DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value
CHECKS = {CHECK_PLANNED, DagsterEventType.ASSET_CHECK_EVALUATION.value}
NUMBERS = (IntMetadataValue, FloatMetadataValue)

Row = dict[str, Any]
Value = str | int | float
Numbered = tuple[int, EventLogEntry, Row]
"""An event with the id of its row and the row itself."""


class Batching(PlannedDays):
    """Stands before one of Dagster's SQL event logs: the same rows in the same order, a batch at
    once, and what a run intends as one event an asset."""

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event, with the data version of its day."""
        super().store_event(as_stored(event))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store all at once, each with the data version of its day; one by one when there is a kind
        among them that Dagster stores otherwise."""
        events = list(map(as_stored, events))
        if {kind_of(event) for event in events} <= {MATERIALIZATION, PLANNED, CHECK_PLANNED}:
            self._store_rows(events, self._rows(events))
        else:
            super().store_event_batch(events)

    def _store_rows(
        self, events: Sequence[EventLogEntry], rows: Sequence[Row]
    ) -> Sequence[Numbered]:
        """Write to the database of all runs what Dagster writes there for each event."""
        with self.index_transaction() as connection:
            ids = insert_in_order(connection, rows)
            numbered = list(zip(ids, events, rows, strict=True))
            self._store_tags(connection, numbered)
            for number, event in newest_of_each_asset(numbered):
                self._store_asset_event(connection, event, number)
        for number, event, _ in numbered:
            if kind_of(event) in CHECKS:
                self.store_asset_check_event(event, number)
        return numbered

    def _store_tags(self, connection: Connection, numbered: Iterable[Numbered]) -> None:
        """Write the tags by which events are looked up, as Dagster does event by event."""
        tagged = [one for one in numbered if materialization_of(one[1])]
        names = {name for _, event, _ in tagged for name in tags_of(event)}
        looked_up = sorted(self.get_asset_tags_to_index(names))
        rows = [
            {
                "event_id": number,
                "asset_key": row["asset_key"],
                "key": name,
                "value": tags_of(event)[name],
                "event_timestamp": row["timestamp"],
            }
            for number, event, row in tagged
            for name in looked_up
            if name in tags_of(event)
        ]
        if rows:
            connection.execute(AssetEventTagsTable.insert(), rows)

    def _event_to_row(self, event: EventLogEntry) -> Row:
        """The row of an event, that of a day written short."""
        row = super()._event_to_row(event)
        return {**row, "event": text_of(event)} if is_materialization(event) else row

    def _store_asset_check_evaluation_planned(
        self, event: EventLogEntry, event_id: int | None
    ) -> None:
        """Plan a check once and not once a day: no check here has days, each looks at all those of
        its run."""
        super()._store_asset_check_evaluation_planned(of_all_days(event), event_id)

    def _rows(self, events: Iterable[EventLogEntry]) -> list[Row]:
        rows: list[Row] = []
        models: dict[object, Model | None] = {}
        for event in events:
            shape = shape_of(event)
            model = models.get(shape)
            row = model.row_of(event) if model else None
            if row is None:
                row = self._event_to_row(event)
                models[shape] = Model.of(event, row)
            rows.append(row)
        return rows


def turn_batching_on(batch_size: int) -> None:
    """Let Dagster hand over batches in this process, at once, where the environment has said no
    size, look at whole windows of days, and reckon each range once."""
    os.environ.setdefault(BATCH_SIZE_VARIABLE, str(batch_size))
    reckon_ranges_once()
    look_at_whole_windows()
    log_batches_at_once()


def kind_of(event: EventLogEntry) -> str | None:
    return event.dagster_event.event_type_value if event.dagster_event else None


def asset_of(event: EventLogEntry) -> AssetKey | None:
    return event.dagster_event.asset_key if event.dagster_event else None


def is_materialization(event: EventLogEntry) -> bool:
    return kind_of(event) == MATERIALIZATION


def insert_in_order(connection: Connection, rows: Sequence[Row]) -> list[int]:
    """Insert `rows` and return their ids, which ascend."""
    ids = SqlEventLogStorageTable.c.id
    insert = SqlEventLogStorageTable.insert().returning(ids, sort_by_parameter_order=True)
    return list(connection.scalars(insert, rows))


def newest_of_each_asset(numbered: Iterable[Numbered]) -> list[tuple[int, EventLogEntry]]:
    """The newest event of each asset and kind. All writers take the assets in the same order, so
    that none waits for one that waits for it."""
    newest = {
        (row["asset_key"], row["dagster_event_type"]): (row["asset_key"], number, event)
        for number, event, row in numbered
        if row["asset_key"]
    }
    in_order = sorted(newest.values(), key=itemgetter(0, 1))
    return [(number, event) for _, number, event in in_order]


class Model(NamedTuple):
    """An event's row, from which the rows of events are made that differ from it in nothing but
    day, time, data version and the numbers in their metadata.

    `text` are the pieces of the serialised event around these; `order` says which of the event's
    `values_of` stands after each piece but the last.
    """

    sameness: tuple[object, ...]
    row: Row
    text: tuple[str, ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, event: EventLogEntry, row: Row) -> Model | None:
        """None for an event of an asset without days."""
        if row["partition"] is None:
            return None
        stand_ins = list(map(stand_in_for, values_of(event)))
        written = {json.dumps(value): place for place, value in enumerate(stand_ins)}
        any_of_them = f"({'|'.join(map(re.escape, written))})"
        parts = re.split(any_of_them, text_of(with_values(event, stand_ins)))
        order = tuple(written[part] for part in parts[1::2])
        return cls(sameness_of(event), row, tuple(parts[::2]), order)

    def row_of(self, event: EventLogEntry) -> Row | None:
        """None when `event` differs in more."""
        if sameness_of(event) != self.sameness:
            return None
        values = values_of(event)
        parts = [*self.text, *self.text[1:]]
        parts[::2] = self.text
        parts[1::2] = [json.dumps(values[place]) for place in self.order]
        timestamp = datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None)
        changed = {"event": "".join(parts), "partition": day_of(event), "timestamp": timestamp}
        return self.row | changed


def stand_in_for(value: Value) -> Value:
    """A value of the same type that stands nowhere else in an event."""
    unique = uuid4()
    return unique.hex if isinstance(value, str) else type(value)(unique.int % 10**15)


def values_of(event: EventLogEntry) -> list[Value]:
    """What differs between the events of one asset's days: day, time, data version, and the numbers
    in their metadata."""
    day_and_time: list[Value] = [day_of(event) or "", event.timestamp]
    made = materialization_of(event)
    if made is None:
        return day_and_time
    tags = made.tags or {}
    version = [tags[DATA_VERSION_TAG]] if DATA_VERSION_TAG in tags else []
    return [*day_and_time, *version, *(number.value for number in numbers_in(made).values())]


def with_values(event: EventLogEntry, values: Sequence[Value]) -> EventLogEntry:
    """`event` with other `values_of` it."""
    day, time, *others = values
    dagster_event = event.get_dagster_event()
    data: Any = dagster_event.event_specific_data
    made = materialization_of(event)
    if made is None:
        data = data._replace(partition=day)
    else:
        dated = made._replace(partition=str(day))
        data = data._replace(materialization=with_told(dated, others))
    changed = dagster_event._replace(event_specific_data=data)
    return event._replace(timestamp=cast("float", time), dagster_event=changed)


def with_told(made: AssetMaterialization, values: Sequence[Value]) -> AssetMaterialization:
    """A materialization with another data version and other numbers."""
    tags, given = dict(made.tags or {}), list(values)
    if DATA_VERSION_TAG in tags:
        tags[DATA_VERSION_TAG] = str(given.pop(0))
    pairs = zip(numbers_in(made).items(), given, strict=True)
    numbers = {name: type(number)(value) for (name, number), value in pairs}
    return made._replace(tags=tags, metadata={**made.metadata, **numbers})


def numbers_in(made: AssetMaterialization) -> dict[str, Any]:
    """The numbers among an event's metadata."""
    return {
        name: value
        for name, value in made.metadata.items()
        if type(value) in NUMBERS and value.value is not None
    }


def fields_but(kind: Any, *names: str) -> attrgetter[tuple[object, ...]]:
    return attrgetter(*[name for name in kind._fields if name not in names])


ENTRY_FIELDS = fields_but(EventLogEntry, "timestamp", "dagster_event")
EVENT_FIELDS = fields_but(DagsterEvent, "event_specific_data")
PLANNED_FIELDS = fields_but(AssetMaterializationPlannedData, "partition")
MATERIALIZATION_FIELDS = fields_but(AssetMaterialization, "partition", "metadata", "tags")


def sameness_of(event: EventLogEntry) -> tuple[object, ...]:
    """All of `event` but its `values_of`."""
    dagster_event = event.get_dagster_event()
    data: object = dagster_event.event_specific_data
    if isinstance(data, StepMaterializationData):
        made = data.materialization
        numbers = numbers_in(made)
        told = [(name, numbers.get(name) is None and made.metadata[name]) for name in made.metadata]
        tags = made.tags or {}
        tags = {**tags, DATA_VERSION_TAG: ""} if DATA_VERSION_TAG in tags else tags
        data = (data.asset_lineage, MATERIALIZATION_FIELDS(made), tags, told)
    elif isinstance(data, AssetMaterializationPlannedData):
        data = PLANNED_FIELDS(data)
    return (ENTRY_FIELDS(event), EVENT_FIELDS(dagster_event), data)


def shape_of(event: EventLogEntry) -> tuple[tuple[str, type], ...]:
    """The names and types in an event's metadata: days of which something is unknown tell less."""
    made = materialization_of(event)
    return tuple((name, type(value)) for name, value in made.metadata.items()) if made else ()


def materialization_of(event: EventLogEntry) -> AssetMaterialization | None:
    data = event.dagster_event and event.dagster_event.event_specific_data
    return data.materialization if isinstance(data, StepMaterializationData) else None


def tags_of(event: EventLogEntry) -> Mapping[str, str]:
    """The tags of what was made."""
    made = materialization_of(event)
    return (made.tags or {}) if made else {}


def day_of(event: EventLogEntry) -> str | None:
    data = event.get_dagster_event().event_specific_data
    if isinstance(data, StepMaterializationData):
        return data.materialization.partition
    return data.partition if isinstance(data, AssetMaterializationPlannedData) else None


def as_stored(event: EventLogEntry) -> EventLogEntry:
    """What is written of an event."""
    return of_one_day(with_data_version(event))


def with_data_version(event: EventLogEntry) -> EventLogEntry:
    """`event` with the version in its metadata as its data version.

    Dagster takes one version for all days of a run. An asset adds that of each day to the day's
    metadata, by the name that the tag has.
    """
    made = materialization_of(event)
    if made is None or DATA_VERSION_TAG not in made.metadata:
        return event
    metadata = dict(made.metadata)
    version = metadata.pop(DATA_VERSION_TAG).value
    own = {DATA_VERSION_TAG: str(version), DATA_VERSION_IS_USER_PROVIDED_TAG: "true"}
    changed = made._replace(metadata=metadata, tags={**(made.tags or {}), **own})
    dagster_event = event.get_dagster_event()
    data: Any = dagster_event.event_specific_data
    told = dagster_event._replace(event_specific_data=data._replace(materialization=changed))
    return event._replace(dagster_event=told)


def of_all_days(event: EventLogEntry) -> EventLogEntry:
    """The planned evaluation of a check without the days of its run."""
    dagster_event = event.get_dagster_event()
    planned = dagster_event.asset_check_planned_data
    undated = AssetCheckEvaluationPlanned(
        asset_key=planned.asset_key, check_name=planned.check_name
    )
    return event._replace(dagster_event=dagster_event._replace(event_specific_data=undated))
