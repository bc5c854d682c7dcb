"""What Dagster's records tell of a person goes, and which days were made stays."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from bio_lakehouse.assets.people import FILES_TAG
from bio_lakehouse.automation import forgotten_runs
from bio_lakehouse.automation.forgotten_runs import About, forget_records, nothing_running
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.serving import the_only_one
from bio_lakehouse.cli import main
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.speaking_of import places
from bio_lakehouse_tests.lake.test_arrivals import TODAY, ingest, trends
from bio_lakehouse_tests.postgres_server import Server, everything_in

GONE, STAYS, CANARY = "zaragoza", "ben", "Canary Climb 47114711"
DAYS = dg.StaticPartitionsDefinition(["2026-03-01", "2026-03-02"])


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def rides(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    context.log.info(f"landing/{GONE}/first.csv was taken")
    context.log.info("nothing about anybody")
    return dg.MaterializeResult(
        metadata={
            "preview": dg.MetadataValue.md(f"| {GONE} | {CANARY} |"),
            "others": dg.MetadataValue.md(f"| {STAYS} | Plain Ride |"),
            f"readiness score ({STAYS})": 70,
            "readiness score": 71,
            "rows": 3,
        },
        data_version=dg.DataVersion("as-it-was"),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake over which two runs were: one for a file of one person's, one for the other's."""
    settings = Settings(home=tmp_path_factory.mktemp("made") / "home")
    Lakehouse.open(settings)
    with open_instance(settings) as instance:
        for name in ("first.csv", "others.csv"):
            tags = {FILES_TAG: name, "dagster/partition": "2026-03-01"}
            dg.materialize([rides], instance=instance, tags=tags, partition_key="2026-03-01")
    output = settings.home / "dagster" / "storage" / "run" / "x.out"
    output.parent.mkdir(parents=True)
    output.write_text(f"landing/{GONE}/first.csv: taken")
    return settings


@pytest.fixture
def settings(made: Settings, tmp_path: Path) -> Settings:
    """A copy of it."""
    shutil.copytree(made.home, tmp_path / "home")
    return made.model_copy(update={"home": tmp_path / "home"})


def test_what_was_told_of_a_person_goes_and_the_rest_stays(settings: Settings) -> None:
    folder = settings.home / "dagster"
    trial = forget_records(settings, GONE, {"first.csv"}, is_trial=True)
    assert places(folder, GONE, CANARY) != []
    assert forget_records(settings, GONE, {"first.csv"}) == trial
    assert places(folder, GONE, CANARY) == []
    assert [one.count for one in forget_records(settings, GONE, {"first.csv"})] == [0, 0]
    with open_instance(settings) as instance:
        tags = sorted(run.tags[FILES_TAG] for run in instance.get_runs())
        newest = instance.get_latest_materialization_event(dg.AssetKey("rides"))
        assert tags == [forgotten_runs.FORGOTTEN, "others.csv"]
        assert newest is not None
        made = newest.asset_materialization
        assert made is not None
        assert set(made.metadata) == {"others", f"readiness score ({STAYS})", "rows"}
        assert (made.tags or {})["dagster/data_version"] == "as-it-was"
        assert made.partition == "2026-03-01"
        events = instance.fetch_materializations(rides.key, limit=9).records
        told = [record.asset_materialization for record in events]
        assert [one and set(one.metadata) for one in told] == [set(made.metadata)] * 2


def test_a_postgresql_is_rid_of_them_as_well(postgres: Server, tmp_path: Path) -> None:
    address = postgres.new_database()
    settings = Settings(home=tmp_path / "home", dagster_postgres_url=SecretStr(address))
    with open_instance(settings) as instance:
        tags = {FILES_TAG: "first.csv"}
        dg.materialize([rides], instance=instance, tags=tags, partition_key="2026-03-01")
    trial = forget_records(settings, GONE, {"first.csv"}, is_trial=True)
    assert CANARY in everything_in(address)
    assert forget_records(settings, GONE, {"first.csv"}) == trial
    left = everything_in(address)
    assert not [word for word in (GONE, CANARY) if word in left]
    assert "Plain Ride" in left
    with open_instance(settings) as instance:
        assert instance.get_materialized_partitions(rides.key) == {"2026-03-01"}


def test_log_lines_that_name_a_person_are_without_words(settings: Settings) -> None:
    forget_records(settings, GONE, set())
    with open_instance(settings) as instance:
        said = [
            entry.user_message
            for run in instance.get_runs()
            for entry in instance.all_logs(run.run_id)
        ]
    assert said.count(forgotten_runs.FORGOTTEN) == 2
    assert said.count("nothing about anybody") == 2


def test_a_sensors_cursor_that_names_a_file_begins_anew() -> None:
    about = About.of(GONE, set())
    tick = {"cursor": json.dumps({"files": [f"landing/{GONE}/x.csv"]}), "run_ids": []}
    assert json.loads(forgotten_runs._without(json.dumps(tick), about)) == {
        "cursor": None,
        "run_ids": [],
    }


def test_names_of_what_is_built_are_left_alone() -> None:
    record = {"asset_key": {"path": ["bronze", "oura"]}, "step_key": "oura", "message": "oura: ok"}
    cleared = json.loads(forgotten_runs._without(json.dumps(record), About.of("oura", set())))
    assert cleared == record | {"message": forgotten_runs.FORGOTTEN}


def test_of_an_event_about_a_file_of_theirs_nothing_is_kept() -> None:
    class_name = {"__class__": forgotten_runs.ENTRY}
    entries = [
        class_name | {"label": "file", "entry_data": {"text": f"landing/{GONE}/x.csv"}},
        class_name | {"label": "sha256", "entry_data": {"text": "0123"}},
    ]
    event = json.dumps({"metadata_entries": entries, "partition": None})
    cleared = json.loads(forgotten_runs._without(event, About.of(GONE, set())))
    assert cleared == {"metadata_entries": [], "partition": None}


def test_while_the_ui_is_open_nothing_is_forgotten(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with (
        the_only_one(settings, "ui", "http://localhost:3000"),
        pytest.raises(BioLakehouseError, match="is open already"),
        nothing_running(settings),
    ):
        pytest.fail("it went on")


def test_the_command_asks_and_then_leaves_nothing(tmp_path: Path) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path / "home", today_override=TODAY))
    for user_id in (GONE, STAYS):
        ingest(lake, f"{user_id}.csv", trends(d01=70), user_id)
    home = str(lake.settings.home)
    words = ["forget", "--user", GONE, "--home", home]
    unasked = CliRunner().invoke(main, words)
    assert unasked.exit_code == 1
    assert "add --yes to forget" in unasked.output
    assert "landing 1 files" in " ".join(
        CliRunner().invoke(main, [*words, "--dry-run"]).output.split()
    )
    assert places(lake.settings.home, GONE) != []
    done = CliRunner().invoke(main, [*words, "--yes"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "backups" in done.output
    assert places(lake.settings.home, GONE) == []
    assert {entry.user_id for entry in lake.log.of_user(STAYS)} == {STAYS}


def test_databases_give_back_what_was_rewritten(settings: Settings) -> None:
    forget_records(settings, GONE, set())
    for path in (settings.home / "dagster").rglob("*.db"):
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
