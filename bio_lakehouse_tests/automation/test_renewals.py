"""A day that arrives again, and the reports that tell of it: by the sensor's runs, and by the command
line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.assets.keys import WEEKLY_REPORT
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.jobs import insights_history, refresh_lake, weekly_report
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.outdated import PageState, outdated_reports, page_states
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.workflows import bring_up_to_date, run_ingest
from bio_lakehouse_tests.automation.watched import (
    START,
    TODAY,
    Watched,
    reason,
    scores,
    trends,
    watch,
)
from bio_lakehouse_tests.built_lake import build_whole
from bio_lakehouse_tests.kept_home import kept

SUNDAY = date(2025, 3, 16)
WEDNESDAY, EIGHT_WEEKS_AGO = date(2025, 3, 12), SUNDAY - timedelta(weeks=8)
TWENTY_WEEKS_AGO = SUNDAY - timedelta(weeks=20)
FRIDAY, EIGHT, TWENTY = (
    week - timedelta(2) for week in (SUNDAY, EIGHT_WEEKS_AGO, TWENTY_WEEKS_AGO)
)
YESTERDAY = TODAY - timedelta(1)
WRITTEN = [TWENTY_WEEKS_AGO, EIGHT_WEEKS_AGO, WEDNESDAY, SUNDAY]
HISTORY = 330
MOST_TICKS = 12

Bring = Callable[[Watched, str, bytes], list[dg.RunRequest]]


def by_the_sensor(watched: Watched, name: str, content: bytes) -> list[dg.RunRequest]:
    """Drop a file, and run what the sensor asks for, tick by tick, until it asks for nothing."""
    watched.drop(name, content)
    watched.tick()
    asked: list[dg.RunRequest] = []
    for _ in range(MOST_TICKS):
        requests = watched.tick().run_requests or []
        if not requests:
            return asked
        for request in requests:
            execute(watched, request)
        asked += requests
    raise AssertionError(f"the sensor goes on asking: {asked[-1]}")


def execute(watched: Watched, request: dg.RunRequest) -> None:
    job = watched.repository.get_job(request.job_name or "")
    selection = list(request.asset_selection) if request.asset_selection else None
    done = job.execute_in_process(
        instance=watched.instance,
        run_config=request.run_config,
        tags=dict(request.tags),
        asset_selection=selection,
    )
    assert done.success


def by_the_command(watched: Watched, name: str, content: bytes) -> list[dg.RunRequest]:
    path = watched.lake.settings.home.parent / name
    path.write_bytes(content)
    assert not run_ingest(watched.lake, [path], "me").failed
    return []


@pytest.fixture(
    params=[
        pytest.param(by_the_sensor, marks=pytest.mark.slow),
        pytest.param(by_the_command, marks=pytest.mark.thorough),
    ]
)
def bring(request: pytest.FixtureRequest) -> Bring:
    found: Bring = request.param
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """330 days of scores with pages of four of them, and ten days of Ada's with a page of hers."""
    folder = tmp_path_factory.mktemp("lake")
    lake = Lakehouse.open(settings_of(folder / "home"))
    of_ada = {EIGHT - timedelta(back): 70 + back for back in range(10)}
    for user, days in (("me", scores(HISTORY)), ("ada", of_ada)):
        (folder / f"{user}.csv").write_bytes(trends(days))
        arrivals.ingest(lake, folder / f"{user}.csv", user)
    build_whole(lake, min(scores(HISTORY)), YESTERDAY)
    for day in WRITTEN:
        build_for_report(lake, day)
        composition.make(lake, "me", day)
    composition.make(lake, "ada", EIGHT_WEEKS_AGO)
    assert set(page_states(lake, "me").values()) == {PageState.CURRENT}
    assert what_is_owed(lake).days == set()
    return lake.settings.home


@pytest.fixture
def written(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    settings = settings_of(home)
    with kept(home), open_instance(settings) as instance:
        yield watch(settings, instance)


def settings_of(home: Path) -> Settings:
    return load_settings(home=home, timezone="Europe/Berlin", today_override=TODAY, local_only=True)


def pages_of(watched: Watched) -> dict[date, bytes]:
    return {day: watched.lake.objects.get(report_key("me", day)) for day in WRITTEN}


def restated(*days: date) -> bytes:
    """An export of everything in which these days have another score."""
    return trends(scores(HISTORY) | dict.fromkeys(days, 12))


def weeks_written(requests: list[dg.RunRequest]) -> list[str]:
    return [r.tags[START] for r in requests if r.job_name == weekly_report.name]


def test_a_day_that_arrives_again_reaches_the_reports_that_tell_of_it(
    written: Watched, bring: Bring
) -> None:
    first = pages_of(written)
    bring(written, "friday.csv", restated(FRIDAY))
    second = pages_of(written)
    assert {day for day in WRITTEN if first[day] != second[day]} == {SUNDAY}
    mean = composition.composed(written.lake, "me", SUNDAY).model.readiness.week.mean or 0.0
    assert f'<p class="figure">{mean:.0f}</p>' in second[SUNDAY].decode()
    assert f'<p class="figure">{mean:.0f}</p>' not in first[SUNDAY].decode()

    bring(written, "eight.csv", restated(FRIDAY, EIGHT))
    third = pages_of(written)
    assert third[TWENTY_WEEKS_AGO] == first[TWENTY_WEEKS_AGO]
    assert third[EIGHT_WEEKS_AGO] != first[EIGHT_WEEKS_AGO]
    assert outdated_reports(written.lake, "me") == {WEDNESDAY: PageState.OUTDATED}
    assert b'id="outdated"' in third[WEDNESDAY]

    bring(written, "twenty.csv", restated(FRIDAY, EIGHT, TWENTY))
    fourth = pages_of(written)
    marked = {day for day in WRITTEN if b'id="outdated"' in fourth[day]}
    assert marked == set(outdated_reports(written.lake, "me")) == {TWENTY_WEEKS_AGO, WEDNESDAY}

    bring(written, "later.csv", restated(FRIDAY, EIGHT, TWENTY, YESTERDAY))
    bring(written, "again.csv", restated(YESTERDAY, TWENTY, EIGHT, FRIDAY) + b"\n")
    assert pages_of(written) == fourth
    for day in (SUNDAY, EIGHT_WEEKS_AGO):
        composition.make(written.lake, "me", day)
        assert page_states(written.lake, "me")[day] is PageState.CURRENT


@pytest.mark.parametrize("bring", [by_the_sensor], indirect=True)
@pytest.mark.thorough
def test_the_sensor_makes_insights_and_then_the_report_of_each_week(
    written: Watched, bring: Bring
) -> None:
    asked = bring(written, "eight.csv", restated(EIGHT))
    weeks = [EIGHT_WEEKS_AGO.isoformat(), SUNDAY.isoformat()]
    assert weeks_written(asked) == weeks
    insights = [r.tags[START] for r in asked if r.job_name == insights_history.name]
    assert insights[-2:] == weeks
    assert reason(written.tick()) == "Nothing new in landing."
    check = dg.AssetCheckKey(WEEKLY_REPORT, "pages_up_to_date")
    (newest,) = written.instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [check]
    ).values()
    assert newest.event is not None
    evaluation = newest.event.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr]
    assert not evaluation.passed
    assert evaluation.description == (
        "reports/me/weekly-2025-03-12.html is outdated "
        f"(`bio-lakehouse report --week-ending 2025-03-12 --home {written.lake.settings.home}`)"
    )
    assert bring(written, "again.csv", restated(EIGHT) + b"\n") == []


