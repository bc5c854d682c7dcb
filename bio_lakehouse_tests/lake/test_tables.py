"""Iceberg tables: a range is replaced in one commit, rows that break the schema never get in, old
snapshots expire."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table

from bio_lakehouse.errors import TableError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema
from bio_lakehouse.lake.tables import Tables, conform
from bio_lakehouse.settings import Settings

SCHEMA = TableSchema(
    "bio_silver",
    "scores",
    "Scores by day.",
    ("user_id", "day"),
    (
        USER_ID,
        DAY,
        Column("score", "int", "A score.", 0, 100),
        Column("at", "timestamp", "When (UTC)."),
    ),
)
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def rows(*found: tuple[str, date, int | None]) -> pa.Table:
    return conform(
        pa.table(
            {
                "user_id": [row[0] for row in found],
                "day": pa.array([row[1] for row in found], pa.date32()),
                "score": pa.array([row[2] for row in found], pa.int64()),
                "at": pa.array(
                    [datetime(2026, 1, 1, 5, tzinfo=UTC).replace(tzinfo=None)] * len(found),
                    pa.timestamp("us"),
                ),
            }
        ),
        SCHEMA,
    )


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Lakehouse.open(Settings(home=tmp_path / "a home", snapshot_retention_days=0)).tables


def contents(tables: Tables) -> set[tuple[str, date, int | None]]:
    found = tables.scan(SCHEMA.full_name).to_pylist()
    return {(row["user_id"], row["day"], row["score"]) for row in found}


def test_a_range_is_replaced_and_the_rest_stays(tables: Tables) -> None:
    old = [
        ("me", date(2026, 1, 5), 70),
        ("me", date(2026, 2, 5), 71),
        ("you", date(2026, 2, 5), None),
    ]
    tables.replace(SCHEMA, rows(*old), FIRST, LAST)
    new = ("me", date(2026, 2, 6), 99)
    commit = tables.replace(SCHEMA, rows(new), date(2026, 2, 1), date(2026, 2, 28))
    assert (commit.rows, commit.rows_by_day, commit.changed) == (1, {date(2026, 2, 6): 1}, True)
    assert contents(tables) == {old[0], new}


def test_a_commit_says_which_days_changed(tables: Tables) -> None:
    january, february = date(2026, 1, 5), date(2026, 2, 5)
    before = tables.replace(SCHEMA, rows(("me", january, 70), ("me", february, 71)), FIRST, LAST)
    assert before.changed_days == before.versions.keys() == {january, february}
    again = tables.replace(SCHEMA, rows(("me", february, 71), ("me", january, 70)), FIRST, LAST)
    assert (again.changed_days, again.versions) == (frozenset(), before.versions)
    after = tables.replace(SCHEMA, rows(("me", january, 70), ("you", LAST, 1)), FIRST, LAST)
    assert after.changed_days == {february, LAST}
    assert after.versions[january] == before.versions[january]


def test_the_same_rows_again_commit_nothing(tables: Tables) -> None:
    given = [("me", date(2026, 1, day), 70 + day) for day in range(1, 20)]
    first = tables.replace(SCHEMA, rows(*given), FIRST, LAST)
    again = tables.replace(SCHEMA, rows(*reversed(given)), FIRST, LAST)
    assert not again.changed
    assert again.snapshot_id == first.snapshot_id


def test_an_empty_range_empties_it(tables: Tables) -> None:
    tables.replace(SCHEMA, rows(("me", FIRST, 1)), FIRST, LAST)
    assert tables.replace(SCHEMA, rows(), FIRST, LAST).rows == 0
    assert contents(tables) == set()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (rows(("me", FIRST, 101)), "score has 101, above 100"),
        (rows(("me", FIRST, -1)), "score has -1, below 0"),
        (rows(("me", FIRST, 1), ("me", FIRST, 2)), "occur more than once"),
        (rows(("me", date(2025, 12, 31), 1)), "lie outside 2026-01-01 to 2026-03-31"),
        (
            rows(("me", FIRST, 1)).set_column(0, "user_id", pa.array([None], pa.string())),
            "user_id is null in 1 rows",
        ),
    ],
)
def test_rows_that_break_the_schema_are_never_written(
    tables: Tables, bad: pa.Table, reason: str
) -> None:
    tables.replace(SCHEMA, rows(("me", FIRST, 50)), FIRST, LAST)
    with pytest.raises(TableError, match=reason):
        tables.replace(SCHEMA, bad, FIRST, LAST)
    assert contents(tables) == {("me", FIRST, 50)}


def test_scan_narrows_to_days_user_and_columns(tables: Tables) -> None:
    tables.replace(SCHEMA, rows(("me", FIRST, 1), ("you", FIRST, 2), ("me", LAST, 3)), FIRST, LAST)
    found = tables.scan(SCHEMA.full_name, first=FIRST, last=FIRST, user_id="me", columns=["score"])
    assert found.to_pydict() == {"score": [1]}
    assert tables.scan(SCHEMA.full_name).schema.field("at").type == pa.timestamp("us")
    with pytest.raises(TableError, match="bio-lakehouse refresh"):
        tables.scan("bio_silver.nothing")


def test_a_table_is_read_in_some_columns_and_in_the_order_of_all_that_it_is_sorted_by(
    tables: Tables,
) -> None:
    days = [FIRST + timedelta(number) for number in (40, 2, 1, 3)]
    scores = zip(["you", "me", "me", "me"], days, [3, 2, 1, 2], strict=True)
    tables.replace(SCHEMA, rows(*scores), FIRST, LAST)
    told = tables.read(SCHEMA, FIRST, LAST, columns=["score", "day"])
    whole = tables.read(SCHEMA, FIRST, LAST)
    assert told.schema == whole.select(["day", "score"]).schema
    assert told.column("day").to_pylist() == sorted(days)
    assert told.equals(whole.select(["day", "score"]).sort_by("day").combine_chunks())
    assert tables.read(SCHEMA, FIRST, LAST, "you", ["score"]).to_pylist() == [{"score": 3}]


def test_a_column_that_the_schema_gains_is_added(tables: Tables) -> None:
    tables.replace(SCHEMA, rows(("me", FIRST, 1)), FIRST, LAST)
    wider = TableSchema(
        SCHEMA.database,
        SCHEMA.name,
        "",
        SCHEMA.grain,
        (*SCHEMA.columns, Column("note", "string", "New.")),
    )
    tables.replace(wider, rows(("me", LAST, 2)).append_column("note", pa.array(["x"])), LAST, LAST)
    assert {row["note"] for row in tables.scan(SCHEMA.full_name).to_pylist()} == {None, "x"}


def test_old_snapshots_and_their_files_go(tables: Tables) -> None:
    for score in range(4):
        tables.replace(SCHEMA, rows(("me", FIRST, score)), FIRST, LAST)
        folder = Path(tables.catalog.writable.load_table(SCHEMA.full_name).location())
        past = time.time() - timedelta(hours=1).total_seconds()
        for path in folder.rglob("*"):
            os.utime(path, (past, past))
        time.sleep(0.01)
    assert len(tables.catalog.writable.load_table(SCHEMA.full_name).snapshots()) <= 3
    assert len(list(folder.rglob("*.parquet"))) <= 2
    assert contents(tables) == {("me", FIRST, 3)}


def test_a_commit_that_lost_a_race_is_tried_again(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.replace(SCHEMA, rows(("me", FIRST, 1)), FIRST, LAST)
    genuine, lost = Table.overwrite, []

    def once(self: Table, *args: object, **options: object) -> None:
        if not lost:
            lost.append(True)
            raise CommitFailedException("another writer was first")
        genuine(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Table, "overwrite", once)
    tables.replace(SCHEMA, rows(("me", FIRST, 2)), FIRST, LAST)
    assert contents(tables) == {("me", FIRST, 2)}


def test_writers_of_the_same_days_at_once_leave_one_version(tables: Tables) -> None:
    days = [date(2026, 1, 1) + timedelta(offset) for offset in range(60)]
    versions = [rows(*(("me", day, score) for day in days)) for score in range(4)]
    tables.replace(SCHEMA, rows(("me", date(2026, 3, 20), 1)), FIRST, LAST)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda version: tables.replace(SCHEMA, version, FIRST, LAST), versions))
    found = contents(tables)
    assert {row[1] for row in found} == set(days)
    assert len(found) == len(days)
