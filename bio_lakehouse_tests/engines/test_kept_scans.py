"""Rows that are kept from one question to the next: those of the same person and the same state,
and not too many."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.engines.kept_scans import KeptScans
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse_tests.engines.memory_lake import DAILY, SCHEMAS, MemoryTables, table_of_text

ROWS = pa.table({"x": pa.array(range(100), pa.int64())})
ASKED = st.tuples(st.sampled_from("ab"), st.sampled_from(["me", "ann", None]), st.integers(1, 3))


class StatedTables(MemoryTables):
    """Tables in memory that say which state they are in."""

    present = "first"

    def state(self, full_name: str) -> str | None:
        return self.present


@given(asked=st.lists(ASKED), most_rows=st.integers(0, 500))
def test_what_is_given_is_what_was_asked_for(
    asked: list[tuple[str, str | None, int]], most_rows: int
) -> None:
    kept = KeptScans(most_rows * 8)

    for name, user_id, state in asked:
        text = f"{name} of {user_id} in {state}"
        rows = kept.rows((name, user_id, None), str(state), lambda text=text: _rows(text))
        assert rows.schema.metadata == {b"is": text.encode()}
        assert kept.size() <= most_rows * 8


def _rows(text: str) -> pa.Table:
    return ROWS.replace_schema_metadata({"is": text})


def test_what_is_asked_for_again_stays() -> None:
    kept = KeptScans(2 * ROWS.nbytes)
    read = []

    def ask(name: str) -> None:
        def of_lake() -> pa.Table:
            read.append(name)
            return ROWS

        kept.rows((name, "me", None), "first", of_lake)

    for name in "abacab":
        ask(name)

    assert read == ["a", "b", "c", "b"]


def test_a_table_is_read_once_until_it_changes(tmp_path: Path) -> None:
    rows = table_of_text(DAILY, "day | steps\n2026-01-01 | 5000")
    tables = StatedTables({DAILY.full_name: rows})
    sql = DuckDbSql(tables, FolderStore(tmp_path), SCHEMAS)
    question = "SELECT sum(steps) FROM daily_readiness_performance"

    for _ in range(3):
        assert sql.query(question, "me").to_pylist() == [{"_col0": 5000}]
    assert sql.query(question, "ann").to_pylist() == [{"_col0": None}]
    tables.tables[DAILY.full_name] = pa.concat_tables(
        [rows, table_of_text(DAILY, "day | steps\n2026-01-02 | 100")]
    )
    tables.present = "second"

    assert sql.query(question, "me").to_pylist() == [{"_col0": 5100}]
    assert tables.scans == [(DAILY.full_name, user) for user in ("me", "ann", "me")]
