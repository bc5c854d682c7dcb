"""Acme's scale: weight and body fat, a day a row, in one CSV. No vendor sends such a file."""

from __future__ import annotations

from functools import partial

from bio_lakehouse.sources.checking import calendar_day, check, day_in_lake
from bio_lakehouse.sources.columns_told import of_cells
from bio_lakehouse.sources.declared_fields import Field, canonical_header
from bio_lakehouse.sources.delimited import Header, comma_table
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record
from bio_lakehouse.sources.source import Dataset, DelimitedFormat, Feed, Source, Table
from bio_lakehouse.sources.source_rows import Row, days_spanned, split_rows

WEIGHINGS = "acme_scale/weighings"
FIELDS = (
    Field("weight_kg", "Weight (kg)", "double", "Weight (kg).", 1, 700),
    Field("body_fat_pct", "Body Fat (%)", "double", "Share of fat (%).", 0, 100),
)
TABLE = Table("acme_scale_weighings", "Weight and body fat of a day.", FIELDS)
HEADERS = frozenset({"date", *(header for field in FIELDS for header in field.headers)})


def is_weighings(header: Header) -> bool:
    return {canonical_header(cell) for cell in header.cells} >= {"date", "weight (kg)"}


def read(name: str, text: str, context: ParseContext) -> ParsedFile:
    table = comma_table(name, text)
    columns = [canonical_header(header) for header in table.headers]
    rows = split_rows(table.rows, partial(record, table.names, columns, context))
    return ParsedFile(
        source="acme_scale",
        origin="export",
        datasets=(WEIGHINGS,),
        records=rows.records,
        rejected=rows.rejected,
        row_count=rows.count,
        coverage=days_spanned(rows.records),
        unknown_fields=tuple(name for name in columns if name not in HEADERS),
    )


def record(names: list[str], columns: list[str], context: ParseContext, row: Row) -> Record:
    cells = dict(zip(columns, row.content, strict=True))
    day = day_in_lake("date", calendar_day("date", cells["date"]), context)
    for field in FIELDS:
        check(field, cells.get(field.headers[0]))
    content = dict(zip(names, row.content, strict=True))
    return Record(WEIGHINGS, day, day.isoformat(), row.line, content)


ACME_SCALE = Source(
    name="acme_scale",
    title="Acme Scale",
    origins=("export",),
    datasets=(Dataset(WEIGHINGS, (Feed(TABLE.name, of_cells(FIELDS)),)),),
    tables=(TABLE,),
    silver="bio_lakehouse_tests.made_up_vendor.silver",
    due_after_days=2,
    delimited=(
        DelimitedFormat("Acme Scale's CSV", "the scale's app", ",", is_weighings, read, HEADERS),
    ),
)
