"""Each check executed alone, as the UI does it, over a lake with tables, pages and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from bio_lakehouse.assets.checks import NAME
from bio_lakehouse.assets.file_checks import EVERY_LINE, UP_TO_DATE, WHOLE
from bio_lakehouse.assets.keys import (
    GAP_LEDGER,
    GOLD_DAILY,
    OURA_API,
    bronze_key,
    insight_key,
    table_key,
)
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.launch import Launcher
from bio_lakehouse.automation.notices import failure_text
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.definitions import defs
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE, INSIGHTS
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.bronze_months import month_of
from bio_lakehouse.lake.filters import rows_where
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse.workflows import REPORT_SELECTION, run_ingest
from bio_lakehouse_tests.automation.watched import TODAY, scores, trends

NEWEST = TODAY - timedelta(1)
WEEK = date(2025, 3, 16)
MONDAY = date(2025, 3, 17)
EVERY_CHECK = sorted(
    key for key in defs.resolve_asset_graph().asset_check_keys if key.asset_key != OURA_API
)
ONE_OF_EACH_KIND = {check.name: check for check in EVERY_CHECK}.values()
"""Checks of one name are made by one function."""
LATE = {"trends", "oura_daily_readiness", "oura_daily_sleep"}
"""Of what Ann's newest due day is missing."""
Found = dict[dg.AssetCheckKey, dg.AssetCheckEvaluation]
Execute = Callable[..., tuple[dg.ExecuteInProcessResult, Found]]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakehouse]:
    home, files = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("files")
    (files / "trends.csv").write_bytes(trends(scores(40)))
    until_monday = {day: score for day, score in scores(40).items() if day <= MONDAY}
    (files / "anns.csv").write_bytes(trends(until_monday))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
        settings = load_settings(home=home, timezone="Europe/Berlin", today_override=TODAY)
        made = Lakehouse.open(settings)
        arrivals.ingest(made, files / "trends.csv", "me")
        arrivals.ingest(made, files / "anns.csv", "ann")
        launch.bring_up_to_date(settings, what_is_owed(made))
        launch.materialize_range(settings, REPORT_SELECTION, WEEK, WEEK)
        yield made


@pytest.fixture(scope="module")
def executed(lake: Lakehouse) -> Iterator[Execute]:
    """`executed(check, …, assets=…, day=…)`: a run of these checks, and of assets where they are
    named; what was found."""
    with Launcher.open(lake.settings) as launcher:
        yield partial(execute, launcher)


def execute(
    launcher: Launcher,
    *checks: dg.AssetCheckKey,
    assets: tuple[dg.AssetKey, ...] = (),
    day: date | None = None,
) -> tuple[dg.ExecuteInProcessResult, Found]:
    job = launcher.job.get_subset(
        asset_selection=frozenset(assets), asset_check_selection=frozenset(checks)
    )
    result = job.execute_in_process(
        instance=launcher.instance,
        tags=range_tags(launch.DayRange(day, day)) if day else {},
        raise_on_error=False,
    )
    evaluations = result.get_asset_check_evaluations()
    return result, {evaluation.asset_check_key: evaluation for evaluation in evaluations}


def overwrite(lake: Lakehouse, schema: TableSchema, day: date, rows: pa.Table) -> None:
    """Rows of a day as another program would write them: nothing holds them to the schema."""
    table = lake.tables.catalog.writable.load_table(schema.full_name)
    table.overwrite(rows, overwrite_filter=rows_where(day, day))


@pytest.fixture
def restored(lake: Lakehouse) -> Iterator[None]:
    """Whatever a test broke of gold's daily table and the insights is whole after it."""
    whole = {schema.name: lake.tables.read(schema, None, None) for schema in BREAKABLE}
    yield
    for schema in BREAKABLE:
        lake.tables.replace(schema, whole[schema.name], date(2000, 1, 1), TODAY)


BREAKABLE = (DAILY_READINESS_PERFORMANCE, INSIGHTS)


def name_of(check: dg.AssetCheckKey) -> str:
    return "/".join((*check.asset_key.path, check.name))


def finds_something(check: dg.AssetCheckKey) -> bool:
    late = check.name == "fresh" and check.asset_key.path[-1] in LATE
    return late or check.name in {"undelivered_days", "newest_due_day"}


