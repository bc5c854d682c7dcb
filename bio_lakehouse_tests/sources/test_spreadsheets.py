"""Files that a spreadsheet saved again: read where no value can be mistaken, refused by name where
one was changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources import parse
from bio_lakehouse.sources.records import ParsedFile
from bio_lakehouse_tests.sources.conftest import CONTEXT, Read
from bio_lakehouse_tests.sources.test_oura_account_export import HEADER, ROW
from bio_lakehouse_tests.sources.test_peloton_csv import HEADER as PELOTON_HEADER
from bio_lakehouse_tests.sources.test_peloton_csv import RIDE

TRENDS = (
    "date,Sleep Score,Temperature Deviation (°C),Average HRV\n"
    "2023-12-26,77,-0.25,45\n2023-12-27,78,0.1,\n"
)
TYPE = (
    "day,score,contributors_deep_sleep,timestamp\n"
    "2024-06-01,78,91,2024-06-01T00:00:00+00:00\n2024-06-02,79,,\n"
)
HEART = "timestamp,bpm,source\n2024-06-01T08:03:11.000Z,58,rest\n2024-06-01T08:08:11Z,57,rest\n"
WORKOUTS = f"{PELOTON_HEADER}\n{RIDE}\n"
FILES = {"trends": TRENDS, "type": TYPE, "heart rate": HEART, "workouts": WORKOUTS}


def said(parsed: ParsedFile) -> list[tuple[str, str, int]]:
    """What the records say, without where it stood."""
    return [(record.dataset, record.key, hash(str(record.content))) for record in parsed.records]


def with_delimiter(text: str, delimiter: str) -> str:
    return text.replace(",", delimiter)


@given(
    st.sampled_from(sorted(FILES)),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.integers(0, 3),
    st.booleans(),
)
def test_however_a_known_file_is_saved_again_it_reads_the_same(
    name: str, delimiter: str, encoding: str, end: str, marked: bool, blanks: int, quoted: bool
) -> None:
    text = FILES[name]
    file_name = "oura_heartrate_2024-06-04T09-46-09.csv"
    before = parse(file_name, text.encode(), CONTEXT)
    rows = [row.split(",") for row in text.splitlines()]
    cells = [[f'"{cell}"' if quoted else cell for cell in row] + [""] * blanks for row in rows]
    lines = [delimiter.join(row) for row in cells]
    saved = end.join([f"sep={delimiter}", *lines] if marked else lines) + end
    after = parse(file_name, saved.encode(encoding), CONTEXT)
    assert said(after) == said(before)
    assert (after.origin, after.rejected, after.unknown_fields) == (
        before.origin,
        [],
        before.unknown_fields,
    )


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (with_delimiter(TRENDS, ";").encode(), "read with semicolons between its cells"),
        (with_delimiter(TYPE, "\t").encode(), "read with tabs between its cells"),
        (f"sep=,\r\n{TRENDS}".encode(), "the line `sep=` was passed over"),
        (TRENDS.replace("\n", ",,\n").encode(), "empty columns at the end were left out"),
        (TRENDS.encode("utf-16"), "read as UTF-16"),
        (TRENDS.encode("cp1252"), "read as Windows-1252"),
        (WORKOUTS.replace("30 min", "Café’s").encode("cp1252"), "read as Windows-1252"),
    ],
)
def test_what_was_assumed_is_said(read: Read, content: bytes, note: str) -> None:
    parsed = read(content)
    assert len(parsed.records) > 0
    assert any(text.startswith(note) for text in parsed.notes)
    assert len(parsed.notes) == 1


@pytest.mark.parametrize("text", [*FILES.values(), f"{HEADER}\n{ROW}\n"])
def test_a_file_as_it_was_downloaded_has_no_note(read: Read, text: str) -> None:
    assert read(text, "dailysleep.csv").notes == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date,Sleep Score\n7/11/2024,77\n8/11/2024,78\n", "a date reads '7/11/2024'"),
        ("date,Sleep Score\n11.07.24,77\n", "a date reads '11.07.24'"),
        ("date;Sleep Score\n2024/7/11;77\n", "a date reads '2024/7/11'"),
        (
            "timestamp,bpm,source\n6/1/2024 8:03,58,rest\n",
            "a date reads '6/1/2024 8:03'",
        ),
        (
            re.sub("([0-9]{4})-([0-9]{2})-([0-9]{2})", r"\2/\3/\1", WORKOUTS),
            r"a date reads '[0-9/]+ [0-9:]+ \([A-Z]+\)'",
        ),
        ("day;spo2_percentage\n2024-06-01;96,8\n", "a number reads '96,8'"),
        (with_delimiter(TRENDS, ";").replace("-0.25", "-0,25"), "with a decimal comma"),
        ('day,spo2_percentage\n2024-06-01,"96,8"\n', "with a decimal comma"),
        ("id;day;score;spo2_percentage\nx;2024-06-01;80;96,8\n", "with a decimal comma"),
        ("day;steps;score;low\n2024-06-01;9000;80;TRUE\n", "a cell reads 'TRUE'"),
        ("day\tsteps\tscore\n2024-06-01\t1.2E+04\t80\n", "shortened to '1.2E\\+04'"),
    ],
)
def test_values_that_a_spreadsheet_changed_are_refused_by_name(
    read: Read, text: str, words: str
) -> None:
    with pytest.raises(UnsupportedFile, match=f"was changed by a spreadsheet: .*{words}"):
        read(text, "file.csv")


def test_one_odd_cell_of_a_download_costs_its_row_alone(read: Read) -> None:
    parsed = read(TRENDS + "7/11/2024,77,,\n")
    assert (len(parsed.records), parsed.rejected[0].line) == (2, 4)


@pytest.mark.parametrize(
    "content",
    [
        TRENDS.encode() + "Café,,,".encode("cp1252"),
        b"date,Sleep Score\n2023-12-26,77\n2023-12-27,\xff\n",
        b'[{"day": "2023-12-26", "text": "Caf\xe9"}]',
        WORKOUTS.replace("30 min", "30 m\x8fn").encode("latin-1"),
    ],
    ids=["two encodings", "no letter", "JSON", "no Windows-1252"],
)
def test_what_may_be_another_encoding_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(UnsupportedFile, match="not UTF-8"):
        read(content)


@pytest.mark.parametrize(
    "text",
    [
        "date,Sleep Score,Total Sl",
        "date,Sleep Score,",
        "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Disc",
        "id;contributors;day;sco",
        "day,score,contributors_deep_sl",
    ],
)
def test_a_file_cut_inside_its_header_is_told(read: Read, text: str) -> None:
    with pytest.raises(UnsupportedFile, match="cut off inside its header"):
        read(text, "dailysleep.csv")


@pytest.mark.parametrize("text", ["date,Sleep Score", "id;contributors;day;score;timestamp"])
def test_a_header_without_rows_is_none_that_was_cut(read: Read, text: str) -> None:
    assert read(text, "dailysleep.csv").row_count == 0
