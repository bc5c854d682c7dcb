"""Instances of Dagster with its own event log or the batching one, in SQLite and in PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import create_engine, text

from bio_lakehouse_tests.postgres_server import Server, engine_of


@dataclass(frozen=True)
class Place:
    """Where an instance keeps its record of runs: files of its home, or a database."""

    home: Path
    postgres: str | None

    def storage(self) -> dict[str, Any]:
        """What `dagster.yaml` says of Dagster's own storage."""
        if self.postgres is None:
            return {}
        config = {"postgres_url": self.postgres, "batch_size": 1}
        return custom("postgres_log", "PostgresStorage", config)

    def batching_storage(self) -> dict[str, Any]:
        if self.postgres:
            config = {"postgres_url": self.postgres, "batch_size": 7}
            return custom("postgres_log", "PostgresStorage", config)
        config = {"base_dir": str(self.home), "batch_size": 7}
        return custom("event_log", "BatchingSqliteStorage", config)

    def rows(
        self, shard: str, table: str, columns: str, order: str = "id"
    ) -> list[tuple[Any, ...]]:
        """The rows of a table; PostgreSQL keeps those of a run and those of all runs as one."""
        file = self.home / "history" / "runs" / f"{shard}.db"
        engine = engine_of(self.postgres) if self.postgres else create_engine(f"sqlite:///{file}")
        with engine.connect() as connection:
            query = text(f"select {columns} from {table} order by {order}")
            found = [tuple(row) for row in connection.execute(query)]
        engine.dispose()
        return found


def custom(module: str, name: str, config: dict[str, Any]) -> dict[str, Any]:
    words = {"module": f"bio_lakehouse.automation.{module}", "class": name, "config": config}
    return {"custom": words}


class Places:
    """New places for instances in one kind of database."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self.folder = folder
        self.server = server

    def new(self, name: str) -> Place:
        return Place(self.folder / name, self.server.new_database() if self.server else None)


def instance_in(place: Place, batching: bool) -> dg.DagsterInstance:
    place.home.mkdir(exist_ok=True)
    storage = place.batching_storage() if batching else place.storage()
    chosen = {"storage": storage} if storage else {}
    (place.home / "dagster.yaml").write_text(json.dumps(chosen | {"telemetry": {"enabled": False}}))
    return dg.DagsterInstance.from_config(str(place.home))
