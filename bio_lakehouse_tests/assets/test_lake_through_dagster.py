"""A demo person's lake built by runs, as the command line starts them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow.compute as pc
import pytest

from bio_lakehouse.assets import all_assets, all_checks
from bio_lakehouse.assets.people import FILES_TAG
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.jobs import JOBS
from bio_lakehouse.automation.launch import RunOutcome
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.automation.schedules import schedules
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.errors import BioLakehouseError, TableError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals, fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.table_writing import iceberg_schema
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse.workflows import REPORT_SELECTION, run_report, tell_of_no_week
from bio_lakehouse_tests.sources.oura_server import CLIENT_ID, CLIENT_SECRET, OuraServer, signed_in
from bio_lakehouse_tests.whole_log import entries_of

DAYS = 45
DAILY = "bio_gold.daily_readiness_performance"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakehouse]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
        made = Lakehouse.open(load_settings(home=tmp_path_factory.mktemp("home")))
        person = demo.simulate(DAYS, 3, made.settings.today(), timezone=made.settings.timezone)
        for file in demo.write_files(person, tmp_path_factory.mktemp("files")):
            arrivals.ingest(made, file, "me")
        yield made


@pytest.fixture(scope="module")
def told() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture(scope="module")
def outcomes(lake: Lakehouse, told: list[tuple[str, int, int]]) -> list[RunOutcome]:
    return launch.bring_up_to_date(
        lake.settings, what_is_owed(lake), lambda *step: told.append(step)
    )


@pytest.fixture
def instance(lake: Lakehouse, outcomes: list[RunOutcome]) -> Iterator[dg.DagsterInstance]:
    with open_instance(lake.settings) as opened:
        yield opened


def days_of(lake: Lakehouse, table: str) -> list[date]:
    return sorted(set(lake.tables.scan(table, columns=["day"])["day"].to_pylist()))


def events(instance: dg.DagsterInstance, key: str) -> dict[str, dg.AssetMaterialization]:
    records = instance.fetch_materializations(
        dg.AssetKey(key.split("/")), limit=1000, ascending=True
    ).records
    return {str(record.partition_key): record.asset_materialization for record in records}


def snapshots(lake: Lakehouse) -> dict[str, int | None]:
    """The newest snapshot of each table; None of one that never had a row."""
    tables = {name: lake.tables.catalog.writable.load_table(name) for name in lake.tables.names()}
    newest = {name: table.current_snapshot() for name, table in tables.items()}
    return {name: found.snapshot_id if found else None for name, found in newest.items()}


def test_an_arrival_builds_every_day_and_leaves_nothing_pending(
    lake: Lakehouse, outcomes: list[RunOutcome]
) -> None:
    assert arrivals.pending(lake) == {}
    assert arrivals.unfinished(lake) == set()
    assert days_of(lake, DAILY)[-1] == lake.settings.today()
    assert len(days_of(lake, DAILY)) >= DAYS - 3
    assert all(entry.status == "ingested" for entry in entries_of(lake.log))


def test_the_tables_of_a_lake_are_those_of_the_register(
    lake: Lakehouse, outcomes: list[RunOutcome]
) -> None:
    assert set(lake.tables.names()) == set(SCHEMAS)
    for name in lake.tables.names():
        kept = lake.tables.catalog.writable.load_table(name).schema()
        assert kept.as_struct() == iceberg_schema(SCHEMAS[name]).as_struct(), name


def test_one_run_makes_the_insights_of_the_newest_day(
    lake: Lakehouse, outcomes: list[RunOutcome]
) -> None:
    assert len(outcomes) <= 4
    assert (outcomes[-1].first, outcomes[-1].last) == (lake.settings.today(), lake.settings.today())
    assert days_of(lake, "bio_gold.insights") == [lake.settings.today()]
    assert len(set(lake.tables.scan("bio_gold.insights")["insight"].to_pylist())) == 5


def test_each_run_names_the_files_that_it_is_for(
    outcomes: list[RunOutcome], instance: dg.DagsterInstance
) -> None:
    runs = [instance.get_run_by_id(outcome.run_id) for outcome in outcomes]
    tags = [run.tags[FILES_TAG] for run in runs if run]
    assert len(tags) == len(outcomes)
    assert all(tag.endswith(" more") and ".csv" in tag for tag in tags)


def test_progress_counts_every_asset_once(
    outcomes: list[RunOutcome], told: list[tuple[str, int, int]]
) -> None:
    assets = sum(len(outcome.assets) for outcome in outcomes)
    assert [(done, total) for _, done, total in told] == [
        (number, assets) for number in range(1, assets + 1)
    ]
    assert told[0][0].startswith("bronze/")
    assert told[-1][0].startswith("insights/")


def test_every_view_is_there(lake: Lakehouse, outcomes: list[RunOutcome]) -> None:
    assert sorted(path.stem for path in (lake.settings.home / "views").rglob("*.sql")) == sorted(
        VIEWS
    )


def test_each_day_says_its_rows_and_the_last_what_the_run_did(
    lake: Lakehouse, instance: dg.DagsterInstance
) -> None:
    table = lake.tables.scan("bio_silver.peloton_workouts", columns=["day"])["day"].to_pylist()
    by_day = events(instance, "silver/peloton_workouts")
    said = {
        day: event.metadata["dagster/partition_row_count"].value for day, event in by_day.items()
    }
    assert said == {day: table.count(date.fromisoformat(day)) for day in by_day}
    assert [day for day, event in by_day.items() if "preview" in event.metadata] == [max(by_day)]


def test_gold_says_which_columns_it_is_made_of(instance: dg.DagsterInstance) -> None:
    newest = list(events(instance, "gold/daily_readiness_performance").values())[-1]
    lineage = newest.metadata["dagster/column_lineage"].value.deps_by_column
    assert lineage["readiness_score"] == [
        dg.TableColumnDep(dg.AssetKey(["silver", "oura_daily_readiness"]), "score")
    ]


def test_checks_passed_and_stand_on_their_assets(instance: dg.DagsterInstance) -> None:
    keys = [dg.AssetCheckKey(dg.AssetKey(["gold", name]), "grain_bounds_nulls") for name in VIEWS]
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    assert {key: execution.status.value for key, execution in latest.items()} == dict.fromkeys(
        keys, "SUCCEEDED"
    )


def test_training_load_runs_to_today_and_the_forecast_is_of_tomorrow(
    lake: Lakehouse, outcomes: list[RunOutcome]
) -> None:
    assert days_of(lake, "bio_gold.training_load") == days_of(lake, DAILY)
    forecast = lake.tables.scan(
        "bio_gold.readiness_forecast", columns=["day", "forecast_day"]
    ).to_pylist()
    today = lake.settings.today()
    assert forecast == [{"day": today, "forecast_day": today + timedelta(1)}]


def test_insights_training_load_and_forecast_show_pictures(instance: dg.DagsterInstance) -> None:
    for key, name in (
        ("insights/readiness_trend", "picture"),
        ("gold/training_load", "chronic load of 90 days"),
    ):
        last = list(events(instance, key).values())[-1]
        assert "data:image/svg+xml;base64," in str(last.metadata[name].value)
        assert len(str(last.metadata[name].value)) < 10_000
    state = list(events(instance, "gold/training_load").values())[-1].metadata["state"]
    assert "acute load" in str(state.value)
    assert "(7 days)" in str(state.value)
    forecast = list(events(instance, "insights/readiness_forecast").values())[-1]
    assert str(forecast.metadata["forecasts"].value).startswith("- me: Readiness")
    assert re.match(r"- me: \w+day \d+ \w+: ", str(forecast.metadata["tomorrow"].value))


def test_a_second_time_changes_nothing(lake: Lakehouse, outcomes: list[RunOutcome]) -> None:
    before = snapshots(lake)
    first, last = lake.settings.today() - timedelta(DAYS), lake.settings.today()
    outcome = launch.materialize_range(lake.settings, "refresh", first, last)
    assert {name.partition("/")[0] for name in outcome.assets} == {"bronze", "silver", "gold"}
    assert snapshots(lake) == before


def test_a_day_on_which_nothing_was_recorded_is_built_as_well(
    lake: Lakehouse, outcomes: list[RunOutcome]
) -> None:
    day = lake.settings.today() - timedelta(200)
    settings = lake.settings.model_copy(update={"partitions_from": day})
    launch.materialize_range(settings, "group:silver", day, day)
    assert day not in days_of(lake, DAILY)


def test_one_insight_leaves_the_others_alone(lake: Lakehouse, outcomes: list[RunOutcome]) -> None:
    last = lake.settings.today()
    launch.materialize_range(lake.settings, "insights/readiness_trend", last - timedelta(2), last)
    rows = lake.tables.scan("bio_gold.insights", columns=["day", "insight"])
    assert set(rows.filter(pc.less(rows["day"], last))["insight"].to_pylist()) == {
        "readiness_trend"
    }
    assert len(set(rows.filter(pc.equal(rows["day"], last))["insight"].to_pylist())) == 5


def sundays_before(day: date) -> list[date]:
    """The last two Sundays before a day."""
    newest = day - timedelta(day.isoweekday())
    return [newest - timedelta(7), newest]


def test_a_range_writes_the_reports_of_its_weeks_after_the_insights_of_their_days(
    lake: Lakehouse, instance: dg.DagsterInstance
) -> None:
    today = lake.settings.today()
    weeks = sundays_before(today)
    told = launch.materialize_range(lake.settings, REPORT_SELECTION, weeks[0], today)
    assert told.assets[-1] == "reports/weekly_report"
    assert sorted(events(instance, "reports/weekly_report")) == list(map(str, weeks))
    assert set(map(str, weeks)) <= set(events(instance, "insights/sleep_readiness"))
    written = [Path(info.key) for info in lake.objects.list("reports/me/")]
    pages = {path.stem for path in written if path.suffix == ".html"}
    assert pages == {f"weekly-{day}" for day in weeks}


def test_a_page_of_any_other_day_is_written_and_told_as_such(
    lake: Lakehouse,
    instance: dg.DagsterInstance,
    capsys: pytest.CaptureFixture[str],
) -> None:
    day = sundays_before(lake.settings.today())[1] - timedelta(1)
    before = events(instance, "reports/weekly_report")
    page = run_report(lake, "me", day).path
    assert f"{day} is no Sunday: this page" in capsys.readouterr().err
    assert page.name == f"weekly-{day}.html"
    assert events(instance, "reports/weekly_report") == before
    with pytest.raises(BioLakehouseError, match="no week that is over ends"):
        launch.materialize_range(lake.settings, "reports/weekly_report", day, day)


def test_a_week_that_the_graphs_clock_has_not_ended_is_told_as_such(
    lake: Lakehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    """BIO_TODAY_OVERRIDE, or a person's zone, may be ahead of it."""
    sunday = sundays_before(lake.settings.today())[1]
    tell_of_no_week(lake.settings, sunday)
    said = capsys.readouterr().err
    assert f"The week up to {sunday} is not over by the graph's own clock" in said
    assert "is no Sunday" not in said


