"""No file takes more than a gigabyte to read, and years of a real person's are read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.lake.archives import open_archive
from bio_lakehouse.sources import file_limits, parse
from bio_lakehouse.sources.delimited import header_line
from bio_lakehouse.sources.file_limits import MOST_REJECTED
from bio_lakehouse_tests.sources.conftest import CONTEXT, Read
from bio_lakehouse_tests.sources.large_files import (
    MEGABYTE,
    TRENDS_COLUMNS,
    heart_rates_csv,
    heart_rates_json,
    lines_after,
    read_in_a_child,
)

TRENDS = ",".join(TRENDS_COLUMNS)

REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "a header of commas": (lambda: "," * (90 * MEGABYTE), "a header of 94,371,841 columns"),
    "100 MB of commas": (lambda: "," * (100 * MEGABYTE), "has 100 MB; the most"),
    "one letter a line": (lambda: "a\n" * (20 * MEGABYTE), "no known file"),
    "a letter a row": (
        lambda: lines_after("timestamp;bpm;source", "a", 40 * MEGABYTE),
        "20,971,521 rows; the most",
    ),
    "a day again and again": (
        lambda: lines_after("date,Sleep Score", "2024-01-01,80", 90 * MEGABYTE),
        "rows; the most",
    ),
    "blanks": (lambda: " " * (90 * MEGABYTE) + "a", "a header of"),
    "one row": (lambda: "timestamp;bpm;source\n" + ";" * (90 * MEGABYTE), "characters in a line"),
    "lists in lists": (lambda: "[" + "[]," * (25 * MEGABYTE) + "[]]", "values; the most"),
    "field names": (
        lambda: "[{" + ",".join(f'"{n:x}":1' for n in range(3_700_000)) + "}]",
        "fields; the most",
    ),
    "too many heart rates": (lambda: heart_rates_json(1_270_000), "objects and lists; the most"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_large_is_refused_early(tmp_path: Path, name: str) -> None:
    make, words = REFUSED[name]
    file = tmp_path / "file.csv"
    file.write_text(make())
    outcome = read_in_a_child(file)
    print(f"{name}: {outcome.megabytes} MB in {outcome.seconds} s")
    assert words in outcome.refusal
    assert outcome.megabytes < 500


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (lambda: heart_rates_csv(1_100_000), 1_100_000),
        (lambda: heart_rates_csv(1_100_000, ","), 1_100_000),
        (lambda: heart_rates_json(1_100_000), 1_100_000),
        (lambda: lines_after(TRENDS, "2024-01-01,80" + ",ab" * 50, 110_000 * 164), 110_000),
    ],
    ids=["account export", "download by type", "answer", "trends"],
)
def test_ten_years_are_read_within_a_gigabyte(
    tmp_path: Path, make: Callable[[], str], rows: int
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(make())
    outcome = read_in_a_child(file)
    print(f"{outcome.megabytes} MB in {outcome.seconds} s")
    assert (outcome.rows, outcome.rejected) == (rows, 0)
    assert outcome.megabytes < 1024


def test_a_year_of_heart_rate_is_read(read: Read) -> None:
    parsed = read(heart_rates_csv(105_000))
    assert (len(parsed.records), parsed.rejected_count) == (105_000, 0)


def test_rejected_rows_are_counted_and_the_first_are_kept(read: Read) -> None:
    rows = [f"2024-01-01,{101 + number}" for number in range(5_000)]
    parsed = read("\n".join(["date,Sleep Score", "2023-12-31,80", *rows, "2024-01-02,81"]) + "\n")
    assert (parsed.row_count, len(parsed.records), parsed.rejected_count) == (5_002, 2, 5_000)
    assert [row.line for row in parsed.rejected] == list(range(3, 3 + MOST_REJECTED))


def test_the_row_that_comes_due_first_is_kept_among_many(read: Read) -> None:
    rows = ["2024-01-01,101"] * 2_000
    text = "\n".join(["date,Sleep Score", *rows, "2026-07-18,80", "2026-07-17,80", "2026-07-19,80"])
    due = [row.usable_from for row in read(text + "\n").rejected if row.usable_from]
    assert due == [date(2026, 7, 18), date(2026, 7, 17)]


def test_a_small_zip_of_very_much_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trends.csv", lines_after("date,Sleep Score", "2024-01-01,80", 64 << 20))
    assert len(packed.getvalue()) < MEGABYTE
    with open_archive(packed.getvalue(), "x.zip") as opened:
        (member,) = opened.members
        with pytest.raises(UnsupportedFile, match="200 times its packed size"):
            opened.read(member)


@given(st.binary(max_size=200), st.integers(0, 3))
def test_any_bytes_are_read_within_the_limits_or_refused(content: bytes, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_limits, "MOST_ROWS", most)
        try:
            parsed = parse("file", b"date,Sleep Score\n" + content, CONTEXT)
        except UnsupportedFile:
            return
    assert parsed.row_count <= most


@given(st.text(alphabet=" \t\r\nab,;", max_size=40))
def test_the_header_is_the_first_line_that_is_not_blank(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert header_line(text) == next((line for line in lines if line.strip()), "")
