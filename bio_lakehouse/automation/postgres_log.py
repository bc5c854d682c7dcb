"""Dagster's PostgreSQL storage with the batching event log, for several machines that share one
record of runs."""

from __future__ import annotations

from typing import Any

from dagster import Field, IntSource, StringSource
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage

from bio_lakehouse.automation.event_batches import Batching, turn_batching_on
from bio_lakehouse.automation.postgres import making_tables, with_driver
from bio_lakehouse.automation.quick_migrations import read_migrations_once


class PostgresStorage(DagsterPostgresStorage):
    """Runs, events and schedules in PostgreSQL as Dagster keeps them, with the batching event log
    unless `batch_size` is 1.

    `dagster.yaml` names it under `storage: custom`, and the variable that has the address.
    """

    def __init__(
        self, postgres_url: str, batch_size: int, inst_data: ConfigurableClassData | None = None
    ) -> None:
        read_migrations_once()
        address = with_driver(postgres_url)
        with making_tables(address):
            super().__init__(address, inst_data=inst_data)
            if batch_size > 1:
                turn_batching_on(batch_size)
                self._event_log_storage = BatchingPostgresEventLog(address)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {"postgres_url": StringSource, "batch_size": Field(IntSource, default_value=1000)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> PostgresStorage:
        return cls(inst_data=inst_data, **config_value)


class BatchingPostgresEventLog(Batching, PostgresEventLogStorage):
    """The PostgreSQL event log with the same rows in the same order, a batch in one transaction."""
