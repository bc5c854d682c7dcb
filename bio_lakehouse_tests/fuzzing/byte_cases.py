"""Encodings, other formats under an export's name, and files that stop too early."""

from __future__ import annotations

import gzip
import random

from bio_lakehouse_tests.fuzzing.cases import case
from bio_lakehouse_tests.fuzzing.sound_files import (
    READINGS,
    answer,
    export,
    metric,
    ride,
    sleep,
    trends,
    workouts,
)

_WORKOUTS = workouts()
_BYTES = _WORKOUTS.encode()
_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>…</body></html>"
_HEALTH = '<?xml version="1.0"?><!DOCTYPE HealthData []><HealthData locale="en"></HealthData>'
_LATIN = workouts(ride(4, title="Früh am Morgen")).encode("cp1252")
_RANDOM = random.Random(14).randbytes(3_000)
_LINES = _WORKOUTS.splitlines()
_MIXED_ENDS = f"{_LINES[0]}\r\n{_LINES[1]}\n{_LINES[2]}\r{_LINES[3]}"

BYTES = (
    case("sound workouts", "workouts.csv", _WORKOUTS, "taken", rows=3),
    case("sound workouts, metric", "workouts.csv", metric(_WORKOUTS), "taken", rows=3),
    case("sound account export", "dailysleep.csv", export(), "taken", rows=1),
    case("sound trends", "trends.csv", trends(), "taken", rows=1),
    case("sound readings", "oura_heartrate.csv", READINGS, "taken", rows=2),
    case("empty", "workouts.csv", b"", "refused", "is empty"),
    case("blanks alone", "workouts.csv", b" \n\t\r\n" * 50, "refused", "is empty"),
    case("a mark of UTF-8 alone", "workouts.csv", b"\xef\xbb\xbf", "refused", "is empty"),
    case("mark of UTF-8", "workouts.csv", b"\xef\xbb\xbf" + _BYTES, "taken", rows=3),
    case(
        "mark of UTF-8, twice",
        "workouts.csv",
        b"\xef\xbb\xbf" * 2 + _BYTES,
        "kept",
        "has no column",
    ),
    case("UTF-16", "workouts.csv", _WORKOUTS.encode("utf-16"), "taken", rows=3),
    case(
        "UTF-16, big end first",
        "workouts.csv",
        "\ufeff".encode("utf-16-be") + _WORKOUTS.encode("utf-16-be"),
        "taken",
        rows=3,
    ),
    case(
        "UTF-16, no mark", "workouts.csv", _WORKOUTS.encode("utf-16-le"), "refused", "binary file"
    ),
    case(
        "UTF-16, cut within a sign",
        "workouts.csv",
        _WORKOUTS.encode("utf-16")[:-1],
        "kept",
        "UTF-16 and is damaged",
    ),
    case("UTF-32", "workouts.csv", _WORKOUTS.encode("utf-32"), "kept", "UTF-16 and is damaged"),
    case("Windows-1252", "workouts.csv", _LATIN, "taken", rows=4),
    case(
        "UTF-8 and Windows-1252 mixed",
        "workouts.csv",
        _LATIN + "\u00e9".encode(),
        "kept",
        "which is not UTF-8",
    ),
    case(
        "code page 437",
        "workouts.csv",
        workouts(ride(4, title="Fr\u00fch")).encode("cp437"),
        "kept",
        "which is not UTF-8",
    ),
    case(
        "a NUL byte", "workouts.csv", _BYTES.replace(b"Ride", b"Ri\0de"), "refused", "binary file"
    ),
    case("NUL bytes alone", "workouts.csv", bytes(100_000), "refused", "binary file"),
    case(
        "a NUL byte far down",
        "workouts.csv",
        _BYTES + (ride(4) + "\n").encode() * 900 + b"\0",
        "refused",
        "binary file",
    ),
    case("random bytes", "workouts.csv", _RANDOM, "refused"),
    case("gzip", "workouts.csv", gzip.compress(_BYTES), "refused", "gzip"),
    case("PDF", "workouts.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "refused", "a PDF"),
    case("picture", "workouts.csv", b"\x89PNG\r\n\x1a\n" + bytes(80), "refused", "a picture"),
    case("database", "workouts.csv", b"SQLite format 3\0" + bytes(900), "refused", "a database"),
    case("Parquet", "workouts.csv", b"PAR1" + bytes(80) + b"PAR1", "refused", "Parquet"),
    case("web page", "workouts.csv", _PAGE, "refused", "web page"),
    case("web page in capitals", "workouts.csv", _PAGE.upper(), "refused", "web page"),
    case("XML", "export.xml", "<?xml version='1.0'?><feed/>", "refused", "is XML"),
    case(
        "XML of many entities",
        "export.xml",
        '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>',
        "refused",
        "is XML",
    ),
    case("Apple Health", "export.xml", _HEALTH, "refused", "Apple Health"),
    case("another's CSV", "bank.csv", "date,amount\n2026-03-01,-5\n", "refused", "no known file"),
    case("plain words", "notes.csv", "milk, bread\n", "refused", "no known file"),
    case("cut within a row", "workouts.csv", _BYTES[:-30], "kept", "was cut off"),
    case(
        "cut within a quote",
        "workouts.csv",
        workouts(ride(4, title="One, two")).partition(", two")[0],
        "kept",
        "was cut off",
    ),
    case("cut within the header", "workouts.csv", _LINES[0][:-9], "kept", "inside its header"),
    case(
        "cut within a JSON cell",
        "dailysleep.csv",
        export().partition(', "total')[0],
        "kept",
        "was cut off",
    ),
    case("cut within JSON", "daily_sleep.json", answer(sleep())[:-25], "kept", "was cut off"),
    case("a header alone", "workouts.csv", _LINES[0] + "\n", "taken", rows=0),
    case("no last line end", "workouts.csv", _WORKOUTS.rstrip(), "taken", rows=3),
    case("carriage returns", "workouts.csv", _WORKOUTS.replace("\n", "\r"), "taken", rows=3),
    case(
        "carriage returns and feeds",
        "workouts.csv",
        _WORKOUTS.replace("\n", "\r\n"),
        "taken",
        rows=3,
    ),
    case("mixed line ends", "workouts.csv", _MIXED_ENDS, "taken", rows=3),
    case("blank lines between", "workouts.csv", _WORKOUTS.replace("\n", "\n\n\n"), "taken", rows=3),
    case("two files in one", "workouts.csv", _WORKOUTS + trends(), "quarantined", rows=3),
    case(
        "two headers",
        "workouts.csv",
        _WORKOUTS + _WORKOUTS,
        "quarantined",
        "is 'Workout Timestamp'",
        rows=6,
    ),
)
