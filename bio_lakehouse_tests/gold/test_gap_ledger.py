"""Every missing day has exactly one cause, found by rule."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.gold.gap_ledger import Cause, Knowledge, Stretch, cause_of, stretches
from bio_lakehouse_tests.build.knowledge_one_by_one import gaps

TODAY = date(2026, 3, 20)


def days(*numbers: int) -> frozenset[date]:
    return frozenset(date(2026, 3, number) for number in numbers)


KNOWN = Knowledge(
    recorded=days(5, 6, 9), covered=days(3, 5, 6, 7, 8, 9), unworn=days(7, 12), failed=days(11)
)


def test_each_cause_by_hand() -> None:
    assert gaps(KNOWN, date(2026, 3, 2), date(2026, 3, 21), TODAY) == {
        date(2026, 3, 2): Cause.BEFORE_FIRST,
        date(2026, 3, 3): Cause.NOTHING_SENT,
        date(2026, 3, 4): Cause.BEFORE_FIRST,
        date(2026, 3, 7): Cause.NOT_WORN,
        date(2026, 3, 8): Cause.NOTHING_SENT,
        date(2026, 3, 10): Cause.NOT_DELIVERED,
        date(2026, 3, 11): Cause.FETCH_FAILED,
        **{date(2026, 3, number): Cause.NOT_DELIVERED for number in range(12, 20)},
        date(2026, 3, 20): Cause.NOT_DUE,
        date(2026, 3, 21): Cause.NOT_DUE,
    }


def test_nothing_ever_recorded_is_before_the_first_record() -> None:
    assert (
        cause_of(date(2026, 3, 1), Knowledge(frozenset(), frozenset()), TODAY) is Cause.BEFORE_FIRST
    )


def test_a_fetch_that_failed_is_the_cause_also_when_nothing_was_ever_recorded() -> None:
    known = Knowledge(frozenset(), days(4), failed=days(4, 5))
    causes = gaps(known, date(2026, 3, 3), date(2026, 3, 6), TODAY)
    assert list(causes.values()) == [
        Cause.BEFORE_FIRST,
        Cause.NOTHING_SENT,
        Cause.FETCH_FAILED,
        Cause.BEFORE_FIRST,
    ]


@given(st.frozensets(st.integers(1, 30)), st.frozensets(st.integers(1, 30)))
def test_a_day_is_recorded_or_has_one_cause_and_stretches_keep_them_all(
    recorded: frozenset[int], covered: frozenset[int]
) -> None:
    known = Knowledge(days(*recorded), days(*covered))
    missing = gaps(known, date(2026, 3, 1), date(2026, 3, 30), TODAY)
    assert missing.keys() | known.recorded == days(*range(1, 31))
    assert not missing.keys() & known.recorded
    unfolded = {
        stretch.first + timedelta(offset): stretch.cause
        for stretch in stretches(missing)
        for offset in range(stretch.days)
    }
    assert unfolded == missing


def test_stretches_break_where_the_cause_changes() -> None:
    found = stretches(
        {
            date(2026, 3, 1): Cause.NOT_WORN,
            date(2026, 3, 2): Cause.NOT_WORN,
            date(2026, 3, 3): Cause.NOT_DUE,
        }
    )
    assert found == [
        Stretch(date(2026, 3, 1), date(2026, 3, 2), Cause.NOT_WORN),
        Stretch(date(2026, 3, 3), date(2026, 3, 3), Cause.NOT_DUE),
    ]
