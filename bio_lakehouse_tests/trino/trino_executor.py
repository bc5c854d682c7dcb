"""Statements executed by a Trino: as Python's values for comparison, and as Athena tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from trino.dbapi import connect
from trino.exceptions import TrinoQueryError

from bio_lakehouse_tests.aws.athena_endpoint import Result, ResultColumn, StatementFailedError
from bio_lakehouse_tests.aws.duckdb_executor import text_of_value
from bio_lakehouse_tests.trino.trino_server import CATALOG


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave: columns' names, Trino's names of their types, and rows."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class TrinoExecutor:
    """A Trino at `address`, as what runs Athena's SQL."""

    address: str

    def run(self, sql: str, database: str) -> Result:
        """The answer as Athena writes it; StatementFailedError in its words."""
        try:
            answer = self.ask(sql, database)
        except TrinoQueryError as error:
            raise StatementFailedError(f"{error.error_name}: {error.message}") from error
        columns = zip(answer.names, answer.types, strict=True)
        rows = [tuple(text_of(value) for value in row) for row in answer.rows]
        return Result(tuple(ResultColumn(name, athenas(kind)) for name, kind in columns), rows)

    def ask(self, sql: str, database: str = "bio_gold") -> Answer:
        """The answer as Python's values, over the tables of `database` where it says no other.

        Raises trino.exceptions.TrinoQueryError with Trino's own message.
        """
        server = urlsplit(self.address)
        with connect(
            host=server.hostname or "",
            port=server.port or 0,
            user="tests",
            catalog=CATALOG,
            schema=database,
            timezone="UTC",
        ) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            rows = [tuple(row) for row in cursor.fetchall()]
            columns = cursor.description or []
        names = tuple(column[0] for column in columns)
        return Answer(names, tuple(column[1] for column in columns), rows)


def athenas(kind: str) -> str:
    """Athena's name of Trino's type: a text's length and a time's digits go untold."""
    base, _, size = kind.partition("(")
    if base == "timestamp" and kind.endswith("with time zone"):
        return "timestamp with time zone"
    if base == "decimal":
        return f"decimal({size.replace(' ', '')}"
    return {"real": "float", "unknown": "varchar"}.get(base, base)


def text_of(value: Any) -> str | None:
    """A value as Athena writes it."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime() if value.tzinfo:
            return f"{value.replace(tzinfo=None).isoformat(' ', 'milliseconds')} {value.tzinfo}"
        case timedelta():
            return f"{value.days} {timedelta(seconds=value.seconds)}.000"
        case dict():
            return f"{{{', '.join(f'{key}={text_of(one)}' for key, one in value.items())}}}"
    return text_of_value(value)
