"""What did not change is not called out of date: after a build, after the same days again, and
through ten nights; what did change makes stale its own day of what reads it, and the run of a view
tells of the other days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import pytest

from bio_lakehouse import backends
from bio_lakehouse.assets.keys import FORECAST, GOLD_DAILY, SELF_EXPERIMENT, insight_key
from bio_lakehouse.automation import launch
from bio_lakehouse.automation.failures import raise_failure
from bio_lakehouse.automation.instance import dagster_home, open_instance
from bio_lakehouse.automation.launch import QUIET
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.automation.recorded import staleness
from bio_lakehouse.automation.staleness import look_at_whole_windows
from bio_lakehouse.build.insights import MADE_TOGETHER
from bio_lakehouse.build.views import rows_of_view
from bio_lakehouse.definitions import definitions_of
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.content_versions import versions_by_day
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.kept_home import kept

DAYS, NIGHTS = 9, 10
BEGAN = datetime.now(UTC).date() - timedelta(NIGHTS + 1)
RESTATED = BEGAN - timedelta(2)
"""Of the last third of the days, which is all that the vendor's answer speaks of."""
MOST_BYTES = 1_000_000
READINESS = "oura_daily_readiness"

Places = set[tuple[str, str]]
"""Assets with a day each."""


class Home(NamedTuple):
    """A lake, and the files that were brought into it."""

    lake: Lakehouse
    files: list[Path]

    def on(self, day: date) -> Settings:
        """Its settings on another day."""
        return load_settings(home=self.lake.settings.home, today_override=day)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A demo person's days up to `BEGAN`, built as files that arrived are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
        folder = tmp_path_factory.mktemp("home")
        lake = Lakehouse.open(load_settings(home=folder, today_override=BEGAN))
        person = demo.simulate(DAYS, 3, BEGAN, timezone=lake.settings.timezone)
        files = demo.write_files(person, tmp_path_factory.mktemp("files"))
        look_at_whole_windows()
        for file in files:
            arrivals.ingest(lake, file, "me")
        launch.bring_up_to_date(lake.settings, what_is_owed(lake))
        yield Home(lake, files)


@pytest.fixture
def home(built: Home) -> Iterator[Home]:
    """The same as it was built: what one test makes again is newer in no other."""
    with kept(built.lake.settings.home):
        yield built


def stale(settings: Settings) -> Places:
    """All that was made and that Dagster calls out of date."""
    graph = definitions_of(settings).resolve_asset_graph()
    found = set()
    with open_instance(settings) as instance:
        resolver = staleness(instance, graph)
        for key in graph.materializable_asset_keys:
            for day in instance.get_materialized_partitions(key):
                if resolver.get_status(key, day).value != "FRESH":
                    found.add((key.to_user_string(), day))
    return found


def made(settings: Settings) -> int:
    """How many days of assets were made."""
    graph = definitions_of(settings).resolve_asset_graph()
    with open_instance(settings) as instance:
        keys = graph.materializable_asset_keys
        return sum(len(instance.get_materialized_partitions(key)) for key in keys)


def night(settings: Settings) -> dg.ExecuteInProcessResult:
    job = definitions_of(settings).resolve_job_def("nightly_recompute")
    with open_instance(settings) as instance:
        return job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False)


def told(result: dg.ExecuteInProcessResult) -> Places:
    """The days of assets of which a run says that they were made."""
    return {
        (event.asset_key.to_user_string(), str(event.partition))
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key
    }


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def restate(home: Home, day: date, score: int, folder: Path) -> None:
    """Bring in the vendor's answer again, in which the readiness of one day is another."""
    (file,) = (file for file in home.files if file.name.startswith(READINESS))
    answer = json.loads(file.read_text("utf-8"))
    for record in answer["data"]:
        if record["day"] == str(day):
            record["score"] = score
    again = folder / file.name
    again.write_text(json.dumps(answer), "utf-8")
    arrivals.ingest(home.lake, again, "me")


def build(settings: Settings, *names: str, day: date = RESTATED) -> None:
    keys = [dg.AssetKey(name.split("/")) for name in names]
    launch.materialize_range(settings, keys, day, day)


def test_what_was_built_is_fresh_also_when_it_is_built_again(home: Home) -> None:
    settings = home.lake.settings
    assert made(settings) > 20 * DAYS
    assert stale(settings) == set()
    launch.materialize_range(settings, "refresh", BEGAN - timedelta(6), BEGAN - timedelta(2))
    launch.materialize_range(settings, "refresh", RESTATED, RESTATED)
    launch.materialize_range(settings, "gold/energy_state", BEGAN, BEGAN)
    assert stale(settings) == set()


@pytest.mark.slow
def test_ten_nights_without_news_leave_all_fresh_and_the_record_small(home: Home) -> None:
    folder = dagster_home(home.lake.settings)
    before = size(folder)
    for number in range(1, NIGHTS + 1):
        settings = home.on(BEGAN + timedelta(number))
        begun = size(folder)
        result = night(settings)
        raise_failure(result)
        out_of_date = stale(settings)
        print(
            f"night {number}: {len(told(result))} days of assets changed, {len(out_of_date)} of "
            f"{made(settings)} out of date, {(size(folder) - begun) / 1000:.0f} kB more"
        )
        assert out_of_date == set()
    print(f"{NIGHTS} nights: {(size(folder) - before) / 1000:.0f} kB more")
    assert size(folder) - before < MOST_BYTES


