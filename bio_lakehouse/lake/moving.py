"""Tables of a home that was moved, copied or restored: made again in the home where they are now.

Iceberg's metadata names every file by its whole path. Each table's current rows are read from
where its files are now and committed as a new table beside them: that needs no copy of Iceberg's
formats, keeps what bronze alone does not give (insights of earlier days), and never opens a file
of the home that it came from. Five years take 16 s of a processor, 110 s from landing.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import StaticTable, Table

from bio_lakehouse.lake.locks import LONGEST_WAIT_S, held
from bio_lakehouse.lake.table_files import damage_found
from bio_lakehouse.lake.warehouse_io import io_properties

if TYPE_CHECKING:
    from bio_lakehouse.lake.catalog import LocalCatalog

logger = logging.getLogger(__name__)


def bring_home(catalog: LocalCatalog) -> None:
    """Make again, in this home, the tables whose metadata lies in another one; said by a
    warning."""
    home = catalog.path.parent
    busy = f"{home}: another program makes its tables again; wait until that has ended"
    with held(home / ".catalog.lock", busy, LONGEST_WAIT_S):
        recorded = catalog.recorded()
        foreign = {name: at for name, at in recorded.items() if not catalog.holds(at)}
        moved = {name: brought_home(catalog, name, at) for name, at in foreign.items()}
        with closing(sqlite3.connect(catalog.path, timeout=30)) as db, db:
            db.executemany(
                "UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = NULL"
                " WHERE table_namespace || '.' || table_name = ?",
                [(location, name) for name, location in moved.items()],
            )
    if moved:
        homes = sorted({str(Path(old_warehouse(name, at)).parent) for name, at in foreign.items()})
        logger.warning(
            "This home was moved or copied from %s: its %d tables were made again in %s; "
            "nothing was read from or written to the former place.",
            ", ".join(homes),
            len(moved),
            home,
        )


def brought_home(catalog: LocalCatalog, full_name: str, location: str) -> str:
    """A new table with the current rows of the one whose metadata was at `location`; where it is.

    `DamagedFile` when its files are not all here, or cannot be read.
    """
    properties = io_properties(catalog.warehouse, old_warehouse(full_name, location))
    with damage_found(location, lambda: properties):
        old = StaticTable.from_metadata(location, properties)
        rows = old.scan().to_arrow()
    table = new_table(catalog, full_name, old)
    if rows.num_rows:
        table.append(rows)
    return table.metadata_location


def new_table(catalog: LocalCatalog, full_name: str, like: Table) -> Table:
    """An empty table in the warehouse with the columns and partitions of `like`, in no catalog."""
    unlisted = SqlCatalog(
        "unlisted", uri="sqlite://", init_catalog_tables="true", **catalog.io_properties()
    )
    unlisted.create_namespace(full_name.partition(".")[0])
    return unlisted.create_table(
        full_name, like.schema(), partition_spec=like.spec(), properties=like.properties
    )


def old_warehouse(full_name: str, location: str) -> str:
    """The warehouse in which a table's metadata was:
    `…/warehouse/<database>/<table>/metadata/…`."""
    return location.rpartition(f"/{full_name.replace('.', '/')}/metadata/")[0]
