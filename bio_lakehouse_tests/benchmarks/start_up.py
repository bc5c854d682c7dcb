"""What a command costs that has nothing to do but to answer.

`python -m bio_lakehouse_tests.benchmarks.start_up [--days 1825] [--runs 3] [--home FOLDER]` makes
a demo home, or takes the one in FOLDER, and runs each command as often, in a process of its own.
The least of its costs is shown, since whatever else the machine does can only add to it. Python
alone, and Python that loads DuckDB, are what any program in its place would cost at least. The
first look at reports after something has arrived is told apart: its outcome is kept.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.benchmarks.process_cost import Cost, cost_of

PROGRAM = (sys.executable, "-c", "from bio_lakehouse.cli import main; main()")
SQL = "SELECT day, energy_state FROM energy_state ORDER BY day DESC LIMIT 7"


@dataclass(frozen=True, slots=True)
class Measured:
    """A command, what it is called, how many processor seconds it may take (None: it is there to be
    compared with), and whether it is run once alone."""

    name: str
    command: Sequence[str]
    wanted_s: float | None = None
    once: bool = False

    def cost(self, runs: int) -> Cost:
        """The least of its costs; the first run writes what Python compiles."""
        environment = {"PYTHONDONTWRITEBYTECODE": ""}
        if self.once:
            return cost_of(self.command, environment)
        costs = [cost_of(self.command, environment) for _ in range(runs + 1)]
        return min(costs[1:], key=lambda cost: cost.processor_s)


def ours(home: Path) -> Iterator[Measured]:
    """The commands over the demo's home, in the order in which they are run."""
    landed = next((home / "landing" / load_settings(home=home).user).glob("*readiness*.csv"))
    at = ("--home", str(home))
    location = (sys.executable, "-c", "import bio_lakehouse.definitions")
    yield Measured("`--help`", (*PROGRAM, "--help"), 0.4)
    yield Measured("`status`, the first after a change", (*PROGRAM, "status", *at), once=True)
    yield Measured("`status`", (*PROGRAM, "status", *at), 1)
    yield Measured("`query` of a view", (*PROGRAM, "query", *at, SQL), 1)
    yield Measured("`ingest` of a known file", (*PROGRAM, "ingest", *at, str(landed)), 0.5)
    yield Measured("a code location's import", location, 4)
    yield Measured("`report`", (*PROGRAM, "report", *at), 5)


ALTERNATIVES = (
    Measured("`python -c pass`", (sys.executable, "-c", "pass")),
    Measured("`python -c 'import duckdb'`", (sys.executable, "-c", "import duckdb")),
)


def table(rows: Sequence[Measured], runs: int) -> Iterator[str]:
    """The lines of a Markdown table, each as soon as it is measured."""
    yield "| | On the wall, s | Processor, s | Wanted, s | Of what is wanted |"
    yield "|---|---:|---:|---:|---:|"
    for row in rows:
        cost = row.cost(runs)
        wanted, ratio = "", ""
        if row.wanted_s is not None:
            wanted, ratio = f"{row.wanted_s:g}", f"{cost.processor_s / row.wanted_s:.0%}"
        yield f"| {row.name} | {cost.wall_s:.2f} | {cost.processor_s:.2f} | {wanted} | {ratio} |"


def main() -> None:
    """Print what each command costs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=1825, help="of the demo's life")
    parser.add_argument("--runs", type=int, default=3, help="of each command")
    parser.add_argument("--home", type=Path, help="a demo's home, which is copied")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        if asked.home:
            shutil.copytree(asked.home, home)
            # Tables of a copied home are made again when they are first read.
            cost_of((*PROGRAM, "status", "--home", str(home)))
            for kept in home.glob("reports/*/states.json"):
                kept.unlink()
        else:
            cost_of((*PROGRAM, "demo", "--days", str(asked.days), "--home", str(home)))
        for line in table([*ALTERNATIVES, *ours(home)], asked.runs):
            print(line, flush=True)


if __name__ == "__main__":
    main()
