"""Whether two results say the same: the rows of a question's gold, and those of an answer to it.

Names of columns and further columns of the answer mean nothing, and neither does the order of rows
unless it was asked for. Whole numbers are compared exactly. Others may be rounded: they are the
same when they differ by 0.1 %, or when one of them is the other, rounded to the decimals that it
shows. Texts are compared without regard to case, days and times by what they say. A row without
any number says nothing where others have numbers. Values side by side are as good as under each
other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import compress, product
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from bio_lakehouse.numbers import rounded

RELATIVE = 0.001
"""Share of a value by which another may differ from it."""
MOST_DECIMALS = 3
"""Decimals up to which a number may have been rounded; one with more was not."""
LEAST_WHOLE = 10
"""Value from which a mean that is told without decimals counts as rounded, not as another."""
MOST_SIDE_BY_SIDE = 12
"""Values up to which an answer may show them in one row."""

T = TypeVar("T")
Value = str | float | bool | None
Column = list[Value]


def same_results(gold: pa.Table, answer: pa.Table, *, ordered: bool = False) -> bool:
    """Whether `answer` has the rows of `gold`."""
    expected, given = columns_of(gold), columns_of(answer)
    if not gold.num_rows:
        return not answer.num_rows
    return (
        same_rows(_telling(expected), _telling(given), ordered=ordered)
        or same_rows(expected, given, ordered=ordered)
        or same_side_by_side(expected, given)
    )


def columns_of(table: pa.Table) -> list[Column]:
    """A table's columns with the values that are compared, by position: names may repeat."""
    return [list(map(plain, column.to_pylist())) for column in table.columns]


def plain(value: Any) -> Value:
    """A cell as it is compared: a number, a text in lower case, a truth, or None."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return None if math.isnan(value) else float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _written(value) if isinstance(value, date | time) else _read(str(value))


def _written(value: date | time) -> str:
    """A day or time as text; midnight of a day is that day."""
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat()


def _read(text: str) -> str:
    """A text in lower case; one that is a day or time as that is written."""
    tidy = text.strip().lower()
    try:
        return _written(datetime.fromisoformat(tidy)) if len(tidy) > 9 else tidy
    except ValueError:
        return tidy


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_measure(column: Column) -> bool:
    """Whether all that is known of a column are numbers."""
    known = [value for value in column if value is not None]
    return bool(known) and all(map(_is_number, known))


def _telling(columns: list[Column]) -> list[Column]:
    """The columns without rows in which no measure is known, where there are measures."""
    measures = [column for column in columns if _is_measure(column)]
    if not measures:
        return columns
    kept = [_is_known(row) for row in zip(*measures, strict=True)]
    return [list(compress(column, kept)) for column in columns]


def _is_known(row: Sequence[object]) -> bool:
    return any(value is not None for value in row)


def same_rows(expected: list[Column], given: list[Column], *, ordered: bool) -> bool:
    """Whether distinct columns of `given` together have the rows of `expected`."""
    if not given or len(expected[0]) != len(given[0]) or len(expected) > len(given):
        return False
    return any(_match(expected, chosen, ordered=ordered) for chosen in _choices(expected, given))


def _choices(expected: list[Column], given: list[Column]) -> Iterator[list[Column]]:
    """Columns of `given` in the place of each of `expected`, of those that could be it."""
    fitting = [_places(wanted, given) for wanted in expected]

    def placed(done: list[int]) -> Iterator[list[int]]:
        if len(done) == len(expected):
            yield done
            return
        for place in fitting[len(done)]:
            if place not in done:
                yield from placed([*done, place])

    for places in placed([]):
        yield [given[place] for place in places]


def _places(wanted: Column, given: list[Column]) -> list[int]:
    """Where the columns stand that alone could be `wanted`."""
    pairs = enumerate(given)
    return [place for place, column in pairs if _match([wanted], [column], ordered=False)]


def _match(expected: Sequence[Column], given: Sequence[Column], *, ordered: bool) -> bool:
    """Whether each row of `expected` is one of `given`, each of these once."""
    pairs = list(zip(expected, given, strict=True))
    if any(_is_measure(one) != _is_measure(other) for one, other in pairs if _is_measure(one)):
        return False
    if ordered:
        return all(_same_values(one, other) for one, other in pairs)
    labels = [not _is_measure(one) for one, _ in pairs]
    wanted, found = _by_labels(expected, labels), _by_labels(given, labels)
    if {key: len(rows) for key, rows in wanted.items()} != {
        key: len(rows) for key, rows in found.items()
    }:
        return False
    return all(_match_numbers(rows, found[key]) for key, rows in wanted.items())


def _same_values(expected: Column, given: Column) -> bool:
    return all(same_value(one, other) for one, other in zip(expected, given, strict=True))


def _by_labels(
    columns: Sequence[Column], labels: list[bool]
) -> dict[tuple[Value, ...], list[tuple[Value, ...]]]:
    """The rows' numbers, by what their other columns say."""
    found = defaultdict(list)
    for row in zip(*columns, strict=True):
        key = tuple(value for value, label in zip(row, labels, strict=True) if label)
        numbers = tuple(value for value, label in zip(row, labels, strict=True) if not label)
        found[key].append(numbers)
    return found


