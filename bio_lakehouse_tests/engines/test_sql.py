"""Questions in Athena's SQL, answered with the right rows, over the asked user's data only, within
bounds."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from bio_lakehouse import safe_yaml
from bio_lakehouse.engines import sql as sql_engine
from bio_lakehouse.engines.sql import DuckDbSql, SqlEngine, Tables
from bio_lakehouse.errors import DamagedFile, QueryError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.tables import Tables as IcebergTables
from bio_lakehouse_tests.engines.memory_lake import (
    DAILY,
    WORKOUTS,
    MemoryTables,
    engine,
    table_of,
    table_of_text,
)
from bio_lakehouse_tests.engines.test_guard import HOSTILE

DAYS = """
user_id | day        | readiness_score | sleep_score | hrv_balance_score | total_output_kj | had_workout | steps | disciplines
me      | 2026-01-01 | 90              | 90          | 80                | 400             | true        | 5000  | Cycling
me      | 2026-01-02 | 72              | 70          | -                 | -               | true        | 6000  | Cycling,Yoga
me      | 2026-01-03 | 45              | 50          | 20                | -               | false       | -     | -
me      | 2026-01-05 | 60              | -           | 50                | 100             | true        | 7000  | Cycling
me      | 2026-02-01 | -               | 88          | 50                | 250             | true        | 8000  | Running
ann     | 2026-01-01 | 10              | 10          | 10                | 900             | true        | 100   | Running
ann     | 2026-02-02 | 20              | 20          | 20                | 800             | true        | 200   | Running
"""
RIDES = """
user_id | day        | fitness_discipline | total_output_kj | avg_watts | length_minutes | calories_kcal
me      | 2026-01-01 | Cycling            | 300             | 150       | 30             | 400
me      | 2026-01-01 | Cycling            | 100             | 100       | 20             | 200
me      | 2026-01-02 | Yoga               | -               | -         | 20             | -
me      | 2026-01-05 | Cycling            | 100             | 120       | 10             | 80
ann     | 2026-01-01 | Running            | 900             | 300       | 60             | 900
"""

QUESTIONS = safe_yaml.load(Path(__file__).with_name("questions.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    engine(folder)
    return folder


@pytest.fixture
def sql(folder: Path) -> DuckDbSql:
    return engine(
        folder,
        views=False,
        daily=table_of_text(DAILY, DAYS),
        workouts=table_of_text(WORKOUTS, RIDES),
    )


@pytest.mark.parametrize(
    "question", QUESTIONS, ids=[question["ask"][:70] for question in QUESTIONS]
)
def test_a_question_is_answered_with_the_right_rows(
    sql: DuckDbSql, question: dict[str, Any]
) -> None:
    assert rows_of(sql.query(question["ask"], "me")) == [tuple(row) for row in question["rows"]]


def test_nothing_hostile_reaches_the_tables(sql: DuckDbSql) -> None:
    for statement in HOSTILE:
        with pytest.raises(QueryError):
            sql.query(statement, "me")

    assert scans(sql) == []


def test_only_what_a_question_needs_is_scanned_through_views_too(sql: DuckDbSql) -> None:
    sql.query(
        "SELECT count(*) FROM energy_state AS e JOIN weekly_trends AS w ON w.day = e.day", "me"
    )

    assert scans(sql) == [(DAILY.full_name, "me")]


def test_a_question_without_tables_scans_nothing(sql: DuckDbSql) -> None:
    assert rows_of(sql.query("SELECT 1", "me")) == [(1,)]
    assert scans(sql) == []


def test_nobody_elses_rows_are_there_whatever_is_asked(sql: DuckDbSql) -> None:
    everything = "SELECT user_id, count(*) FROM {} WHERE true OR user_id = 'ann' GROUP BY user_id"

    for name in (*VIEWS, "daily_readiness_performance", "peloton_workouts"):
        assert {user for user, _ in rows_of(sql.query(everything.format(name), "me"))} <= {"me"}


def test_all_users_are_there_when_no_one_is_named(sql: DuckDbSql) -> None:
    answer = sql.query(
        "SELECT user_id, count(*) FROM energy_state GROUP BY user_id ORDER BY user_id", None
    )

    assert rows_of(answer) == [("ann", 2), ("me", 5)]


def test_a_view_is_made_once_and_anew_when_its_text_changed(tmp_path: Path) -> None:
    sql = engine(tmp_path, views=False)
    view = VIEWS["energy_state"]

    assert [sql.create_view(view), sql.create_view(view)] == [True, False]
    assert sql.create_view(replace(view, sql=view.sql + "\n"))
    assert (tmp_path / "energy_state.sql").read_text(encoding="utf-8") == view.sql + "\n"
    assert [path.name for path in tmp_path.iterdir()] == ["energy_state.sql"]


def test_a_question_uses_the_text_that_was_made_last(tmp_path: Path) -> None:
    sql = engine(tmp_path, daily=table_of_text(DAILY, DAYS))
    changed = (
        "SELECT user_id, day, 'asleep' AS energy_state FROM bio_gold.daily_readiness_performance"
    )

    sql.create_view(replace(VIEWS["energy_state"], sql=changed))

    assert rows_of(sql.query("SELECT DISTINCT energy_state FROM energy_state", "me")) == [
        ("asleep",)
    ]


def test_a_view_that_was_never_made_reads_what_there_is(tmp_path: Path) -> None:
    sql = engine(tmp_path, views=False, daily=table_of_text(DAILY, DAYS))

    answer = sql.query("SELECT day FROM energy_state WHERE energy_state = 'peak'", "me")

    assert rows_of(answer) == [(date(2026, 1, 1),)]


def test_a_view_on_disk_can_read_no_more_than_a_question_can(tmp_path: Path) -> None:
    sql = engine(tmp_path)
    sql.create_view(replace(VIEWS["energy_state"], sql="SELECT * FROM read_text('/etc/passwd')"))

    with pytest.raises(DamagedFile, match=r"read_text\(\) cannot stand in FROM"):
        sql.query("SELECT * FROM energy_state", "me")


def test_a_view_may_read_another_but_not_itself(tmp_path: Path) -> None:
    sql = engine(tmp_path, daily=table_of_text(DAILY, DAYS))
    upper, lower = VIEWS["energy_state"], VIEWS["weekly_trends"]

    sql.create_view(replace(upper, sql="SELECT user_id, day FROM bio_gold.weekly_trends"))
    assert rows_of(sql.query("SELECT count(*) FROM energy_state", "me")) == [(3,)]
    sql.create_view(replace(lower, sql="SELECT user_id, day FROM bio_gold.energy_state"))
    with pytest.raises(QueryError, match="cannot be answered"):
        sql.query("SELECT count(*) FROM energy_state", "me")


def test_a_table_that_no_ingestion_has_made_is_empty_with_its_columns(tmp_path: Path) -> None:
    answer = engine(tmp_path).query("SELECT * FROM silver.peloton_workouts", "me")

    assert answer.num_rows == 0
    assert answer.schema.names == list(WORKOUTS.column_names)


def test_a_table_beyond_the_known_schemas_can_be_asked_for(tmp_path: Path) -> None:
    tables = MemoryTables({"bio_gold.notes": pa.table({"user_id": ["me"], "note": ["rode well"]})})

    answer = DuckDbSql(tables, FolderStore(tmp_path)).query("SELECT note FROM notes", "me")

    assert rows_of(answer) == [("rode well",)]


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("SELECT readines_score FROM energy_state", "readiness_score"),
        ("SELECT e.scores FROM energy_state AS e", "sleep_score"),
        ("SELECT day FROM energy_state WHERE enrgy_state = 'low'", "energy_state"),
        ("SELECT day FROM energy_state JOIN weekly_trends USING (user)", "user_id"),
        ("SELECT day FROM energy_state ORDER BY zzz", "bio-lakehouse tables NAME"),
    ],
)
def test_an_unknown_column_is_answered_with_near_ones(
    sql: DuckDbSql, question: str, near: str
) -> None:
    with pytest.raises(QueryError, match=rf"^There is no column \w+ in .*{near}.*[.?]$"):
        sql.query(question, "me")


@pytest.mark.parametrize(
    "question",
    [
        "SELECT sum(day) FROM energy_state",
        "SELECT day FROM energy_state GROUP BY user_id",
        "SELECT day FROM energy_state CROSS JOIN weekly_trends",
        "SELECT 9223372036854775807 + 1",
        "SELECT CAST('seven' AS integer)",
    ],
)
def test_what_the_engine_says_is_one_line_in_no_engines_words(
    sql: DuckDbSql, question: str
) -> None:
    with pytest.raises(QueryError) as refusal:
        sql.query(question, "me")

    told = str(refusal.value)
    assert not re.search(r"\n|LINE|Candidate|Error:|athena_", told), told


def test_rows_of_a_view_are_those_of_its_days_in_order(sql: DuckDbSql) -> None:
    answer = sql.rows_of("energy_state", date(2026, 1, 2), date(2026, 1, 5), "me")

    assert answer["day"].to_pylist() == [date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 5)]
    assert answer["readiness_delta"].to_pylist() == [-18, -27, None], (
        "windows look back before the first day"
    )


def test_rows_of_a_view_without_a_day_are_computed_over_the_days_up_to_the_last(
    sql: DuckDbSql,
) -> None:
    by_last = {
        last: sum(
            sql.rows_of("readiness_performance_correlation", None, last, "me")[
                "sample_size"
            ].to_pylist()
        )
        for last in (date(2025, 12, 31), date(2026, 1, 4), None)
    }

    assert by_last == {date(2025, 12, 31): 0, date(2026, 1, 4): 2, None: 5}


def test_rows_of_everyone_are_in_the_order_of_the_grain(sql: DuckDbSql) -> None:
    answer = sql.rows_of("bio_gold.overtraining_risk")

    keys = list(zip(answer["user_id"].to_pylist(), answer["day"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert len(keys) == 7


def test_rows_of_what_is_no_view_are_refused(sql: DuckDbSql) -> None:
    with pytest.raises(QueryError, match="There is no view daily; the views are dashboard_30day, "):
        sql.rows_of("daily")


def test_columns_without_a_name_are_called_as_in_athena(sql: DuckDbSql) -> None:
    answer = sql.query(
        "SELECT day, count(*), max(sleep_score) AS best, 1 FROM energy_state GROUP BY day", "me"
    )

    assert answer.schema.names == ["day", "_col1", "best", "_col3"]


def test_sums_of_whole_numbers_are_bigints_and_dates_stay_dates(sql: DuckDbSql) -> None:
    answer = sql.query(
        "SELECT sum(steps), date_trunc('week', min(day)) FROM daily_readiness_performance", "me"
    )

    assert answer.schema.types == [pa.int64(), pa.date32()]


@pytest.mark.parametrize(
    "endless",
    [
        "SELECT count(*) FROM {0} AS a CROSS JOIN {0} AS b CROSS JOIN {0} AS c CROSS JOIN {0} AS d",
        (
            "SELECT max(a.n * b.n) FROM {0} AS a JOIN {0} AS b ON a.n <> b.n JOIN {0} AS c ON c.n "
            "<> b.n"
        ),
        "SELECT count(*) OVER () FROM {0} AS a, {0} AS b, {0} AS c",
    ],
)
def test_a_question_without_end_is_stopped(folder: Path, endless: str) -> None:
    sql = engine(folder, views=False, timeout_s=0.5)
    started = time.monotonic()

    with pytest.raises(QueryError, match=r"was stopped after 0\.5 s"):
        sql.query(endless.format("(SELECT n FROM UNNEST(sequence(1, 10000)) AS t (n))"), "me")

    assert time.monotonic() - started < 10


def test_an_answer_without_end_is_cut_off_before_memory_is(folder: Path) -> None:
    sql = engine(folder, views=False, largest_answer=2**20)
    numbers = "UNNEST(sequence(1, 10000))"

    with pytest.raises(QueryError, match="larger than 1 MiB"):
        sql.query(f"SELECT * FROM {numbers} AS a (n) CROSS JOIN {numbers} AS b (n)", "me")


def test_a_later_question_is_not_hurt_by_an_earlier_one(sql: DuckDbSql) -> None:
    with pytest.raises(QueryError):
        sql.query("SELECT 1 / 0", "me")

    assert rows_of(sql.query("SELECT count(*) FROM energy_state", "me")) == [(5,)]


def test_the_engine_itself_reaches_no_file_and_cannot_be_opened(
    monkeypatch: pytest.MonkeyPatch, sql: DuckDbSql
) -> None:
    """Behind the guard, DuckDB is locked as well: what slips through translation still finds
    nothing."""
    attempts = [
        "SELECT * FROM read_text('/etc/passwd')",
        "SET enable_external_access = true",
        "FROM secret_frame",
    ]
    secret_frame = pa.table({"x": [1]})

    for attempt in attempts:
        monkeypatch.setattr("bio_lakehouse.engines.sql.to_duckdb", lambda _, said=attempt: said)
        with pytest.raises((QueryError, duckdb.Error)):
            sql.query("SELECT 1", "me")
    assert secret_frame.num_rows == 1


def test_the_lakes_own_tables_and_engine_fit_their_protocols() -> None:
    def takes(tables: Tables, folder: Path) -> SqlEngine:
        return DuckDbSql(tables, FolderStore(folder))

    assert {name for name in vars(Tables) if not name.startswith("_")} <= set(vars(IcebergTables))
    assert takes(MemoryTables({}), Path()) is not None


def test_a_cold_import_is_light() -> None:
    heavy = "pandas pyspark pysail dagster scipy statsmodels plotly pyiceberg".split()  # noqa: SIM905
    script = "import sys, bio_lakehouse.engines.sql; print(*sys.modules)"

    modules = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()

    assert set(heavy).isdisjoint(modules)


def test_five_years_are_answered_from_a_standing_start_in_good_time(
    folder: Path, tmp_path: Path
) -> None:
    rows = [
        {
            "user_id": "me",
            "day": date(2021, 1, 1) + timedelta(offset),
            "readiness_score": 50 + offset % 50,
        }
        for offset in range(5 * 365)
    ]
    sql = engine(folder, views=False, daily=table_of(DAILY, rows))
    started = time.process_time()

    answer = sql.query("SELECT count(*), max(readiness_3day_avg) FROM energy_state", "me")

    assert rows_of(answer) == [(1825, 98.0)]
    assert time.process_time() - started < 1


def rows_of(answer: pa.Table) -> list[tuple[Any, ...]]:
    return (
        list(zip(*(column.to_pylist() for column in answer.columns), strict=True))
        if answer.num_columns
        else []
    )


def scans(sql: DuckDbSql) -> list[tuple[str, str | None]]:
    assert isinstance(sql.tables, MemoryTables)
    return sql.tables.scans


def test_a_statement_is_bound_without_a_row_of_anybody(tmp_path: Path) -> None:
    rows = pa.Table.from_pylist([{"user_id": "ann", "sport": "7x"}])
    sql = engine(tmp_path, daily=rows)
    sql.check_binds("SELECT avg(readiness_score) AS r FROM gold.energy_state")
    with pytest.raises(QueryError, match=r"There is no column readines .* readiness_score"):
        sql.check_binds("SELECT readines FROM gold.daily_readiness_performance")
    with pytest.raises(QueryError, match="SELECT"):
        sql.check_binds("DROP TABLE gold.energy_state")
    with pytest.raises(QueryError, match="no table"):
        sql.check_binds("SELECT * FROM gold.energy_state", frozenset({"bio_gold.insights"}))
    assert sql.tables.scans == []  # type: ignore[attr-defined]


def test_an_engines_reason_is_short_and_advises_nothing_impossible(sql: DuckDbSql) -> None:
    with pytest.raises(QueryError, match="nested too deeply"):
        sql.query(f"SELECT {' + '.join(['1'] * 2000)}", "me")
    with pytest.raises(QueryError, match="Malformed JSON") as caught:
        sql.query("SELECT json_parse(rpad('[', 100000, '['))", "me")
    assert len(str(caught.value)) < 500


def test_what_nobody_can_set_who_asks_is_not_advised() -> None:
    said = (
        "Invalid Input Error: The value is too large. Use TRY(...) to return NULL, or SET "
        "some_limit=false to go on."
    )
    told = sql_engine._reason(duckdb.InvalidInputException(said))
    assert told == "The statement cannot be answered: The value is too large."
