"""The files of a small world: what each says in few words, as a payload of the model, and as the
bytes that a vendor would send.

Values tell whose they are: those of `me` are even, those of `ann` odd.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from bio_lakehouse_tests.invariants.daily_model import Value
from bio_lakehouse_tests.invariants.model import Cell, Days, Payload, Row, days_between

ZONES = {"me": ZoneInfo("Europe/Berlin"), "ann": ZoneInfo("America/New_York")}
DAYS = tuple(date(2026, 3, 28) + timedelta(number) for number in range(5))
"""Around the night to summer time in Berlin (the 29th) and a month's end."""
READINESS, SLEEP, ACTIVITY = "oura_daily_readiness", "oura_daily_sleep", "oura_daily_activity"
NIGHTS, WORKOUTS = "oura_sleep", "peloton_workouts"
TABLES = (READINESS, SLEEP, ACTIVITY, NIGHTS, WORKOUTS)
NO_DAY = "2026-02-30"
LABEL_ZONES: dict[str, tzinfo] = {
    "UTC": UTC,
    "EST": ZoneInfo("America/New_York"),
    "-08": timezone(timedelta(hours=-8)),
}
LABELS = ("own", "", *LABEL_ZONES)
"""Zone labels of downloads: the person's own, or none at all, or one of somewhere else."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: where it comes from, and its columns, each under the vendor's name."""

    dataset: str
    origin: str
    columns: dict[Cell, str]

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(table for table, _ in self.columns))


