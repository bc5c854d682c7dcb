"""Dagster's own event log and the batching one hold the same of the same run, in SQLite and in
PostgreSQL."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import extract_data_provenance_from_entry
from dagster._core.events import AssetObservationData
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._serdes import deserialize_value, serialize_value
from dagster_postgres import PostgresEventLogStorage

from bio_lakehouse.automation.day_events import text_of
from bio_lakehouse.automation.event_batches import Batching
from bio_lakehouse_tests.automation.log_places import Place, Places, instance_in

RUN_ID = "0f2b7a52-6c3e-4f0e-9a57-0d3c8f1d2a10"
FIRST = date(2024, 2, 20)
DAY_COUNT = 23
VERSION = "dagster/data_version"
PLANNED = "ASSET_MATERIALIZATION_PLANNED"
BATCHED = ("ASSET_MATERIALIZATION", PLANNED, "ASSET_CHECK_EVALUATION_PLANNED")
DAYS = dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")


def materialize(instance: dg.DagsterInstance, days: int) -> dg.ExecuteInProcessResult:
    """A run of three assets over a range, with each day's own metadata and data version, a blocking
    check, and user's data."""
    policy = dg.BackfillPolicy.single_run()

    @dg.asset(partitions_def=DAYS, backfill_policy=policy, code_version="1")
    def sleep(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        for day in context.partition_keys[::2]:
            context.add_asset_metadata({"dagster/partition_row_count": len(day)}, partition_key=day)
        table = dg.TableSchema(columns=[dg.TableColumn("score", "int", "Ümläut „quoted“")])
        return dg.MaterializeResult(
            metadata={"dagster/column_schema": table, "preview": dg.MetadataValue.md("| a |")}
        )

    @dg.asset(partitions_def=DAYS, backfill_policy=policy, code_version="1", deps=[sleep])
    def readiness() -> dg.MaterializeResult:
        return dg.MaterializeResult(data_version=dg.DataVersion("seven"), tags={"why": "a-tag"})

    @dg.asset(partitions_def=DAYS, backfill_policy=policy, code_version="1", deps=[readiness])
    def effect(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        for number, day in enumerate(context.partition_keys):
            told = {"rows": number, "q": number / 7, "said": "the same", VERSION: f"v{number % 5}"}
            if number % 3 == 2:
                del told["q"]
            context.add_asset_metadata(told, partition_key=day)
        return dg.MaterializeResult()

    @dg.asset_check(asset=sleep, blocking=True)
    def grain() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    last = FIRST + timedelta(days - 1)
    tags = {
        "dagster/asset_partition_range_start": str(FIRST),
        "dagster/asset_partition_range_end": str(last),
    }
    job = dg.Definitions(
        assets=[sleep, readiness, effect], asset_checks=[grain]
    ).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, tags=tags, run_id=RUN_ID)


@pytest.fixture(scope="module")
def place(places: Places) -> Place:
    return places.new("batched")


@pytest.fixture(scope="module")
def batched(place: Place) -> Iterator[dg.DagsterInstance]:
    """An instance with the batching storage in which the run has been."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "7")
        with instance_in(place, batching=True) as instance:
            assert materialize(instance, DAY_COUNT).success
            yield instance


def timeless(text: str) -> Any:
    """A serialised event, as Dagster would write it, without its time, duration and process."""
    return without_times(json.loads(serialize_value(deserialize_value(text))))


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: without_times(inner)
            for key, inner in value.items()
            if key not in {"timestamp", "pid"}
        }
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


def with_version(event: Any) -> Any:
    """A serialised event, the version in its metadata as that of its data: all that differs in our
    storage."""
    data = event["dagster_event"]["event_specific_data"]
    made = data.get("materialization")
    entries = made["metadata_entries"] if made else []
    for entry in [entry for entry in entries if entry["label"] == VERSION]:
        entries.remove(entry)
        own = {VERSION: entry["entry_data"]["text"], f"{VERSION}_is_user_provided": "true"}
        made["tags"] |= own
    return event


def log_of(place: Place, shard: str) -> list[tuple[Any, ...]]:
    """The rows of a log without their numbers, one for each day that a run intended."""
    columns = "id, run_id, dagster_event_type, step_key, asset_key, partition, event"
    rows = place.rows(shard, "event_logs", columns)
    numbered = {str(number): (asset, day) for number, *_, asset, day, _ in rows}
    return [
        (*row[1:-2], *told)
        for row in rows
        for told in told_by(row, numbered if shard == "index" else None)
    ]


def told_by(row: tuple[Any, ...], numbered: dict[str, Any] | None) -> Iterator[tuple[Any, Any]]:
    """The days that a row is about, with what it says of each; what was numbered when it was made
    from is named."""
    kind, day, text = row[2], row[-2], row[-1]
    if kind not in BATCHED:
        yield day, None
        return
    event = with_version(timeless(text))
    data = event["dagster_event"]["event_specific_data"]
    if "materialization" in data:
        point_to(data["materialization"]["tags"], numbered)
    if kind == PLANNED:
        del data["partitions_subset"]
    for told in planned_in(text) if kind == PLANNED else [day]:
        yield told, {**event, "dagster_event": said_of(event["dagster_event"], told)}


def planned_in(text: str) -> list[str | None]:
    """The days that an event intends."""
    planned = deserialize_value(text, dg.EventLogEntry).get_dagster_event()
    subset = planned.partitions_subset
    return list(subset.get_partition_keys()) if subset else [planned.partition]


def said_of(event: dict[str, Any], day: str | None) -> dict[str, Any]:
    """An event about one of its days."""
    data = event["event_specific_data"]
    return {**event, "event_specific_data": {**data, "partition": day}} if day else event


def point_to(tags: dict[str, str], numbered: dict[str, Any] | None) -> None:
    """Let what an event was made from be named, where it is numbered."""
    for name in [name for name in tags if name.startswith("dagster/input_event_pointer/")]:
        tags[name] = numbered.get(tags[name], "NULL") if numbered else ""


def of_the_run(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What the run's own database keeps: of the days that were made the last of each batch."""
    kept = {str(FIRST + timedelta(place)) for place in (6, 13, 20, 22)}
    return [row for row in rows if row[1] != "ASSET_MATERIALIZATION" or row[4] in kept]


def tags_in(place: Place, but: str) -> list[tuple[Any, ...]]:
    columns = "asset_key, key, value"
    found = place.rows("index", "asset_event_tags", columns)
    return [row for row in found if row[0] != f'["{but}"]']


def assets_in(place: Place) -> list[tuple[Any, ...]]:
    columns = "asset_key, last_run_id, asset_details, tags, wipe_timestamp"
    return place.rows("index", "asset_keys", columns, order="asset_key")


def newest_of(place: Place) -> list[tuple[str, Any]]:
    columns = "asset_key, last_materialization"
    found = place.rows("index", "asset_keys", columns, order="asset_key")
    records = [(key, timeless(text)) for key, text in found]
    for _, record in records:
        with_version(record["event_log_entry"])
        del record["storage_id"]
        data = record["event_log_entry"]["dagster_event"]["event_specific_data"]
        point_to(data["materialization"]["tags"], None)
    return records


def test_a_range_leaves_the_same_log_in_dagsters_own_storage_and_in_ours(
    places: Places, place: Place, batched: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day that was intended is one of its range in ours; numbers are of places in the log."""
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "0")
    theirs = places.new("default")
    with instance_in(theirs, batching=False) as default:
        own = PostgresEventLogStorage if theirs.postgres else SqliteEventLogStorage
        assert type(default.event_log_storage) is own
        assert materialize(default, DAY_COUNT).success
        for key in ("sleep", "readiness", "effect"):
            asset = dg.AssetKey(key)
            assert batched.get_materialized_partitions(
                asset
            ) == default.get_materialized_partitions(asset)
    assert log_of(place, "index") == log_of(theirs, "index")
    if theirs.postgres is None:
        assert log_of(place, RUN_ID) == of_the_run(log_of(theirs, RUN_ID))
    assert tags_in(place, but="effect") == tags_in(theirs, but="effect")
    assert assets_in(place) == assets_in(theirs)
    assert newest_of(place) == newest_of(theirs)
    assert len(log_of(place, "index")) > 6 * DAY_COUNT


def test_a_range_is_one_event_an_asset_before_and_a_short_one_a_day_after(
    place: Place, batched: dg.DagsterInstance
) -> None:
    counted = Counter(row[0] for row in place.rows("index", "event_logs", "dagster_event_type"))
    assert counted["ASSET_MATERIALIZATION_PLANNED"] == 3
    assert counted["ASSET_MATERIALIZATION"] == 3 * DAY_COUNT
    texts = [text for (text,) in place.rows("index", "event_logs", "event")]
    short = [text for text in texts if text.startswith('{"__class__": "DayMade"')]
    assert len(short) == 2 * DAY_COUNT, "all of assets whose days have a version of their content"
    assert max(map(len, short)) < 500
    assert batched.get_run_stats(RUN_ID).materializations == 3 * DAY_COUNT
    days = batched.get_asset_partitions_for_run(RUN_ID, dg.DagsterEventType.ASSET_MATERIALIZATION)
    assert {key.to_user_string(): len(made) for key, made in days.items()} == dict.fromkeys(
        ("sleep", "readiness", "effect"), DAY_COUNT
    )


def test_each_day_of_a_range_has_the_data_version_that_it_was_given(
    place: Place, batched: dg.DagsterInstance
) -> None:
    effect = dg.AssetKey("effect")
    records = batched.fetch_materializations(effect, limit=100, ascending=True).records
    versions = [f"v{number % 5}" for number in range(DAY_COUNT)]
    for number, record in enumerate(records):
        made = record.asset_materialization
        assert made.tags[VERSION] == versions[number]
        assert VERSION not in made.metadata
        assert made.metadata["rows"].value == number
        assert ("q" in made.metadata) == (number % 3 != 2)
        provenance = extract_data_provenance_from_entry(record.event_log_entry)
        assert provenance
        assert provenance.is_user_provided
        assert provenance.code_version == "1"
    tags = place.rows("index", "asset_event_tags", "asset_key, value")
    assert [value for key, value in tags if key == effect.to_string()] == versions
    in_run = batched.get_records_for_run(RUN_ID, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    of_effect = [
        r.asset_materialization for r in in_run.records if r.event_log_entry.step_key == "effect"
    ]
    assert [made.tags[VERSION] for made in of_effect] == versions


def test_a_logged_event_has_its_version_too(places: Places) -> None:
    with instance_in(places.new("logged"), batching=True) as instance:

        @dg.op
        def say(context: dg.OpExecutionContext) -> None:
            context.log_event(
                dg.AssetMaterialization("a", partition="2026-01-01", metadata={VERSION: "v1"})
            )

        @dg.job
        def saying() -> None:
            say()

        assert saying.execute_in_process(instance=instance).success
        made = instance.get_latest_materialization_event(dg.AssetKey("a"))
        assert made
        assert made.asset_materialization.tags[VERSION] == "v1"


def test_a_check_without_days_is_planned_once_and_not_once_a_day(
    place: Place, batched: dg.DagsterInstance
) -> None:
    columns = "asset_key, check_name, partition, run_id, execution_status"
    executions = place.rows("index", "asset_check_executions", columns)
    assert executions == [('["sleep"]', "grain", None, RUN_ID, "SUCCEEDED")]


def test_each_stored_event_is_written_once_and_read_as_one(
    place: Place, batched: dg.DagsterInstance
) -> None:
    stored = place.rows("index", "event_logs", "event, timestamp")
    assert len(stored) > 70
    for written, timestamp in stored:
        event = deserialize_value(written, dg.EventLogEntry)
        assert isinstance(event, dg.EventLogEntry)
        assert text_of(event) == written
        stored_at = datetime.fromisoformat(str(timestamp)).replace(tzinfo=UTC)
        assert abs(stored_at.timestamp() - event.timestamp) < 2e-6


def test_every_day_has_its_own_time_and_metadata(batched: dg.DagsterInstance) -> None:
    records = batched.fetch_materializations(
        dg.AssetKey("sleep"), limit=100, ascending=True
    ).records
    by_day = {record.partition_key: record for record in records}
    assert list(by_day) == [str(FIRST + timedelta(number)) for number in range(DAY_COUNT)]
    counts = [
        "dagster/partition_row_count" in r.asset_materialization.metadata for r in by_day.values()
    ]
    assert counts == [number % 2 == 0 for number in range(DAY_COUNT)]
    assert len({record.timestamp for record in records}) == DAY_COUNT


def test_a_run_without_a_check_is_logged(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing has asked for the storage's tables before the first batch of
    materializations."""
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "7")
    tags = {
        "dagster/asset_partition_range_start": "2024-03-01",
        "dagster/asset_partition_range_end": "2024-03-09",
    }

    @dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
    def breath() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    with instance_in(places.new("no checks"), batching=True) as instance:
        assert dg.materialize([breath], instance=instance, tags=tags).success
        assert len(instance.get_materialized_partitions(dg.AssetKey("breath"))) == 9


def test_opening_the_storage_turns_batching_on_where_the_environment_is_silent(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "")
    monkeypatch.delenv("DAGSTER_EVENT_BATCH_SIZE")
    with instance_in(places.new("one"), batching=True) as instance:
        assert isinstance(instance.event_log_storage, Batching)
        assert instance._get_event_batch_size() == 7
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "3")
    with instance_in(places.new("two"), batching=True) as instance:
        assert instance._get_event_batch_size() == 3


def test_events_of_another_kind_are_stored_as_dagster_stores_them(
    batched: dg.DagsterInstance,
) -> None:
    log = batched.event_log_storage
    assert isinstance(log, Batching)
    entries = [record.event_log_entry for record in log.get_records_for_run(RUN_ID).records]
    made = [entry for entry in entries if entry.get_dagster_event().is_step_materialization]
    log.store_event_batch([made[0], *map(observed, made[:3])])
    assert len(log.get_records_for_run(RUN_ID).records) == len(entries) + 4
    seen = batched.fetch_observations(made[0].get_dagster_event().asset_key, limit=10).records
    assert len(seen) == 3


def observed(made: dg.EventLogEntry) -> dg.EventLogEntry:
    """The observation of an asset that was made."""
    event = made.get_dagster_event()
    assert event.asset_key
    seen = dg.AssetObservation(event.asset_key, partition=event.partition)
    changed = {"event_type_value": "ASSET_OBSERVATION", "message": "seen"}
    data = AssetObservationData(seen)
    return made._replace(dagster_event=event._replace(event_specific_data=data, **changed))
