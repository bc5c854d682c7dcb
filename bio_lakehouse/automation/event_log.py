"""Dagster's SQLite storage with an event log that writes a batch of events at once.

Dagster's own SQLite event log makes an engine and inspects the schema for each event (about 10 ms);
this one keeps its engines, writes a batch in two transactions, lets the events of a step wait for
each other, and asks the database for nothing that it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dagster import AssetKey, DagsterEventType, EventLogEntry, Field, IntSource, StringSource
from dagster._core.storage.dagster_run import DagsterRunStatsSnapshot
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.base import EventLogConnection
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._record import copy
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, NullPool, StaticPool, inspect, select, text
from sqlalchemy.event import listen
from sqlalchemy.sql.functions import count

from bio_lakehouse.automation.event_batches import (
    Numbered,
    Row,
    asset_of,
    kind_of,
    turn_batching_on,
)
from bio_lakehouse.automation.known_answers import Answers, Changes, Known, KnownAnswers, learn
from bio_lakehouse.automation.planned_days import MADE
from bio_lakehouse.automation.quick_migrations import read_migrations_once
from bio_lakehouse.automation.together import OF_ALL_RUNS, Together

NEEDLESS_INDEXES = ("idx_step_key", "idx_asset_event_tags")
EventTypes = DagsterEventType | set[DagsterEventType] | None


class BatchingSqliteStorage(DagsterSqliteStorage):
    """Runs, events and schedules in SQLite files as by default, with the batching event log.

    `dagster.yaml` names it under `storage: custom`. Every process that opens it (daemon, web
    server, run worker) has Dagster's batching on: `batch_size` becomes `DAGSTER_EVENT_BATCH_SIZE`
    unless the environment has set that.
    """

    def __init__(
        self, base_dir: str, batch_size: int, inst_data: ConfigurableClassData | None = None
    ) -> None:
        read_migrations_once()
        # Before Dagster makes one of its own, which would make the files.
        event_log = BatchingSqliteEventLog(str(Path(base_dir, "history", "runs")))
        super().__init__(base_dir, inst_data=inst_data)
        turn_batching_on(batch_size)
        self._event_log_storage = event_log

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {"base_dir": StringSource, "batch_size": Field(IntSource, default_value=1000)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> BatchingSqliteStorage:
        return cls(inst_data=inst_data, **config_value)


class PlainSqliteStorage(DagsterSqliteStorage):
    """Dagster's own, in a process that can read what the batching event log wrote."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> PlainSqliteStorage:
        return cls(inst_data=inst_data, **config_value)


