"""Where the files of a warehouse on this machine may lie, and how PyIceberg is told to read them.

Nothing here loads PyIceberg: who only reads does without it (`data_files.py`)."""

from __future__ import annotations

from pathlib import Path

from bio_lakehouse.errors import TableError

READING_IO = "bio_lakehouse.lake.reading_io.ReadingIO"
IMPLEMENTATION, WAREHOUSE = "py-io-impl", "warehouse"


def reading_properties(warehouse: Path) -> dict[str, str]:
    """PyIceberg's properties for reading files below `warehouse`."""
    return {IMPLEMENTATION: READING_IO, WAREHOUSE: str(warehouse)}


def warehouse_of(properties: dict[str, str]) -> Path | None:
    """The warehouse of `reading_properties`; None where the files are elsewhere."""
    is_here = properties.get(IMPLEMENTATION) == READING_IO
    return Path(properties[WAREHOUSE]) if is_here else None


def refuse_outside(path: str, warehouse: Path) -> None:
    """`TableError` for a path that lies, or leads by a link, outside of `warehouse`."""
    # That of a copied home may lead into the original.
    real = Path(path).resolve()
    if not real.is_relative_to(warehouse.parent.resolve() / warehouse.name):
        raise TableError(f"{real} lies outside {warehouse.parent}: it is left as it is")
