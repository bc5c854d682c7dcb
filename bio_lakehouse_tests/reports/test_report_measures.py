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
    ("measure", "difference", "text"),
    [
        (READINESS, 3.4, "+3"),
        (READINESS, -0.4, "±0"),
        (HRV, -5.5, "−6 ms"),
        (TIME_ASLEEP, 0.3, "+18 min"),
        (TIME_ASLEEP, -1.5, "−90 min"),
        (STEPS, 1966.0, "+1,966"),
        (HRV, None, "–"),
    ],
)
def test_a_difference_carries_its_sign(
    measure: Measure, difference: float | None, text: str
) -> None:
    assert measure.change_text(difference) == text


def test_a_column_of_numbers_says_its_unit_once() -> None:
    assert (HRV.number(41.2), HRV.change(-5.5), HRV.unit_label) == ("41", "−6", "ms")
    assert (TIME_ASLEEP.number(7.2), TIME_ASLEEP.change(0.3), TIME_ASLEEP.unit_label) == (
        "7 h 12",
        "+18",
        "change in min",
    )
