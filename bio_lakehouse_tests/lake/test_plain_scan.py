"""What is read by the short way is what PyIceberg reads, and what is not plain is left to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.table import Table

from bio_lakehouse.lake import plain_scan
from bio_lakehouse.lake.filters import rows_where
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import Column, TableSchema
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
FILTERS = [
    AlwaysTrue(),
    rows_where(None, None, user_id="me"),
    rows_where(date(2026, 1, 20), date(2026, 2, 3), user_id="me"),
    rows_where(None, None, user_id="nobody"),
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


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each scan went the short way."""
    went: list[bool] = []
    parts: Callable[..., list[pa.Table]] = plain_scan._parts

    def watched(scan: object) -> list[pa.Table]:
        found = parts(scan)
        went.append(bool(found))
        return found

    monkeypatch.setattr(plain_scan, "_parts", watched)
    return went


@pytest.mark.parametrize("chosen", FILTERS, ids=str)
@pytest.mark.parametrize("columns", [("*",), ("day",), ("note", "score")], ids=str)
def test_the_rows_are_those_of_pyiceberg(
    table: Table, plain: list[bool], chosen: BooleanExpression, columns: tuple[str, ...]
) -> None:
    scan = table.scan(row_filter=chosen, selected_fields=columns)

    rows, expected = plain_scan.rows_of(scan), scan.to_arrow()

    assert rows.cast(expected.schema).equals(expected)
    assert rows.column_names == expected.column_names
    assert plain == [bool(rows.num_rows)]


def test_a_renamed_column_is_left_to_pyiceberg(table: Table, plain: list[bool]) -> None:
    with table.update_schema() as update:
        update.rename_column("score", "mark")

    rows = plain_scan.rows_of(table.scan(row_filter=FILTERS[1]))

    assert plain == [False]
    assert rows.column("mark").null_count < rows.num_rows


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    tables = Lakehouse.open(Settings(home=tmp_path)).tables
    tables.replace(SCHEMA, SCHEMA.arrow.empty_table(), FIRST, LAST)

    assert tables.scan(SCHEMA.full_name).column_names == ["user_id", "day", "score"]