_READINESS = {
    (READINESS, "score"): "score",
    (READINESS, "contributor_hrv_balance"): "contributors.hrv_balance",
    (READINESS, "temperature_deviation"): "temperature_deviation",
}
_ACTIVITY = {
    (ACTIVITY, "score"): "score",
    (ACTIVITY, "steps"): "steps",
    (ACTIVITY, "non_wear_time"): "non_wear_time",
}
KINDS = {
    "readiness answer": Kind("oura/daily_readiness", "api", _READINESS),
    "activity answer": Kind("oura/daily_activity", "api", _ACTIVITY),
    "nights answer": Kind(
        "oura/sleep",
        "api",
        {
            (NIGHTS, "total_sleep_s"): "total_sleep_duration",
            (NIGHTS, "average_hrv_ms"): "average_hrv",
        },
    ),
    "readiness export": Kind("oura/daily_readiness", "account_export", _READINESS),
    "activity export": Kind("oura/daily_activity", "account_export", _ACTIVITY),
    "trends": Kind(
        "oura/trends",
        "trends_export",
        {
            (READINESS, "score"): "Readiness Score",
            (READINESS, "contributor_hrv_balance"): "HRV Balance Score",
            (SLEEP, "score"): "Sleep Score",
            (ACTIVITY, "score"): "Activity Score",
            (ACTIVITY, "steps"): "Steps",
        },
    ),
    "workouts": Kind(
        "peloton/workouts",
        "csv_export",
        {
            (WORKOUTS, "total_output_kj"): "Total Output",
            (WORKOUTS, "avg_watts"): "Avg. Watts",
            (WORKOUTS, "length_minutes"): "Length (minutes)",
            (WORKOUTS, "title"): "Title",
        },
    ),
}
LOWEST = {
    "score": 40,
    "contributor_hrv_balance": 20,
    "steps": 1000,
    "total_sleep_s": 20000,
    "average_hrv_ms": 30,
    "total_output_kj": 100,
    "avg_watts": 60,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What a file says, in few words.

    `first` and `last` are places in `DAYS`; `wording` decides its values, `lacks` is the place of a
    column that it does not have, `blank` of one whose values it does not know, `skipped` of a day
    of which it has no record. `form` is how an answer comes: fetched, saved by hand, or a page of
    several. A `bad` one has a row that nobody can read, an `early` one a row of tomorrow, a
    `twice` one its first row twice; of the rows of the day `garbled` a number cannot be read.
    `label` is the zone in which a download's clock is.
    """

    kind: str = "readiness answer"
    user: str = "me"
    first: int = 0
    last: int = 4
    wording: int = 0
    lacks: int | None = None
    blank: int | None = None
    skipped: int | None = None
    form: str = "fetched"
    bad: bool = False
    early: bool = False
    twice: bool = False
    garbled: int | None = None
    label: str = "own"
    hours_ago: int = 0

    @property
    def is_fetched(self) -> bool:
        return KINDS[self.kind].origin == "api" and self.form == "fetched"

    @property
    def columns(self) -> dict[Cell, str]:
        """The columns that it has; a kind of one alone keeps it."""
        columns = KINDS[self.kind].columns
        lacking = None if self.lacks is None else self.lacks % len(columns)
        return {
            cell: name for place, (cell, name) in enumerate(columns.items()) if place != lacking
        }


def local_day(user: str, moment: datetime) -> date:
    return moment.astimezone(ZONES[user]).date()


def window_of(telling: Telling, said_at: datetime) -> Days | None:
    """The days that it is about, of those that have come; None when none has."""
    first = DAYS[min(telling.first, telling.last)]
    last = min(DAYS[max(telling.first, telling.last)], local_day(telling.user, said_at))
    return (first, last) if first <= last else None


def rows_of(telling: Telling, said_at: datetime) -> list[Row]:
    """Its rows in order, those that nobody can read among them."""
    window = window_of(telling, said_at)
    assert window
    days = [day for day in days_between(*window) if day != _skipped(telling)]
    rows = [row for day in days for row in _rows_of_day(telling, day)]
    if telling.early:
        rows += _rows_of_day(telling, local_day(telling.user, said_at) + timedelta(1))
    if telling.twice:
        rows = [*rows, *rows[:1]]
    if telling.bad:
        rows.append(Row(DAYS[0], "unreadable", {}, usable=False, has_day=False))
    garbled = None if telling.garbled is None else DAYS[telling.garbled]
    return [replace(row, usable=False) if row.day == garbled else row for row in rows]


def _skipped(telling: Telling) -> date | None:
    return None if telling.skipped is None else DAYS[telling.skipped]


def _rows_of_day(telling: Telling, day: date) -> list[Row]:
    values = {cell: value_of(telling, cell, day) for cell in telling.columns}
    if telling.kind == "workouts":
        start = start_of(day, telling.user)
        started: dict[Cell, Value] = {
            (WORKOUTS, "started_at"): start.replace(tzinfo=None) if telling.label else None,
        }
        return [Row(day, _local(telling.user, start).isoformat(), values | started)]
    if telling.kind == "nights answer":
        return [
            Row(day, f"{day.day}{letter}", values) for letter in "ab"[: 1 + telling.wording % 2]
        ]
    return [Row(day, "", values)]


def value_of(telling: Telling, cell: Cell, day: date) -> Value:
    """What it says of one column and day; every other day is restated half as often."""
    columns = list(KINDS[telling.kind].columns)
    if telling.blank is not None and columns.index(cell) == telling.blank % len(columns):
        return None
    word = telling.wording if day.day % 2 else telling.wording // 2
    name = cell[1]
    if name == "title":
        return f"Ride {word}"
    if name == "length_minutes":
        return 30.0
    if name == "temperature_deviation":
        return word + 0.25
    if name == "non_wear_time":
        return 50_000.0 if word % 2 else 600.0
    odd = telling.user == "ann"
    number = LOWEST[name] + 2 * (5 * word + day.toordinal() % 5) + odd
    return number if name in ("score", "contributor_hrv_balance", "steps") else float(number)


def start_of(day: date, user: str) -> datetime:
    """When the day's workout begins (UTC): near midnight, where zones cut days apart."""
    hour = 23 if day.day % 2 else 1
    return datetime.combine(day, time(hour, 15), ZONES[user]).astimezone(UTC)


def _local(user: str, moment: datetime) -> datetime:
    return moment.astimezone(ZONES[user]).replace(tzinfo=None)


def payload_of(telling: Telling, number: int, path: str, said_at: datetime) -> Payload:
    """What the model is told of a file that landed at `path`."""
    kind = KINDS[telling.kind]
    is_api = kind.origin == "api"
    is_whole = telling.form != "page" if is_api else kind.origin != "trends_export"
    return Payload(
        number=number,
        path=path,
        user=telling.user,
        dataset=kind.dataset,
        origin=kind.origin,
        tables=tuple(dict.fromkeys(table for table, _ in telling.columns)),
        rows=tuple(rows_of(telling, said_at)),
        said_at=said_at,
        is_fetched=telling.is_fetched,
        is_whole=is_whole,
        window=window_of(telling, said_at) if telling.is_fetched else None,
    )


def name_of(telling: Telling, number: int) -> str:
    """The name of its file: exports are known by it."""
    kind = KINDS[telling.kind]
    endpoint = kind.dataset.partition("/")[2]
    if kind.origin == "api":
        return f"{endpoint}_{number}.json"
    if kind.origin == "account_export":
        return f"{number}_{endpoint.replace('_', '')}.csv"
    return f"{endpoint} {number}.csv"


def content_of(telling: Telling, rows: Iterable[Row]) -> bytes:
    """Its bytes, as the vendor writes them."""
    origin = KINDS[telling.kind].origin
    if origin == "api":
        records = [_record(telling, row) for row in rows]
        token = "more" if telling.form == "page" else None
        return json.dumps({"data": records, "next_token": token}).encode()
    lines = _export_lines if origin == "account_export" else _comma_lines
    return "".join(f"{line}\n" for line in lines(telling, rows)).encode()


def _day_text(row: Row) -> str:
    return row.day.isoformat() if row.has_day else NO_DAY


def _record(telling: Telling, row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {"day": _day_text(row)}
    if telling.kind == "nights answer":
        record |= _night(telling, row)
    if telling.kind == "readiness answer":
        record["contributors"] = {}
    for cell, path in telling.columns.items():
        outer, _, inner = path.partition(".")
        value = _said(row, cell)
        if inner:
            record[outer] = {inner: value}
        else:
            record[outer] = value
    return record


def _night(telling: Telling, row: Row) -> dict[str, Any]:
    """What every sleep period has: its id, and the hours in bed on the person's clock."""
    zone = ZONES[telling.user]
    evening = datetime.combine(row.day - timedelta(1), time(22), zone)
    morning = datetime.combine(row.day, time(7), zone)
    return {
        "id": row.key,
        "type": "long_sleep",
        "bedtime_start": evening.isoformat(),
        "bedtime_end": morning.isoformat(),
    }


def _export_lines(telling: Telling, rows: Iterable[Row]) -> Iterator[str]:
    names = list(dict.fromkeys(path.partition(".")[0] for path in telling.columns.values()))
    yield ";".join(["id", "day", *names])
    for row in rows:
        record = _record(telling, row)
        cells = [_cell(record.get(name)) for name in names]
        yield ";".join([f"a-{_day_text(row)}", _day_text(row), *cells])


def _said(row: Row, cell: Cell) -> Any:
    """What stands in a cell of a row: no number in those that cannot be read."""
    is_garbled = row.has_day and not row.usable and cell[1] != "title"
    return "many" if is_garbled else row.values.get(cell)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return "" if value is None else str(value)


def _comma_lines(telling: Telling, rows: Iterable[Row]) -> Iterator[str]:
    is_workouts = telling.kind == "workouts"
    fixed = ["Workout Timestamp", "Fitness Discipline"] if is_workouts else ["date"]
    yield ",".join([*fixed, *telling.columns.values()])
    for row in rows:
        first = [_start_text(telling, row), "Cycling"] if is_workouts else [_day_text(row)]
        cells = [_cell(_said(row, cell)) for cell in telling.columns]
        yield ",".join([*first, *cells])


def _start_text(telling: Telling, row: Row) -> str:
    """The wall clock of a workout in the zone of the download, with its label."""
    if not row.has_day:
        return f"{NO_DAY} 07:00 (UTC)"
    start = start_of(row.day, telling.user)
    if not telling.label:
        return f"{_local(telling.user, start):%Y-%m-%d %H:%M}"
    if telling.label == "own":
        local = start.astimezone(ZONES[telling.user])
        return f"{local:%Y-%m-%d %H:%M} ({local.tzname()})"
    away = start.astimezone(LABEL_ZONES[telling.label])
    return f"{away:%Y-%m-%d %H:%M} ({telling.label})"
