from __future__ import annotations

import re
from datetime import date
from inspect import getsource

import pytest

from bio_lakehouse.english import span
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.narrative.report_sentences import Change

LOWER = Change("Readiness", "68", "79", higher=False)
HRV = Change("HRV", "40 ms", "52 ms", higher=False)
HIGHER = Change("Resting heart rate", "58 bpm", "52 bpm", higher=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([LOWER], "Readiness was lower than usual"),
        ([HIGHER], "Resting heart rate was higher than usual"),
        ([LOWER, HRV], "Readiness and HRV were lower than usual"),
        (
            [LOWER, HIGHER, HRV],
            "Readiness and HRV were lower than usual, and resting heart rate was higher",
        ),
        ([], "No clear change this week"),
    ],
)
def test_the_headline_says_what_moved(changes: list[Change], said: str) -> None:
    assert sentences.headline(changes, known_days=7, comparable=True, high=None) == said


def test_the_headline_knows_what_it_cannot_say() -> None:
    assert sentences.headline([], 0, comparable=True) == "No data of this week has arrived"
    assert sentences.headline([], 3, comparable=False).startswith("The first weeks")
    assert sentences.headline([], 3, comparable=False, first_weeks=False) == (
        "Too few days are known to tell how this week compares"
    )
    assert sentences.headline([LOWER], 7, True, "HRV since May") == "Readiness was lower than usual"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (
            ("78", "81", 4, "1,240 kJ"),
            "Readiness averaged 78 and sleep 81, with 4 workouts and 1,240 kJ.",
        ),
        (("78", "81", 0, None), "Readiness averaged 78 and sleep 81, with no workouts."),
        ((None, "81", 1, None), "Sleep averaged 81, with 1 workout."),
        (("78", None, None, None), "Readiness averaged 78."),
        ((None, None, 2, "300 kJ"), "2 workouts and 300 kJ."),
        ((None, None, None, None), ""),
    ],
)
def test_the_lede_is_made_of_the_known(
    known: tuple[str | None, str | None, int | None, str | None], said: str
) -> None:
    assert sentences.lede(*known) == said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2025, 3, 3), date(2025, 3, 9), "3–9 March 2025"),
        (date(2025, 2, 24), date(2025, 3, 2), "24 February – 2 March 2025"),
        (date(2024, 12, 30), date(2025, 1, 5), "30 December 2024 – 5 January 2025"),
    ],
)
def test_spans(first: date, last: date, said: str) -> None:
    assert span(first, last) == said


def test_workouts_of_a_week_that_is_not_known_whole() -> None:
    assert (
        sentences.lede("78", None, 3, None, whole_week=False)
        == "Readiness averaged 78, with 3 known workouts."
    )


def test_why_nothing_can_be_said_to_have_moved() -> None:
    assert (
        sentences.too_early_to_compare(12, 28)
        == "Not enough data to tell what moved (12 of 28 days before this week)."
    )
    assert (
        sentences.too_early_to_compare(28, 28)
        == "Not enough days of this week are known to tell what moved."
    )


def test_weeks_before_name_the_unknown() -> None:
    assert sentences.workouts_before([3, 0, None, 2], complete=False) == (
        "The four weeks before: 3, 0, no data and 2 (not every day known; dashed)."
    )
    assert (
        sentences.workouts_before([None] * 4, complete=False)
        == "Nothing is known of the four weeks before."
    )


def test_no_sentence_claims_a_cause_or_speaks_medicine() -> None:
    causal = r"cause[sd]?|because|boost\w*|due to|leads? to|thanks to|improves?"
    medical = r"health\w*|illness|disease|diagnos\w*|risk"
    assert re.findall(rf"\b({causal}|{medical})\b", getsource(sentences), re.IGNORECASE) == []