def test_checks_can_be_executed_without_any_asset(executed: Execute) -> None:
    result, found = executed(*EVERY_CHECK)
    assert result.success
    assert sorted(found) == EVERY_CHECK
    assert not result.get_asset_materialization_events()
    failed = {check for check in EVERY_CHECK if not found[check].passed}
    assert failed == set(filter(finds_something, EVERY_CHECK))


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, marks=() if check in ONE_OF_EACH_KIND else pytest.mark.thorough)
        for check in EVERY_CHECK
    ],
    ids=name_of,
)
def test_each_check_can_be_executed_alone(executed: Execute, check: dg.AssetCheckKey) -> None:
    result, found = executed(check)
    assert result.success
    assert list(found) == [check]
    assert not result.get_asset_materialization_events()
    assert found[check].passed is not finds_something(check)


def test_alone_it_looks_at_every_day_and_in_a_run_at_the_run_s(
    lake: Lakehouse, executed: Execute
) -> None:
    check = dg.AssetCheckKey(GOLD_DAILY, NAME)
    _, alone = executed(check)
    _, of_a_day = executed(check, day=NEWEST)
    assert alone[check].metadata["rows"].value == 40 + 38
    assert of_a_day[check].metadata["rows"].value == 1


def broken_daily(lake: Lakehouse, day: date) -> None:
    rows = lake.tables.read(DAILY_READINESS_PERFORMANCE, day, day)
    place = rows.column_names.index("readiness_score")
    too_high = pa.array([170], rows.schema.field(place).type)
    overwrite(
        lake, DAILY_READINESS_PERFORMANCE, day, rows.set_column(place, "readiness_score", too_high)
    )


def test_nothing_that_reads_a_broken_table_is_made(
    lake: Lakehouse, executed: Execute, restored: None
) -> None:
    broken_daily(lake, NEWEST)
    view = table_key("bio_gold.energy_state")
    result, found = executed(dg.AssetCheckKey(GOLD_DAILY, NAME), assets=(view,), day=NEWEST)
    assert not result.success
    assert found[dg.AssetCheckKey(GOLD_DAILY, NAME)].description == (
        "readiness_score has 170, above 100"
    )
    assert not result.get_asset_materialization_events()
    result, found = executed(dg.AssetCheckKey(GOLD_DAILY, NAME), assets=(view,), day=WEEK)
    assert result.success


def test_a_broken_table_is_told_by_the_command_with_its_check(
    lake: Lakehouse, restored: None
) -> None:
    broken_daily(lake, NEWEST)
    view = table_key("bio_gold.energy_state")
    with pytest.raises(BioLakehouseError, match="gold/energy_state: grain_bounds_nulls found"):
        launch.materialize_range(
            lake.settings, [view, table_key("bio_gold.overtraining_risk")], NEWEST, NEWEST
        )
    with open_instance(lake.settings) as instance:
        run = instance.get_runs(limit=1)[0]
        made = instance.get_records_for_run(
            run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        ).records
    assert [record.asset_key for record in made] == [view]


def test_a_notice_says_what_a_check_found(
    lake: Lakehouse, executed: Execute, restored: None
) -> None:
    broken_daily(lake, NEWEST)
    result, _ = executed(dg.AssetCheckKey(GOLD_DAILY, NAME), day=NEWEST)
    with open_instance(lake.settings) as instance:
        context = dg.build_run_status_sensor_context(
            "failed_runs", result.get_run_failure_event(), instance, result.dagster_run
        )
        told = failure_text(context.for_run_failure())
    assert told == (
        "gold/daily_readiness_performance: grain_bounds_nulls found readiness_score has 170, "
        "above 100"
    )


def test_an_insight_is_held_to_its_own_rows(
    lake: Lakehouse, executed: Execute, restored: None
) -> None:
    rows = lake.tables.read(INSIGHTS, WEEK, WEEK)
    trend = rows.filter(pc.equal(rows["insight"], "readiness_trend"))
    overwrite(lake, INSIGHTS, WEEK, pa.concat_tables([rows, trend]))
    keys = [dg.AssetCheckKey(insight_key(n), NAME) for n in ("readiness_trend", "sleep_readiness")]
    _, found = executed(*keys)
    assert [found[key].passed for key in keys] == [False, True]
    assert "occur more than once" in str(found[keys[0]].description)


