"""Phrases of time: the days that they mean."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.ask.planning import question_words
from bio_lakehouse.ask.planning.time_phrases import (
    Calendar,
    DaysOfWeek,
    Meaning,
    Period,
    Unresolved,
    find,
)
from bio_lakehouse.ask.planning.words import tokens

TODAY = date(2026, 3, 11)
"""A Wednesday."""


def meanings(text: str, calendar: Calendar | None = None) -> list[Meaning]:
    return [phrase.meaning for phrase in find(tokens(text), calendar or Calendar(TODAY))]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-03-11", "2026-03-11"),
        ("yesterday", "2026-03-10", "2026-03-10"),
        ("the day before yesterday", "2026-03-09", "2026-03-09"),
        ("last night", "2026-03-11", "2026-03-11"),
        ("this week", "2026-03-09", "2026-03-11"),
        ("last week", "2026-03-02", "2026-03-08"),
        ("the week before last", "2026-02-23", "2026-03-01"),
        ("last weekend", "2026-03-07", "2026-03-08"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("this year", "2026-01-01", "2026-03-11"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("the past week", "2026-03-05", "2026-03-11"),
        ("over the last 30 days", "2026-02-10", "2026-03-11"),
        ("last two weeks", "2026-02-26", "2026-03-11"),
        ("last 3 months", "2025-12-12", "2026-03-11"),
        ("last 2 full weeks", "2026-02-23", "2026-03-08"),
        ("3 days ago", "2026-03-08", "2026-03-08"),
        ("2 weeks ago", "2026-02-23", "2026-03-01"),
        ("in january", "2026-01-01", "2026-01-31"),
        ("in december", "2025-12-01", "2025-12-31"),
        ("in January 2025", "2025-01-01", "2025-01-31"),
        ("last march", "2025-03-01", "2025-03-31"),
        ("in may", "2025-05-01", "2025-05-31"),
        ("in 2025", "2025-01-01", "2025-12-31"),
        ("Q4", "2025-10-01", "2025-12-31"),
        ("q1 2026", "2026-01-01", "2026-03-11"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("on Monday", "2026-03-09", "2026-03-09"),
        ("last Wednesday", "2026-03-04", "2026-03-04"),
        ("on 14 February 2026", "2026-02-14", "2026-02-14"),
        ("Feb 14th", "2026-02-14", "2026-02-14"),
        ("on 2026-02-14", "2026-02-14", "2026-02-14"),
        ("13/2/2026", "2026-02-13", "2026-02-13"),
        ("since January", "2026-01-01", "2026-03-11"),
        ("between January and February", "2026-01-01", "2026-02-28"),
        ("from 5 January to 9 January", "2026-01-05", "2026-01-09"),
        ("from 2 to 8 march", "2026-03-02", "2026-03-08"),
        ("2 to the 8th of February", "2026-02-02", "2026-02-08"),
        ("from december 29 to 31", "2025-12-29", "2025-12-31"),
        ("february 27 to 28 2025", "2025-02-27", "2025-02-28"),
        ("year to date", "2026-01-01", "2026-03-11"),
    ],
)
def test_a_phrase_is_days(text: str, first: str, last: str) -> None:
    (period,) = meanings(text)
    assert isinstance(period, Period)
    assert (str(period.first), str(period.last)) == (first, last)


@pytest.mark.parametrize(
    ("text", "days"),
    [("on mondays", (1,)), ("on weekends", (6, 7)), ("weekdays", (1, 2, 3, 4, 5))],
)
def test_days_of_the_week_are_of_every_week(text: str, days: tuple[int, ...]) -> None:
    (found,) = meanings(text)
    assert isinstance(found, DaysOfWeek)
    assert found.days == days


@pytest.mark.parametrize(
    "text", ["tomorrow", "next week", "december 2026", "2027-01-01", "3/4/2026", "30 february"]
)
def test_what_is_ahead_or_no_day_says_so(text: str) -> None:
    (found,) = meanings(text)
    assert isinstance(found, Unresolved)
    assert found.sentence


@pytest.mark.parametrize("text", ["may i see", "by weekday", "readiness below 70", "2000 steps"])
def test_other_words_are_no_days(text: str) -> None:
    assert meanings(text) == []


def test_a_month_without_a_year_says_which_was_taken() -> None:
    (period,) = meanings("in november")
    assert isinstance(period, Period)
    assert period.guess == "November was read as November 2025."


def test_the_week_before_is_before_the_days_spoken_of() -> None:
    _, before = meanings("last week vs the week before")
    assert isinstance(before, Period)
    assert before.first == date(2026, 2, 23)
    spoken_of = Calendar(TODAY, before=(date(2026, 1, 5), date(2026, 1, 11)))
    (alone,) = meanings("and the week before?", spoken_of)
    assert isinstance(alone, Period)
    assert alone.first == date(2025, 12, 29)


PIECES = sorted(
    question_words.words_of(
        """last this past the week weeks month year 3 14 999 days nights ago since until before
        after between and from to january may december 2025 2031 q1 q3 quarter monday mondays
        weekend on in summer today yesterday tomorrow night full ever 31 30 29 february
        2026-02-30 1/2/2026"""
    )
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=8),
    st.dates(date(2016, 1, 1), date(2030, 12, 31)),
    st.integers(1, 7),
)
def test_days_are_in_order_and_never_after_today(
    words: list[str], today: date, week_ends_on: int
) -> None:
    before = (today - timedelta(20), today - timedelta(14))
    for phrase in find(words, Calendar(today, week_ends_on, before)):
        assert phrase.start < phrase.end <= len(words)
        if isinstance(phrase.meaning, Period):
            first, last = phrase.meaning.first, phrase.meaning.last
            assert last is None or last <= today
            assert first is None or first <= (last or today)
        elif isinstance(phrase.meaning, Unresolved):
            assert phrase.meaning.sentence
