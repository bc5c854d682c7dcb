"""What grows with a lake, and what does not: its age, its files, its people, and what lies in
landing.

Run it with `python -m bio_lakehouse_tests.benchmarks.growth [--json FILE]`; sizes are options, and
`--quick` takes small ones. It prints each point as it comes, then a table with the ratios to the
smallest of each curve, and fails on none. Seconds are those of the processor, so that other work on
the machine is not in them, beside those of the clock, which are as good as the machine is idle.
Each point has a process of its own (`--point years 5` is one alone), and one more day comes to a
lake that this process has built.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.benchmarks.day_to_gold import (
    Parts,
    Timer,
    by_dagster,
    by_plain_functions,
)
from bio_lakehouse_tests.benchmarks.growing_lakes import (
    Person,
    lake_at,
    land,
    names,
    people,
    person,
    small_files,
)
from bio_lakehouse_tests.benchmarks.process_cost import most_memory_mb

DAYS_A_YEAR = 365
ONE_POINT = "from bio_lakehouse_tests.benchmarks.growth import main; main()"
"""A point's process. As a module it would be loaded again, with Dagster, by each of its own."""
QUICK = {"years": [1, 2], "files": [50], "users": [1, 3], "landing": [100], "days": [60]}
FULL = {
    "years": [1, 2, 5, 10],
    "files": [100, 1000, 5000],
    "users": [1, 10, 100, 1000],
    "landing": [100, 1000, 5000],
    "days": [365],
}


@dataclass(frozen=True)
class Point:
    """What was measured at one size: processor seconds by part, seconds of the clock for all, and
    the most memory that its processes held together, in MB."""

    curve: str
    size: int
    parts: Parts
    wall: float
    peak_mb: int = 0

    @property
    def seconds(self) -> float:
        return sum(self.parts.values())


Measured = list[tuple[str, int, Timer]]
"""By curve and size."""


def of_years(years: int, days: int, *, with_dagster: bool, folder: Path) -> Measured:
    """One more day in a lake of that many years."""
    one = person(1, years * DAYS_A_YEAR, folder / "files")
    lake = built(folder, [one], 1)
    return list(one_more_day("years", years, lake, one, with_dagster=with_dagster))


def of_files(files: int, days: int, *, with_dagster: bool, folder: Path) -> Measured:
    """One more day in a lake of that many small files about the days before."""
    one = person(1, days, folder / "files", is_whole=False)
    lake = lake_at(folder / "home")
    land(lake, "me", one.history)
    land(lake, "me", (content for content in small_files(files + 4) if not is_newest(content[0])))
    by_plain_functions(lake)
    return list(one_more_day("files", files, lake, one, with_dagster=with_dagster))


def of_users(users: int, days: int, *, with_dagster: bool, folder: Path) -> Measured:
    """All people's files from landing to gold, and then one more day of one of them."""
    everybody = people(users, days, folder, is_whole=False)
    lake = lake_at(folder / "home")
    for user, one in zip(names(users), cycle(everybody), strict=False):
        land(lake, user, one.history)
    brought_in = by_plain_functions(lake)
    one_day = one_more_day("users", users, lake, everybody[0], with_dagster=with_dagster)
    return [("users from landing to gold", users, brought_in), *one_day]


def of_landing(files: int, days: int, *, with_dagster: bool, folder: Path) -> Measured:
    """That many small files are taken from landing."""
    lake = lake_at(folder / "home")
    land(lake, "me", small_files(files))
    timer = Timer()
    with timer.part("land"):
        arrivals.scan(lake)
    return [("files in landing", files, timer)]


def built(folder: Path, everybody: Sequence[Person], users: int) -> Lakehouse:
    lake = lake_at(folder / "home")
    for user, one in zip(names(users), everybody, strict=True):
        land(lake, user, one.history)
    by_plain_functions(lake)
    return lake


def is_newest(name: str) -> bool:
    return name.endswith("2026-06-30.json")


