"""Answers as they are printed: every value in its column, no command to terminal or spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bio_lakehouse import answers, display, terminal
from bio_lakehouse.answers import print_answer
from bio_lakehouse.engines import plain_rows
from bio_lakehouse.engines.plain_rows import distinct_names

TWO_SCORES = pa.Table.from_arrays(
    [pa.array([date(2026, 3, 1)]), pa.array([80]), pa.array([92])], names=["day", "score", "score"]
)
NASTY = ("=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def show(rows: pa.Table, layout: str, width: int = 80) -> str:
        console = Console(soft_wrap=False, emoji=False, width=width)
        monkeypatch.setattr(answers, "OUT", console)
        print_answer(rows, layout)
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("layout", ["table", "csv", "json"])
def test_two_columns_of_one_name_keep_their_values(printed: Any, layout: str) -> None:
    text = printed(TWO_SCORES, layout)

    assert "80" in text
    assert "92" in text


def test_names_that_repeat_are_kept_in_csv_and_renamed_in_json(printed: Any) -> None:
    assert printed(TWO_SCORES, "csv").splitlines()[0] == "day,score,score"
    assert json.loads(printed(TWO_SCORES, "json")) == [
        {"day": "2026-03-01", "score": 80, "score_2": 92}
    ]


def test_renaming_for_json_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(TWO_SCORES, "json")

    assert capsys.readouterr().err == "Columns share a name; the later ones are called score_2.\n"


@given(st.lists(st.sampled_from(["score", "score_2", "score_3", "day", ""]), max_size=8))
def test_renamed_columns_are_all_there_once(names: list[str]) -> None:
    distinct = distinct_names(names)

    assert len(set(distinct)) == len(names)
    first_of_name = {name: names.index(name) for name in names}
    assert all(distinct[position] == name for name, position in first_of_name.items())


def test_csv_lines_end_as_unix_has_them(printed: Any) -> None:
    assert printed(TWO_SCORES, "csv") == "day,score,score\n2026-03-01,80,92\n"


def test_no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers(printed: Any) -> None:
    rows = pa.table({"=x": list(NASTY), "n": [-1.5] * len(NASTY)})

    header, *lines = csv.reader(io.StringIO(printed(rows, "csv"), newline=""))

    assert header == ["'=x", "n"]
    assert [line[0] for line in lines] == [f"'{text}" for text in NASTY]
    assert {line[1] for line in lines} == {"-1.5"}


@given(
    st.recursive(
        st.floats() | st.none() | st.text() | st.booleans(),
        lambda inner: st.lists(inner),
        max_leaves=5,
    )
)
def test_json_has_no_number_that_json_does_not_know(value: Any) -> None:
    json.dumps(plain_rows.json_value(value), allow_nan=False)


def test_what_is_not_finite_is_null_in_json(printed: Any) -> None:
    rows = pa.table({"x": [math.nan, math.inf, 1.5], "y": [[math.nan], [1.0], None]})

    assert json.loads(printed(rows, "json")) == [
        {"x": None, "y": [None]},
        {"x": None, "y": [1.0]},
        {"x": 1.5, "y": None},
    ]


@given(st.text())
def test_no_text_commands_a_terminal(text: str) -> None:
    seen = terminal.visible(text)

    assert len(seen) == len(text)
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in seen)


@pytest.mark.parametrize("escape", ["\x1b]0;pwned\x07", "\x1b[2J", "\x9b31m", "\u202etitle"])
def test_escapes_of_a_title_do_not_reach_the_terminal(printed: Any, escape: str) -> None:
    text = printed(pa.table({escape: [f"30 min {escape} Ride"]}), "table")

    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert "Ride" in text


def test_texts_are_shown_letter_by_letter(printed: Any) -> None:
    text = printed(pa.table({"[bold]": [":100: [red]Ride[/]"]}), "table")

    assert ":100: [red]Ride[/]" in text
    assert "[bold]" in text


def test_pictures_stand_for_no_words_anywhere() -> None:
    assert display.OUT is terminal.OUT
    with display.OUT.capture() as shown:
        display.OUT.print(terminal.escape(":100: [red]\x1b[2J"))
    assert shown.get() == ":100: [red]\N{REPLACEMENT CHARACTER}[2J\n"


def wide(rows: int, columns: int = 40) -> pa.Table:
    return pa.table({f"column_{number}": [1000 + number] * rows for number in range(columns)})


def test_few_rows_that_are_too_wide_are_shown_a_record_at_a_time(printed: Any) -> None:
    text = printed(wide(rows=2), "table")

    assert "row 1 of 2" in text
    assert "row 2 of 2" in text
    assert all(f"column_{number}" in text for number in range(40))
    assert text.count("1039") == 2


def test_many_rows_that_are_too_wide_show_the_first_columns_and_how_many_more(printed: Any) -> None:
    text = printed(wide(rows=50), "table")

    assert text.count("1000") == 50
    assert "column_39" not in text
    shown = text.count("column_")
    assert f"50 rows; {40 - shown} more columns do not fit" in text
    assert "--format csv" in text
    assert max(map(len, text.splitlines()[:50])) <= 80


def test_numbers_and_times_are_readable(printed: Any) -> None:
    rows = pa.table(
        {
            "mean": [217 / 3, -0.00000123],
            "at": [datetime.fromisoformat("2026-03-01 06:30"), None],
            "list": [[1.0 / 3], None],
        }
    )

    text = printed(rows, "table")

    assert "72.3333 " in text
    assert "-1.23e-6" in text
    assert "2026-03-01 06:30:00 " in text
    assert "[0.3333]" in text
    assert "72.33333333333333" in printed(rows, "csv")
