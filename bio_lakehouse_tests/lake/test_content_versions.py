"""The version of a day is of its rows alone: not of their order, of other days, or of the
process."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from bio_lakehouse.lake import content_versions
from bio_lakehouse.lake.bronze import version_of_files
from bio_lakehouse.lake.content_versions import (
    EMPTY,
    changed_days,
    stretches_by_day,
    version_of,
    versions_by_day,
    versions_of_covered_days,
)

FIRST = date(2026, 3, 1)
COUNT = 60


def table(**changed: list[object]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "user_id": pa.array(["me", "you"] * (COUNT // 2)),
        "day": pa.array([FIRST + timedelta(number // 4) for number in range(COUNT)]),
        "score": pa.array([None if number % 7 == 3 else number for number in range(COUNT)]),
        "hours": pa.array([None if number % 5 == 1 else number / 8 for number in range(COUNT)]),
        "worn": pa.array([None, True, False, True] * (COUNT // 4)),
        "name": pa.array([f"n{number}" if number % 9 else None for number in range(COUNT)]),
        "at": pa.array(range(COUNT), pa.timestamp("us")),
        "note": pa.nulls(COUNT, pa.int32()),
    }
    return pa.table(columns | {name: pa.array(values) for name, values in changed.items()})


def test_rows_in_another_order_have_the_same_versions() -> None:
    rows = table()
    backwards = rows.take(list(reversed(range(COUNT))))
    assert versions_by_day(backwards) == versions_by_day(rows)
    assert version_of(backwards) == version_of(rows)
    assert list(versions_by_day(backwards)) == [FIRST + timedelta(n) for n in range(COUNT // 4)]


@pytest.mark.parametrize("at_once", [1, 7, COUNT, COUNT + 1])
def test_versions_are_the_same_however_many_rows_are_taken_at_once(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    expected = versions_by_day(table()), version_of(table())
    monkeypatch.setattr(content_versions, "ROWS_AT_ONCE", at_once)
    assert (versions_by_day(table()), version_of(table())) == expected


def test_a_day_alone_has_the_version_that_it_has_among_others() -> None:
    """Also where its column has nulls on other days only, or strings that others have too."""
    rows = table()
    versions = versions_by_day(rows)
    for day, version in versions.items():
        alone = rows.filter(pc.equal(rows["day"], day))
        assert versions_by_day(alone) == {day: version}
    assert len(set(versions.values())) == len(versions)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("user_id", "you"),
        ("score", 9),
        ("score", None),
        ("hours", 0.0),
        ("hours", None),
        ("worn", False),
        ("name", "n7"),
        ("at", 1),
        ("note", 0),
    ],
)
def test_one_value_changes_the_version_of_its_day_alone(column: str, value: object) -> None:
    rows, row = table(), 8
    values = rows[column].to_pylist()
    values[row] = value
    changed = pa.array(values, rows.schema.field(column).type)
    other = rows.set_column(rows.column_names.index(column), column, changed)
    found = changed_days(versions_by_day(rows), versions_by_day(other))
    assert found == {FIRST + timedelta(row // 4)}


def test_values_that_swap_rows_or_columns_are_a_change() -> None:
    days = [FIRST, FIRST]
    one = pa.table({"day": days, "a": [1, 2], "b": [3, 4]})
    rows_swapped = pa.table({"day": days, "a": [2, 1], "b": [3, 4]})
    columns_swapped = pa.table({"day": days, "a": [3, 4], "b": [1, 2]})
    versions = {version_of(rows) for rows in (one, rows_swapped, columns_swapped)}
    assert len(versions) == 3


def test_minus_zero_is_zero_and_null_is_not() -> None:
    versions = [
        version_of(pa.table({"x": pa.array([value], pa.float64())})) for value in (0.0, -0.0, None)
    ]
    assert versions[0] == versions[1] != versions[2]


def test_what_is_no_number_is_the_same_whatever_its_sign() -> None:
    signs = [float("nan"), -float("nan"), 0.0]
    versions = [version_of(pa.table({"x": pa.array([value], pa.float64())})) for value in signs]
    assert versions[0] == versions[1] != versions[2]


def test_no_rows_have_the_empty_version_and_no_days() -> None:
    assert version_of(table().slice(0, 0)) == EMPTY
    assert versions_by_day(table().slice(0, 0)) == {}


def test_another_process_finds_the_same() -> None:
    program = (
        "from bio_lakehouse_tests.lake.test_content_versions import table;"
        "from bio_lakehouse.lake.content_versions import version_of; print(version_of(table()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == version_of(table()), done.stderr


def stretches(*spans: tuple[str, str, date, date]) -> pa.Table:
    names = ("user_id", "source", "first_day", "last_day")
    return pa.table({name: [span[place] for span in spans] for place, name in enumerate(names)})


def test_one_more_file_of_the_same_vendor_leaves_a_covered_day_as_it_was() -> None:
    who, last = ("user_id", "source"), FIRST + timedelta(9)
    one = ("me", "peloton", FIRST, FIRST + timedelta(3))
    again = ("me", "peloton", FIRST + timedelta(2), FIRST + timedelta(5))
    other = ("me", "oura", FIRST - timedelta(9), FIRST + timedelta(1))
    before = versions_of_covered_days(stretches(one), FIRST, last, who)
    after = versions_of_covered_days(stretches(one, again), FIRST, last, who)
    assert changed_days(before, after) == {FIRST + timedelta(number) for number in (4, 5)}
    third = versions_of_covered_days(stretches(one, again, other), FIRST, last, who)
    assert changed_days(after, third) == {FIRST + timedelta(number) for number in (0, 1)}
    counted = stretches_by_day(stretches(one, again, other), FIRST, last)
    assert list(counted.values()) == [2, 2, 2, 2, 1, 1]


def test_files_are_known_by_name_and_bytes() -> None:
    files = [("a", b"1"), ("b", b"2")]
    assert version_of_files(files) == version_of_files(reversed(files))
    assert version_of_files(files) != version_of_files([("a", b"2"), ("b", b"1")])
    assert version_of_files(files) != version_of_files([("a", b"12"), ("b", b"")])
