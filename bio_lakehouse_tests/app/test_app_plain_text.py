"""Text of data on a page: shown as it stands, and nothing in it is fetched or obeyed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.app.plain_text import code, literal

MARK = re.compile(r"(?<!\\)(?:\\\\)*[\[\]!<>*_|#]")
"""A mark of Markdown's that no backslash takes its meaning from."""


@pytest.mark.parametrize(
    "text",
    ["![x](http://evil.test/x.png)", "[here](http://evil.test)", "<b>", ":material/x:", "$x$"],
)
def test_nothing_that_is_fetched_or_obeyed_is_left(text: str) -> None:
    assert not MARK.search(literal(text))
    assert literal(text).replace("\\", "") == text


def test_code_stays_code() -> None:
    assert literal("say `ask/<user>_1` first!") == "say `ask/<user>_1` first\\!"


@given(st.text(alphabet="`[]()!<>*_ab\\ "))
def test_outside_code_no_mark_has_a_meaning(text: str) -> None:
    outside = literal(text).split("`")[::2]
    assert not any(MARK.search(part) for part in outside)


@given(st.text(alphabet="`[]()!ab "))
def test_code_cannot_be_left(text: str) -> None:
    assert code(text).count("`") == 2


@pytest.mark.parametrize("ticks", ["`a```b`![x](u)`", "`a\n\n![x](u)`", "`a\r\r![x](u)`", "```"])
def test_backticks_that_could_be_paired_in_two_ways_are_no_marks(ticks: str) -> None:
    assert "`" not in literal(ticks)
    assert not MARK.search(literal(ticks))
