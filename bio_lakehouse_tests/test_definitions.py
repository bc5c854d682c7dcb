"""The graph as a whole. A change of a key, a dependency, an owner or a check shows as a change of
`graph.txt`.

`python bio_lakehouse_tests/test_definitions.py` writes it anew.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetNode

from bio_lakehouse.assets.checks import NAME
from bio_lakehouse.assets.keys import LANDED_FILES, PELOTON_DOWNLOAD, WEEKLY_REPORT, makers_of
from bio_lakehouse.assets.partitions import SINGLE_RUN, daily, weekly
from bio_lakehouse.definitions import definitions_of
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.settings import load_settings

SNAPSHOT = Path(__file__).with_name("graph.txt")
settings = load_settings(home=SNAPSHOT.with_name("no_lake_is_here"))
defs = definitions_of(settings)
GRAPH = defs.resolve_asset_graph()
MADE = GRAPH.materializable_asset_keys


def graph_text() -> str:
    assets = [asset_text(key) for key in sorted(GRAPH.get_all_asset_keys())]
    automations = sorted(
        [*(f"sensor {s.name}" for s in sensors()), *map(schedule_text, schedules())]
    )
    return "\n".join([*assets, *map(job_text, jobs()), *automations]) + "\n"


def asset_text(key: dg.AssetKey) -> str:
    node = GRAPH.get(key)
    lines = [
        f"{key.to_user_string()}  group={node.group_name}  kinds={','.join(sorted(node.kinds))}"
        f"  owners={','.join(node.owners)}{weeks_text(node)}",
        *(f"  < {parent_text(key, parent)}" for parent in sorted(node.parent_keys)),
        *(
            f"  check {check.name} blocking={GRAPH.get(check).blocking}"
            for check in sorted(node.check_keys)
        ),
    ]
    return "\n".join(lines)


def weeks_text(node: AssetNode) -> str:
    return "  weeks" if node.partitions_def == weekly(settings) else ""


def parent_text(key: dg.AssetKey, parent: dg.AssetKey) -> str:
    """An asset above, with how many of its own partitions back it is read."""
    mapping = GRAPH.get_partition_mapping(key, parent)
    before = -getattr(mapping, "start_offset", 0)
    return f"{parent.to_user_string()}{f'  {before} back' if before else ''}"


def jobs() -> list[dg.JobDefinition]:
    return sorted(
        (job for job in defs.resolve_all_job_defs() if not job.name.startswith("__")),
        key=lambda j: j.name,
    )


def sensors() -> list[dg.SensorDefinition]:
    return list(defs.get_repository_def().sensor_defs)


def schedules() -> list[dg.ScheduleDefinition]:
    return list(defs.get_repository_def().schedule_defs)


def schedule_text(schedule: dg.ScheduleDefinition) -> str:
    return f"schedule {schedule.name}  {schedule.cron_schedule}  job={schedule.job_name}"


def job_text(job: dg.JobDefinition) -> str:
    return f"job {job.name}  assets={len(job.asset_layer.executable_asset_keys)}"


def test_the_graph_is_as_it_was() -> None:
    assert graph_text() == SNAPSHOT.read_text("utf-8")


def test_every_asset_has_the_same_days_and_makes_a_range_in_one_run() -> None:
    nodes = [GRAPH.get(key) for key in MADE]
    by_week = {node.key for node in nodes if node.partitions_def == weekly(settings)}
    assert {node.partitions_def for node in nodes} == {daily(settings), weekly(settings)}
    assert by_week == {WEEKLY_REPORT}
    assert {node.backfill_policy for node in nodes} == {SINGLE_RUN}
    assert all(
        job.backfill_policy == SINGLE_RUN for job in jobs() if job.asset_layer.executable_asset_keys
    )


def test_what_people_drop_and_download_is_made_by_nobody_and_has_no_days() -> None:
    external = [GRAPH.get(key) for key in GRAPH.external_asset_keys]
    assert {node.key for node in external} == {LANDED_FILES, PELOTON_DOWNLOAD}
    assert all(node.partitions_def is None for node in external)


def test_no_check_has_days() -> None:
    assert {GRAPH.get(key).partitions_def for key in GRAPH.asset_check_keys} == {None}


def test_every_asset_says_what_it_is() -> None:
    assert all(len(GRAPH.get(key).description or "") > 20 for key in GRAPH.get_all_asset_keys())


def test_tables_and_views_show_their_columns() -> None:
    for key in GRAPH.get_all_asset_keys():
        metadata = GRAPH.get(key).metadata
        if key.path[0] in {"silver", "gold"}:
            columns = metadata["dagster/column_schema"].columns
            assert metadata["dagster/table_name"] == f"bio_{'.'.join(key.path)}"
            assert all(column.description for column in columns)


def test_every_registered_table_is_made_by_assets_that_hold_it_to_its_schema() -> None:
    for name, schema in SCHEMAS.items():
        for key in makers_of(schema):
            columns = GRAPH.get(key).metadata["dagster/column_schema"].columns
            assert GRAPH.get(key).metadata["dagster/table_name"] == name
            assert tuple(column.name for column in columns) == schema.column_names
            assert GRAPH.get(dg.AssetCheckKey(key, NAME)).blocking


def test_no_table_is_made_outside_the_register() -> None:
    made = {key for schema in SCHEMAS.values() for key in makers_of(schema)}
    kept = {key for key in MADE if "iceberg" in GRAPH.get(key).kinds}

    assert kept == made


def test_no_asset_stores_through_an_io_manager() -> None:
    """A value of any other type would be pickled, which fails over a range."""
    functions = [GRAPH.get(key).assets_def.op.compute_fn.decorated_fn for key in MADE]
    results = {get_type_hints(function)["return"] for function in functions}
    assert results == {dg.MaterializeResult, Iterator[dg.MaterializeResult]}


def test_loading_warns_of_nothing() -> None:
    program = "from bio_lakehouse.definitions import defs; defs.get_repository_def().asset_graph"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


if __name__ == "__main__":
    SNAPSHOT.write_text(graph_text(), "utf-8")
