"""A lake of each profile: on this machine, and on an emulator with an Athena of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.automation.watched import TODAY
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.athena_endpoint import Executor, athena_endpoint
from bio_lakehouse_tests.aws.duckdb_executor import DuckDbExecutor
from bio_lakehouse_tests.aws.lake_story import END, ZONE

COMMON = {"timezone": ZONE, "today_override": END, "settle_seconds": 0.0, "user": "me"}


DUCKDB, TRINO = "duckdb", "trino"
TRENDS_ONLY = COMMON | {"today_override": TODAY}
"""For the made-up scores of the sensor's tests, which end on that day."""


def at_home(folder: Path, **others: object) -> Settings:
    return Settings(home=folder / "home", **COMMON | others)  # type: ignore[arg-type]


@contextmanager
def on_emulator(
    address: str, folder: Path, patch: pytest.MonkeyPatch, engine: str = DUCKDB
) -> Iterator[Settings]:
    """The settings of an empty lake at an emulator's address, whose Athena is that engine's."""
    emulator.set_environment(patch, address)
    settings = emulator.aws_settings(folder / "home", address, **COMMON)
    emulator.make_parts(settings)
    with athena_of(settings, patch, engine):
        yield settings


@contextmanager
def athena_of(
    settings: Settings, patch: pytest.MonkeyPatch, engine: str = DUCKDB
) -> Iterator[None]:
    """Athena for a lake that is there, whose SQL that engine runs."""
    with (
        executor_of(settings, engine) as executor,
        athena_endpoint(executor, aws_client(settings, "s3")) as endpoint,
    ):
        patch.setenv("AWS_ENDPOINT_URL_ATHENA", endpoint.address)
        patch.setattr("bio_lakehouse.engines.athena_statements.SECONDS_BETWEEN_LOOKS", 0.02)
        yield


@contextmanager
def executor_of(settings: Settings, engine: str) -> Iterator[Executor]:
    if engine == DUCKDB:
        yield DuckDbExecutor(settings)
        return
    from bio_lakehouse_tests.trino.trino_executor import TrinoExecutor
    from bio_lakehouse_tests.trino.trino_server import trino_server

    address = settings.aws_endpoint_url or ""
    with trino_server(address, address) as server:
        yield TrinoExecutor(server)
