"""Very many heart rates from landing to gold, beside a script that averages them by day.

`python -m bio_lakehouse_tests.benchmarks.heart_rates [--readings 100000 500000]` makes a reading
every five minutes: the first half as downloads by type, the second half as answers of the API, a
month each. The lake takes them from landing to gold as plain functions, and DuckDB counts and
averages them by day, each in a process of its own; both must come to the same. It prints figures
and fails on none of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from bio_lakehouse import silver
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.lake import arrivals, landing
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse_tests.benchmarks.five_years import (
    END,
    Clock,
    build_views,
    days_of,
    lake_in,
    write_all,
)
from bio_lakehouse_tests.benchmarks.process_cost import Cost, cost_of
from bio_lakehouse_tests.lake.run_ends import mark_built

MODULE = "bio_lakehouse_tests.benchmarks.heart_rates"
SCRIPT = Path(__file__).with_name("plain_scripts") / "heart_rates_with_duckdb.py"
TABLE = "oura_heartrate"
APART = timedelta(minutes=5)
A_DAY = timedelta(days=1) // APART
IN_A_DOWNLOAD = 250_000
DAYS_OF_AN_ANSWER = 30
WANTED_S, WANTED_MB = 25, 700
"""Of 500,000 readings."""


@dataclass(frozen=True)
class Way:
    """One way through the readings: its name, its cost, and how much each part of it took."""

    name: str
    cost: Cost
    told: Path
    parts: str = ""


def moments(count: int) -> list[datetime]:
    """As many times five minutes apart, the last on the last day."""
    end = datetime(END.year, END.month, END.day, tzinfo=UTC) + timedelta(days=1)
    return [end - APART * number for number in range(count, 0, -1)]


def beats(number: int) -> int:
    return 45 + number * 7919 % 97


def write_readings(count: int, folder: Path) -> None:
    """The files of that many readings: downloads by type, and answers of the API."""
    times = moments(count)
    answered = len(times) - len(times) // 2 // A_DAY * A_DAY
    for start in range(0, answered, IN_A_DOWNLOAD):
        some = range(start, min(start + IN_A_DOWNLOAD, answered))
        rows = [f"{times[one]:%Y-%m-%dT%H:%M:%SZ},{beats(one)},awake" for one in some]
        name = f"oura_heartrate_{times[some[-1]]:%Y-%m-%dT%H-%M-%S}.csv"
        (folder / name).write_text("\n".join(["timestamp,bpm,source", *rows, ""]), "utf-8")
    for start in range(answered, len(times), DAYS_OF_AN_ANSWER * A_DAY):
        some = range(start, min(start + DAYS_OF_AN_ANSWER * A_DAY, len(times)))
        rows = [
            {"timestamp": times[one].isoformat(), "bpm": beats(one), "source": "rest"}
            for one in some
        ]
        first, last = times[some[0]].date(), times[some[-1]].date()
        answer = json.dumps({"data": rows, "next_token": None})
        (folder / f"oura_heartrate_{first}_{last}.json").write_text(answer, "utf-8")


def note_of(path: Path) -> Note:
    """What stands beside a file: of an answer, what was asked for."""
    if path.suffix == ".csv":
        return Note()
    first, last = map(date.fromisoformat, path.stem.split("_")[-2:])
    fetched = datetime(last.year, last.month, last.day, 23, tzinfo=UTC)
    return Note(fetch=FetchNote(fetched, "heartrate", first, last))


def ours(folder: Path, target: Path) -> None:
    """Take the readings through a lake; write what they come to by day, and what each part took."""
    lake, clock = lake_in(target.with_suffix(".home")), Clock()
    memory: dict[str, int] = {}
    for path in sorted(folder.iterdir()):
        landing.put(lake.landing_objects, "me", path.name, path.read_bytes(), note_of(path))
    with clock.part("land"):
        arrivals.scan(lake)
    memory["land"] = peak_mb()
    changes = arrivals.pending(lake)
    first, last = days_of(changes)
    with clock.part("bronze"):
        write_all(lake)
    memory["bronze"] = peak_mb()
    with spark_session(lake.settings) as spark:
        with clock.part("silver"):
            for table in silver.TRANSFORMS:
                build_silver(lake, spark, table, first, last)
            build_coverage(lake, spark)
        memory["silver"] = peak_mb()
        with clock.part("gold"):
            build_gold_daily(lake, spark, first, last)
            build_views(lake)
            mark_built(lake, list(changes), first, last)
        memory["gold"] = peak_mb()
    readings = lake.tables.read(silver.SCHEMAS[TABLE], first, last, columns=("day", "bpm"))
    by_day = "SELECT day, count(*) AS readings, avg(bpm) AS mean FROM readings GROUP BY day"
    duckdb.sql(f"COPY ({by_day} ORDER BY day) TO '{target}' (FORMAT parquet)")
    del readings
    parts = [
        f"{name} {processor:.1f} s, {memory[name]} MB"
        for name, (_, processor) in clock.parts.items()
    ]
    target.with_suffix(".txt").write_text("; ".join(parts), "utf-8")


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def ways(folder: Path, work: Path) -> Iterator[Way]:
    """The readings of `folder` through the lake and through the script."""
    target = work / "ours.parquet"
    cost = cost_of([sys.executable, "-m", MODULE, "--ours", str(folder), str(target)])
    yield Way("this lake", cost, target, target.with_suffix(".txt").read_text("utf-8"))
    target = work / "duckdb.parquet"
    cost = cost_of([sys.executable, str(SCRIPT), str(folder), str(target)])
    yield Way("a script in duckdb", cost, target)


def told_differently(one: Path, other: Path) -> int:
    """Days of which two files do not say the same."""
    left, right = means_by_day(one), means_by_day(other)
    return sum(left.get(day) != right.get(day) for day in {*left, *right})


def means_by_day(path: Path) -> dict[str, tuple[int, float]]:
    """How many readings a day has, and their mean, rounded to what two sums in another order
    share."""
    rows = duckdb.read_parquet(str(path)).fetchall()
    return {str(day): (count, round(mean, 6)) for day, count, mean in rows}


def measure(count: int) -> int:
    """Print the rows of that many readings; on how many days the two ways differ."""
    with tempfile.TemporaryDirectory() as place:
        folder, work = Path(place, "downloads"), Path(place)
        folder.mkdir()
        write_readings(count, folder)
        found = list(ways(folder, work))
        differing = told_differently(found[0].told, found[1].told)
    base = found[-1].cost.processor_s
    for way in found:
        cost = way.cost
        print(
            f"| {count:,} | {way.name} | {cost.wall_s:.1f} | {cost.processor_s:.1f} | "
            f"{cost.processor_s / base:.1f} | {cost.memory_mb:.0f} | {differing} | {way.parts} |",
            flush=True,
        )
    return differing


def main(words: Sequence[str] | None = None) -> bool:
    """Print the table; whether both ways came to the same."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readings", type=int, nargs="*", default=[100_000, 500_000])
    parser.add_argument("--ours", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(words)
    if asked.ours:
        ours(*asked.ours)
        sys.stdout.flush()
        os._exit(0)
    print(
        "| readings | way | wall s | processor s | times DuckDB's | MB | "
        "days told differently | parts, each with the most memory until its end |"
    )
    print("|---|---|---|---|---|---|---|---|")
    differing = [measure(count) for count in asked.readings]
    print(f"\nWanted of 500,000: {WANTED_S} processor seconds and {WANTED_MB} MB.")
    return not any(differing)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
