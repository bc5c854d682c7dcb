"""The arrival sensor, tick by tick: which runs it asks for, and what it keeps for the next tick."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from datetime import date, timedelta

import dagster as dg
import pytest

from bio_lakehouse.assets.keys import GAP_LEDGER, LANDED_FILES
from bio_lakehouse.assets.people import FILES_TAG
from bio_lakehouse.automation import arriving
from bio_lakehouse.automation.jobs import refresh_lake
from bio_lakehouse.automation.run_ranges import ARRIVAL_TAG
from bio_lakehouse.lake import arrivals, bronze_writing, landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.automation.watched import (
    START,
    TODAY,
    Watched,
    names,
    ranges,
    reason,
    scores,
    trends,
)
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.whole_log import entries_of


def test_an_empty_lake_gets_a_landing_folder_and_no_runs(watched: Watched) -> None:
    result = watched.tick()
    assert result.run_requests == []
    assert reason(result) == "Nothing new in landing."
    assert (watched.kept["seen"], watched.kept["unread"], watched.kept["files"]) == ({}, [], [])
    assert (watched.lake.settings.home / "landing").is_dir()


def test_a_file_is_taken_when_it_looks_as_it_did_before(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    first = watched.tick()
    assert first.run_requests == []
    assert "still being written" in reason(first)
    info = watched.lake.landing_objects.info("landing/me/trends.csv")
    assert watched.kept["seen"] == {info.key: info.tag}

    second = watched.tick()
    assert ranges(second) == [("2025-03-15", "2025-03-19")]
    request = second.run_requests[0] if second.run_requests else dg.RunRequest()
    assert request.job_name == refresh_lake.name
    assert {
        "bronze/oura/trends",
        "silver/oura_daily_sleep",
        "silver/coverage",
        "gold/energy_state",
    } <= names(request)
    assert not {
        "silver/peloton_workouts",
        "bronze/peloton/workouts",
        "silver/oura_heartrate",
    } & names(request)
    assert not {
        name for name in names(request) if name.split("/")[0] in {"insights", "reports", "landing"}
    }
    assert request.run_key == f"{request.tags[ARRIVAL_TAG]}#1"
    assert watched.kept["seen"] == {}


def hurried(watched: Watched, seconds: float) -> Lakehouse:
    """The lake when landing is looked at that often."""
    settings = watched.lake.settings.model_copy(update={"settle_seconds": seconds})
    watched.lake = Lakehouse.open(settings)
    return watched.lake


def test_a_tick_looks_again_until_a_file_is_whole(watched: Watched) -> None:
    hurried(watched, 0.2)
    watched.drop("trends.csv", trends(scores(5)))
    assert ranges(watched.tick()) == [("2025-03-15", "2025-03-19")]


def test_a_tick_that_finds_nothing_looks_three_times_and_the_next_one_waits_too(
    watched: Watched,
) -> None:
    hurried(watched, 0.4)
    started = time.time()
    watched.tick()
    assert watched.kept["looked_at"] - started >= 0.8
    before = watched.kept["looked_at"]
    watched.drop("trends.csv", trends(scores(5)))
    assert ranges(watched.tick()) == [("2025-03-15", "2025-03-19")]
    assert watched.kept["looked_at"] - before >= 0.8


def test_a_file_that_grows_all_the_time_is_left_by_every_look(watched: Watched) -> None:
    lake = hurried(watched, 0.3)
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.wait(0.02):
            number += 1
            watched.drop("trends.csv", trends({TODAY - timedelta(1): 60}) + b"\n" * number)

    writer = threading.Thread(target=write)
    watched.drop("trends.csv", trends(scores(5)))
    writer.start()
    result = watched.tick()
    ended.set()
    writer.join()
    assert result.run_requests == []
    assert "still being written" in reason(result)
    assert entries_of(lake.log) == []


def test_looks_that_take_long_are_taken_less_often(watched: Watched) -> None:
    lake, cursor = hurried(watched, 0.3), arriving.Cursor(took=2.0)
    started = time.time()
    assert len(list(arriving.looks(lake, cursor))) == 1
    assert cursor.took < 2.0
    cursor.took = 2.0
    assert len(list(arriving.looks(lake, cursor))) == 1
    assert cursor.looked_at - started >= 0.9


def test_a_clock_that_was_set_back_does_not_stop_the_looks(watched: Watched) -> None:
    cursor = arriving.Cursor(looked_at=time.time() + 86_400)
    started = time.monotonic()
    cursor.wait_for_next_look(0.2)
    assert 0.2 <= time.monotonic() - started < 5
    assert cursor.looked_at <= time.time()


def test_a_file_that_grows_is_left_until_it_does_not(watched: Watched) -> None:
    content = trends(scores(5))
    for size in (40, 70):
        watched.drop("trends.csv", content[:size])
        assert watched.tick().run_requests == []
        assert entries_of(watched.lake.log) == []
    watched.drop("trends.csv", content)
    assert watched.tick().run_requests == []
    assert ranges(watched.tick()) == [("2025-03-15", "2025-03-19")]


def test_the_same_file_again_starts_nothing(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    build(watched, watched.look_twice())
    watched.cursor = None
    watched.drop("again.csv", trends(scores(5)))
    watched.drop("trends.csv", trends(scores(5)))
    assert watched.look_twice().run_requests == []
    assert {entry.status for entry in entries_of(watched.lake.log)} == {"ingested", "duplicate"}


def test_of_a_new_export_only_changed_days_are_built(watched: Watched) -> None:
    before = scores(400)
    watched.drop("trends.csv", trends(before))
    build(watched, watched.look_twice())
    changed = [TODAY - timedelta(back) for back in (390, 200, 3)]
    watched.drop("newer.csv", trends(before | dict.fromkeys(changed, 95) | {TODAY: 70}))
    assert ranges(watched.look_twice()) == [
        (str(changed[0]), str(changed[0])),
        (str(changed[1]), str(changed[1])),
        (str(changed[2]), str(TODAY)),
    ]


def build(watched: Watched, result: dg.SensorResult) -> None:
    """What the requested runs do to bronze, and that they have ended."""
    for first, last in ranges(result):
        span = (date.fromisoformat(first), date.fromisoformat(last))
        bronze_writing.write_bronze(watched.lake, "oura/trends", *span)
    watched.mark_built()


def test_scattered_days_are_at_most_three_runs(watched: Watched) -> None:
    days = [TODAY - timedelta(back) for back in range(1, 300, 17)]
    watched.drop("trends.csv", trends(dict.fromkeys(sorted(days), 70)))
    assert len(ranges(watched.look_twice())) <= 3


def test_a_bad_file_starts_no_run_and_is_told_once(watched: Watched) -> None:
    watched.drop("holiday.csv", b"beach,sun\n1,2\n")
    result = watched.look_twice()
    assert result.run_requests == []
    assert "landing/me/holiday.csv was refused" in reason(result)
    assert [title for title, _ in watched.notices] == ["A file was not taken"]
    assert "landing/me/holiday.csv" in watched.notices[0][1]
    assert [entry.status for entry in entries_of(watched.lake.log)] == ["validation_failed"]
    assert reason(watched.look_twice()) == "Nothing new in landing."
    assert len(watched.notices) == 1


def test_a_bad_file_does_not_hold_up_a_good_one(watched: Watched) -> None:
    watched.drop("a-bad.csv", b"beach,sun\n1,2\n")
    watched.drop("trends.csv", trends(scores(2)))
    assert ranges(watched.look_twice()) == [("2025-03-18", "2025-03-19")]


def test_nothing_is_requested_while_a_run_builds_and_insights_follow_it(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "newest_day", lambda _: TODAY - timedelta(1))
    watched.drop("trends.csv", trends(scores(5)))
    request = (watched.look_twice().run_requests or [])[0]
    watched.submit(request, dg.DagsterRunStatus.STARTED)
    watched.drop("more.csv", trends({TODAY - timedelta(50): 80}))
    assert watched.look_twice().run_requests == []
    finish(watched)
    watched.mark_built(insights=False)
    result = watched.tick()
    assert ranges(result) == [("2025-03-19", "2025-03-19")]
    assert [r.job_name for r in result.run_requests or []] == ["insights_history"]
    watched.mark_built()
    assert watched.tick().run_requests == []


def test_runs_name_the_files_that_they_are_for(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "newest_day", lambda _: TODAY - timedelta(1))
    watched.drop("trends.csv", trends(scores(5)))
    watched.drop("older.csv", trends({TODAY - timedelta(400): 70}))
    older, newer = watched.look_twice().run_requests or []
    assert (older.tags[FILES_TAG], newer.tags[FILES_TAG]) == ("older.csv", "trends.csv")
    watched.mark_built(insights=False)
    (insights,) = watched.tick().run_requests or []
    assert insights.job_name == "insights_history"
    assert insights.tags[FILES_TAG] == "older.csv, trends.csv"
    watched.mark_built()
    watched.tick()
    assert watched.kept["files"] == []


def finish(watched: Watched, status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS) -> None:
    for run in watched.instance.get_runs(dg.RunsFilter(statuses=arriving.UNFINISHED)):
        event = dg.DagsterEvent(
            "PIPELINE_SUCCESS" if status.value == "SUCCESS" else "PIPELINE_FAILURE", run.job_name
        )
        watched.instance.report_dagster_event(event, run.run_id)


def test_days_that_a_run_left_are_requested_again_three_times_in_all(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    watched.tick()
    keys = []
    for _ in range(3):
        request = (watched.tick().run_requests or [])[0]
        keys.append(str(request.run_key))
        watched.submit(request, dg.DagsterRunStatus.STARTED)
        finish(watched, dg.DagsterRunStatus.FAILURE)
    assert [key.rpartition("#")[2] for key in keys] == ["1", "2", "3"]
    assert len({key.rpartition("#")[0] for key in keys}) == 1
    result = watched.tick()
    assert result.run_requests == []
    assert "days are pending" in reason(result)


def test_runs_that_went_well_are_no_failed_attempts(watched: Watched) -> None:
    for status in [dg.DagsterRunStatus.SUCCESS] * 4 + [dg.DagsterRunStatus.FAILURE] * 2:
        assert arriving.next_attempt(watched.instance, "a") is not None
        watched.instance.create_run_for_job(
            watched.repository.get_job("refresh_lake"), status=status, tags={ARRIVAL_TAG: "a"}
        )
    assert arriving.next_attempt(watched.instance, "a") == "a#7"


def test_what_arrives_during_a_run_stays_pending_after_it(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(5)))
    known = watched.lake.log.owed.begin_run("run")
    watched.look_twice()
    assert watched.lake.log.owed.begin_run("run") == known
    mark_built(watched.lake, ["oura/trends"], watched.lake.settings.first_day, TODAY, "run")
    assert len(arrivals.pending(watched.lake)["oura/trends"]) == 5


def test_a_large_file_is_taken_by_a_run(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "LARGE_BYTES", 50)
    watched.drop("trends.csv", trends(scores(5)))
    request = (watched.look_twice().run_requests or [])[0]
    assert request.job_name == "take_file"
    assert request.tags[FILES_TAG] == "trends.csv"
    assert request.run_config == {"ops": {"take": {"config": {"key": "landing/me/trends.csv"}}}}
    watched.submit(request, dg.DagsterRunStatus.STARTED)
    assert watched.look_twice().run_requests == []
    run = watched.repository.get_job("take_file").execute_in_process(
        request.run_config, watched.instance, resources={"lake": watched.lake}
    )
    assert run.success
    (event,) = run.asset_materializations_for_node("take")
    assert (event.asset_key, event.metadata["outcome"].value) == (LANDED_FILES, "taken")
    result = watched.tick()
    assert ranges(result) == [("2025-03-15", "2025-03-19")]
    assert (result.run_requests or [])[0].tags[FILES_TAG] == "trends.csv"


def test_a_zip_that_unpacks_to_much_is_taken_by_a_run(watched: Watched) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trends.csv", trends(scores(5)) + b"\n" * arriving.LARGE_BYTES)
    watched.drop("export", packed.getvalue())
    result = watched.look_twice()
    assert len(packed.getvalue()) < 100_000
    assert [request.job_name for request in result.run_requests or []] == ["take_file"]
    assert entries_of(watched.lake.log) == []


def test_what_a_look_did_not_live_to_finish_is_taken_by_a_run(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    watched.drop("a.csv", trends({TODAY - timedelta(9): 70}))
    watched.drop("b.csv", trends({TODAY - timedelta(2): 70}))
    watched.tick()
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "_accept", die)
        with pytest.raises(Killed):
            watched.tick()
    first, second = watched.tick().run_requests or []
    assert first.run_config["ops"]["take"]["config"]["key"] == "landing/me/a.csv"
    assert second.tags[START] == "2025-03-18"
    run = watched.repository.get_job("take_file").execute_in_process(
        first.run_config, watched.instance, resources={"lake": watched.lake}
    )
    assert run.success
    assert watched.lake.log.interrupted() == set()
    assert [entry.status for entry in entries_of(watched.lake.log)] == ["ingesting", "ingesting"]


def test_a_look_ends_when_its_time_is_up(watched: Watched) -> None:
    for number in range(5):
        watched.drop(f"{number}.csv", trends({TODAY - timedelta(number + 1): 70}))
    cursor = arriving.Cursor()
    cursor.seen = {info.key: info.tag for info in landing.survey(watched.lake.landing_objects)[0]}
    found = arriving.tick(watched.lake, cursor, seconds=0)
    assert (len(found.taken), len(found.left)) == (0, 5)


def test_a_look_over_many_files_is_quick(watched: Watched) -> None:
    folder = watched.lake.settings.home / "landing" / "me"
    folder.mkdir(parents=True)
    for number in range(2000):
        (folder / f"{number}.csv").write_bytes(b"x")
    started = time.monotonic()
    watched.tick()
    assert time.monotonic() - started < 10
    assert len(watched.kept["seen"]) == 2000


def test_rows_set_aside_are_told_and_the_check_says_so_at_once(watched: Watched) -> None:
    watched.drop("trends.csv", trends({TODAY - timedelta(2): 70, TODAY - timedelta(3): 99}))
    watched.look_twice()
    ((title, body),) = watched.notices
    assert title == "A file was not taken whole"
    assert body.startswith("landing/me/trends.csv was taken, but 1 of its 2 rows were set aside")
    (check,) = watched.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(GAP_LEDGER, "quarantine"), limit=5
    )
    assert check.status.value == "FAILED"
