"""Statements executed by a Trino."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from trino.dbapi import connect

from bio_lakehouse_tests.trino.trino_server import CATALOG


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement gave: columns' names, Trino's names of their types, and rows."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class TrinoExecutor:
    """A Trino at `address`."""

    address: str

    def run(self, sql: str, database: str) -> Result:
        """The answer to `sql`, whose tables are those of `database` where it says nothing else.

        Raises trino.exceptions.TrinoUserError with Trino's own message.
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
        return Result(names, tuple(column[1] for column in columns), rows)
