"""A small lake on the emulators, with Athena answered by DuckDB, and the same rows on a laptop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bio_lakehouse.backends import open_sql
from bio_lakehouse.engines.athena import AthenaSql
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.athena_endpoint import AthenaEndpoint, Executor, athena_endpoint
from bio_lakehouse_tests.aws.duckdb_executor import DuckDbExecutor
from bio_lakehouse_tests.engines.memory_lake import DAILY, WORKOUTS, engine, table_of, table_of_text
from bio_lakehouse_tests.engines.test_sql import DAYS, RIDES

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@dataclass(frozen=True)
class AthenaLake:
    """A lake on AWS, its engine, and the endpoint that answers it."""

    lake: Lakehouse
    sql: AthenaSql
    endpoint: AthenaEndpoint


def rides() -> pa.Table:
    """Workouts that say who said so, and when."""
    rows = table_of_text(WORKOUTS, RIDES).to_pylist()
    said = {
        "source_origin": "download",
        "source_file": "a.csv",
        "ingested_at": datetime.fromisoformat("2026-03-01"),
    }
    whole = [row | said | {"workout_id": f"w{number}"} for number, row in enumerate(rows)]
    return table_of(WORKOUTS, whole)


@contextmanager
def endpoint_of_lake(
    settings: Settings, executor: Executor, patch: pytest.MonkeyPatch
) -> Iterator[AthenaLake]:
    """The lake of `settings`, whose parts are there, with an Athena that `executor` answers."""
    with athena_endpoint(executor, aws_client(settings, "s3")) as endpoint:
        patch.setenv("AWS_ENDPOINT_URL_ATHENA", endpoint.address)
        patch.setattr("bio_lakehouse.engines.athena_statements.SECONDS_BETWEEN_LOOKS", 0.02)
        lake = Lakehouse.open(settings)
        sql = open_sql(lake)
        assert isinstance(sql, AthenaSql)
        yield AthenaLake(lake, sql, endpoint)


@contextmanager
def filled_lake(
    settings: Settings, patch: pytest.MonkeyPatch, executor: Executor | None = None
) -> Iterator[AthenaLake]:
    """As `endpoint_of_lake`, with rows in two tables, and all views; DuckDB answers where nobody
    else is said."""
    with endpoint_of_lake(settings, executor or DuckDbExecutor(settings), patch) as there:
        for schema, rows in tables_of_rows().items():
            there.lake.tables.replace(schema, rows, FIRST, LAST)
        for view in VIEWS.values():
            there.sql.create_view(view)
        yield there


def tables_of_rows() -> dict[TableSchema, pa.Table]:
    return {DAILY: table_of_text(DAILY, DAYS), WORKOUTS: rides()}


def engine_at_home(folder: Path) -> DuckDbSql:
    """The engine of a laptop over the same rows."""
    daily, workouts = tables_of_rows().values()
    return engine(folder, daily=daily, workouts=workouts)
