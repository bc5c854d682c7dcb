"""Which tables a lake has and where: a catalog to write with, and a quick look at it for those who only read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

NAME = "bio"


class TableCatalog(Protocol):
    """What the lake asks of a catalog."""

    def names(self) -> list[str]: ...
    def metadata_location(self, full_name: str) -> str | None: ...
    @property
    def writable(self) -> Catalog: ...


class LocalCatalog:
    """PyIceberg's SQL catalog in one SQLite file.

    Reading asks SQLite itself for PyIceberg's own table of tables, which spares a question the loading of SQLAlchemy.
    """

    def __init__(self, path: Path, warehouse: Path) -> None:
        self.path = path
        self.warehouse = warehouse

    def names(self) -> list[str]:
        """Full names (`bio_silver.oura_sleep`) of all tables, sorted."""
        return sorted(name for name, _ in self._rows())

    def metadata_location(self, full_name: str) -> str | None:
        """Where the table's current metadata lies; None when there is no such table."""
        return dict(self._rows()).get(full_name)

    def _rows(self) -> list[tuple[str, str]]:
        if not self.path.exists():
            return []
        with closing(sqlite3.connect(self.path, timeout=30)) as db:
            rows: list[tuple[str, str]] = db.execute(
                "SELECT table_namespace || '.' || table_name, metadata_location FROM iceberg_tables"
                " WHERE catalog_name = ?",
                (NAME,),
            ).fetchall()
        return rows

    @cached_property
    def writable(self) -> Catalog:
        """PyIceberg's catalog over the same file; it is made when it is not there."""
        from pyiceberg.catalog.sql import SqlCatalog

        location = {"uri": f"sqlite:///{self.path}", "warehouse": str(self.warehouse)}
        return SqlCatalog(NAME, **location, init_catalog_tables="true")
