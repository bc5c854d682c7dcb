"""Rows and cells that no export should have, in files that are sound but for them."""

from __future__ import annotations

from bio_lakehouse_tests.fuzzing.cases import Case, case
from bio_lakehouse_tests.fuzzing.sound_files import (
    DAILY_DOWNLOAD,
    READINGS,
    export,
    quoted,
    ride,
    trends,
    workouts,
)

_HEADER = workouts().partition("\n")[0]
_REVERSED = [",".join(reversed(line.split(","))) for line in workouts().splitlines()]


def _bad_ride(kind: str, words: str, **cells: str) -> Case:
    """A fourth ride with a cell that costs it."""
    return case(kind, "workouts.csv", workouts(ride(4, **cells)), "quarantined", words, rows=3)


def _odd_ride(kind: str, **cells: str) -> Case:
    """A fourth ride with a cell that is odd and harmless."""
    return case(kind, "workouts.csv", workouts(ride(4, **cells)), "taken", rows=4)


def _at(kind: str, stamp: str, words: str) -> Case:
    """A fourth ride at another time."""
    row = ride(4).replace("2026-03-02 07:04 (EST)", quoted(stamp))
    return case(kind, "workouts.csv", workouts(row), "quarantined", words, rows=3)


def _trends_cell(kind: str, column: str, value: str, words: str) -> Case:
    header, row = trends().splitlines()
    places = header.split(",")
    cells = row.replace("2020-03-05,", "2020-03-06,", 1).split(",")
    cells[places.index(column)] = quoted(value)
    return case(kind, "trends.csv", trends(",".join(cells)), "quarantined", words, rows=1)


def _reading(kind: str, row: str, words: str) -> Case:
    return case(kind, "oura_heartrate.csv", f"{READINGS}{row}\n", "quarantined", words, rows=2)


