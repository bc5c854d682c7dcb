"""The model's phrases of time, each with the days that the planner finds in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bio_lakehouse.ask.planning import time_phrases
from bio_lakehouse.ask.planning.words import tokens
from bio_lakehouse.ask.semantics import semantic_model

TODAY = date(2026, 3, 11)
"""A Wednesday."""
SAID = {
    "{n}": "3",
    "{month}": "january",
    "{year}": "2026",
    "{weekday}": "tuesday",
    "{day}": "february 1",
}
MEANT: dict[str, tuple[str, str] | tuple[int, ...] | None] = {
    "today": ("2026-03-11", "2026-03-11"),
    "yesterday": ("2026-03-10", "2026-03-10"),
    "day_before_yesterday": ("2026-03-09", "2026-03-09"),
    "last_night": ("2026-03-11", "2026-03-11"),
    "this_week": ("2026-03-09", "2026-03-11"),
    "last_week": ("2026-03-02", "2026-03-08"),
    "week_before_last": ("2026-02-23", "2026-03-01"),
    "last_weekend": ("2026-03-07", "2026-03-08"),
    "weekends": (6, 7),
    "working_days": (1, 2, 3, 4, 5),
    "this_month": ("2026-03-01", "2026-03-11"),
    "last_month": ("2026-02-01", "2026-02-28"),
    "this_quarter": ("2026-01-01", "2026-03-11"),
    "last_quarter": ("2025-10-01", "2025-12-31"),
    "this_year": ("2026-01-01", "2026-03-11"),
    "last_year": ("2025-01-01", "2025-12-31"),
    "last_days:7": ("2026-03-05", "2026-03-11"),
    "last_days:14": ("2026-02-26", "2026-03-11"),
    "last_days:28": ("2026-02-12", "2026-03-11"),
    "last_days:30": ("2026-02-10", "2026-03-11"),
    "last_months:3": ("2025-12-12", "2026-03-11"),
    "last_months:12": ("2025-03-12", "2026-03-11"),
    "last_days:n": ("2026-03-09", "2026-03-11"),
    "last_weeks:n": ("2026-02-19", "2026-03-11"),
    "last_months:n": ("2025-12-12", "2026-03-11"),
    "days_ago:n": ("2026-03-08", "2026-03-08"),
    "weeks_ago:n": ("2026-02-16", "2026-02-22"),
    "months_ago:n": ("2025-12-01", "2025-12-31"),
    "month": ("2026-01-01", "2026-01-31"),
    "month_of_year": ("2026-01-01", "2026-01-31"),
    "year": ("2026-01-01", "2026-03-11"),
    "weekday": ("2026-03-10", "2026-03-10"),
    "since": ("2026-02-01", "2026-03-11"),
    "all": None,
}
"""By kind: first and last day, numbers of days of the week, or None for all days."""
PHRASES = semantic_model.load().time_phrases
ALL_WORDS = [(phrase.kind, words) for phrase in PHRASES for words in phrase.words]


def test_every_kind_of_time_is_in_the_model_once() -> None:
    assert [phrase.kind for phrase in PHRASES] == list(MEANT)


@pytest.mark.parametrize(("kind", "words"), ALL_WORDS)
def test_the_words_are_the_days_that_the_planner_finds(kind: str, words: str) -> None:
    for placeholder, said in SAID.items():
        words = words.replace(placeholder, said)
    found = time_phrases.find(tokens(words), time_phrases.Calendar(TODAY))
    meant = MEANT[kind]

    assert len(found) == 1
    match found[0].meaning:
        case time_phrases.DaysOfWeek(days=days):
            assert days == meant
        case time_phrases.Period(first=None, last=None):
            assert meant is None
        case time_phrases.Period(first=date() as first, last=date() as last):
            assert (first.isoformat(), last.isoformat()) == meant
        case _:
            pytest.fail(f"“{words}” is no stretch of days")


def test_a_number_of_days_counts_today() -> None:
    for phrase in PHRASES:
        name, _, number = phrase.kind.partition(":")
        if name == "last_days" and number.isdigit():
            first, last = MEANT[phrase.kind] or ("", "")
            days = date.fromisoformat(str(last)) - date.fromisoformat(str(first))
            assert days + timedelta(1) == timedelta(int(number))
