"""Peloton's workout CSV: each trap that real downloads hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse_tests.sources.conftest import Read

HEADER = (
    "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness "
    "Discipline,Type,Title,Class Timestamp,Total Output,Avg. Watts,Avg. Resistance,Avg. Cadence "
    "(RPM),Avg. Speed (mph),Distance (mi),Calories Burned,Avg. Heartrate,Avg. Incline,Avg. Pace "
    "(min/mi)"
)
RIDE = (
    "2021-04-17 12:29 (PDT),On Demand,Ana Muster,30,Cycling,Theme,30 min Test Ride,2021-04-10 "
    "08:00 (PDT),208,116,45%,67,15.58,7.79,282,136.62,,"
)


def file_of(*rows: str, header: str = HEADER, end: str = "\n") -> str:
    return "\n".join((header, *rows)) + end


def ride(**changes: str) -> str:
    cells = dict(zip(HEADER.split(","), RIDE.split(","), strict=True))
    return ",".join(
        (cells | {name.replace("_", " "): value for name, value in changes.items()}).values()
    )


def test_a_row_becomes_a_record(read: Read) -> None:
    parsed = read(file_of(RIDE))
    (record,) = parsed.records
    assert (parsed.source, parsed.origin, parsed.datasets) == (
        "peloton",
        "csv_export",
        ("peloton/workouts",),
    )
    assert record.key == "2021-04-17T12:29|Cycling"
    assert record.hints == {
        "started_at": "2021-04-17T19:29:00Z",
        "started_at_local": "2021-04-17T12:29:00",
    }
    assert record.day == date(2021, 4, 17)
    assert record.line == 2
    assert record.content == dict(zip(HEADER.split(","), RIDE.split(","), strict=True))
    assert parsed.unknown_fields == ()


@pytest.mark.parametrize(
    "text",
    [
        file_of(RIDE, end=""),
        file_of(RIDE).replace("\n", "\r\n"),
        "\ufeff" + file_of(RIDE),
        file_of("", RIDE, "", ""),
    ],
    ids=["no last newline", "CRLF", "BOM", "blank lines"],
)
def test_line_ends_and_byte_order_marks_do_not_matter(read: Read, text: str) -> None:
    (record,) = read(text).records
    assert record.content["Workout Timestamp"] == "2021-04-17 12:29 (PDT)"
    assert record.content["Avg. Pace (min/mi)"] == ""


def test_label_type_title_and_length_are_no_part_of_the_identity(read: Read) -> None:
    later = ride(
        Workout_Timestamp="2021-04-17 12:29 (PST)", Type="Music", Title="30 min Test Ride (Encore)"
    )
    (one,), (other,) = read(file_of(RIDE)).records, read(file_of(later)).records
    assert one.key == other.key
    assert one.content != other.content


def test_two_workouts_of_one_start_are_two_in_the_order_of_length_and_title(read: Read) -> None:
    rows = [
        ride(Title="B"),
        ride(Title="A"),
        ride(Title="C", **{"Length (minutes)": "5"}),
    ]
    start = "2021-04-17T12:29|Cycling"
    for given in (rows, rows[::-1], rows * 2):
        titles = {record.key: record.content["Title"] for record in read(file_of(*given)).records}
        assert titles == {start: "C", f"{start}|#2": "A", f"{start}|#3": "B"}


@pytest.mark.parametrize(
    "starts",
    [
        ("2024-11-03 01:30 (PDT)", "2024-11-03 01:30 (PST)"),
        ("2024-11-03 08:30 (UTC)", "2024-11-03 09:30 (UTC)"),
    ],
)
def test_workouts_in_the_hour_that_autumn_repeats_are_two(
    read: Read, starts: tuple[str, str]
) -> None:
    outputs = ("200", "210")
    rows = [
        ride(Workout_Timestamp=start, Total_Output=output)
        for start, output in zip(starts, outputs, strict=True)
    ]
    found = {record.key: record.content["Total Output"] for record in read(file_of(*rows)).records}
    assert found == {"2024-11-03T01:30|Cycling": "200", "2024-11-03T01:30|Cycling|#2": "210"}


@pytest.mark.parametrize(
    "changed",
    [
        {"Workout_Timestamp": "2021-04-17 12:30 (PDT)"},
        {"Fitness_Discipline": "Yoga"},
    ],
)
def test_start_and_discipline_are_the_identity(read: Read, changed: dict[str, str]) -> None:
    one, other = read(file_of(RIDE, ride(**changed))).records
    assert one.key != other.key


def test_both_kinds_of_label_mix_in_one_file(read: Read) -> None:
    rows = (
        ride(Workout_Timestamp="2021-01-02 07:00 (PST)"),
        ride(Workout_Timestamp="2021-01-03 07:00 (-08)"),
    )
    assert [record.day.day for record in read(file_of(*rows)).records] == [2, 3]


@pytest.mark.parametrize(
    ("cell", "field", "words"),
    [
        ("2021-02-30 12:29 (PST)", "Workout Timestamp", "not a calendar day"),
        ("2021-04-17 25:00 (PDT)", "Workout Timestamp", "time of day '25:00'"),
        ("17/04/2021 12:29", "Workout Timestamp", "not a time"),
        ("", "Workout Timestamp", "missing"),
        ("2014-12-31 12:29 (PST)", "Workout Timestamp", "before 2015-01-01"),
        ("2026-07-16 12:29 (PDT)", "Workout Timestamp", "after 2026-07-15"),
    ],
)
def test_a_bad_start_rejects_its_row_alone(read: Read, cell: str, field: str, words: str) -> None:
    parsed = read(file_of(RIDE, ride(Workout_Timestamp=cell), RIDE))
    (rejected,) = parsed.rejected
    assert (rejected.line, rejected.field, len(parsed.records)) == (3, field, 2)
    assert words in rejected.reason
    assert rejected.raw == ride(Workout_Timestamp=cell)


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("Length (minutes)", "-30", "it must be 0 to"),
        ("Length (minutes)", "half an hour", "not a number"),
        ("Total Output", "1,5e", "not a number"),
        ("Avg. Heartrate", "nano", "not a number"),
        ("Avg. Watts", "1e999", "not a number"),
        ("Avg. Resistance", "41%%", "not a number"),
        ("Avg. Cadence (RPM)", "1_0", "not a number"),
    ],
)
def test_an_unreadable_measure_rejects_its_row_and_names_the_field(
    read: Read, header: str, cell: str, words: str
) -> None:
    quoted = f'"{cell}"'
    parsed = read(file_of(ride(**{header: quoted}), RIDE))
    (rejected,) = parsed.rejected
    assert (rejected.line, rejected.field, len(parsed.records)) == (2, header, 1)
    assert words in rejected.reason
    assert repr(cell) in rejected.reason


@pytest.mark.parametrize(
    "row",
    [
        ride(**{"Length (minutes)": "None"}),
        ride(**{"Length (minutes)": "0"}),
        ride(**{"Length (minutes)": ""}),
        (
            "2021-05-01 07:10 (PDT),On Demand,Ana Muster,20,Strength,Core,20 min Core,2021-04-28 "
            "09:00 (PDT),,,,,,,,,,"
        ),
        (
            "2021-05-01 07:10 (PDT),On Demand,Ana Muster,20,Yoga,Flow,20 min Flow,2021-04-28 09:00 "
            "(PDT),,,,,,,,101.55,,"
        ),
        (
            "2021-05-01 07:10 (PDT),On Demand,Ana Muster,30,Cycling,Music,30 min,2021-04-28 09:00 "
            "(PDT),0,0,27%,0,0,0,0,,,"
        ),
        (
            "2021-05-01 07:10 (PDT),On Demand,Ana Muster,45,Bike Bootcamp,Full Body,45 "
            "min,,180,,,,15.2,6.1,400,,,"
        ),
        "2021-05-01 07:10 (PDT),,,30,Cycling,,30 min Just Ride,,150,84,80%,38,12.0,6.0,200,,,",
        "2021-05-01 07:10 (PDT),,,30,Cycling,,Lanebreak,,150,84,93%,45,12.0,6.0,200,,,",
        (
            "2021-05-01 07:10 (PDT),On Demand,'Ana & Ben  ',30,caesar_bootcamp,Music,30 min "
            "Row,,150,84,,,,,200,,,"
        ),
        "2021-05-01 07:10 (PDT),On Demand,Ana Muster,30,Underwater Chess,,30 min Chess,,,,,,,,,,,",
    ],
)
def test_unusual_rows_are_accepted_as_they_stand(read: Read, row: str) -> None:
    (record,) = read(file_of(row)).records
    assert list(record.content.values()) == row.split(",")


def test_text_is_quoted_as_in_rfc_4180(read: Read) -> None:
    row = RIDE.replace("30 min Test Ride", '"  30 min ""XOXO"", Test "')
    (record,) = read(file_of(row)).records
    assert record.content["Title"] == '  30 min "XOXO", Test '


def test_a_quoted_title_may_run_over_lines(read: Read) -> None:
    row = RIDE.replace("30 min Test Ride", '"30 min\nTest Ride"')
    first, second = read(file_of(row, RIDE)).records
    assert first.content["Title"] == "30 min\nTest Ride"
    assert (first.line, second.line) == (2, 4)


def test_a_stray_quote_costs_its_own_row_only(read: Read) -> None:
    parsed = read(file_of(RIDE, RIDE.replace("30 min Test Ride", '"30 min Test Ride'), RIDE, RIDE))
    assert [record.line for record in parsed.records] == [2, 4, 5]
    assert [(row.line, row.reason) for row in parsed.rejected] == [
        (3, "a quote is opened and never closed")
    ]


def test_exact_duplicates_share_their_key_and_are_all_counted(read: Read) -> None:
    parsed = read(file_of(*[RIDE] * 16))
    assert parsed.row_count == 16
    assert len({record.key for record in parsed.records}) == 1


def test_metric_members_and_old_spellings_are_known(read: Read) -> None:
    metric = (
        HEADER.replace("(mph)", "(kph)").replace("(mi)", "(km)").replace("(min/mi)", "(min/km)")
    )
    old = (
        HEADER.replace("(mph)", "(MPH)")
        .replace("(mi)", "(miles)")
        .replace("(min/mi)", "(min/mile)")
    )
    for header in (metric, old):
        parsed = read(file_of(RIDE, ride(**{"Avg. Speed (mph)": "-1"}), header=header))
        assert parsed.unknown_fields == ()
        assert len(parsed.records) == 1
        assert "Avg. Speed" in str(parsed.rejected[0].field)


def test_columns_are_matched_by_name_and_an_unknown_one_is_reported(read: Read) -> None:
    header = "Title,Mood,Fitness Discipline,Workout Timestamp"
    parsed = read(file_of("Ride,good,Cycling,2021-04-17 12:29 (PDT)", header=header))
    assert parsed.unknown_fields == ("Mood",)
    assert parsed.records[0].key == "2021-04-17T12:29|Cycling"
    assert parsed.records[0].content["Mood"] == "good"


def test_rows_without_a_time_of_day_are_told_apart_by_all_that_they_say(read: Read) -> None:
    header = "Workout Timestamp,Fitness Discipline,Title,Total Output"
    rows = [
        "2018-03-01,Cycling,Ride,200",
        "2018-03-01,Cycling,Ride,210",
        "2018-03-01,Cycling,Ride,200",
    ]
    keys = [record.key for record in read(file_of(*rows, header=header)).records]
    assert keys == [
        "2018-03-01|Cycling",
        "2018-03-01|Cycling|#2",
        "2018-03-01|Cycling",
    ]


@pytest.mark.parametrize("missing", ["Workout Timestamp", "Fitness Discipline"])
def test_a_file_without_an_identifying_column_is_refused(read: Read, missing: str) -> None:
    with pytest.raises(UnsupportedFile, match=missing):
        read(file_of(RIDE, header=HEADER.replace(missing, "Something Else")))


def test_a_row_of_another_width_is_rejected(read: Read) -> None:
    parsed = read(file_of(RIDE, "2021-04-18 12:29 (PDT),Live", RIDE + ",surplus", RIDE + ",,"))
    assert [(row.line, row.reason) for row in parsed.rejected] == [
        (3, "the row has 2 cells, the header has 18"),
        (4, "the row has 19 cells, the header has 18"),
    ]
    assert [record.line for record in parsed.records] == [2, 5]


@pytest.mark.parametrize("kept", [len(RIDE) - 40, RIDE.index("30 min") + 3])
def test_a_file_that_was_cut_off_is_refused(read: Read, kept: int) -> None:
    row = RIDE.replace("30 min Test Ride", '"30 min, Test Ride"')
    with pytest.raises(UnsupportedFile, match="cut off: line 3 "):
        read(file_of(row, row[:kept], end=""))


def fetched(moment: datetime) -> FetchNote:
    return FetchNote(fetched_at=moment)


@pytest.mark.parametrize(
    ("fetch", "last"),
    [
        (None, date(2021, 4, 20)),
        (fetched(datetime(2021, 5, 1, 6, 30, tzinfo=UTC)), date(2021, 4, 29)),
        (fetched(datetime(2021, 5, 1, 7, 30, tzinfo=UTC)), date(2021, 4, 30)),
        (fetched(datetime(2021, 4, 20, 23, tzinfo=UTC)), date(2021, 4, 19)),
        (fetched(datetime(2030, 1, 1, tzinfo=UTC)), date(2026, 7, 15)),
    ],
    ids=[
        "unknown",
        "evening before in Los Angeles",
        "after midnight there",
        "day of a workout",
        "beyond the lake",
    ],
)
def test_coverage_ends_the_day_before_the_download(
    read: Read, fetch: FetchNote | None, last: date
) -> None:
    rows = (
        ride(Workout_Timestamp="2021-04-20 09:00 (PDT)"),
        ride(Workout_Timestamp="2021-04-17 09:00 (PDT)"),
    )
    assert read(file_of(*rows), fetch=fetch).coverage == (date(2021, 4, 17), last)


def test_a_file_without_workouts_covers_nothing(read: Read) -> None:
    parsed = read(file_of(), fetch=fetched(datetime(2021, 5, 1, tzinfo=UTC)))
    assert (parsed.row_count, parsed.coverage) == (0, None)


def test_the_real_download_is_read_whole(read: Read, shared: Path) -> None:
    parsed = read((shared / "real/peloton/workouts_us_167.csv").read_bytes(), "anything.txt")
    assert (len(parsed.records), parsed.rejected, parsed.unknown_fields) == (167, [], ())
    assert parsed.coverage == (date(2020, 1, 30), date(2020, 10, 19))
    assert len({record.key for record in parsed.records}) == 167