def one_more_day(
    curve: str, size: int, lake: Lakehouse, one: Person, *, with_dagster: bool
) -> Iterator[tuple[str, int, Timer]]:
    """A day of Oura's API and, after it, a download of workouts, which holds all before it too."""
    answers = [content for content in one.last_day if content[0].endswith(".json")]
    download = [content for content in one.last_day if content not in answers]
    land(lake, "me", answers)
    yield f"{curve}: a day of Oura's API", size, by_plain_functions(lake)
    land(lake, "me", download)
    if with_dagster:
        yield f"{curve}: a download of workouts, as `ingest`", size, by_dagster(lake)
    else:
        yield f"{curve}: a download of workouts", size, by_plain_functions(lake)


MEASURES: dict[str, Callable[..., Measured]] = {
    "years": of_years,
    "files": of_files,
    "users": of_users,
    "landing": of_landing,
}


def measure(curve: str, size: int, days: int, *, with_dagster: bool) -> list[Point]:
    """The points of one size."""
    with tempfile.TemporaryDirectory() as folder:
        found = MEASURES[curve](size, days, with_dagster=with_dagster, folder=Path(folder))
    return [Point(name, number, timer.parts, timer.wall) for name, number, timer in found]


def points(asked: argparse.Namespace) -> Iterator[Point]:
    for curve in MEASURES:
        for size in getattr(asked, curve):
            yield from in_own_process(curve, size, asked)


def in_own_process(curve: str, size: int, asked: argparse.Namespace) -> Iterator[Point]:
    """The points of one size, from a process that has measured nothing else."""
    command = [sys.executable, "-c", ONE_POINT, "--point", curve, str(size)]
    command += ["--days", str(asked.days[0])]
    command += ["--dagster"] if asked.dagster else []
    with tempfile.TemporaryFile("w+") as told:
        with subprocess.Popen(command, stdout=told, text=True) as process:
            peak = most_memory_mb(process)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        told.seek(0)
        found = json.loads(told.read().splitlines()[-1])
    for point in found:
        yield Point(point["curve"], point["size"], point["parts"], point["wall"], peak)


def one_point(asked: argparse.Namespace) -> None:
    """Print the points of one size as JSON, and end without waiting for Spark's server."""
    curve, size = asked.point
    print(as_json(measure(curve, int(size), asked.days[0], with_dagster=asked.dagster)))
    sys.stdout.flush()
    os._exit(0)


def table(found: Sequence[Point]) -> str:
    """Each curve with its parts, and the ratio of each size to the smallest."""
    lines = [
        "| Curve | Size | Processor s | Ratio | Wall s | Peak MB | Parts |",
        "|---|---|---|---|---|---|---|",
    ]
    smallest: dict[str, Point] = {}
    for point in sorted(found, key=lambda point: (point.curve, point.size)):
        first = smallest.setdefault(point.curve, point)
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in point.parts.items())
        ratio = point.seconds / first.seconds
        figures = f"{point.size:,} | {point.seconds:.2f} | {ratio:.2f} | {point.wall:.2f}"
        lines.append(f"| {point.curve} | {figures} | {point.peak_mb:,} | {parts} |")
    return "\n".join(lines)


def as_json(found: Sequence[Point]) -> str:
    return json.dumps([asdict(point) | {"seconds": point.seconds} for point in found])


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in FULL:
        parser.add_argument(f"--{name}", type=int, nargs="*")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--dagster", action="store_true", help="the last part as `ingest` does it")
    parser.add_argument("--json", type=Path, help="where the points are written")
    parser.add_argument("--point", nargs=2, metavar=("CURVE", "SIZE"), help="one alone, as JSON")
    asked = parser.parse_args()
    for name, sizes in (QUICK if asked.quick else FULL).items():
        if getattr(asked, name) is None:
            setattr(asked, name, sizes)
    return asked


def main() -> None:
    asked = options()
    if asked.point:
        one_point(asked)
    found: list[Point] = []
    for point in points(asked):
        found.append(point)
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in point.parts.items())
        taken = f"{point.seconds:.2f} s, {point.wall:.2f} on the clock"
        print(f"{point.curve}, {point.size:,}: {taken} ({parts})", flush=True)
        if asked.json:
            asked.json.write_text(as_json(found), "utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
