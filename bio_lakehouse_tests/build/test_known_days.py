"""What is known of all people's days at once means what it means of one person, day by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.build import ledger
from bio_lakehouse.build.known_days import CAUSES, NO_CAUSE, in_numpy
from bio_lakehouse.build.ledger import build_gap_ledger
from bio_lakehouse.gold.gap_ledger import Knowledge
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.silver.schemas import SCHEMAS
from bio_lakehouse_tests.build.knowledge_as_days import as_days
from bio_lakehouse_tests.build.knowledge_one_by_one import (
    gaps,
    knowledge_by_table,
    known_at_once,
)
from bio_lakehouse_tests.build.test_ledger import EVERYTHING, SLEEP_ONLY, bring
from bio_lakehouse_tests.reports.lakes import write

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 20)
DAYS = st.frozensets(st.integers(0, 19).map(lambda number: FIRST + timedelta(number)), max_size=9)
KNOWLEDGE = st.builds(Knowledge, DAYS, DAYS, DAYS, DAYS, DAYS)
PEOPLE = st.dictionaries(st.sampled_from(["ann", "ben", "cat"]), KNOWLEDGE, min_size=1)


@given(PEOPLE, st.integers(0, 22).map(lambda number: FIRST + timedelta(number)))
def test_each_day_has_the_cause_that_it_has_by_itself(
    people: dict[str, Knowledge], today: date
) -> None:
    days = as_days(people, FIRST, LAST, today)
    causes = days.causes(days.recorded | days.covered | days.unread | days.failed)
    for row, known in zip(causes, people.values(), strict=True):
        spoken_of = known.recorded | known.covered | known.unread | known.failed
        start = min(spoken_of, default=date.max)
        expected = gaps(known, start, min(LAST, today), today) if start <= LAST else {}
        found = {
            FIRST + timedelta(column): CAUSES[cause]
            for column, cause in enumerate(row)
            if cause != NO_CAUSE
        }
        assert found == expected


def rows_one_by_one(lake: Lakehouse) -> set[tuple[str, date, str, str]]:
    """The ledger's rows, of each person and table by itself."""
    found = set()
    for user in lake.log.users():
        today = lake.settings.today(user)
        for table, known in knowledge_by_table(lake, user).items():
            spoken_of = known.recorded | known.covered | known.unread | known.failed
            start = min(spoken_of, default=date.max)
            if start <= today:
                causes = gaps(known, start, today, today).items()
                found |= {(user, day, table, str(cause)) for day, cause in causes}
    return found


def rows_kept(lake: Lakehouse) -> set[tuple[str, date, str, str]]:
    rows = lake.tables.read(GAP_LEDGER, None, None).to_pylist()
    return {(row["user_id"], row["day"], row["dataset"], row["cause"]) for row in rows}


Step = Callable[[Lakehouse], None]


def nights(*numbers: int) -> Step:
    rows: list[dict[str, Any]] = [
        {"user_id": "me", "day": FIRST + timedelta(number), "score": 80} for number in numbers
    ]
    return lambda lake: write(lake, SCHEMAS["oura_daily_sleep"], rows, LAST)


def unworn(*numbers: int) -> Step:
    rows: list[dict[str, Any]] = [
        {"user_id": "me", "day": FIRST + timedelta(number), "non_wear_time": 80_000}
        for number in numbers
    ]
    return lambda lake: write(lake, SCHEMAS["oura_daily_activity"], rows, LAST)


def tomorrow(lake: Lakehouse) -> None:
    today = lake.settings.today() + timedelta(1)
    lake.settings = lake.settings.model_copy(update={"today_override": today})


STEPS: dict[str, Step] = {
    "everything": lambda lake: bring(lake, "everything.csv", EVERYTHING),
    "sleep": lambda lake: bring(lake, "sleep.csv", SLEEP_ONLY),
    "nights": nights(0, 4, 11),
    "other nights": nights(2, 4),
    "unworn": unworn(1, 3),
    "tomorrow": tomorrow,
}


@settings(max_examples=6)
@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=5))
def test_the_ledger_that_is_brought_up_to_date_is_the_one_that_is_made_whole(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    home = tmp_path_factory.mktemp("home")
    lake = Lakehouse.open(Settings(home=home, timezone="UTC", today_override=LAST))
    for step in steps:
        STEPS[step](lake)
        commit = build_gap_ledger(lake)
        assert rows_kept(lake) == rows_one_by_one(lake)
        assert known_at_once(lake, "me", FIRST) == knowledge_by_table(lake, "me")
        assert commit.rows == sum(commit.rows_by_day.values()) == len(rows_kept(lake))
    assert not build_gap_ledger(lake).changed


def test_one_more_day_writes_the_days_that_differ_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path, timezone="UTC", today_override=LAST))
    STEPS["everything"](lake)
    STEPS["nights"](lake)
    build_gap_ledger(lake)
    tomorrow(lake)
    written: list[int] = []
    kept = ledger.rows_within

    def watched(rows: Any, first: date, last: date) -> Any:
        written.append((last - first).days + 1)
        return kept(rows, first, last)

    monkeypatch.setattr(ledger, "rows_within", watched)
    assert build_gap_ledger(lake).changed_days == {LAST, LAST + timedelta(1)}
    assert written == [2]


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.float64()], ids=str)
def test_numbers_are_read_as_they_are_wherever_they_begin(kind: pa.DataType) -> None:
    numbers = pa.array(range(9), kind)
    for part in (numbers, numbers[4:7], numbers[9:], pa.chunked_array([numbers[2:5], numbers])):
        assert in_numpy(part).tolist() == part.to_pylist()
