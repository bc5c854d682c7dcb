"""Five years in a running `dagster dev`: as an arrival, and launched as a backfill from the web
page."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.automation.dagster_dev import BACKFILL, dagster_dev

DAYS = 1826


@pytest.mark.slow
def test_five_years_are_one_run_and_the_launch_answers_at_once(
    tmp_path: Path, record_property: Any
) -> None:
    lake = Lakehouse.open(load_settings(home=tmp_path / "home"))
    last = lake.settings.today()
    person = demo.simulate(DAYS, 2, last, timezone=lake.settings.timezone)
    with dagster_dev(lake, tmp_path / "dagster.log") as dev:
        for file in demo.write_files(person, tmp_path / "files"):
            lake.landing_objects.put(f"landing/me/{file.name}", file.read_bytes())
        arrived = dev.wait(lambda: dev.is_idle() and not arrivals.pending(lake), "the arrival", 500)
        dev.wait(
            lambda: any(
                run.job_name == "insights_history" and run.is_finished for run in dev.runs()
            ),
            "insights",
        )
        days = [str(last - timedelta(back)) for back in range(DAYS)]
        assets = dev.layers()
        started = time.monotonic()
        answer = dev.ask(BACKFILL, assets=assets, days=days)["launchPartitionBackfill"]
        answered = time.monotonic() - started
        assert answer["__typename"] == "LaunchBackfillSuccess", answer

        def runs() -> list[Any]:
            return [
                run
                for run in dev.runs()
                if run.tags.get("dagster/backfill") == answer["backfillId"]
            ]

        took = dev.wait(
            lambda: bool(runs()) and all(run.is_finished for run in runs()), "the backfill", 500
        )
        for name, seconds in (("arrival", arrived), ("launch", answered), ("backfill", took)):
            record_property(name, round(seconds, 1))
            print(f"{name} of {DAYS} days: {seconds:.1f} s")
        assert answered < 5
        assert len(runs()) == 1
        assert runs()[0].is_success
