from datetime import date

import pytest

from bio_lakehouse.insights import relation_sentences, sentences
from bio_lakehouse.insights.sentences import Evidence, Stretch

FOUND = Evidence((0.2, 0.6), "112 pairs of days", 0.003)


@pytest.mark.parametrize(
    ("q", "expected"),
    [(0.0002, "q < 0.001"), (0.0034, "q = 0.003"), (0.0499, "q = 0.050"), (0.234, "q = 0.23")],
)
def test_q(q: float, expected: str) -> None:
    assert sentences.probability(q) == expected


def test_not_enough_data_says_n_of_n() -> None:
    said = sentences.not_enough_data("readiness trend", 41, 60, "days")
    assert said == "Readiness trend: not enough data (41 of 60 days)."


def test_described_sentences_say_that_they_are_not_tested() -> None:
    line = sentences.smoothed_line("readiness", -0.4, "points")
    assert "slope of −0.40 points a week; it is shown and not tested" in line
    same = relation_sentences.same_measurement(
        "sleep", "readiness", "r", 0.7, Evidence((0.6, 0.8), "90 days", None), "x"
    )
    assert same.endswith("r = 0.70 (95 % interval 0.60 to 0.80, 90 days), shown and not tested.")


@pytest.mark.parametrize(
    ("days", "ending"),
    [
        ([date(2025, 3, 3)], "on 1 of 90 days, on 3 March 2025."),
        (
            [date(2025, 3, 3), date(2025, 1, 9)],
            "on 2 of 90 days, on 9 January 2025 and 3 March 2025.",
        ),
        (
            [date(2025, 3, day) for day in range(1, 7)],
            "on 6 of 90 days, most lately on 6 March 2025.",
        ),
    ],
)
def test_low_days_are_named_while_they_are_few(days: list[date], ending: str) -> None:
    said = sentences.far_days("readiness", "lower", days, 90, "74.7", "59.5")
    assert said.startswith(
        "Readiness was low (more than 1.5 standard deviations below your mean of 74.7, so under "
        "59.5)"
    )
    assert said.endswith(ending)


def test_high_days_are_told_as_such() -> None:
    high = sentences.far_days(
        "temperature deviation", "higher", [date(2025, 3, 3)], 90, "0.02 °C", "0.25 °C"
    )
    assert high == (
        "Temperature deviation was high (more than 1.5 standard deviations above your mean of "
        "0.02 °C, so over 0.25 °C) on 1 of 90 days, on 3 March 2025."
    )
    unusual = sentences.unusual_days("temperature deviation", "higher", [date(2025, 3, 3)], 60)
    assert "1 was unusually high in temperature deviation" in unusual


def test_unusual_days_in_singular_plural_and_none() -> None:
    one = sentences.unusual_days("HRV", "lower", [date(2025, 3, 3)], 60)
    assert one == (
        "Of the 60 days that can be held against the 60 days before, 1 was unusually low in HRV, "
        "on 3 March 2025."
    )
    assert "2 were unusually low" in sentences.unusual_days(
        "HRV", "lower", [date(2025, 3, 3), date(2025, 3, 4)], 60
    )
    assert sentences.unusual_days("HRV", "lower", [], 1) == (
        "Looked for unusually low HRV among the 1 day that can be held against the 60 days before "
        "and found none."
    )
    assert (
        sentences.unusual_days("HRV", "lower", [], 0)
        == "No day's HRV could be held against its 60 days before."
    )


def test_missed_workouts() -> None:
    march = Stretch(date(2025, 3, 1), date(2025, 3, 4))
    turn = Stretch(date(2024, 12, 30), date(2025, 1, 5))
    assert sentences.missed_workouts([march], 90, 3) == (
        "Once there were 3 days or more in a row without a workout, among 90 days of which "
        "workouts are known; these were the 4 days 1–4 March 2025."
    )
    assert sentences.missed_workouts([march, turn], 90, 3).endswith(
        "the longest stretch was 7 days 30 December 2024 – 5 January 2025."
    )
    assert sentences.missed_workouts([march, turn, march], 90, 3).startswith("3 times there were")
    newer = Stretch(date(2025, 3, 8), date(2025, 3, 11))
    assert sentences.missed_workouts([newer, march], 90, 3).endswith(
        "the longest stretches were of 4 days each, 1–4 March 2025 and 8–11 March 2025."
    )
    newest = Stretch(date(2025, 3, 15), date(2025, 3, 18))
    assert sentences.missed_workouts([newest, march, newer], 90, 3).endswith(
        "the longest, of 4 days, came 3 times, most lately 15–18 March 2025."
    )
    assert sentences.missed_workouts([], 90, 3).endswith("and found none.")
