"""PyIceberg's way to files, kept to one warehouse: nothing outside of it is read, written or
deleted."""

from __future__ import annotations

from pathlib import Path

from pyiceberg.io import InputFile, OutputFile
from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

from bio_lakehouse.lake.warehouse_paths import WAREHOUSE, refuse_outside

IMPLEMENTATION = f"{__name__}.WarehouseIO"
MOVED_FROM = "moved-from"


def io_properties(warehouse: Path, moved_from: str | None = None) -> dict[str, str]:
    """PyIceberg's properties for files below `warehouse`.

    Metadata of tables that were moved or copied names files below `moved_from`: they are read
    where they are now, below `warehouse`.
    """
    properties = {"py-io-impl": IMPLEMENTATION, WAREHOUSE: str(warehouse)}
    return properties | ({MOVED_FROM: moved_from} if moved_from else {})


class WarehouseIO(PyArrowFileIO):
    """Files below the property `warehouse`; `TableError` before any other is touched."""

    def new_input(self, location: str) -> PyArrowFile:
        return super().new_input(self._where_it_is_now(location))

    def new_output(self, location: str) -> PyArrowFile:
        self._refuse_outside(location)
        return super().new_output(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        self._refuse_outside(location if isinstance(location, str) else location.location)
        super().delete(location)

    def _where_it_is_now(self, location: str) -> str:
        path = self.parse_location(location)[2]
        moved_from = self.properties.get(MOVED_FROM)
        if moved_from and Path(path).is_relative_to(moved_from):
            return str(Path(self.properties[WAREHOUSE], Path(path).relative_to(moved_from)))
        self._refuse_outside(location)
        return location

    def _refuse_outside(self, location: str) -> None:
        refuse_outside(self.parse_location(location)[2], Path(self.properties[WAREHOUSE]))
