"""Lakes of any age and of any number of people for the benchmark of growth, and a day that is to
come to each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bio_lakehouse.lake import landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.demo import Truth, simulate, write_files
from bio_lakehouse.sources.demo.minutes import lay_out
from bio_lakehouse.sources.demo.oura_records import (
    activity_record,
    readiness_record,
    sleep_score_record,
    spo2_record,
)
from bio_lakehouse.sources.demo.peloton_download import downloads
from bio_lakehouse.sources.records import FetchNote

END = date(2026, 6, 30)
ZONE = ZoneInfo("Europe/Berlin")
FETCHED = datetime(END.year, END.month, END.day, 20, tzinfo=UTC)
ACCOUNT_EXPORT = ("dailyactivity.csv", "dailyreadiness.csv", "dailysleep.csv")
DIFFERENT_PEOPLE = 80
"""More have the files of these in turn. What was read is kept for a moment: files of fewer people
would be read once for all, as no lake of a thousand people's own files is."""

Content = tuple[str, bytes, Note]
"""A file as it arrives: its name, its bytes, and the note beside it."""


@dataclass(frozen=True)
class Person:
    """A demo person's files up to the day before the last, and what comes on the last."""

    history: list[Content]
    last_day: list[Content]


def lake_at(home: Path) -> Lakehouse:
    return Lakehouse.open(Settings(home=home, timezone=ZONE.key, today_override=END))


def person(seed: int, days: int, folder: Path, *, is_whole: bool = True) -> Person:
    """A person of the demo. Without `is_whole` their account export and heart rates are left out,
    which are nine tenths of all bytes; the trends export tells of the same days."""
    truth = with_workout_on_last_day(simulate(days, seed, END, timezone=ZONE.key))
    files = write_files(without_last_day(truth), folder)
    kept = [file for file in files if is_whole or not is_large(file.name)]
    history: list[Content] = [(file.name, file.read_bytes(), Note()) for file in kept]
    shutil.rmtree(folder)
    return Person(history, list(last_day(truth)))


def is_large(name: str) -> bool:
    return name in ACCOUNT_EXPORT or name.startswith("oura_heartrate")


def without_last_day(truth: Truth) -> Truth:
    delivery, earlier = truth.delivery, truth.days[:-1]
    shorter = replace(delivery, api=range(delivery.api.start, delivery.api.stop - 1))
    workouts = tuple(workout for workout in truth.workouts if workout.day <= earlier[-1].day)
    return replace(truth, days=earlier, workouts=workouts, delivery=shorter)


def with_workout_on_last_day(truth: Truth) -> Truth:
    """The last workout once more on the last day, where there is none on it."""
    if truth.workouts_of(truth.last_day):
        return truth
    newest = truth.workouts[-1]
    later = truth.last_day - newest.day
    again = replace(newest, day=truth.last_day, started_at=newest.started_at + later)
    return replace(truth, workouts=(*truth.workouts, again))


def last_day(truth: Truth) -> Iterator[Content]:
    """An answer of the API for each daily dataset, of the last day alone, and a download of all
    workouts."""
    day, sheet = truth.days[-1], lay_out(truth, len(truth.days) - 1)
    records = {
        "daily_readiness": readiness_record(truth.seed, day),
        "daily_sleep": sleep_score_record(truth.seed, day),
        "daily_activity": activity_record(truth.seed, day, sheet, ZONE),
        "daily_spo2": spo2_record(truth.seed, day),
    }
    for dataset, record in records.items():
        if record:
            note = Note(fetch=FetchNote(FETCHED, dataset, day.day, day.day))
            text = json.dumps({"data": [record], "next_token": None})
            yield f"oura_{dataset}_{day.day}.json", text.encode(), note
    *_, (name, text) = downloads(truth).items()
    yield f"today {name}", text.encode(), Note()


def land(lake: Lakehouse, user_id: str, contents: Iterable[Content]) -> None:
    """Put files into a person's landing, from where they are taken as any other."""
    for name, content, note in contents:
        landing.put(lake.landing_objects, user_id, name, content, note)


def names(users: int) -> list[str]:
    return ["me", *(f"user{number:04d}" for number in range(1, users))]


def people(users: int, days: int, folder: Path, *, is_whole: bool) -> list[Person]:
    seeds = range(1, min(users, DIFFERENT_PEOPLE) + 1)
    return [person(seed, days, folder / f"person {seed}", is_whole=is_whole) for seed in seeds]


def small_files(number: int) -> Iterator[Content]:
    """Answers of the API about one day each, of four datasets in turn, from the last day back."""
    truth = simulate(max(-(-number // 4) + 1, 30), 1, END, timezone=ZONE.key)
    made = 0
    for day in reversed(truth.days):
        records = {
            "daily_readiness": readiness_record(truth.seed, day),
            "daily_sleep": sleep_score_record(truth.seed, day),
            "daily_spo2": spo2_record(truth.seed, day),
            "sleep_time": {"id": f"time {day.day}", "day": day.day.isoformat()},
        }
        for dataset, record in records.items():
            if made == number:
                return
            made += 1
            note = Note(fetch=FetchNote(FETCHED, dataset, day.day, day.day))
            data = [record] if record else []
            text = json.dumps({"data": data, "next_token": None})
            yield f"oura_{dataset}_{day.day}.json", text.encode(), note
