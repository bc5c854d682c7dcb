"""PyIceberg's way to read the files of one warehouse of this machine, and nothing outside of it.

It does without PyIceberg's own way, which loads pandas: a question would wait a quarter of a second
for what it does not use.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile

from bio_lakehouse.errors import TableError
from bio_lakehouse.lake.warehouse_paths import WAREHOUSE, refuse_outside


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
