"""A record of runs from before becomes small, and Dagster answers from it as it did."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from bio_lakehouse.automation import shrinking
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.shrinking import is_old, shrink
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse_tests.automation.test_planned_days import run, told

SLEEP = dg.AssetKey("sleep")


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home in whose record a range was made, failed in part, and made again in part."""
    monkeypatch.setattr(shrinking, "WORTH_IT", 0)
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "0")
    settings = load_settings(home=tmp_path / "home", event_batch_size=1)
    with open_instance(settings) as instance:
        run(instance, (0, 8))
        run(instance, (2, 6), fails=True)
        run(instance, (3, 4))
    return settings.model_copy(update={"event_batch_size": 1000})


def answers(settings: Settings) -> dict[str, Any]:
    """What the UI shows of days, and what each event says. Which run intended a day that was made
    since is not kept, and not asked by Dagster."""
    with open_instance(settings) as instance:
        events = instance.fetch_materializations(SLEEP, limit=100).records
        asked = dg.DagsterEventType.ASSET_MATERIALIZATION
        of_runs = [instance.all_logs(one.run_id, of_type=asked) for one in instance.get_runs()]
        days = told(instance)
        for shown in days.values():
            shown["newest"] = shown["newest"][None]
        return {"days": days, "events": events, "runs": of_runs}


def kinds_in(path: Path) -> dict[str, int]:
    with shrinking.closing(shrinking.sqlite3.connect(path)) as database:
        counted = "SELECT dagster_event_type, count(*) FROM event_logs GROUP BY 1"
        return dict(database.execute(counted).fetchall())


def test_an_old_record_becomes_small_and_says_the_same(old: Settings) -> None:
    folder = old.home / "dagster" / "history" / "runs"
    before = answers(old)
    gave_back = shrink(old)
    assert gave_back > 0
    assert answers(old) == before
    kinds = kinds_in(folder / "index.db")
    assert kinds["ASSET_MATERIALIZATION"] == 3 * 9 + 5 + 1 + 3 * 2
    assert kinds["ASSET_MATERIALIZATION_PLANNED"] < 3 * (9 + 5 + 2) / 2
    for path in folder.glob("*-*.db"):
        assert kinds_in(path)["ASSET_MATERIALIZATION_PLANNED"] == 3


def test_it_is_done_once_and_not_to_a_record_of_today(old: Settings, tmp_path: Path) -> None:
    shrink(old)
    assert not is_old(old.home / "dagster" / "history" / "runs" / "index.db")
    assert shrink(old) == 0
    fresh = load_settings(home=tmp_path / "fresh")
    with open_instance(fresh):
        assert not is_old(fresh.home / "dagster" / "history" / "runs" / "index.db")
    assert shrink(load_settings(home=tmp_path / "none")) == 0


def test_a_record_that_another_writes_to_stays_as_it_is(
    old: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old.home / "dagster" / "history" / "runs" / "index.db"
    monkeypatch.setattr(shrinking, "SECONDS_TO_WAIT", 0.1)
    before = kinds_in(path)
    with shrinking.closing(shrinking.sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        shrink(old)
        other.rollback()
    assert "until the next start" in caplog.text
    assert kinds_in(path) == before
    assert is_old(path)
