"""Sound files of each format, damaged as editors, spreadsheets and torn downloads do: every row is
a record within its bounds or has a reason, or the file is refused in clear words."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources import parse
from bio_lakehouse.sources.peloton.fields import WORKOUTS
from bio_lakehouse_tests.fuzzing.clear_words import unclear
from bio_lakehouse_tests.fuzzing.promises import broken_promises
from bio_lakehouse_tests.fuzzing.seeds import SEEDS, Seed
from bio_lakehouse_tests.fuzzing.sound_files import activity, period, sleep
from bio_lakehouse_tests.sources.conftest import CONTEXT

SMALL = {
    name: tuple(one for one in seeds if len(one.content) < 5_000) for name, seeds in SEEDS.items()
}
CELLS = st.sampled_from(
    (
        "",
        "None",
        "NaN",
        "1e30",
        "1e308",
        "-1",
        "0",
        "1,5",
        "TRUE",
        "7/11/2024",
        "=1+1",
        "2026-02-30",
        "{}",
        '{"a": 1',
        "[1]",
        '"',
        '""',
        "\x1c5",
        "5\xa0",
        "\u0665",
        "🚴",
        "\u202e",
        "x" * 300,
        "2100-01-01",
        "12:00",
        "-0",
    )
) | st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | CELLS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)
KINDS = st.sampled_from(sorted(SMALL))
UNPRINTABLE = "signs that cannot be printed"
"""A refusal may quote the file; where it is shown, such signs are escaped."""


def held(name: str, content: bytes) -> None:
    """Read it, and hold what comes of it to what is promised."""
    refused = ""
    try:
        faults = list(broken_promises(parse(name, content, CONTEXT), CONTEXT))
    except UnsupportedFile as refusal:
        refused = str(refusal)
        faults = [one for one in unclear(refused, name) if one != UNPRINTABLE]
    assert faults == [], refused


@st.composite
def damaged_rows(draw: st.DrawFn) -> Seed:
    """A table whose cells, columns and lines were changed."""
    kind = draw(st.sampled_from(["workouts", "export", "download", "trends"]))
    seed = draw(st.sampled_from(SMALL[kind]))
    mark = ";" if kind == "export" else ","
    rows = [line.split(mark) for line in seed.content.decode().splitlines()]
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.integers(0, len(rows) - 1))
        place = draw(st.integers(0, len(rows[row]) - 1)) if rows[row] else 0
        how = draw(st.sampled_from(["cell", "cut", "double", "line", "drop", "column", "turn"]))
        if how == "cell" and rows[row]:
            rows[row][place] = draw(CELLS)
        elif how == "cut":
            del rows[row][place:]
        elif how == "double":
            rows = [[*one[:place], *one[place : place + 1], *one[place:]] for one in rows]
        elif how == "line":
            rows.insert(row, list(rows[row]))
        elif how == "drop" and len(rows) > 1:
            del rows[row]
        elif how == "column":
            rows = [one[:place] + one[place + 1 :] for one in rows]
        elif how == "turn":
            rows = [one[::-1] for one in rows]
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = ending.join(mark.join(row) for row in rows) + draw(st.sampled_from(["", ending]))
    return Seed(seed.name, text.encode("utf-8", "replace"))


@settings(max_examples=150)
@given(damaged_rows())
def test_a_damaged_table_is_read_within_bounds_or_told(damaged: Seed) -> None:
    held(damaged.name, damaged.content)


@settings(max_examples=150)
@given(
    st.sampled_from([sleep(), period(), activity()]),
    st.data(),
    st.sampled_from(["daily_sleep.json", "sleep.json", "daily_activity.json"]),
)
def test_a_damaged_answer_is_read_within_bounds_or_told(
    record: dict[str, object], data: st.DataObject, name: str
) -> None:
    changed = dict(record)
    for field in data.draw(st.lists(st.sampled_from(sorted(record)), min_size=1, max_size=3)):
        if data.draw(st.booleans()):
            changed[field] = data.draw(VALUES)
        else:
            changed.pop(field, None)
    held(name, json.dumps({"data": [record, changed], "next_token": None}).encode())


@settings(max_examples=150)
@given(KINDS, st.data())
def test_flipped_and_moved_bytes_are_read_within_bounds_or_told(
    kind: str, data: st.DataObject
) -> None:
    seed = data.draw(st.sampled_from(SMALL[kind]))
    content = bytearray(seed.content)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    start = data.draw(st.integers(0, len(content)))
    held(seed.name, bytes(content) + bytes(content[start:]))


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_every_seed_is_sound(kind: str) -> None:
    for seed in SEEDS[kind]:
        parsed = parse(seed.name, seed.content, CONTEXT)
        assert parsed.records
        assert list(broken_promises(parsed, CONTEXT)) == []


def test_a_broken_promise_is_found() -> None:
    parsed = parse("workouts.csv", SEEDS["workouts"][0].content, CONTEXT)
    (first, *_) = parsed.records
    assert first.dataset == WORKOUTS
    first.content["Total Output"] = "1e30"
    assert list(broken_promises(parsed, CONTEXT)) == ["Total Output is '1e30'"]
    first.content["Total Output"] = math.inf
    with pytest.raises(ValueError, match="not JSON compliant"):
        list(broken_promises(parsed, CONTEXT))
