"""Which tables a lake has and where: a catalog to write with, and a quick look at it for those who
only read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from bio_lakehouse import loading
from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import home
from bio_lakehouse.lake.store_errors import store_named

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pyiceberg.catalog import Catalog

NAME = "bio"


class TableCatalog(Protocol):
    """What the lake asks of a catalog."""

    def names(self) -> list[str]: ...
    def locations(self) -> dict[str, str]: ...
    def metadata_location(self, full_name: str) -> str | None: ...
    def io_properties(self) -> dict[str, str]: ...
    def reading_properties(self) -> dict[str, str]: ...
    def place_of(self, full_name: str) -> str: ...
    def trouble_named(self, full_name: str) -> AbstractContextManager[None]: ...
    @property
    def writable(self) -> Catalog: ...


class LocalCatalog:
    """PyIceberg's SQL catalog in one SQLite file.

    Reading asks SQLite itself for PyIceberg's own table of tables, which spares a question the
    loading of SQLAlchemy. Iceberg names files by their whole paths, so a home that was moved or
    copied is noticed by them, and its tables are brought to where it is now before anything else. A
    catalog without tables is `DamagedFile` where `has_tables` knows better.
    """

    def __init__(
        self, path: Path, warehouse: Path, has_tables: Callable[[], bool] = lambda: False
    ) -> None:
        self.path = path
        self.warehouse = warehouse
        self.has_tables = has_tables

    @classmethod
    def of(cls, folder: Path, has_tables: Callable[[], bool] = lambda: False) -> LocalCatalog:
        """The catalog of the home `folder`."""
        return cls(folder / home.CATALOG, folder / home.WAREHOUSE, has_tables)

    def names(self) -> list[str]:
        """Full names (`bio_silver.oura_sleep`) of all tables, sorted."""
        return sorted(self.locations())

    def metadata_location(self, full_name: str) -> str | None:
        """Where the table's current metadata lies; None when there is no such table."""
        return self.locations().get(full_name)

    def io_properties(self) -> dict[str, str]:
        """How PyIceberg reads the tables' files."""
        from bio_lakehouse.lake.warehouse_io import io_properties

        return io_properties(self.warehouse)

    def reading_properties(self) -> dict[str, str]:
        """As `io_properties`, for what only reads, and is quick."""
        from bio_lakehouse.lake.warehouse_paths import reading_properties

        return reading_properties(self.warehouse)

    def folder_of(self, full_name: str) -> Path:
        """Where the table's files are, or will be."""
        return self.warehouse.joinpath(*full_name.split("."))

    def place_of(self, full_name: str) -> str:
        """As `folder_of`, as it is printed and as Iceberg names it."""
        return str(self.folder_of(full_name))

    def trouble_named(self, full_name: str) -> AbstractContextManager[None]:
        """Trouble with files inside as a `StoreError` that names the table's folder."""
        return store_named(self.folder_of(full_name))

    def locations(self) -> dict[str, str]:
        """Where each table's current metadata lies, in this home, by full name."""
        found = self.recorded()
        if any(not self.holds(location) for location in found.values()):
            from bio_lakehouse.lake.moving import bring_home

            bring_home(self)
            found = self.recorded()
        if not found and self.has_tables():
            raise DamagedFile.at(self.path, "it knows no table, though files were brought in")
        return found

    def recorded(self) -> dict[str, str]:
        """As `locations`, as the catalog has them."""
        if not self.path.exists():
            return {}
        with store_named(self.path), closing(sqlite3.connect(self.path, timeout=30)) as db:
            return dict(_rows(db))

    def holds(self, location: str) -> bool:
        """Whether the file at `location` is one of this home's warehouse."""
        # Paths are parsed only where the text does not tell: each reading asks this of each table.
        is_within = location.startswith(f"{self.warehouse}{os.sep}")
        return is_within or Path(location).is_relative_to(self.warehouse)

    @cached_property
    def writable(self) -> Catalog:
        """PyIceberg's catalog over the same file; it is made when it is not there."""
        with loading.for_good():
            from pyiceberg.catalog.sql import SqlCatalog
            from sqlalchemy import URL

        # Not as text, of which SQLAlchemy would take a `?` for the start of options.
        uri = cast("str", URL.create("sqlite", database=str(self.path)))
        return SqlCatalog(NAME, uri=uri, init_catalog_tables="true", **self.io_properties())


def _rows(db: sqlite3.Connection) -> list[tuple[str, str]]:
    try:
        rows: list[tuple[str, str]] = db.execute(
            "SELECT table_namespace || '.' || table_name, metadata_location FROM iceberg_tables"
            " WHERE catalog_name = ?",
            (NAME,),
        ).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table: iceberg_tables" not in str(error):
            raise
        return []
    return rows
