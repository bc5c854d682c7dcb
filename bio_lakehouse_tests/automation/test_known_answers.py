"""What the event log knows without asking is what Dagster's own log answers, whoever wrote."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import dagster as dg
import pytest
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.storage.event_log import SqliteEventLogStorage
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.automation.event_log import BatchingSqliteEventLog
from bio_lakehouse_tests.automation.log_places import Places, instance_in

FIRST = date(2026, 1, 1)
DAYS = [str(FIRST + timedelta(number)) for number in range(4)]
PARTITIONS = dg.DailyPartitionsDefinition(DAYS[0], end_date=str(FIRST + timedelta(4)))
KEYS = [dg.AssetKey("sleep"), dg.AssetKey("readiness"), dg.AssetKey("never")]
MADE = dg.DagsterEventType.ASSET_MATERIALIZATION


class Two(NamedTuple):
    """Two processes' instances of one record of runs, and Dagster's own log over it."""

    instances: tuple[dg.DagsterInstance, dg.DagsterInstance]
    own: SqliteEventLogStorage


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "7")
        place = Places(tmp_path_factory.mktemp("known"), None).new("home")
        with instance_in(place, batching=True) as one, instance_in(place, batching=True) as other:
            own = SqliteEventLogStorage(str(place.home / "history" / "runs"))
            own.register_instance(one)
            yield Two((one, other), own)


def asset(name: str, *parents: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        deps=list(parents),
        partitions_def=PARTITIONS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        code_version="1",
        check_specs=[dg.AssetCheckSpec("grain", asset=name)],
    )
    def made(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        for number, day in enumerate(context.partition_keys):
            version = f"{context.run.tags['said']}{number}"
            context.add_asset_metadata({DATA_VERSION_TAG: version}, partition_key=day)
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])

    return made


JOB = dg.Definitions(
    assets=[asset("sleep"), asset("readiness", "sleep")]
).resolve_implicit_global_asset_job_def()


def build(instance: dg.DagsterInstance, days: Sequence[str], said: str) -> None:
    tags = {
        "dagster/asset_partition_range_start": days[0],
        "dagster/asset_partition_range_end": days[-1],
        "said": said,
    }
    assert JOB.execute_in_process(instance=instance, tags=tags).success


def report(instance: dg.DagsterInstance, day: str | None, said: str) -> None:
    tags = {DATA_VERSION_TAG: said, "other": "also"}
    instance.report_runless_asset_event(dg.AssetMaterialization("sleep", partition=day, tags=tags))


def observe(instance: dg.DagsterInstance, day: str | None, said: str) -> None:
    instance.report_runless_asset_event(
        dg.AssetObservation("never", partition=day, metadata={"said": said})
    )


DONE: Mapping[str, Callable[[dg.DagsterInstance, int, str], None]] = {
    "one day": lambda instance, at, said: build(instance, DAYS[at : at + 1], said),
    "days": lambda instance, at, said: build(instance, DAYS[: at + 1], said),
    "reported": lambda instance, at, said: report(instance, DAYS[at], said),
    "of no day": lambda instance, _, said: report(instance, None, said),
    "observed": lambda instance, at, said: observe(instance, DAYS[at], said),
    "wiped": lambda instance, at, _: instance.wipe_assets(KEYS[at % 2 : at % 2 + 1]),
    "forgotten": lambda instance, at, _: instance.wipe_asset_cached_status(
        KEYS[at % 2 : at % 2 + 1]
    ),
}


def answers(log: Any) -> list[object]:
    """All that is kept of answers; days in another order are the same."""
    told: list[object] = [log.get_asset_records(KEYS), log.get_asset_records(KEYS[:1])]
    told += [log.get_latest_materialization_events(KEYS)]
    for key in KEYS:
        told.append(log.fetch_observations(key, limit=1).records)
        for days in (DAYS, DAYS[2:], DAYS[:1]):
            told.append(log.get_latest_tags_by_partition(key, MADE, [DATA_VERSION_TAG], days))
    return told


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(DONE)),
            st.integers(0, 1),
            st.integers(0, 3),
            st.sampled_from("abc"),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_known_is_what_dagsters_own_log_answers(
    two: Two, done: list[tuple[str, int, int, str, bool]]
) -> None:
    for what, who, at, said, is_asked in done:
        DONE[what](two.instances[who], at, said)
        for instance in two.instances:
            assert isinstance(instance.event_log_storage, BatchingSqliteEventLog)
            if is_asked:
                assert answers(instance.event_log_storage) == answers(two.own)
    for instance in two.instances:
        assert answers(instance.event_log_storage) == answers(two.own)


def test_what_is_known_is_not_asked_again(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = two.instances[0]
    build(instance, DAYS, "known")
    first = answers(instance.event_log_storage)
    monkeypatch.setattr(BatchingSqliteEventLog, "_connect", lambda *_: pytest.fail("is asked"))
    log: Any = instance.event_log_storage
    assert log.get_asset_records(KEYS) == first[0]
    assert log.get_latest_tags_by_partition(KEYS[0], MADE, [DATA_VERSION_TAG], DAYS) == {
        day: {DATA_VERSION_TAG: f"known{number}"} for number, day in enumerate(DAYS)
    }
