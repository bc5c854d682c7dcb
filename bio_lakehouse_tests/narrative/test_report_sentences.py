from __future__ import annotations

import re
from datetime import date
from inspect import getsource

import pytest

from bio_lakehouse.english import span
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.narrative.report_sentences import Change

LOWER = Change("Readiness", higher=False)
HRV = Change("HRV", higher=False)
HIGHER = Change("Resting heart rate", higher=True)
STEPS = Change("Steps", higher=True, plural=True)


@pytest.mark.parametrize(
    ("changes", "said", "short"),
    [
        ([LOWER], "Readiness was lower than usual", "Lower readiness"),
        ([HIGHER], "Resting heart rate was higher than usual", "Higher resting heart rate"),
        ([STEPS], "Steps were higher than usual", "Higher steps"),
        ([LOWER, HRV], "Readiness and HRV were lower than usual", "Lower readiness and HRV"),
        (
            [LOWER, HIGHER, HRV],
            "Readiness and HRV were lower than usual, and resting heart rate was higher",
            "Lower readiness and HRV, higher resting heart rate",
        ),
    ],
)
def test_the_headline_says_what_moved(changes: list[Change], said: str, short: str) -> None:
    assert (sentences.directions(changes), sentences.short_directions(changes)) == (said, short)


def test_the_headline_knows_what_it_cannot_say() -> None:
    nothing = sentences.nothing_to_compare
    assert nothing(0, first_weeks=True) == "No data of this week has arrived"
    assert nothing(3, first_weeks=True).startswith("The first weeks")
    assert nothing(3, first_weeks=False) == "Too few days are known to tell how this week compares"


@pytest.mark.parametrize(
    ("first", "last", "said", "is_preview", "subject"),
    [
        (
            date(2025, 11, 17),
            date(2025, 11, 23),
            "A usual week with a sharp dip on Wednesday",
            False,
            "17–23 November: a usual week with a sharp dip on Wednesday",
        ),
        (
            date(2025, 12, 29),
            date(2026, 1, 4),
            "HRV in short",
            False,
            "29 Dec – 4 January: HRV in short",
        ),
        (
            date(2025, 11, 20),
            date(2025, 11, 26),
            "Nothing unusual so far",
            True,
            "Preview, 20–26 November: nothing unusual so far",
        ),
        (
            date(2025, 11, 17),
            date(2025, 11, 23),
            "Lower readiness, sleep score and resting heart rate",
            False,
            "17–23 November: your week",
        ),
    ],
)
def test_a_subject_is_dated_and_short(
    first: date, last: date, said: str, is_preview: bool, subject: str
) -> None:
    assert sentences.subject(first, last, said, is_preview) == subject


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


def test_no_workout_is_told_of_a_week_of_which_days_are_unknown() -> None:
    assert sentences.lede("78", None, 0, None, whole_week=False) == "Readiness averaged 78."
    assert sentences.lede(None, None, 0, None, whole_week=False) == ""
    assert sentences.lede(None, None, 0, None) == "No workouts."


@pytest.mark.parametrize(
    ("workouts", "known", "said"),
    [
        (3, 7, "A week with 3 workouts"),
        (1, 7, "A week with 1 workout"),
        (0, 7, "A week without a workout"),
        (2, 5, "Workouts are known of 5 of 7 days"),
        (None, 0, "Workouts are known of 0 of 7 days"),
    ],
)
def test_the_headline_of_who_has_no_ring(workouts: int | None, known: int, said: str) -> None:
    assert sentences.workouts_alone(workouts, known, 7) == said


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
