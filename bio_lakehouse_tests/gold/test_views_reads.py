"""How far a row of a view reads is as its file says: a day of a life is changed, and the days are
looked at on which the view then says something else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from bio_lakehouse.gold.views import VIEWS, View, parse_view
from bio_lakehouse.lake.content_versions import row_hashes
from bio_lakehouse_tests.engines.memory_lake import DAILY, PERIODS, engine, table_of

LIVES, DAYS = 400, 130
FIRST_DAY = date(2024, 1, 1)
FAR = 20
"""More days than lie between a row of a week and the weeks that it is compared with."""
WITH_DAYS = [view for view in VIEWS.values() if view.reads]

RATIO = "readiness_to_output_ratio"

Life = dict[int, dict[str, Any]]


def random_day(dice: random.Random) -> dict[str, Any]:
    """A day without a value, or with some."""
    if dice.random() < 0.1:
        return {}
    trained = dice.random() < 0.4
    return {
        "readiness_score": dice.choice([None, 45, 60, 63, 68, 72, 90]),
        "sleep_score": dice.choice([None, 50, 70, 85, 90]),
        "hrv_balance_score": dice.choice([None, 74, 75]),
        "had_workout": trained,
        "workout_count": int(trained),
        "total_output_kj": dice.choice([100.0, 250.5]) if trained else None,
        RATIO: dice.choice([1.0, 1.5, 2.0, 4.0]) if trained else None,
    }


def random_calm_life(dice: random.Random) -> Life:
    """Trains seldom and seldom hard, and rather hard on the last day: whether that day is among the
    hardest may be up to any of those before."""
    trained = [number for number in range(DAYS) if dice.random() < 0.3]
    ratios = {number: dice.choice([1.0] * 12 + [4.0]) for number in trained} | {DAYS - 1: 2.0}
    tired = {"readiness_score": 63}
    return {
        number: tired | {"had_workout": number in ratios, RATIO: ratios.get(number)}
        for number in range(DAYS)
    }


def random_life(dice: random.Random) -> Life:
    """Days of which some are not there, and in some lives weeks on end."""
    begins = dice.choice([1, 1, DAYS - 60, dice.randrange(DAYS)])
    gap = range(begins, min(DAYS - 1, begins + dice.randrange(1, 60)))
    present = (number for number in range(DAYS) if number not in gap and dice.random() < 0.95)
    return {number: random_day(dice) for number in present}


def changed_life(dice: random.Random, life: Life) -> tuple[int, Life]:
    """A day, often one that may just decide or just not, and the life with another one in its place
    or with none."""
    telling = [min(life), max(life), max(life) - 90, max(life) - 91, dice.randrange(DAYS)]
    number = dice.choice(telling)
    others = {other: row for other, row in life.items() if other != number}
    return number, others if dice.random() < 0.5 else others | {number: random_day(dice)}


def table_of_lives(lives: list[Life]) -> pa.Table:
    return table_of(
        DAILY,
        [
            {"user_id": str(who), "day": FIRST_DAY + timedelta(number)} | row
            for who, life in enumerate(lives)
            for number, row in life.items()
        ],
    )


def periods_of_lives(lives: list[Life]) -> pa.Table:
    """A night on each day with a score, in two parts on those with a workout."""
    rows = []
    for who, life in enumerate(lives):
        for number, row in life.items():
            parts = (1 + bool(row.get("had_workout"))) if row.get("readiness_score") else 0
            day = FIRST_DAY + timedelta(number)
            rows += [period(str(who), day, part, row["readiness_score"]) for part in range(parts)]
    return table_of(PERIODS, rows)


def period(user_id: str, day: date, part: int, score: int) -> dict[str, Any]:
    started = datetime.combine(day, time(4 * part))
    return {
        "user_id": user_id,
        "day": day,
        "period_id": f"{day} {part}",
        "type": "sleep" if part else "long_sleep",
        "bedtime_start": started,
        "bedtime_end": started + timedelta(hours=3),
        "total_sleep_s": 60.0 * score,
    }


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[int]]:
    """Of each view how many days after a changed day its changed rows are, over many lives."""
    dice = random.Random(20241226)
    lives = [dice.choice([random_life, random_calm_life])(dice) for _ in range(LIVES)]
    changes = [changed_life(dice, life) for life in lives]
    folder = tmp_path_factory.mktemp("lake")
    changed = [life for _, life in changes]
    before, after = (
        engine(folder, daily=table_of_lives(of_all), periods=periods_of_lives(of_all))
        for of_all in (lives, changed)
    )
    days = [FIRST_DAY + timedelta(number) for number, _ in changes]
    return {
        view.name: set(distances(before.rows_of(view.name), after.rows_of(view.name), days))
        for view in WITH_DAYS
    }


def distances(before: pa.Table, after: pa.Table, days: list[date]) -> Iterator[int]:
    """How many days after the day of a life that was changed each of its changed rows is."""
    then, now = hashes(before), hashes(after)
    for place in then.keys() | now:
        if then.get(place) != now.get(place):
            who, day = place
            yield (day - days[int(who)]).days


def hashes(rows: pa.Table) -> dict[tuple[str, date], int]:
    places = zip(rows.column("user_id").to_pylist(), rows.column("day").to_pylist(), strict=True)
    return dict(zip(places, row_hashes(rows).tolist(), strict=True))


@pytest.mark.parametrize("view", WITH_DAYS, ids=lambda view: view.name)
def test_a_row_reads_as_many_days_as_its_view_says_and_no_more(
    view: View, reached: dict[str, set[int]]
) -> None:
    assert view.reads
    nearest, furthest = min(reached[view.name]), max(reached[view.name])
    print(f"{view.name}: rows from {nearest} to {furthest} days after the day that was changed")
    assert 0 in reached[view.name]
    if view.reads.days_before == "all":
        assert furthest > FAR
    else:
        assert furthest == view.reads.days_before
    if view.reads.days_after == "all":
        assert -nearest > FAR
    else:
        assert -nearest == view.reads.days_after


@pytest.mark.parametrize("view", WITH_DAYS, ids=lambda view: view.name)
def test_some_days_are_the_same_to_the_bit_as_among_all(view: View, tmp_path: Path) -> None:
    dice = random.Random(20250612)
    lives = [dice.choice([random_life, random_calm_life])(dice) for _ in range(LIVES // 4)]
    sql = engine(tmp_path, daily=table_of_lives(lives), periods=periods_of_lives(lives))
    whole = hashes(sql.rows_of(view.name))
    for length in (1, 2, 30):
        first = FIRST_DAY + timedelta(dice.randrange(DAYS - length))
        last = first + timedelta(length - 1)
        some = hashes(sql.rows_of(view.name, first, last))
        assert some == {
            (who, day): found for (who, day), found in whole.items() if first <= day <= last
        }


def test_a_view_says_what_its_rows_read_if_they_have_a_day_and_only_then() -> None:
    with_day, without = VIEWS["energy_state"].sql, VIEWS["workout_type_optimization"].sql
    line = "reads: {days_before: 90, days_after: 0}\n"
    assert line in with_day
    with pytest.raises(ValueError, match="must say `reads`"):
        parse_view("energy_state", with_day.replace(line, ""))
    with pytest.raises(ValueError, match="must say `reads`"):
        parse_view("other", without.replace("columns:\n", f"{line}columns:\n", 1))
    with pytest.raises(ValueError, match="days_before"):
        parse_view("energy_state", with_day.replace("90", "-1", 1))
