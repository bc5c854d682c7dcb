"""Rows that are kept from one question to the next: those of the same person and the same state,
and not too many."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.engines.kept_scans import KeptScans, KeptViews
from bio_lakehouse.engines.sql import DuckDbSql, read_by_views
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse_tests.engines.memory_lake import DAILY, SCHEMAS, MemoryTables, table_of_text

ROWS = pa.table({"x": pa.array(range(100), pa.int64())})
FIRST = date(2026, 1, 1)
BOUND = st.none() | st.integers(0, 9).map(lambda number: FIRST + timedelta(number))
OF_A_VIEW = st.tuples(st.sampled_from(["v", "w"]), BOUND, BOUND, st.sampled_from([None, 1, 2]))
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
        rows = kept.rows((name, user_id, None, None), str(state), lambda text=text: _rows(text))
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

        kept.rows((name, "me", None, None), "first", of_lake)

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


def days_of_view(view: str, state: int, first: date | None, last: date | None) -> pa.Table:
    """What a view has in a state of the days from the first to the last."""
    days = [FIRST + timedelta(number) for number in range(10)]
    found = [day for day in days if (first or day) <= day <= (last or day)]
    says = pa.array([f"{view} in {state}"] * len(found), pa.string())
    return pa.table({"day": pa.array(found, pa.date32()), "says": says})


@given(asked=st.lists(OF_A_VIEW))
def test_some_days_of_a_view_are_those_of_it_whole(
    asked: list[tuple[str, date | None, date | None, int | None]],
) -> None:
    kept = KeptViews(10_000)
    for view, first, last, state in asked:
        wanted = days_of_view(view, state or 0, first, last)
        rows = kept.rows(view, (first, last), state, lambda wanted=wanted: wanted)
        assert rows.equals(wanted)


def test_a_view_is_worked_out_once_for_days_within_others(tmp_path: Path) -> None:
    text = "day | readiness_score\n" + "\n".join(f"{FIRST + timedelta(n)} | 80" for n in range(9))
    tables = StatedTables({DAILY.full_name: table_of_text(DAILY, text)})
    sql = DuckDbSql(tables, FolderStore(tmp_path), SCHEMAS)
    for view in VIEWS.values():
        sql.create_view(view)
    sql.kept.most_bytes = 0
    all_days = sql.rows_of("energy_state", FIRST, FIRST + timedelta(8))
    some = sql.rows_of("energy_state", FIRST + timedelta(3), FIRST + timedelta(4))
    assert some.equals(all_days.slice(3, 2))
    assert len(tables.scans) == 1
    tables.present = "second"
    assert sql.rows_of("energy_state", FIRST, FIRST).equals(all_days.slice(0, 1))
    assert len(tables.scans) == 2
    other = f"SELECT user_id, day, steps FROM {DAILY.full_name}"
    sql.views.put("energy_state.sql", other.encode())
    assert sql.rows_of("energy_state", FIRST, FIRST).column_names == ["user_id", "day", "steps"]
    assert len(tables.scans) == 3


def test_everybodys_rows_are_read_in_the_columns_of_the_views_alone() -> None:
    words = read_by_views()
    assert words is not None
    left_out = set(DAILY.column_names) - words
    assert 0 < len(left_out) < len(DAILY.column_names)
    named = "WITH named AS (SELECT New_Column FROM t) "
    all_of_t = (
        "SELECT * FROM t",
        "select distinct t.* FROM t",
        "SELECT a, * FROM t",
        f"{named}SELECT named.* FROM named JOIN (SELECT * FROM u) ON true",
        f"{named}SELECT New_Column FROM named NATURAL JOIN t",
    )
    for text in all_of_t:
        assert read_by_views([text]) is None
    assert read_by_views(["SELECT count(*), a * 2 FROM t"]) is not None
    assert "new_column" in (read_by_views([f"{named}SELECT * FROM named"]) or ())
