"""Iceberg tables in Glue's catalog and an S3 bucket: written, read and kept as those of a home."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.glue_catalog import GlueTableCatalog
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.maintenance import delete_orphans
from bio_lakehouse.lake.schema import Column, in_order
from bio_lakehouse.lake.tables import Tables
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.notes_table import SCHEMA, notes

FIRST, LAST = date(2026, 1, 1), date(2026, 2, 28)
ROWS = notes(("me", FIRST, 7, "well"), ("me", date(2026, 2, 2), None, ""), ("ann", FIRST, 3, None))


def test_rows_are_read_as_they_were_written(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws).tables
    first = tables.replace(SCHEMA, ROWS, FIRST, LAST)
    again = tables.replace(SCHEMA, ROWS, FIRST, LAST)
    assert (first.changed, again.changed) == (True, False)
    assert tables.read(SCHEMA, None, None).to_pylist() == in_order(ROWS, SCHEMA).to_pylist()
    assert tables.read(SCHEMA, FIRST, FIRST, "me").to_pylist() == [ROWS.to_pylist()[0]]
    assert tables.scan(SCHEMA.full_name, columns=["day"]).num_rows == 3


def test_a_table_lies_in_its_databases_folder_of_the_warehouse(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws).tables
    tables.replace(SCHEMA, ROWS, FIRST, LAST)
    entry = aws_client(on_aws, "glue").get_table(DatabaseName="bio_gold", Name="notes")["Table"]
    assert entry["StorageDescriptor"]["Location"] == "s3://bio-gold/warehouse/bio_gold/notes"
    table = tables.catalog.writable.load_table(SCHEMA.full_name)
    assert table.metadata.format_version == 2
    assert tables.state(SCHEMA.full_name) == table.metadata_location


def test_what_athena_keeps_beside_them_is_no_table(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws).tables
    tables.replace(SCHEMA, ROWS, FIRST, LAST)
    view = {"Name": "notes_view", "TableType": "VIRTUAL_VIEW", "Parameters": {"comment": "view"}}
    other = {"Name": "csv", "TableType": "EXTERNAL_TABLE"}
    glue = aws_client(on_aws, "glue")
    for entry in (view, other):
        glue.create_table(DatabaseName="bio_gold", TableInput=entry)
    assert tables.names() == [SCHEMA.full_name]
    assert not tables.exists("bio_gold.notes_view")
    assert GlueTableCatalog(on_aws).view_names() == {"bio_gold.notes_view"}


def test_a_table_is_asked_for_in_one_call(on_aws: Settings) -> None:
    catalog = GlueTableCatalog(on_aws)
    Tables(catalog, timedelta(7)).replace(SCHEMA, ROWS, FIRST, LAST)
    asked: list[str] = []

    def note(model: Any, **_: object) -> None:
        asked.append(model.name)

    catalog.glue.meta.events.register("before-call.glue", note)
    catalog.locations()
    catalog.metadata_location(SCHEMA.full_name)
    assert asked == ["GetTables", "GetTables", "GetTable"]


def test_a_column_that_was_added_since_is_there(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws).tables
    tables.replace(SCHEMA, ROWS, FIRST, LAST)
    wider = replace(SCHEMA, columns=(*SCHEMA.columns, Column("mood", "string", "A mood.")))
    added = ROWS.append_column("mood", pa.array(["calm", None, None]))
    assert tables.replace(wider, added, FIRST, LAST).changed
    assert set(tables.read(wider, None, None)["mood"].to_pylist()) == {"calm", None}


def test_what_no_snapshot_names_is_deleted_and_nothing_else(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws).tables
    tables.replace(SCHEMA, ROWS, FIRST, LAST)
    s3 = aws_client(on_aws, "s3")
    s3.put_object(Bucket="bio-gold", Key="warehouse/bio_gold/notes/data/left.parquet", Body=b"x")
    s3.put_object(Bucket="bio-gold", Key="warehouse/bio_gold/other", Body=b"x")
    table = tables.catalog.writable.load_table(SCHEMA.full_name)
    assert delete_orphans(table, datetime.now(UTC) + timedelta(minutes=1)) == 1
    left = [one["Key"] for one in s3.list_objects_v2(Bucket="bio-gold")["Contents"]]
    assert "warehouse/bio_gold/other" in left
    assert "warehouse/bio_gold/notes/data/left.parquet" not in left
    assert tables.read(SCHEMA, None, None).num_rows == 3


def test_earlier_snapshots_go_with_their_files(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws.model_copy(update={"snapshot_retention_days": 0})).tables
    for score in range(3):
        tables.replace(SCHEMA, notes(("me", FIRST, score, "")), FIRST, LAST)
    assert len(tables.catalog.writable.load_table(SCHEMA.full_name).snapshots()) == 1
    assert tables.read(SCHEMA, None, None)["score"].to_pylist() == [2]


def test_a_torn_file_of_a_table_is_named(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws).tables
    tables.replace(SCHEMA, ROWS, FIRST, LAST)
    table = tables.catalog.writable.load_table(SCHEMA.full_name)
    path = table.inspect.files()["file_path"].to_pylist()[0]
    key = path.removeprefix("s3://bio-gold/")
    aws_client(on_aws, "s3").put_object(Bucket="bio-gold", Key=key, Body=b"PAR1 torn")
    with pytest.raises(DamagedFile, match=r"s3://bio-gold/.*\.parquet is damaged"):
        tables.scan(SCHEMA.full_name)


def test_a_schema_of_this_package_is_written_as_well(on_aws: Settings) -> None:
    tables = Lakehouse.open(on_aws).tables
    assert tables.read(GAP_LEDGER, None, None).num_rows == 0
    commit = tables.replace(GAP_LEDGER, GAP_LEDGER.arrow.empty_table(), FIRST, LAST)
    assert commit.rows == 0
    assert tables.exists(GAP_LEDGER.full_name)
