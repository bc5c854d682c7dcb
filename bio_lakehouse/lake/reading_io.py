"""PyIceberg's way to read the files of one warehouse of this machine, and nothing outside of it.

It does without PyIceberg's own way, which loads pandas: a question would wait a quarter of a second
for what it does not use.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile

from bio_lakehouse.errors import TableError

IMPLEMENTATION = f"{__name__}.ReadingIO"
WAREHOUSE = "warehouse"


def reading_properties(warehouse: Path) -> dict[str, str]:
    """PyIceberg's properties for reading files below `warehouse`."""
    return {"py-io-impl": IMPLEMENTATION, WAREHOUSE: str(warehouse)}


def refuse_outside(path: str, warehouse: Path) -> None:
    """`TableError` for a path that lies, or leads by a link, outside of `warehouse`."""
    # That of a copied home may lead into the original.
    real = Path(path).resolve()
    if not real.is_relative_to(warehouse.parent.resolve() / warehouse.name):
        raise TableError(f"{real} lies outside {warehouse.parent}: it is left as it is")


class ReadingIO(FileIO):
    """Files below the property `warehouse`; it writes and deletes none."""

    def new_input(self, location: str) -> InputFile:
        path = location.removeprefix("file://")
        refuse_outside(path, Path(self.properties[WAREHOUSE]))
        return _ReadFile(path)

    def new_output(self, location: str) -> OutputFile:
        raise TableError(f"{location} is read here, and not written")

    def delete(self, location: str | InputFile | OutputFile) -> None:
        raise TableError(f"{location} is read here, and not deleted")


class _ReadFile(InputFile):
    def __len__(self) -> int:
        return Path(self.location).stat().st_size

    def exists(self) -> bool:
        return Path(self.location).exists()

    def open(self, seekable: bool = True) -> InputStream:
        return cast("InputStream", Path(self.location).open("rb"))
