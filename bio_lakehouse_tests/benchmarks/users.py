"""What an arrival costs in a lake of one person, and in one of many: it should be about the same.

Run it with `python -m bio_lakehouse_tests.benchmarks.users [--users 40] [--days 300]`. It prints
figures and fails on none. Each person is one of the demo's with days of their own. All are brought
in beforehand, each into a lake of their own, and those are put together; then a few files of the
first one arrive.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from bio_lakehouse.lake import arrivals, bronze_writing, landed_reading, landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.demo import simulate, write_files
from bio_lakehouse_tests.lake.marking import mark_built

END = date(2026, 6, 30)
ARRIVING = {
    "an account export": "dailyreadiness.csv",
    "a trends export": "*_trends.csv",
    "an API answer": "oura_daily_sleep_*.json",
    "a download of workouts": "*_workouts.csv",
}
"""What of the first person's files is kept back, by patterns of which the last match is taken."""

Figures = dict[str, float]
"""Seconds of a processor by what was done: other work on the machine is not in them."""


def open_lake(home: Path) -> Lakehouse:
    return Lakehouse.open(Settings(home=home, timezone="Europe/Berlin", today_override=END))


def person_files(folder: Path, seed: int, days: int) -> list[Path]:
    return write_files(simulate(days, seed, END, timezone="Europe/Berlin"), folder)


def bring_in(lake: Lakehouse, paths: list[Path], user_id: str) -> None:
    for path in paths:
        arrivals.ingest(lake, path, user_id)
    write_pending(lake)
    landed_reading.forget_readings()


def write_pending(lake: Lakehouse) -> None:
    """Write the bronze of each dataset's pending days, and count what became of their rows."""
    changes = arrivals.pending(lake)
    for dataset, days in changes.items():
        bronze_writing.write_bronze(lake, dataset, min(days), max(days))
    if changes:
        first, last = min(map(min, changes.values())), max(map(max, changes.values()))
        mark_built(lake, changes, first, last)


def join(lake: Lakehouse, person: Lakehouse, entries: list[str]) -> None:
    """Add all that a person's lake holds to `lake`, as if it had arrived there."""
    log = lake.log
    for part in (landing.PREFIX, "bronze", "quarantine"):
        if (person.settings.home / part).exists():
            target = lake.settings.home / part
            shutil.copytree(person.settings.home / part, target, dirs_exist_ok=True)
    for path in entries:
        entry = person.log.entry(path)
        assert entry
        info = lake.landing_objects.info(landing.split_path(path)[0])
        log.record(replace(entry, tag=info.tag, modified=info.modified))


def lake_of(folder: Path, users: int, days: int) -> tuple[Lakehouse, dict[str, Path]]:
    """A lake of that many people, and the files of `me` that have not arrived in it yet."""
    lake = open_lake(folder / "home")
    arriving: dict[str, Path] = {}
    for number in range(users):
        user_id = f"user{number:02d}" if number else "me"
        paths = person_files(folder / f"files-{user_id}", number + 1, days)
        if user_id == "me":
            arriving = {what: last_match(paths, name) for what, name in ARRIVING.items()}
        person = open_lake(folder / f"home-{user_id}")
        bring_in(person, [path for path in paths if path not in arriving.values()], user_id)
        lying = landing.survey(person.landing_objects)[0]
        join(lake, person, [info.key for info in lying])
    return lake, arriving


def last_match(paths: list[Path], pattern: str) -> Path:
    return max(path for path in paths if path.match(pattern))


def measure(users: int, days: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        lake, arriving = lake_of(Path(folder), users, days)
        figures = {"a look at landing": seconds(lambda: arrivals.news(lake))}
        for what, path in arriving.items():
            landed_reading.forget_readings()
            figures[what] = seconds(lambda path=path: arrivals.ingest(lake, path, "me"))
        landed_reading.forget_readings()
        figures["bronze and row counts of all of these"] = seconds(lambda: write_pending(lake))
    return figures


def seconds(task: Callable[[], object]) -> float:
    started = time.process_time()
    task()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--days", type=int, default=300)
    asked = parser.parse_args()
    one, many = measure(1, asked.days), measure(asked.users, asked.days)
    print(
        f"| Processor seconds, {asked.days} days each | 1 user | {asked.users} users |\n"
        "|---|---|---|"
    )
    for what in one:
        print(f"| {what} | {one[what]:.2f} | {many[what]:.2f} |")


if __name__ == "__main__":
    main()
