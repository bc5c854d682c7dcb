"""A large file says in parts what it says at once."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources import file_limits, parse, parse_in_parts, parts
from bio_lakehouse.sources.contents import Content
from bio_lakehouse.sources.parts import together
from bio_lakehouse.sources.records import ParsedFile, Record
from bio_lakehouse_tests.sources.conftest import CONTEXT
from bio_lakehouse_tests.sources.large_files import heart_rates_csv
from bio_lakehouse_tests.sources.test_oura_account_export import HEADER, ROW, doubled

EXPORT = "\n".join([HEADER, *[ROW, doubled(ROW)] * 30]) + "\n"
READINGS = heart_rates_csv(400)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a kilobyte."""
    monkeypatch.setattr(parts, "AT_ONCE", 2_000)
    monkeypatch.setattr(parts, "PART", 1_000)
    monkeypatch.setattr(parts, "_HEAD", 500)


def in_parts(content: bytes, name: str = "heartrate.csv") -> tuple[ParsedFile, list[Record], int]:
    """What the parts say together, their records, and how many there were."""
    found = list(parse_in_parts(name, Content.of(content), CONTEXT))
    records = [record for part in found for record in part.records]
    return reduce(together, found), records, len(found)


def same_as_at_once(content: bytes, name: str = "heartrate.csv") -> int:
    whole = parse(name, content, CONTEXT)
    summary, records, count = in_parts(content, name)
    assert records == whole.records
    assert replace(summary, records=()) == replace(whole, records=())
    return count


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("text", [EXPORT, READINGS, heart_rates_csv(400, ",")])
def test_parts_say_what_the_whole_says(text: str, ending: str) -> None:
    content, name = (
        text.replace("\n", ending).encode(),
        "dailysleep.csv" if text == EXPORT else "heartrate.csv",
    )
    assert same_as_at_once(content, name) > 5
    assert same_as_at_once(b"\xef\xbb\xbf\r\n" + content + b"\n\n", name) > 5


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    "row", ["2026-01-01T00:00:00Z;900;awake", 'a;"b;c', "x", "2030-01-01T00:00:00Z;60;rest"]
)
def test_a_bad_row_costs_itself_in_every_part(row: str) -> None:
    lines = READINGS.splitlines()
    for place in (1, 30, 200, 380):
        lines.insert(place, row)
    assert same_as_at_once("\n".join(lines).encode() + b"\n") > 5


@pytest.mark.usefixtures("small_parts")
def test_of_very_many_bad_rows_the_first_and_the_next_due_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "MOST_REJECTED", 10)
    rows = ["2026-01-01T00:00:00Z;900;awake"] * 200 + ["2026-07-20T20:00:00Z;60;rest"]
    summary, records, _ = in_parts("\n".join(["timestamp;bpm;source", *rows]).encode())
    assert (records, summary.row_count, summary.rejected_count) == ([], 201, 201)
    assert [row.line for row in summary.rejected] == [*range(2, 12), 202]
    assert summary.rejected[-1].usable_from == date(2026, 7, 20)


@pytest.mark.usefixtures("small_parts")
def test_a_file_that_was_cut_off_is_refused_at_its_end() -> None:
    content = heart_rates_csv(400, ",").rstrip().encode()[:-12]
    with pytest.raises(UnsupportedFile, match="was cut off: line 401"):
        in_parts(content)


@settings(max_examples=20)
@given(st.integers(2_000, 14_000), st.integers(900, 1_500))
def test_wherever_it_is_cut_every_row_is_there_once(size: int, part: int) -> None:
    content = READINGS.encode()
    content = content[: content.rfind(b"\n", 0, size) + 1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "AT_ONCE", 1_500)
        patch.setattr(parts, "PART", part)
        same_as_at_once(content)


def test_what_cannot_be_read_in_parts_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_limits, "LARGEST_AT_ONCE", 1_000)
    monkeypatch.setattr(parts, "AT_ONCE", 1_000)
    content = b"date,Sleep Score\n" + b"2026-01-01,70\n" * 200
    read: list[int] = []

    class Counted(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            got = super().read(size)
            read.append(len(got))
            return got

    with pytest.raises(UnsupportedFile, match="the most that is read of a file of its kind"):
        list(parse_in_parts("t.csv", Content(200 << 20, lambda: Counted(content)), CONTEXT))
    assert sum(read) <= 1 << 16


@pytest.mark.usefixtures("small_parts")
def test_one_endless_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_limits, "LONGEST_LINE", 5_000)
    content = READINGS.encode() + b"1" * 50_000
    with pytest.raises(UnsupportedFile, match="characters in a line"):
        in_parts(content)
