"""Bronze of made-up people, as the lake writes it, that every Spark is given: a demo person's, and
records of all kinds of values, seeded."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bio_lakehouse.lake.bronze import DayKey, Line, encode
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.record_text import to_json
from bio_lakehouse.silver import TRANSFORMS
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.demo import MAX_HEART_RATE, simulate
from bio_lakehouse.sources.oura.fields import API_FIELDS, TRENDS_FIELDS
from bio_lakehouse.sources.peloton.fields import CSV_FIELDS, METRIC_HEADERS
from bio_lakehouse_tests.gold.test_daily_of_the_demo_person import END, ZONES, parsed_files

LANDED = "2025-11-21T06:00:00.000123+00:00"
DAYS, PEOPLE, RECORDS = 20, ("me", "anna", "j-1_x"), 240
Entry = dict[str, str]


@dataclass(frozen=True, slots=True)
class SparkCase:
    """A folder with bronze, the users' profiles and the log's entries about covered days, for the
    days from `first` to `last`."""

    folder: Path
    first: date
    last: date

    @property
    def users(self) -> list[dict[str, Any]]:
        return json.loads((self.folder / "users.json").read_text())

    @property
    def coverage(self) -> list[Entry]:
        return json.loads((self.folder / "coverage.json").read_text())


def demo_case(folder: Path, days: int = 120) -> SparkCase:
    """The demo person's files, parsed."""
    files = parsed_files(simulate(days, 5, END), folder / "landing")
    lines: defaultdict[DayKey, list[Line]] = defaultdict(list)
    for name, file in files.items():
        assert file.coverage
        for record in file.records:
            key = DayKey(record.dataset, record.day, "me", file.origin)
            version = f"{file.coverage[1]}|{name}|{record.line:09d}"
            hints, text = to_json(record.hints), to_json(record.content)
            line = Line(record.key, version, record.line, name, LANDED, hints, text)
            lines[key].append(line)
    entries = [
        entry("me", file.source, file.origin, name, *file.coverage)
        for name, file in files.items()
        if file.coverage
    ]
    return written(folder, lines, ["me"], entries, END - timedelta(days - 1), END)


def entry(user_id: str, source: str, origin: str, name: str, first: date, last: date) -> Entry:
    return {
        "user_id": user_id,
        "source": source,
        "origin": origin,
        "source_file": name,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "ingested_at": "2025-11-21 06:00:00",
    }


def random_case(folder: Path, seed: int) -> SparkCase:
    """Records with every value that a field may have and many that it may not, of several people
    and origins, in versions that contradict, repeat and withdraw each other."""
    chance = random.Random(seed)
    first = date(2024, 2, 20)
    lines: defaultdict[DayKey, list[Line]] = defaultdict(list)
    for dataset in sorted({name for made in TRANSFORMS.values() for name in made.inputs}):
        for number in range(RECORDS):
            day = first + timedelta(chance.randrange(DAYS))
            origin = chance.choice(registry.source_of(dataset).origins)
            key = DayKey(dataset, day, chance.choice(PEOPLE), origin)
            lines[key].append(random_line(chance, dataset, day, number))
    entries = [random_entry(chance, first) for _ in range(30)]
    return written(folder, lines, PEOPLE, entries, first, first + timedelta(DAYS - 1))


def random_entry(chance: random.Random, first: date) -> Entry:
    starts = first + timedelta(chance.randrange(-5, DAYS))
    source, origin = chance.choice([("oura", "api"), ("peloton", "csv_export"), ("peloton", "api")])
    ends = starts + timedelta(chance.randrange(-1, 6))
    return entry(chance.choice(PEOPLE), source, origin, f"file-{chance.randrange(9)}", starts, ends)