@pytest.mark.slow
@pytest.mark.parametrize("bring", [by_the_sensor], indirect=True)
def test_a_week_whose_report_cannot_be_made_is_tried_three_times(
    written: Watched, bring: Bring
) -> None:
    """Then its page goes on saying that it is outdated, and the next arrival tries again."""
    written.drop("friday.csv", restated(FRIDAY))
    written.tick()
    asked: list[dg.RunRequest] = []
    for _ in range(MOST_TICKS):
        requests = written.tick().run_requests or []
        for request in requests:
            if request.job_name == weekly_report.name:
                written.submit(request, dg.DagsterRunStatus.FAILURE)
            else:
                execute(written, request)
        asked += requests
    assert weeks_written(asked) == [SUNDAY.isoformat()] * 3
    assert b'id="outdated"' in pages_of(written)[SUNDAY]
    later = bring(written, "later.csv", restated(FRIDAY, YESTERDAY))
    assert weeks_written(later) == [SUNDAY.isoformat()]
    assert outdated_reports(written.lake, "me") == {}


def test_of_a_day_that_arrives_again_every_page_is_made_that_can_be(
    written: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page that ends before its end fails the run of its week, and no ingest; so does one of
    somebody of whom nothing is known. What failed is told once."""
    lake, first = written.lake, pages_of(written)
    of_ada = lake.objects.get(report_key("ada", EIGHT_WEEKS_AGO))
    for user, week in (("ada", EIGHT_WEEKS_AGO), ("nobody", SUNDAY)):
        lake.objects.put(report_key(user, week), of_ada[:-20])
    by_the_command(written, "eight.csv", restated(EIGHT))
    told = capsys.readouterr().err
    assert f"The reports up to {EIGHT_WEEKS_AGO} could not all be made anew" in told
    assert f"reports/ada/weekly-{EIGHT_WEEKS_AGO}.html ends before its end" in told
    assert f"those up to {SUNDAY} are up to date again." in told
    second = pages_of(written)
    assert second[TWENTY_WEEKS_AGO] == first[TWENTY_WEEKS_AGO]
    assert {day for day in WRITTEN if first[day] != second[day]} == set(WRITTEN[1:])
    assert outdated_reports(lake, "me") == {WEDNESDAY: PageState.OUTDATED}
    assert {day for day in WRITTEN if b'id="outdated"' in second[day]} == {WEDNESDAY}
    assert b'id="outdated"' in lake.objects.get(report_key("nobody", SUNDAY))
    assert lake.log.owed.looked_over() == lake.log.owed.newest()
    by_the_command(written, "again.csv", restated(EIGHT) + b"\n")
    assert "could not" not in capsys.readouterr().err
    assert pages_of(written) == second


@pytest.mark.slow
def test_days_that_are_given_up_keep_no_report_from_being_made_anew(written: Watched) -> None:
    """When they are built after all, the pages that read them are looked at again."""
    written.drop("friday.csv", restated(FRIDAY))
    written.tick()
    for request in written.tick().run_requests or []:
        execute(written, request)
    written.drop("twenty.csv", restated(FRIDAY, TWENTY))
    written.tick()
    asked: list[dg.RunRequest] = []
    for _ in range(MOST_TICKS):
        requests = written.tick().run_requests or []
        if not requests:
            break
        for request in requests:
            if request.job_name == refresh_lake.name:
                written.submit(request, dg.DagsterRunStatus.FAILURE)
            else:
                execute(written, request)
        asked += requests
    assert [r.job_name for r in asked].count(refresh_lake.name) == 3
    assert weeks_written(asked) == [SUNDAY.isoformat()]
    assert outdated_reports(written.lake, "me") == {}
    bring_up_to_date(written.lake)
    assert b'id="outdated"' in pages_of(written)[TWENTY_WEEKS_AGO]
