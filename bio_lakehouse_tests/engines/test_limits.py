"""Whatever a question says, it is answered or refused within limits of time and memory, in its own
process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore

import pytest

from bio_lakehouse.backends import open_sql
from bio_lakehouse.engines import bounded_query, question_processes
from bio_lakehouse.engines.question_work import MEBIBYTE, Limits
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.engines.memory_lake import DAILY, engine, table_of_text
from bio_lakehouse_tests.engines.test_sql import DAYS, rows_of, scans

NUMBERS = "UNNEST(sequence(1, 10000))"
COLUMNS = ", ".join(f"x + {number} AS c{number}" for number in range(16))
HUNGRY = [
    f"SELECT count(*) FROM (SELECT {COLUMNS} FROM {NUMBERS} AS t (x)) "
    f"GROUP BY CUBE ({', '.join(f'c{number}' for number in range(12))})",
    f"SELECT array_agg(a.x * b.y) FROM {NUMBERS} a (x), {NUMBERS} b (y)",
    "SELECT rpad('x', 1000000000, rpad('y', 100000, 'y'))",
    "SELECT cardinality(transform(sequence(1, 10000), x -> rpad('x', 10000000, 'y')))",
    "WITH "
    + ", ".join(
        f"a{level} AS (SELECT {' || '.join(['x'] * 10)} AS x FROM a{level - 1})"
        if level
        else "a0 AS (SELECT 'aaaaaaaaaa' AS x)"
        for level in range(12)
    )
    + " SELECT length(x) FROM a11",
    f"SELECT * FROM (SELECT rpad('x', 60000000, 'y') AS s) CROSS JOIN {NUMBERS} t (x)",
]

REFUSED = re.compile("memory|larger than|was stopped")


def nested(start: str, inner: str, end: str, levels: int) -> str:
    return f"SELECT {start * levels}{inner}{end * levels}"


DEEP = [
    (nested("greatest(", "1", ", 2)", 40), 2),
    (nested("least(2, ", "1", ")", 40), 1),
    (nested("split_part(", "'a'", ", 'b', 1)", 40), "a"),
    (nested("regexp_extract(", "'a'", ", 'a')", 40), "a"),
    (nested("slice(", "ARRAY[1]", ", 1, 1)", 24), [1]),
    (nested("date_trunc('day', ", "timestamp '2026-01-01 00:00:00'", ")", 40), datetime.fromisoformat("2026-01-01")),
]  # fmt: skip


@pytest.fixture
def sql(tmp_path: Path) -> DuckDbSql:
    return engine(tmp_path, daily=table_of_text(DAILY, DAYS))


WAYS = {
    "fork": partial(question_processes.by_multiprocessing, "fork"),
    "spawn": partial(question_processes.by_multiprocessing, "spawn"),
    "helper": question_processes.HELPER.start,
}


@pytest.mark.parametrize("way", WAYS)
def test_the_answer_is_that_of_the_engine(
    sql: DuckDbSql, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(question_processes, "start", WAYS[way])
    question = "SELECT day, energy_state, user_id FROM energy_state ORDER BY day"

    answer = bounded_query.answer(sql, question, "me")

    assert scans(sql) == [(DAILY.full_name, "me")]
    assert answer.equals(sql.query(question, "me"))
    assert answer.num_rows == 5


def test_an_answer_without_rows_has_its_columns(sql: DuckDbSql) -> None:
    answer = bounded_query.answer(
        sql, "SELECT day, steps FROM daily_readiness_performance", "nobody"
    )

    assert (answer.column_names, answer.num_rows) == (["day", "steps"], 0)


def test_a_refusal_is_the_engines_own(sql: DuckDbSql) -> None:
    with pytest.raises(QueryError, match="There is no table energy_stat"):
        bounded_query.answer(sql, "SELECT * FROM energy_stat", "me")


def test_a_question_that_takes_too_long_is_ended_wherever_it_is(
    sql: DuckDbSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_processes, "start", WAYS["fork"])
    monkeypatch.setattr(DuckDbSql, "query", lambda *_: time.sleep(600))

    with pytest.raises(QueryError, match=r"was stopped after 0\.5 s"):
        bounded_query.answer(sql, "SELECT 1", "me", Limits(seconds=0.5))


def test_a_process_that_the_system_ends_is_explained(
    sql: DuckDbSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_processes, "start", WAYS["fork"])
    monkeypatch.setattr(DuckDbSql, "query", lambda *_: os._exit(9))

    with pytest.raises(QueryError, match="needs more than 640 MiB of memory"):
        bounded_query.answer(sql, "SELECT 1", "me")


def test_hungry_questions_are_refused_in_a_sentence_and_stay_below_a_gibibyte_with_their_parent(
    tmp_path: Path,
) -> None:
    script = f"""
        import json
        import resource
        from pathlib import Path
        from bio_lakehouse.engines import bounded_query
        from bio_lakehouse.errors import QueryError
        from bio_lakehouse_tests.engines.memory_lake import engine
        from bio_lakehouse_tests.sources.large_files import peak_megabytes
        sql = engine(Path({str(tmp_path)!r}))
        said = []
        for question in {HUNGRY!r}:
            try:
                bounded_query.answer(sql, question, "me")
                said.append("an answer")
            except QueryError as refusal:
                said.append(str(refusal))
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(json.dumps([said, round(peak_megabytes() * 1024) + children]))
    """

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    said, memory = json.loads(done.stdout)

    assert [one for one in said if not REFUSED.search(one)] == []
    assert len(said) == len(HUNGRY)
    assert memory < 1024 * 1024
    assert done.stderr == ""


@pytest.mark.parametrize(("question", "value"), DEEP, ids=[deep[0][:30] for deep in DEEP])
def test_nested_calls_are_translated_without_doubling(
    sql: DuckDbSql, question: str, value: object
) -> None:
    started = time.process_time()

    assert rows_of(sql.query(question, "me")) == [(value,)]
    assert time.process_time() - started < 10


def test_chance_is_asked_once(sql: DuckDbSql) -> None:
    below = (
        "SELECT count_if(greatest(rand(), 0) > 1 OR width_bucket(rand(), 0, 1, 2) NOT IN (1, 2)) "
        f"FROM {NUMBERS} AS t (x)"
    )

    assert rows_of(sql.query(below, "me")) == [(0,)]


def test_today_is_the_persons(tmp_path: Path) -> None:
    zones = {"me": "Pacific/Kiritimati", "ann": "Pacific/Pago_Pago"}
    tmp_path.joinpath("users.toml").write_text(
        "".join(f'[{user}]\ntimezone = "{zone}"\n' for user, zone in zones.items())
    )
    settings = Settings(home=tmp_path, timezone=zones["me"])
    sql = open_sql(Lakehouse.open(settings))
    question = (
        "SELECT current_date, date(now()), CAST(current_timestamp AS date), "
        "date(now() AT TIME ZONE 'UTC'), date(localtimestamp)"
    )

    (mine,) = rows_of(bounded_query.answer(sql, question, "me"))
    (anns,) = rows_of(bounded_query.answer(sql, question, "ann"))

    assert {mine[0] - anns[0], mine[1] - anns[1], mine[2] - anns[2], mine[4] - anns[4]} <= {
        timedelta(1),
        timedelta(2),
    }
    assert len({*mine[:3], mine[4]}) == 1
    assert mine[3] == anns[3]


def test_today_may_be_said(tmp_path: Path) -> None:
    sql = open_sql(Lakehouse.open(Settings(home=tmp_path, today_override="2024-02-29")))

    (row,) = rows_of(sql.query("SELECT current_date, date(now()), year(current_timestamp)", "me"))

    assert [str(value) for value in row] == ["2024-02-29", "2024-02-29", "2024"]


@pytest.mark.parametrize(("gibibytes", "questions"), [(1, 1), (2, 1), (4, 2), (8, 4), (64, 4)])
def test_questions_at_once_take_half_the_memory_at_most(
    monkeypatch: pytest.MonkeyPatch, gibibytes: int, questions: int
) -> None:
    monkeypatch.setattr(bounded_query, "_memory", lambda: gibibytes * 1024 * MEBIBYTE)
    assert bounded_query.at_once() == questions


def test_a_question_waits_for_others_but_not_for_ever(
    sql: DuckDbSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_query, "AT_ONCE", BoundedSemaphore(1))
    with bounded_query.AT_ONCE, pytest.raises(QueryError, match="Other questions took more than"):
        bounded_query.answer(sql, "SELECT 1", None, Limits(seconds=0.1))
    assert bounded_query.answer(sql, "SELECT 1", None).num_rows == 1