def random_line(chance: random.Random, dataset: str, day: date, number: int) -> Line:
    withdrawn = chance.random() < 0.04
    hints = {"activity_time_unit": chance.choice(["s", "min", "?"]), "note": ',"hints":{"'}
    if dataset.startswith("peloton"):
        hints |= {"started_at_local": f"{day}T07:0{chance.randrange(6)}:00"}
        hints |= {"started_at": f"{day}T06:00:00Z"} if chance.random() < 0.7 else {}
    return Line(
        key=chance.choice([str(day), f'k"{chance.randrange(4)},\\', "ключ"]),
        version=f"2024-03-{chance.randrange(10, 30)}|{number:07d}|{chance.randrange(9):09d}",
        line=number,
        source_file=f'landing/me/f "{chance.randrange(9)}"',
        ingested_at=LANDED,
        hints="{}" if withdrawn else to_json(hints),
        record="{}" if withdrawn else to_json(random_record(chance, dataset, day)),
        provisional_at=f"{day}T1{chance.randrange(9)}:00:00.000000+00:00"
        if chance.random() < 0.1
        else "",
        withdrawn=withdrawn,
    )


def random_record(chance: random.Random, dataset: str, day: date) -> dict[str, Any]:
    if dataset in API_FIELDS:
        return random_object(chance, dataset, day)
    fields = [field for told in TRENDS_FIELDS.values() for field in told]
    fields = list(CSV_FIELDS) if dataset == "peloton/workouts" else fields
    cells = {}
    for field in fields:
        if chance.random() < 0.8:
            header = chance.choice(field.headers).title().replace(" ", chance.choice([" ", "  "]))
            cells[header] = str(random_value(chance, field.type, day))
    for header, _ in METRIC_HEADERS.values():
        if dataset == "peloton/workouts" and chance.random() < 0.3:
            cells[header] = chance.choice(["12.5", "", "31"])
    return cells


def random_object(chance: random.Random, dataset: str, day: date) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in API_FIELDS[dataset]:
        if chance.random() < 0.85:
            outer, _, inner = field.path.partition(".")
            value = random_value(chance, field.type, day)
            if inner:
                within = found.setdefault(outer, {})
                if isinstance(within, dict):
                    within[inner] = value
            else:
                found[outer] = value
    if chance.random() < 0.05:
        found[chance.choice(list(found) or ["x"])] = None
    if dataset == "oura/daily_activity" and chance.random() < 0.7:
        found["met"] = {"items": [chance.choice([1, 1.3, None, "x", 0.9]) for _ in range(5)]}
    return found


ODD = [None, "", "None", "abc", " 7 ", "٣", True, '"', 'a,"record":{', "\u2028", "\x00", "NaN "]


def random_value(chance: random.Random, kind: str, day: date) -> Any:
    """A value of a field of that kind, or sometimes of none."""
    if chance.random() < 0.12:
        return chance.choice(ODD)
    if kind == "int":
        return chance.choice([chance.randrange(0, 101), f"{chance.randrange(100)}", 71.5, 70.4999])
    if kind == "double":
        exact = chance.randrange(0, 20_000_000) / 10_000
        return chance.choice([exact, str(exact), chance.randrange(9000), "0", -0.5, "1e3"])
    if kind == "boolean":
        return chance.choice(["Live", "On Demand", "live", True, "?"])
    if kind == "timestamp":
        minutes = chance.randrange(-600, 900)
        clock = f"{day + timedelta(minutes // 1440)}T{chance.randrange(24):02}:{minutes % 60:02}"
        return clock + chance.choice([":00Z", ":00+02:00", ":00.250-03:30", ":59+0545"])
    return chance.choice(["long_sleep", "sleep", "rest", "Cycling", "bike bootcamp", "p1", "p2"])


def written(
    folder: Path,
    lines: dict[DayKey, list[Line]],
    people: Iterable[str],
    entries: list[Entry],
    first: date,
    last: date,
) -> SparkCase:
    Bronze(FolderStore(folder)).apply(
        {key: encode(key, versions) for key, versions in lines.items()}
    )
    users = [
        {"user_id": name, "timezone": "UTC", "max_heart_rate": MAX_HEART_RATE} | ZONES
        for name in people
    ]
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "coverage.json").write_text(json.dumps(entries))
    return SparkCase(folder, first, last)
