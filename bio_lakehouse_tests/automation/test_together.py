"""Events that are written together are there for whoever asks, in their order, and none is lost."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.plan.objects import StepSuccessData
from dagster._core.storage.event_log import SqliteEventLogStorage

from bio_lakehouse.automation.event_log import BatchingSqliteEventLog
from bio_lakehouse_tests.automation.log_places import Places, instance_in

RUN_ID = "11111111-1111-4111-8111-111111111111"
OTHER_ID = "22222222-2222-4222-8222-222222222222"
SUCCESS = dg.DagsterEventType.STEP_SUCCESS
MADE, BEGAN, ENDED = "ASSET_MATERIALIZATION", "STEP_START", "STEP_SUCCESS"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with instance_in(Places(tmp_path, None).new("home"), batching=True) as made:
        yield made


def seen_by_others(instance: dg.DagsterInstance, run_id: str = RUN_ID) -> list[tuple[str, str]]:
    """The kinds of a run's events, or their texts, each with its step, as another process reads
    them."""
    log = instance.event_log_storage
    assert isinstance(log, BatchingSqliteEventLog)
    others = SqliteEventLogStorage(str(Path(log.path_for_shard("index")).parent))
    entries = [record.event_log_entry for record in others.get_records_for_run(run_id).records]
    return [
        (
            entry.dagster_event.event_type_value if entry.dagster_event else entry.user_message,
            entry.step_key or "",
        )
        for entry in entries
    ]


def materialize(
    instance: dg.DagsterInstance, *assets: dg.AssetsDefinition
) -> dg.ExecuteInProcessResult:
    job = dg.Definitions(assets=assets).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, run_id=RUN_ID, raise_on_error=False)


def test_a_step_that_goes_on_is_seen_with_all_before_it(instance: dg.DagsterInstance) -> None:
    seen: list[list[tuple[str, str]]] = []

    @dg.asset
    def first() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    @dg.asset(deps=[first])
    def second(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        seen.append(seen_by_others(instance))
        context.log.info("half of it")
        seen.append(seen_by_others(instance))
        return dg.MaterializeResult()

    assert materialize(instance, first, second).success
    before, after = seen
    of_first = [kind for kind, step in before if step == "first"]
    assert [kind for kind in of_first if kind in {BEGAN, MADE, ENDED}] == [BEGAN, MADE, ENDED]
    assert before[-1] == (BEGAN, "second")
    assert after == [*before, ("half of it", "second")]
    kinds = [kind for kind, _ in seen_by_others(instance)]
    assert kinds[-1] == "PIPELINE_SUCCESS"
    assert (kinds.count(MADE), kinds.count(ENDED)) == (2, 2)


def test_what_a_step_made_before_it_failed_is_told(instance: dg.DagsterInstance) -> None:
    @dg.multi_asset(specs=[dg.AssetSpec("one"), dg.AssetSpec("two")])
    def both() -> Iterator[dg.MaterializeResult]:
        yield dg.MaterializeResult("one")
        raise ValueError("no two")

    assert not materialize(instance, both).success
    kinds = [kind for kind, _ in seen_by_others(instance)]
    assert kinds.index(MADE) < kinds.index("STEP_FAILURE") < kinds.index("PIPELINE_FAILURE")
    made = [instance.get_latest_materialization_event(dg.AssetKey(key)) for key in ("one", "two")]
    assert made[0]
    assert made[1] is None


def entry(run_id: str, kind: dg.DagsterEventType, step: str) -> dg.EventLogEntry:
    told = StepSuccessData(1.0) if kind == SUCCESS else None
    happened = dg.DagsterEvent(kind.value, "job", step_key=step, event_specific_data=told)
    return dg.EventLogEntry(None, 10, "", run_id, 1.0, step, "job", happened)


def test_what_waits_is_read_by_whoever_asks_and_written_at_the_end(
    instance: dg.DagsterInstance,
) -> None:
    log = instance.event_log_storage
    log.store_event(entry(RUN_ID, SUCCESS, "a"))
    assert seen_by_others(instance) == []
    assert [
        record.event_log_entry.step_key for record in log.get_records_for_run(RUN_ID).records
    ] == ["a"]
    assert seen_by_others(instance) == [(ENDED, "a")]
    log.store_event(entry(RUN_ID, SUCCESS, "b"))
    log.store_event(entry(OTHER_ID, SUCCESS, "c"))
    assert seen_by_others(instance) == [(ENDED, "a"), (ENDED, "b")]
    assert seen_by_others(instance, OTHER_ID) == []
    log.dispose()
    assert seen_by_others(instance, OTHER_ID) == [(ENDED, "c")]


def test_what_cannot_be_written_is_told_once(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = instance.event_log_storage
    log.store_event(entry(RUN_ID, SUCCESS, "a"))
    with monkeypatch.context() as patch:
        patch.setattr(BatchingSqliteEventLog, "_event_to_row", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            log.store_event(entry(RUN_ID, dg.DagsterEventType.STEP_START, "b"))
    log.store_event(entry(RUN_ID, dg.DagsterEventType.STEP_START, "c"))
    assert seen_by_others(instance) == [(BEGAN, "c")]
