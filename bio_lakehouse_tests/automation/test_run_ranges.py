from datetime import date, timedelta
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.run_ranges import merge_days

DAYS = st.sets(
    st.integers(0, 60).map(lambda number: date(2024, 2, 1) + timedelta(number)), max_size=12
)


def length(ranges: list[DayRange]) -> int:
    return sum(len(list(each.days)) for each in ranges)


@given(DAYS, st.integers(1, 4))
def test_every_day_is_in_exactly_one_range(days: set[date], at_most: int) -> None:
    ranges = merge_days(days, at_most)
    assert all(sum(day in each for each in ranges) == 1 for day in days)
    assert len(ranges) <= at_most


@given(DAYS, st.integers(1, 4))
def test_ranges_begin_and_end_on_changed_days_and_lie_apart(days: set[date], at_most: int) -> None:
    ranges = merge_days(days, at_most)
    assert {day for each in ranges for day in (each.first, each.last)} <= days
    assert all(after.first - before.last > timedelta(1) for before, after in pairwise(ranges))


@given(DAYS.filter(bool), st.integers(1, 3))
def test_no_other_split_builds_fewer_days(days: set[date], at_most: int) -> None:
    ordered = sorted(days)
    spans = [
        sum(
            (part[-1] - part[0]).days + 1
            for part in (ordered[a:b] for a, b in pairwise([0, *cuts, len(ordered)]))
        )
        for cuts in combinations(range(1, len(ordered)), min(at_most, len(ordered)) - 1)
    ]
    assert length(merge_days(days, at_most)) == min(spans)


def test_nearest_days_are_joined_first() -> None:
    days = [date(2024, 1, day) for day in (1, 3, 10, 20, 21)]
    assert merge_days(days) == [
        DayRange(date(2024, 1, 1), date(2024, 1, 3)),
        DayRange(date(2024, 1, 10), date(2024, 1, 10)),
        DayRange(date(2024, 1, 20), date(2024, 1, 21)),
    ]


def test_scattered_workouts_of_years_are_three_ranges() -> None:
    days = {date(2020, 1, 1) + timedelta(number * 4 + number % 3) for number in range(390)}
    ranges = merge_days(days)
    assert len(ranges) == 3
    assert (ranges[0].first, ranges[-1].last) == (min(days), max(days))


def test_no_day_is_no_range() -> None:
    assert merge_days([]) == []
