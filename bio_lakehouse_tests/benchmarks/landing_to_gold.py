"""From the files to a row a day: what it costs here, and what it costs whoever writes a script.

`python -m bio_lakehouse_tests.benchmarks.landing_to_gold [--days 1825] [--workouts 833] [--jvm]`
takes the same four exports through this lake (files kept, bronze, silver, the daily table, eight
views, the log) and through a script of each of DuckDB, pandas and Polars, each in a process of its
own, and compares all rows. The scripts keep no file, no version and no reason, and know one person.
With `--jvm` the lake's own transforms run once more on Spark in a JVM.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from bio_lakehouse import loading
from bio_lakehouse_tests.benchmarks.process_cost import Cost, cost_of

# As a command loads what it needs.
with loading.for_good():
    from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
    from bio_lakehouse_tests.benchmarks.five_years import Clock, exports, lake_in, plain

SCRIPTS = Path(__file__).with_name("plain_scripts")
OURS = "this lake"
ALLOWED_S = 5.0
"""Processor seconds that keeping everything may cost beyond DuckDB's script."""
COLUMNS = (
    "readiness_score",
    "temperature_deviation",
    "hrv_balance_score",
    "sleep_score",
    "activity_score",
    "steps",
    "active_calories",
    "total_calories",
    "workout_count",
    "workout_minutes",
    "total_output_kj",
    "workout_calories",
    "disciplines",
)


def ours(folder: Path, target: Path) -> None:
    """Bring in the exports of `folder` as this lake does, and write the rows of its daily table."""
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".csv")
    lake = lake_in(target.with_suffix(".home"))
    first, last = plain(lake, paths, Clock())
    pq.write_table(lake.tables.read(DAILY, first, last), target)


def rows_of(path: Path) -> dict[str, tuple[object, ...]]:
    """The compared columns of each day of which anything is known; numbers as one kind."""
    told = pq.read_table(path, columns=["day", *COLUMNS]).to_pylist()
    found = {
        str(row["day"])[:10]: tuple(_comparable(row[name]) for name in COLUMNS) for row in told
    }
    return {day: values for day, values in found.items() if any(values)}


def _comparable(value: object) -> object:
    """Nothing for what is not known, and for no workout: the scripts cannot tell the two apart."""
    if isinstance(value, int | float):
        return None if value != value or value == 0 else round(float(value), 6)
    return value or None


def differing(ours_told: Path, theirs: Path) -> list[str]:
    """Days that two files of rows tell differently."""
    left, right = rows_of(ours_told), rows_of(theirs)
    return [
        f"{day}: {left.get(day)} and {right.get(day)}"
        for day in sorted({*left, *right})
        if left.get(day) != right.get(day)
    ]


def costs(folder: Path, work: Path, *, jvm: bool) -> Iterator[tuple[str, Cost, Path]]:
    """Each way through the files of `folder`: its name, its cost and its rows."""
    module = [sys.executable, "-m", "bio_lakehouse_tests.benchmarks.landing_to_gold"]
    target = work / "ours.parquet"
    yield OURS, cost_of([*module, "--ours", str(folder), str(target)]), target
    for name in ("duckdb", "pandas", "polars"):
        target = work / f"{name}.parquet"
        script = str(SCRIPTS / f"with_{name}.py")
        yield (
            f"a script in {name}",
            cost_of([sys.executable, script, str(folder), str(target)]),
            target,
        )
    if jvm:
        target = work / "jvm.parquet"
        with spark_on_a_jvm(work) as (address, process_id):
            remote = {"BIO_SPARK_REMOTE": address}
            cost = cost_of([*module, "--ours", str(folder), str(target)], remote)
            server = processor_seconds_of(process_id)
        both = Cost(cost.wall_s, cost.processor_s + server, cost.memory_mb)
        yield "this lake on Spark in a JVM", both, target


@contextmanager
def spark_on_a_jvm(work: Path) -> Iterator[tuple[str, int]]:
    """The address of a Spark Connect server of PySpark's own JVM, and its process."""
    from bio_lakehouse_tests.conftest import free_port, server_command, wait_until_listening

    port, log = free_port(), work / "spark.txt"
    with log.open("w") as out:
        server = subprocess.Popen(server_command(port), cwd=work, stdout=out, stderr=out)
        try:
            wait_until_listening(server, port, log)
            yield f"sc://127.0.0.1:{port}", server.pid
        finally:
            server.kill()
            server.wait()


def processor_seconds_of(process_id: int) -> float:
    """Processor seconds that a running process has used until now."""
    fields = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> bool:
    """Print the table; whether all rows are the same."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=1825)
    parser.add_argument("--workouts", type=int, default=833)
    parser.add_argument("--jvm", action="store_true", help="also on Spark in a JVM")
    parser.add_argument("--ours", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.ours:
        ours(*asked.ours)
        return True
    with tempfile.TemporaryDirectory() as name:
        work, downloads = Path(name), Path(name, "downloads")
        kept = exports(asked.days, asked.workouts, downloads)
        for other in set(downloads.iterdir()) - set(kept):
            other.unlink()
        found = list(costs(downloads, work, jvm=asked.jvm))
        differences = {name: differing(found[0][2], path) for name, _, path in found[1:]}
    return told(found, differences)


def told(found: list[tuple[str, Cost, Path]], differences: Mapping[str, list[str]]) -> bool:
    base = next(cost for name, cost, _ in found if "duckdb" in name)
    print("| way | wall s | processor s | times DuckDB's | MB | days told differently |")
    print("|---|---|---|---|---|---|")
    for name, cost, _ in found:
        ratio = cost.processor_s / base.processor_s
        print(
            f"| {name} | {cost.wall_s:.1f} | {cost.processor_s:.1f} | {ratio:.1f} | "
            f"{cost.memory_mb:.0f} | {len(differences.get(name, ()))} |"
        )
    more = found[0][1].processor_s - base.processor_s
    print(
        f"\nKeeping everything costs {more:.1f} processor seconds more (wanted: {ALLOWED_S:.0f})."
    )
    for name, days in differences.items():
        print(*[f"{name}, {day}" for day in days[:5]], sep="\n", end="\n" if days else "")
    return not any(differences.values())


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