ROWS = (
    _bad_ride("1e30 kJ", "Total Output is '1e30'; it must be 0 to 100,000", total="1e30"),
    _bad_ride("1e308 W", "Avg. Watts is '1e308'", avg_watts="1e308"),
    _bad_ride("1e999 kJ", "not a number", total="1e999"),
    _bad_ride("Infinity", "not a number", total="Infinity"),
    _bad_ride("minus infinity", "not a number", total="-inf"),
    _bad_ride("four hundred digits", "Total Output is", total="9" * 400),
    _bad_ride("negative output", "must be 0 to", total="-250"),
    _bad_ride("negative length", "must be 0 to", length="-30"),
    _bad_ride("a week long", "must be 0 to", length="10080"),
    _bad_ride("900 beats", "must be 0 to", avg_heartrate="900"),
    _bad_ride("resistance of 140%", "must be 0 to 100", avg_resistance="140%"),
    _bad_ride("a thousands separator", "not a number", total="1,250"),
    _bad_ride("a blank for thousands", "not a number", total="1 250"),
    _bad_ride("an apostrophe for thousands", "not a number", total="1'250"),
    _bad_ride("Arabic digits", "not a number", total="٢٥٠"),
    _bad_ride("digits of full width", "not a number", total="２５０"),
    _bad_ride("underscores in a number", "not a number", total="1_250"),
    _bad_ride("hexadecimal", "not a number", total="0xFA"),
    _bad_ride("a separator of files in a number", "not a number", total="\x1c250"),
    _bad_ride("a separator of files after a percentage", "not a number", avg_resistance="41%\x1c"),
    _bad_ride("a unit in the cell", "not a number", total="250 kJ"),
    _bad_ride("a formula for a number", "not a number", total="=1+249"),
    _bad_ride("an error of a spreadsheet", "not a number", total="#REF!"),
    _odd_ride("NaN", total="NaN"),
    _odd_ride("null", total="null"),
    _odd_ride("a formula in the title", title="=cmd|' /C calc'!A0"),
    _odd_ride("a formula of a plus", title="+SUM(A1:A9)"),
    _odd_ride("a link formula", title='=HYPERLINK("http://x","y")'),
    _odd_ride("a script in the title", title="<script>alert(1)</script>"),
    _odd_ride("a statement in the title", title="'; DROP TABLE peloton_workouts; --"),
    _odd_ride("a template in the title", title="{{ 7*7 }} ${7*7} %s %n"),
    _odd_ride("a path in the title", title="../../etc/passwd"),
    _odd_ride("emoji in the title", title="🚴🏽‍♀️ 30 min 🔥"),
    _odd_ride("right to left", title="\u202eedir nim 03 \u05d0\u05d1"),
    _odd_ride("letters upon letters", title="Z" + "\u0335\u0321" * 200),
    _odd_ride("a line end in the title", title="One\ntwo"),
    _odd_ride("a sign to sound the bell", title="Ride\x07\x1b[31m"),
    _odd_ride("quotes in the title", title='30 min "XOXO", Cody'),
    _odd_ride("a title of 20,000 signs", title="long " * 4_000),
    _odd_ride("a discipline that nobody knows", fitness="Quidditch"),
    _at("1970", "1970-01-01 00:00 (UTC)", "is before 2015-01-01"),
    _at("2100", "2100-01-01 07:00 (EST)", "is after 2026-03-20"),
    _at("year 0", "0000-01-01 07:00 (EST)", "not a calendar day"),
    _at("year 1", "0001-01-01 00:00 (+14)", "is"),
    _at("year 9999", "9999-12-31 23:59 (-12)", "is"),
    _at("year 10000", "10000-01-01 07:00 (EST)", "not a calendar day"),
    _at("30 February", "2026-02-30 07:00 (EST)", "not a calendar day"),
    _at("29 February of no leap year", "2025-02-29 07:00 (EST)", "not a calendar day"),
    _at("25 o'clock", "2026-03-02 25:00 (EST)", "time of day"),
    _at("no start", "", "is missing"),
    _at("a start in words", "yesterday", "not a time"),
    _at("a Unix time", "1772436600", "not a calendar day"),
    _at("an offset of 99 hours", "1970-01-01 07:00 (+99)", "is before"),
    case(
        "a turned date in one row",
        "workouts.csv",
        workouts(ride(4).replace("2026-03-02 07:04", "3/2/2026 7:04")),
        "quarantined",
        "not a time",
        rows=3,
    ),
    case(
        "turned dates",
        "workouts.csv",
        workouts().replace("2026-03-02 07", "3/2/2026 7"),
        "kept",
        "changed by a spreadsheet",
    ),
    case(
        "decimal commas",
        "trends.csv",
        trends().replace("57.5", '"57,5"'),
        "kept",
        "changed by a spreadsheet",
    ),
    case(
        "semicolons from a spreadsheet",
        "workouts.csv",
        workouts().replace(",", ";"),
        "taken",
        rows=3,
    ),
    case("tabs from a spreadsheet", "workouts.csv", workouts().replace(",", "\t"), "taken", rows=3),
    case("a line sep=", "workouts.csv", "sep=,\n" + workouts(), "taken", rows=3),
    case(
        "empty columns at the end",
        "workouts.csv",
        workouts().replace("\n", ",,,\n"),
        "taken",
        rows=3,
    ),
    case(
        "a doubled header",
        "workouts.csv",
        workouts().replace("Type,", "Title,", 1),
        "taken",
        rows=3,
    ),
    case(
        "all headers alike",
        "workouts.csv",
        ",".join(["Title"] * 18) + "\n" + ride(1) + "\n",
        "refused",
        "no known file",
    ),
    case(
        "no column of the start",
        "workouts.csv",
        workouts().replace("Workout Timestamp", "When", 1),
        "kept",
        "has no column",
    ),
    case("headers in another order", "workouts.csv", "\n".join(_REVERSED), "taken", rows=3),
    case(
        "10,000 columns",
        "workouts.csv",
        _HEADER + ",x" * 10_000 + "\n",
        "refused",
        "10,018 columns",
    ),
    case(
        "cells too many",
        "workouts.csv",
        workouts(ride(4) + ",1,2"),
        "quarantined",
        "the row has 20 cells",
        rows=3,
    ),
    case(
        "cells too few",
        "workouts.csv",
        workouts("2026-03-02 07:04 (EST),Live"),
        "quarantined",
        "the row has 2 cells",
        rows=3,
    ),
    case(
        "a quote never closed",
        "workouts.csv",
        workouts(ride(4).replace("Ride", '"Ride'), *(ride(n) for n in range(5, 60))),
        "quarantined",
        "never closed",
        rows=58,
    ),
    case(
        "a quote never closed, last",
        "workouts.csv",
        workouts(ride(4).replace("Ride", '"Ride')),
        "kept",
        "was cut off",
    ),
    case(
        "text after a quote",
        "workouts.csv",
        workouts(ride(4).replace("Ride", '"Ri"de')),
        "quarantined",
        "follows the closing quote",
        rows=3,
    ),
    case(
        "the same ride again and again", "workouts.csv", workouts(*[ride(1)] * 16), "taken", rows=19
    ),
    case(
        "5 MB in a cell",
        "workouts.csv",
        workouts(ride(4, title="x" * (5 << 20))),
        "kept",
        "characters in a line",
    ),
    _trends_cell("a score of 101 in a row", "Sleep Score", "101", "must be 0 to 100"),
    _trends_cell("a score of minus one", "Sleep Score", "-1", "must be 0 to 100"),
    _trends_cell("25 hours of sleep", "Total Sleep Time", "90000", "it must be 0 to 86,400"),
    _trends_cell(
        "a night that ends before it begins",
        "Bedtime End",
        "2020-03-01T05:40:00-08:00",
        "is before",
    ),
    _trends_cell("fever of 30 degrees", "Temperature Deviation (°C)", "30", "must be -20 to 20"),
    _trends_cell(
        "a bedtime without an offset", "Bedtime Start", "2020-03-04T22:10:00", "not a time"
    ),
    _trends_cell("seconds of a day in words", "Inactive Time", "eleven hours", "not a number"),
    case("a day twice", "trends.csv", trends(trends().splitlines()[1]), "taken", rows=2),
    case(
        "half a day",
        "trends.csv",
        trends("2020-13-01" + "," * 33),
        "quarantined",
        "not a calendar day",
        rows=1,
    ),
    _reading("a heart of 1e30 beats", "2026-03-01T00:10:00Z,1e30,rest", "must be 0 to 250"),
    _reading("a heart that beats backwards", "2026-03-01T00:10:00Z,-60,rest", "must be 0 to 250"),
    _reading("a reading of 1970", "1970-01-01T00:00:00Z,60,rest", "is before 2015-01-01"),
    _reading("a reading of 2100", "2100-01-01T00:00:00Z,60,rest", "2100"),
    _reading("a reading in 2026 to come", "2026-07-01T00:00:00Z,60,rest", "is after 2026-03-20"),
    _reading("a reading without an offset", "2026-03-01T00:10:00,60,rest", "not a time"),
    _reading("a second of 61", "2026-03-01T00:10:61Z,60,rest", "not a time"),
    case(
        "ids twice", "oura_daily-sleep.csv", DAILY_DOWNLOAD.replace("\nb,", "\na,"), "taken", rows=2
    ),
    case(
        "a row of the export without its id",
        "dailysleep.csv",
        export(export().splitlines()[1].partition(";")[2].replace("12-03", "12-04")),
        "taken",
        rows=2,
    ),
    case(
        "a broken JSON cell",
        "dailysleep.csv",
        export('b;{"deep_sleep": 9,};2025-12-04;71;2025-12-04T00:00:00Z', export().splitlines()[1]),
        "quarantined",
        "begins as a JSON object",
        rows=2,
    ),
    case(
        "a cell of deep JSON",
        "dailysleep.csv",
        export(
            "b;" + '{"a":' * 3_000 + "1" + "}" * 3_000 + ";2025-12-04;71;2025-12-04T00:00:00Z",
            export().splitlines()[1],
        ),
        "quarantined",
        "begins as a JSON object",
        rows=2,
    ),
    case(
        "NaN in a JSON cell",
        "dailysleep.csv",
        export(
            'b;{"deep_sleep": NaN};2025-12-04;71;2025-12-04T00:00:00Z', export().splitlines()[1]
        ),
        "quarantined",
        "begins as a JSON object",
        rows=2,
    ),
)
