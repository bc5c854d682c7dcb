import signal
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast

import dagster as dg
import pytest
from dagster_shared.error import SerializableErrorInfo

from bio_lakehouse.assets.partitions import daily
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.failures import first_cause, raise_failure, text_of
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.launch import Launcher
from bio_lakehouse.automation.owed import Owed, changed_in, downstream
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake import bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(home=tmp_path_factory.mktemp("home"), first_day="2024-01-01")


@pytest.fixture(scope="module")
def launcher(settings: Settings) -> Iterator[Launcher]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
        with Launcher.open(settings) as opened:
            yield opened


def names(keys: launch.Keys) -> set[str]:
    return {key.to_user_string() for key in keys}


@pytest.mark.parametrize(
    ("selection", "groups"),
    [
        ("refresh", {"bronze", "silver", "gold"}),
        ("group:insights or group:reports", {"insights", "reports"}),
        ('key:"gold/*"', {"gold"}),
    ],
)
def test_selections_in_words(launcher: Launcher, selection: str, groups: set[str]) -> None:
    assert {name.partition("/")[0] for name in names(launcher.select(selection))} == groups


def test_one_asset_by_its_name(launcher: Launcher) -> None:
    assert names(launcher.select("insights/sleep_readiness")) == {"insights/sleep_readiness"}


def test_a_selection_of_nothing_says_what_there_is(launcher: Launcher) -> None:
    with pytest.raises(
        BioLakehouseError,
        match=r"'gold/enrgy_state' selects no asset; there are .*gold/energy_state",
    ):
        launcher.select("gold/enrgy_state")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "key:",
        "group:(",
        "gold/* and",
        "key:gold/*)",
        "+",
        "color:red",
        "a b",
        '"',
        "not",
        "1+",
        "🙂",
    ],
)
def test_a_wrong_selection_is_one_sentence(launcher: Launcher, wrong: str) -> None:
    with pytest.raises(
        BioLakehouseError, match=r"is no selection of assets|selects no asset"
    ) as told:
        launcher.select(wrong)
    assert "\n" not in str(told.value)


def test_downstream_of_a_dataset_are_its_tables_and_gold(launcher: Launcher) -> None:
    made = names(downstream(launcher.graph, ["oura/heartrate"]))
    assert {name for name in made if name.startswith("bronze")} == {"bronze/oura/heartrate"}
    assert {name for name in made if name.startswith("silver")} == {
        "silver/oura_heartrate",
        "silver/coverage",
    }
    assert {"gold/daily_readiness_performance", "gold/weekly_trends"} <= made
    assert not any(name.startswith(("insights", "reports")) for name in made)


def test_an_untyped_dataset_changes_coverage_and_so_gold(launcher: Launcher) -> None:
    made = names(downstream(launcher.graph, ["oura/session"]))
    assert {name for name in made if name.startswith("silver")} == {"silver/coverage"}
    assert "gold/daily_readiness_performance" in made


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (
            "2023-12-31",
            "2024-01-02",
            r"no range of the lake's days, 2024-01-01 \(BIO_FIRST_DAY\) to",
        ),
        ("2023-12-31", "2023-12-31", r"^2023-12-31 is none of the lake's days, 2024-01-01"),
        ("2024-01-05", "2024-01-04", "^2024-01-05 to 2024-01-04 ends before it begins$"),
    ],
)
def test_days_must_be_the_lakes(launcher: Launcher, first: str, last: str, said: str) -> None:
    with pytest.raises(BioLakehouseError, match=said):
        launcher.checked(DayRange(date.fromisoformat(first), date.fromisoformat(last)))


def test_tomorrow_is_not_a_day_yet(launcher: Launcher) -> None:
    tomorrow = launcher.days.last + timedelta(1)
    with pytest.raises(BioLakehouseError, match="today"):
        launcher.checked(DayRange(tomorrow, tomorrow))


def test_datasets_run_in_the_ranges_in_which_they_changed() -> None:
    changed = {"oura/sleep": {date(2024, 1, 3)}, "oura/tag": {date(2024, 1, 9), date(2024, 5, 1)}}
    assert changed_in(DayRange(date(2024, 1, 1), date(2024, 1, 9)), changed) == [
        "oura/sleep",
        "oura/tag",
    ]
    assert changed_in(DayRange(date(2024, 5, 1), date(2024, 5, 1)), changed) == ["oura/tag"]