def _match_numbers(expected: list[tuple[Value, ...]], given: list[tuple[Value, ...]]) -> bool:
    """Whether rows of numbers can be paired so that each pair says the same."""
    if len(expected) == 1:
        return _same_numbers(expected[0], given[0])
    return _all_paired(expected, given, _same_numbers)


def _all_paired(wanted: Sequence[T], there: Sequence[T], same: Callable[[T, T], bool]) -> bool:
    """Whether each that is wanted can have one of its own of those that are there."""
    links = np.array([same(one, other) for one, other in product(wanted, there)], dtype=bool)
    shaped = csr_array(links.reshape(len(wanted), len(there)))
    return bool((maximum_bipartite_matching(shaped, "column") >= 0).all())


def _same_numbers(expected: tuple[Value, ...], given: tuple[Value, ...]) -> bool:
    return all(same_value(one, other) for one, other in zip(expected, given, strict=True))


def same_value(expected: Value, given: Value) -> bool:
    """Whether two cells say the same."""
    if not (_is_number(expected) and _is_number(given)):
        return expected == given and type(expected) is type(given)
    assert isinstance(expected, int | float)
    assert isinstance(given, int | float)
    return same_number(expected, given)


def same_number(expected: float, given: float) -> bool:
    """Whether a number is the expected one, or that rounded; a whole one is not rounded."""
    if isinstance(expected, int):
        return expected == given
    if math.isclose(expected, given, rel_tol=RELATIVE, abs_tol=1e-9):
        return True
    return _is_rounding(given, of=expected) or _is_rounding(expected, of=given)


def _is_rounding(number: float, of: float) -> bool:
    decimals = _decimals(number)
    if decimals > MOST_DECIMALS or (decimals == 0 and abs(number) < LEAST_WHOLE):
        return False
    return math.isclose(number, float(rounded(of, decimals)), abs_tol=1e-9)


def _decimals(number: float) -> int:
    """Decimals that a number shows."""
    if number == int(number):
        return 0
    exponent = Decimal(repr(number)).as_tuple().exponent
    return -exponent if isinstance(exponent, int) else MOST_DECIMALS + 1


def same_side_by_side(expected: list[Column], given: list[Column]) -> bool:
    """Whether one has a row with the values that the other has in a column."""
    if len(expected[0]) > 1 and given and len(given[0]) == 1:
        measures = [column for column in expected if _is_measure(column)]
        cells = [column[0] for column in given if _is_number(column[0])]
        return len(measures) == 1 and _holds(cells, measures[0])
    wanted = [column[0] for column in expected]
    if len(expected[0]) > 1 or len(wanted) < 2 or not all(map(_is_number, wanted)):
        return False
    columns = (column for column in given if len(column) == len(wanted) and _is_measure(column))
    return any(_holds(column, wanted) for column in columns)


def _holds(cells: Column, wanted: Column) -> bool:
    """Whether each of a few wanted numbers is one of the cells, each of these once."""
    if not len(wanted) <= len(cells) or len(wanted) > MOST_SIDE_BY_SIDE:
        return False
    return _all_paired(wanted, cells, same_value)
