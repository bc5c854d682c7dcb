"""Dagster's SQLite storage with an event log that writes a batch of events at once.

A run over five years writes two events a day and asset. Dagster's own SQLite event log makes an
engine and inspects the schema for each (about 10 ms); this one keeps its engines, writes a batch in
two transactions, and serialises one event of a kind instead of all. It reaches into private parts
of Dagster, so pyproject.toml names the versions that it was tried with. Without it nothing is lost but time: `BIO_EVENT_BATCH_SIZE=1` leaves
Dagster's default.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from dagster import (
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    EventLogEntry,
    Field,
    IntSource,
    StringSource,
)
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
)
from dagster._core.events import AssetMaterializationPlannedData, StepMaterializationData
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData, serialize_value
from sqlalchemy import Connection, Engine, NullPool, StaticPool, inspect
from sqlalchemy.event import listen

from bio_lakehouse.automation.staleness import look_at_whole_windows

BATCH_SIZE_VARIABLE = "DAGSTER_EVENT_BATCH_SIZE"
MATERIALIZATION = DagsterEventType.ASSET_MATERIALIZATION.value
PLANNED = DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value
CHECK_PLANNED = DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value
ANY_DAY, ANY_TIME = f"day-{uuid4().hex}", f"time-{uuid4().hex}"

Row = dict[str, Any]


class BatchingSqliteStorage(DagsterSqliteStorage):
    """Runs, events and schedules in SQLite files as by default, with the batching event log.

    `dagster.yaml` names it under `storage: custom`. Every process that opens it (daemon, web
    server, run worker) has Dagster's batching on: `batch_size` becomes `DAGSTER_EVENT_BATCH_SIZE`
    unless the environment has set that.
    """

    def __init__(
        self, base_dir: str, batch_size: int, inst_data: ConfigurableClassData | None = None
    ) -> None:
        super().__init__(base_dir, inst_data=inst_data)
        os.environ.setdefault(BATCH_SIZE_VARIABLE, str(batch_size))
        look_at_whole_windows()
        self._event_log_storage = BatchingSqliteEventLog(str(Path(base_dir, "history", "runs")))

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {"base_dir": StringSource, "batch_size": Field(IntSource, default_value=1000)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> BatchingSqliteStorage:
        return cls(inst_data=inst_data, **config_value)


class BatchingSqliteEventLog(SqliteEventLogStorage):
    """The SQLite event log with the same rows in the same order, written in two transactions a
    batch."""

    def __init__(self, base_dir: str) -> None:
        self._engine = lru_cache(maxsize=8)(self._new_engine)
        super().__init__(base_dir)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store all at once; one by one when there is a kind among them that Dagster stores
        otherwise."""
        if {kind_of(event) for event in events} <= {MATERIALIZATION, PLANNED, CHECK_PLANNED}:
            rows = self._rows(events)
            with self.run_connection(events[0].run_id) as connection:
                connection.execute(SqlEventLogStorageTable.insert(), rows)
            self._mirror(events, rows)
        else:
            super().store_event_batch(events)

    def _new_engine(self, shard: str) -> Engine:
        """An engine whose connection to the database of all runs stays open. That to a run's is
        closed after use: the web page follows a run by the changes of its file, which come when the
        last connection goes."""
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool if shard == INDEX_SHARD_NAME else NullPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        listen(
            engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous = NORMAL"),
        )
        return engine

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        """Create a database with pages that several events fit on: Dagster's 4 KiB are half empty
        with one of 2 KiB."""
        size = 16_384 if for_index_shard else 8_192
        listen(
            engine,
            "connect",
            lambda connection, _: connection.execute(f"PRAGMA page_size = {size}"),
        )
        super()._initdb(engine, for_index_shard)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard not in self._initialized_dbs or not Path(self.path_for_shard(shard)).exists():
                self._initdb(self._engine(shard))
                self._initialized_dbs.add(shard)
            with self._engine(shard).begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the database of all runs has a table. Dagster asks this while it holds the lock
        of `_connect`."""
        return table_name in self._tables

    @cached_property
    def _tables(self) -> frozenset[str]:
        engine = self._new_engine(INDEX_SHARD_NAME)
        names = frozenset(inspect(engine).get_table_names())
        engine.dispose()
        return names

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:
        return True

    def dispose(self) -> None:
        super().dispose()
        self._engine(INDEX_SHARD_NAME).dispose()

    def _store_asset_check_evaluation_planned(
        self, event: EventLogEntry, event_id: int | None
    ) -> None:
        """Plan a check once and not once a day: no check here has days, each looks at all those of
        its run."""
        super()._store_asset_check_evaluation_planned(of_all_days(event), event_id)

    def _rows(self, events: Iterable[EventLogEntry]) -> list[Row]:
        rows: list[Row] = []
        model: Model | None = None
        for event in events:
            row = model.row_of(event) if model else None
            if row is None:
                row = self._event_to_row(event)
                model = Model.of(event, row)
            rows.append(row)
        return rows

    def _mirror(self, events: Sequence[EventLogEntry], rows: Sequence[Row]) -> None:
        """Write to the database of all runs what Dagster writes there for each event."""
        with self.index_transaction() as connection:
            numbered = list(zip(insert_in_order(connection, rows), events, rows, strict=True))
            tagged = [
                (number, event)
                for number, event, _ in numbered
                if kind_of(event) == MATERIALIZATION
            ]
            self._store_asset_event_tags(
                connection, [event for _, event in tagged], [number for number, _ in tagged]
            )
            newest = {
                (row["asset_key"], row["dagster_event_type"]): (number, event)
                for number, event, row in numbered
            }
            for number, event in sorted(newest.values(), key=itemgetter(0)):
                self._store_asset_event(connection, event, number)
        for number, event, _ in numbered:
            if kind_of(event) == CHECK_PLANNED:
                self.store_asset_check_event(event, number)


def kind_of(event: EventLogEntry) -> str | None:
    return event.dagster_event.event_type_value if event.dagster_event else None


def insert_in_order(connection: Connection, rows: Sequence[Row]) -> range:
    """Insert `rows` and return their ids. The first insert takes the write lock, so the ids that
    follow are free."""
    first: int = connection.execute(SqlEventLogStorageTable.insert(), rows[0]).lastrowid
    ids = range(first, first + len(rows))
    others = [{**row, "id": number} for number, row in zip(ids[1:], rows[1:], strict=True)]
    if others:
        connection.execute(SqlEventLogStorageTable.insert(), others)
    return ids


class Model(NamedTuple):
    """An event's row, from which the rows of events are made that differ from it in nothing but day
    and time.

    `text` are the stretches of the serialised event before the day, between day and time, and after
    the time.
    """

    sameness: tuple[object, ...]
    row: Row
    text: tuple[str, str, str]

    @classmethod
    def of(cls, event: EventLogEntry, row: Row) -> Model | None:
        """None for an event of an asset without days."""
        if row["partition"] is None:
            return None
        before, rest = serialize_value(at(event, ANY_DAY, ANY_TIME)).split(f'"{ANY_DAY}"')
        between, after = rest.split(f'"{ANY_TIME}"')
        return cls(sameness_of(event), row, (before, between, after))

    def row_of(self, event: EventLogEntry) -> Row | None:
        """None when `event` differs in more."""
        if sameness_of(event) != self.sameness:
            return None
        before, between, after = self.text
        day = day_of(event)
        text = f"{before}{json.dumps(day)}{between}{json.dumps(event.timestamp)}{after}"
        timestamp = datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None)
        return {**self.row, "event": text, "partition": day, "timestamp": timestamp}


def fields_but(kind: Any, *names: str) -> attrgetter[tuple[object, ...]]:
    return attrgetter(*[name for name in kind._fields if name not in names])


ENTRY_FIELDS = fields_but(EventLogEntry, "timestamp", "dagster_event")
EVENT_FIELDS = fields_but(DagsterEvent, "event_specific_data")
PLANNED_FIELDS = fields_but(AssetMaterializationPlannedData, "partition")
MATERIALIZATION_FIELDS = fields_but(AssetMaterialization, "partition")


def sameness_of(event: EventLogEntry) -> tuple[object, ...]:
    """All of `event` but its day and time."""
    dagster_event = event.get_dagster_event()
    data: object = dagster_event.event_specific_data
    if isinstance(data, StepMaterializationData):
        data = (data.asset_lineage, MATERIALIZATION_FIELDS(data.materialization))
    elif isinstance(data, AssetMaterializationPlannedData):
        data = PLANNED_FIELDS(data)
    return (ENTRY_FIELDS(event), EVENT_FIELDS(dagster_event), data)


def day_of(event: EventLogEntry) -> str | None:
    data = event.get_dagster_event().event_specific_data
    if isinstance(data, StepMaterializationData):
        return data.materialization.partition
    return data.partition if isinstance(data, AssetMaterializationPlannedData) else None


def at(event: EventLogEntry, day: str, time: Any) -> EventLogEntry:
    """`event` as of another day and time."""
    dagster_event = event.get_dagster_event()
    data: Any = dagster_event.event_specific_data
    if isinstance(data, StepMaterializationData):
        data = data._replace(materialization=data.materialization._replace(partition=day))
    else:
        data = data._replace(partition=day)
    return event._replace(
        timestamp=time, dagster_event=dagster_event._replace(event_specific_data=data)
    )


def of_all_days(event: EventLogEntry) -> EventLogEntry:
    """The planned evaluation of a check without the days of its run."""
    dagster_event = event.get_dagster_event()
    planned = dagster_event.asset_check_planned_data
    undated = AssetCheckEvaluationPlanned(
        asset_key=planned.asset_key, check_name=planned.check_name
    )
    return event._replace(dagster_event=dagster_event._replace(event_specific_data=undated))
