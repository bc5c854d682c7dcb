"""What is read by the short way is what PyIceberg reads, and what is not plain is left to it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyiceberg.table import DataScan, Table

from bio_lakehouse.errors import TableError
from bio_lakehouse.lake import plain_scan
from bio_lakehouse.lake.data_files import planned
from bio_lakehouse.lake.filters import rows_where
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.plain_scan import Bounds, rows_of
from bio_lakehouse.lake.reading_io import ReadingIO
from bio_lakehouse.lake.schema import Column, TableSchema
from bio_lakehouse.lake.warehouse_paths import reading_properties
from bio_lakehouse.settings import Settings

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
SCHEMA = TableSchema(
    name="tried",
    database="bio_silver",
    columns=(
        Column("user_id", "string", "Whose."),
        Column("day", "date", "When."),
        Column("score", "double", "How much."),
    ),
    grain=("user_id", "day"),
    description="A table that is tried.",
)
WIDER = replace(SCHEMA, columns=(*SCHEMA.columns, Column("note", "string", "What else.")))
BOUNDS: list[Bounds] = [
    (None, None, None),
    (None, None, "me"),
    (date(2026, 1, 20), date(2026, 2, 3), "me"),
    (date(2026, 1, 20), None, None),
    (None, date(2026, 2, 3), "ann"),
    (date(2025, 1, 1), date(2027, 1, 1), "me"),
    (date(2026, 2, 3), date(2026, 1, 20), "me"),
    (None, None, "nobody"),
]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Two months as they were written first, and one that has a column more."""
    tables = Lakehouse.open(Settings(home=tmp_path)).tables
    days = [FIRST + timedelta(number) for number in range((LAST - FIRST).days + 1)]
    rows = [
        {"user_id": user, "day": day, "score": day.toordinal() % 7 or None}
        for user in ("me", "ann")
        for day in days
    ]
    tables.replace(SCHEMA, pa.Table.from_pylist(rows, SCHEMA.arrow), FIRST, LAST)
    last = [row | {"note": "late"} for row in rows if row["day"] >= date(2026, 3, 1)]
    tables.replace(WIDER, pa.Table.from_pylist(last, WIDER.arrow), date(2026, 3, 1), LAST)
    return tables.catalog.writable.load_table(SCHEMA.full_name)


def scan_of(table: Table, bounds: Bounds, columns: tuple[str, ...] = ("*",)) -> DataScan:
    first, last, user_id = bounds
    chosen = rows_where(first, last, **({"user_id": user_id} if user_id else {}))
    return table.scan(row_filter=chosen, selected_fields=columns)


@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
@pytest.mark.parametrize("columns", [("*",), ("day",), ("note", "score")], ids=str)
def test_the_rows_are_those_of_pyiceberg(
    table: Table, bounds: Bounds, columns: tuple[str, ...]
) -> None:
    scan = scan_of(table, bounds, columns)

    files = planned(table.scan())
    assert files is not None

    rows, expected = rows_of(files, pa.OSFile, bounds, columns), scan.to_arrow()

    assert rows is not None
    assert rows.cast(expected.schema).equals(expected)
    assert (rows.schema.metadata or {}) == (expected.schema.metadata or {})
    assert rows.column_names == expected.column_names


@pytest.mark.parametrize("days", [[FIRST, LAST], [FIRST, None, LAST], [None], []])
def test_rows_that_are_all_within_are_not_copied(days: list[date | None]) -> None:
    rows = pa.table({"day": pa.array(days, pa.date32())})
    found = plain_scan._where(rows, "day", pc.greater_equal, FIRST.__le__, min)
    assert found.column("day").to_pylist() == [day for day in days if day]
    if days == [FIRST, LAST]:
        assert found is rows


def test_a_schema_is_looked_through_once(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[pa.Schema] = []
    is_plain = plain_scan._is_plain

    def counted(file: pa.Schema, *told: Any) -> bool:
        looked.append(file)
        return is_plain(file, *told)

    monkeypatch.setattr(plain_scan, "_is_plain", counted)
    monkeypatch.setattr(plain_scan, "MOST_AT_ONCE", 1)
    files = planned(table.scan())
    assert files is not None
    rows = rows_of(files, pa.OSFile)
    assert rows is not None
    assert len(looked) == len({tuple(schema.names) for schema in looked}) == 2
    assert len(files.files) > 2


def test_a_renamed_column_is_left_to_pyiceberg(table: Table) -> None:
    with table.update_schema() as update:
        update.rename_column("score", "mark")

    files = planned(table.scan())
    assert files is not None
    assert rows_of(files, pa.OSFile, BOUNDS[1]) is None


def test_what_is_not_plain_is_read_all_the_same(table: Table, tmp_path: Path) -> None:
    tables = Lakehouse.open(Settings(home=tmp_path)).tables
    with tables.catalog.writable.load_table(SCHEMA.full_name).update_schema() as update:
        update.rename_column("score", "mark")

    marks = tables.scan(SCHEMA.full_name, user_id="me").column("mark")

    assert 0 < marks.null_count < len(marks)


def test_a_question_loads_no_pandas(table: Table, tmp_path: Path) -> None:
    script = f"""
        import sys
        from pathlib import Path
        from bio_lakehouse.lake.lakehouse import Lakehouse
        from bio_lakehouse.settings import Settings
        tables = Lakehouse.open(Settings(home=Path({str(tmp_path)!r}))).tables
        print(tables.scan({SCHEMA.full_name!r}, user_id="me").num_rows, "pandas" in sys.modules)
    """

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["90", "False"]


def test_nothing_outside_of_the_warehouse_is_read(tmp_path: Path) -> None:
    io = ReadingIO(reading_properties(tmp_path / "warehouse"))
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "warehouse" / "link").symlink_to(tmp_path / "secret")

    for path in ("secret", "warehouse/link", "warehouse/../secret"):
        with pytest.raises(TableError, match="lies outside"):
            io.new_input(f"file://{tmp_path / path}")
    with pytest.raises(TableError, match="not written"):
        io.new_output(str(tmp_path / "warehouse" / "new"))
    with pytest.raises(TableError, match="not deleted"):
        io.delete(str(tmp_path / "warehouse" / "link"))


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    tables = Lakehouse.open(Settings(home=tmp_path)).tables
    tables.replace(SCHEMA, SCHEMA.arrow.empty_table(), FIRST, LAST)
    scan = tables.catalog.writable.load_table(SCHEMA.full_name).scan()

    files = planned(scan)
    assert files is not None

    for bounds in BOUNDS:
        rows = rows_of(files, pa.OSFile, bounds)
        assert rows is not None
        assert rows.schema.equals(scan.to_arrow().schema, check_metadata=False)
        assert rows.num_rows == 0
    assert tables.scan(SCHEMA.full_name).column_names == ["user_id", "day", "score"]
