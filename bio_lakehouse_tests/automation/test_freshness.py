"""An asset turns red on its newest due day, and nothing but that day turns it green again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.assets.freshness import stale, week_due
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.freshness import KEYS, freshness_sensor
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.definitions import definitions_of
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.watched import TODAY, trends

LAST = TODAY - timedelta(1)
SCORED = "silver/oura_daily_sleep"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """Ten days of scores up to yesterday, brought in by the command line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
        home = tmp_path_factory.mktemp("home")
        lake = Lakehouse.open(load_settings(home=home, timezone="UTC", today_override=TODAY))
        path = tmp_path_factory.mktemp("files") / "trends.csv"
        path.write_bytes(trends({LAST - timedelta(back): 70 + back for back in range(10)}))
        run_ingest(lake, [path], "me")
    return lake


def later(lake: Lakehouse, days: int) -> Lakehouse:
    """The same lake, some days later."""
    today = TODAY + timedelta(days)
    return Lakehouse(lake.settings.model_copy(update={"today_override": today}))


def found(lake: Lakehouse) -> dict[str, str]:
    with open_instance(lake.settings) as instance:
        return {key.to_user_string(): why for key, why in stale(lake, instance, KEYS).items()}


def test_nothing_is_stale_where_nothing_ever_came(tmp_path: Path) -> None:
    assert found(Lakehouse.open(load_settings(home=tmp_path / "home"))) == {}


def test_a_lake_that_is_up_to_date_is_fresh(built: Lakehouse) -> None:
    assert found(built) == {}


def test_a_day_that_did_not_come_turns_red_what_is_made_of_it(built: Lakehouse) -> None:
    late = found(later(built, 1))
    assert late[SCORED] == (
        f"me: oura_daily_sleep of {TODAY} is missing (not delivered), newest is {LAST}"
    )
    assert late["gold/energy_state"] == f"{TODAY} is due, and the newest day that came is {LAST}"
    assert {"bronze/oura/trends", "gold/gap_ledger", "insights/readiness_trend"} <= late.keys()
    never = {
        *("bronze/peloton/workouts", "bronze/oura/daily_sleep"),
        *("silver/peloton_workouts", "reports/weekly_report"),
    }
    assert not never & late.keys()


def test_a_backfill_of_old_days_leaves_it_red(
    built: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    late = later(built, 1)
    before = found(late)
    old = LAST - timedelta(5)
    launch.materialize_range(late.settings, "refresh", old, old)
    assert found(late) == before
    with open_instance(late.settings) as instance:
        checks = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(dg.AssetKey(name.split("/")), "fresh") for name in before]
        )
    red = {key.asset_key.to_user_string() for key, one in checks.items() if is_red(one)}
    assert red == {name for name in before if not name.startswith("insights/")}


def is_red(record: object) -> bool:
    evaluation = record.evaluation  # type: ignore[attr-defined]
    return not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR


def test_a_day_that_has_come_and_was_not_made_of_is_red(
    built: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bio_lakehouse.assets.freshness.newest_day", lambda _: TODAY)
    monkeypatch.setattr("bio_lakehouse.assets.freshness.missing_days", lambda _: [])
    late = found(later(built, 1))
    assert late["insights/readiness_trend"] == f"{TODAY} has come, and was not made of it yet"


def test_the_sensor_says_only_what_is_news(built: Lakehouse) -> None:
    late = later(built, 1)
    repository = definitions_of(late.settings).get_repository_def()

    def tick(lake: Lakehouse) -> dict[str, bool]:
        """What a tick says, which is kept as the daemon keeps it."""
        with (
            open_instance(lake.settings) as instance,
            dg.build_sensor_context(
                instance, repository_def=repository, resources={"lake": lake}
            ) as context,
        ):
            result = freshness_sensor(context)
            assert isinstance(result, dg.SensorResult)
            for event in result.asset_events:
                instance.report_runless_asset_event(event)
        return {one.asset_key.to_user_string(): one.passed for one in evaluations_in(result)}

    tick(built)
    red = tick(late)
    assert red == dict.fromkeys(found(late), False)
    assert tick(late) == {}
    assert tick(later(built, 2)) == {}
    assert tick(built) == dict.fromkeys(red, True)
    assert tick(built) == {}


def evaluations_in(result: dg.SensorResult) -> list[dg.AssetCheckEvaluation]:
    return [event for event in result.asset_events if isinstance(event, dg.AssetCheckEvaluation)]


def test_a_report_is_due_on_the_second_day_after_its_week(built: Lakehouse) -> None:
    """Today is a Thursday."""
    sunday = date(2025, 3, 16)
    assert week_due(built.settings) == sunday
    assert week_due(later(built, 4).settings) == sunday
    assert week_due(later(built, 5).settings) == sunday + timedelta(7)
    built.objects.put(report_key("me", sunday), b"<p>a report</p>")
    assert "reports/weekly_report" not in found(later(built, 4))
    assert found(later(built, 5))["reports/weekly_report"] == (
        "the report of the week up to 2025-03-23 is due, and not written for me"
    )
    built.objects.put(report_key("me", sunday + timedelta(10)), b"<p>a page of another day</p>")
    assert "reports/weekly_report" in found(later(built, 5))
