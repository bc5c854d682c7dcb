"""Files as the vendors write them, from which the bad ones are made."""

from __future__ import annotations

import json
from typing import Any

from bio_lakehouse_tests.sources.test_oura_account_export import HEADER as EXPORT_HEADER
from bio_lakehouse_tests.sources.test_oura_account_export import ROW as EXPORT_ROW
from bio_lakehouse_tests.sources.test_oura_trends import HEADER_2020 as TRENDS_HEADER
from bio_lakehouse_tests.sources.test_oura_trends import ROW_2020 as TRENDS_ROW
from bio_lakehouse_tests.sources.test_peloton_csv import HEADER as WORKOUTS_HEADER

CELLS = {
    "Workout Timestamp": "2026-03-02 07:30 (EST)",
    "Live/On-Demand": "On Demand",
    "Instructor Name": "Ann",
    "Length (minutes)": "30",
    "Fitness Discipline": "Cycling",
    "Type": "Power Zone",
    "Title": "Ride",
    "Class Timestamp": "2026-03-01 07:30 (EST)",
    "Total Output": "250",
    "Avg. Watts": "139",
    "Avg. Resistance": "41%",
    "Avg. Cadence (RPM)": "84",
    "Avg. Speed (mph)": "19.5",
    "Distance (mi)": "9.75",
    "Calories Burned": "300",
    "Avg. Heartrate": "136.62",
    "Avg. Incline": "",
    "Avg. Pace (min/mi)": "",
}


def ride(minute: int = 30, **cells: str) -> str:
    """A row of the workout CSV; the words name columns by their first word."""
    stamp = f"2026-03-02 07:{minute:02d} (EST)"
    row = CELLS | {"Workout Timestamp": stamp}
    for word, value in cells.items():
        start = word.replace("_", " ")
        (column,) = [name for name in row if name.lower().replace(".", "").startswith(start)]
        row[column] = value
    return ",".join(quoted(cell) for cell in row.values())


def quoted(cell: str) -> str:
    """A cell as RFC 4180 has it."""
    needs_quotes = any(sign in cell for sign in ',"\n\r')
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if needs_quotes else cell


def workouts(*rows: str) -> str:
    """A workout CSV of three sound rides, and `rows`."""
    sound = [ride(1), ride(2), ride(3)]
    return "\n".join([WORKOUTS_HEADER, *sound, *rows]) + "\n"


def metric(text: str) -> str:
    """The same workouts as a metric member gets them."""
    return text.replace("(mph)", "(kph)").replace("(mi)", "(km)").replace("(min/mi)", "(min/km)")


def sleep(day: str = "2026-03-01", **fields: Any) -> dict[str, Any]:
    """A record of `daily_sleep`."""
    sound = {
        "id": day,
        "day": day,
        "score": 70,
        "contributors": {"deep_sleep": 5},
        "timestamp": f"{day}T00:00:00+00:00",
    }
    return sound | fields


def period(**fields: Any) -> dict[str, Any]:
    """A night of Oura's `sleep`."""
    sound = {
        "id": "night",
        "day": "2026-03-01",
        "type": "long_sleep",
        "bedtime_start": "2026-02-28T23:05:12.000-08:00",
        "bedtime_end": "2026-03-01T06:44:00.000-08:00",
        "total_sleep_duration": 25_000,
        "average_hrv": 50,
        "lowest_heart_rate": 48,
        "efficiency": 88,
    }
    return sound | fields


def activity(**fields: Any) -> dict[str, Any]:
    """A day of `daily_activity`."""
    sound = {
        "id": "day",
        "day": "2026-03-01",
        "score": 80,
        "steps": 9_000,
        "active_calories": 400,
        "non_wear_time": 600,
        "met": {"interval": 60.0, "items": [0.9, 1.2], "timestamp": "2026-03-01T04:00:00-08:00"},
        "timestamp": "2026-03-01T04:00:00-08:00",
    }
    return sound | fields


def answer(*records: Any, token: str | None = None) -> str:
    """An answer of Oura's API."""
    return json.dumps({"data": records, "next_token": token})


def export(*rows: str) -> str:
    """A file of the account export, of one sound row and `rows`."""
    return "\n".join([EXPORT_HEADER, EXPORT_ROW, *rows]) + "\n"


def trends(*rows: str) -> str:
    """A trends export, of one sound row and `rows`."""
    return "\n".join([TRENDS_HEADER, TRENDS_ROW, *rows]) + "\n"


READINGS = "timestamp,bpm,source\n2026-03-01T00:00:00Z,60,rest\n2026-03-01T00:05:00Z,61,rest\n"
DAILY_DOWNLOAD = (
    "id,contributors_deep_sleep,contributors_efficiency,day,score,timestamp\n"
    "a,80,90,2026-03-01,77,2026-03-01T00:00:00+00:00\n"
    "b,81,91,2026-03-02,78,2026-03-02T00:00:00+00:00\n"
)
