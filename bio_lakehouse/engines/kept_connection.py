"""DuckDB in memory, kept with its views for the next statement: to begin it, and to define a view,
takes longer than to read that."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "temp_directory": "",
    # With several, sums of parts meet in any order, and averages differ in the last digit.
    "threads": 1,
}


@contextmanager
def connection_with(
    rows: Mapping[str, pa.Table], definitions: Mapping[str, str], memory: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that has those rows and definitions by full name, each after all that it reads.

    It sees no file and can no longer be configured; of views that it has beside them nothing can
    be read, since every row goes with its statement. Where that fails, or `memory` bounds its
    bytes, it is closed, and else kept. Any thread may ask, for a connection of its own.
    """
    opened = _kept(rows, definitions) if memory is None else _opened(memory)
    try:
        opened.define(rows, definitions)
        yield opened.connection
        opened.forget(rows)
    except BaseException:
        opened.connection.close()
        raise
    if memory is None:
        _idle.append(opened)
    else:
        opened.connection.close()


@dataclass
class _Opened:
    """A connection, with the columns of the tables that its views were defined over, and the
    definitions of all of them."""

    connection: duckdb.DuckDBPyConnection
    columns: dict[str, pa.Schema] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)

    def fits(self, rows: Mapping[str, pa.Table], definitions: Mapping[str, str]) -> bool:
        columns = {name: table.schema for name, table in rows.items()}
        return _agree(self.columns, columns) and _agree(self.definitions, definitions)

    def define(self, rows: Mapping[str, pa.Table], definitions: Mapping[str, str]) -> None:
        for name, table in rows.items():
            self.connection.register(name, table)
            self.columns[name] = table.schema
        for name, definition in definitions.items():
            if name not in self.definitions:
                self.connection.execute(definition)
                self.definitions[name] = definition

    def forget(self, rows: Mapping[str, pa.Table]) -> None:
        for name in rows:
            self.connection.unregister(name)


_idle: deque[_Opened] = deque(maxlen=1)
"""The last connection whose statement was answered. A deque needs no lock."""

if hasattr(os, "register_at_fork"):
    # A connection has threads of its own, which a fork would not have.
    os.register_at_fork(before=_idle.clear)


def _kept(rows: Mapping[str, pa.Table], definitions: Mapping[str, str]) -> _Opened:
    """The connection that was kept, where all that it knows by one of those names is the same."""
    try:
        opened = _idle.pop()
    except IndexError:
        return _opened(None)
    if opened.fits(rows, definitions):
        return opened
    opened.connection.close()
    return _opened(None)


def _opened(memory: int | None) -> _Opened:
    settings = SETTINGS if memory is None else {**SETTINGS, "memory_limit": f"{memory}B"}
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute(
        "SET TimeZone = 'UTC'; SET integer_division = true; SET enable_progress_bar = false;"
        "SET python_enable_replacements = false;"
        "CREATE SCHEMA bio_silver; CREATE SCHEMA bio_gold; SET lock_configuration = true"
    )
    return _Opened(connection)


def _agree(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether what both name is the same in both."""
    return all(known[name] == wanted[name] for name in known.keys() & wanted.keys())
