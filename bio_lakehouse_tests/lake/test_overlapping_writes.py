"""Runs that overlap, of one person or several, never write over or delete what the other has just
written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from filelock import FileLock, Timeout
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import arrivals, bronze_plan, bronze_writing, locks
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.lake.test_arrivals import FIRST, TODAY, ingest, lake_at, trends
from bio_lakehouse_tests.whole_log import entries_of

TRENDS = "oura/trends"


def run(lake: Lakehouse) -> None:
    """What a run over all days does to bronze."""
    bronze_writing.write_bronze(lake, TRENDS, FIRST, TODAY)
    mark_built(lake, [TRENDS], FIRST, TODAY)


def days_of(lake: Lakehouse, user: str) -> set[date]:
    return {key.day for key in lake.bronze.keys(TRENDS, FIRST, TODAY) if key.user_id == user}


@pytest.mark.parametrize("paused_in", ["contents_in", "apply"])
def test_a_refresh_while_another_persons_file_is_brought_in(
    paused_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_at(tmp_path / "home")
    ingest(lake, "mine.csv", trends(d01=80, d02=81))
    run(lake)
    reached, brought_in_or_waiting = Event(), Event()
    whole: Callable[..., Any] = getattr(Bronze, paused_in)

    def paused(bronze: Bronze, *given: Any) -> Any:
        answer = whole(bronze, *given)
        if not reached.is_set():
            reached.set()
            assert brought_in_or_waiting.wait(timeout=60)
        return answer

    def another() -> None:
        reached.wait(timeout=10)
        ingest(lake_at(tmp_path / "home"), "theirs.csv", trends(d03=70, d04=71), "ada")
        run(lake_at(tmp_path / "home"))
        brought_in_or_waiting.set()

    class TellingLock(FileLock):
        """Says that somebody has to wait for it."""

        def acquire(self, *given: Any, **named: Any) -> Any:
            try:
                return super().acquire(timeout=0)
            except Timeout:
                brought_in_or_waiting.set()
                return super().acquire(*given, **named)

    monkeypatch.setattr(locks, "FileLock", TellingLock)
    monkeypatch.setattr(Bronze, paused_in, paused)
    thread = Thread(target=another)
    thread.start()
    run(lake)
    thread.join()
    assert days_of(lake, "ada") == {date(2026, 3, 3), date(2026, 3, 4)}
    assert days_of(lake, "me") == {date(2026, 3, 1), date(2026, 3, 2)}
    assert all(lake.log.counts(entry.file_path).balanced for entry in entries_of(lake.log))


USERS = ("me", "ada", "tom")
ARRIVALS = st.lists(
    st.tuples(st.sampled_from(USERS), st.integers(1, 9), st.integers(50, 90)), max_size=4
)


@settings(max_examples=12)
@given(left=ARRIVALS, right=ARRIVALS, pauses=st.lists(st.integers(0, 6), min_size=1, max_size=12))
def test_bronze_is_what_landing_says_whatever_runs_interleave(
    left: list[tuple[str, int, int]],
    right: list[tuple[str, int, int]],
    pauses: list[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("lake")
    whole, turns = Bronze.contents_in, iter(pauses * 1000)

    def paused(bronze: Bronze, *given: Any) -> Any:
        answer = whole(bronze, *given)
        time.sleep(next(turns) / 1000)
        return answer

    def work(name: str, brought: Iterable[tuple[str, int, int]]) -> None:
        lake = lake_at(folder / "home")
        for number, (user, day, score) in enumerate(brought):
            ingest(lake, f"{name}{number}.csv", trends(**{f"d{day:02d}": score}), user)
            run(lake)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bronze, "contents_in", paused)
        threads = [Thread(target=work, args=each) for each in (("l", left), ("r", right))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lake = lake_at(folder / "home")
    for user_id in lake.log.users():
        existing = lake.bronze.contents(TRENDS, FIRST, TODAY, user_id)
        wanted = bronze_plan.day_files(lake, TRENDS, (FIRST, TODAY), user_id, existing)
        assert lake.bronze.changes(wanted, existing) == {}
    assert arrivals.pending(lake) == {}
    assert {entry.user_id for entry in entries_of(lake.log)} == {user for user, *_ in left + right}


def test_a_lock_that_is_never_let_go_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_at(tmp_path / "home")
    monkeypatch.setattr(locks, "LONGEST_WAIT_S", 0.05)
    with (
        locks.exclusively(lake, "bronze"),
        pytest.raises(StoreError, match="bronze has been written by another run"),
        locks.exclusively(lake, "bronze"),
    ):
        pass
