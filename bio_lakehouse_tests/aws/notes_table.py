"""A small table for tests of the catalog on AWS, and a program that writes to it as another would:
`python -m bio_lakehouse_tests.aws.notes_table ADDRESS HOME WRITER MONTH ROUNDS`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pyarrow as pa

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import Column, TableSchema
from bio_lakehouse_tests.aws import emulator

SCHEMA = TableSchema(
    "bio_gold",
    "notes",
    "What was noted.",
    ("user_id", "day"),
    (
        Column("user_id", "string", "Whose row it is.", required=True),
        Column("day", "date", "The day.", required=True),
        Column("score", "int", "A score."),
        Column("note", "string", "A text."),
    ),
)
DAYS_OF_MONTH = 20


def notes(*rows: tuple[str, date, int | None, str | None]) -> pa.Table:
    names = [column.name for column in SCHEMA.columns]
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema=SCHEMA.arrow
    )


def month_of(month: int) -> tuple[date, date]:
    return date(2026, month, 1), date(2026, month, DAYS_OF_MONTH)


def write(
    lake: Lakehouse, writer: str, month: int, score: int, schema: TableSchema = SCHEMA
) -> None:
    """Replace the days of a month by this writer's."""
    days = [date(2026, month, number + 1) for number in range(DAYS_OF_MONTH)]
    rows = notes(*(("me", day, score, writer) for day in days))
    lake.tables.replace(schema, rows, *month_of(month))


if __name__ == "__main__":
    address, home, name, of_month, rounds = sys.argv[1:]
    opened = Lakehouse.open(emulator.aws_settings(Path(home), address))
    for number in range(int(rounds)):
        write(opened, name, int(of_month), number)
