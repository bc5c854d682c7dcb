"""Oura's account export: JSON in cells, every kind of quoting, short rows, and its speed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources import parse
from bio_lakehouse.sources.oura.account_export import split_row
from bio_lakehouse.sources.oura.endpoints import export_endpoint
from bio_lakehouse_tests.sources.conftest import CONTEXT, Read

HEADER = "id;contributors;day;score;timestamp"
SLEEP = '{"deep_sleep": 95, "efficiency": 65, "total_sleep": 71}'
ROW = f"abc-123;{SLEEP};2025-12-03;71;2025-12-03T00:00:00.000+00:00"
CONTENT = {
    "id": "abc-123",
    "contributors": {"deep_sleep": 95, "efficiency": 65, "total_sleep": 71},
    "day": "2025-12-03",
    "score": "71",
    "timestamp": "2025-12-03T00:00:00.000+00:00",
}


def doubled(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def file_of(*rows: str, header: str = HEADER, end: str = "\n") -> str:
    return "\n".join((header, *rows)) + end


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        ROW.replace(SLEEP, doubled(SLEEP)),
        doubled(ROW),
        doubled(ROW.replace(SLEEP, doubled(SLEEP))),
        f'"{ROW}"',
        ";".join(doubled(cell) for cell in ROW.split(";")),
        ROW.replace(SLEEP, SLEEP + " ".strip()),
    ],
    ids=[
        "unquoted",
        "doubled quotes",
        "wrapped",
        "doubled and wrapped",
        "wrapped as it is",
        "every cell",
        "plain",
    ],
)
def test_json_cells_are_read_in_every_quoting(read: Read, row: str) -> None:
    parsed = read(file_of(row), "export.csv")
    assert (parsed.origin, parsed.datasets, parsed.unknown_fields) == (
        "account_export",
        ("oura/daily_sleep",),
        (),
    )
    assert parsed.whole
    assert parsed.records[0].content == CONTENT
    assert (parsed.records[0].key, parsed.records[0].line) == ("2025-12-03", 2)


def test_the_header_may_be_wrapped_too(read: Read) -> None:
    assert read(file_of(doubled(ROW), header=doubled(HEADER))).records[0].content == CONTENT


def test_a_semicolon_within_json_ends_no_cell(read: Read) -> None:
    cell = '{"deep_sleep": 95, "note": "a;b"}'
    (record,) = read(file_of(ROW.replace(SLEEP, cell))).records
    assert record.content["contributors"] == {"deep_sleep": 95, "note": "a;b"}


def test_rows_may_be_shorter_than_the_header_and_lack_an_id(read: Read) -> None:
    parsed = read(file_of(f";{SLEEP};2025-12-03;71", f";{SLEEP};2025-12-04", end=""))
    assert [sorted(record.content) for record in parsed.records] == [
        ["contributors", "day", "id", "score"],
        ["contributors", "day", "id"],
    ]
    without = read(file_of(f"{SLEEP};2025-12-03;71", header="contributors;day;score"))
    assert without.records[0].content == {
        "contributors": CONTENT["contributors"],
        "day": "2025-12-03",
        "score": "71",
    }


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        (ROW.replace("71;", "171;"), "score", "'171'; it must be 0 to 100"),
        (ROW.replace("2025-12-03;", "yesterday;"), "day", "not a calendar day"),
        (ROW.replace("95,", "95"), "contributors", "cannot be read"),
        (ROW.replace("95,", "NaN,"), "contributors", "cannot be read"),
        (
            ROW.replace(SLEEP, doubled(SLEEP) + "x"),
            None,
            "text follows the closing quote of cell 2",
        ),
        (ROW + ";surplus", None, "6 cells, the header has 5"),
        (f"{SLEEP};{SLEEP};2025-12-03", None, "3 cells, the header 5, and they fit it in no way"),
        ("abc-123;;;71", "day", "day is missing"),
        ('"abc-123;;2025-12-03;71', None, "a quote is opened"),
        (";;;;", "day", "day is missing"),
        ("abc-123;[1, 2;2025-12-03;71;", "contributors", "an object with fields is expected"),
        ('abc-123;{"a": 1;2025-12-03;71;', "contributors", "cannot be read"),
    ],
)
def test_a_bad_row_costs_itself_only_and_keeps_its_line(
    read: Read, row: str, field: str | None, words: str
) -> None:
    parsed = read(file_of(ROW, "", row, ROW.replace("-03;", "-04;")), "dailysleep.csv")
    (rejected,) = parsed.rejected
    assert (rejected.line, rejected.field, rejected.raw) == (4, field, row)
    assert words in rejected.reason
    assert [record.line for record in parsed.records] == [2, 5]


@pytest.mark.parametrize("row", [ROW, ROW.replace(SLEEP, doubled(SLEEP)), doubled(ROW)])
@pytest.mark.parametrize("kept", [14, 30, 50])
def test_a_file_that_stops_within_json_was_cut_off(read: Read, row: str, kept: int) -> None:
    with pytest.raises(UnsupportedFile, match="cut off: line 3 "):
        read(file_of(row, row[:kept], end=""))


@pytest.mark.parametrize(
    ("row", "left_out"),
    [
        (ROW.replace("abc-123;", ""), {"id"}),
        (ROW.replace("abc-123;", "") + ";", {"id"}),
        (doubled(ROW.replace("abc-123;", "")), {"id"}),
        (ROW.replace("abc-123;", "").rpartition(";")[0], {"id", "timestamp"}),
        (ROW.replace(";71;", ";"), {"score"}),
        (ROW.replace(f"{SLEEP};", ""), {"contributors"}),
        (f"{SLEEP};2025-12-03", {"id", "score", "timestamp"}),
    ],
)
def test_cells_stand_under_the_headers_that_alone_fit_them(
    read: Read, row: str, left_out: set[str]
) -> None:
    parsed = read(file_of(ROW, row), "dailysleep.csv")
    expected = {name: value for name, value in CONTENT.items() if name not in left_out}
    assert [record.content for record in parsed.records] == [CONTENT, expected]
    assert parsed.unknown_fields == ()


def test_cells_that_fit_two_headers_are_not_guessed_at(read: Read) -> None:
    header = "id;contributors;day;score;temperature_deviation;timestamp"
    cells = '{"hrv_balance": 75};2025-12-03;5;2025-12-03T00:00:00+00:00'
    parsed = read(file_of(cells, cells.replace(";5;", ";81;-0.1;"), header=header), "r.csv")
    (rejected,) = parsed.rejected
    assert "4 cells, the header 6, and they fit it in more than one way" in rejected.reason
    assert [record.content["score"] for record in parsed.records] == ["81"]


@given(st.sets(st.integers(0, 4)), st.integers(0, 1))
def test_a_row_without_some_cells_never_says_anything_else(missing: set[int], blanks: int) -> None:
    cells = [cell for place, cell in enumerate(ROW.split(";")) if place not in missing]
    text = file_of(";".join(cells) + ";" * blanks)
    for record in parse("dailysleep.csv", text.encode(), CONTEXT).records:
        said = {name: value for name, value in record.content.items() if value != ""}
        assert said == {name: CONTENT[name] for name in said}


READINESS_ROW = 'x;{"hrv_balance": 75};2025-12-03;81;2025-12-03T00:00:00.000+00:00'
PERIOD_HEADER = "id;average_hrv;bedtime_start;bedtime_end;day;heart_rate;total_sleep_duration;type"
PERIOD_ROW = (
    ";44;2025-12-02T23:05:12.000-08:00;2025-12-03T06:44:00.000-08:00;2025-12-03;"
    '{"interval": 300.0, "items": [null, 52]};24600;long_sleep'
)


@pytest.mark.parametrize(
    ("text", "name", "dataset", "key"),
    [
        (file_of(READINESS_ROW), "dailysleep.csv", "oura/daily_readiness", "2025-12-03"),
        (
            file_of(PERIOD_ROW, header=PERIOD_HEADER),
            "x.csv",
            "oura/sleep",
            "2025-12-02T23:05:12.000-08:00",
        ),
        (
            "timestamp;bpm;source\n2025-12-03T07:59:59.250Z;61;rest\n",
            "x.csv",
            "oura/heartrate",
            "2025-12-03T07:59:59.250000+00:00|rest",
        ),
        (
            'id;day;spo2_percentage\n1;2025-12-03;{"average": 97.4}\n',
            "x.csv",
            "oura/daily_spo2",
            "2025-12-03",
        ),
        ("day;steps;score\n2025-12-03;8421;88\n", "x.csv", "oura/daily_activity", "2025-12-03"),
        (
            'id;start_time;comment\n7;2025-12-03T21:00:00-08:00;"tea;\nno sugar"\n',
            "x.csv",
            "oura/enhanced_tag",
            "7",
        ),
        (
            "id;day;score\n;2025-12-03;88\n",
            "App Data/dailyactivity.csv",
            "oura/daily_activity",
            "2025-12-03",
        ),
        (
            "id;day;score\n;2025-12-03;88\n",
            "DailyReadiness.csv",
            "oura/daily_readiness",
            "2025-12-03",
        ),
    ],
)
def test_content_tells_the_dataset_and_the_name_only_where_it_must(
    read: Read, text: str, name: str, dataset: str, key: str
) -> None:
    parsed = read(text, name)
    assert (parsed.origin, parsed.datasets) == ("account_export", (dataset,))
    assert parsed.records[0].key == key
    assert parsed.coverage == (date(2025, 12, parsed.records[0].day.day),) * 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("App Data/dailysleep.csv", {"daily_sleep"}),
        ("DailyResilience.csv", {"daily_resilience"}),
        ("sleepmodel (1).csv", {"sleep"}),
        ("vo2max.csv", {"vO2_max"}),
        ("daily_sleep.csv", {"daily_sleep"}),
        ("me-enhancedtag-2025.csv", {"enhanced_tag"}),
        ("mydailysleep.csv", set()),
    ],
)
def test_an_exports_file_names_are_those_of_the_endpoints_without_underscores(
    name: str, expected: set[str]
) -> None:
    assert export_endpoint(name) == expected


def test_a_header_alone_is_a_file_without_rows(read: Read) -> None:
    parsed = read(file_of(), "dailysleep.csv")
    assert (parsed.datasets, parsed.row_count, parsed.coverage) == (("oura/daily_sleep",), 0, None)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        (
            "timestamp;skin_temp\n2025-12-03T00:00:00Z;35.1\n",
            "temperature.csv",
            "Oura's temperature",
        ),
        ("id;day;score\n1;2025-12-03;88\n", "scores.csv", "--dataset"),
    ],
)
def test_what_is_not_read_or_not_decided_is_refused(
    read: Read, text: str, name: str, words: str
) -> None:
    with pytest.raises(UnsupportedFile, match=words):
        read(text, name)


def test_new_columns_and_contributors_are_reported(read: Read) -> None:
    parsed = read(
        file_of('1;{"deep_sleep": 1, "dreams": 2};2025-12-03;71;;3', header=HEADER + ";fun")
    )
    assert parsed.unknown_fields == ("contributors.dreams", "fun")


def test_one_new_field_does_not_make_it_another_dataset(read: Read) -> None:
    header = HEADER + ";mood"
    assert read(file_of(ROW + ";good", header=header)).datasets == ("oura/daily_sleep",)
    with pytest.raises(UnsupportedFile, match="daily_sleep, session"):
        read(file_of('1;{"deep_sleep": 95};2025-12-03;71;;good', header=header))


def test_a_bracket_that_opens_no_json_is_text() -> None:
    assert split_row("[late] tea;1;[1, 2]") == ["[late] tea", "1", [1, 2]]
    assert split_row('"[late] tea";;') == ["[late] tea", "", ""]


def five_years(columns: dict[str, Any]) -> str:
    days = (date(2021, 1, 1) + timedelta(days=number) for number in range(1825))
    cells = ";".join(map(json.dumps, columns.values()))
    return "\n".join((";".join((*columns, "day")), *(f"{cells};{day}" for day in days)))
