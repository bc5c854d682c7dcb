"""Iceberg tables in Glue's catalog and an S3 bucket: written, read and kept as those of a home."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.glue_catalog import GlueTableCatalog
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.maintenance import delete_orphans
from bio_lakehouse.lake.schema import Column, in_order
from bio_lakehouse.lake.table_files import files_in_use
from bio_lakehouse.lake.tables import Tables
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.notes_table import SCHEMA, notes

FIRST, LAST = date(2026, 1, 1), date(2026, 2, 28)
ROWS = notes(("me", FIRST, 7, "well"), ("me", date(2026, 2, 2), None, ""), ("ann", FIRST, 3, None))


@pytest.fixture(scope="module")
def tables(aws_of_module: Settings) -> Tables:
    """The tables of a lake in which there is one."""
    tables = Lakehouse.open(aws_of_module).tables
    assert tables.replace(SCHEMA, ROWS, FIRST, LAST).changed
    return tables


def test_rows_are_read_as_they_were_written(tables: Tables) -> None:
    assert not tables.replace(SCHEMA, ROWS, FIRST, LAST).changed
    assert tables.read(SCHEMA, None, None).to_pylist() == in_order(ROWS, SCHEMA).to_pylist()
    assert tables.read(SCHEMA, FIRST, FIRST, "me").to_pylist() == [ROWS.to_pylist()[0]]
    assert tables.scan(SCHEMA.full_name, columns=["day"]).num_rows == 3


def test_a_table_lies_in_its_databases_folder_of_the_warehouse(tables: Tables) -> None:
    catalog = tables.catalog
    assert catalog.place_of(SCHEMA.full_name) == "s3://bio-gold/warehouse/bio_gold/notes"
    table = catalog.writable.load_table(SCHEMA.full_name)
    assert table.location() == catalog.place_of(SCHEMA.full_name)
    assert table.metadata.format_version == 2
    assert tables.state(SCHEMA.full_name) == table.metadata_location


def test_what_athena_keeps_beside_them_is_no_table(tables: Tables, aws_of_module: Settings) -> None:
    view = {"Name": "notes_view", "TableType": "VIRTUAL_VIEW", "Parameters": {"comment": "view"}}
    other = {"Name": "csv", "TableType": "EXTERNAL_TABLE"}
    glue = aws_client(aws_of_module, "glue")
    for entry in (view, other):
        glue.create_table(DatabaseName="bio_gold", TableInput=entry)
    assert tables.names() == [SCHEMA.full_name]
    assert not tables.exists("bio_gold.notes_view")
    assert GlueTableCatalog(aws_of_module).view_names() == {"bio_gold.notes_view"}


def test_a_table_is_asked_for_in_one_call(tables: Tables, aws_of_module: Settings) -> None:
    catalog = GlueTableCatalog(aws_of_module)
    asked: list[str] = []

    def note(model: Any, **_: object) -> None:
        asked.append(model.name)

    catalog.glue.meta.events.register("before-call.glue", note)
    assert catalog.locations() == {SCHEMA.full_name: tables.state(SCHEMA.full_name)}
    assert catalog.metadata_location(SCHEMA.full_name)
    assert asked == ["GetTables", "GetTables", "GetTable"]


def test_earlier_snapshots_go_with_their_files_and_with_nothing_else(
    aws_of_module: Settings,
) -> None:
    forgetful = aws_of_module.model_copy(update={"snapshot_retention_days": 0})
    tables, schema = Lakehouse.open(forgetful).tables, replace(SCHEMA, name="changing")
    for score in range(3):
        tables.replace(schema, notes(("me", FIRST, score, "")), FIRST, LAST)
    table = tables.catalog.writable.load_table(schema.full_name)
    assert len(table.snapshots()) == 1
    s3, folder = aws_client(aws_of_module, "s3"), "warehouse/bio_gold"
    for left in (f"{folder}/changing/data/left.parquet", f"{folder}/beside"):
        s3.put_object(Bucket="bio-gold", Key=left, Body=b"x")
    assert delete_orphans(table, datetime.now(UTC) + timedelta(minutes=1)) > 0
    keys = {one["Key"] for one in s3.list_objects_v2(Bucket="bio-gold")["Contents"]}
    named = {one.removeprefix("s3://bio-gold/") for one in files_in_use(table)}
    assert {key for key in keys if key.startswith(f"{folder}/changing/")} == named & keys
    assert f"{folder}/beside" in keys
    assert tables.read(schema, None, None)["score"].to_pylist() == [2]


def test_a_column_that_was_added_since_is_there_and_a_torn_file_is_named(
    tables: Tables, aws_of_module: Settings
) -> None:
    schema = replace(SCHEMA, name="growing")
    tables.replace(schema, ROWS, FIRST, LAST)
    wider = replace(schema, columns=(*schema.columns, Column("mood", "string", "A mood.")))
    added = ROWS.append_column("mood", pa.array(["calm", None, None]))
    assert tables.replace(wider, added, FIRST, LAST).changed
    assert set(tables.read(wider, None, None)["mood"].to_pylist()) == {"calm", None}

    table = tables.catalog.writable.load_table(schema.full_name)
    key = table.inspect.files()["file_path"].to_pylist()[0].removeprefix("s3://bio-gold/")
    aws_client(aws_of_module, "s3").put_object(Bucket="bio-gold", Key=key, Body=b"PAR1 torn")
    with pytest.raises(DamagedFile, match=r"s3://bio-gold/.*\.parquet is damaged"):
        Lakehouse.open(aws_of_module).tables.scan(schema.full_name, user_id="ann")
