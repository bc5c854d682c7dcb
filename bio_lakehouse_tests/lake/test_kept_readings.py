"""Readings of a moment ago are kept up to some bytes, and the oldest go."""

from __future__ import annotations

from bio_lakehouse.lake.kept_records import KeptRecords
from bio_lakehouse.lake.landed_reading import AT_ONCE, Reading, _Kept
from bio_lakehouse.sources.records import ParsedFile


def reading() -> Reading:
    parsed = ParsedFile("oura", "api", (), (), rejected=(), row_count=0, coverage=None)
    return Reading(parsed, KeptRecords())


def test_the_oldest_go_and_the_newest_stays_however_large() -> None:
    kept, readings = _Kept(most=10), [reading() for _ in range(5)]
    for number, one in enumerate(readings):
        kept.keep(number, 4, one)
    assert [kept.find(number) for number in range(5)] == [None, None, None, *readings[3:]]
    kept.keep("large", AT_ONCE * 9, readings[0])
    assert kept.find("large") is readings[0]
    assert kept.find(4) is None


def test_what_was_used_last_outlives_what_came_last() -> None:
    kept, (first, second, third) = _Kept(most=8), [reading() for _ in range(3)]
    kept.keep(1, 4, first)
    kept.keep(2, 4, second)
    assert kept.find(1) is first
    kept.keep(3, 4, third)
    assert kept.find(2) is None
    kept.clear()
    kept.keep(4, 8, second)
    kept.keep(5, 1, third)
    assert kept.find(4) is None
