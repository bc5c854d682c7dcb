"""What a table says of a day, in sixteen characters: the same rows have the same version, in
whatever order they come and whoever made them.

A version tells whether a day changed, and makes stale what was made from it; it holds nothing of
what it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

ONE_AFTER_ANOTHER = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no bit is lost when a row's hash is multiplied before the next column's is added."""
NOTHING = np.uint64(0x6A09E667F3BCC908)
"""The hash of a null."""
ROWS_AT_ONCE = 2**16
"""Of which hashes are made side by side: what that takes does not grow with a table."""


def as_text(number: int) -> str:
    return f"{number:016x}"


EMPTY = as_text(0)
"""The version of a day without rows."""


def versions_by_day(rows: pa.Table, day_column: str = "day") -> dict[date, str]:
    """The version of each day that has rows, from all its rows and columns; rows without a day are
    left out."""
    if rows.column(day_column).null_count:
        rows = rows.filter(pc.is_valid(rows.column(day_column)))
    days = rows.column(day_column).combine_chunks().dictionary_encode()
    sums = np.zeros(len(days.dictionary), np.uint64)
    # Sums pay no heed to order, and wrap around as hashes may.
    np.add.at(sums, days.indices.to_numpy(zero_copy_only=False), row_hashes(rows))
    found = zip(days.dictionary.to_pylist(), sums.tolist(), strict=True)
    return {day: as_text(number) for day, number in sorted(found)}


def version_of(rows: pa.Table) -> str:
    """The version of all rows together, for what has no days."""
    return as_text(int(row_hashes(rows).sum(dtype=np.uint64)))


def versions_of_covered_days(
    stretches: pa.Table, first: date, last: date, who: Sequence[str]
) -> dict[date, str]:
    """The version of each day of the range that is in any stretch from `first_day` to `last_day`:
    of whom the columns `who` name as speaking about it, however many stretches of theirs do."""
    speakers = stretches.group_by([*who]).aggregate([("first_day", "list"), ("last_day", "list")])
    sums = np.zeros((last - first).days + 1, np.uint64)
    spans = speakers.select(["first_day_list", "last_day_list"]).to_pylist()
    for speaker, span in zip(row_hashes(speakers.select([*who])), spans, strict=True):
        sums[_counts(span["first_day_list"], span["last_day_list"], first, last) > 0] += speaker
    return {
        first + timedelta(number): as_text(version)
        for number, version in enumerate(sums.tolist())
        if version
    }


def stretches_by_day(stretches: pa.Table, first: date, last: date) -> dict[date, int]:
    """How many stretches each day of the range is in; none where it is in none."""
    firsts, lasts = (stretches.column(name).to_pylist() for name in ("first_day", "last_day"))
    counts = _counts(firsts, lasts, first, last).tolist()
    return {first + timedelta(number): count for number, count in enumerate(counts) if count}


def _counts(
    firsts: Sequence[date], lasts: Sequence[date], first: date, last: date
) -> npt.NDArray[np.int64]:
    """How many of the stretches each day of the range is in."""
    length = (last - first).days + 1
    changes = np.zeros(length + 1, np.int64)
    for begins, ends in zip(firsts, lasts, strict=True):
        start, end = max((begins - first).days, 0), min((ends - first).days + 1, length)
        if start < end:
            changes[start] += 1
            changes[end] -= 1
    return np.cumsum(changes)[:length]


def changed_days(before: Mapping[date, str], after: Mapping[date, str]) -> frozenset[date]:
    """The days whose versions differ, also where one side has no rows."""
    days = before.keys() | after.keys()
    return frozenset(day for day in days if before.get(day) != after.get(day))


def row_hashes(rows: pa.Table) -> Hashes:
    """A hash of each row, from all its values and their columns' order."""
    starts = range(0, rows.num_rows, ROWS_AT_ONCE)
    parts = [_hashes(rows.slice(start, ROWS_AT_ONCE)) for start in starts]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint64)


def _hashes(rows: pa.Table) -> Hashes:
    hashes = np.zeros(rows.num_rows, np.uint64)
    for column in rows.columns:
        hashes = hash_array(hashes * ONE_AFTER_ANOTHER + _column_hashes(column))
    return hashes


def hash_array(values: npt.NDArray[Any], *, categorize: bool = True) -> Hashes:
    """As pandas has it, which takes long to load and is needed by what writes alone."""
    from pandas import util

    return util.hash_array(values, categorize=categorize)


def _column_hashes(column: pa.ChunkedArray) -> Hashes:
    values = column.combine_chunks()
    if pa.types.is_string(values.type):
        return _string_hashes(values)
    hashes = hash_array(_numbers(values))
    return np.where(_are_null(values), NOTHING, hashes)


def _string_hashes(values: pa.StringArray) -> Hashes:
    coded = values.dictionary_encode()
    known = coded.dictionary.to_numpy(zero_copy_only=False)
    hashes = np.append(hash_array(known, categorize=False), NOTHING)
    places = pc.fill_null(coded.indices, len(known)).to_numpy(zero_copy_only=False)
    found: Hashes = hashes[places]
    return found


def _numbers(values: pa.Array) -> npt.NDArray[np.number]:
    """Values of one width, whether the others of the column are null or not."""
    if pa.types.is_floating(values.type):
        # A sum with zero turns minus zero, which equals it, into it.
        numbers = np.asarray(pc.fill_null(values, 0.0)) + 0.0
        # What is no number has many forms, and its sign differs between processors.
        return np.where(np.isnan(numbers), np.nan, numbers)
    if pa.types.is_date32(values.type):
        values = values.cast(pa.int32())
    return np.asarray(pc.fill_null(values.cast(pa.int64()), 0))


def _are_null(values: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(values.is_null())
