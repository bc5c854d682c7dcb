from __future__ import annotations

import pytest

from bio_lakehouse.reports.measures import HRV, READINESS, STEPS, TEMPERATURE, TIME_ASLEEP, Measure


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        (READINESS, 78.5, "79"),
        (READINESS, 77.5, "78"),
        (READINESS, None, "–"),
        (HRV, 41.2, "41 ms"),
        (STEPS, 10412.0, "10,412"),
        (STEPS, 0.0, "0"),
        (TEMPERATURE, -0.126, "−0.13 °C"),
        (TIME_ASLEEP, 7.2, "7 h 12 min"),
        (TIME_ASLEEP, 6.999, "7 h 00 min"),
        (TIME_ASLEEP, None, "–"),
    ],
)
def test_a_value_is_written_with_its_unit_rounded_half_away_from_zero(
    measure: Measure, value: float | None, text: str
) -> None:
    assert measure.text(value) == text


@pytest.mark.parametrize(
    ("measure", "week", "before", "text"),
    [
        (READINESS, 63.4, 57.6, "+5"),  # 63 and 58, although 5.8 apart
        (READINESS, 46.6, 47.4, "±0"),
        (HRV, 60.5, 66.4, "−5 ms"),
        (TIME_ASLEEP, 7.5, 7.2, "+18 min"),
        (TIME_ASLEEP, 7.01, 7.0, "+1 min"),
        (TIME_ASLEEP, 7.005, 7.0, "±0 min"),
        (TIME_ASLEEP, 6.0, 7.5, "−90 min"),
        (STEPS, 9966.0, 8000.0, "+1,966"),
        (HRV, None, 60.0, "–"),
        (HRV, 60.0, None, "–"),
    ],
)
def test_a_difference_is_that_of_the_figures_beside_it(
    measure: Measure, week: float | None, before: float | None, text: str
) -> None:
    assert measure.change_text(week, before) == text


def test_a_column_of_numbers_says_its_unit_once() -> None:
    assert (HRV.number(41.2), HRV.change(41.2, 46.7), HRV.unit_label) == ("41", "−6", "ms")
    assert (TIME_ASLEEP.number(7.2), TIME_ASLEEP.change(7.5, 7.2), TIME_ASLEEP.unit_label) == (
        "7 h 12",
        "+18",
        "change in min",
    )
