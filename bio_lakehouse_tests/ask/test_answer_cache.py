"""Kept answers: given again for the same question over the same data, and never else."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.ask.answer import Answer, Chart
from bio_lakehouse.ask.answers import answer_cache
from bio_lakehouse.ask.answers.answer_cache import AnswerCache, Asked
from bio_lakehouse.ask.answers.data_state import DataState
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.backends import open_sql
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.home import ANSWERS
from bio_lakehouse.lake.lakehouse import Lakehouse

ASKED = Asked("What was my readiness?", "me", date(2026, 3, 11))
TABLES = ("bio_gold.daily_readiness_performance",)
PLAN = Plan(
    "SELECT 1 AS one",
    "one",
    "value",
    "verified question",
    covers=(date(2026, 3, 2), date(2026, 3, 8)),
    metrics={"one": "readiness"},
    intent={"figures": [{"metric": "readiness"}]},
    verified_by="you",
    verified_on=date(2026, 3, 1),
)
ANSWER = Answer(
    ASKED.question,
    "me",
    "It was 78.",
    plan=PLAN,
    rows=pa.table({"day": [date(2026, 3, 2)], "one": [78.5]}),
    chart=Chart("number", "", ("one",), ("Readiness",)),
    caveats=("Few days.",),
)


class Snapshot:
    """What the data is, as a test sets it."""

    def __init__(self) -> None:
        self.now = "first"

    def __call__(self, tables: Iterable[str]) -> str:
        return f"{self.now} of {sorted(tables)}"


@pytest.fixture
def data() -> Snapshot:
    return Snapshot()


@pytest.fixture
def cache(tmp_path: Path, data: Snapshot) -> AnswerCache:
    kept = AnswerCache(tmp_path, data)
    kept.keep(ASKED, ANSWER, TABLES, data(TABLES))
    return kept


def test_the_same_question_over_the_same_data_has_the_same_answer(cache: AnswerCache) -> None:
    found = cache.find(replace(ASKED, question="  what was MY readiness"))
    assert found is not None
    assert found.is_cached
    assert (found.sentence, found.plan, found.chart, found.caveats) == (
        ANSWER.sentence,
        PLAN,
        ANSWER.chart,
        ANSWER.caveats,
    )
    assert found.rows.equals(ANSWER.rows)
    assert found.cost_usd is None


def test_new_data_makes_a_new_answer(cache: AnswerCache, data: Snapshot) -> None:
    data.now = "second"
    assert cache.find(ASKED) is None


WORDS = st.text("abcde fg", min_size=1, max_size=12).map(str.strip).filter(bool)
ASKS = st.builds(
    Asked,
    WORDS,
    st.sampled_from(["me", "other"]),
    st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    st.sampled_from(["", "a model"]),
    st.sampled_from(["", "before"]),
    st.sampled_from(["1", "2"]),
)


@given(ASKS, ASKS)
def test_a_key_is_of_one_question(one: Asked, other: Asked) -> None:
    same_words = one.question.split() == other.question.split()
    same_rest = replace(one, question="") == replace(other, question="")
    assert (one.key == other.key) == (same_words and same_rest)


def test_nobody_is_given_the_answer_of_another(cache: AnswerCache, tmp_path: Path) -> None:
    theirs = replace(ASKED, user_id="other")
    assert cache.find(theirs) is None
    (mine,) = (tmp_path / ANSWERS).glob("*.arrow")
    mine.rename(mine.with_name(f"{theirs.key}.arrow"))
    assert cache.find(theirs) is None


@pytest.mark.parametrize("damage", [b"", b"ARROW1", b"{}"])
def test_a_damaged_file_is_no_answer(cache: AnswerCache, tmp_path: Path, damage: bytes) -> None:
    (path,) = (tmp_path / ANSWERS).glob("*.arrow")
    path.write_bytes(damage)
    assert cache.find(ASKED) is None


@given(place=st.integers(0, 3_000), byte=st.integers(0, 255))
def test_no_changed_byte_makes_another_answer(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    home = tmp_path_factory.mktemp("home")
    cache = AnswerCache(home, Snapshot())
    cache.keep(ASKED, ANSWER, TABLES, Snapshot()(TABLES))
    (path,) = (home / ANSWERS).glob("*.arrow")
    content = bytearray(path.read_bytes())
    is_changed = content[place % len(content)] != byte
    content[place % len(content)] = byte
    path.write_bytes(bytes(content))
    assert (cache.find(ASKED) is None) == is_changed


def test_files_are_their_owners_alone_and_bounded(
    cache: AnswerCache, data: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ANSWERS
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    monkeypatch.setattr(answer_cache, "MOST_ANSWERS", 3)
    for number in range(6):
        cache.keep(replace(ASKED, question=f"question {number}"), ANSWER, TABLES, data(TABLES))
    assert len(list(folder.iterdir())) == 3
    assert cache.find(replace(ASKED, question="question 5")) is not None


def test_what_tells_the_time_or_is_large_is_not_kept(tmp_path: Path, data: Snapshot) -> None:
    cache = AnswerCache(tmp_path, data)
    clock = replace(ANSWER, plan=replace(PLAN, sql="SELECT now() AS one"))
    large = replace(ANSWER, rows=pa.table({"one": list(range(200_000))}))
    for answer in (clock, large, replace(ANSWER, rows=None), replace(ANSWER, plan=None)):
        cache.keep(ASKED, answer, TABLES, data(TABLES))
    assert not (tmp_path / ANSWERS).exists()


def test_the_state_of_a_view_is_that_of_all_that_it_reads(own_demo_lake: Lakehouse) -> None:
    engine = open_sql(own_demo_lake)
    state = DataState(own_demo_lake, engine)
    view, silver = "bio_gold.overtraining_risk", "bio_silver.oura_heartrate"
    before = state.of([view]), state.of([silver])
    assert before == (state.of([view]), state.of([silver]))
    engine.create_view(replace(VIEWS["energy_state"], sql=f"{VIEWS['energy_state'].sql}\n-- new"))
    assert state.of([view]) != before[0]
    assert state.of([silver]) == before[1]