def test_at_most_three_ranges_and_then_the_newest_days_insights(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[tuple[DayRange, set[str]]] = []

    def run(
        self: Launcher,
        keys: launch.Keys,
        days: DayRange,
        steps: launch.Steps,
        files: Iterable[str],
    ) -> launch.RunOutcome:
        runs.append(
            (days, {name for name in names(keys) if name.startswith(("bronze", "insights"))})
        )
        return launch.RunOutcome("run", tuple(names(keys)), days.first, days.last, 0.0)

    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    monkeypatch.setattr(Launcher, "run", run)
    monkeypatch.setattr(launch, "newest_day", lambda _: date(2024, 6, 1))
    sleep = {date(2024, 1, 3), date(2024, 1, 5), date(2024, 3, 1)}
    outcomes = launch.bring_up_to_date(
        settings, Owed({"oura/sleep": sleep, "oura/tag": {date(2024, 3, 1), date(2024, 5, 1)}})
    )
    assert runs[:-1] == [
        (DayRange(date(2024, 1, 3), date(2024, 1, 5)), {"bronze/oura/sleep"}),
        (DayRange(date(2024, 3, 1), date(2024, 3, 1)), {"bronze/oura/sleep", "bronze/oura/tag"}),
        (DayRange(date(2024, 5, 1), date(2024, 5, 1)), {"bronze/oura/tag"}),
    ]
    assert runs[-1][0] == DayRange(date(2024, 6, 1), date(2024, 6, 1))
    assert all(name.startswith("insights/") for name in runs[-1][1])
    assert len(outcomes) == 4


def test_control_c_during_a_run_is_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    monkeypatch.setattr(bronze_writing, "write_bronze", interrupted)
    with pytest.raises(KeyboardInterrupt):
        launch.materialize_range(
            settings, "bronze/oura/session", date(2024, 3, 1), date(2024, 3, 1)
        )


def test_control_c_between_two_steps_is_one() -> None:
    interrupted = SerializableErrorInfo("", [], "DagsterExecutionInterruptedError", None)
    error = SerializableErrorInfo("Error of the run", [], "DagsterError", interrupted)
    event = SimpleNamespace(event_type=None, event_specific_data=SimpleNamespace(error=error))
    result = SimpleNamespace(success=False, all_events=[event])
    with pytest.raises(KeyboardInterrupt):
        raise_failure(cast("dg.ExecuteInProcessResult", result))


def test_changed_days_before_the_lakes_first_start_nothing(settings: Settings) -> None:
    assert launch.bring_up_to_date(settings, Owed({"oura/sleep": {date(2023, 5, 1)}})) == []


def test_a_lake_without_rows_has_no_newest_day(settings: Settings) -> None:
    assert launch.newest_day(Lakehouse.open(settings)) is None


def test_untouched_days_are_built_in_one_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    outcome = launch.materialize_range(
        settings, "bronze/oura/session", date(2024, 3, 1), date(2024, 3, 31)
    )
    assert (outcome.assets, outcome.first, outcome.last) == (
        ("bronze/oura/session",),
        date(2024, 3, 1),
        date(2024, 3, 31),
    )


def test_runs_write_nothing_to_the_terminal(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    launch.materialize_range(settings, "bronze/oura/session", date(2024, 3, 1), date(2024, 3, 2))
    assert capfd.readouterr() == ("", "")


def test_the_first_cause_is_told_without_our_class_and_with_anothers() -> None:
    ours = SerializableErrorInfo(
        "bio_lakehouse.errors.TableError: no space left\n", [], "TableError"
    )
    theirs = SerializableErrorInfo("ValueError: seven\n", [], "ValueError")
    around = SerializableErrorInfo(
        "dagster: Error occurred while executing op\n", [], "DagsterError", cause=ours
    )
    assert [text_of(first_cause(error)) for error in (ours, theirs, around)] == [
        "no space left",
        "ValueError: seven",
        "no space left",
    ]


def test_a_run_without_its_spark_names_the_setting(settings: Settings) -> None:
    apart = load_settings(**settings.without_secrets() | {"spark_remote": "sc://127.0.0.1:9"})
    with pytest.raises(BioLakehouseError, match="BIO_SPARK_REMOTE: no Spark answers at"):
        launch.materialize_range(apart, "silver/oura_sleep", settings.today(), settings.today())


def test_days_that_failed_are_marked_as_such_until_they_are_built(settings: Settings) -> None:
    apart = load_settings(**settings.without_secrets() | {"spark_remote": "sc://127.0.0.1:9"})
    first, last = settings.today() - timedelta(2), settings.today()
    days = [(first + timedelta(number)).isoformat() for number in range(3)]

    def states() -> set[str]:
        with open_instance(settings) as instance:
            found = instance.get_status_by_partition(
                dg.AssetKey(["silver", "oura_sleep"]), days, daily(settings)
            )
        return {state.value for state in (found or {}).values() if state}

    with pytest.raises(BioLakehouseError):
        launch.materialize_range(apart, "silver/oura_sleep", first, last)
    assert states() == {"FAILED"}
    launch.materialize_range(settings, "silver/oura_sleep", first, last)
    assert states() == {"MATERIALIZED"}


def test_the_days_of_reports_are_days_with_insights(tmp_path) -> None:
    lake = Lakehouse.open(load_settings(home=tmp_path, first_day="2024-01-01"))
    for user_id, day in (("me", "2024-03-03"), ("ada", "2024-03-10"), ("ada", "2023-12-31")):
        lake.objects.put(f"reports/{user_id}/weekly-{day}.html", b"<p>A page</p>")
    found = launch.days_with_insights(lake.settings)
    assert found == {date(2024, 3, 3), date(2024, 3, 10)}
