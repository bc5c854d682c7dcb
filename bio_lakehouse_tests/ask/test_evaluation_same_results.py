"""When two results say the same, and when they do not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bio_lakehouse.ask.evaluation.same_results import LEAST_WHOLE, same_number, same_results

DAY = date(2026, 3, 1)


def table(*columns: list[Any], names: str = "abcdefgh") -> pa.Table:
    return pa.table([pa.array(column) for column in columns], names=list(names[: len(columns)]))


SAME = {
    "a mean, rounded": (table([88.857142]), table([88.9])),
    "a mean without decimals": (table([88.857142]), table([89])),
    "a gold that is rounded": (table([0.337]), table([0.33689])),
    "a count as a double": (table([24]), table([24.0])),
    "a decimal": (table([7.25]), table([Decimal("7.250")])),
    "another column's name": (table([24]), table([24], names="z")),
    "further columns": (table([24]), table(["a"], [3.5], [24])),
    "columns in another order": (table([DAY], [70]), table([70], [DAY])),
    "rows in another order": (table(["a", "b"], [1.5, 2.5]), table(["b", "a"], [2.5, 1.5])),
    "a day as midnight": (table([DAY]), table([datetime(2026, 3, 1, tzinfo=UTC)])),
    "a day as text": (table([DAY]), table(["2026-03-01"])),
    "a time as text": (
        table([datetime(2026, 3, 1, 7, 30, tzinfo=UTC)]),
        table(["2026-03-01T07:30:00"]),
    ),
    "a text in capitals": (table(["low"]), table(["Low "])),
    "an unknown": (table([DAY], [None]), table([DAY], [None])),
    "unknown days left out": (table([DAY, date(2026, 3, 2)], [70, None]), table([DAY], [70])),
    "side by side": (table([80.5, 71.2]), table([71.2], [80.5], [9.3])),
    "under each other": (table([80.5], [71.2]), table(["a", "b"], [71.2, 80.5])),
    "labelled, side by side": (table(["x", "y"], [80.5, 71.2]), table([80.5], [71.2])),
    "nothing": (table([]), table([])),
}
DIFFERENT = {
    "another count": (table([24]), table([25])),
    "a large count that is off by one": (table([23155]), table([23156])),
    "another mean": (table([82.3]), table([82.6])),
    "a small number as none": (table([0.27]), table([0])),
    "a small number rounded to a whole": (table([1.4]), table([1])),
    "the other sign": (table([-0.48]), table([0.48])),
    "a row more": (table(["a"], [1.5]), table(["a", "b"], [1.5, 2.5])),
    "a row less": (table(["a", "b"], [1.5, 2.5]), table(["a"], [1.5])),
    "values of each other's rows": (table(["a", "b"], [1.5, 2.5]), table(["a", "b"], [2.5, 1.5])),
    "a column less": (table([DAY], [70]), table([DAY])),
    "one column for two": (table([5], [5]), table([5])),
    "another day": (table([DAY]), table([date(2026, 3, 2)])),
    "a number for an unknown": (table([DAY], [None]), table([DAY], [70])),
    "an unknown for a number": (table([70]), table([None])),
    "nothing for something": (table([70]), table([])),
    "something for nothing": (table([]), table([70])),
    "a text for a number": (table([70]), table(["70"])),
    "truth for a number": (table([1]), table([True])),
}


@pytest.mark.parametrize(("gold", "answer"), SAME.values(), ids=SAME)
def test_says_the_same(gold: pa.Table, answer: pa.Table) -> None:
    assert same_results(gold, answer)


@pytest.mark.parametrize(("gold", "answer"), DIFFERENT.values(), ids=DIFFERENT)
def test_says_something_else(gold: pa.Table, answer: pa.Table) -> None:
    assert not same_results(gold, answer)


def test_an_order_that_was_asked_for_counts() -> None:
    gold, turned = table(["a", "b"], [3.0, 2.0]), table(["b", "a"], [2.0, 3.0])
    assert same_results(gold, turned)
    assert not same_results(gold, turned, ordered=True)
    assert same_results(gold, gold, ordered=True)


CELLS = st.sampled_from(["low", "high", None]) | st.dates(date(2026, 1, 1), date(2026, 1, 5))
NUMBERS = st.none() | st.integers(-50, 20_000) | st.floats(-200, 20_000)
LENGTHS = st.integers(1, 6)


@st.composite
def results(draw: st.DrawFn) -> pa.Table:
    """A label and one or two measures."""
    length = draw(LENGTHS)

    def column(cells: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(cells, min_size=length, max_size=length))

    labels = [str(cell) for cell in column(CELLS)]
    measures = [
        [None if value is None else float(value) for value in column(NUMBERS)]
        for _ in range(draw(st.integers(1, 2)))
    ]
    return table(labels, *measures)


@given(gold=results(), data=st.data())
def test_any_order_of_rows_and_columns_and_anything_beside_them(
    gold: pa.Table, data: st.DataObject
) -> None:
    rows = data.draw(st.permutations(range(gold.num_rows)))
    columns = data.draw(st.permutations(range(gold.num_columns)))
    beside = data.draw(st.lists(st.integers(), min_size=gold.num_rows, max_size=gold.num_rows))
    shown = gold.select(list(columns)).take(list(rows))
    assert same_results(gold, shown.append_column("beside", pa.array(map(str, beside))))


@given(gold=results(), place=st.integers(0, 5), by=st.sampled_from([-30_000, 30_000]))
def test_one_other_value_is_another_result(gold: pa.Table, place: int, by: int) -> None:
    place %= gold.num_rows
    values = gold["b"].to_pylist()
    values[place] = (values[place] or 0) + by
    assert not same_results(gold, gold.set_column(1, "b", pa.array(values, pa.float64())))


@given(value=st.floats(1, 1e6), decimals=st.integers(1, 3))
def test_a_rounded_number_is_the_same(value: float, decimals: int) -> None:
    shown = float(f"{value:.{decimals}f}")
    # A small whole number tells too little to be a rounding.
    assume(shown != int(shown) or shown >= LEAST_WHOLE)
    assert same_number(value, shown) or is_half(value, decimals)


def is_half(value: float, decimals: int) -> bool:
    """Whether a number lies between two that it could be rounded to: the project rounds half away
    from zero, and Python does not."""
    scaled = Decimal(repr(value)).scaleb(decimals) % 1
    return abs(abs(scaled) - Decimal("0.5")) < Decimal("1e-6")


@given(expected=st.floats(20, 1e6), share=st.floats(0.02, 0.5), sign=st.sampled_from([-1, 1]))
def test_a_number_that_is_off_by_two_percent_is_another(
    expected: float, share: float, sign: int
) -> None:
    off = expected * (1 + sign * share)
    assert not same_number(expected, off) or abs(expected - off) <= 0.5
