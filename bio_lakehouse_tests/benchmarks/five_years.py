"""Five years from landing to gold, in parts: how long each takes and how much memory the whole of
it needs.

Run it with `python -m bio_lakehouse_tests.benchmarks.five_years [--days 1825] [--workouts 833]`. It
prints figures and fails on none. The parts are timed as plain functions; a second lake then goes
through the same days as `ingest` does, and what that takes longer is Dagster with its event log.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from bio_lakehouse import silver
from bio_lakehouse.backends import open_sql
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals, bronze_writing, landed_reading
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.run_ends import mark_built

END = date(2026, 6, 30)
KEPT = ("dailyreadiness", "dailysleep", "dailyactivity", "workouts")


class Clock:
    """Wall and processor seconds of named parts, in the order in which they ran."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[float, float]] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.parts[name] = (time.perf_counter() - wall, time.process_time() - processor)

    def wall(self, *names: str) -> float:
        return sum(self.parts[name][0] for name in names or self.parts)


def exports(days: int, workouts: int, folder: Path) -> list[Path]:
    """The account export's three files over all days, and one Peloton download cut to `workouts`
    rows."""
    from bio_lakehouse.sources.demo import simulate, write_files

    truth = simulate(days, 1, END)
    written = write_files(truth, folder)
    paths = [path for path in written if any(path.name.startswith(name) for name in KEPT[:3])]
    download = max(
        (path for path in written if "workouts" in path.name), key=lambda path: path.stat().st_size
    )
    lines = download.read_text("utf-8").splitlines()
    step = max(1, (len(lines) - 1) // workouts)
    download.write_text("\n".join([lines[0], *lines[1::step][:workouts]]), "utf-8")
    return [*paths, download]


def lake_in(folder: Path) -> Lakehouse:
    return Lakehouse.open(Settings(home=folder, timezone="UTC", today_override=END))


def plain(lake: Lakehouse, paths: list[Path], clock: Clock) -> tuple[date, date]:
    """Every part as plain functions, each timed; the days that were built."""
    with clock.part("parse"):
        for path in paths:
            arrivals.ingest(lake, path, "me")
    changes = arrivals.pending(lake)
    first, last = days_of(changes)
    with clock.part("bronze"):
        write_all(lake)
    with spark_session(lake.settings) as spark:
        with clock.part("silver"):
            for table in silver.TRANSFORMS:
                build_silver(lake, spark, table, first, last)
            build_coverage(lake, spark)
        with clock.part("gold"):
            build_gold_daily(lake, spark, first, last)
            build_views(lake)
        with clock.part("mark built"):
            mark_built(lake, list(changes), first, last)
    return first, last


def days_of(changes: Mapping[str, set[date]]) -> tuple[date, date]:
    return min(map(min, changes.values())), max(map(max, changes.values()))


def write_all(lake: Lakehouse) -> tuple[date, date]:
    """Write bronze of all that landed; the first and the last of its days."""
    changes = arrivals.pending(lake)
    first, last = days_of(changes)
    for dataset in changes:
        bronze_writing.write_bronze(lake, dataset, first, last)
    return first, last


def with_bronze(lake: Lakehouse, paths: list[Path]) -> tuple[date, date]:
    """Bring files in and write their bronze; its first and last day."""
    for path in paths:
        arrivals.ingest(lake, path, "me")
    return write_all(lake)


def build_views(lake: Lakehouse) -> None:
    sql = open_sql(lake)
    for view in VIEWS.values():
        sql.create_view(view)
        sql.rows_of(view.name)


def through_dagster(lake: Lakehouse, paths: list[Path], clock: Clock) -> None:
    """The same days as `bio-lakehouse ingest` takes them: one Dagster run in this process."""
    # Dagster takes seconds to load, which what is timed without it must not.
    from bio_lakehouse.automation import launch
    from bio_lakehouse.automation.owed import what_is_owed

    landed_reading.forget_readings()
    with clock.part("ingest, all of it"):
        for path in paths:
            arrivals.ingest(lake, path, "me")
        launch.bring_up_to_date(lake.settings, what_is_owed(lake))


def peak_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(clock: Clock, first: date, last: date, say: Callable[[str], None] = print) -> None:
    parts = ("parse", "bronze", "silver", "gold", "mark built")
    work = clock.wall(*parts)
    say(f"{(last - first) / timedelta(days=1) + 1:.0f} days, {first} to {last}")
    for name in parts:
        wall, processor = clock.parts[name]
        say(f"  {name:<22}{wall:7.2f} s  {processor:7.2f} s of processor  {wall / work:5.0%}")
    say(f"  {'landing to gold':<22}{work:7.2f} s")
    whole = clock.wall("ingest, all of it")
    say(
        f"  {'Dagster and event log':<22}{whole - work:7.2f} s  ({whole:.2f} s as `ingest`, with a "
        "day's insights)"
    )
    say(f"  {'peak memory':<22}{peak_memory_mb():7.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=1825)
    parser.add_argument("--workouts", type=int, default=833)
    chosen = parser.parse_args()
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        paths = exports(chosen.days, chosen.workouts, Path(folder, "downloads"))
        first, last = plain(lake_in(Path(folder, "plain")), paths, clock)
        through_dagster(lake_in(Path(folder, "dagster")), paths, clock)
    report(clock, first, last)


if __name__ == "__main__":
    main()
