"""The quick decoder says what the standard library's says, or leaves it to that."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bio_lakehouse.sources import quick_json
from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.oura.account_export import split_row
from bio_lakehouse.sources.quick_json import read_json

SIGNS = '[]{}",:.-+eE0123456789 \\ud8null;tfaN\t\x00é'
texts = st.one_of(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=15,
    ).flatmap(lambda value: st.sampled_from([json.dumps(value), json.dumps(value, indent=1)])),
    st.text(SIGNS, max_size=30),
    st.from_regex(r"\A-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?\Z"),
)


def by_library(text: str) -> str:
    """What comes of a text, `repr`ed: 1, 1.0 and True are not the same."""
    try:
        return repr(json.loads(text))
    except ValueError as error:
        return repr(error)


@settings(max_examples=500)
@given(texts)
@example('{"a": 1, "a": 2}')
@example("[1e400, -0, -0.0, 1E5, 123456789012345678901234567890]")
@example('["\\ud800", "\\ud83d\\ude00"]')
@example("1" * 5000)
@example("\ufeff[1]")
def test_a_text_reads_as_the_standard_library_reads_it(text: str) -> None:
    try:
        found = repr(read_json(text, json.loads))
    except ValueError as error:
        found = repr(error)
    assert found == by_library(text)


@settings(max_examples=300)
@given(texts, st.text(" ;x}", max_size=3))
@example('{"a": 1}', " ;x")
@example('{"a": "b;c}", "d": 2}', ";")
def test_a_cell_of_the_account_export_ends_where_its_json_ends(text: str, after: str) -> None:
    line = f"2026-01-01;{text.replace(chr(10), ' ')}{after}"
    assert outcome(line) == outcome_slowly(line)


def outcome(line: str) -> str:
    try:
        return repr(split_row(line))
    except RowProblem as problem:
        return f"{problem.field}: {problem.reason}"


def outcome_slowly(line: str) -> str:
    """As `outcome`, without the quick decoder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick_json, "_decoder", lambda: (decides_nothing, (ValueError,)))
        return outcome(line)


def decides_nothing(text: str) -> None:
    raise ValueError(text)
