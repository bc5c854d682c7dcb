"""A record's text is that of the standard library's encoder, to the byte, whoever wrote it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bio_lakehouse.lake.record_text import fullness, to_json

_BY_LIBRARY = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.floats(-1e-3, 1e-3),
    st.floats(1e14, 1e18),
    st.decimals(-100, 1_000, places=2).map(float),
    st.text(st.characters(exclude_categories=[])),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


records = st.dictionaries(st.text(), values, max_size=8) | values


@settings(max_examples=150)
@given(records)
@example({"met": {"items": [0.9, None, float("nan")]}})
@example([float("inf"), -float("inf")])
@example([1e16, 1e-5, 0.0001, 0.00001, -0.00002, 5e-324, 1e300, -0.0, 2**64, 1e15, 123e20])
@example({"id": "3e5", "half": "\ud800", "é": "\u2028\x7f\x00", "\uffff": 1, "😀": 2})
def test_the_text_is_the_standard_librarys_to_the_byte(value: Any) -> None:
    assert to_json(value) == _BY_LIBRARY(value)


@pytest.mark.thorough
@settings(max_examples=500)
@given(records)
def test_the_text_of_many_more_is_the_standard_librarys_to_the_byte(value: Any) -> None:
    assert to_json(value) == _BY_LIBRARY(value)


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ({"a": None, "b": "", "c": "None", "d": {"e": [1, None, 0], "f": [], "g": 0}}, 2),
        ({}, 0),
        ({"a": "x"}, 1),
    ],
)
def test_fullness_counts_the_values_that_are_there(content: dict[str, object], count: int) -> None:
    assert fullness(content) == count