def test_a_report_of_a_day_to_come_is_refused_before_anything_is_said(
    lake: Lakehouse, outcomes: list[RunOutcome], capsys: pytest.CaptureFixture[str]
) -> None:
    today = lake.settings.today()
    with pytest.raises(BioLakehouseError, match=f"is still to come: today is {today}$"):
        run_report(lake, "me", today + timedelta(1))
    assert capsys.readouterr().err == ""


@pytest.mark.thorough
def test_weeks_that_lack_their_insights_cost_no_other_its_report(
    lake: Lakehouse, instance: dg.DagsterInstance
) -> None:
    newest = sundays_before(lake.settings.today())[1]
    early = newest - timedelta(21)
    launch.materialize_range(lake.settings, REPORT_SELECTION, newest, newest)
    with pytest.raises(BioLakehouseError, match=f"report --week-ending {early}"):
        launch.materialize_range(lake.settings, "reports/weekly_report", early, newest)
    written = made_by_newest_run(instance)
    assert str(newest) in written
    assert str(early) not in written


def made_by_newest_run(instance: dg.DagsterInstance) -> set[str]:
    """The partitions that the newest run materialised."""
    run = instance.get_runs(limit=1)[0]
    records = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ).records
    return {str(record.partition_key) for record in records}


@pytest.mark.thorough
def test_a_report_of_a_week_without_insights_says_so_and_the_command_builds_them(
    lake: Lakehouse, outcomes: list[RunOutcome], capsys: pytest.CaptureFixture[str]
) -> None:
    day = sundays_before(lake.settings.today())[0] - timedelta(7)
    with pytest.raises(BioLakehouseError, match=f"report --week-ending {day}"):
        launch.materialize_range(lake.settings, "reports/weekly_report", day, day)
    lake.tables.catalog.writable.drop_table("bio_gold.training_load")
    page = run_report(lake, "me", day).path.read_bytes()
    told = "training_load, week_comparison"
    assert (
        f"Not built yet as of {day}, so built first: insights, {told}." in capsys.readouterr().err
    )
    launch.materialize_range(lake.settings, "reports/weekly_report", day, day)
    assert page == lake.objects.get(report_key("me", day))
    assert days_of(lake, "bio_gold.training_load") == days_of(lake, DAILY)


