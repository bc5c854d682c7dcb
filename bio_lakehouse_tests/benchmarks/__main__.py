"""All benchmarks of speed, one after another, each in a process of its own.

    python -m bio_lakehouse_tests.benchmarks                     # all, on an idle machine
    python -m bio_lakehouse_tests.benchmarks --quick             # small, to see that all of it runs
    python -m bio_lakehouse_tests.benchmarks landing_to_gold     # one of them
    python -m bio_lakehouse_tests.benchmarks --write             # also into the page beside this

Each prints a table in which something is held against a named alternative on the same data in the
same run. A benchmark that fails is named at the end, with exit code 1; no figure fails one.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PAGE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured: {} -->", "<!-- end of {} -->"
LIBRARIES = (
    "dagster",
    "duckdb",
    "pandas",
    "polars",
    "pyarrow",
    "pyiceberg",
    "pysail",
    "pyspark-client",
)


@dataclass(frozen=True, slots=True)
class Section:
    """A benchmark: its module here, what it is about, and its words in full and in a quick run."""

    module: str
    title: str
    words: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()


SECTIONS = (
    Section(
        "landing_to_gold",
        "From files to a row a day",
        words=("--jvm",),
        quick=("--days", "120", "--workouts", "60"),
    ),
    Section("heart_rates", "Very many readings", quick=("--readings", "20000")),
    Section("bronze_layouts", "Three ways to keep bronze", quick=("--days", "120")),
    Section("growth", "What grows with a lake", quick=("--quick",)),
    Section(
        "start_up",
        "Commands that have little to do",
        quick=("--days", "60", "--runs", "1"),
    ),
    Section(
        "dagster_part",
        "What Dagster takes of a run",
        quick=("--days", "60", "--own-days", "0"),
    ),
)


def main() -> int:
    """Run what is asked for; 1 when a benchmark failed."""
    known = {section.module: section for section in SECTIONS}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(known))
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    asked = parser.parse_args()
    unknown = set(asked.sections) - set(known)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there is: {', '.join(known)}")
    print(about_this_machine(), end="\n\n")
    failed = []
    for name in asked.sections or known:
        section = known[name]
        print(f"## {section.title}\n", flush=True)
        code, told = run(section, quick=asked.quick)
        if code:
            failed.append(name)
        elif asked.write:
            write(name, told)
    if asked.write:
        write("machine", about_this_machine())
    print("Failed: " + ", ".join(failed) if failed else "All of them ran.")
    return 1 if failed else 0


def run(section: Section, *, quick: bool) -> tuple[int, str]:
    """Run a benchmark, print what it says as it says it, and give that with its exit code."""
    words = section.quick if quick else section.words
    command = [sys.executable, "-m", f"bio_lakehouse_tests.benchmarks.{section.module}", *words]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    print()
    return process.returncode, "".join(lines).strip()


def write(name: str, told: str, page: Path = PAGE) -> None:
    """Put what a benchmark said between its two marks in the page."""
    begin, end = BEGIN.format(name), END.format(name)
    before, found, rest = page.read_text("utf-8").partition(begin)
    after = rest.partition(end)[2]
    if not found:
        raise SystemExit(f"{page} has no place for {name}: add {begin} and {end}")
    page.write_text(f"{before}{begin}\n\n{told}\n\n{end}{after}", "utf-8")


def about_this_machine() -> str:
    """The date, the machine and the versions that the figures are of."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"Measured on {datetime.now(UTC):%-d %B %Y}: {cores} cores ({_processor()}), "
        f"{memory:.0f} GB of memory, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, {', '.join(_versions(LIBRARIES))}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _versions(names: Sequence[str]) -> Iterator[str]:
    """Those that are installed: with the extra `jvm` PySpark is another package."""
    for name in names:
        with suppress(PackageNotFoundError):
            yield f"{name} {version(name)}"


if __name__ == "__main__":
    sys.exit(main())
