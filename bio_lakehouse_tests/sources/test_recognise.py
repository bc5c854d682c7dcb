"""What is refused, and in which words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse_tests.sources.conftest import Read

V1_NIGHT = {"summary_date": "2022-01-17", "period_id": 0, "score": 88, "hr_5min": [0, 61]}
DAY = json.dumps(
    {
        "data": [{"day": "2025-12-03", "score": 71, "contributors": {"timing": 90}}],
        "next_token": None,
    }
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04rest", "a zip or Excel file"),
        (gzip.compress(b"day", mtime=0), "a gzip file"),
        (b"%PDF-1.7", "a PDF"),
        (b"date,Sleep Score\0\n", "a binary file"),
        ("date,Sleep Score\n2023-12-26,77\n".encode("utf-16")[:-1], "UTF-16 and is damaged"),
        (b"date,Sleep Score\n2023-12-26,77\n2023-12-27,\xff\n", "line 3 holds byte 0xff"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"),
        (b"  <html lang='en'><head></head></html>", "a web page"),
        (b'<?xml version="1.0"?><HealthData locale="en_US">', "Apple Health"),
        (b"<?xml version='1.0'?><gpx></gpx>", "is XML"),
        (json.dumps([V1_NIGHT]).encode(), "API v1"),
        (json.dumps({"sleep": [V1_NIGHT]}).encode(), "API v1"),
        (b'{"status": 401, "title": "Unauthorized", "detail": "token expired"}', "error answer"),
        (b'{"error": "rate limit"}', "error answer"),
        (b'[{"colour": "red"}]', "no known Oura or Peloton file"),
        (b"{}", "holds no record"),
        (b"hello", "no known file"),
        (b"name,age\nAna,40\n", "no known file"),
        (b"name;age\nAna;40\n", "no known file"),
        (b'"day,\n', "header that cannot be read"),
        (b'{"data": [1, 2,, 3]}', r"is not JSON: .* line 1, column 16"),
        (b'{"day": "2025-12-03"} {"day": "2025-12-04"}', "is not JSON: Extra data"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "cannot be read"),
    ],
)
def test_what_is_no_known_file_is_refused_by_name(read: Read, content: bytes, words: str) -> None:
    with pytest.raises(UnsupportedFile, match=words) as refusal:
        read(content, "export.csv")
    assert str(refusal.value).startswith("export.csv")


SCRAPS = '[{"worn": true, "late": false, "note": null, "mean": -1.5e-3, "place": "Caf\\u00e9"}]'


@pytest.mark.parametrize("text", [DAY, SCRAPS])
def test_json_that_stops_anywhere_was_cut_off(read: Read, text: str) -> None:
    for kept in range(2, len(text)):
        with pytest.raises(UnsupportedFile, match="was cut off"):
            read(text[:kept])


def test_the_name_of_a_file_does_not_make_it_one(read: Read) -> None:
    assert read(DAY, "workouts.csv").datasets == ("oura/daily_sleep",)


def test_the_real_v1_file_is_refused(read: Read, shared: Path) -> None:
    with pytest.raises(UnsupportedFile, match="API v1"):
        read((shared / "real/oura/api_v1_sleep_rejected.json").read_bytes(), "sleep.json")


@pytest.mark.parametrize("file", ["export_records.xml", "export_workouts.xml"])
def test_the_real_apple_files_are_refused(read: Read, shared: Path, file: str) -> None:
    with pytest.raises(UnsupportedFile, match="Apple Health"):
        read((shared / "real/apple" / file).read_bytes(), file)


def test_a_quoting_that_one_format_allows_is_not_refused_for_another(read: Read) -> None:
    """An account export may wrap a whole line in quotes without doubling those inside."""
    header = '"id;"day";score;contributors;timestamp"'
    row = 'a;2025-12-03;71;{"timing": 90};2025-12-03T00:00:00+00:00'
    parsed = read(f"{header}\n{row}\n", "dailysleep.csv")
    assert [record.day.isoformat() for record in parsed.records] == ["2025-12-03"]
