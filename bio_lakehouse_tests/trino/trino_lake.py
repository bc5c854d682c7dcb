"""The demo lake on the emulator with Athena answered by a real Trino, and the same lake at home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bio_lakehouse.ask.evaluation.demo import TIMEZONE, TODAY, demo_lake
from bio_lakehouse.backends import open_sql
from bio_lakehouse.engines.athena import AthenaSql
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.athena_endpoint import AthenaEndpoint, athena_endpoint
from bio_lakehouse_tests.trino.trino_executor import TrinoExecutor
from bio_lakehouse_tests.trino.trino_server import trino_server


@dataclass(frozen=True)
class TrinoLake:
    """The demo lake on AWS, asked through Athena's API and of Trino itself; and at home."""

    athena: AthenaSql
    endpoint: AthenaEndpoint
    trino: TrinoExecutor
    at_home: SqlEngine


@contextmanager
def trino_lake(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[TrinoLake]:
    """The demo lake, written to Glue and S3 by the package's own tables, all its views made."""
    at_home = demo_lake(folder / "demo")
    with emulator.moto() as address, trino_server(address, address) as server:
        emulator.set_environment(patch, address)
        settings = emulator.aws_settings(
            folder / "home", address, today_override=TODAY, timezone=TIMEZONE
        )
        emulator.make_parts(settings)
        trino = TrinoExecutor(server)
        with athena_endpoint(trino, aws_client(settings, "s3")) as endpoint:
            patch.setenv("AWS_ENDPOINT_URL_ATHENA", endpoint.address)
            patch.setattr("bio_lakehouse.engines.athena_statements.SECONDS_BETWEEN_LOOKS", 0.02)
            lake = Lakehouse.open(settings)
            copy_tables(at_home, lake)
            athena = open_sql(lake)
            assert isinstance(athena, AthenaSql)
            for view in VIEWS.values():
                athena.create_view(view)
            yield TrinoLake(athena, endpoint, trino, open_sql(at_home))


def copy_tables(source: Lakehouse, target: Lakehouse) -> None:
    for full_name in source.tables.names():
        schema = SCHEMAS[full_name]
        rows = source.tables.read(schema, None, None)
        days = rows[schema.day_column].to_pylist() if schema.day_column else [TODAY]
        target.tables.replace(schema, rows, min(days), max(days))
