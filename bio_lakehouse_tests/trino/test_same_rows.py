"""The same SQL answered by a real Trino, through Athena's API, and by DuckDB: the same rows."""

from __future__ import annotations

import random
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from sqlglot import parse_one

from bio_lakehouse.ask.evaluation.demo import OTHER_USER, TODAY, USER
from bio_lakehouse.ask.semantics.semantic_model import load
from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery, Clock
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse_tests.trino.same_cells import Compared, compared
from bio_lakehouse_tests.trino.trino_lake import TrinoLake

pytestmark = pytest.mark.trino

FIRST = date(2026, 2, 1)
NOW = datetime.fromisoformat("2026-03-11 09:30")
SEED, DRAWN = 13, 100
TESTS = Path(__file__).parents[1]
GOOD = TESTS.parents[1] / "shared" / "cases" / "sql_good.sql"


KNOWN = {
    "checksum": "Athena's numbers are others",
    "map_agg(day": "a map cannot be told apart in Athena's answer",
}
"""Statements of the corpus that are known not to be answered alike, by words of theirs, and why."""


def good_statements() -> list[str]:
    """The statements of the good corpus: the project's own, and the small cases where they are."""
    questions = yaml.safe_load((TESTS / "engines" / "questions.yaml").read_text("utf-8"))
    beside = GOOD.read_text("utf-8").splitlines() if GOOD.exists() else []
    every = [*(question["ask"] for question in questions), *beside]
    return [one for one in every if not any(words in one for words in KNOWN)]


def drawn_statements() -> list[str]:
    statements = good_statements()
    return random.Random(SEED).sample(statements, min(DRAWN, len(statements)))


@pytest.fixture(scope="module")
def both(on_trino: TrinoLake) -> TrinoLake:
    """Both engines at one moment."""
    clock = Clock(NOW, NOW)
    assert isinstance(on_trino.at_home, DuckDbSql)
    on_trino.at_home.clock_of = on_trino.athena.clock_of = lambda user_id: clock
    return on_trino


@pytest.mark.parametrize("user_id", [None, USER, OTHER_USER])
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_same_rows(both: TrinoLake, name: str, user_id: str | None) -> None:
    theirs = both.athena.rows_of(name, user_id=user_id)
    ours = both.at_home.rows_of(name, user_id=user_id)

    assert theirs.num_rows
    told(f"{name} of {user_id or 'everyone'}", compared(theirs, ours))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_created_as_it_is_written(both: TrinoLake, name: str) -> None:
    view = VIEWS[name]

    said = f"CREATE OR REPLACE VIEW {view.full_name} AS\n{view.sql}".strip()
    assert said in [statement.strip() for statement in both.endpoint.statements]


def test_verified_questions_have_the_same_rows(both: TrinoLake) -> None:
    verified = load().verified
    for question in verified:
        answered_alike(both, question.filled(FIRST, TODAY))
    assert len(verified) > 10


def test_statements_of_the_good_corpus_have_the_same_rows(both: TrinoLake) -> None:
    for statement in drawn_statements():
        answered_alike(both, statement)


def answered_alike(both: TrinoLake, sql: str) -> None:
    theirs, ours = both.athena.query(sql, USER), both.at_home.query(sql, USER)
    if takes_any_rows(sql):
        theirs, ours = theirs.slice(0, 0), ours.slice(0, 0)
    told(sql, compared(theirs, ours))


def takes_any_rows(sql: str) -> bool:
    """Whether a statement takes some rows of many in no order: which ones is anybody's guess."""
    said = parse_one(sql, read=AthenaQuery)
    return said.args.get("limit") is not None and said.args.get("order") is None


def told(what: str, found: Compared) -> None:
    print(f"{found.cells} cells, {len(found.differing)} differing: {what}")
    assert found.differing == (), what