def test_a_failure_names_the_asset_and_the_cause(
    lake: Lakehouse, outcomes: list[RunOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise TableError("the disk is full; free some space")

    monkeypatch.setattr("bio_lakehouse.assets.transforming.build_silver", refuse)
    last = lake.settings.today()
    with pytest.raises(
        BioLakehouseError, match=r"^silver/oura_sleep: the disk is full; free some space$"
    ):
        launch.materialize_range(lake.settings, "silver/oura_sleep", last, last)


def test_nothing_downstream_is_made_of_a_table_that_fails_its_check(
    lake: Lakehouse, outcomes: list[RunOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    def double(schema: object, rows: object) -> list[str]:
        return ["a day is there twice"]

    monkeypatch.setattr("bio_lakehouse.assets.checks.violations", double)
    monkeypatch.setattr(
        "bio_lakehouse.assets.transforming.build_gold_daily",
        lambda *_: pytest.fail("gold was built"),
    )
    last = lake.settings.today()
    selection = "key:silver/oura_sleep or key:gold/daily_readiness_performance"
    with pytest.raises(
        BioLakehouseError, match="silver/oura_sleep: grain_bounds_nulls found a day is there twice"
    ):
        launch.materialize_range(lake.settings, selection, last, last)


def test_the_nightly_recomputation_asks_no_vendor(
    lake: Lakehouse, outcomes: list[RunOutcome]
) -> None:
    today = lake.settings.today()
    with OuraServer(today - timedelta(10), today) as server:
        changes = {
            "oura_client_id": CLIENT_ID,
            "oura_client_secret": CLIENT_SECRET,
            "oura_api_url": server.url,
        }
        settings = load_settings(**lake.settings.without_secrets() | changes)
        signed_in(server, fetching.oura_tokens(settings, "me"))
        (nightly,) = (
            made for made in schedules(settings) if made.name == "nightly_recompute_schedule"
        )
        definitions = dg.Definitions(
            assets=all_assets(settings),
            asset_checks=all_checks(),
            schedules=[nightly],
            jobs=JOBS,
            resources=resources(settings),
            executor=dg.in_process_executor,
        )
        with dg.build_schedule_context(scheduled_execution_time=datetime.now(UTC)) as context:
            (request,) = nightly.evaluate_tick(context).run_requests or []
        with open_instance(settings) as instance:
            job = definitions.resolve_job_def(nightly.job_name)
            assert job.execute_in_process(instance=instance, tags=dict(request.tags)).success
        assert server.asked == []


BROKEN = {
    "bronze/oura/session": "bio_lakehouse.lake.bronze_writing.write_bronze",
    "silver/oura_sleep": "bio_lakehouse.assets.transforming.build_silver",
    "gold/gap_ledger": "bio_lakehouse.assets.gold.build_gap_ledger",
    "insights/sleep_readiness": "bio_lakehouse.assets.insights.build_insights",
    "reports/weekly_report": "bio_lakehouse.reports.composition.reported_users",
}


@pytest.mark.parametrize(
    "asset",
    [
        "bronze/oura/session",
        pytest.param("silver/oura_sleep", marks=pytest.mark.thorough),
        pytest.param("gold/gap_ledger", marks=pytest.mark.thorough),
        "insights/sleep_readiness",
        "reports/weekly_report",
    ],
)
def test_a_step_that_fails_says_in_its_first_line_what_to_do(
    lake: Lakehouse, outcomes: list[RunOutcome], asset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **named: object) -> None:
        raise TableError("the disk is full: make room")

    monkeypatch.setattr(BROKEN[asset], breaks)
    week = sundays_before(lake.settings.today())[1]
    with pytest.raises(BioLakehouseError, match="the disk is full: make room"):
        launch.materialize_range(lake.settings, asset, week, week)
    with open_instance(lake.settings) as instance:
        newest = instance.get_runs(limit=1)[0].run_id
        (failed,) = instance.get_records_for_run(
            newest, of_type=dg.DagsterEventType.STEP_FAILURE
        ).records
    error = failed.event_log_entry.get_dagster_event().step_failure_data.error
    assert error is not None
    assert error.to_string().splitlines()[0].endswith("Failure: the disk is full: make room")