def test_a_changed_day_makes_stale_its_own_day_and_the_run_of_a_view_tells_of_the_others(
    home: Home, tmp_path: Path
) -> None:
    """In Dagster a view's day reads its own day: what else changed is told by the run of that."""
    settings, day = home.lake.settings, str(RESTATED)
    view_keys = [f"gold/{name}" for name in VIEWS]
    before, events = said_by_views(home.lake), made_at(settings)
    restate(home, RESTATED, 97, tmp_path)
    build(settings, "bronze/oura/daily_readiness")
    assert stale(settings) == {("silver/oura_daily_readiness", day), ("silver/coverage", day)}
    build(settings, "silver/oura_daily_readiness", "silver/coverage")
    assert stale(settings) == {(GOLD_DAILY.to_user_string(), day), ("gold/gap_ledger", day)}
    build(settings, GOLD_DAILY.to_user_string(), "gold/gap_ledger")
    tables = {"gold/training_load", "gold/experiment_days"}
    of_the_day = {*tables, *(f"gold/{name}" for name in readers_of_gold())}
    insights = [*map(insight_key, MADE_TOGETHER), FORECAST, SELF_EXPERIMENT]
    of_the_newest = {(key.to_user_string(), str(BEGAN)) for key in insights}
    assert stale(settings) == {(name, day) for name in of_the_day} | of_the_newest

    build(settings, *view_keys)
    after = said_by_views(home.lake)
    changed = {place for place in before.keys() | after if before.get(place) != after.get(place)}
    newer = {place for place, at in made_at(settings).items() if at != events.get(place)}
    told_of_views = {place for place in newer if place[0] in view_keys}
    own = {(name, day) for name in view_keys}
    assert len({name for name, of in changed if of != day}) >= 5
    assert changed <= told_of_views
    assert_only_what_reads_a_view_is_told_unchanged(told_of_views - own - changed, changed)
    assert not {place for place in stale(settings) if place[0] in view_keys}

    build(settings, *view_keys)
    again = {place for place, at in made_at(settings).items() if at != events.get(place)}
    assert {place for place in again if place[0] in view_keys} == told_of_views
    launch.bring_up_to_date(settings, what_is_owed(home.lake))
    assert stale(settings) == set()


def assert_only_what_reads_a_view_is_told_unchanged(unchanged: Places, changed: Places) -> None:
    of_what_it_reads = {day for name, day in changed if name == "gold/energy_state"}
    assert {name for name, _ in unchanged} <= {"gold/overtraining_risk"}
    assert {day for _, day in unchanged} <= of_what_it_reads


def said_by_views(lake: Lakehouse) -> dict[tuple[str, str], str]:
    """The version of each day of the lake of each view that has days."""
    sql, days = backends.open_sql(lake), (BEGAN - timedelta(DAYS), BEGAN)
    return {
        (f"gold/{view.name}", str(day)): version
        for view in VIEWS.values()
        if view.has_day
        for day, version in versions_by_day(rows_of_view(sql, view, *days)).items()
    }


def made_at(settings: Settings) -> dict[tuple[str, str], int]:
    """The number of the newest event of each day of each view."""
    with open_instance(settings) as instance:
        return {
            (f"gold/{name}", day): number
            for name in VIEWS
            for day, number in instance.get_latest_storage_id_by_partition(
                dg.AssetKey(["gold", name]), dg.DagsterEventType.ASSET_MATERIALIZATION
            ).items()
        }


def readers_of_gold() -> list[str]:
    return [
        name
        for name, view in VIEWS.items()
        if "bio_gold.daily_readiness_performance" in view.depends_on
    ]


@pytest.mark.thorough
def test_a_night_tells_of_what_it_changed_and_pays_nothing_that_arrivals_owe(
    home: Home, tmp_path: Path
) -> None:
    settings, day = home.lake.settings, BEGAN - timedelta(2)
    restate(home, day, 43, tmp_path)
    owed = what_is_owed(home.lake)
    assert owed.ranges(launch.DayRange(day, day))
    result = night(settings)
    rows = home.lake.tables.scan("bio_gold.daily_readiness_performance", day, day).to_pylist()
    assert [row["readiness_score"] for row in rows] == [43]
    names = {name for name, of in told(result) if of == str(day)}
    assert {"bronze/oura/daily_readiness", "silver/oura_daily_readiness"} < names
    assert {GOLD_DAILY.to_user_string(), "gold/training_load"} < names
    assert what_is_owed(home.lake) == owed
    launch.bring_up_to_date(settings, owed)
    assert stale(settings) == set()
    assert not what_is_owed(home.lake).changed


def test_a_night_that_fails_says_where(home: Home) -> None:
    objects, day = home.lake.objects, BEGAN - timedelta(1)
    (key, *_) = (info.key for info in objects.list(f"bronze/oura/sleep/month={day:%Y-%m}"))
    whole = objects.get(key)
    objects.put(key, whole[:-20])
    result = night(home.lake.settings)
    objects.put(key, whole)
    assert not result.success
    with pytest.raises(BioLakehouseError, match="oura/sleep"):
        raise_failure(result)
