"""Which days a run intended and did not make: shown as failed, as going on or as missing, with one
event a range as with Dagster's own one a day."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.partition_status_cache import (
    get_and_update_asset_status_cache_value,
)

from bio_lakehouse.automation.launch import QUIET
from bio_lakehouse_tests.automation.log_places import Places, instance_in
from bio_lakehouse_tests.kept_home import kept

FIRST = date(2024, 2, 20)
DAYS = dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")
POLICY = dg.BackfillPolicy.single_run()
NAMES = ("sleep", "readiness", "effect")
Range = tuple[int, int]
"""The first and the last day, as days after `FIRST`."""


class Trouble:
    """What goes wrong in `readiness` meanwhile."""

    now = False


@dg.asset(partitions_def=DAYS, backfill_policy=POLICY)
def sleep() -> dg.MaterializeResult:
    return dg.MaterializeResult()


@dg.asset(partitions_def=DAYS, backfill_policy=POLICY, deps=[sleep])
def readiness(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    if Trouble.now:
        day = context.partition_keys[0]
        context.log_event(dg.AssetMaterialization("readiness", partition=day))
        raise dg.Failure("trouble")
    return dg.MaterializeResult()


@dg.asset(partitions_def=DAYS, backfill_policy=POLICY, deps=[readiness])
def effect() -> dg.MaterializeResult:
    return dg.MaterializeResult()


JOB = dg.Definitions(assets=[sleep, readiness, effect]).resolve_implicit_global_asset_job_def()


def tags_of(days: Range) -> dict[str, str]:
    first, last = (str(FIRST + timedelta(day)) for day in days)
    if first == last:
        return {"dagster/partition": first}
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }


def run(instance: dg.DagsterInstance, days: Range, *, fails: bool = False) -> None:
    Trouble.now = fails
    result = JOB.execute_in_process(
        instance=instance, run_config=QUIET, tags=tags_of(days), raise_on_error=False
    )
    assert result.success is not fails


def intend(instance: dg.DagsterInstance, days: Range) -> None:
    """A run that waits."""
    instance.create_run_for_job(JOB, tags=tags_of(days))


def cancel(instance: dg.DagsterInstance, days: Range) -> None:
    waiting = instance.create_run_for_job(JOB, tags=tags_of(days))
    instance.report_run_canceled(waiting)


def told(instance: dg.DagsterInstance) -> dict[str, Any]:
    """What the UI shows of each asset's days: those made, failed and going on; with the attempts
    that it takes this from, by the order of their runs."""
    order = [one.run_id for one in instance.get_runs()][::-1]
    shown = {}
    for name in NAMES:
        key = dg.AssetKey(name)
        cached = get_and_update_asset_status_cache_value(instance, key, DAYS)
        assert cached
        log = instance.event_log_storage
        attempts = log.get_latest_asset_partition_materialization_attempts_without_materializations(
            key
        )
        shown[name] = {
            "made": days_in(cached.deserialize_materialized_partition_subsets(DAYS)),
            "failed": days_in(cached.deserialize_failed_partition_subsets(DAYS)),
            "going on": days_in(cached.deserialize_in_progress_partition_subsets(DAYS)),
            "attempts": {day: order.index(run_id) for day, (run_id, _) in attempts.items()},
            "newest": {day: newest_plan(instance, key, day, order) for day in (*range(9), None)},
        }
    return shown


def newest_plan(
    instance: dg.DagsterInstance, key: dg.AssetKey, day: int | None, order: Sequence[str]
) -> int | None:
    """The place of the run that last intended an asset, or a day of it."""
    of_day = None if day is None else str(FIRST + timedelta(day))
    log = instance.event_log_storage
    found = log.get_latest_planned_materialization_info(key, of_day)
    return order.index(found.run_id) if found else None


def days_in(subset: Any) -> list[int]:
    days = map(date.fromisoformat, subset.get_partition_keys())
    return [(day - FIRST).days for day in days]


@contextmanager
def opened(folder: Path) -> Iterator[list[dg.DagsterInstance]]:
    """Dagster's own log and ours, in SQLite: what differs between databases is how rows are
    written, which test_event_log.py compares."""
    places = Places(folder, None)
    with (
        instance_in(places.new("theirs"), batching=False) as theirs,
        instance_in(places.new("ours"), batching=True) as ours,
    ):
        yield [theirs, ours]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both, whose databases are made: that takes as long as a run."""
    folder = tmp_path_factory.mktemp("logs") / "both"
    folder.mkdir()
    with opened(folder):
        return folder


@pytest.fixture
def both(empty: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dg.DagsterInstance]]:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "7")
    with kept(empty), opened(empty) as instances:
        yield instances


STORIES: dict[str, list[tuple[Any, ...]]] = {
    "a range fails": [(run, (0, 8), True)],
    "one day fails": [(run, (3, 3), True)],
    "days that failed are made": [(run, (0, 8), True), (run, (2, 4)), (run, (6, 6))],
    "days that were made fail": [(run, (0, 8)), (run, (2, 4), True), (run, (6, 6), True)],
    "a range waits": [(run, (0, 3)), (intend, (2, 8))],
    "a range waits over days that failed": [(run, (0, 8), True), (intend, (2, 5))],
    "a range is cancelled": [(cancel, (0, 8)), (run, (4, 4), True)],
    "ranges overlap": [(run, (0, 5), True), (run, (3, 8)), (run, (4, 6), True), (intend, (6, 6))],
}
BEGUN_ALIKE = {"a range fails"}
"""Of which all that is asked is asked of another story after its first step."""


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(story, id=name, marks=(pytest.mark.thorough,) if name in BEGUN_ALIKE else ())
        for name, story in STORIES.items()
    ],
)
def test_days_are_told_as_by_dagsters_own_log(
    both: list[dg.DagsterInstance], story: list[tuple[Any, ...]]
) -> None:
    """Asked after each step, since Dagster keeps what it answered and looks at what is newer."""
    theirs, ours = both
    for step, days, *fails in story:
        for instance in both:
            step(instance, days, **({"fails": True} if fails else {}))
        assert told(ours) == told(theirs)


@pytest.mark.parametrize(
    "places",
    ["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.thorough)],
    indirect=True,
)
def test_the_days_of_a_failed_range_are_failed_and_not_missing(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    with instance_in(places.new("failed"), batching=True) as instance:
        run(instance, (0, 8), fails=True)
        shown = told(instance)
        assert shown["sleep"]["made"] == list(range(9))
        assert shown["readiness"]["made"] == [0]
        assert shown["readiness"]["failed"] == list(range(1, 9))
        assert shown["effect"]["failed"] == list(range(9))
        run(instance, (2, 3))
        assert told(instance)["effect"]["failed"] == [0, 1, 4, 5, 6, 7, 8]
        run(instance, (0, 8))
        assert told(instance)["effect"]["failed"] == []


def test_what_was_wiped_is_not_failed(places: Places) -> None:
    with instance_in(places.new("wiped"), batching=True) as instance:
        run(instance, (0, 8), fails=True)
        instance.wipe_assets([dg.AssetKey("effect")])
        log = instance.event_log_storage
        assert not log.get_latest_asset_partition_materialization_attempts_without_materializations(
            dg.AssetKey("effect")
        )
