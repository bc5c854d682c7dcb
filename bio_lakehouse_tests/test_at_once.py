"""Things done at once come in their order, and never more of them than are asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bio_lakehouse.at_once import in_turn

BOTH_S = 30


def test_results_come_in_the_order_of_their_items() -> None:
    """The first of two ends only when the second has."""
    ended = {number: threading.Event() for number in range(2)}

    def work(number: int) -> int:
        if number == 0:
            assert ended[1].wait(BOTH_S)
        ended[number].set()
        return number * 10

    assert list(in_turn(work, range(2), 2)) == [0, 10]


@pytest.mark.parametrize("most", [1, 2, 5])
def test_no_more_items_are_held_than_are_worked_on_and_the_next(most: int) -> None:
    held: list[int] = []

    def items() -> Iterator[int]:
        for number in range(12):
            held.append(number)
            yield number

    for done in in_turn(str, items(), most):
        assert len(held) - int(done) <= most + 1
    assert held == list(range(12))


def test_an_error_comes_in_its_turn() -> None:
    values = in_turn(lambda number: 6 / number, [3, 2, 0, 1], 2)
    assert [next(values), next(values)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(values)


def test_nothing_comes_of_nothing() -> None:
    assert list(in_turn(str, [], 2)) == []
