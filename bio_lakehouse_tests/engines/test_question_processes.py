"""Questions of a program with several threads: a helper forks for each, and nothing of one reaches
another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa
import pytest

from bio_lakehouse.engines import bounded_query, question_processes
from bio_lakehouse.engines.question_processes import Helper, Started
from bio_lakehouse.engines.question_work import Limits
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse_tests.engines.memory_lake import DAILY, engine, table_of

DAY = date(2026, 1, 1)
PEOPLE = [f"person{number}" for number in range(6)]
ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a (x), UNNEST(sequence(1, 10000)) b (y), "
    "UNNEST(sequence(1, 10000)) c (z) WHERE x + y + z = 0"
)


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Helper]:
    helper = Helper()
    monkeypatch.setattr(question_processes, "start", helper.start)
    yield helper
    helper.close()


@pytest.fixture
def sql(tmp_path: Path) -> DuckDbSql:
    days = [{"user_id": person, "day": DAY} for person in PEOPLE]
    return engine(tmp_path, daily=table_of(DAILY, days))


def test_many_ask_at_once_and_each_sees_their_own(sql: DuckDbSql, helper: Helper) -> None:
    def seen_by(person: str) -> list[str]:
        rows = sql.answer("SELECT user_id FROM daily_readiness_performance", person)
        return list(rows.column(0).to_pylist())

    with ThreadPoolExecutor(len(PEOPLE)) as threads:
        seen = list(threads.map(seen_by, PEOPLE * 4))

    assert seen == [[person] for person in PEOPLE * 4]


def test_a_question_of_a_helper_is_ended_with_its_time(sql: DuckDbSql, helper: Helper) -> None:
    helper.begin()
    with pytest.raises(QueryError, match="was stopped after 2 s"):
        bounded_query.answer(sql, ENDLESS, "person1", Limits(seconds=2))

    assert until(lambda: children_of(helper.process_id()) == [])


def test_a_helper_that_was_ended_is_started_again(sql: DuckDbSql, helper: Helper) -> None:
    sql.answer("SELECT 1", "person1")
    before = helper.process_id()
    os.kill(before, signal.SIGKILL)

    assert sql.answer("SELECT 1", "person1").num_rows == 1
    assert helper.process_id() != before


def test_a_process_that_ends_before_its_question_is_explained(
    sql: DuckDbSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stillborn() -> Started:
        ours, theirs = os.pipe()
        os.close(theirs)
        return Started(Connection(ours), lambda: None)

    monkeypatch.setattr(question_processes, "start", stillborn)

    with pytest.raises(QueryError, match="ended before it began"):
        sql.answer("SELECT 1", "person1")


def test_a_helper_knows_no_secret(
    sql: DuckDbSql, helper: Helper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-secret-key")
    sql.answer("SELECT 1", "person1")

    environment = Path(f"/proc/{helper.process_id()}/environ").read_bytes()

    assert b"PYTHONPATH" in environment
    assert b"a-secret-key" not in environment


def test_a_program_that_is_killed_takes_its_helper_with_it(tmp_path: Path) -> None:
    script = """
        import time
        from bio_lakehouse.engines.question_processes import HELPER, warm_up
        warm_up()
        print(HELPER.process_id(), flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        helper = int(program.stdout.readline())
        assert Path(f"/proc/{helper}").exists()
        program.kill()

    assert until(lambda: not Path(f"/proc/{helper}").exists())


def test_a_statement_reads_the_tables_that_are_allowed(sql: DuckDbSql) -> None:
    allowed = frozenset({"bio_gold.energy_state"})

    assert isinstance(sql.answer("SELECT day FROM energy_state", "person1", allowed), pa.Table)
    with pytest.raises(QueryError, match="no table daily_readiness_performance"):
        sql.answer("SELECT day FROM daily_readiness_performance", "person1", allowed)


def children_of(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [int(child) for child in text.split()]


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> bool:
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.02)
    return bool(is_so())