def test_lines_that_bronze_has_lost_are_found(lake: Lakehouse, executed: Execute) -> None:
    check = dg.AssetCheckKey(bronze_key("oura/trends"), EVERY_LINE)
    ((key, lines),) = lake.bronze.contents("oura/trends", NEWEST, NEWEST).items()
    name = month_of(key).object_key
    whole = lake.objects.get(name)
    lake.bronze.apply({key: lines + lines})
    _, found = executed(check)
    assert found[check].description == (
        f"landing/me/trends.csv of {NEWEST}: 2 lines, where the log says 1"
    )
    lake.objects.put(name, whole[:-20])
    result, found = executed(check)
    assert "is damaged" in str(found[check].description)
    assert result.success, "a check of bronze keeps nothing from being made"
    lake.objects.put(name, whole)
    assert executed(check)[1][check].passed


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (b"<html>", "ends before its end"),
        (b"\xff</html>", "is no text"),
        (
            b'<meta name="bio-lakehouse:report" content="me 2025-03-09"></html>',
            "is about me 2025-03-09",
        ),
    ],
)
def test_a_page_that_is_not_whole_is_found(
    lake: Lakehouse, executed: Execute, page: bytes, wrong: str
) -> None:
    key = report_key("me", WEEK)
    whole = lake.objects.get(key)
    lake.objects.put(key, page)
    result, found = executed(WHOLE.key)
    lake.objects.put(key, whole)
    assert not result.success
    assert found[WHOLE.key].description == f"{key} {wrong}"
    assert executed(WHOLE.key)[1][WHOLE.key].passed


def test_a_page_whose_facts_changed_is_outdated(
    lake: Lakehouse, executed: Execute, restored: None
) -> None:
    rows = lake.tables.read(DAILY_READINESS_PERFORMANCE, WEEK, WEEK)
    mine = rows.filter(pc.equal(rows["user_id"], "me"))
    lower = pa.array([1], mine.schema.field("readiness_score").type)
    place = mine.column_names.index("readiness_score")
    overwrite(
        lake, DAILY_READINESS_PERFORMANCE, WEEK, mine.set_column(place, "readiness_score", lower)
    )
    result, found = executed(UP_TO_DATE.key)
    assert result.success
    assert f"{report_key('me', WEEK)} is outdated" in str(found[UP_TO_DATE.key].description)
    assert found[UP_TO_DATE.key].severity == dg.AssetCheckSeverity.WARN


def test_a_page_that_a_run_should_have_written_is_missed(
    lake: Lakehouse, executed: Execute
) -> None:
    key = report_key("me", WEEK)
    whole = lake.objects.get(key)
    lake.objects.delete(key)
    _, found = executed(WHOLE.key, UP_TO_DATE.key, day=WEEK)
    lake.objects.put(key, whole)
    assert found[WHOLE.key].description == f"{key} is not there"


def test_the_days_that_a_person_lacks_are_seen_in_the_ledger_s_metadata(
    lake: Lakehouse, executed: Execute
) -> None:
    with open_instance(lake.settings) as instance:
        event = instance.get_latest_materialization_event(GAP_LEDGER)
    told = event.asset_materialization.metadata
    assert told["people with missing days"].value == 1
    assert told["missing days by person"].value == "ann: 4"
    rows = {record.data["table"]: record.data for record in told["missing days"].value.records}
    assert rows.keys() == {"oura_daily_readiness", "oura_daily_sleep"}
    assert rows["oura_daily_sleep"] == {
        "person": "ann",
        "table": "oura_daily_sleep",
        "newest day there": "2025-03-17",
        "days missing": 2,
        "which, and why": "2025-03-18 to 2025-03-19 (not delivered)",
    }
    _, found = executed(dg.AssetCheckKey(GAP_LEDGER, "newest_due_day"))
    assert [evaluation.description for evaluation in found.values()] == [
        "ann: oura_daily_readiness of 2025-03-19 is missing (not delivered), newest is 2025-03-17; "
        "ann: oura_daily_sleep of 2025-03-19 is missing (not delivered), newest is 2025-03-17"
    ]


def test_what_is_refused_is_said_by_the_check_without_a_run(
    lake: Lakehouse, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(trends({NEWEST: 999}))
    with open_instance(lake.settings) as instance:
        runs = instance.get_runs_count()
    outcome = run_ingest(lake, [wrong], "me")
    assert outcome.failed
    check = dg.AssetCheckKey(GAP_LEDGER, "quarantine")
    with open_instance(lake.settings) as instance:
        assert instance.get_runs_count() == runs
        (newest,) = instance.event_log_storage.get_asset_check_execution_history(check, limit=1)
    assert "wrong.csv" in newest.event.dagster_event.event_specific_data.description
