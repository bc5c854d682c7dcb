"""What the event of each day tells: added at once it is as added one by one, and a day that is
logged beyond the run's is known to be made from the same."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from bio_lakehouse.assets.keys import TRAINING_LOAD
from bio_lakehouse.assets.metadata_by_day import add_metadata_by_day
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.build.day_facts import effects_by_day, figures_by_day
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo

DAYS = dg.DailyPartitionsDefinition("2024-01-01")
RANGE = {
    "dagster/asset_partition_range_start": "2024-02-01",
    "dagster/asset_partition_range_end": "2024-02-05",
}
TODAY = date(2026, 5, 20)
VERSION = "dagster/data_version"


def test_metadata_added_at_once_is_as_metadata_added_one_by_one() -> None:
    policy = dg.BackfillPolicy.single_run()

    @dg.asset(partitions_def=DAYS, backfill_policy=policy)
    def one_by_one(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        context.add_asset_metadata({"whole": "run"})
        for day in context.partition_keys:
            context.add_asset_metadata({"day": day, "n": 1}, partition_key=day)
            context.add_asset_metadata({"n": 2}, partition_key=day)
        return dg.MaterializeResult()

    @dg.asset(partitions_def=DAYS, backfill_policy=policy)
    def at_once(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        context.add_asset_metadata({"whole": "run"})
        days = context.partition_keys
        add_metadata_by_day(context, context.asset_key, {day: {"day": day, "n": 1} for day in days})
        add_metadata_by_day(context, context.asset_key, {day: {"n": 2} for day in days})
        return dg.MaterializeResult()

    with dg.DagsterInstance.ephemeral() as instance:
        assert dg.materialize([one_by_one, at_once], instance=instance, tags=RANGE).success
        told = [
            [
                (record.partition_key, dict(record.asset_materialization.metadata))
                for record in instance.fetch_materializations(dg.AssetKey(name), limit=9).records
            ]
            for name in ("one_by_one", "at_once")
        ]
    assert told[0] == told[1]
    assert len(told[0]) == 5


def test_figures_are_named_by_user_where_there_are_several_and_left_out_where_unknown() -> None:
    days = [TODAY, TODAY, TODAY - timedelta(1)]
    rows = pa.table({"user_id": ["ada", "bo", "ada"], "day": days, "score": [80, 71, None]})
    plotted = {"score": "readiness score"}
    assert figures_by_day(rows, plotted, {"ada", "bo"}) == {
        TODAY: {"readiness score (ada)": 80, "readiness score (bo)": 71}
    }
    assert figures_by_day(rows.slice(0, 1), plotted, {"ada"}) == {TODAY: {"readiness score": 80}}


def test_effect_and_q_of_each_finding_are_rounded_numbers() -> None:
    rows = pa.table(
        {
            "user_id": ["me", "me"],
            "day": [TODAY, TODAY],
            "finding": ["cycling_vs_rest", "yoga_vs_rest"],
            "effect": [-0.36645, None],
            "q": [0.01360049, None],
        }
    )
    found = effects_by_day(rows, {"me"})
    assert found == {TODAY: {"effect: cycling vs rest": -0.366, "q: cycling vs rest": 0.0136}}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakehouse]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
        settings = load_settings(home=tmp_path_factory.mktemp("home"), today_override=TODAY)
        made = Lakehouse.open(settings)
        person = demo.simulate(20, 3, TODAY, timezone=settings.timezone)
        for file in demo.write_files(person, tmp_path_factory.mktemp("files")):
            arrivals.ingest(made, file, "me")
        yield made


def records_of(lake: Lakehouse, key: dg.AssetKey) -> list[dg.EventLogRecord]:
    with open_instance(lake.settings) as instance:
        return list(instance.fetch_materializations(key, limit=1000, ascending=True).records)


def events(lake: Lakehouse, key: dg.AssetKey) -> dict[str, dg.AssetMaterialization]:
    found = records_of(lake, key)
    return {str(record.partition_key): record.asset_materialization for record in found}


def test_days_that_a_run_changed_beyond_its_own_are_logged_as_if_they_were_its_own(
    lake: Lakehouse,
) -> None:
    """Training load is carried on to the newest day, whatever the days of the run."""
    first = TODAY - timedelta(19)
    launch.materialize_range(
        lake.settings, 'group:silver or group:bronze or key:"gold/daily*"', first, TODAY
    )
    launch.materialize_range(lake.settings, [TRAINING_LOAD], first, first + timedelta(1))
    made = events(lake, TRAINING_LOAD)
    assert sorted(made) == [str(first + timedelta(number)) for number in range(20)]
    tags = [dict(one.tags or {}) for one in made.values()]
    versions = [one.pop(VERSION) for one in tags]
    assert all(one == tags[0] for one in tags)
    assert len(set(versions)) == 20
    rows = lake.tables.scan("bio_gold.training_load", first, TODAY).to_pylist()
    known = {str(row["day"]) for row in rows if row["chronic_load"] is not None}
    assert known
    assert {day for day, one in made.items() if "chronic load" in one.metadata} == known
    launch.materialize_range(lake.settings, [TRAINING_LOAD], first, first)
    assert [record.partition_key for record in records_of(lake, TRAINING_LOAD)[20:]] == [str(first)]


def test_a_run_of_one_day_has_the_version_of_its_content_in_dagsters_own_storage(
    lake: Lakehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "0")
    ours = events(lake, TRAINING_LOAD)[str(TODAY)].tags
    default = lake.settings.model_copy(update={"event_batch_size": 1})
    with open_instance(default) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
    launch.materialize_range(default, [TRAINING_LOAD], TODAY, TODAY)
    theirs = events(Lakehouse(default), TRAINING_LOAD)[str(TODAY)].tags
    assert ours
    assert theirs
    assert theirs[VERSION] == ours[VERSION]
