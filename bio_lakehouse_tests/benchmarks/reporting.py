"""A report on five years of data, and ninety days of insight history as one run: how long each
takes.

Run it with `python bio_lakehouse_tests/benchmarks/reporting.py [--days 1825]`. It prints figures
and fails on none.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from bio_lakehouse.automation import launch
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.demo import simulate, write_files
from bio_lakehouse.workflows import run_report

END = date(2026, 6, 28)
HISTORY_DAYS = 90


def lake_of(days: int, folder: Path) -> Lakehouse:
    """A demo person's lake, built as `ingest` builds it."""
    settings = Settings(home=folder / "home", timezone="UTC", today_override=END, local_only=True)
    lake = Lakehouse.open(settings)
    for path in write_files(simulate(days, 1, END), folder / "downloads"):
        arrivals.ingest(lake, path, "me")
    launch.bring_up_to_date(settings, what_is_owed(lake))
    return lake


def timed(name: str, limit: float, started: float) -> None:
    print(f"| {name} | {time.perf_counter() - started:.1f} s | under {limit:g} s |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=1825)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(chosen.days, Path(folder))
        print("| On five years of data | took | wanted |\n|---|---|---|")
        build_for_report(lake, END)
        started = time.perf_counter()
        composition.make(lake, "me", END)
        timed("weekly report, the function", 10, started)
        started = time.perf_counter()
        run_report(lake, "me", END)
        timed("`bio-lakehouse report`: insights, forecast and report as a run", 10, started)
        started = time.perf_counter()
        launch.materialize_range(
            lake.settings, "group:insights", END - timedelta(days=HISTORY_DAYS - 1), END
        )
        timed(f"{HISTORY_DAYS} days of insights and forecasts as one run", 30, started)


if __name__ == "__main__":
    main()
