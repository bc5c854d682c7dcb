"""Oura's trends CSV: its misspelt, repeated and reordered headers, and its two units of time."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.declared_fields import canonical_header
from bio_lakehouse.sources.oura.fields import API_FIELDS, TRENDS_FIELDS
from bio_lakehouse_tests.sources.conftest import Read

HEADER_2020 = (
    "date,Sleep Score,Total Sleep Score,REM Sleep Score,Deep Sleep Score,Sleep Efficiency "
    "Score,Restfulness Score,Sleep Latency Score,Sleep Timing Score,Total Bedtime,Total Sleep "
    "Time,Awake Time,REM Sleep Time,Light Sleep Time,Deep Sleep Time,Restless Sleep,Sleep "
    "Efficiency,Sleep Latency,Sleep Timing,Sleep Timing,Bedtime Start,Bedtime End,Average Resting "
    "Heart Rate,Lowest Resting Heart Rate,Average HRV,Temperature Deviation (°C),Respiratory "
    "Rate,Activity Score,Inactive Time,Rest Time,Low Activity Time,Medium Activity Time,High "
    "Activity Time,Non-wear Time"
)
ROW_2020 = (
    "2020-03-05,70,72,35,90,95,50,70,100,27000,24000,2700,2400,14400,7200,40,89,300,13200,,"
    "2020-03-04T22:10:00-08:00,2020-03-05T05:40:00-08:00,57.5,47,61,-0.25,13.5,85,690,504,234,12,0,0"
)
TIMES = (
    "Inactive Time,Rest Time,Low Activity Time,Medium Activity Time,High Activity Time,Non-wear "
    "Time"
)


def file_of(header: str, *rows: str, end: str = "\n") -> str:
    return "\n".join((header, *rows)) + end


def test_a_row_is_kept_once_with_its_headers_as_they_stand(read: Read) -> None:
    parsed = read(
        file_of("date,Sleep Timin Score,Total Bedtime ,Sleep Score", "2023-12-26,90,30844,77")
    )
    (record,) = parsed.records
    assert (parsed.source, parsed.origin, parsed.datasets) == (
        "oura",
        "trends_export",
        ("oura/trends",),
    )
    assert (record.key, record.day, record.line) == ("2023-12-26", date(2023, 12, 26), 2)
    assert record.content == {
        "date": "2023-12-26",
        "Sleep Timin Score": "90",
        "Total Bedtime ": "30844",
        "Sleep Score": "77",
    }
    assert parsed.unknown_fields == ()


def test_a_repeated_header_keeps_both_cells(read: Read) -> None:
    parsed = read(file_of(HEADER_2020, ROW_2020))
    (record,) = parsed.records
    assert (record.content["Sleep Timing"], record.content["Sleep Timing (2)"]) == ("13200", "")
    assert len(record.content) == len(ROW_2020.split(","))
    assert record.hints == {"activity_time_unit": "min"}
    assert parsed.unknown_fields == ()


@pytest.mark.parametrize(
    "header",
    [
        "Temperature Deviation (°C)",
        "Temperature Deviation",
        "temperature  deviation (°c) ",
        " Temperature Deviation (C)",
    ],
)
def test_headers_are_told_by_what_does_not_vary(read: Read, header: str) -> None:
    parsed = read(
        file_of(f"DATE,Sleep Score,{header}", "2023-12-26,77,-0.07", "2023-12-27,77,warm")
    )
    assert parsed.unknown_fields == ()
    assert [row.line for row in parsed.rejected] == [3]


def test_every_silver_column_of_a_night_has_its_trends_header() -> None:
    derived = {"period_id", "type"}
    for dataset, fields in TRENDS_FIELDS.items():
        own = {field.column: field for field in fields}
        declared = {field.column: field for field in API_FIELDS[dataset]}
        assert declared.keys() - own.keys() == (derived if dataset == "oura/sleep" else set())
        for column in own.keys() & declared.keys():
            one, other = own[column], declared[column]
            assert (one.type, one.comment, one.minimum, one.maximum) == (
                other.type,
                other.comment,
                other.minimum,
                other.maximum,
            )


def test_no_header_means_two_columns() -> None:
    headers = [
        header for fields in TRENDS_FIELDS.values() for field in fields for header in field.headers
    ]
    assert len(headers) == len(set(headers))


@pytest.mark.parametrize(
    ("rows", "unit"),
    [
        (["2023-12-26,15000,32820,28800,8400,1140,240"], "s"),
        (["2020-03-04,690,504,234,12,0,0"], "min"),
        (["2020-03-08,630,504,234,12,0,0"], "min"),
        (["2020-11-01,0,0,0,0,0,1500"], "min"),
        (["2023-12-26,240,600,0,0,0,60", "2023-12-25,15000,32820,28800,8400,1140,240"], "s"),
        (["2023-12-26,240,600,0,0,0,60"], None),
        (["2023-12-26,,None,,,,"], None),
        (["nonsense,690,504,234,12,0,x", "2020-03-05,690,504,234,12,0,0"], "min"),
    ],
    ids=[
        "seconds",
        "minutes",
        "short day",
        "long day not worn",
        "partial first",
        "partial only",
        "empty",
        "bad row",
    ],
)
def test_the_unit_of_activity_times_is_told_by_the_file(
    read: Read, rows: list[str], unit: str | None
) -> None:
    parsed = read(file_of(f"date,{TIMES},Sleep Score", *(f"{row},77" for row in rows)))
    assert {record.hints.get("activity_time_unit") for record in parsed.records} == {unit}


def test_the_unit_stays_open_where_a_column_is_missing(read: Read) -> None:
    parsed = read(file_of("date,Sleep Score,Inactive Time,Rest Time", "2020-03-04,77,690,750"))
    assert parsed.records[0].hints == {}
    assert read(file_of("date,Sleep Score,Rest Time", "2020-03-04,77,32820")).records[0].hints == {
        "activity_time_unit": "s"
    }


def test_none_and_empty_cells_are_unknown(read: Read) -> None:
    assert (
        read(
            file_of("date,Sleep Score,Average HRV,Bedtime Start", "2023-12-26,None,,None")
        ).rejected
        == []
    )


@pytest.mark.parametrize("stamp", ["2019-01-24T22:39:08-06:00", "2023-12-25T23:03:01.000+02:00"])
def test_both_writings_of_bed_times_are_read(read: Read, stamp: str) -> None:
    assert (
        len(read(file_of("date,Sleep Score,Bedtime Start", f"2023-12-26,77,{stamp}")).records) == 1
    )


def test_partial_rows_of_one_day_are_both_kept_in_file_order(read: Read) -> None:
    parsed = read(
        file_of(
            "date,Sleep Score,Steps", "2023-12-26,77,9000", "2023-12-27,80,", "2023-12-26,,9100"
        )
    )
    assert [(record.key, record.line) for record in parsed.records] == [
        ("2023-12-26", 2),
        ("2023-12-27", 3),
        ("2023-12-26", 4),
    ]
    assert parsed.coverage == (date(2023, 12, 26), date(2023, 12, 27))


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ("2023-12-26,177,,", "Sleep Score", "'177'; it must be 0 to 100"),
        ("2023-12-26,77,-60,", "Awake Time", "it must be 0 to"),
        ("2023-12-26,77,,2023-12-25 at ten", "Bedtime Start", "not a time with its UTC offset"),
        (",77,,", "date", "date is missing"),
        ("26.12.2023,77,,", "date", "not a calendar day"),
        ("2014-12-31,77,,", "date", "before 2015-01-01"),
        ("2023-12-26,77", None, "2 cells, the header has 4"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_field(
    read: Read, row: str, field: str | None, words: str
) -> None:
    parsed = read(
        file_of(
            "date,Sleep Score,Awake Time,Bedtime Start",
            "2023-12-25,80,60,",
            row,
            "2023-12-27,80,60,",
        )
    )
    (rejected,) = parsed.rejected
    assert (rejected.line, rejected.field, rejected.raw, len(parsed.records)) == (3, field, row, 2)
    assert words in rejected.reason


def test_a_file_that_was_cut_off_is_refused(read: Read) -> None:
    with pytest.raises(UnsupportedFile, match="cut off: line 3"):
        read(file_of("date,Sleep Score,Steps", "2023-12-26,77,9000", "2023-12-27,8", end=""))


@pytest.mark.parametrize(
    "header", ["date,Steps", "date,Steps,Total Burn", "Sleep Score,Steps", "date,Mood"]
)
def test_another_apps_days_are_not_taken_for_trends(read: Read, header: str) -> None:
    with pytest.raises(UnsupportedFile, match="no known file"):
        read(file_of(header, "2023-12-26,1,2"))


def test_a_new_column_is_reported_as_it_stands(read: Read) -> None:
    assert read(file_of("date,Sleep Score,Dream Score ", "2023-12-26,77,12")).unknown_fields == (
        "Dream Score ",
    )


def test_the_real_export_feeds_every_column_in_any_order(read: Read, shared: Path) -> None:
    text = (shared / "real/oura/trends_54_columns.csv").read_text()
    parsed = read(text)
    assert (len(parsed.records), parsed.rejected, parsed.unknown_fields) == (2, [], ())
    assert parsed.records[0].hints == {"activity_time_unit": "s"}
    found = {canonical_header(name) for name in parsed.records[0].content}
    unfed = {
        f.column for fields in TRENDS_FIELDS.values() for f in fields if not found & set(f.headers)
    }
    assert unfed == {"contributor_sleep_regularity"}
    turned = io.StringIO()
    csv.writer(turned).writerows(row[::-1] for row in csv.reader(io.StringIO(text)))
    assert [record.content for record in read(turned.getvalue()).records] == [
        r.content for r in parsed.records
    ]
