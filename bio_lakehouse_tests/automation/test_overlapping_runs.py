"""Two processes that build overlapping days at the same time leave the lake that one would have
left."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.automation.test_kill import COMMAND, contents
from bio_lakehouse_tests.whole_log import entries_of

DAYS = 24
TODAY = date(2026, 6, 30)
"""Fixed, so that no run begins before midnight and ends after it."""


def settings_of(home: Path) -> Settings:
    return load_settings(home=home, timezone="Europe/Berlin", today_override=TODAY)


def landed(home: Path, files: list[Path]) -> Lakehouse:
    """A lake whose files are in the log, and nothing of them is built."""
    lake = Lakehouse.open(settings_of(home))
    for file in files:
        arrivals.ingest(lake, file, "me")
    return lake


def refresh(lake: Lakehouse, first: int, last: int) -> subprocess.Popen[str]:
    """Start to build the days from `first` to `last` days ago."""
    days = ["--from", str(TODAY - timedelta(first)), "--to", str(TODAY - timedelta(last))]
    return subprocess.Popen(
        [COMMAND, "refresh", "--home", str(lake.settings.home), *days],
        env=os.environ | {"BIO_TIMEZONE": "Europe/Berlin", "BIO_TODAY_OVERRIDE": str(TODAY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def ends(process: subprocess.Popen[str]) -> None:
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said


@pytest.mark.thorough
def test_two_runs_over_overlapping_days_are_as_one(tmp_path: Path) -> None:
    person = demo.simulate(DAYS, 7, TODAY, timezone="Europe/Berlin")
    both = landed(tmp_path / "both", demo.write_files(person, tmp_path / "files"))
    shutil.copytree(tmp_path / "both", tmp_path / "one")
    one = Lakehouse.open(settings_of(tmp_path / "one"))
    ends(refresh(one, DAYS, 0))
    together = [refresh(both, DAYS, 6), refresh(both, 18, 0)]
    for process in together:
        ends(process)
    assert contents(both) == contents(one)
    assert len(contents(both)["bio_gold.daily_readiness_performance"]) > DAYS - 5
    assert arrivals.pending(both) == {}
    assert {entry.status for entry in entries_of(both.log)} == {"ingested"}
    assert all(both.log.counts(entry.file_path).balanced for entry in entries_of(both.log))