class BatchingSqliteEventLog(Together, KnownAnswers, SqliteEventLogStorage):
    """The SQLite event log with the same rows in the same order, written in two transactions a
    batch.

    Dagster writes each event twice: to a database of its run, which the run's page follows, and to
    that of all runs. Here the days of a run stand in the latter, and in its own the last of each
    asset and batch.
    """

    def __init__(self, base_dir: str) -> None:
        self._engine = lru_cache(maxsize=8)(self._new_engine)
        self._there: set[tuple[str, str]] = set()
        self._answers = Answers(self._changes)
        self.begin_waiting()
        super().__init__(base_dir)

    def _store_rows(
        self, events: Sequence[EventLogEntry], rows: Sequence[Row]
    ) -> Sequence[Numbered]:
        """Write to the run's own database what its page tells, and all to that of all runs."""
        with self.run_connection(events[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), told_by_the_run(rows))
        return self._store_for_all_runs(events, rows)

    def _store_together(self, events: Sequence[EventLogEntry]) -> None:
        """Write all to the run's own database, and to that of all runs what belongs there."""
        rows = [self._event_to_row(event) for event in events]
        with self.run_connection(events[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        places = [place for place, event in enumerate(events) if kind_of(event) in OF_ALL_RUNS]
        if places:
            of_all_runs = [events[place] for place in places]
            self._store_for_all_runs(of_all_runs, [rows[place] for place in places])

    def _store_for_all_runs(
        self, events: Sequence[EventLogEntry], rows: Sequence[Row]
    ) -> Sequence[Numbered]:
        """Write to the database of all runs, of which is known what would be read."""
        assets = {key for key in map(asset_of, events) if key}
        with self._answers.changing(assets) as told:
            numbered = super()._store_rows(events, rows)
            learn(told, numbered)
        return numbered

    def _about(self, keys: Collection[AssetKey]) -> dict[AssetKey, Known]:
        self.write_waiting_about(keys)
        return super()._about(keys)

    def _changes(self) -> Changes:
        """The state of the database of all runs."""
        with self._db_lock, closing(self._engine(INDEX_SHARD_NAME).raw_connection()) as pooled:
            connection: Any = pooled.driver_connection
            ((by_others,),) = connection.execute("PRAGMA data_version")
            return Changes(connection, by_others, connection.total_changes)

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: EventTypes = None,
        limit: int | None = None,
        ascending: bool = True,
    ) -> EventLogConnection:
        """The events of a run; those of all its days where these alone are asked for."""
        asks_for_days = of_type in (MADE, {MADE})
        log: Any = self._of_all_runs if asks_for_days else self
        return SqlEventLogStorage.get_records_for_run(
            log, run_id, cursor, of_type, limit, ascending
        )

    def get_asset_partitions_for_run(
        self, run_id: str, of_type: EventTypes = None
    ) -> Mapping[AssetKey, AbstractSet[str | None]]:
        """The days of each asset that events of a run are about."""
        log: Any = self._of_all_runs
        return SqlEventLogStorage.get_asset_partitions_for_run(log, run_id, of_type)

    def get_stats_for_run(self, run_id: str) -> DagsterRunStatsSnapshot:
        """What a run did, with all its days."""
        made = (
            select(count())
            .where(SqlEventLogStorageTable.c.run_id == run_id)
            .where(SqlEventLogStorageTable.c.dagster_event_type == MADE.value)
        )
        with self.index_connection() as connection:
            days = connection.scalar(made)
        return copy(super().get_stats_for_run(run_id), materializations=days or 0)

    @cached_property
    def _of_all_runs(self) -> SimpleNamespace:
        """What Dagster's questions about a run need, to be asked of the database of all runs."""
        return SimpleNamespace(run_connection=lambda _: self.index_connection())

    def _new_engine(self, shard: str) -> Engine:
        """An engine whose connection to the database of all runs stays open. That to a run's is
        closed after use: the web page follows a run by the changes of its file, which come when the
        last connection goes."""
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool if shard == INDEX_SHARD_NAME else NullPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        # What waits to be written into a database is given back when it was.
        listen(engine, "connect", set_to("synchronous = NORMAL", "journal_size_limit = 0"))
        return engine

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        """Create a database: that of all runs without the indexes that nothing needs; a run's with
        small pages, since each of its 25 tables and indexes takes one, and most runs are short."""
        if for_index_shard:
            super()._initdb(engine, for_index_shard)
            drop_needless_indexes(engine)
            return
        listen(engine, "connect", set_to("page_size = 512"))
        super()._initdb(engine, for_index_shard)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        self.write_waiting()
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

    def has_secondary_index(self, name: str) -> bool:
        """Whether a migration of the data is done."""
        return self._is_there("migration", name, super().has_secondary_index)

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has a column."""
        return self._is_there("column", column_name, super().has_asset_key_col)

    def _is_there(self, kind: str, name: str, asks: Callable[[str], bool]) -> bool:
        """What stays so once it is: the database is asked until then. Dagster asks five times for
        each step of a run."""
        if (kind, name) not in self._there and asks(name):
            self._there.add((kind, name))
        return (kind, name) in self._there

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:
        return True

    def dispose(self) -> None:
        super().dispose()
        self._engine(INDEX_SHARD_NAME).dispose()


def set_to(*pragmas: str) -> Callable[[Any, Any], None]:
    """What sets up a new connection of SQLite's."""

    def set_up(connection: Any, _: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return set_up


def drop_needless_indexes(engine: Engine) -> None:
    """Drop those of the database of all runs by which nothing is looked up in it: steps are asked
    for in that of their run, and a tag by its event."""
    with engine.begin() as connection:
        for name in NEEDLESS_INDEXES:
            connection.execute(text(f"DROP INDEX IF EXISTS {name}"))


def told_by_the_run(rows: Sequence[Row]) -> list[Row]:
    """Of the days that a run made of an asset the last alone, which says what is said of the run;
    all other events."""
    last = {row["asset_key"]: place for place, row in enumerate(rows) if is_day(row)}
    told = set(last.values())
    return [row for place, row in enumerate(rows) if place in told or not is_day(row)]


def is_day(row: Row) -> bool:
    return row["dagster_event_type"] == MADE.value and row["partition"] is not None
