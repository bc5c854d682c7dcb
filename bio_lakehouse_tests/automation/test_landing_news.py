"""What the command line and the jobs bring in shows on the landing assets; an ingest without news
needs no Dagster."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse import workflows
from bio_lakehouse.assets.keys import LANDED_FILES, PELOTON_DOWNLOAD
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.jobs import download_peloton
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse.sources.peloton.download import PelotonBrowser, WorkoutsFile

EMPTY = b'{"data": [], "next_token": null}'
INGEST = """
import sys
from pathlib import Path
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.workflows import run_ingest
run_ingest(Lakehouse.open(load_settings(home=sys.argv[1])), [Path(sys.argv[2])], "me")
print("dagster" in sys.modules)
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    return Lakehouse.open(load_settings(home=tmp_path / "home"))


def events(lake: Lakehouse, key: dg.AssetKey) -> list[dict[str, object]]:
    """What each file says on a landing asset, oldest first."""
    with open_instance(lake.settings) as instance:
        records = instance.fetch_materializations(key, limit=100, ascending=True).records
    made = [record.asset_materialization for record in records]
    return [{name: value.value for name, value in one.metadata.items()} for one in made if one]


def test_a_file_that_is_brought_in_is_told_once_and_again_needs_no_dagster(
    lake: Lakehouse, tmp_path: Path
) -> None:
    file = tmp_path / "daily_sleep.json"
    file.write_bytes(EMPTY)
    workflows.run_ingest(lake, [file], "me")
    (told,) = events(lake, LANDED_FILES)
    assert (told["file"], told["outcome"]) == ("landing/me/daily_sleep.json", "taken")
    command = [sys.executable, "-c", INGEST, str(lake.settings.home), str(file)]
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert again.stdout == "False\n"
    assert len(events(lake, LANDED_FILES)) == 1


def test_what_was_dropped_and_is_a_copy_or_no_export_is_told_by_the_next_command(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows, "bring_up_to_date", lambda lake: 0)
    for name, content in (("a", EMPTY), ("b", EMPTY), ("c", b"beach,sun\n1,2\n")):
        lake.landing_objects.put(f"landing/me/daily_sleep_{name}.json", content)
    workflows.ingest_landed(lake, "me")
    outcomes = {str(one["file"])[-6:]: one["outcome"] for one in events(lake, LANDED_FILES)}
    assert outcomes == {"a.json": "taken", "b.json": "said again", "c.json": "refused"}


def test_a_download_is_taken_by_its_job_and_shows_on_its_asset(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    today = lake.settings.today()
    person = demo.simulate(30, 4, today, timezone=lake.settings.timezone)
    files = demo.write_files(person, tmp_path)
    workouts = next(file for file in files if file.name.endswith("workouts.csv"))
    profile = fetching.peloton_browser(lake.settings, "me").profile
    profile.mkdir(parents=True)
    (profile / "session-cookies.json").write_text("[]")

    def downloaded(_: PelotonBrowser) -> WorkoutsFile:
        return WorkoutsFile("workouts.csv", workouts.read_bytes())

    monkeypatch.setattr(fetching, "download_workouts", downloaded)
    with dg.DagsterInstance.ephemeral() as instance:
        run = download_peloton.execute_in_process(instance=instance, resources={"lake": lake})
        (event,) = run.asset_materializations_for_node("download")
    assert event.asset_key == PELOTON_DOWNLOAD
    assert event.metadata["outcome"].value == "taken"
    assert event.metadata["datasets"].value == "peloton/workouts"
    assert event.metadata["rows"].value > 0
    assert lake.log.files_pending(today - timedelta(40), today) == [event.metadata["file"].value]
