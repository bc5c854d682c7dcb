"""Whatever values Athena writes as CSV are read as they were: texts with quotes, commas and lines,
empty ones apart from none, numbers to the last digit, days and moments."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.engines.athena_csv import AnswerColumn, TornAnswerError, table_of_csv
from bio_lakehouse_tests.aws.athena_endpoint import csv_of, info_of
from bio_lakehouse_tests.aws.duckdb_executor import result_of

PLACE = "s3://results/answer.csv"
MOMENTS = st.datetimes(datetime.fromisoformat("0001-01-01"), datetime.fromisoformat("9999-12-31"))
KINDS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.string(), st.text(st.characters(codec="utf-8"))),
    (pa.string(), st.text("a\"',\n\r\t \\é", max_size=6)),
    (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.float64(), st.floats()),
    (pa.bool_(), st.booleans()),
    (pa.date32(), st.dates()),
    (pa.timestamp("us"), MOMENTS),
    (pa.decimal128(12, 3), st.decimals(-(10**8), 10**8, places=3)),
    (pa.list_(pa.int64()), st.lists(st.none() | st.integers(-9, 9))),
    (pa.list_(pa.date32()), st.lists(st.none() | st.dates())),
    (pa.list_(pa.float64()), st.lists(st.none() | st.floats(allow_nan=False))),
    (pa.binary(), st.binary(min_size=1)),
]


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    size = draw(st.integers(0, 5))
    columns = [
        pa.array(draw(st.lists(st.none() | values, min_size=size, max_size=size)), kind)
        for kind, values in kinds
    ]
    return pa.table(columns, names=[f"column {number}" for number in range(len(kinds))])


def read(content: bytes, rows: pa.Table) -> pa.Table:
    told = [info_of(column) for column in result_of(rows).columns]
    columns = [
        AnswerColumn(one["Name"], one["Type"], one["Precision"], one["Scale"]) for one in told
    ]
    return table_of_csv(content, columns, PLACE, rows.schema.types)


@given(tables())
def test_every_value_is_read_as_it_was_written(rows: pa.Table) -> None:
    found = read(csv_of(result_of(rows)), rows)
    assert found.schema == rows.schema
    for ours, theirs in zip(found.columns, rows.columns, strict=True):
        assert list(map(same, ours.to_pylist())) == list(map(same, theirs.to_pylist()))


def same(value: Any) -> Any:
    """What two equal values have in common; a number that is none equals itself."""
    is_nan = isinstance(value, float) and math.isnan(value)
    return "nan" if is_nan else (type(value), value)


@given(tables(), st.data())
def test_an_answer_that_is_cut_off_within_a_line_is_never_read(
    rows: pa.Table, data: st.DataObject
) -> None:
    content = csv_of(result_of(rows))
    cut = data.draw(st.integers(0, len(content) - 1))
    if content[:cut].endswith(b"\n") and content[:cut].count(b'"') % 2 == 0:
        return
    with pytest.raises(TornAnswerError, match="is not whole"):
        read(content[:cut], rows)


def test_a_text_that_is_cut_at_its_own_line_break_is_never_read() -> None:
    rows = pa.table({"note": pa.array([None, "slept\nwell"])})
    content = csv_of(result_of(rows))
    cut = content.index(b"slept\n") + len(b"slept\n")
    with pytest.raises(TornAnswerError, match="its last line has no end"):
        read(content[:cut], rows)


def test_columns_of_the_same_name_stay_apart() -> None:
    rows = pa.table([pa.array([1]), pa.array([Decimal("2.5")])], names=["n", "n"])
    found = read(csv_of(result_of(rows)), rows)
    assert [column.to_pylist() for column in found.columns] == [[1], [Decimal("2.5")]]


def test_a_value_of_another_type_is_told_and_not_changed() -> None:
    with pytest.raises(TornAnswerError, match=r"what day holds is no date \(.*13th"):
        table_of_csv(b'"day"\n"the 13th"\n', [AnswerColumn("day", "date")], PLACE, [None])
    assert table_of_csv(
        b'"day"\n"2026-01-13"\n', [AnswerColumn("day", "date")], PLACE, [None]
    ).to_pylist() == [{"day": date(2026, 1, 13)}]
